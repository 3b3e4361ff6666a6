"""The `Store` port over a file store of JavaScript (OPFS or IndexedDB)."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.browser import ffi, ffi_arrays
from app.errors import StorageError
from app.ports import Buffer
from app.storage.names import check_name

_LARGE = 1 << 20
"""Bytes from which on it pays to let JavaScript write into our memory."""

_READ_ONLY_HINT = "Close the other tab, then reload this one."


class BrowserStore:
    """Files of one collection, kept by the browser.

    `files` is a FileStore of static/workers/stores.js. With `writable` false, because another tab
    writes this collection, every change raises `StorageError("read-only")`.
    """

    def __init__(self, files: ffi.JsObject, *, writable: bool = True) -> None:
        self.kind = str(files.kind)
        self._files = files
        self._writable = files.writable = writable
        self._at_once = hasattr(files, "readNow")
        self._closed = False

    def set_writable(self, writable: bool) -> None:
        """Let it be written, or not."""
        self._writable = self._files.writable = writable

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        return [str(name) for name in ffi.to_python(await self._ask(self._open_files().names()))]

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        size = await self._ask(self._open_files().size(check_name(name)))
        return None if ffi.is_nothing(size) else int(size)

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""
        files = self._open_files()
        data = None
        if self._at_once and length is not None and length >= _LARGE:
            found = ffi_arrays.filled(length, files.readInto, check_name(name), offset)
            if found is not None:
                return found
        if self._at_once:  # a handle gone bad throws: `read` opens another or says what is wrong
            data = ffi.at_once(files.readNow, check_name(name), offset, length)
        if ffi.is_nothing(data):
            data = await self._ask(files.read(check_name(name), offset, length))
        if ffi.is_nothing(data):
            raise StorageError(f"There is no file {name}.", code="storage-damaged")
        return ffi.to_bytes(data)

    async def fill(self, name: str, offset: int, into: NDArray[np.uint8]) -> int:
        """Read the bytes from `offset` into an array, as many as fit; how many there were."""
        files = self._open_files()
        if self._at_once:
            count = ffi_arrays.fill(into, files.readInto, check_name(name), offset)
            if count is not None:
                return count
        data = await self.read(name, offset, len(into))
        into[: len(data)] = np.frombuffer(data, np.uint8)
        return len(data)

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order; durable when this returns."""
        self._check_writable()
        arrays = ffi.to_javascript([ffi.to_uint8_array(part) for part in parts])
        await self._ask(self._open_files().write(check_name(name), arrays))

    async def write_stream(self, name: str, pieces: AsyncIterable[Buffer]) -> None:
        """The same piece by piece."""
        self._check_writable()
        with ffi.one_by_one(pieces) as (following, failures):
            try:
                await self._ask(self._open_files().writeFrom(check_name(name), following))
            except StorageError:
                if failures:
                    raise failures[0] from None
                raise

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        self._check_writable()
        await self._ask(self._open_files().remove(check_name(name)))

    async def close(self) -> None:
        """Give back handles. The store cannot be used afterwards."""
        if not self._closed:
            self._closed = True
            await self._ask(self._files.close())

    def _open_files(self) -> ffi.JsObject:
        if self._closed:
            raise StorageError("The store was closed.")
        return self._files

    async def _ask(self, promise: Any) -> Any:  # noqa: ANN401 (what JavaScript gives)
        return await ffi.settled(promise, StorageError)

    def _check_writable(self) -> None:
        self._open_files()
        if not self._writable:
            raise StorageError(
                "Another tab is writing this collection; here it can only be searched.",
                code="read-only",
                hint=_READ_ONLY_HINT,
            )
