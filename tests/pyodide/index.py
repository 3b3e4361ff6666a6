"""A whole index, made and searched on either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.analysis.wordpiece import estimate_tokens
from app.core.model import SearchResult
from app.engine.collection import Collection
from app.engine.embedding import HashEmbedder
from app.formats.sources import BytesSource
from app.ports import Store
from app.storage.memory_store import MemoryStore

Files = Mapping[str, bytes]
OPTIONS: tuple[dict[str, Any], ...] = (
    {"mode": "hybrid", "explain": True},
    {"mode": "keyword", "k": 25},
    {"mode": "vector", "k": 25},
    {"mode": "hybrid", "groupBy": "document", "explain": True},
)


async def opened(store: Store) -> Collection:
    """A collection whose clock stands still, so that nothing depends on speed."""
    return await Collection.open(
        store, embedder=HashEmbedder(), clock=lambda: 0.0, count_tokens=estimate_tokens
    )


async def made(sources: Sequence[tuple[str, bytes]], removed: Sequence[str]) -> dict[str, bytes]:
    """The files of an index in memory."""
    return await written(MemoryStore(), sources, removed)


async def written(
    store: Store, sources: Sequence[tuple[str, bytes]], removed: Sequence[str]
) -> dict[str, bytes]:
    """The files of an index: sources in two commits, then some documents removed."""
    collection = await opened(store)
    middle = len(sources) // 2
    for part in (sources[:middle], sources[middle:]):
        await collection.add([BytesSource(path, data, modified=1.5) for path, data in part])
    await collection.remove(removed)
    await collection.settle()  # what merges have replaced is removed meanwhile
    return {name: bytes(await store.read(name)) for name in await store.names()}


async def searched(files: Files, queries: Sequence[str]) -> list[Any]:
    """Results over an index that is given as files."""
    return await searched_in(await filled(files), queries)


async def searched_in(store: Store, queries: Sequence[str]) -> list[Any]:
    """Results over the index of a store, without what depends on time."""
    collection = await opened(store)
    results = [await collection.search(query, options) for query in queries for options in OPTIONS]
    context = await collection.context(queries[0], 300)
    return [*map(timeless, results), context, await collection.documents()]


async def filled(files: Files) -> MemoryStore:
    """A store with these files in it."""
    store = MemoryStore()
    for name, data in files.items():
        await store.write(name, [data])
    return store


def timeless(result: SearchResult) -> Any:
    """A result to compare."""
    return result.hits, result.total, result.notes
