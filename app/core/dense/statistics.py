"""Mean, deviation, least and largest value of each dimension, and centroids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.rows import Float64s, Vectors, parts
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of each dimension of `count` vectors; all arrays float64 (dim,)."""

    count: int
    mean: Float64s
    deviation: Float64s
    """Standard deviation of the vectors themselves, not of what they are a sample of."""
    minimum: Float64s
    maximum: Float64s

    @property
    def dim(self) -> int:
        """How many dimensions."""
        return len(self.mean)


def statistics(vectors: Vectors) -> Statistics:
    """The statistics of vectors (n, dim), or of such matrices one after another.

    Batches are joined as in Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm
    for Computing Sample Variances" (1979): no sum of squares loses the difference of near values.
    Raises `InputError`: "dimension-mismatch", "bad-option" for NaN and where there are no vectors.

    >>> found = statistics(np.float32([[1, 5], [3, 5]]))
    >>> found.mean.tolist(), found.deviation.tolist(), found.minimum.tolist(), found.count
    ([2.0, 5.0], [1.0, 0.0], [1.0, 5.0], 2)
    """
    count = 0
    mean = squares = minimum = maximum = np.empty(0)
    for part in parts(vectors):
        n, own = len(part), part.mean(axis=0)
        spread = np.square(part - own).sum(axis=0)
        if not count:
            mean, squares = own, spread
            minimum, maximum = part.min(axis=0), part.max(axis=0)
        else:
            apart, both = own - mean, count + n
            mean = mean + apart * (n / both)
            squares = squares + spread + np.square(apart) * (count * n / both)
            minimum = np.minimum(minimum, part.min(axis=0))
            maximum = np.maximum(maximum, part.max(axis=0))
        count += n
    if not count:
        raise InputError("There are no vectors.", hint="Give one at least.")
    return Statistics(count, mean, np.sqrt(squares / count), minimum, maximum)


def centroid(vectors: Vectors, weights: NDArray[Any] | None = None) -> NDArray[np.float32]:
    """The mean of vectors, float32 (dim,); `weights` (n,) from 0, of which one at least is more.

    Raises as `statistics`, and "dimension-mismatch" for weights of another number.

    >>> centroid(np.float32([[1, 0], [0, 1]]), np.array([3, 1])).tolist()
    [0.75, 0.25]
    """
    if weights is None:
        return statistics(vectors).mean.astype(np.float32)
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InputError("Weights are numbers from 0, and one of them is more.")
    total, at = np.zeros(1), 0
    for part in parts(vectors):
        own = weights[at : at + len(part)]
        if own.shape != part.shape[:1]:
            raise _mismatch(weights)
        total = total + (own[:, np.newaxis] * part).sum(axis=0)
        at += len(part)
    if at != len(weights):
        raise _mismatch(weights)
    return np.asarray(total / weights.sum(dtype=np.float64), dtype=np.float32)


def centroids(
    vectors: Vectors, groups: NDArray[np.integer[Any]], n_groups: int
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The mean of each group, float32 (n_groups, dim), and how many vectors each has.

    `groups` (n,): the number of each vector's group, from 0. The mean of none is zeros.

    >>> found, sizes = centroids(np.float32([[1, 1], [5, 5], [3, 3]]), np.array([0, 1, 0]), 3)
    >>> found.tolist(), sizes.tolist()
    ([[2.0, 2.0], [5.0, 5.0], [0.0, 0.0]], [2, 1, 0])
    """
    sums, sizes, at = np.zeros((n_groups, 1)), np.zeros(n_groups, dtype=np.intp), 0
    if len(groups) and not 0 <= int(groups.min()) <= int(groups.max()) < n_groups:
        raise InputError(f"Groups go from 0 to {n_groups - 1}.")
    for part in parts(vectors):
        own = groups[at : at + len(part)]
        if own.shape != part.shape[:1]:
            raise _mismatch(groups)
        if not at:
            sums = np.zeros((n_groups, part.shape[1]))
        order = np.argsort(own, kind="stable")
        there, starts = np.unique(own[order], return_index=True)
        sums[there] += np.add.reduceat(part[order], starts, axis=0)
        sizes += np.bincount(own, minlength=n_groups)
        at += len(part)
    if at != len(groups):
        raise _mismatch(groups)
    return (sums / np.maximum(sizes, 1)[:, np.newaxis]).astype(np.float32), sizes


def _mismatch(given: NDArray[Any]) -> InputError:
    return InputError(
        f"An array of shape {given.shape} was given; a number for each vector is needed.",
        code="dimension-mismatch",
    )
