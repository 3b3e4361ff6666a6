"""The kernels as the WebAssembly module of kernels.c, wherever its memory lies.

The module has no memory of its own: it works on the one that the arrays lie in. Scratch memory is
of NumPy as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.frame import F32, U8, U32, U64, Frame, Memory, cut, same_length
from app.core.kernels.indexing import Indexing, Texts
from app.core.kernels.merging import Merging
from app.core.kernels.port import (
    ROOM,
    Best,
    Bytes,
    Flags,
    Float32s,
    Gathered,
    Languages,
    Near,
    PostingArrays,
    Ranked,
    Uint32s,
    Uint64s,
    damaged,
    distinct,
    not_negative,
)
from app.core.kernels.vectors import VectorKernels
from app.core.kernels.wasm_checksums import ChecksumExports, WasmChecksums
from app.core.kernels.wasm_indexing import IndexingExports, WasmIndexing
from app.core.kernels.wasm_merging import MergingExports, WasmMerging
from app.core.kernels.wasm_vectors import VectorExports, WasmVectors

VERSION = 22
"""What `version` of the module must answer."""

_WINDOW = 16_384
_CELL = 16
_CURSOR_WORDS = 4
_GATHER = Struct("<18I")
_RANK = Struct("<8I4I2f3If8I")
_RANK_HELD = 25
_FIND = Struct("<8I")
_ADD_SCORES = Struct("<8I")
_COVER = Struct("<4I2f3I")
_TOP_K = Struct("<8I")
_TOP_K_HELD = 7
_POSITIONS = Struct("<9I")
_CLOSEST = Struct("<14I")
_NEAR = Struct("<5I")
_SLOT_WORDS = 6
_WIDEST = 0xFFFF_FFFF


class Exports(IndexingExports, MergingExports, VectorExports, ChecksumExports, Protocol):
    """The functions of the module; see kernels.c."""

    def version(self) -> int: ...  # noqa: D102
    def gather(self, frame: int, /) -> int: ...  # noqa: D102
    def add_scores(self, frame: int, /) -> int: ...  # noqa: D102
    def cover(self, frame: int, /) -> int: ...  # noqa: D102
    def top_k(self, frame: int, /) -> int: ...  # noqa: D102
    def rank(self, frame: int, /) -> int: ...  # noqa: D102
    def find(self, frame: int, /) -> int: ...  # noqa: D102
    def count_positions(self, frame: int, /) -> int: ...  # noqa: D102
    def positions(self, frame: int, /) -> int: ...  # noqa: D102
    def closest(self, frame: int, /) -> int: ...  # noqa: D102
    def near_ordered(self, frame: int, /) -> int: ...  # noqa: D102
    def near_unordered(self, frame: int, /) -> int: ...  # noqa: D102


class WasmKernels:
    """`Kernels` over the exports of the module. `ValueError` if they are of another version."""

    name = "wasm"

    def __init__(self, exports: Exports, memory: Memory) -> None:
        if (version := exports.version()) != VERSION:
            raise ValueError(f"The kernels have version {version}, not {VERSION}.")
        # Each look at an export makes a new proxy of it in a browser.
        self._gather = exports.gather
        self._add_scores = exports.add_scores
        self._cover = exports.cover
        self._top_k = exports.top_k
        self._rank = exports.rank
        self._find = exports.find
        self._count_positions = exports.count_positions
        self._positions = exports.positions
        self._closest = exports.closest
        self._near = exports.near_unordered, exports.near_ordered
        self._frame = Frame(memory)
        self.indexing: Indexing = WasmIndexing(exports, memory)
        self.merging: Merging = WasmMerging(exports, memory)
        self.vectors: VectorKernels = WasmVectors(exports, memory)
        self.crc32 = WasmChecksums(exports, memory).crc32
        # `gather` sums up in these, and leaves zeros.
        self._sums = self._frame.zeros(_WINDOW, np.float32)
        self._touched = self._frame.zeros(_WINDOW // _CELL, np.uint8)

    def gather(
        self,
        postings: PostingArrays,
        live: Flags | None,
        clause_offsets: Uint32s,
        starts: Uint32s,
        ends: Uint32s,
        weights: Float32s,
        field_weights: Float32s,
        languages: Languages | None = None,
    ) -> Gathered:
        """The union of each clause's posting lists."""
        frame, clauses = self._frame, len(clause_offsets) - 1
        same_length(len(starts), len(ends), len(weights), int(clause_offsets[-1]))
        total = int(np.sum(ends - starts, dtype=np.uint32))
        if total > len(starts) * len(postings.ordinals):  # a list that ends before it starts
            raise damaged()
        ordinals = frame.empty(total, np.uint32)
        frequencies = frame.empty(total, np.float32)
        offsets = frame.empty(clauses + 1, np.uint32)
        cursors = frame.empty(len(starts) * _CURSOR_WORDS, np.uint32)
        words = [frame.postings(postings), *frame.flags(live), clauses]
        words += [frame.at(array, U32) for array in (clause_offsets, starts, ends)]
        words += [frame.at(weights, F32), frame.at(field_weights, F32, 4)]
        words += self._languages(languages, len(starts))
        words += [frame.at(self._sums, F32), frame.at(self._touched, U8), frame.at(cursors, U32)]
        words += [frame.at(ordinals, U32), frame.at(frequencies, F32), frame.at(offsets, U32)]
        found = _checked(frame.call(self._gather, _GATHER, *words))
        return Gathered(cut(ordinals, found), cut(frequencies, found), offsets)

    def _languages(self, languages: Languages | None, n_lists: int) -> list[int]:
        if languages is None:
            return [0, 0, 0]
        of_lists = self._frame.at(languages.of_lists, U8, n_lists)
        return [*self._frame.flags(languages.of_chunks), of_lists]

    def add_scores(
        self, gathered: Gathered, factors: Float32s, norms: Float32s, scores: Float32s
    ) -> None:
        """Add what each clause gives to each chunk."""
        frame = self._frame
        same_length(len(factors), len(gathered.offsets) - 1)
        answer = frame.call(
            self._add_scores,
            _ADD_SCORES,
            len(factors),
            frame.at(gathered.offsets, U32),
            frame.at(gathered.ordinals, U32),
            frame.at(gathered.frequencies, F32),
            frame.at(factors, F32),
            frame.at(norms, F32, len(scores)),
            frame.at(scores, F32),
            len(scores),
        )
        _checked(answer)

    def cover(self, gathered: Gathered, factors: Float32s, share: float, scores: Float32s) -> None:
        """Scale each score by how much of the clauses its chunk holds."""
        frame, n = self._frame, len(scores)
        same_length(len(factors), len(gathered.offsets) - 1)
        covered = frame.zeros(n, np.float32)
        words = [len(factors), frame.at(gathered.offsets, U32), frame.at(gathered.ordinals, U32)]
        floats = frame.at(factors, F32), float(factors.sum()), share
        arrays = frame.at(covered, F32), frame.at(scores, F32)
        _checked(frame.call(self._cover, _COVER, *words, *floats, *arrays, n))

    def top_k(self, scores: Float32s, mask: Flags | None, k: int) -> Best:
        """The k best of the scores above 0."""
        frame = self._frame
        room = min(not_negative("k", k), len(scores))
        heap = frame.empty(room, np.uint64)
        ordinals = frame.empty(room, np.uint32)
        best = frame.empty(room, np.float32)
        matched = frame.call(
            self._top_k,
            _TOP_K,
            frame.at(scores, F32),
            0 if mask is None else frame.at(mask, U8, len(scores)),
            len(scores),
            room,
            frame.at(heap, U64),
            frame.at(ordinals, U32),
            frame.at(best, F32),
            0,
        )
        held = frame.word(_TOP_K_HELD)
        return Best(cut(ordinals, held), cut(best, held), matched)

    def rank(
        self,
        gathered: Gathered,
        factors: Float32s,
        norms: Float32s,
        share: float,
        mask: Flags | None,
        k: int,
        *,
        least: float = 0.0,
    ) -> Ranked:
        """Scores and the best of them."""
        frame, n, clauses = self._frame, len(norms), len(factors)
        same_length(clauses, len(gathered.offsets) - 1)
        room = min(not_negative("k", k), n)
        scores, heap = frame.zeros(n, np.float32), frame.empty(room, np.uint64)
        ordinals, best = frame.empty(room, np.uint32), frame.empty(room, np.float32)
        lists = [frame.at(gathered.offsets, U32), frame.at(gathered.ordinals, U32)]
        at_factors, at_scores = frame.at(factors, F32), frame.at(scores, F32)
        words: list[float] = [clauses, *lists, frame.at(gathered.frequencies, F32), at_factors]
        words += [frame.at(norms, F32), at_scores, n]
        covered = frame.zeros(n if share else 0, np.float32)
        words += [clauses, *lists, at_factors, float(factors.sum()), share]
        words += [frame.at(covered, F32), at_scores, n, least]
        words += [at_scores, 0 if mask is None else frame.at(mask, U8, n), n, room]
        words += [frame.at(heap, U64), frame.at(ordinals, U32), frame.at(best, F32), 0]
        matched = _checked(frame.call(self._rank, _RANK, *words))
        held = frame.word(_RANK_HELD)
        return Ranked(Best(cut(ordinals, held), cut(best, held), matched), scores)

    def find(self, blob: Bytes, offsets: Uint32s, names: Texts) -> NDArray[np.int64]:
        """Places of names in a sorted dictionary."""
        frame, (data, ends) = self._frame, names
        places = frame.empty(len(ends), np.uint32)
        words = [frame.at(blob, U8), len(blob), frame.at(offsets, U32), len(offsets) - 1]
        words += [frame.at(np.frombuffer(data, np.uint8), U8), frame.at(ends, U32)]
        _checked(frame.call(self._find, _FIND, *words, len(ends), frame.at(places, U32)))
        return places.view(np.int32).astype(np.int64)

    def positions(
        self,
        stream: Bytes,
        postings: PostingArrays,
        start: int,
        end: int,
        byte_start: int,
        wanted: Flags | None,
    ) -> Uint64s:
        """Keys of all positions of a term."""
        if not 0 <= start <= end <= len(postings.ordinals) or not 0 <= byte_start <= len(stream):
            raise damaged()
        frame = self._frame
        words = [frame.at(stream, U8), len(stream), frame.postings(postings)]
        words += [start, end, byte_start, *frame.flags(wanted)]
        count = _checked(frame.call(self._count_positions, _POSITIONS, *words, 0))
        out = frame.empty(count, np.uint64)
        _checked(frame.call(self._positions, _POSITIONS, *words, frame.at(out, U64)))
        return out

    def closest(
        self,
        stream: Bytes,
        postings: PostingArrays,
        chunks: Uint32s,
        list_offsets: Uint32s,
        starts: Uint32s,
        ends: Uint32s,
        byte_starts: Uint32s,
        allowed: Flags,
    ) -> Uint32s:
        """How near the words of a query stand to their neighbours."""
        frame, words, n = self._frame, len(list_offsets) - 1, len(chunks)
        same_length(len(starts), len(ends), len(byte_starts), int(list_offsets[-1]))
        same_length(allowed.size, len(starts) * n)
        out = frame.empty((words - 1) * n, np.uint32)
        counts = frame.zeros(words * n, np.uint32)
        found = frame.empty(words * n * ROOM, np.uint32)
        given = [frame.at(stream, U8), len(stream), frame.postings(postings)]
        given += [frame.at(chunks, U32), n, frame.at(list_offsets, U32), words]
        given += [frame.at(array, U32) for array in (starts, ends, byte_starts)]
        given += [frame.at(allowed, U8), *(frame.at(array, U32) for array in (counts, found, out))]
        _checked(frame.call(self._closest, _CLOSEST, *given))
        return out.reshape(words - 1, n)

    def near(self, slots: Sequence[Uint64s], slack: int, ordered: bool) -> Near:
        """Chunks in which all slots stand close together."""
        frame = self._frame
        not_negative("slack", slack)
        room = min(map(len, slots), default=0)
        ordinals = frame.empty(room, np.uint32)
        counts = frame.empty(room, np.uint32)
        if not room:
            return Near(ordinals, counts)
        used = [(slot, 1) for slot in slots] if ordered else distinct(slots)
        table = frame.zeros(len(used) * _SLOT_WORDS, np.uint32)
        table.reshape(-1, _SLOT_WORDS)[:, :3] = [
            (frame.at(slot, U64), len(slot), needed) for slot, needed in used
        ]
        width = min(slack if ordered else slack + len(slots), _WIDEST)
        results = frame.at(ordinals, U32), frame.at(counts, U32)
        words = (frame.at(table, U32), len(used), width, *results)
        found = frame.call(self._near[ordered], _NEAR, *words)
        return Near(cut(ordinals, found), cut(counts, found))


def _checked(answer: int) -> int:
    if answer < 0:
        raise damaged()
    return answer
