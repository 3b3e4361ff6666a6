"""Vectors under ids of one's own, searched exactly or nearly so, in a fraction of their bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.core.dense import inputs
from app.core.dense.auditing import Audit
from app.core.dense.codes import Dtype, Matrix, decode, encode
from app.core.dense.elsewhere import Elsewhere
from app.core.dense.finder import Finder
from app.core.dense.graph import Graph
from app.core.dense.graph_arrays import Arrays, from_arrays
from app.core.dense.graph_options import GraphOptions, Preset, options_of
from app.core.dense.plan import REFERENCE_K
from app.core.dense.reports import Neighbours, VectorStats
from app.core.dense.scan import DISTANCES, Metric, unit_scales
from app.core.dense.scanner import Hits
from app.core.dense.shortlist import Shortlist
from app.core.dense.table import Table, no_memory
from app.core.kernels import NumpyKernels, VectorKernels

_RECALL = 0.99
_QUERIES = 64
"""The last queries that are kept for an audit."""


class VectorIndex:
    """An index of vectors of one dimension.

    `metric`: cosine (rows need a length), dot, euclidean or manhattan.
    `dtype`: what vectors are stored as. float32, int8 (a quarter of the bytes) and int4 (an eighth)
    work with every metric, binary (a thirty-second) with the cosine alone, which it knows by the
    share of dims whose signs are equal.
    `keep_float32`: keep float32 beside int8 or int4, for the last word on the order of hits; with
    `is_elsewhere` not here, but where the caller puts the rows that wait in `elsewhere`. What a
    search leaves to them is a `shortlist`, which they decide; `search` goes by the codes then.
    `recall`: the share of the true nearest ten that a search is to find. Large indexes of int8 and
    int4 by cosine are first searched by signs alone; how many of those candidates are scored is
    measured on the vectors. 1 scores every row on every search.
    `graph`: search a neighbour graph (HNSW) instead: "fast", "balanced", "high-recall" or
    `GraphOptions`; of int8, by every metric but manhattan. It is built as vectors are added.

    >>> index = VectorIndex(3)
    >>> index.add_batch(["x", "y"], np.float32([[1, 0, 0], [0, 2, 0]]))
    >>> index.search([0, 1, 1], k=2).ids
    ('y', 'x')

    Errors are `InputError`: "dimension-mismatch" for vectors of another dimension, "not-found" for
    an id that is not there, "bad-option" for all else, such as NaN, or an id that is there already.
    A call that fails changes nothing.
    """

    def __init__(
        self,
        dim: int,
        *,
        metric: Metric = "cosine",
        dtype: Dtype = "int8",
        keep_float32: bool = False,
        is_elsewhere: bool = False,
        recall: float = _RECALL,
        graph: Preset | GraphOptions | None = None,
        kernels: VectorKernels | None = None,
    ) -> None:
        inputs.check_options(dim, metric, dtype, recall, keep_float32)
        self.dim = dim
        self.metric: Metric = metric
        self.dtype: Dtype = dtype
        self.recall = recall
        self.kernels = kernels or NumpyKernels().vectors
        self._has_float32 = keep_float32 and dtype in {"int8", "int4"}
        self.elsewhere = Elsewhere() if self._has_float32 and is_elsewhere else None
        self._keeps = self._has_float32 and not is_elsewhere
        self._table = Table(dim, [dtype, "float32"] if self._keeps else [dtype])
        options = None if graph is None else options_of(graph)
        if options:
            inputs.check_graph(metric, dtype, recall)
        self._finder = Finder(
            self._table,
            metric,
            self.kernels,
            recall=recall,
            graph=options,
            defers=self.elsewhere is not None,
        )
        self._asked: deque[NDArray[np.float32]] = deque(maxlen=_QUERIES)

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def add(self, key: str, vector: ArrayLike) -> None:
        """Add one vector (dim,)."""
        self.add_batch([key], inputs.vector(vector, self.dim)[np.newaxis])

    def add_batch(self, ids: Sequence[str], vectors: ArrayLike) -> None:
        """Add vectors (n, dim), one for each id; all of them or, with an error, none."""
        try:
            rows = inputs.matrix(vectors, self.dim, self.metric)
            inputs.check_ids(ids, len(rows), self._table)
            if not len(rows):
                return
            coded = encode(rows, self.dtype)
            if self.metric == "cosine" and self.dtype in {"int8", "int4"}:
                coded = unit_scales(coded, self.kernels)
            both = [coded, encode(rows, "float32")] if self._keeps else [coded]
            places = self.elsewhere.grown(len(rows)) if self.elsewhere else None
        except MemoryError:
            raise no_memory(len(ids)) from None
        self._table.add(ids, both, self.graph.extend if self.graph else None)
        if self.elsewhere:
            self.elsewhere.add(rows, places)
        self._finder.forget()

    def remove(self, keys: str | Iterable[str]) -> int:
        """Take vectors out; how many of them were there."""
        removed = self._table.remove([keys] if isinstance(keys, str) else keys)
        self._finder.forget()
        if self._table.is_sparse:
            with suppress(MemoryError):  # what is dead stays until there is room to move the rest
                self.vacuum()
        return removed

    def vacuum(self) -> None:
        """Let go of vectors that were taken out; happens by itself once most of many are.

        `MemoryError` if there is no room for a copy of the others, and nothing has changed.
        """
        if self._table.n_rows == len(self):
            return
        living, live = self._table.living(), self._table.live
        places = self.elsewhere.left(live.view(np.bool_)) if self.elsewhere else None
        if self.graph:
            self._finder.ready()
            self.graph.vacuum(self._table.coded(0), live)
        # From here on nothing takes memory: all of them change, or none.
        if self.elsewhere and places is not None:
            self.elsewhere.move(places)
        self._table.take(living)
        self._finder.forget()

    def clear(self) -> None:
        """Take all vectors out."""
        self._table.clear()
        if self.elsewhere:
            self.elsewhere.clear()
        self._asked.clear()
        if self.graph:
            self.graph.clear()
        self._finder.planner.clear(self.wider)
        self._finder.forget()

    @property
    def table(self) -> Table:
        """The rows as they are stored, for who keeps them elsewhere."""
        return self._table

    @property
    def graph(self) -> Graph | None:
        """The graph that is searched, None where rows are scanned."""
        return self._finder.graph

    @property
    def wider(self) -> int:
        """How many times as many candidates as first thought audits have found to be needed."""
        return self._finder.wider

    @wider.setter
    def wider(self, wider: int) -> None:
        self._finder.wider = wider

    def take_graph(self, arrays: Arrays, n: int) -> None:
        """Take over a graph of the first n rows, as `graph_arrays` has it.

        Raises `StorageError` and `InputError` for one that is not of these rows.
        """
        rows = self._table.coded(0)[:n]
        self._finder.graph = from_arrays(arrays, rows, self.metric, self.kernels)

    def link(self) -> None:
        """Put rows into the graph that it does not have yet."""
        if self.graph:
            self.graph.extend(self._table.coded(0))

    def get(self, key: str) -> NDArray[np.float32]:
        """A vector (dim,) as it is stored: of length 1 for the cosine, rounded by its dtype."""
        row = self._table.row_of(key)
        coded = self._table.coded(1 if self._keeps else 0)[row : row + 1]
        return np.asarray(decode(coded)[0])

    def search(
        self, query: ArrayLike, k: int = 10, *, among: Iterable[str] | None = None
    ) -> Neighbours:
        """The k nearest vectors to a query (dim,), or as many as there are.

        `among`: only these ids, as far as they are there; k are found whenever k of them are.
        """
        return self.search_batch(self.one(query), k, among=among)[0]

    def one(self, query: ArrayLike) -> Matrix:
        """A query (dim,) as (1, dim)."""
        return inputs.vector(query, self.dim)[np.newaxis]

    def search_batch(
        self, queries: ArrayLike, k: int = 10, *, among: Iterable[str] | None = None
    ) -> list[Neighbours]:
        """The same for each of many queries (q, dim); the codes are read once for several."""
        short = self.shortlist(queries, k, among=among)
        return self._neighbours(self._finder.settled(short))

    def shortlist(
        self, queries: ArrayLike, k: int = 10, *, among: Iterable[str] | None = None
    ) -> Shortlist:
        """The hits of a search; where float32 is elsewhere, what may be among them."""
        inputs.check_k(k)
        rows = inputs.matrix(queries, self.dim, self.metric, "query")
        self._asked.extend(rows[-_QUERIES:].copy())
        whole = among is None and len(self) == self._table.n_rows
        return self._finder.found(rows, k, None if whole else self._table.mask(among))

    def decided(self, short: Shortlist, vectors: Matrix) -> list[Neighbours]:
        """The hits of a search by the float32 vectors (m, dim) of all rows of its shortlist."""
        return self._neighbours(short.decided(vectors, self.metric, self.kernels))

    def page(self, query: ArrayLike, offset: int = 0, limit: int = 10) -> Neighbours:
        """The nearest vectors from rank `offset`, counted from 0, on; `limit` of them at most."""
        found = self.search(query, self.depth_of_page(offset, limit))
        return Neighbours(found.ids[offset:], found.scores[offset:])

    def depth_of_page(self, offset: int, limit: int) -> int:
        """How many hits a page takes."""
        inputs.check_k(offset, "offset")
        inputs.check_k(limit, "limit")
        return min(offset + limit, len(self))

    def stats(self) -> VectorStats:
        """What the index holds."""
        planner, graph = self._finder.planner, self.graph
        held = self._table.nbytes + (planner.signs.bits.nbytes if planner.signs else 0)
        held += graph.nbytes if graph else 0
        plain = 4 * self.dim * len(self)
        return VectorStats(
            count=len(self),
            removed=self._table.n_rows - len(self),
            dim=self.dim,
            metric=self.metric,
            dtype=self.dtype,
            keeps_float32=self._has_float32,
            bytes=held,
            ratio=plain / held if held else 0.0,
            candidates=planner.plan.candidates,
            graph=graph.options if graph else None,
        )

    def audit(self, queries: ArrayLike | None = None, k: int = REFERENCE_K) -> Audit:
        """The recall of searches beside exact ones, over queries (q, dim).

        Without queries over those that were asked last, and if there are none over some vectors.
        Exact is by float32 where that is kept, else by the codes. As long as the recall is under
        the target, the candidates are doubled, for this audit and for all searches to come.
        """
        asked = self.to_audit(queries, k)
        wanted, reference = self._finder.nearest(asked, k)
        audit = None
        while True:
            found = self._finder.settled(self.audited(asked, k))
            audit = self._finder.tally(found, wanted, k, reference=reference, before=audit)
            if not self._finder.widen(audit):
                return audit

    def to_audit(self, queries: ArrayLike | None, k: int) -> Matrix:
        """The queries (q, dim) of an audit: those given, those asked last, or some vectors."""
        inputs.check_k(k)
        given = queries
        if given is None:
            given = np.stack(self._asked) if self._asked else self._finder.typical()
        return inputs.matrix(given, self.dim, self.metric, "query")

    def audited(self, queries: Matrix, k: int) -> Shortlist:
        """A search by the present plan, of which nothing is remembered."""
        return self._finder.found(queries, k, self._table.live)

    @property
    def finder(self) -> Finder:
        """What searches, for who audits it by rows from elsewhere."""
        return self._finder

    def _neighbours(self, found: Iterable[Hits]) -> list[Neighbours]:
        sign = np.float32(-1 if self.metric in DISTANCES else 1)
        return [
            Neighbours(tuple(map(self._table.id_of, hits.rows.tolist())), sign * hits.scores)
            for hits in found
        ]
