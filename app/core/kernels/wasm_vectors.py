"""The loops of the vector leg as functions of the WebAssembly module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.frame import F32, U8, U32, Frame, Memory, cut
from app.core.kernels.graph import GraphKernels
from app.core.kernels.parts import Parts, edges_of, listed, spans
from app.core.kernels.port import Bytes, Flags, Float32s, Uint32s, not_negative
from app.core.kernels.vectors import (
    INT4_BLOCK,
    LARGEST_DIM,
    MEASURES,
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
from app.core.kernels.wasm_graph import GraphExports, WasmGraph
from app.errors import InputError

_I8 = np.dtype(np.int8)
_I16 = np.dtype(np.int16)
_U16 = np.dtype(np.uint16)
_SCAN = Struct("<14I")
_HAMMING = Struct("<9I")
_SQUARES = Struct("<4I")
_WITHIN = Struct("<5I")
_SIGNS = Struct("<7I")
_FLOOR = Struct("<5I")
_REACHING = Struct("<3IfI")


class VectorExports(GraphExports, Protocol):
    """The functions of the module; see vectors.h."""

    def scan_int8(self, frame: int, /) -> int: ...  # noqa: D102
    def squares(self, frame: int, /) -> int: ...  # noqa: D102
    def scan_int4(self, frame: int, /) -> int: ...  # noqa: D102
    def scan_float32(self, frame: int, /) -> int: ...  # noqa: D102
    def scan_apart(self, frame: int, /) -> int: ...  # noqa: D102
    def hamming(self, frame: int, /) -> int: ...  # noqa: D102
    def within(self, frame: int, /) -> int: ...  # noqa: D102
    def signs(self, frame: int, /) -> int: ...  # noqa: D102
    def floor_of(self, frame: int, /) -> int: ...  # noqa: D102
    def reaching(self, frame: int, /) -> int: ...  # noqa: D102


class WasmVectors:
    """`VectorKernels` over the exports of the module."""

    def __init__(self, exports: VectorExports, memory: Memory) -> None:
        self._int8 = exports.scan_int8
        self._squares = exports.squares
        self._int4 = exports.scan_int4
        self._float32 = exports.scan_float32
        self._apart = exports.scan_apart
        self._hamming = exports.hamming
        self._within = exports.within
        self._signs = exports.signs
        self._floor = exports.floor_of
        self._reaching = exports.reaching
        self._frame = Frame(memory)
        self.graph: GraphKernels = WasmGraph(exports, memory)

    def int8(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Int16s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Products of queries and int8 codes."""
        parts, width = listed(codes), queries.shape[1]
        return self._scan(self._int8, (parts, _I8, width), (queries, _I16), scales, chosen)

    def squares(self, codes: Int8s) -> Uint32s:
        """Sums of squares."""
        frame, (n, dim) = self._frame, codes.shape
        _check_dim(dim)
        out = frame.empty(n, np.uint32)
        frame.call(self._squares, _SQUARES, frame.at(codes, _I8), n, dim, frame.at(out, U32))
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
        parts, width = listed(codes), queries.shape[1] // 2
        return self._scan(self._int4, (parts, U8, width), (queries, _I16), scales, chosen)

    def float32(
        self,
        rows: Parts[np.float32],
        queries: Float32s,
        measure: Measure,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sums over the dims."""
        parts, width = listed(rows), queries.shape[1]
        number = MEASURES.index(measure)
        return self._scan(self._float32, (parts, F32, width), (queries, F32), None, chosen, number)

    def int8_apart(
        self,
        codes: Parts[np.int8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sizes of differences of queries and int8 codes."""
        parts, width = listed(codes), queries.shape[1]
        return self._scan(self._apart, (parts, _I8, width), (queries, F32), scales, chosen)

    def int4_apart(
        self,
        codes: Parts[np.uint8],
        scales: Parts[np.float32],
        queries: Float32s,
        chosen: Uint32s | None = None,
    ) -> Float32s:
        """Sizes of differences of queries and int4 codes."""
        check_fit((queries.shape[1] % INT4_BLOCK, 0))
        parts, width = listed(codes), queries.shape[1] // 2
        return self._scan(self._apart, (parts, U8, width), (queries, F32), scales, chosen, 1)

    def _scan(
        self,
        function: Callable[[int], int],
        rows: tuple[Sequence[NDArray[Any]], np.dtype[Any], int],
        queries: tuple[NDArray[Any], np.dtype[Any]],
        scales: Parts[np.float32] | None,
        chosen: Uint32s | None,
        measure: int = 0,
    ) -> Float32s:
        frame, (parts, kind, width), asked = self._frame, rows, queries[0]
        factors = [None] * len(parts) if scales is None else listed(scales)
        _check_dim(asked.shape[1])
        check_fit((len(parts), len(factors)), *((part.shape[1], width) for part in parts))
        edges = edges_of(parts)
        n = edges[-1] if chosen is None else len(chosen)
        scores = frame.empty(len(asked) * n, np.float32)
        query = frame.at(*queries), len(asked), asked.shape[1]
        to, those = frame.at(scores, F32), 0 if chosen is None else frame.at(chosen, U32)
        each = zip(parts, factors, edges, spans(chosen, edges), strict=False)
        for part, factor, first, (low, high) in each:
            scale = 0 if factor is None else frame.at(factor, F32, len(part))
            given = frame.at(part, kind), len(part), width, width * kind.itemsize
            some = those and those + 4 * low, high - low, first
            words = *given, *some, *query, scale, to + 4 * low, n, measure
            if low < high:
                frame.call(function, _SCAN, *words)
        return scores.reshape(len(asked), n)

    def hamming(self, codes: Parts[np.uint8], queries: Bytes, mask: Flags | None = None) -> Hamming:
        """In how many bits rows and queries differ."""
        frame, parts, (asked, width) = self._frame, listed(codes), queries.shape
        check_fit(*((part.shape[1], width) for part in parts))
        _check_dim(8 * width)
        words = width * 8 // WORD_BITS
        check_fit((width * 8, words * WORD_BITS))
        edges = edges_of(parts)
        n = edges[-1]
        distances = frame.empty(asked * n, np.uint16)
        histogram = frame.zeros(asked * (8 * width + 1), np.uint32)
        flags = 0 if mask is None else frame.at(mask, U8, n)
        query = frame.at(queries, U8), asked
        to, counts = frame.at(distances, _U16), frame.at(histogram, U32)
        for part, first in zip(parts, edges, strict=False):
            given = frame.at(part, U8), len(part), words, flags and flags + first
            frame.call(self._hamming, _HAMMING, *given, *query, to + 2 * first, counts, n)
        return Hamming(distances.reshape(asked, n), histogram.reshape(asked, -1))

    def within(self, distances: Uint16s, limit: int) -> Uint32s:
        """Rows no further away than the limit."""
        frame, n = self._frame, len(distances)
        limit = min(not_negative("limit", limit), NO_DISTANCE - 1)
        out = frame.empty(n, np.uint32)
        given = frame.at(distances, _U16), n, limit, frame.at(out, U32), n
        return cut(out, frame.call(self._within, _WITHIN, *given))

    def signs(self, codes: Int8s, scales: Float32s, centre: Float32s) -> Bytes:
        """On which side of the centre each value is."""
        frame, (n, dim) = self._frame, codes.shape
        check_fit((dim, len(centre)))
        width = words_of(dim) * WORD_BITS // 8
        out = frame.zeros(n * width, np.uint8)
        given = frame.at(codes, _I8), frame.at(scales, F32, n), frame.at(centre, F32)
        frame.call(self._signs, _SIGNS, *given, n, dim, width, frame.at(out, U8))
        return out.reshape(n, width)

    def floor(self, scores: Float32s, mask: Flags | None, k: int) -> float:
        """The k-th best score."""
        frame, n = self._frame, len(scores)
        room = min(not_negative("k", k), n)
        heap = frame.empty(room, np.float32)
        given = frame.at(scores, F32), 0 if mask is None else frame.at(mask, U8, n), n, room
        held = frame.call(self._floor, _FLOOR, *given, frame.at(heap, F32))
        return float(heap[0]) if k and held == k else -np.inf

    def reaching(self, scores: Float32s, mask: Flags | None, floor: float) -> Uint32s:
        """Rows with at least this score."""
        frame, n = self._frame, len(scores)
        out = frame.empty(n, np.uint32)
        given = frame.at(scores, F32), 0 if mask is None else frame.at(mask, U8, n), n
        least = float(np.float32(floor))
        return cut(out, frame.call(self._reaching, _REACHING, *given, least, frame.at(out, U32)))


def _check_dim(dim: int) -> None:
    if dim > LARGEST_DIM:
        raise InputError(f"The dimension is {dim}; it must be 1 to {LARGEST_DIM:,}.")
