"""Vectors of a caller's own under ids: in memory, or kept in a store under a name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.core.dense.auditing import Audit
from app.core.dense.graph_options import options_of
from app.core.dense.nearest import Nearest
from app.core.dense.plan import REFERENCE_K
from app.core.dense.reports import Neighbours
from app.core.dense.shortlist import Shortlist
from app.core.dense.vector_index import VectorIndex
from app.core.kernels import VectorKernels
from app.errors import ClosedError, InputError, StorageError
from app.ports import Store
from app.storage.vectors_file import VectorsFile

_log = logging.getLogger(__name__)


class Vectors:
    """A `VectorIndex` whose changes are durable when a call returns, if it has a name.

    What changes the index goes through here, and so do searches: float32 rows of an index with a
    name stay in the store (`keep_float32`), and the last word is asked of those that may be among
    the hits. A change that fails, because the device is full or another tab writes, changes
    nothing: `StorageError` (`quota-exceeded`, `read-only`), beside the errors of `VectorIndex`.
    `ClosedError` after `close`.
    """

    def __init__(
        self, index: VectorIndex, file: VectorsFile | None = None, *, follows: bool = False
    ) -> None:
        self._index = index
        self._file = file
        self._follows = follows
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(
        cls,
        store: Store,
        name: str,
        *,
        dim: int | None = None,
        kernels: VectorKernels | None = None,
        read_only: bool = False,
        **options: Any,  # noqa: ANN401 (those of `VectorIndex`)
    ) -> Vectors:
        """The vectors of this name in a store, made with `dim` and `options` if there are none.

        Options that are given for vectors that are there must be theirs. One at a time may write
        them. Raises `InputError`: `not-found` without a `dim` where there are none,
        `dimension-mismatch`, `bad-option`; and `StorageError`.
        """
        file = VectorsFile(store, name)
        index = await file.load(kernels=kernels)
        if index is not None:
            found = cls(index, file, follows=read_only)
            found.check(name, dim, options)
            if not read_only:
                await file.sweep()
            return found
        if dim is None:
            raise InputError(
                f"There is no vector index {name!r}.",
                code="not-found",
                hint="Give a dim to make one.",
            )
        index = VectorIndex(dim, kernels=kernels, is_elsewhere=True, **options)
        await file.sweep()
        await file.save(index)
        return cls(index, file, follows=read_only)

    @property
    def index(self) -> VectorIndex:
        """What is searched."""
        if self._closed:
            raise ClosedError("The vector index was closed.")
        return self._index

    def check(self, name: str, dim: int | None, options: Mapping[str, Any]) -> None:
        """`InputError` for options that are not those of the index that is there."""
        index = self.index
        stats = index.stats()
        if dim is not None and dim != stats.dim:
            raise InputError(
                f"The vector index {name!r} has {stats.dim} dims, not {dim}.",
                code="dimension-mismatch",
                hint="Open it without a dim, or choose another name.",
            )
        own = {
            "metric": stats.metric,
            "dtype": stats.dtype,
            "keep_float32": stats.keeps_float32,
            "recall": index.recall,
            "graph": stats.graph,
        }
        given = dict(options)
        if stats.dtype not in {"int8", "int4"}:
            given.pop("keep_float32", None)  # which says nothing there
        if given.get("graph") is not None:
            given["graph"] = options_of(given["graph"])
        for option, value in given.items():
            if own[option] != value:
                raise InputError(
                    f"The vector index {name!r} has {option} {own[option]!r}, not {value!r}.",
                    hint=f"Open it without {option}, or choose another name.",
                )

    async def add(self, key: str, vector: ArrayLike) -> None:
        """Add one vector (dim,)."""
        await asyncio.shield(self._add([key], lambda: self.index.add(key, vector)))

    async def add_batch(self, ids: Sequence[str], vectors: ArrayLike) -> None:
        """Add vectors (n, dim), one for each id; all of them or, with an error, none."""
        await asyncio.shield(self._add(ids, lambda: self.index.add_batch(ids, vectors)))

    async def remove(self, keys: str | Iterable[str]) -> int:
        """Take vectors out; how many of them were there."""
        return await asyncio.shield(self._remove([keys] if isinstance(keys, str) else list(keys)))

    async def vacuum(self) -> None:
        """Let go of vectors that were taken out, here and in the store; happens by itself too."""
        await asyncio.shield(self._vacuum())

    async def clear(self) -> None:
        """Take all vectors out."""
        await asyncio.shield(self._clear())

    async def get(self, key: str) -> NDArray[np.float32]:
        """A vector (dim,) as it is stored: of length 1 for the cosine, rounded by its dtype."""
        index = self.index
        if not self._file or not index.elsewhere:
            return index.get(key)
        row = np.array([index.table.row_of(key)], np.uint32)
        vectors = await self._file.floats(index, row)
        return np.asarray(vectors[0])

    async def search(
        self, query: ArrayLike, k: int = 10, *, among: Iterable[str] | None = None
    ) -> Neighbours:
        """The k nearest vectors to a query (dim,), or as many as there are."""
        return (await self.search_batch(self.index.one(query), k, among=among))[0]

    async def search_batch(
        self, queries: ArrayLike, k: int = 10, *, among: Iterable[str] | None = None
    ) -> list[Neighbours]:
        """The same for each of many queries (q, dim); the codes are read once for several.

        Raises `StorageError` where float32 rows cannot be read.
        """
        ids = None if among is None else list(among)
        while True:
            index = self.index
            if not self._file or not index.elsewhere:
                return index.search_batch(queries, k, among=ids)
            short = index.shortlist(queries, k, among=ids)
            vectors = await self._floats(short)
            if vectors is not None:
                return index.decided(short, vectors)

    async def page(self, query: ArrayLike, offset: int = 0, limit: int = 10) -> Neighbours:
        """The nearest vectors from rank `offset`, counted from 0, on; `limit` of them at most."""
        depth = self.index.depth_of_page(offset, limit)
        found = await self.search(query, depth)
        return Neighbours(found.ids[offset:], found.scores[offset:])

    async def _floats(self, short: Shortlist) -> NDArray[np.float32] | None:
        """The float32 rows of a shortlist; None where a change came between."""
        index, file = self.index, self._file
        if file is None:
            raise ValueError("there is no file")
        generation = file.generation
        try:
            vectors = await file.floats(index, short.rows)
        except StorageError:
            if self._follows and (newer := await file.load(kernels=index.kernels)):
                self._index = newer
            if file.generation != generation:
                return None
            raise
        return vectors if index.table.moves == short.moves else None

    async def audit(self, queries: ArrayLike | None = None, k: int = REFERENCE_K) -> Audit:
        """The recall of searches; what it takes to reach the target is kept with the vectors.

        Beside float32 wherever it is kept: all of it is read.
        """
        async with self._turn:
            before = self.index.wider
            if self._file and self.index.elsewhere:
                found = await self._audit(self._file, queries, k)
            else:
                found = self.index.audit(queries, k)
            if self._file and self.index.wider > before:
                try:
                    await self._file.save(self.index)
                except StorageError as error:  # it holds until the index is closed
                    _log.warning("what the audit found cannot be kept: %s", error.message)
            return found

    def held(self) -> asyncio.Lock:
        """To be held while the files of these vectors must stay as they are."""
        return self._turn

    async def renew(self, file: VectorsFile, kernels: VectorKernels | None = None) -> None:
        """Take what is in a store now, as the one who writes it from now on.

        Closed where there is nothing any more. Raises `StorageError`.
        """
        async with self._turn:
            index = await file.load(kernels=kernels)
            if index is None:
                self._closed = True
            else:
                self._index, self._file, self._follows = index, file, False

    async def close(self) -> None:
        """Wait for the change under way, and let go of the memory."""
        async with self._turn:
            if not self._closed:
                self._closed = True
                self._index = VectorIndex(1)

    async def _audit(self, file: VectorsFile, queries: ArrayLike | None, k: int) -> Audit:
        index = self.index
        asked = index.to_audit(queries, k)
        wanted = Nearest(asked, k, index.metric, index.kernels)
        async for rows, vectors in file.all_floats(index):
            wanted.look(rows, vectors, index.table.live)
            await asyncio.sleep(0)
        audit = None
        while True:
            short = index.audited(asked, k)
            found = short.decided(await file.floats(index, short.rows), index.metric, index.kernels)
            audit = index.finder.tally(found, wanted.rows, k, reference="float32", before=audit)
            if not index.finder.widen(audit):
                return audit

    async def _add(self, ids: Sequence[str], add: Callable[[], None]) -> None:
        async with self._turn:
            add()
            if self._file and len(ids):
                try:
                    await self._file.save(self.index)
                except BaseException:
                    self.index.remove(ids)
                    raise

    async def _remove(self, wanted: Sequence[str]) -> int:
        async with self._turn:
            if self._file:
                table = self.index.table
                rows = [table.row_of(key) for key in set(wanted) if key in table]
                if not rows:
                    return 0
                await self._file.save(self.index, np.array(rows, np.intp))
            return self.index.remove(wanted)

    async def _vacuum(self) -> None:
        async with self._turn:
            before = self.index.table.moves
            self.index.vacuum()
            if self._file and self.index.table.moves != before:
                await self._file.save(self.index)

    async def _clear(self) -> None:
        async with self._turn:
            if self._file:
                await self._file.clear(self.index)
            self.index.clear()
