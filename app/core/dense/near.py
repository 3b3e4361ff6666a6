"""Queries as coded rows are compared with them, and the scores that come of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s, Float64s, Matrix


class Near(NamedTuple):
    """Scores that are nearly right.

    `scores` (n,), in steps of `unit`. A row of the k best has a score that is below the k-th best
    by `absolute` and `relative` times that score at most.
    """

    scores: Float32s
    absolute: float
    relative: float
    unit: float

    def lowest(self, floor: float, doubt: float = 0.0) -> float:
        """What a row must score to be among the best, the k-th of which has `floor` here."""
        if floor == -np.inf:
            return floor
        return floor - self.absolute - self.relative * abs(floor) - doubt / self.unit


class Asked(NamedTuple):
    """Queries as rows are compared with them.

    `queries` (q, dim) and their `lengths` (q,); as whole numbers `values` (q, items), what one of
    them is worth and the error, (q,), where rows are compared so.
    """

    queries: Matrix
    lengths: Float64s
    values: NDArray[np.int16]
    steps: Float64s
    errors: Float64s

    def some(self, which: slice) -> Asked:
        """Some of the queries.

        >>> asked = Asked(*(np.arange(3)[:, np.newaxis] for _ in range(5)))
        >>> asked.some(slice(1, 3)).queries.tolist(), asked.only(2).queries.tolist()
        ([[1], [2]], [[2]])
        """
        return Asked(
            self.queries[which],
            self.lengths[which],
            self.values[which],
            self.steps[which],
            self.errors[which],
        )

    def only(self, number: int) -> Asked:
        """One of the queries."""
        return self.some(slice(number, number + 1))
