"""How many rows a search scores: all, or those that a look at their signs leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass

REFERENCE_K = 10
"""The hits that candidates are counted for."""

WORTH = 0.25
"""The share of all rows from which on a choice of them saves nothing: a scan takes as long."""

FEWEST_CANDIDATES = 400
"""Scoring so few costs less than the look at the signs."""

_WIDEST = 4.0
"""How many times as many candidates there are at most where a mask leaves few rows."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far signs may be apart from those of a query, by what a row scores.

    Of rows that score `s` as many as the recall asks for differ from the query in no more than
    ``offset - slope * s`` bits. `typical`: rows within that of a query for ten hits, at the median.
    """

    offset: float
    slope: float
    typical: int

    def limit(self, score: float) -> int:
        """The bits in which a row with this score may differ.

        >>> Reach(200.0, 100.0, 400).limit(0.455)
        154
        """
        return max(0, math.floor(self.offset - self.slope * score))


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rows the signs leave to be scored.

    `candidates`: rows for up to `k` hits, those that differ from the query in the fewest bits; more
    hits take more of them in proportion. None: all rows are scored.
    With a `reach` they are as many as a typical query has: some are scored, and by the last of
    their hits all that may come before it, more in the proportion of `candidates` to what is
    typical.
    `missed`: where float32 has the last word, the share of hits that may be lost by asking it of
    likely rows alone; 0: of all that the rounding of codes leaves any chance.
    """

    candidates: int | None
    k: int = REFERENCE_K
    reach: Reach | None = None
    missed: float = 0.0

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
        return max(math.ceil(self.candidates * wider), k)


EVERYTHING = Plan(None)
"""All rows are scored: nothing is ever missed."""
