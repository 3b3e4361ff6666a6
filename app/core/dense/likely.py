"""Which rows may be among the best, when scores are off by the rounding of their codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float64s

Bools = NDArray[np.bool_]

MOST = 16_384
"""Rows that are told apart at most; of more, those with the best scores."""

_GRID = 16
"""Places at which a bound is looked for, twice."""

_FAR = 8.0
"""Standard deviations beyond which nothing lies."""

_TAIL = (0.0000053830, 0.0000488906, 0.0000380036, 0.0032776263, 0.0211410061, 0.0498673470)
"""Hastings, in Abramowitz and Stegun, 26.2.19."""


def likely(scores: Float64s, spreads: Float64s, k: int, missed: float) -> Bools:
    """The rows (m,) to be looked at, so that of the k best a share `missed` is lost, as expected.

    True scores lie about `scores` (m,), normally, with the standard deviations `spreads` (m,). The
    k-th best of them is about where k rows are expected above. A row is among the best as likely
    as it is above that, and rows are left out, the unlikeliest first, as long as what is lost by
    it is no more than that share of k hits. 0 leaves none out but those past `MOST`.

    >>> scores = np.array([0.9, 0.7, 0.69, 0.5])
    >>> likely(scores, np.full(4, 0.01), 2, 0.01).tolist()
    [True, True, True, False]
    """
    kept = np.ones(len(scores), np.bool_)
    if len(scores) > MOST:
        order = np.argsort(-scores, kind="stable")
        kept[order[max(k, MOST) :]] = False
        if max(k, MOST) < len(scores):
            kept[kept] = likely(scores[kept], spreads[kept], k, missed)
        return kept
    if len(scores) <= k or missed <= 0:
        return kept
    steps = np.maximum(spreads, np.finfo(np.float64).tiny ** 0.5)
    chances = above((scores - _bound(scores, steps, k)) / steps)
    order = np.argsort(chances, kind="stable")
    lost = int(np.searchsorted(np.cumsum(chances[order]), missed * k, "right"))
    kept[order[: min(lost, len(scores) - k)]] = False
    return kept


def above(deviations: Float64s) -> Float64s:
    """How likely a normal variable is above what its mean exceeds by so many deviations.

    Sums, products and divisions alone: the same on every machine.

    >>> above(np.array([-3.0, 0.0, 1.0])).round(5).tolist()
    [0.00135, 0.5, 0.84134]
    """
    size = np.minimum(np.abs(deviations), _FAR)
    curve = np.full_like(size, _TAIL[0])
    for factor in (*_TAIL[1:], 1.0):
        curve *= size
        curve += factor
    for _ in range(4):
        curve *= curve
    tail = 0.5 / curve
    return np.where(deviations < 0, tail, 1.0 - tail)


def _bound(scores: Float64s, steps: Float64s, k: int) -> float:
    """Where k of the true scores are expected above."""
    last = float(np.partition(scores, len(scores) - k)[len(scores) - k])
    away = _FAR * float(steps.max())
    low, high = last - away, last + away
    for _ in range(2):
        grid = np.linspace(low, high, _GRID)
        expected = above((scores - grid[:, np.newaxis]) / steps).sum(axis=1)
        place = min(max(int((expected >= k).sum()), 1), _GRID - 1)
        low, high = float(grid[place - 1]), float(grid[place])
    return low
