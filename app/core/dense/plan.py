"""How a search goes: over all rows, or over those that a look at their signs leaves."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s
from app.core.dense.scan import Matrix, Near, Rows, Uint32s
from app.core.dense.signs import Signs
from app.core.kernels import VectorKernels

Flags = NDArray[np.uint8]

REFERENCE_K = 10
"""What candidates are counted for; a search for more hits looks at more of them in proportion."""

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
    """`candidates`: rows that are left to score for `REFERENCE_K` hits; None: all rows are scored.

    The signs leave those that differ from the query in the fewest bits.
    """

    candidates: int | None

    def depth(self, k: int, live: int, n: int) -> int:
        """Candidates for k hits among `live` of n rows.

        Where few rows are let through, the nearest of them are far, and signs tell less of that.

        >>> Plan(300).depth(10, 5, 5), Plan(300).depth(25, 5, 5), Plan(300).depth(1, 10, 30)
        (300, 750, 900)
        """
        wider = min(_WIDEST, n / max(live, 1)) * max(1.0, k / REFERENCE_K)
        return max(ceil((self.candidates or 0) * wider), k)


EVERYTHING = Plan(None)
"""All rows are scored: nothing is ever missed."""


class Scanner:
    """Searches rows by a plan.

    `fine`: the same rows in float32, which decide between those that the codes find.
    """

    def __init__(
        self,
        kernels: VectorKernels,
        rows: Rows,
        *,
        signs: Signs | None = None,
        fine: Rows | None = None,
    ) -> None:
        self._kernels = kernels
        self._rows = rows
        self._signs = signs
        self._fine = fine

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through."""
        n = len(self._rows.coded)
        if not n or not k:
            return [Hits(np.empty(0, np.uint32), np.empty(0, np.float32)) for _ in queries]
        if plan.candidates is not None and self._signs is not None:
            live = n if mask is None else int(np.count_nonzero(mask))
            if mask is not None and live <= plan.depth(k, live, n):
                few = np.flatnonzero(mask).astype(np.uint32)
                return [self._among(query, k, few) for query in queries]
        group = max(1, _SCORES_AT_ONCE // n)
        parts = [queries[at : at + group] for at in range(0, len(queries), group)]
        return [hits for part in parts for hits in self._group(part, k, mask, plan)]

    def _group(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        if plan.candidates is None or self._signs is None:
            found = self._rows.near(queries)
            each = zip(queries, found, strict=True)
            return [self._best(query, k, near, mask, None) for query, near in each]
        apart = self._kernels.hamming(self._signs.bits, self._signs.of(queries), mask)
        hits = []
        for query, distances, histogram in zip(queries, *apart, strict=True):
            # All at the last distance come along, so that it does not matter how rows are cut.
            within = np.cumsum(histogram)
            depth = plan.depth(k, int(within[-1]), len(distances))
            limit = int(np.searchsorted(within, depth))
            hits.append(self._among(query, k, self._kernels.within(distances, limit)))
        return hits

    def _among(self, query: Float32s, k: int, chosen: Uint32s) -> Hits:
        (near,) = self._rows.near(query[np.newaxis], chosen)
        return self._best(query, k, near, None, chosen)

    def _best(
        self, query: Float32s, k: int, near: Near, mask: Flags | None, chosen: Uint32s | None
    ) -> Hits:
        """Hits of nearly scored rows, those numbered in `chosen` or all."""
        kernels, fine = self._kernels, self._fine or self._rows
        floor = kernels.floor(near.scores, mask, min(k, len(near.scores)))
        doubt = self._rows.doubt(query) if self._fine else 0.0
        reached = kernels.reaching(near.scores, mask, near.lowest(floor, doubt))
        rows = reached if chosen is None else chosen[reached]
        scores = fine.exact(query, rows)
        order = np.lexsort((rows, -scores))[:k]
        return Hits(rows[order], scores[order])
