"""A store that seals what it writes into another one, and opens what it reads there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

from app.host.sealing import sealed_file
from app.host.sealing.sealed_file import BLOCK, HEADER, SealedFile
from app.ports import Buffer, Store
from app.storage.names import check_name
from app.storage.streaming import write_stream

SUFFIX = ".sealed"
"""Ends the name of every sealed file, so that it never meets a plain one."""


class SealedStore:
    """A `Store` over another: names stay, with `SUFFIX`; contents are sealed by a data key.

    What is not authentic raises `StorageError("storage-damaged")`. A file that was cut off while
    it was written reads as its whole blocks, which is what it reads as in any store.
    """

    def __init__(self, inner: Store, data_key: bytes) -> None:
        self.kind = inner.kind
        self._inner = inner
        self._key = data_key

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        found = await self._inner.names()
        return sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX))

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        size = await self._inner.size(_sealed(name))
        if size is None:
            return None
        file = await self._opened(name, size)
        return 0 if file is None else file.readable(size)

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""
        if offset == 0 and length is None:
            return self._whole(name, await self._inner.read(_sealed(name)))
        size = await self._inner.size(_sealed(name))
        file = None if size is None else await self._opened(name, size)
        if size is None or file is None:  # the store beneath says what is not there
            return await self._inner.read(_sealed(name), 0, 0)
        readable = file.readable(size)
        end = readable if length is None else min(offset + length, readable)
        if end <= offset:
            return b""
        start, stop = file.span(offset, end)
        data = await self._inner.read(_sealed(name), start, stop - start)
        first = offset // BLOCK
        return memoryview(file.open(data, first))[offset - first * BLOCK : end - first * BLOCK]

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order; durable when this returns."""
        length = sum(memoryview(part).nbytes for part in parts)
        file, header = sealed_file.new_file(self._key, check_name(name), length)
        await write_stream(self._inner, _sealed(name), _pieces(header, file, parts))

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        await self._inner.remove(_sealed(name))

    async def close(self) -> None:
        """Give back handles and forget the key. The store cannot be used afterwards."""
        self._key = b""
        await self._inner.close()

    async def _opened(self, name: str, size: int) -> SealedFile | None:
        """The file, None if not even its header was written."""
        if size < HEADER:
            return None
        header = await self._inner.read(_sealed(name), 0, HEADER)
        return sealed_file.open_header(self._key, name, header)

    def _whole(self, name: str, data: Buffer) -> Buffer:
        if len(data) < HEADER:
            return b""
        file = sealed_file.open_header(self._key, name, data)
        _, stop = file.span(0, file.readable(len(data)))
        return memoryview(file.open(memoryview(data)[HEADER:stop], 0))


async def _pieces(
    header: bytes, file: SealedFile, parts: Iterable[Buffer]
) -> AsyncIterator[Buffer]:
    yield header
    for block in sealed_file.sealed_blocks(file, parts):
        yield block


def _sealed(name: str) -> str:
    return check_name(name) + SUFFIX
