"""What can be done with many vectors at once, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense import pooling
from app.core.dense import statistics as stats
from app.core.dense.clustering import Clusters, kmeans
from app.core.dense.pca import Components, principal_components
from app.core.dense.pooling import l2_normalise
from app.core.dense.rows import BATCH, Vectors, parts
from app.core.dense.statistics import Statistics
from app.errors import InputError


class BatchProcessor:
    """Operations on vectors of one dimension: a matrix (n, dim), or such matrices one by one.

    `batch`: rows that are worked on at a time; what is made besides the result takes about
    ``16 * batch * dim`` bytes. All raise `InputError`: "dimension-mismatch" for vectors of another
    dimension, "bad-option" for NaN, infinities and, but for `normalise`, where there are none.

    >>> processor = BatchProcessor(2)
    >>> processor.normalise(np.float32([[3, 4], [0, 0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    >>> processor.centroid(np.float32([row]) for row in ([1, 3], [3, 5])).tolist()
    [2.0, 4.0]
    """

    def __init__(self, dim: int, *, batch: int = BATCH) -> None:
        if dim < 1 or batch < 1:
            raise InputError(f"The dimension is {dim}, a batch {batch}; both are from 1.")
        self.dim = dim
        self.batch = batch

    def normalise(self, vectors: Vectors) -> NDArray[np.float32]:
        """Each row scaled to length 1, float32 (n, dim); a row of zeros stays as it is."""
        found = [self._unit(part) for part in self._parts(vectors)]
        return np.concatenate([np.empty((0, self.dim), np.float32), *found])

    def pooled(
        self,
        tokens: NDArray[np.float32],
        strategy: str = "mean",
        mask: NDArray[Any] | None = None,
        weights: NDArray[Any] | None = None,
    ) -> NDArray[np.float32]:
        """One vector (texts, dim) for each text of its tokens' (texts, length, dim), see `pooling`.

        >>> BatchProcessor(2).pooled(np.float32([[[2, 4], [4, 8]]])).tolist()
        [[3.0, 6.0]]
        """
        shape = tokens.shape
        if len(shape) != 3 or shape[2] != self.dim:
            raise InputError(
                f"Token vectors have shape {shape}; (texts, length, {self.dim}) is needed.",
                code="dimension-mismatch",
            )
        size = max(1, self.batch // max(1, shape[1]))  # so many texts have a batch of tokens
        found = [np.empty((0, self.dim), np.float32)]
        for first in range(0, len(tokens), size):
            step = slice(first, first + size)
            cut = (each if each is None else each[step] for each in (mask, weights))
            found.append(pooling.pooled(tokens[step], strategy, *cut))
        return np.concatenate(found)

    def centroid(
        self, vectors: Vectors, weights: NDArray[Any] | None = None
    ) -> NDArray[np.float32]:
        """The mean, float32 (dim,); `weights` (n,) if some are to count for more."""
        return stats.centroid(self._parts(vectors), weights)

    def centroids(
        self, vectors: Vectors, groups: NDArray[np.integer[Any]], n_groups: int
    ) -> NDArray[np.float32]:
        """The mean of each group, float32 (n_groups, dim), `groups` (n,) being their numbers."""
        found, _ = stats.centroids(self._parts(vectors), groups, n_groups)
        return np.broadcast_to(found, (n_groups, self.dim)).copy()

    def statistics(self, vectors: Vectors) -> Statistics:
        """Mean, deviation, least and largest value of each dimension."""
        return stats.statistics(self._parts(vectors))

    def components(self, vectors: NDArray[Any], m: int, *, seed: int = 0) -> Components:
        """The m directions in which a matrix of vectors differs most."""
        self._check(vectors)
        return principal_components(vectors, m, seed=seed)

    def clusters(self, vectors: NDArray[Any], k: int, *, seed: int = 0) -> Clusters:
        """A matrix of vectors in k groups of near ones."""
        self._check(vectors)
        return kmeans(vectors, k, seed=seed)

    def _parts(self, vectors: Vectors) -> Iterator[NDArray[np.float64]]:
        return parts(vectors, dim=self.dim, batch=self.batch)

    def _check(self, vectors: NDArray[Any]) -> None:
        next(self._parts(vectors), None)

    def _unit(self, part: NDArray[np.float64]) -> NDArray[np.float32]:
        # By the largest value first: squares of what float32 can hold may be too large for it.
        peaks = np.abs(part).max(axis=1, keepdims=True)
        scaled = part / np.where(peaks > 0, peaks, 1)
        return l2_normalise(scaled.astype(np.float32))
