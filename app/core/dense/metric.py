"""Similarities and distances between one vector and many, as pure functions.

Every function takes `query` of shape (dim,) and `rows` of shape (n, dim) and returns float32 of
shape (n,). Similarities grow, distances shrink, the nearer two vectors are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]


def check_dimensions(query: NDArray[Any], rows: NDArray[Any]) -> None:
    """Raise `InputError("dimension-mismatch")` unless (dim,) meets (n, dim)."""
    if query.ndim != 1 or rows.ndim != 2 or query.shape[0] != rows.shape[1]:
        raise InputError(
            f"The query has shape {query.shape}, the vectors {rows.shape}; "
            "(dim,) and (n, dim) are needed.",
            code="dimension-mismatch",
            hint="Embed the query with the model that made the vectors.",
        )


def dot(query: Vector, rows: Matrix) -> Vector:
    """Inner products, a similarity: the cosine where all rows have length 1.

    >>> dot(np.float32([1, 0]), np.float32([[0.6, 0.8], [1, 0]])).round(1).tolist()
    [0.6000000238418579, 1.0]
    """
    check_dimensions(query, rows)
    return np.asarray(rows @ query, dtype=np.float32)


def cosine(query: Vector, rows: Matrix) -> Vector:
    """Cosine of the angle, a similarity in -1..1; 0 where either vector is all zeros."""
    products = dot(query, rows)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
    cosines: Vector = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return cosines


def euclidean(query: Vector, rows: Matrix) -> Vector:
    """Straight-line (L2) distances, 0 and up.

    >>> euclidean(np.float32([0, 0]), np.float32([[3, 4]])).tolist()
    [5.0]
    """
    check_dimensions(query, rows)
    return np.asarray(np.linalg.norm(rows - query, axis=1), dtype=np.float32)


def manhattan(query: Vector, rows: Matrix) -> Vector:
    """City-block (L1) distances, 0 and up.

    >>> manhattan(np.float32([0, 0]), np.float32([[3, 4]])).tolist()
    [7.0]
    """
    check_dimensions(query, rows)
    return np.asarray(np.abs(rows - query).sum(axis=1), dtype=np.float32)
