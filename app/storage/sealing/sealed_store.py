"""A store that seals what it writes into another one, and opens what it reads there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage.damage import DamagedFileError
from app.storage.names import check_name
from app.storage.sealing import sealed_file
from app.storage.sealing.ciphers import BLOCK, FileKeys
from app.storage.sealing.sealed_file import HEADER, PIECE, SealedFile
from app.storage.streaming import write_stream

SUFFIX = ".sealed"
"""Ends the name of every sealed file, so that it never meets a plain one."""

_REMEMBERED = 256
"""Files whose headers are not read again."""
_AT_ONCE = 8 * PIECE
"""Bytes up to which a file is sealed in memory before it is written."""


class SealedStore:
    """A `Store` over another: names stay, with `SUFFIX`; contents are sealed by a data key.

    What is not authentic raises `StorageError("storage-damaged")`. A file that was cut off while
    it was written reads as its whole blocks, which is what it reads as in any store.
    """

    def __init__(self, inner: Store, keys: FileKeys) -> None:
        self.kind = inner.kind
        self._inner = inner
        self._keys: FileKeys | None = keys
        self._known: dict[str, SealedFile] = {}

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        found = await self._inner.names()
        return sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX))

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        size = await self._inner.size(_sealed(name))
        if size is None or size < HEADER:
            return None if size is None else 0
        known = self._known.get(name)
        if known is not None and known.whole == size:
            return known.length
        return (await self._opened(name, size)).readable(size)

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""

        def room(readable: int) -> memoryview:
            end = readable if length is None else min(offset + length, readable)
            return memoryview(bytearray(max(end - offset, 0)))

        return await self._read(name, offset, room)

    async def fill(self, name: str, offset: int, into: NDArray[np.uint8]) -> int:
        """Read the bytes from `offset` into an array, as many as fit; how many there were."""
        room = into.data.cast("B")
        return len(
            await self._read(name, offset, lambda readable: room[: max(readable - offset, 0)])
        )

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order; durable when this returns."""
        length = sum(memoryview(part).nbytes for part in parts)
        pieces = _each(sealed_file.in_pieces(parts))
        if length > _AT_ONCE:
            await self.write_sized(name, length, pieces)
            return
        whole = [piece async for piece in self._sealed_pieces(name, length, pieces)]
        await self._inner.write(_sealed(name), whole)

    async def write_sized(self, name: str, length: int, pieces: AsyncIterator[Buffer]) -> None:
        """The same for a file that is not in memory as a whole, in pieces of `PIECE` bytes."""
        sealed = self._sealed_pieces(name, length, pieces)
        await write_stream(self._inner, _sealed(name), sealed)

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        self._known.pop(name, None)
        await self._inner.remove(_sealed(name))

    async def close(self) -> None:
        """Give back handles and forget the key. The store cannot be used afterwards."""
        self._keys = None
        self._known.clear()
        await self._inner.close()

    async def _read(self, name: str, offset: int, room: Callable[[int], memoryview]) -> memoryview:
        """Read from `offset` into what `room` gives for the bytes that can be read.

        A store that another tab writes changes unheard: what does not open is looked at anew.
        """
        try:
            return await self._read_once(name, offset, room)
        except DamagedFileError:
            self._known.pop(name, None)
        return await self._read_once(name, offset, room)

    async def _read_once(
        self, name: str, offset: int, room: Callable[[int], memoryview]
    ) -> memoryview:
        file = self._known.get(name)
        readable = file.length if file is not None else 0
        if file is None or offset >= readable:
            size = await self._inner.size(_sealed(name))
            if size is None or size < HEADER:  # the store beneath says what is not there
                return memoryview(await self._inner.read(_sealed(name), 0, 0))
            file = await self._opened(name, size)
            readable = file.readable(size)
        into = room(readable)
        start, stop = offset, offset + len(into)
        while start < stop:
            end = min((start // PIECE + 1) * PIECE, stop)
            into[start - offset : end - offset] = await self._content(file, start, end)
            start = end
        return into

    async def _content(self, file: SealedFile, offset: int, end: int) -> memoryview:
        """The bytes from `offset` to `end`, which lie in neighbouring blocks."""
        start, stop = file.span(offset, end)
        data = await self._inner.read(_sealed(file.name), HEADER + start, stop - start)
        first = offset // BLOCK
        opened = memoryview(await file.open(data, first))
        if len(opened) < end - first * BLOCK:
            raise DamagedFileError(file.name, "length")
        return opened[offset - first * BLOCK : end - first * BLOCK]

    async def _opened(self, name: str, size: int) -> SealedFile:
        """The file of a header, remembered if it is whole."""
        self._known.pop(name, None)
        header = await self._inner.read(_sealed(name), 0, HEADER)
        file = await sealed_file.open_header(self._of(), name, header)
        if file.whole == size:
            self._known[name] = file
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return file

    async def _sealed_pieces(
        self, name: str, length: int, pieces: AsyncIterator[Buffer]
    ) -> AsyncIterator[Buffer]:
        file, header = await sealed_file.new_file(self._of(), check_name(name), length)
        self._known.pop(name, None)
        yield header
        async for block in sealed_file.sealed_blocks(file, pieces):
            yield block

    def _of(self) -> FileKeys:
        if self._keys is None:
            raise StorageError("The store was closed.")
        return self._keys


async def _each(pieces: Iterable[Buffer]) -> AsyncIterator[Buffer]:
    for piece in pieces:
        yield piece


def _sealed(name: str) -> str:
    return check_name(name) + SUFFIX
