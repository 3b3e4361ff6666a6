"""A neighbour graph over int8 codes: hierarchical navigable small worlds (HNSW).

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical
navigable small world graphs", 2018. Neighbours are chosen by its algorithm 4, without extending the
candidates and without keeping those that are pruned, as hnswlib does.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Float32s, query_codes, squared_lengths
from app.core.dense.graph_options import GraphOptions
from app.core.dense.graph_rings import highest, ringed, rings_of
from app.core.dense.graph_rows import drawn_levels, halves_of
from app.core.dense.scan import Matrix, Metric, Uint32s
from app.core.kernels import VectorKernels
from app.core.kernels.graph import NOTHING, Links, Points, Walked

Item = TypeVar("Item", bound=np.generic)
Flags = NDArray[np.uint8]

_GROWTH = 1.25


class Graph:
    """The graph of rows of int8 codes, which are given anew to each call and never kept.

    The same options and rows, in the same order, give the same graph on every machine, also if
    the rows come in parts. By the dot product, which is no distance, the graph is that of the
    products themselves (Morozov and Babenko, "Non-metric similarity graphs for maximum inner
    product search", 2018).

    >>> from app.core.dense.codes import encode
    >>> from app.core.kernels import NumpyKernels
    >>> graph = Graph("euclidean", GraphOptions(M=2), NumpyKernels().vectors)
    >>> rows = encode(np.float32([[0], [1], [5], [6]]), "int8")
    >>> graph.extend(rows)
    >>> graph.search(rows, np.float32([[4.9]]), ef=2)[0][0].rows.tolist()
    [2, 3]
    """

    def __init__(self, metric: Metric, options: GraphOptions, kernels: VectorKernels) -> None:
        self.metric = metric
        self.options = options
        self._kernels = kernels
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        width = self.options.M
        self._levels = np.empty(0, np.uint8)
        self._starts = np.empty(0, np.uint32)
        self._equals = np.empty(0, np.uint32)
        self._halves = np.empty(0, np.float32)
        self._links = np.empty((0, 2 * width), np.uint32)
        self._upper = np.empty((0, width), np.uint32)
        self.entry = NOTHING
        self._n = self._n_upper = 0
        self._owned = True

    @property
    def n_rows(self) -> int:
        """Rows that are in it."""
        return self._n

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, spare ones too."""
        columns = self._levels, self._starts, self._halves, self._equals
        return sum(array.nbytes for array in (*columns, self._links, self._upper))

    @property
    def links(self) -> Links:
        """The lists, as views."""
        return self._cut(self._n, self._n_upper, self.entry)

    def extend(self, coded: Coded) -> None:
        """Put in the rows behind those that are there; `coded` has all of them.

        `MemoryError` if there is no room for them, and nothing has changed.
        """
        first, last = self._n, len(coded)
        if first == last:
            return
        levels = drawn_levels(self.options, first, last)
        ends = self._n_upper + np.cumsum(levels, dtype=np.int64)
        self._reserve(last, int(ends[-1]))
        self._levels[first:last] = levels
        self._starts[first:last] = ends - levels
        halves = self._halves
        if self.metric == "euclidean":
            squared = squared_lengths(coded[first:], self._kernels)
            halves = np.concatenate([halves, halves_of(squared)])
        links = self._cut(last, int(ends[-1]), self.entry)
        points, ef = self._points(coded, halves), self.options.ef_construction
        self._kernels.graph.insert(points, links, first, last, ef)
        self._halves, self.entry = halves, links.entry
        self._n, self._n_upper = last, int(ends[-1])

    def search(
        self, coded: Coded, queries: Matrix, ef: int, mask: Flags | None = None
    ) -> tuple[list[Walked], list[float]]:
        """Of each query (q, dim) about `ef` of the nearest rows that the mask lets through.

        And the error of each query, see `query_codes`. Scores are products, by the Euclidean
        distance less half the squared length of the row: then the nearest has the largest.
        """
        asked = [query_codes(query, coded.dim) for query in queries]
        values = np.stack([each[0] for each in asked])
        steps = np.array([each[1] for each in asked], np.float32)
        points = self._points(coded, self._halves)
        found = self._kernels.graph.search(points, self.links, values, steps, ef, mask)
        return found, [each[2] for each in asked]

    def vacuum(self, coded: Coded, live: Flags) -> None:
        """Lead past rows that are dead, and leave them out; the others are numbered anew.

        `live` (n,). Afterwards row numbers are those of ``coded[live]``.
        """
        self._reserve(self._n, self._n_upper)
        links, kept, n = self.links, live != 0, self._n
        rings = [np.array(ring) for ring in rings_of(links.equals)]
        living = [ring[kept[ring]] for ring in rings]
        # The lists of a ring are those of its first row, and pass to the first that lives.
        pairs = [(ring[0], left[0]) for ring, left in zip(rings, living, strict=True) if len(left)]
        heads, firsts = np.array(pairs, np.intp).reshape(-1, 2).T
        counts = kept.copy()
        counts[heads] = True
        points, ef = self._points(coded, self._halves), self.options.ef_construction
        self._kernels.graph.mend(points, links, counts.view(np.uint8), ef)
        numbers = np.full(n + 1, NOTHING, np.uint32)
        numbers[:-1][kept] = np.arange(np.count_nonzero(kept), dtype=np.uint32)
        numbers[heads] = numbers[firsts]
        sources = np.arange(n)
        sources[firsts] = heads
        equals = ringed([numbers[ring].tolist() for ring in living], int(kept.sum()))
        halves = self._halves[kept] if len(self._halves) else self._halves
        self.take(_renumbered(links, sources[kept], numbers, equals), halves)

    def take(self, links: Links, halves: Float32s) -> None:
        """Have these arrays, which belong together; they are copied when rows are put in."""
        self._levels, self._starts, self._equals = links.levels, links.starts, links.equals
        self._links, self._upper, self._halves = links.links, links.upper, halves
        self._n, self._n_upper = len(links.levels), len(links.upper)
        self.entry, self._owned = links.entry, False

    def _cut(self, n: int, n_upper: int, entry: int) -> Links:
        columns = self._levels[:n], self._starts[:n], self._links[:n]
        return Links(*columns, self._upper[:n_upper], self._equals[:n], entry)

    def _points(self, coded: Coded, halves: Float32s) -> Points:
        held = halves if self.metric == "euclidean" else None
        return Points(coded.codes, coded.scales, held)  # type: ignore[arg-type]

    def _reserve(self, n: int, n_upper: int) -> None:
        """Have arrays of one's own, with room for so many rows and upper lists."""
        if self._owned and n <= len(self._levels) and n_upper <= len(self._upper):
            return
        size = n if not self._n else max(n, int(n * _GROWTH))
        size_upper = n_upper if not self._n else max(n_upper, int(n_upper * _GROWTH))
        arrays = self._levels, self._starts, self._equals, self._links
        grown = [self._grown(array, self._n, size) for array in arrays]
        upper = self._grown(self._upper, self._n_upper, size_upper)
        self._levels, self._starts, self._equals, self._links = grown  # type: ignore[assignment]
        self._upper, self._owned = upper, True

    def _grown(self, array: NDArray[Item], held: int, size: int) -> NDArray[Item]:
        width = array.shape[1:]
        items = size * (width[0] if width else 1)
        room = self._kernels.graph.room(items, array.dtype.type).reshape(size, *width)
        room[:held] = array[:held]
        return room


def starts_of(levels: NDArray[np.uint8]) -> Uint32s:
    """Where the upper lists of each row begin.

    >>> starts_of(np.uint8([0, 2, 0, 1])).tolist()
    [0, 0, 2, 2]
    """
    return (np.cumsum(levels, dtype=np.int64) - levels).astype(np.uint32)


def _renumbered(
    links: Links, sources: NDArray[np.intp], numbers: Uint32s, equals: Uint32s
) -> Links:
    """The lists of some rows, with new numbers; `numbers` has one more, for nothing."""
    last = len(numbers) - 1
    levels = links.levels[sources]
    starts = starts_of(levels)
    within = np.arange(int(levels.sum(dtype=np.int64))) - np.repeat(starts, levels)
    upper = links.upper[np.repeat(links.starts[sources], levels) + within]
    near, far = (numbers[np.minimum(table, last)] for table in (links.links[sources], upper))
    return Links(levels, starts, near, far, equals, highest(levels, equals))
