"""The loops of the vector leg in NumPy: the reference, and what runs without WebAssembly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.graph import GraphKernels
from app.core.kernels.numpy_graph import NumpyGraph
from app.core.kernels.parts import Parts, edges_of, listed, spans
from app.core.kernels.port import Bytes, Flags, Float32s, Uint32s, not_negative
from app.core.kernels.vectors import (
    INT4_BLOCK,
    NO_DISTANCE,
    WORD_BITS,
    Hamming,
    Int8s,
    Int16s,
    Measure,
    Uint16s,
    check_fit,
    words_of,
)

Item = TypeVar("Item", bound=np.generic)

_BATCH = 256
"""Rows that are widened at a time: more leave the near cache, and take several times as long."""


class NumpyVectors:
    """`VectorKernels` in NumPy; it has no state."""

    graph: GraphKernels = NumpyGraph()

    def int8(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Int16s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Products of queries and int8 codes.

        >>> codes, scales = np.int8([[1, -2], [127, 0]]), np.float32([0.5, 1])
        >>> NumpyVectors().int8(codes, scales, np.int16([[3, 4]])).tolist()
        [[-2.5, 381.0]]
        """
        return _products(codes, scales, queries, chosen, queries.shape[1], lambda rows: rows)

    def squares(self, codes: Int8s) -> Uint32s:
        """Sums of squares.

        >>> NumpyVectors().squares(np.int8([[3, -4], [0, -128]])).tolist()
        [25, 16384]
        """
        out = np.empty(len(codes), np.uint32)
        for part in batches(len(codes)):
            out[part] = np.square(codes[part].astype(np.int32)).sum(axis=1)
        return out

    def int4(
        self,
        codes: Parts[np.uint8],
        scales: Parts[np.float32],
        queries: Int16s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Products of queries and int4 codes."""
        check_fit((queries.shape[1] % 2, 0))
        width = queries.shape[1] // 2
        return _products(codes, scales, queries, chosen, width, unpacked_int4)

    def float32(
        self,
        rows: Parts[np.float32],
        queries: Float32s,
        measure: Measure,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sums over the dims.

        >>> rows, queries = np.float32([[3, 4], [0, 1]]), np.float32([[1, 1]])
        >>> [NumpyVectors().float32(rows, queries, m).tolist() for m in ("product", "square")]
        [[[7.0, 1.0]], [[13.0, 1.0]]]
        """
        scores = []
        for kept, _ in _pieces(listed(rows), chosen, queries.shape[1]):
            if measure == "product":
                scores.append(queries @ kept.T)
                continue
            sums = np.empty((len(queries), len(kept)), np.float32)
            for number, query in enumerate(queries):
                for part in batches(len(kept)):
                    apart = kept[part] - query
                    sizes = apart * apart if measure == "square" else np.abs(apart)
                    sums[number, part] = sizes.sum(axis=1)
            scores.append(sums)
        return np.ascontiguousarray(np.concatenate(scores, axis=1), dtype=np.float32)

    def int8_apart(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sizes of differences of queries and int8 codes.

        >>> codes, scales = np.int8([[1, -2], [127, 0]]), np.float32([0.5, 1])
        >>> NumpyVectors().int8_apart(codes, scales, np.float32([[3, 4]])).tolist()
        [[7.5, 128.0]]
        """
        return _apart(codes, scales, queries, chosen, queries.shape[1], lambda rows: rows)

    def int4_apart(
        self,
        codes: Parts[np.uint8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sizes of differences of queries and int4 codes."""
        check_fit((queries.shape[1] % INT4_BLOCK, 0))
        width = queries.shape[1] // 2
        return _apart(codes, scales, queries, chosen, width, unpacked_int4)

    def hamming(self, codes: Parts[np.uint8], queries: Bytes, mask: Flags | None = None) -> Hamming:
        """In how many bits rows and queries differ.

        >>> codes = np.zeros((2, 8), np.uint8)
        >>> codes[1, 0] = 7
        >>> found = NumpyVectors().hamming(codes, codes[:1])
        >>> found.distances.tolist(), found.histogram[0, :4].tolist()
        ([[0, 3]], [1, 0, 0, 1])
        """
        parts = listed(codes)
        edges = edges_of(parts)
        check_fit(*((part.shape[1], queries.shape[1]) for part in parts))
        if mask is not None:
            check_fit((edges[-1], len(mask)))
        bits = 8 * queries.shape[1]
        distances = np.empty((len(queries), edges[-1]), np.uint16)
        histogram = np.zeros((len(queries), bits + 1), np.uint32)
        counts = np.ones(edges[-1], np.bool_) if mask is None else mask != 0
        for number, query in enumerate(queries.view(np.uint64)):
            for part, (low, high) in zip(parts, pairwise(edges), strict=True):
                apart = np.bitwise_count(part.view(np.uint64) ^ query)
                apart.sum(axis=1, dtype=np.uint16, out=distances[number, low:high])
            histogram[number] = np.bincount(distances[number][counts], minlength=bits + 1)
            distances[number][~counts] = NO_DISTANCE
        return Hamming(distances, histogram)

    def within(self, distances: Uint16s, limit: int) -> Uint32s:
        """Rows no further away than the limit."""
        return np.flatnonzero(distances <= _below_none(limit)).astype(np.uint32)

    def signs(self, codes: Int8s, scales: Float32s, centre: Float32s) -> Bytes:
        """On which side of the centre each value is.

        >>> codes, centre = np.int8([[5, -1, 0]]), np.float32([4, 0, 0])
        >>> NumpyVectors().signs(codes, np.float32([1]), centre).tolist()
        [[1, 0, 0, 0, 0, 0, 0, 0]]
        """
        check_fit((codes.shape[1], len(centre)), (len(codes), len(scales)))
        dim = codes.shape[1]
        out = np.zeros((len(codes), words_of(dim) * WORD_BITS // 8), np.uint8)
        for part in batches(len(codes)):
            above = codes[part].astype(np.float32) * scales[part, np.newaxis] > centre
            packed = np.packbits(above, axis=1, bitorder="little")
            out[part, : packed.shape[1]] = packed
        return out

    def floor(self, scores: Float32s, mask: Flags | None, k: int) -> float:
        """The k-th best score."""
        not_negative("k", k)
        kept = scores[_counted(scores, mask)]
        if k > len(kept) or k == 0:
            return -np.inf
        return float(np.partition(kept, len(kept) - k)[len(kept) - k])

    def reaching(self, scores: Float32s, mask: Flags | None, floor: float) -> Uint32s:
        """Rows with at least this score."""
        reached = _counted(scores, mask) & (scores >= np.float32(floor))
        return np.flatnonzero(reached).astype(np.uint32)


def _pieces(
    parts: list[NDArray[Item]], chosen: Uint32s | None, width: int
) -> Iterator[tuple[NDArray[Item], slice | Uint32s]]:
    """Of each part the rows asked for, and which these are."""
    check_fit(*((part.shape[1], width) for part in parts))
    edges = edges_of(parts)
    for part, first, (low, high) in zip(parts, edges, spans(chosen, edges), strict=False):
        some = slice(None) if chosen is None else chosen[low:high] - np.uint32(first)
        yield part[some], some


def _apart(
    codes: Parts[Item],
    scales: Parts[np.float32],
    queries: Float32s,
    chosen: Uint32s | None,
    width: int,
    integers: Callable[[Any], Int8s],
) -> Float32s:
    parts, factors = listed(codes), listed(scales)
    check_fit((len(parts), len(factors)), *zip(map(len, parts), map(len, factors), strict=False))
    scores = [np.empty((len(queries), 0), np.float32)]
    for (rows, some), factor in zip(_pieces(parts, chosen, width), factors, strict=True):
        sums, scale = np.empty((len(queries), len(rows)), np.float32), factor[some]
        for part in batches(len(rows)):
            known = integers(rows[part]).astype(np.float32) * scale[part, np.newaxis]
            for number, query in enumerate(queries):
                sums[number, part] = np.abs(known - query).sum(axis=1)
        scores.append(sums)
    return np.concatenate(scores, axis=1)


def _products(
    codes: Parts[Item],
    scales: Parts[np.float32],
    queries: Int16s,
    chosen: Uint32s | None,
    width: int,
    integers: Callable[[Any], Int8s],
) -> Float32s:
    parts, factors = listed(codes), listed(scales)
    check_fit((len(parts), len(factors)), *zip(map(len, parts), map(len, factors), strict=False))
    # Products of float64 are exact here, and quicker than those of integers.
    wide = queries.astype(np.float64)
    scores = []
    for (rows, some), factor in zip(_pieces(parts, chosen, width), factors, strict=True):
        sums = np.empty((len(queries), len(rows)), np.float32)
        for part in batches(len(rows)):
            sums[:, part] = wide @ integers(rows[part]).astype(np.float64).T
        scores.append(sums * factor[some])
    return np.concatenate(scores, axis=1)


def _counted(scores: Float32s, mask: Flags | None) -> NDArray[np.bool_]:
    counted: NDArray[np.bool_] = scores > -np.inf
    if mask is None:
        return counted
    check_fit((len(scores), len(mask)))
    return np.asarray(counted & (mask != 0))


def _below_none(limit: int) -> int:
    return min(not_negative("limit", limit), NO_DISTANCE - 1)


def unpacked_int4(codes: Bytes) -> Int8s:
    """The values of packed codes, int8 (rows, blocks * 32).

    >>> unpacked_int4(np.full((1, 16), 0x9F, np.uint8))[0, [0, 15, 16, 31]].tolist()
    [7, 7, 1, 1]
    """
    blocks = codes.reshape(len(codes), codes.shape[1] // 16, 1, 16)
    halves = np.concatenate([blocks & 15, blocks >> 4], axis=2)
    return halves.reshape(len(codes), codes.shape[1] * 2).view(np.int8) - np.int8(8)


def batches(n: int) -> Iterator[slice]:
    """Slices over n rows, few enough at a time for what is made of them to stay small."""
    for start in range(0, n, _BATCH):
        yield slice(start, min(start + _BATCH, n))
