"""How a search goes: over all rows, or over those that a look at their signs leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s, Matrix
from app.core.dense.likely import likely
from app.core.dense.near import Asked, Near
from app.core.dense.plan import FEWEST_CANDIDATES, WORTH, Plan
from app.core.dense.scan import Rows, Uint32s
from app.core.dense.signs import Signs
from app.core.kernels import VectorKernels

Flags = NDArray[np.uint8]
"""1 for each row that counts, 0 for each that does not."""

_FIRST = 4
"""Rows that are scored for each hit to see how near hits are, where that is more."""

_SCORES_AT_ONCE = 1 << 22
"""Scores that are held at a time, however many queries there are."""


class Hits(NamedTuple):
    """Rows, nearest first, equally near ones rising, and their scores; both (m,), m <= k."""

    rows: Uint32s
    scores: Float32s


class Look(NamedTuple):
    """What the signs say of one query.

    `distances` (n,): in how many bits each row differs. `below` (bits + 1,): how many rows differ
    in so many or in fewer.
    """

    distances: NDArray[np.uint16]
    below: NDArray[np.integer[Any]]

    def reached(self, depth: int) -> int:
        """The least distance within which there are so many rows; the largest if there are fewer.

        >>> look = Look(np.empty(0, np.uint16), np.array([0, 3, 3, 9]))
        >>> [look.reached(depth) for depth in (1, 3, 4, 50)]
        [1, 1, 3, 3]
        """
        return min(int(np.searchsorted(self.below, depth)), len(self.below) - 1)


class Searcher(Protocol):
    """What finds the nearest rows, in whatever way."""

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through."""


class Scanner:
    """Searches rows by a plan; how they are cut into parts has no effect on the result.

    `signs`: of each part, about one centre, or none at all. `fine`: the same rows in float32,
    which decide between those that the codes find. `defers`: float32 rows that are not here do;
    hits are then all rows that they are to be asked of, rising, with what the codes score them.
    """

    def __init__(
        self,
        kernels: VectorKernels,
        rows: Rows,
        *,
        signs: Sequence[Signs] = (),
        fine: Rows | None = None,
        defers: bool = False,
    ) -> None:
        self._kernels = kernels
        self._rows = rows
        self._signs = signs
        self._fine = fine
        self._defers = defers

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through."""
        n = len(self._rows)
        if not n or not k:
            return [Hits(np.empty(0, np.uint32), np.empty(0, np.float32)) for _ in queries]
        # As booleans they are counted many times as fast.
        live = n if mask is None else int(np.count_nonzero(mask.view(np.bool_)))
        depth = plan.depth(k, live, n) if self._signs else None
        asked = self._rows.asked(queries)
        if mask is not None and live <= (int(WORTH * n) if depth is None else depth):
            few = np.flatnonzero(mask).astype(np.uint32)
            return [self._among(asked.only(q), k, few, plan) for q in range(len(queries))]
        group = max(1, _SCORES_AT_ONCE // n)
        hits: list[Hits] = []
        for at in range(0, len(queries), group):
            some = asked.some(slice(at, at + group))
            if depth is None or depth > WORTH * n:
                hits += self._all(some, k, mask, plan)
            else:
                hits += self._by_signs(some, k, mask, plan, depth)
        return hits

    def counts(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[int]:
        """How many rows the signs leave for each query, ties at the last distance included."""
        asked, depth = self._rows.asked(queries), plan.depth(k, 1, 1) or 0
        looks = self._looks(queries, mask)
        limits = [self._limit(asked.only(q), k, look, plan, depth) for q, look in enumerate(looks)]
        return [int(look.below[limit]) for look, limit in zip(looks, limits, strict=True)]

    def _all(self, asked: Asked, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        hits = []
        for query, near in zip(asked.queries, self._rows.near(asked), strict=True):
            rows = self._reached(query, k, near, mask)
            hits.append(self._decided(query, k, rows, near.scores[rows] * near.unit, plan))
        return hits

    def _looks(self, queries: Matrix, mask: Flags | None) -> list[Look]:
        bits = [signs.bits for signs in self._signs]
        found = self._kernels.hamming(bits, self._signs[0].of(queries), mask)
        below = np.cumsum(found.histogram, axis=1)
        return [Look(*each) for each in zip(found.distances, below, strict=True)]

    def _by_signs(
        self, asked: Asked, k: int, mask: Flags | None, plan: Plan, depth: int
    ) -> list[Hits]:
        hits = []
        for number, look in enumerate(self._looks(asked.queries, mask)):
            one = asked.only(number)
            limit = self._limit(one, k, look, plan, depth)
            if plan.reach and look.below[limit] > WORTH * len(self._rows):
                hits += self._all(one, k, mask, plan)
            else:
                chosen = self._kernels.within(look.distances, limit)
                hits.append(self._among(one, k, chosen, plan))
        return hits

    def _limit(self, asked: Asked, k: int, look: Look, plan: Plan, depth: int) -> int:
        """The distance up to which rows are candidates of a query.

        All at the last distance come along, so that it does not matter how rows are cut.
        """
        if plan.reach is None or plan.candidates is None:
            return look.reached(depth)
        limit = look.reached(max(FEWEST_CANDIDATES, _FIRST * k))
        (near,) = self._rows.near(asked, self._kernels.within(look.distances, limit))
        last = self._kernels.floor(near.scores, None, min(k, len(near.scores)))
        score = self._rows.true(near, last, float(asked.lengths[0]))
        furthest = min(plan.reach.limit(score), len(look.below) - 1)
        wider = plan.candidates / plan.reach.typical
        return max(limit, look.reached(math.ceil(wider * int(look.below[furthest]))))

    def _among(self, asked: Asked, k: int, chosen: Uint32s, plan: Plan) -> Hits:
        """Hits of some rows, which rise."""
        (near,) = self._rows.near(asked, chosen)
        query = asked.queries[0]
        reached = self._reached(query, k, near, None)
        return self._decided(query, k, chosen[reached], near.scores[reached] * near.unit, plan)

    def _reached(self, query: Float32s, k: int, near: Near, mask: Flags | None) -> Uint32s:
        """The places of scores that may be those of the best."""
        floor = self._kernels.floor(near.scores, mask, min(k, len(near.scores)))
        lowest = near.lowest(floor, self._doubt(query))
        return self._kernels.reaching(near.scores, mask, lowest)

    def falling(self, query: Float32s, k: int, near: Near, chosen: Uint32s, plan: Plan) -> Hits:
        """Hits of nearly scored rows, at least k, which were found nearest first."""
        lowest = near.lowest(float(near.scores[k - 1]), self._doubt(query))
        reached = np.flatnonzero(near.scores >= np.float32(lowest))
        reached = reached[np.argsort(chosen[reached], kind="stable")]
        return self._decided(query, k, chosen[reached], near.scores[reached] * near.unit, plan)

    def _doubt(self, query: Float32s) -> float:
        return self._rows.doubt(query) if self._fine or self._defers else 0.0

    def _decided(self, query: Float32s, k: int, rows: Uint32s, about: Float32s, plan: Plan) -> Hits:
        """The best of rising rows, scored nearly, or those of them that may be."""
        if self._fine or self._defers:
            scores, spreads = about.astype(np.float64), self._rows.spreads(query, rows)
            kept = likely(scores, spreads, k, plan.missed)
            rows, about = rows[kept], about[kept]
        if self._defers:
            return Hits(rows, about)
        return best(rows, self.exact(query, rows), k)

    def exact(self, query: Float32s, rows: Uint32s) -> Float32s:
        """True scores of rising rows."""
        return (self._fine or self._rows).exact(query, rows)


def best(rows: Uint32s, scores: Float32s, k: int) -> Hits:
    """The k best of rising rows by their true scores.

    >>> best(np.uint32([2, 5, 7]), np.float32([1, 3, 3]), 2).rows.tolist()
    [5, 7]
    """
    order = np.lexsort((rows, -scores))[:k]
    return Hits(rows[order], scores[order])
