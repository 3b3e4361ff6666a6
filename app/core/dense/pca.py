"""Principal components: the directions in which vectors differ most.

By the randomised singular value decomposition of Halko, Martinsson and Tropp, "Finding Structure
with Randomness" (2011), algorithm 4.4: a few products of the vectors with a narrow matrix, some
rows at a time, so that nothing as large as the vectors themselves is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.rows import Float64s, matrix, parts
from app.core.dense.statistics import statistics
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class Components:
    """Directions of most variance, most first."""

    mean: Float64s
    """Shape (dim,)."""
    axes: Float64s
    """Shape (m, dim): of length 1, at right angles, the largest value of each above 0."""
    variances: Float64s
    """Shape (m,): variance along each axis (of a sample: n - 1 in the denominator), falling."""
    total_variance: float
    """Of all dimensions together."""

    @property
    def explained(self) -> Float64s:
        """The share of all variance along each axis, (m,), 0 to 1; zeros where there is none."""
        return self.variances / (self.total_variance or 1.0)

    def project(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Vectors (n, dim) in the coordinates of the axes, float32 (n, m)."""
        found = np.empty((len(vectors), len(self.axes)), np.float32)
        at = 0
        for part in parts(vectors, dim=len(self.mean)):
            found[at : at + len(part)] = (part - self.mean) @ self.axes.T
            at += len(part)
        return found

    def restore(self, coordinates: NDArray[Any]) -> NDArray[np.float32]:
        """The vectors nearest to coordinates (n, m), float32 (n, dim)."""
        found = np.empty((len(coordinates), len(self.mean)), np.float32)
        at = 0
        for part in parts(coordinates, dim=len(self.axes)):
            found[at : at + len(part)] = part @ self.axes + self.mean
            at += len(part)
        return found


def principal_components(
    vectors: NDArray[Any], m: int, *, seed: int = 0, oversampling: int = 10, iterations: int = 4
) -> Components:
    """The m first principal components of vectors (n, dim), m from 1 to the smaller of n and dim.

    `oversampling` directions more are followed, over `iterations` rounds: more of either come
    closer where variances fall slowly, and take longer in proportion. The same `seed` gives the
    same components, to some 1e-9 on any machine as far as their variances differ. Raises
    `InputError`: "dimension-mismatch", "bad-option" for NaN, no vectors or another m.

    >>> found = principal_components(np.float32([[0, 0], [2, 2], [4, 4], [6, 6.2]]), 1)
    >>> found.axes.round(2).tolist(), found.explained.round(3).tolist()
    ([[0.7, 0.72]], [1.0])
    """
    n, dim = matrix(vectors).shape
    if not 1 <= m <= min(n, dim):
        raise InputError(
            f"{m} components of {n} vectors of {dim} dims are wanted; 1 to {min(n, dim)} there are."
        )
    if oversampling < 0 or iterations < 0:
        raise InputError(f"{oversampling} directions more and {iterations} rounds cannot be.")
    known = statistics(vectors)
    width = min(m + oversampling, n, dim)
    basis = np.random.default_rng(seed).standard_normal((dim, width))
    for _ in range(iterations):
        basis = _spread(vectors, known.mean, np.linalg.qr(basis)[0])
    basis = np.linalg.qr(basis)[0]
    # What the vectors are in these few directions, taken apart by its own small covariance.
    within = np.zeros((width, width))
    for part in parts(vectors):
        seen = (part - known.mean) @ basis
        within += seen.T @ seen
    values, turns = np.linalg.eigh(within / max(n - 1, 1))
    axes = (basis @ turns[:, ::-1][:, :m]).T
    axes *= np.where(axes[np.arange(m), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, np.newaxis]
    total = float(np.square(known.deviation).sum()) * n / max(n - 1, 1)
    return Components(known.mean, axes, np.maximum(values[::-1][:m], 0), total)


def _spread(vectors: NDArray[Any], mean: Float64s, basis: Float64s) -> Float64s:
    """The covariance of the vectors, but for a factor, times a basis (dim, width)."""
    found = np.zeros_like(basis)
    for part in parts(vectors):
        centred = part - mean
        found += centred.T @ (centred @ basis)
    return found
