"""Writing a file that is not in memory as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Protocol, runtime_checkable

from app.ports import Buffer, Store


@runtime_checkable
class StreamingStore(Protocol):
    """A store that takes a file piece by piece."""

    async def write_stream(self, name: str, pieces: AsyncIterable[Buffer]) -> None:
        """As `Store.write`. What the pieces raise is raised, and no file of the name is new."""
        ...


async def write_stream(store: Store, name: str, pieces: AsyncIterable[Buffer]) -> None:
    """Write a file piece by piece; gathered first where a store takes files only as a whole."""
    if isinstance(store, StreamingStore):
        await store.write_stream(name, pieces)
    else:
        await store.write(name, [piece async for piece in pieces])
