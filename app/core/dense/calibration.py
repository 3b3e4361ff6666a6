"""How many candidates a recall takes: measured on the vectors themselves."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from app.core.dense.codes import chosen_rows, decode
from app.core.dense.plan import EVERYTHING, REFERENCE_K, WORTH, Flags, Plan, Scanner
from app.core.dense.scan import Rows
from app.core.dense.signs import Signs
from app.core.kernels import VectorKernels

SAMPLE = 64
"""Rows that are asked for as if they were queries."""

MOST_ROWS = 16_384
"""Rows among which that is done; a larger index has more candidates in proportion."""

FEWEST_ROWS = 4096
"""With fewer rows a scan of all of them takes no time."""

FEWEST_CANDIDATES = 400
"""Scoring so few costs less than the look at the signs, and queries are not what rows are."""

_NEIGHBOURS = 6 * REFERENCE_K
"""Neighbours of a row among all that candidates are counted for: queries are further away."""

_STRICTER = 10
"""A query is further from its neighbours than one row from another: of the misses that are allowed,
only one in so many is when rows stand for queries."""


def calibrated(
    kernels: VectorKernels,
    parts: Sequence[Rows],
    signs: Sequence[Signs],
    live: Flags,
    target: float,
) -> Plan:
    """The plan with as few candidates as a recall takes, by rows that stand for queries.

    `signs` are those of each part; `live` (n,): which rows of all parts count. `target` in 0 to 1.
    """
    there = np.flatnonzero(live)
    if len(there) < FEWEST_ROWS or target >= 1:
        return EVERYTHING
    some = there[:: -(-len(there) // MOST_ROWS)]
    coded = chosen_rows([part.coded for part in parts], some)
    bits = chosen_rows([each.bits for each in signs], some)
    asked = np.linspace(0, len(some) - 1, SAMPLE).astype(np.uint32)
    queries = decode(coded[asked])
    # The nearest ten of some of the rows are the nearest hundred of ten times as many.
    more = len(there) / len(some)
    k = min(REFERENCE_K, max(2, ceil(_NEIGHBOURS / more)))
    among = Scanner(kernels, [Rows(coded, parts[0].metric, kernels)])
    hits = among.search(queries, k + 1, None, EVERYTHING)
    distances, histogram = kernels.hamming(bits, signs[0].of(queries))
    ranks = []
    for number, (found, own) in enumerate(zip(hits, asked, strict=True)):
        neighbours = found.rows[found.rows != own][:k]
        within = np.cumsum(histogram[number])
        ranks += within[distances[number, neighbours]].tolist()
    missed = int(len(ranks) * (1 - target) / _STRICTER)
    plan = Plan(FEWEST_CANDIDATES, max(REFERENCE_K, int(k * more)))
    return widened(plan, ceil(sorted(ranks)[-1 - missed] * more), len(there))


def widened(plan: Plan, candidates: int, n: int) -> Plan:
    """A plan with more candidates, of n rows; all of them where that is as quick.

    >>> widened(Plan(0), 300, 10_000), widened(Plan(300), 3_000, 10_000)
    (Plan(candidates=300, k=10), Plan(candidates=None, k=10))
    """
    if plan.candidates is None or candidates > WORTH * n:
        return EVERYTHING
    return Plan(max(candidates, plan.candidates), plan.k)
