"""BM25 as pure functions of named numbers and arrays.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in the
variant of Lucene 8 and later: idf is never negative, and the constant factor (k1 + 1) is left
out, which changes no order. Fields are weighed as in Robertson, Zaragoza and Taylor, "Simple
BM25 extension to multiple weighted fields" (2004): frequencies and lengths are summed over
fields before the saturation, so that with all weights 1 the score is plain BM25 over the fields
joined, and a term in the title and in the body does not count as two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]


def idf(n_docs: int, doc_freq: int) -> float:
    """ln(1 + (N - df + 0.5) / (df + 0.5)), rounded to 9 places as libraries differ in the last.

    >>> idf(10, 1), idf(10, 10)
    (1.992430165, 0.046520016)
    """
    return round(math.log1p((n_docs - doc_freq + 0.5) / (doc_freq + 0.5)), 9)


def length_norm(lengths: Float64Array, avgdl: float, *, k1: float, b: float) -> Float64Array:
    """k1 * (1 - b + b * length / avgdl), shape (n,): the frequency that scores half of the most.

    >>> length_norm(np.array([2.0, 4.0]), 4.0, k1=1.2, b=0.75).tolist()
    [0.75, 1.2]
    """
    if avgdl <= 0:
        return np.full(len(lengths), k1)
    norms: Float64Array = k1 * (1 - b + b * (lengths / avgdl))
    return norms


def weigh(per_field: Sequence[NDArray[Any]], weights: Sequence[float]) -> Float64Array:
    """Sum over fields of weight * count, shape (n,), from one array of counts a field.

    >>> weigh([np.array([1, 0]), np.array([2, 5])], [3.0, 1.0]).tolist()
    [5.0, 5.0]
    """
    total = np.zeros(len(per_field[0]), dtype=np.float64)
    for counts, weight in zip(per_field, weights, strict=True):
        total += counts * np.float64(weight)
    return total
