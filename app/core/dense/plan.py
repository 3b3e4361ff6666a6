"""How a search goes: over all rows, or over those that a look at their signs leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s
from app.core.dense.scan import Matrix, Near, Rows, Uint32s, joined
from app.core.dense.signs import Signs
from app.core.kernels import VectorKernels

Flags = NDArray[np.uint8]

REFERENCE_K = 10
"""The hits that candidates are counted for."""

WORTH = 0.25
"""The share of all rows from which on a choice of them saves nothing: a scan takes as long."""

_WIDEST = 4.0
"""How many times as many candidates there are at most where a mask leaves few rows."""

_SCORES_AT_ONCE = 1 << 22
"""Scores that are held at a time, however many queries there are."""


class Hits(NamedTuple):
    """Rows, nearest first, equally near ones rising, and their scores; both (m,), m <= k."""

    rows: Uint32s
    scores: Float32s


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rows the signs leave to be scored.

    `candidates`: rows for up to `k` hits, those that differ from the query in the fewest bits; more
    hits take more of them in proportion. None: all rows are scored.
    """

    candidates: int | None
    k: int = REFERENCE_K

    def depth(self, k: int, live: int, n: int) -> int | None:
        """Candidates for k hits among `live` of n rows; None where all are scored.

        Where few rows are let through, the nearest of them are far, and signs tell less of that.

        >>> Plan(300).depth(10, 9000, 9000), Plan(300).depth(25, 9000, 9000)
        (300, 750)
        >>> Plan(300).depth(1, 3000, 9000), EVERYTHING.depth(1, 9000, 9000)
        (900, None)
        """
        if self.candidates is None:
            return None
        wider = min(_WIDEST, n / max(live, 1)) * max(1.0, k / self.k)
        return max(ceil(self.candidates * wider), k)


EVERYTHING = Plan(None)
"""All rows are scored: nothing is ever missed."""


class Searcher(Protocol):
    """What finds the nearest rows, in whatever way."""

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through."""


class Scanner:
    """Searches rows that lie in parts by a plan; how they are cut has no effect on the result.

    Rows are numbered through all parts. `signs`: of each part, about one centre, or none at all.
    `fine`: the same rows in float32, which decide between those that the codes find.
    """

    def __init__(
        self,
        kernels: VectorKernels,
        parts: Sequence[Rows],
        *,
        signs: Sequence[Signs] = (),
        fine: Sequence[Rows] = (),
    ) -> None:
        self._kernels = kernels
        self._parts = parts
        self._signs = signs
        self._fine = fine
        self._edges = [0, *accumulate(len(part.coded) for part in parts)]

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through."""
        n = self._edges[-1]
        if not n or not k:
            return [Hits(np.empty(0, np.uint32), np.empty(0, np.float32)) for _ in queries]
        live = n if mask is None else int(np.count_nonzero(mask))
        depth = plan.depth(k, live, n) if self._signs else None
        if mask is not None and live <= (int(WORTH * n) if depth is None else depth):
            few = np.flatnonzero(mask)
            chosen = [few[low:high].astype(np.uint32) for low, high in self._spans(few)]
            chosen = [rows - np.uint32(at) for rows, at in zip(chosen, self._edges, strict=False)]
            return [self.among(query, k, chosen) for query in queries]
        group = max(1, _SCORES_AT_ONCE // n)
        groups = [queries[at : at + group] for at in range(0, len(queries), group)]
        if depth is None or depth > WORTH * n:
            return [hits for some in groups for hits in self._all(some, k, mask)]
        return [hits for some in groups for hits in self._by_signs(some, k, mask, depth)]

    def _all(self, queries: Matrix, k: int, mask: Flags | None) -> list[Hits]:
        found = zip(*(part.near(queries) for part in self._parts), strict=True)
        pairs = zip(queries, found, strict=True)
        return [self._best(query, k, joined(parts), mask, None) for query, parts in pairs]

    def _by_signs(self, queries: Matrix, k: int, mask: Flags | None, depth: int) -> list[Hits]:
        asked = self._signs[0].of(queries)
        looks = [
            self._kernels.hamming(signs.bits, asked, None if mask is None else mask[low:high])
            for signs, (low, high) in zip(self._signs, pairwise(self._edges), strict=True)
        ]
        histograms = sum((look.histogram for look in looks[1:]), looks[0].histogram)
        hits = []
        for number, query in enumerate(queries):
            # All at the last distance come along, so that it does not matter how rows are cut.
            limit = int(np.searchsorted(np.cumsum(histograms[number]), depth))
            distances = [look.distances[number] for look in looks]
            chosen = [self._kernels.within(apart, limit) for apart in distances]
            hits.append(self.among(query, k, chosen))
        return hits

    def among(self, query: Float32s, k: int, chosen: Sequence[Uint32s]) -> Hits:
        """Hits of some rows of each part, rising and numbered in the part."""
        asked = query[np.newaxis]
        near = [part.near(asked, rows)[0] for part, rows in zip(self._parts, chosen, strict=True)]
        edges = zip(chosen, self._edges, strict=False)
        numbers = np.concatenate([rows + np.uint32(at) for rows, at in edges])
        return self._best(query, k, joined(near), None, numbers)

    def _best(
        self, query: Float32s, k: int, near: Near, mask: Flags | None, chosen: Uint32s | None
    ) -> Hits:
        """Hits of nearly scored rows, those numbered in `chosen` or all."""
        kernels = self._kernels
        floor = kernels.floor(near.scores, mask, min(k, len(near.scores)))
        reached = kernels.reaching(near.scores, mask, near.lowest(floor, self._doubt(query)))
        return self._ranked(query, k, reached if chosen is None else chosen[reached])

    def falling(self, query: Float32s, k: int, near: Near, chosen: Uint32s) -> Hits:
        """Hits of nearly scored rows, at least k, which were found nearest first."""
        lowest = near.lowest(float(near.scores[k - 1]), self._doubt(query))
        return self._ranked(query, k, np.sort(chosen[near.scores >= np.float32(lowest)]))

    def _doubt(self, query: Float32s) -> float:
        return max(part.doubt(query) for part in self._parts) if self._fine else 0.0

    def _ranked(self, query: Float32s, k: int, rows: Uint32s) -> Hits:
        """The best of rising rows by their true scores."""
        scores = self.exact(query, rows)
        order = np.lexsort((rows, -scores))[:k]
        return Hits(rows[order], scores[order])

    def exact(self, query: Float32s, rows: Uint32s) -> Float32s:
        """True scores of rising rows."""
        spans = zip(self._fine or self._parts, self._edges, self._spans(rows), strict=False)
        scores = [
            part.exact(query, rows[low:high] - np.uint32(at))
            for part, at, (low, high) in spans
            if low < high
        ]
        return np.concatenate([np.empty(0, np.float32), *scores])

    def _spans(self, rows: NDArray[np.integer[Any]]) -> list[tuple[int, int]]:
        """Where the rows of each part begin and end among rising ones."""
        return list(pairwise(np.searchsorted(rows, self._edges).tolist()))
