"""Vector indexes of the page: one method for each name in `VECTOR_CALLS` of `static/protocol.js`.

Matrices come as buffers of float32, row by row, and go as arrays; nothing here knows that there
is JavaScript.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.browser import vector_operations as operations
from app.browser.plain import plain
from app.core.dense.batch_processor import BatchProcessor
from app.core.dense.graph_options import GraphOptions
from app.core.dense.reports import Neighbours
from app.core.dense.vector_index import VectorIndex
from app.core.kernels import Kernels
from app.engine import Vectors
from app.errors import ClosedError, InputError, StorageError
from app.ports import Buffer, Store
from app.storage import vectors_file
from app.storage.vectors_file import VectorsFile

Plain = Any
"""None, bool, int, float, str, arrays of float32, and lists and dicts of them."""


class VectorBridge:
    """Open vector indexes by handle; those of one name are one and the same."""

    def __init__(self, store: Store, kernels: Kernels, *, follows: bool = False) -> None:
        self._store = store
        self._kernels = kernels.vectors
        self._follows = follows
        self._handles = count(1)
        self._open: dict[int, Vectors] = {}
        self._named: dict[str, Vectors] = {}
        self._turn = asyncio.Lock()

    async def run(self, call: object, args: Mapping[str, Any]) -> Plain:
        """The answer to a call. `InputError` for one that there is not."""
        method = getattr(self, f"call_{call}", None)
        if method is None:
            raise InputError(f"There is no call {call!r} of vectors.")
        try:
            inspect.signature(method).bind(**args)
        except TypeError as error:
            raise InputError(f"vectors: {error}.") from None
        return await method(**args)

    async def take_over(self) -> None:
        """Write what only was read so far: as it is in the store now."""
        async with self._turn:
            for name, vectors in self._named.items():
                await vectors.renew(VectorsFile(self._store, name), self._kernels)
            self._follows = False

    async def call_open(
        self, options: Mapping[str, Any], name: str | None = None, dim: int | None = None
    ) -> Plain:
        """A handle, and what the index is."""
        given = dict(options)
        if isinstance(given.get("graph"), Mapping):
            given["graph"] = _graph(given["graph"])
        vectors = await self._opened(name, dim, given)
        handle = next(self._handles)
        self._open[handle] = vectors
        stats = vectors.index.stats()
        return {"handle": handle, "dim": stats.dim, "metric": stats.metric, "dtype": stats.dtype}

    async def call_add(self, handle: int, ids: Sequence[str], vectors: Buffer) -> Plain:
        """Add a matrix, one row for each id."""
        found = self._of(handle)
        await found.add_batch(ids, _rows(vectors, found.index.dim, len(ids)))

    async def call_remove(self, handle: int, ids: Sequence[str]) -> Plain:
        """Take vectors out; how many of them were there."""
        return await self._of(handle).remove(ids)

    async def call_get(self, handle: int, id: str) -> Plain:  # noqa: A002 (the page's word)
        """A vector as it is stored."""
        return {"vector": await self._of(handle).get(id)}

    async def call_search(
        self,
        handle: int,
        queries: Buffer,
        k: int,
        n: int | None = None,
        among: Sequence[str] | None = None,
    ) -> Plain:
        """The nearest of each of n queries, end to end."""
        vectors = self._of(handle)
        rows = _rows(queries, vectors.index.dim, n)
        return _answer(await vectors.search_batch(rows, _whole(k, "k"), among=among))

    async def call_page(self, handle: int, query: Buffer, offset: int, limit: int) -> Plain:
        """The nearest from rank `offset` on."""
        vectors = self._of(handle)
        numbers = _whole(offset, "offset"), _whole(limit, "limit")
        return _answer([await vectors.page(_rows(query, vectors.index.dim, 1)[0], *numbers)])

    async def call_stats(self, handle: int) -> Plain:
        """What the index holds."""
        return plain(self._of(handle).index.stats())

    async def call_vacuum(self, handle: int) -> Plain:
        """Let go of vectors that were taken out."""
        await self._of(handle).vacuum()

    async def call_clear(self, handle: int) -> Plain:
        """Take all vectors out."""
        await self._of(handle).clear()

    async def call_audit(self, handle: int, k: int, queries: Buffer | None = None) -> Plain:
        """What searches find of what is there."""
        vectors = self._of(handle)
        rows = None if queries is None else _rows(queries, vectors.index.dim, None)
        return plain(await vectors.audit(rows, _whole(k, "k")))

    async def call_statistics(self, handle: int) -> Plain:
        """What is known of each dimension."""
        return operations.statistics(self._of(handle).index)

    async def call_centroid(self, handle: int, ids: Sequence[str] | None = None) -> Plain:
        """The mean of all vectors, or of some."""
        return {"vector": operations.centroid(self._of(handle).index, ids)}

    async def call_components(self, handle: int, m: int, seed: int = 0) -> Plain:
        """The directions of most variance."""
        index = self._of(handle).index
        return operations.components(index, _whole(m, "m"), _whole(seed, "seed"))

    async def call_clusters(self, handle: int, k: int, seed: int = 0) -> Plain:
        """The vectors in groups of near ones."""
        index = self._of(handle).index
        return operations.clusters(index, _whole(k, "k"), _whole(seed, "seed"))

    async def call_pool(
        self,
        handle: int,
        tokens: Buffer,
        *,
        texts: int,
        strategy: str,
        mask: Buffer | None = None,
        weights: Buffer | None = None,
    ) -> Plain:
        """Vectors of tokens as one for each text, end to end."""
        found = operations.pooled(
            np.frombuffer(tokens, np.float32),
            (_whole(texts, "texts"), self._of(handle).index.dim),
            strategy,
            None if mask is None else np.frombuffer(mask, np.float32),
            None if weights is None else np.frombuffer(weights, np.float32),
        )
        return {"vectors": found.reshape(-1)}

    async def call_normalise(self, handle: int, vectors: Buffer) -> Plain:
        """A matrix with rows of length 1, end to end."""
        dim = self._of(handle).index.dim
        found = BatchProcessor(dim).normalise(_rows(vectors, dim, None))
        return {"vectors": found.reshape(-1)}

    async def call_close(self, handle: int) -> Plain:
        """Let go of an index; of its memory with the last handle."""
        async with self._turn:
            vectors = self._open.pop(handle, None)
            if vectors is None or vectors in self._open.values():
                return
            self._named = {name: one for name, one in self._named.items() if one is not vectors}
            await vectors.close()

    async def call_names(self) -> Plain:
        """Names of all indexes that are kept."""
        return await vectors_file.names(self._store)

    async def call_delete(self, name: str) -> Plain:
        """Delete an index that is kept, whatever its state."""
        async with self._turn:
            if name in self._named:
                raise StorageError(
                    f"The vector index {name!r} is open.",
                    code="read-only",
                    hint="Close it, then delete it.",
                )
            await vectors_file.delete(self._store, name)

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[None]:
        """Keep an index as it is in the store while the block lasts."""
        async with self._turn:
            vectors = self._named.get(name)
            async with vectors.held() if vectors else asyncio.Lock():
                yield

    async def _opened(self, name: str | None, dim: int | None, options: dict[str, Any]) -> Vectors:
        if name is None:
            if dim is None:
                raise InputError("A vector index needs a dim.", hint="Give a dim, or a name.")
            return Vectors(VectorIndex(_whole(dim, "dim"), kernels=self._kernels, **options))
        async with self._turn:
            if name in self._named:
                self._named[name].check(name, dim, options)
            else:
                self._named[name] = await Vectors.open(
                    self._store,
                    name,
                    dim=None if dim is None else _whole(dim, "dim"),
                    kernels=self._kernels,
                    read_only=self._follows,
                    **options,
                )
            return self._named[name]

    def _of(self, handle: int) -> Vectors:
        vectors = self._open.get(handle)
        if vectors is None:
            raise ClosedError("The vector index was closed.")
        return vectors


def _rows(data: Buffer, dim: int, n: int | None) -> NDArray[np.float32]:
    """A matrix (n, dim) over the buffer; of another width where it has another size.

    >>> _rows(np.float32([1, 2, 3, 4]).data, 2, None).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    >>> _rows(np.float32([1, 2, 3, 4]).data, 3, 2).shape
    (2, 2)
    """
    flat = np.frombuffer(data, np.float32)
    if n and len(flat) != n * dim and len(flat) % n == 0 and len(flat) % dim:
        return flat.reshape(n, -1)
    if len(flat) % dim or (n == 1 and len(flat) != dim):
        return flat[np.newaxis]
    return flat.reshape(-1, dim)


def _graph(given: Mapping[str, Any]) -> GraphOptions:
    """Options of a graph under the page's names; those that are left out are as they are."""
    for key in given:
        if key not in _GRAPH_OPTIONS:
            hint = f"There are {', '.join(_GRAPH_OPTIONS)}."
            raise InputError(f"A graph has no option {key!r}.", hint=hint)
    return GraphOptions(**{_GRAPH_OPTIONS[key]: _whole(one, key) for key, one in given.items()})


_GRAPH_OPTIONS = {
    "M": "M",
    "efConstruction": "ef_construction",
    "efSearch": "ef_search",
    "seed": "seed",
}


def _answer(found: Sequence[Neighbours]) -> Plain:
    scores = [np.empty(0, np.float32), *(one.scores for one in found)]
    return {
        "counts": [len(one) for one in found],
        "ids": [key for one in found for key in one.ids],
        "scores": np.concatenate(scores),
    }


def _whole(value: object, name: str) -> int:
    if type(value) is not int:
        raise InputError(f"{name} is {value!r}; it must be a whole number.")
    return value
