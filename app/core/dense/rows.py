"""Vectors that are looked at some at a time: what callers hand in, checked and as float64."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError

Vectors = NDArray[Any] | Iterable[NDArray[Any]]
"""A matrix (n, dim), or such matrices one after another, of one dim."""

Float64s = NDArray[np.float64]

BATCH = 1024
"""Rows that are looked at at a time."""


def slices(n: int, batch: int = BATCH) -> Iterator[slice]:
    """Slices over n rows, `batch` of them in each but the last.

    >>> list(slices(5, 3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(0, n, batch):
        yield slice(start, min(start + batch, n))


def matrix(vectors: NDArray[Any], *, dim: int | None = None) -> NDArray[Any]:
    """Vectors (n, dim), one at least; raises as `parts`."""
    for _ in parts(vectors, dim=dim):
        pass
    if not vectors.size:
        raise InputError("There are no vectors.", hint="Give one at least.")
    return vectors


def parts(vectors: Vectors, *, dim: int | None = None, batch: int = BATCH) -> Iterator[Float64s]:
    """The rows in their order, float64 (up to `batch`, dim), none of these empty.

    Raises `InputError`: "dimension-mismatch" for other shapes than (n, dim), "bad-option" for what
    is no number, NaN or an infinity.
    """
    at = 0
    for given in [vectors] if isinstance(vectors, np.ndarray) else vectors:
        dim = _checked(given, dim)
        for rows in slices(len(given), batch):
            part = given[rows].astype(np.float64)
            finite = np.isfinite(part).all(axis=1)
            if not finite.all():
                place = at + rows.start + int(np.argmin(finite))
                raise InputError(f"The vector at {place} holds NaN or an infinity.")
            yield part
        at += len(given)


def _checked(given: Any, dim: int | None) -> int:  # noqa: ANN401 (what callers hand in)
    """The dim of a matrix, which must be this one."""
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "fiub":
        raise InputError("Vectors are an array of numbers, of shape (n, dim).")
    if given.ndim != 2 or not given.shape[1] or dim not in (None, given.shape[1]):
        raise InputError(
            f"Vectors of shape {given.shape} were given; (n, {dim or 'dim'}) is needed.",
            code="dimension-mismatch",
            hint="Use the model that made the other vectors.",
        )
    return int(given.shape[1])
