"""Exported files on a disk: written aside and renamed into place, read by ranges."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from app.errors import FileError, InputError, StorageError
from app.ports import Buffer


class FileSink:
    """Appends to a file. Raises `StorageError`, `quota-exceeded` where the device is full."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def write(self, data: Buffer) -> None:
        """Append bytes."""
        try:
            self._file.write(data)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            code = "quota-exceeded" if full else "storage-unavailable"
            message = f"{self._file.name}: {error.strerror or error}."
            hint = "Free some room, or choose another place."
            raise StorageError(message, code=code, hint=hint) from error


@asynccontextmanager
async def new_file(path: Path, *, force: bool) -> AsyncIterator[FileSink]:
    """A file to be written; it is there when the block has ended well, and not before.

    `InputError` if there is one already, unless `force`, or if it cannot be made there.
    """
    if path.exists() and not force:
        raise InputError(f"{path} is there already.", hint="Choose another name, or use --force.")
    aside = path.with_name(f".{path.name}.aside")
    try:
        file = aside.open("wb")
    except OSError as error:
        raise InputError(f"{aside}: {error.strerror or error}.") from error
    try:
        with file:
            yield FileSink(file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class FileRanges:
    """A file on a disk, read by ranges."""

    def __init__(self, path: Path) -> None:
        """`InputError("not-found")` if there is none, `FileError("unreadable")`."""
        if not path.is_file():
            raise InputError(f"There is no file {path}.", code="not-found")
        self._path = path
        with _readable(path):
            self._file = path.open("rb")
        self._size = path.stat().st_size

    @property
    def size(self) -> int:
        """Bytes in it."""
        return self._size

    async def read(self, offset: int, length: int) -> Buffer:
        """The bytes from `offset`, fewer where the file ends."""
        with _readable(self._path):
            self._file.seek(offset)
            return self._file.read(length)

    def close(self) -> None:
        """Give back the handle."""
        self._file.close()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{path}: {error.strerror or error}."
        raise FileError(message, code="unreadable") from error
