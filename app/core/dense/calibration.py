"""How many candidates a recall takes: measured on the vectors themselves, and on queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from app.core.dense.codes import chosen_rows, decode
from app.core.dense.plan import EVERYTHING, REFERENCE_K, WORTH, Flags, Plan, Scanner
from app.core.dense.scan import Matrix, Rows, Uint32s
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


@dataclass(frozen=True, slots=True)
class Audit:
    """What a plan finds of what is there.

    `recall`: of the `k` hits of each of `queries` queries that a scan of all rows gives, the share
    that the plan gives. `low` and `high` are the ends of its 95 % confidence interval (Wilson,
    1927). `candidates` are those of the plan for ten hits, None if it scores all rows.
    """

    recall: float
    low: float
    high: float
    queries: int
    k: int
    candidates: int | None


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


def audited(
    scanner: Scanner, reference: Scanner, queries: Matrix, *, k: int, mask: Flags, plan: Plan
) -> Audit:
    """What the plan finds of what the reference does when it scores all rows."""
    found = scanner.search(queries, k, mask, plan)
    wanted = reference.search(queries, k, mask, EVERYTHING)
    pairs = zip(found, wanted, strict=True)
    right = sum(_common(one.rows, other.rows) for one, other in pairs)
    total = sum(len(hits.rows) for hits in wanted)
    recall = right / total if total else 1.0
    low, high = interval(recall, total)
    return Audit(recall, low, high, len(queries), k, plan.candidates)


def interval(share: float, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share of n trials (Wilson, 1927).

    >>> low, high = interval(0.9, 100)
    >>> round(low, 3), round(high, 3)
    (0.826, 0.945)
    """
    if not n:
        return 0.0, 1.0
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _common(one: Uint32s, other: Uint32s) -> int:
    return len(np.intersect1d(one, other))
