"""How many candidates a recall takes: measured on the vectors themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from app.core.dense.codes import chosen_rows, decode
from app.core.dense.plan import EVERYTHING, REFERENCE_K, WORTH, Plan, Reach
from app.core.dense.scan import Rows
from app.core.dense.scanner import Flags, Scanner
from app.core.dense.signs import Signs
from app.core.kernels import VectorKernels

SAMPLE = 64
"""Rows that are asked for as if they were queries."""

MOST_ROWS = 16_384
"""Rows among which that is done; a larger index has more candidates in proportion."""

FEWEST_ROWS = 4096
"""With fewer rows a scan of all of them takes no time."""

_NEIGHBOURS = 6 * REFERENCE_K
"""Neighbours of each by whose scores and signs it is told how the ones go with the others."""

STRICTER = 3
"""Of the rows that may be missed, only one in so many is when rows stand for queries, whose
neighbours are further away; and as few where float32 is asked of some rows alone."""

_TRIED = 16
"""Searches by which it is told how many candidates one has."""


def calibrated(
    kernels: VectorKernels,
    rows: Rows,
    signs: Sequence[Signs],
    live: Flags,
    target: float,
) -> Plan:
    """The plan with as few candidates as a recall takes, by rows that stand for queries.

    `signs` are those of each part; `live` (n,): which rows count. `target` in 0 to 1: the share of
    rows with one score that are to be within its reach; of those that score more, more are.
    """
    there = np.flatnonzero(live)
    if len(there) < FEWEST_ROWS or target >= 1:
        return EVERYTHING
    some = there[:: -(-len(there) // MOST_ROWS)]
    coded = chosen_rows(rows.parts, some)
    bits = chosen_rows([each.bits for each in signs], some)
    asked = np.linspace(0, len(some) - 1, SAMPLE).astype(np.uint32)
    queries = decode(coded[asked])
    among = Scanner(kernels, Rows(coded, rows.metric, kernels))
    hits = among.search(queries, _NEIGHBOURS + 1, None, EVERYTHING)
    distances = kernels.hamming(bits, signs[0].of(queries)).distances
    scores: list[float] = []
    apart: list[int] = []
    for number, (found, own) in enumerate(zip(hits, asked, strict=True)):
        others = found.rows != own
        scores += found.scores[others].tolist()
        apart += distances[number, found.rows[others]].tolist()
    slope = max(0.0, -_slope(scores, apart))
    beyond = sorted(bit + slope * score for score, bit in zip(scores, apart, strict=True))
    offset = beyond[-1 - int(len(beyond) * (1 - target) / STRICTER)]
    whole = Scanner(kernels, rows, signs=signs)
    plan = Plan(1, reach=Reach(offset, slope, 1))
    counts = whole.counts(queries[:: SAMPLE // _TRIED], REFERENCE_K, live, plan)
    typical = sorted(counts)[len(counts) // 2]
    return widened(replace(plan, reach=Reach(offset, slope, typical)), typical, len(there))


def _slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """That of the line with the least squares; sums are exact, the same on every machine.

    >>> _slope([1, 2, 3], [5, 3, 1]), _slope([1, 1], [3, 4])
    (-2.0, 0.0)
    """
    n = len(xs)
    x, y = fsum(xs) / n, fsum(ys) / n
    spread = fsum((one - x) ** 2 for one in xs)
    if not spread:
        return 0.0
    return fsum((one - x) * (other - y) for one, other in zip(xs, ys, strict=True)) / spread


def widened(plan: Plan, candidates: int, n: int) -> Plan:
    """A plan with more candidates, of n rows; all of them where that is as quick.

    >>> [widened(Plan(n), more, 10_000).candidates for n, more in ((0, 300), (300, 3_000))]
    [300, None]
    """
    if plan.candidates is None or candidates > WORTH * n:
        return replace(EVERYTHING, missed=plan.missed)
    return replace(plan, candidates=max(candidates, plan.candidates))
