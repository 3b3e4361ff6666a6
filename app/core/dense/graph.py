"""A neighbour graph over int8 codes: hierarchical navigable small worlds (HNSW).

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical
navigable small world graphs", 2018. Neighbours are chosen by its algorithm 4, without extending the
candidates and without keeping those that are pruned, as hnswlib does.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Float32s, Float64s, query_codes, squared_lengths
from app.core.dense.graph_options import GraphOptions
from app.core.dense.scan import Matrix, Metric, Uint32s
from app.core.kernels import VectorKernels
from app.core.kernels.graph import HIGHEST, NOTHING, Extras, Links, Points

Item = TypeVar("Item", bound=np.generic)
Flags = NDArray[np.uint8]

KINDS: dict[Metric, Extras] = {"cosine": "alone", "dot": "multiplied", "euclidean": "taken off"}
"""The metrics that there are graphs by."""

_GROWTH = 1.25
_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)


class Graph:
    """The graph of rows of int8 codes, which are given anew to each call and never kept.

    The same options and rows, in the same order, give the same graph on every machine, also if
    the rows come in parts. For the dot product each row gets one more dim, with which all rows are
    equally long and the nearest have the largest product (Bachrach et al., 2014); when a row is
    longer than all that were foreseen, the graph is built anew.

    >>> from app.core.dense.codes import encode
    >>> from app.core.kernels import NumpyKernels
    >>> graph = Graph("euclidean", GraphOptions(M=2), NumpyKernels().vectors)
    >>> rows = encode(np.float32([[0], [1], [5], [6]]), "int8")
    >>> graph.extend(rows)
    >>> [found.tolist() for found in graph.search(rows, np.float32([[4.9]]), ef=2)]
    [[2, 3]]
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
        self._extras = np.empty(0, np.float32)
        self._links = np.empty((0, 2 * width), np.uint32)
        self._upper = np.empty((0, width), np.uint32)
        self.entry = NOTHING
        self.reach = 0
        """For the dot product: no row is longer than the square root of 2 to this."""
        self._n = self._n_upper = 0
        self._owned = True

    @property
    def n_rows(self) -> int:
        """Rows that are in it."""
        return self._n

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, spare ones too."""
        arrays = self._levels, self._starts, self._extras, self._links, self._upper
        return sum(array.nbytes for array in arrays)

    @property
    def links(self) -> Links:
        """The lists, as views."""
        n = self._n
        levels, starts, links = self._levels[:n], self._starts[:n], self._links[:n]
        return Links(levels, starts, links, self._upper[: self._n_upper], self.entry)

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
        squared = squared_lengths(coded[first:], self._kernels)
        reach = reach_of(squared) if self.metric == "dot" else self.reach
        anew = not first or reach > self.reach
        if anew:
            squared = squared_lengths(coded, self._kernels)
        else:
            reach = self.reach
        begin, entry = (0, NOTHING) if anew else (first, self.entry)
        extras = np.concatenate([self._extras[:begin], lifted(self.metric, squared, reach)])
        arrays = self._levels[:last], self._starts[:last], self._links[:last]
        links = Links(*arrays, self._upper[: int(ends[-1])], entry)
        points, ef = self._points(coded, extras), self.options.ef_construction
        self._kernels.graph.insert(points, links, begin, last, ef)
        self._extras, self.reach, self.entry = extras, reach, links.entry
        self._n, self._n_upper = last, int(ends[-1])

    def search(
        self, coded: Coded, queries: Matrix, ef: int, mask: Flags | None = None
    ) -> list[Uint32s]:
        """Of each query (q, dim) about `ef` of the nearest rows that the mask lets through."""
        asked = [query_codes(query, coded.dim) for query in queries]
        values = np.stack([each[0] for each in asked])
        steps = np.array([each[1] for each in asked], np.float32)
        points = self._points(coded, self._extras)
        return self._kernels.graph.search(points, self.links, values, steps, ef, mask)

    def vacuum(self, coded: Coded, live: Flags) -> None:
        """Lead past rows that are dead, and leave them out; the others are numbered anew.

        `live` (n,). Afterwards row numbers are those of ``coded[live]``.
        """
        self._reserve(self._n, self._n_upper)
        links, kept = self.links, live != 0
        points, ef = self._points(coded, self._extras), self.options.ef_construction
        self._kernels.graph.mend(points, links, live, ef)
        numbers = np.full(len(kept) + 1, NOTHING, np.uint32)
        numbers[:-1][kept] = np.arange(np.count_nonzero(kept), dtype=np.uint32)
        levels = links.levels[kept]
        extras = self._extras[kept] if len(self._extras) else self._extras
        table = numbers[np.minimum(links.links[kept], len(kept))]
        upper = numbers[np.minimum(links.upper[np.repeat(kept, links.levels)], len(kept))]
        self.take(levels, extras, table, upper, highest(levels))

    def take(
        self, levels: Flags, extras: Float32s, links: Uint32s, upper: Uint32s, entry: int
    ) -> None:
        """Have these arrays, which belong together; they are copied when rows are put in."""
        self._levels, self._extras, self._links, self._upper = levels, extras, links, upper
        self._starts = (np.cumsum(levels, dtype=np.int64) - levels).astype(np.uint32)
        self._n, self._n_upper, self.entry, self._owned = len(levels), len(upper), entry, False

    def _points(self, coded: Coded, extras: Float32s) -> Points:
        return Points(coded.codes, coded.scales, extras, KINDS[self.metric])  # type: ignore[arg-type]

    def _reserve(self, n: int, n_upper: int) -> None:
        """Have arrays of one's own, with room for so many rows and upper lists."""
        if self._owned and n <= len(self._levels) and n_upper <= len(self._upper):
            return
        size = n if not self._n else max(n, int(n * _GROWTH))
        size_upper = n_upper if not self._n else max(n_upper, int(n_upper * _GROWTH))
        arrays = self._levels, self._starts, self._links
        grown = [self._grown(array, self._n, size) for array in arrays]
        upper = self._grown(self._upper, self._n_upper, size_upper)
        self._levels, self._starts, self._links = grown  # type: ignore[assignment]
        self._upper, self._owned = upper, True

    def _grown(self, array: NDArray[Item], held: int, size: int) -> NDArray[Item]:
        width = array.shape[1:]
        items = size * (width[0] if width else 1)
        room = self._kernels.graph.room(items, array.dtype.type).reshape(size, *width)
        room[:held] = array[:held]
        return room


def drawn_levels(options: GraphOptions, first: int, last: int) -> NDArray[np.uint8]:
    """Levels of rows with these numbers: l or more with the probability M ** -l.

    Whole numbers alone decide, so that they are the same everywhere (splitmix64, Steele 2014).

    >>> levels = drawn_levels(GraphOptions(M=4), 0, 10_000)
    >>> [int((levels >= level).sum()) for level in (1, 2, 3)]
    [2569, 628, 170]
    """
    numbers = np.arange(first + 1, last + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        mixed = (numbers + (np.uint64(options.seed) << np.uint64(32))) * _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
        mixed ^= mixed >> np.uint64(31)
    limits = [2**64 // options.M**level for level in range(HIGHEST, 0, -1)]
    below = np.searchsorted(np.array(limits, np.uint64), mixed, side="right")
    return (HIGHEST - below).astype(np.uint8)


def lifted(metric: Metric, squared: Float64s, reach: int) -> Float32s:
    """The extras of rows with these squared lengths; none for the cosine.

    >>> lifted("euclidean", np.array([4.0]), 0), lifted("dot", np.array([7.0]), 4)
    (array([2.], dtype=float32), array([3.], dtype=float32))
    """
    if metric == "cosine":
        return np.empty(0, np.float32)
    extras = squared / 2 if metric == "euclidean" else np.sqrt(np.ldexp(1.0, reach) - squared)
    return extras.astype(np.float32)


def highest(levels: NDArray[np.uint8]) -> int:
    """The first row with the highest level; `NOTHING` if there is none.

    >>> highest(np.uint8([0, 2, 2])), highest(np.uint8([])) == NOTHING
    (1, True)
    """
    return int(levels.argmax()) if len(levels) else NOTHING


def reach_of(squared: Float64s) -> int:
    """The least power of two that no squared length is above.

    >>> reach_of(np.array([3.0, 4.0])), reach_of(np.array([4.1])), reach_of(np.array([0.0]))
    (2, 3, -1074)
    """
    part, power = np.frexp(squared.max(initial=np.finfo(np.float64).smallest_subnormal))
    return int(power) - int(part == 0.5)
