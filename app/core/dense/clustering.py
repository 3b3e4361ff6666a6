"""Vectors in groups of near ones: k-means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.rows import Float64s, matrix, slices
from app.core.dense.statistics import centroids
from app.errors import InputError

MAX_ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class Clusters:
    """Vectors in groups, each about its mean; none is empty."""

    centroids: NDArray[np.float32]
    """Shape (k, dim)."""
    labels: NDArray[np.intp]
    """Shape (n,): the number of each vector's group, whose centroid is the nearest."""
    sizes: NDArray[np.intp]
    """Shape (k,): vectors of each group."""
    inertia: float
    """Sum of the squared distances of all vectors to their centroids."""
    iterations: int
    converged: bool
    """Whether no vector changed its group in the end."""

    def assign(self, vectors: NDArray[Any]) -> NDArray[np.intp]:
        """The group of each of these vectors (n, dim), (n,); of equally near ones the first."""
        if not len(vectors):
            return np.empty(0, np.intp)
        squares = _squares(matrix(vectors, dim=self.centroids.shape[1]))
        return _nearest(vectors, squares, self.centroids.astype(np.float64))[0]


def kmeans(
    vectors: NDArray[Any], k: int, *, seed: int = 0, iterations: int = MAX_ITERATIONS
) -> Clusters:
    """Vectors (n, dim) in k groups, or in as many as there are different vectors.

    Lloyd's iterations from the start of k-means++ (Arthur and Vassilvitskii, "k-means++: The
    Advantages of Careful Seeding", 2007), until nothing changes or `iterations` are done. A group
    that is left empty begins anew at the vector that is furthest from its centroid. By Euclidean
    distance; of unit vectors that is the order of the cosine. The same `seed` gives the same
    groups. Raises `InputError`: "dimension-mismatch", "bad-option" for NaN, no vectors, k below 1.

    >>> found = kmeans(np.float32([[0, 0], [0, 1], [9, 9], [9, 8], [9, 10]]), 2)
    >>> sorted(found.sizes.tolist()), found.inertia, found.converged
    ([2, 3], 2.5, True)
    """
    squares = _squares(matrix(vectors))
    if k < 1 or iterations < 1:
        raise InputError(f"{k} groups in {iterations} iterations cannot be; both are from 1.")
    centres = _seeds(vectors, k, np.random.default_rng(seed))
    labels, squared = _nearest(vectors, squares, centres)
    done, converged = 0, False
    while done < iterations and not converged:
        means, sizes = centroids(vectors, labels, len(centres))
        centres = means.astype(np.float64)
        for number, place in zip(np.flatnonzero(sizes == 0), np.argsort(-squared), strict=False):
            centres[number] = vectors[place].astype(np.float32)
        moved, squared = _nearest(vectors, squares, centres)
        converged = np.array_equal(moved, labels)
        labels = moved
        done += 1
    kept, labels = np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels, minlength=len(kept))
    rounded = centres[kept].astype(np.float32)
    inertia = _inertia(vectors, rounded.astype(np.float64), labels)
    return Clusters(rounded, labels.astype(np.intp), sizes, inertia, done, converged)


def _seeds(vectors: NDArray[Any], k: int, chance: np.random.Generator) -> Float64s:
    """Up to k different vectors, each by lot, those far from the ones before being likelier."""
    chosen = [int(chance.integers(len(vectors)))]
    squared = _apart(vectors, vectors[chosen[0]])
    while len(chosen) < k and squared.any():
        edges = np.cumsum(squared)
        place = int(np.searchsorted(edges, chance.random() * edges[-1], side="right"))
        # Rounding may lead behind the last vector that is not chosen yet.
        place = min(place, int(np.flatnonzero(squared)[-1]))
        chosen.append(place)
        squared = np.minimum(squared, _apart(vectors, vectors[place]))
    return np.asarray(vectors[chosen], dtype=np.float64)


def _apart(vectors: NDArray[Any], one: NDArray[Any]) -> Float64s:
    """Squared distances to one of the vectors, float64 (n,), 0 exactly where they are equal."""
    parts = (np.square(vectors[part] - one.astype(np.float64)) for part in slices(len(vectors)))
    return np.concatenate([part.sum(axis=1) for part in parts])


def _squares(vectors: NDArray[Any]) -> Float64s:
    """Squared length of each, float64 (n,)."""
    return _apart(vectors, np.zeros(vectors.shape[1]))


def _nearest(
    vectors: NDArray[Any], squares: Float64s, centres: Float64s
) -> tuple[NDArray[np.intp], Float64s]:
    """The nearest centre of each vector, and the squared distance to it."""
    labels = np.empty(len(vectors), np.intp)
    squared = np.empty(len(vectors))
    lengths = np.square(centres).sum(axis=1)
    for part in slices(len(vectors)):
        near = lengths - 2 * (vectors[part].astype(np.float64) @ centres.T)
        labels[part] = near.argmin(axis=1)
        squared[part] = near.min(axis=1)
    return labels, np.maximum(squared + squares, 0)


def _inertia(vectors: NDArray[Any], centres: Float64s, labels: NDArray[np.intp]) -> float:
    parts = (vectors[part] - centres[labels[part]] for part in slices(len(vectors)))
    return float(sum(np.square(part).sum() for part in parts))
