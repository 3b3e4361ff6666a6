"""The parameters of the ranking, and what a search by words answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import FIELDS
from app.core.lexical.tree import Node
from app.errors import InputError

FilterMask = Callable[[int, Any], NDArray[np.bool_]]
"""Chunks, bool[n], of segment number i that pass a filter of the plan."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """Parameters of the ranking, the same for every collection (docs/parameters.md)."""

    weights: tuple[float, ...] = (1.0, 1.5, 2.0, 0.5)
    """Of `FIELDS`; with all of them 1 a chunk is scored as its fields joined."""
    k1: float = 1.2
    b: float = 0.75
    coverage: float = 0.05
    """Share of a score that hangs on how much of the query a chunk holds: 0 none, 1 all."""
    proximity: float = 0.03
    """How much of a score is added where the words stand side by side, less where further off."""

    def __post_init__(self) -> None:
        if len(self.weights) != len(FIELDS) or min(self.weights) < 0:
            raise InputError(f"Field weights {self.weights} are not {len(FIELDS)} numbers from 0.")
        shares = self.b, self.coverage, self.proximity
        if self.k1 < 0 or not all(0 <= share <= 1 for share in shares):
            raise InputError(
                f"BM25 needs k1 from 0 and b, coverage and proximity in 0..1, not "
                f"{self.k1}, {self.b}, {self.coverage} and {self.proximity}."
            )


class KeywordHits(NamedTuple):
    """The best chunks of a search, best first, and how many matched at all.

    `ordinals` int64[k] counts through the segments: that of a segment's first chunk is the number
    of chunks, deleted ones included, in the segments before it. `scores` float64[k]. `ceiling` is
    the score that no chunk can reach: all words of the query, each without end. `matches`
    bool[chunks] over all segments are the `total` that matched, if they were asked for.
    """

    ordinals: NDArray[np.int64]
    scores: NDArray[np.float64]
    total: int
    ceiling: float
    matches: NDArray[np.bool_] | None = None


def knowing_none(_: int, wanted: Node) -> NoReturn:
    """A `FilterMask` where nobody knows the filters of plans."""
    raise ValueError(f"nobody knows the filter {wanted!r}")
