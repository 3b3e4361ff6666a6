"""The loops of merging as functions of the WebAssembly module."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Protocol

import numpy as np

from app.core.kernels.frame import U8, U32, Frame, Memory, cut, same_length
from app.core.kernels.merging import Dictionary, MergedLists, MergedNames, Part
from app.core.kernels.port import Sparse, damaged

_MERGE_NAMES = Struct("<6I")
_MERGE_LISTS = Struct("<21I")
_DICTIONARY_WORDS = 6
_PART_WORDS = 30
_SPARSE_COUNTS = 10, 13, 16, 19
_N_STREAM = 20
_N_BLOB = 5


class MergingExports(Protocol):
    """The functions of the module; see merging.h."""

    def merge_names(self, frame: int, /) -> int: ...  # noqa: D102
    def merge_lists(self, frame: int, /) -> int: ...  # noqa: D102


class WasmMerging:
    """`Merging` over the exports of the module."""

    def __init__(self, exports: MergingExports, memory: Memory) -> None:
        self._exports = exports
        self._frame = Frame(memory)

    def names(self, dictionaries: Sequence[Dictionary]) -> MergedNames:
        """The names of all dictionaries."""
        frame = self._frame
        room = sum(len(offsets) - 1 for _, offsets in dictionaries)
        numbers = [frame.empty(len(offsets) - 1, np.uint32) for _, offsets in dictionaries]
        blob = frame.empty(sum(len(blob) for blob, _ in dictionaries), np.uint8)
        offsets = frame.empty(room + 1, np.uint32)
        table = frame.zeros(len(dictionaries) * _DICTIONARY_WORDS, np.uint32)
        for row, (own, edges), places in zip(
            table.reshape(-1, _DICTIONARY_WORDS), dictionaries, numbers, strict=True
        ):
            row[:5] = (
                *(frame.at(own, U8), len(own), frame.at(edges, U32), len(edges) - 1),
                frame.at(places, U32),
            )
        words = frame.at(table, U32), len(dictionaries), frame.at(blob, U8), len(blob)
        found = frame.call(
            self._exports.merge_names, _MERGE_NAMES, *words, frame.at(offsets, U32), 0
        )
        if found < 0:
            raise damaged()
        return MergedNames(cut(blob, frame.word(_N_BLOB)), cut(offsets, found + 1), numbers)

    def lists(self, parts: Sequence[Part], n_terms: int) -> MergedLists:
        """The posting lists of all parts."""
        frame = self._frame
        n, n_bytes = sum(len(p.ordinals) for p in parts), sum(len(p.positions) for p in parts)
        posting_offsets, position_offsets = (frame.empty(n_terms + 1, np.uint32) for _ in range(2))
        ordinals, counts = frame.empty(n, np.uint32), frame.empty(n, np.uint8)
        positions = frame.empty(n_bytes, np.uint8)
        rooms = [sum(len(part.sparse[field][0]) for part in parts) for field in range(4)]
        sparse = [(frame.empty(room, np.uint32), frame.empty(room, np.uint8)) for room in rooms]
        table = frame.zeros(len(parts) * _PART_WORDS, np.uint32)
        for row, part in zip(table.reshape(-1, _PART_WORDS), parts, strict=True):
            words = self._part(part)
            row[: len(words)] = words
        given = [frame.at(table, U32), len(parts), n_terms, frame.at(posting_offsets, U32)]
        given += [frame.at(ordinals, U32), frame.at(counts, U8)]
        given += [frame.at(position_offsets, U32), frame.at(positions, U8)]
        for places, found in sparse:
            given += [frame.at(places, U32), frame.at(found, U8), 0]
        merged = frame.call(self._exports.merge_lists, _MERGE_LISTS, *given, 0)
        if merged < 0:
            raise damaged()
        sizes = [frame.word(number) for number in _SPARSE_COUNTS]
        repeated, headings, title, path = map(_cut, sparse, sizes)
        return MergedLists(
            posting_offsets,
            cut(ordinals, merged),
            cut(counts, merged),
            position_offsets,
            cut(positions, frame.word(_N_STREAM)),
            (repeated, headings, title, path),
        )

    def _part(self, part: Part) -> list[int]:
        frame, n_terms = self._frame, len(part.terms)
        same_length(n_terms + 1, len(part.posting_offsets), len(part.position_offsets))
        same_length(len(part.ordinals), len(part.counts))
        words = [frame.at(part.terms, U32), n_terms, frame.at(part.posting_offsets, U32)]
        words += [frame.at(part.ordinals, U32), frame.at(part.counts, U8), len(part.ordinals)]
        words += [frame.at(part.position_offsets, U32), frame.at(part.positions, U8)]
        words += [len(part.positions), frame.at(part.chunks, U32), len(part.chunks)]
        for places, counts in part.sparse:
            same_length(len(places), len(counts))
            words += [frame.at(places, U32), frame.at(counts, U8), len(places)]
        return words


def _cut(sparse: Sparse, size: int) -> Sparse:
    return cut(sparse[0], size), cut(sparse[1], size)
