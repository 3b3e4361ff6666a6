"""How much of what is there a search finds: measured beside one that scores everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Dtype
from app.core.dense.plan import Plan
from app.core.dense.scan import Uint32s

_Z = 1.959964
"""Deviations of the normal distribution between which 95 % lie."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a plan finds of what is there.

    `recall`: of the `k` hits of each of `queries` queries that a scan of all rows gives, the share
    that the plan gives. `low` and `high` are the ends of its 95 % confidence interval (Wilson,
    1927, over as many trials as the hits are worth, see `independent`). `candidates` are those of
    the plan for ten hits, None if it scores all rows. `reference` is what the scan of all rows
    read: float32, or the codes where nothing else is kept. `before`: the recall that there was
    before candidates were added to reach the target; `recall` if none were.
    """

    recall: float
    low: float
    high: float
    queries: int
    k: int
    candidates: int | None
    reference: Dtype
    before: float


def tallied(
    found: Sequence[Uint32s],
    wanted: Sequence[Uint32s],
    *,
    k: int,
    plan: Plan,
    reference: Dtype,
    before: float | None = None,
) -> Audit:
    """The audit of rows found for each query beside those that were to be found.

    >>> three = [np.uint32([1, 2]), np.uint32([3, 4]), np.uint32([5, 6])]
    >>> audit = tallied([three[0], three[1][:1], three[2]], three, k=2, plan=Plan(400),
    ...                 reference="int8")
    >>> round(audit.recall, 3), round(audit.low, 3), round(audit.high, 3), audit.queries
    (0.833, 0.403, 0.974, 3)
    """
    pairs = zip(found, wanted, strict=True)
    right = np.array([len(np.intersect1d(one, other)) for one, other in pairs], np.float64)
    total = np.array([len(rows) for rows in wanted], np.float64)
    recall = float(right.sum() / total.sum()) if total.any() else 1.0
    low, high = interval(recall, independent(right, total))
    return Audit(
        recall=recall,
        low=low,
        high=high,
        queries=len(wanted),
        k=k,
        candidates=plan.candidates,
        reference=reference,
        before=recall if before is None else before,
    )


def interval(share: float, n: float) -> tuple[float, float]:
    """The 95 % confidence interval of a share of n trials (Wilson, 1927).

    >>> low, high = interval(0.9, 100)
    >>> round(low, 3), round(high, 3)
    (0.826, 0.945)
    """
    if not n:
        return 0.0, 1.0
    middle = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * (share * (1 - share) / n + _Z * _Z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def independent(right: NDArray[Any], total: NDArray[Any]) -> float:
    """As many independent trials as the hits of queries are worth (Kish, 1965).

    Hits of one query are missed together, so that ten of one say less than one each of ten.
    `right` and `total` (q,): hits of each query that were found, and that were to be found.

    >>> independent(np.array([10, 10, 0, 10]), np.array([10, 10, 10, 10]))
    3.0
    >>> independent(np.array([9, 10, 9, 10]), np.array([10, 10, 10, 10]))
    40.0
    """
    q, n, found = len(total), float(total.sum()), float(right.sum())
    if q < 2 or found in {0.0, n}:
        return n
    share = found / n
    spread = q / (q - 1) * float(np.square(right - share * total).sum()) / n**2
    return n / max(1.0, spread * n / (share * (1 - share)))
