"""What the loops of the vector leg are given, and what each must do.

All arrays are C-contiguous. Sums of integers are exact, so that any two implementations give the
same bits; sums of float32 differ in their last ones, by less than one part in a million of the sum
of what is added up without signs. Who ranks by those adds them up again in float64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.parts import Parts
from app.core.kernels.port import Bytes, Flags, Float32s, Uint32s
from app.errors import InputError

if TYPE_CHECKING:
    from app.core.kernels.graph import GraphKernels

Int8s = NDArray[np.int8]
Int16s = NDArray[np.int16]
Uint16s = NDArray[np.uint16]

Measure = Literal["product", "square", "absolute"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""In the order of their numbers in vectors.h."""

NO_DISTANCE = 0xFFFF
"""The Hamming distance of a row that does not count."""

INT4_BLOCK = 32
"""Dims in 16 bytes of int4; those past the last one are 0."""

WORD_BITS = 64
"""Bits in a word of binary codes; those past the last dim are 0."""

LARGEST_DIM = 16_384
"""Sums of products of int8 and int16 hold in 32 bits up to here."""


class Hamming(NamedTuple):
    """Distances of rows to queries, and how many rows have each.

    `distances` (q, n): of each row, `NO_DISTANCE` where the mask leaves it out. `histogram`
    (q, bits + 1): how many rows stand at each distance.
    """

    distances: Uint16s
    histogram: Uint32s


class VectorKernels(Protocol):
    """One implementation. `InputError` for arguments that do not fit."""

    @property
    def graph(self) -> GraphKernels:
        """The loops of neighbour graphs."""

    def int8(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Int16s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """``float32(sum of query * code) * scale`` for each query and row, (q, n).

        `codes` (rows, dim), `scales` (rows,), `queries` (q, dim) no larger than
        `largest_query(dim)`. `chosen` (n,): only these rows, in this order; of rows in several
        parts, rising.
        """

    def squares(self, codes: Int8s) -> Uint32s:
        """Sum of the squares of each row (rows, dim), whole numbers; (rows,)."""

    def int4(
        self,
        codes: Parts[np.uint8],
        scales: Parts[np.float32],
        queries: Int16s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """The same over codes of 4 bits, (rows, blocks * 16), queries (q, blocks * 32).

        Byte i of a block holds dim i of the block in its low half, dim 16 + i in its high one,
        each with 8 added.
        """

    def float32(
        self,
        rows: Parts[np.float32],
        queries: Float32s,
        measure: Measure,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sums over the dims of each query and row: products, squares or sizes of differences."""

    def int8_apart(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sums over the dims of ``abs(code * scale - query)`` for each query and row, (q, n).

        `codes`, `scales` and `chosen` as for `int8`, queries (q, dim) of float32.
        """

    def int4_apart(
        self,
        codes: Parts[np.uint8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """The same over codes of 4 bits, as for `int4`."""

    def hamming(self, codes: Parts[np.uint8], queries: Bytes, mask: Flags | None = None) -> Hamming:
        """In how many bits each row and query differ.

        `codes` (n, 8 * words), `queries` (q, 8 * words), `mask` (n,): rows that count.
        """

    def within(self, distances: Uint16s, limit: int) -> Uint32s:
        """Rows (n,) no further away than the limit, which is below `NO_DISTANCE`; rising."""

    def signs(self, codes: Int8s, scales: Float32s, centre: Float32s) -> Bytes:
        """Bit j of a row: whether ``code * scale > centre[j]``, lowest bit of a byte first.

        (rows, 8 * words), bits past the last dim 0.
        """

    def floor(self, scores: Float32s, mask: Flags | None, k: int) -> float:
        """The k-th best of the scores (n,) that count; minus infinity if fewer than k do.

        What is not a number, minus infinity or left out by the mask does not count.
        """

    def reaching(self, scores: Float32s, mask: Flags | None, floor: float) -> Uint32s:
        """Rows that count and score at least `floor`, rising."""


def largest_query(dim: int) -> int:
    """What values of a query may go up to, so that no sum leaves 32 bits.

    >>> largest_query(384), largest_query(4096)
    (32767, 4095)
    """
    if not 0 < dim <= LARGEST_DIM:
        raise InputError(f"The dimension is {dim}; it must be 1 to {LARGEST_DIM:,}.")
    return min(0x7FFF, (2**31 - 1) // (128 * dim))


def check_fit(*pairs: tuple[int, int]) -> None:
    """`InputError` unless the sizes of each pair are equal."""
    for size, other in pairs:
        if size != other:
            raise InputError(f"Arrays that belong together have the sizes {size} and {other}.")


def words_of(dim: int) -> int:
    """Words of a row of binary codes.

    >>> words_of(384), words_of(65)
    (6, 2)
    """
    return -(-dim // WORD_BITS)


def int4_width(dim: int) -> int:
    """Dims of a row of int4 with those that fill its last block.

    >>> int4_width(384), int4_width(33)
    (384, 64)
    """
    return -(-dim // INT4_BLOCK) * INT4_BLOCK
