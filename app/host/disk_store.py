"""A store in a directory: each file is written aside, flushed, then renamed into place."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.errors import StorageError
from app.ports import Buffer
from app.storage.names import check_name

_ASIDE = ".aside"
"""Suffix of a file being written; it begins with a dot as well, so no stored name can meet it."""


class DirectoryStore:
    """A `Store` of one flat directory, created when it is missing.

    A write is atomic: a reader or a crash sees the old bytes or the new ones. Files that do not
    bear a store's name are left alone and not listed.
    """

    kind = "directory"

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self._closed = False
        with _errors(self.directory):
            self.directory.mkdir(parents=True, exist_ok=True)

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        with _errors(self._opened()):
            entries = [entry.name for entry in os.scandir(self.directory) if entry.is_file()]
        return sorted(name for name in entries if not name.startswith("."))

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        path = self._path(name)
        with _errors(path):
            return path.stat().st_size if path.is_file() else None

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""
        path = self._path(name)
        with _errors(path), path.open("rb") as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order; on the disk when this returns."""
        with self._aside(name) as file:
            for part in parts:
                file.write(part)

    async def write_stream(self, name: str, pieces: AsyncIterable[Buffer]) -> None:
        """The same piece by piece; what the pieces raise leaves what was there."""
        with self._aside(name) as file:
            async for piece in pieces:
                file.write(piece)

    @contextmanager
    def _aside(self, name: str) -> Iterator[BinaryIO]:
        """A file to be written, which takes its place when the block ends well."""
        path = self._path(name)
        aside = path.with_name(f".{name}{_ASIDE}")
        with _errors(path):
            try:
                with aside.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            self._sync()

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        path = self._path(name)
        with _errors(path):
            path.unlink(missing_ok=True)

    async def close(self) -> None:
        """The store cannot be used afterwards."""
        self._closed = True

    def _path(self, name: str) -> Path:
        return self._opened() / check_name(name)

    def _opened(self) -> Path:
        if self._closed:
            raise StorageError("The store was closed.")
        return self.directory

    def _sync(self) -> None:
        """Make a rename durable; Windows has no handle of a directory and needs none."""
        if os.name == "nt":
            return
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(f"There is no file {path}.", code="storage-damaged") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"The device is full: {path} was not written.",
                code="quota-exceeded",
                hint="Free some room, then add the files again; what was committed is kept.",
            ) from error
        raise StorageError(
            f"{path}: {error.strerror or error}.",
            hint="Check that the directory may be read and written.",
        ) from error
