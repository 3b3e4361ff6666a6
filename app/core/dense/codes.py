"""Vectors in few bytes: int8, int4 and one bit a dim.

A coded row stands for ``code * scale``, with one scale for each row, so that a long vector beside
a short one loses nothing by it. The same row gives the same bytes on every machine: each value is
one division and one rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import VectorKernels
from app.core.kernels.numpy_vectors import batches, unpacked_int4
from app.core.kernels.port import Uint32s
from app.core.kernels.vectors import int4_width, largest_query, words_of

Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]
Matrix = NDArray[np.float32]

Dtype = Literal["float32", "int8", "int4", "binary"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)

Part = TypeVar("Part", "Coded", NDArray[np.uint8], NDArray[np.float32])

_MOST = {"int8": 127, "int4": 7}


@dataclass(frozen=True, slots=True)
class Coded:
    """Rows as they are stored."""

    dtype: Dtype
    dim: int
    codes: NDArray[np.float32] | NDArray[np.int8] | NDArray[np.uint8]
    """Shape (n, items): see `items_of`."""
    scales: Float32s
    """Shape (n,), for int8 and int4; shape (0,) else."""

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, part: slice | NDArray[np.bool_] | NDArray[np.uint32]) -> Coded:
        """Some rows: views for a slice, else copies."""
        scales = self.scales[part] if len(self.scales) else self.scales
        return Coded(self.dtype, self.dim, self.codes[part], scales)

    @property
    def nbytes(self) -> int:
        """Bytes of codes and scales."""
        return self.codes.nbytes + self.scales.nbytes


def items_of(dtype: Dtype, dim: int) -> tuple[np.dtype[np.generic], int]:
    """Type and number of what a row is stored in.

    >>> [(str(kind), n) for kind, n in (items_of(name, 384) for name in DTYPES)]
    [('float32', 384), ('int8', 384), ('uint8', 192), ('uint8', 48)]
    """
    if dtype == "int4":
        return np.dtype(np.uint8), int4_width(dim) // 2
    if dtype == "binary":
        return np.dtype(np.uint8), 8 * words_of(dim)
    return np.dtype(dtype), dim


def empty(dtype: Dtype, dim: int, n: int = 0) -> Coded:
    """Room for n rows, with any content."""
    kind, items = items_of(dtype, dim)
    scales = np.empty(n if dtype in _MOST else 0, np.float32)
    return Coded(dtype, dim, np.empty((n, items), kind), scales)


def encode(rows: Matrix, dtype: Dtype) -> Coded:
    """Rows (n, dim), finite, in this dtype.

    Binary is the sign of each value, lowest bit of a byte first; a centre is taken off before.

    >>> coded = encode(np.float32([[1, -0.5, 0.25]]), "int8")
    >>> coded.codes.tolist(), round(float(coded.scales[0]), 5)
    ([[127, -64, 32]], 0.00787)
    """
    coded = empty(dtype, rows.shape[1], len(rows))
    for part in batches(len(rows)):
        some = rows[part]
        if dtype == "float32":
            coded.codes[part] = some
        elif dtype == "binary":
            packed = np.packbits(some > 0, axis=1, bitorder="little")
            coded.codes[part] = 0
            coded.codes[part, : packed.shape[1]] = packed
        else:
            values, coded.scales[part] = _rounded(some, _MOST[dtype])
            coded.codes[part] = values if dtype == "int8" else _packed_int4(values)
    return coded


def decode(coded: Coded) -> Matrix:
    """What the codes stand for, float32 (n, dim); of binary codes 1 and -1.

    >>> decode(encode(np.float32([[1, -0.5, 0.25]]), "int4")).round(2).tolist()
    [[1.0, -0.4300000071525574, 0.28999999165534973]]
    """
    values = integers(coded)
    if coded.dtype in _MOST:
        values = values * coded.scales[:, np.newaxis]
    return np.asarray(values, dtype=np.float32)


def integers(coded: Coded) -> NDArray[np.float32] | NDArray[np.int8]:
    """Codes without their scales, (n, dim)."""
    if coded.dtype == "int4":
        return unpacked_int4(coded.codes.view(np.uint8))[:, : coded.dim]
    if coded.dtype == "binary":
        bits = np.unpackbits(coded.codes.view(np.uint8), axis=1, bitorder="little")
        return bits[:, : coded.dim].astype(np.int8) * np.int8(2) - np.int8(1)
    return coded.codes  # type: ignore[return-value]


def squared_lengths(coded: Coded, kernels: VectorKernels) -> Float64s:
    """Squared length of what each row of float32, int8 or int4 stands for, float64 (n,)."""
    if coded.dtype in _MOST:
        scaled: Float64s = np.square(coded.scales.astype(np.float64))
        return squares(coded, kernels) * scaled
    lengths = np.empty(len(coded), np.float64)
    for part in batches(len(coded)):
        lengths[part] = np.square(coded.codes[part].astype(np.float64)).sum(axis=1)
    return lengths


def squares(coded: Coded, kernels: VectorKernels) -> Uint32s:
    """Sum of the squares of each row of int8 or int4 without its scale, uint32 (n,)."""
    if coded.dtype == "int8":
        return kernels.squares(np.ascontiguousarray(coded.codes, np.int8))
    found = np.empty(len(coded), np.uint32)
    for part in batches(len(coded)):
        found[part] = kernels.squares(np.ascontiguousarray(integers(coded[part]), np.int8))
    return found


def chosen_rows(parts: Sequence[Part], numbers: NDArray[np.integer[Any]]) -> Part:
    """Rows with these numbers, which rise, of parts that are numbered through; a copy.

    >>> parts = [np.uint8([[1], [2]]), np.uint8([[3], [4]])]
    >>> chosen_rows(parts, np.array([0, 3])).tolist()
    [[1], [4]]
    """
    edges = [0, *accumulate(map(len, parts))]
    places = np.searchsorted(numbers, edges).tolist()
    some = [
        part[(numbers[low:high] - edge).astype(np.uint32)]
        for part, edge, (low, high) in zip(parts, edges, pairwise(places), strict=False)
        if low < high
    ] or [parts[0][:0]]
    if len(some) == 1:
        return some[0]
    if isinstance(some[0], np.ndarray):
        return np.concatenate(some)
    coded: list[Coded] = some
    codes = np.concatenate([each.codes for each in coded])
    scales = np.concatenate([each.scales for each in coded])
    return Coded(coded[0].dtype, coded[0].dim, codes, scales)


def query_codes(query: Float32s, width: int) -> tuple[NDArray[np.int16], float, float]:
    """A query as whole numbers: int16 (width,), what one of them is worth, and the error.

    The numbers are as large as the sums of products with int8 allow, which costs a scan nothing
    and makes the query nearly exact. The error is the length of what is lost by the rounding.

    >>> values, step, error = query_codes(np.float32([0.5, -1]), 2)
    >>> values.tolist(), error < 1e-4
    ([16384, -32767], True)
    """
    most = largest_query(width)
    wide = np.zeros(width, np.float64)
    wide[: len(query)] = query
    peak = float(np.abs(wide).max(initial=0.0))
    step = peak / most if peak else 1.0
    values = np.rint(wide / step)
    error = float(np.sqrt(np.square(wide - values * step).sum()))
    return values.astype(np.int16), step, error


def _rounded(rows: Matrix, most: int) -> tuple[NDArray[np.int8], Float32s]:
    """Whole numbers from -most to most, and what one of them is worth."""
    peaks = np.abs(rows).max(axis=1, initial=0.0)
    scales = peaks / np.float32(most)
    # A peak so small that its scale is none is no vector that could be told from zero.
    steps = np.where(scales > 0, scales, np.float32(1))[:, np.newaxis]
    values = np.clip(np.rint(rows / steps), -most, most)
    return values.astype(np.int8), scales


def _packed_int4(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    width = int4_width(values.shape[1])
    filled = np.full((len(values), width), 8, np.uint8)
    filled[:, : values.shape[1]] = values + 8
    blocks = filled.reshape(len(values), width // 32, 2, 16)
    return np.asarray(blocks[:, :, 0] | blocks[:, :, 1] << 4).reshape(len(values), width // 2)
