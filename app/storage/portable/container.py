"""Writing a zip container from front to back, each entry with its checksum."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterable
from typing import Protocol

from app.ports import Buffer
from app.storage.portable.contents import Listed


class Sink(Protocol):
    """Where a file goes, from front to back."""

    async def write(self, data: Buffer) -> None:
        """Append bytes. Raises `StorageError`, `quota-exceeded` where there is no room."""
        ...


class Container:
    """A zip container on its way into a sink; what was written is not held.

    Sizes stand behind the bytes of their entry, as nothing that was written is written again.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._tail = _Tail()
        self._zip = zipfile.ZipFile(self._tail, "w", zipfile.ZIP_STORED)
        self.bytes = 0
        """Written so far."""

    async def add(self, name: str, length: int, pieces: AsyncIterable[Buffer]) -> Listed:
        """Write an entry of so many bytes; gives way after each piece."""
        info = zipfile.ZipInfo(name)
        info.file_size = length
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=length > _ZIP64) as entry:
            async for piece in pieces:
                view = memoryview(piece).cast("B")
                digest.update(view)
                size += len(view)
                entry.write(view)
                await self._drain()
        if size != length:
            raise ValueError(f"{name} has {size} bytes and was said to have {length}")
        await self._drain()
        return Listed(name, size, digest.hexdigest())

    async def end(self) -> None:
        """Write the directory."""
        self._zip.close()
        await self._drain()

    async def _drain(self) -> None:
        for part in self._tail.taken():
            self.bytes += len(part)
            await self._sink.write(part)
        await asyncio.sleep(0)


_ZIP64 = 2_000_000_000
"""Bytes from which on an entry is written with sizes of 64 bits."""


class _Tail(io.RawIOBase):
    """What `zipfile` has written and nobody has taken away yet."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def tell(self) -> int:
        raise OSError("a place that cannot be gone back to")

    def taken(self) -> list[bytes]:
        parts, self._parts = self._parts, []
        return parts
