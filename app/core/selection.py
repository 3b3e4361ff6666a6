"""Top-k: the k best of many scores, the same on every machine.

Both legs and the fusion above them choose their candidates here, so that equal scores are
ordered alike everywhere: the lower ordinal first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError


def top_k(scores: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Ordinals of the k largest scores, best first; equal scores by lower ordinal.

    `scores` has shape (n,); the result has shape (min(k, number of scores that count),), int64.
    Scores of -inf mark what is not there (deleted, filtered out) and NaN what cannot be
    compared; neither is ever returned. O(n + k log k), except when very many scores tie.

    >>> top_k(np.array([0.1, 0.9, 0.9, 0.5]), 3).tolist()
    [1, 2, 3]
    """
    if scores.ndim != 1:
        raise InputError(f"Scores have shape {scores.shape}; one dimension is needed.")
    if k < 0:
        raise InputError(f"k is {k}; it must be 0 or more.")
    n = len(scores)
    if k == 0 or n == 0:
        return np.empty(0, dtype=np.int64)
    if scores.dtype.kind == "f":
        comparable = np.where(np.isnan(scores), -np.inf, scores)
    else:
        comparable = scores.astype(np.float64)
    if k < n:
        # partition() finds the k-th value but picks arbitrarily among its ties: take all of them.
        kth = np.partition(comparable, n - k)[n - k]
        candidates = np.flatnonzero(comparable >= kth)
    else:
        candidates = np.arange(n)
    values = comparable[candidates]
    order = np.argsort(-values, kind="stable")[:k]
    best = candidates[order]
    return best[comparable[best] > -np.inf].astype(np.int64, copy=False)
