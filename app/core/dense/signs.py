"""One bit a dim: on which side of a centre a value is. What a search looks at first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Float32s, decode, encode, integers
from app.core.kernels import VectorKernels

_MOST_ROWS = 16_384
"""Rows that the centre is the mean of, at most."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of rows.

    `bits` uint8 (n, 8 * words); `centre` (dim,), which is taken off rows and queries.
    """

    bits: NDArray[np.uint8]
    centre: Float32s

    def of(self, queries: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The bits of queries (q, dim)."""
        return encode(queries - self.centre, "binary").codes.view(np.uint8)

    def extended(self, kernels: VectorKernels, more: Coded) -> Signs:
        """With those of more rows of int8 or int4, about the same centre."""
        values = np.ascontiguousarray(integers(more)).view(np.int8)
        bits = kernels.signs(values, more.scales, self.centre)
        return Signs(np.concatenate([self.bits, bits]) if len(self.bits) else bits, self.centre)


def signs_of(kernels: VectorKernels, coded: Coded, live: NDArray[np.uint8]) -> Signs:
    """The signs of rows of int8 or int4, about the mean of those that live, (n,)."""
    return Signs(np.empty((0, 0), np.uint8), centre_of(coded, live)).extended(kernels, coded)


def centre_of(coded: Coded, live: NDArray[np.uint8]) -> Float32s:
    """The mean (dim,) of live rows, if there are many of an even choice of them.

    >>> centre_of(encode(np.float32([[1, 0], [1, 1], [9, 9]]), "float32"), np.uint8([1, 1, 0]))
    array([1. , 0.5], dtype=float32)
    """
    there = np.flatnonzero(live).astype(np.uint32)
    some = there[:: max(1, -(-len(there) // _MOST_ROWS))]
    if not len(some):
        return np.zeros(coded.dim, np.float32)
    mean = decode(coded[some]).mean(axis=0, dtype=np.float64)
    return np.asarray(mean, dtype=np.float32)
