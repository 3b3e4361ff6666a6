"""The loops of indexing as functions of the WebAssembly module."""

from __future__ import annotations

from struct import Struct
from typing import Protocol

import numpy as np

from app.core.kernels.frame import F64, U8, U32, U64, Frame, Memory, cut, same_length
from app.core.kernels.indexing import (
    NONE,
    PARTS,
    Found,
    Inverted,
    Names,
    Numbered,
    Pieces,
    Said,
    Texts,
    Told,
    Uint64s,
    line_count,
)
from app.core.kernels.port import Bytes, Sparse, Uint32s
from app.core.kernels.wasm_names import TableExports, WasmNames, WasmPieces
from app.errors import InputError

_EXPAND = Struct("<8I")
_COUNT = Struct("<5I")
_TELL = Struct("<17I4xd")
_INVERT = Struct("<30I")
_FINGERPRINTS = Struct("<9I")
_BINS = 64
_SORT_NAMES = Struct("<5I")
_PLAIN_FORMS = Struct("<8I")
_N_BYTES = 4
_MOST_FORMS = 5
"""Times its bytes that the forms of a word take."""
_ENGLISH_STEMS = Struct("<5I")
_CUT_OUT = Struct("<5I")
_SPARSE_COUNTS = 18, 21, 24, 27
_N_STREAM = 29
_MOST_BYTES = 5
_LEAD = 8


class IndexingExports(TableExports, Protocol):
    """The functions of the module; see kernels.c."""

    def expand(self, frame: int, /) -> int: ...  # noqa: D102
    def count(self, frame: int, /) -> int: ...  # noqa: D102
    def tell(self, frame: int, /) -> int: ...  # noqa: D102
    def invert(self, frame: int, /) -> int: ...  # noqa: D102
    def fingerprints(self, frame: int, /) -> int: ...  # noqa: D102
    def sort_names(self, frame: int, /) -> int: ...  # noqa: D102
    def plain_forms(self, frame: int, /) -> int: ...  # noqa: D102
    def english_stems(self, frame: int, /) -> int: ...  # noqa: D102
    def cut_out(self, frame: int, /) -> int: ...  # noqa: D102


class WasmIndexing:
    """`Indexing` over the exports of the module."""

    def __init__(self, exports: IndexingExports, memory: Memory) -> None:
        self._exports = exports
        self._expand = exports.expand
        self._count = exports.count
        self._tell = exports.tell
        self._invert = exports.invert
        self._sort_names = exports.sort_names
        self._frame = Frame(memory)

    def new_pieces(self) -> Pieces:
        """An empty table of pieces."""
        return WasmPieces(self._exports, self._frame)

    def expand(
        self, found: Found, sequence: Uint32s, offsets: Uint32s, numbers: Uint32s
    ) -> tuple[Uint32s, Uint32s]:
        """The numbers of forms of texts."""
        frame = self._frame
        sizes = frame.empty(len(sequence), np.uint32)
        inputs = [frame.at(array, U32) for array in (*found, sequence)]
        words = (*inputs, len(sequence), frame.at(offsets, U32), frame.at(numbers, U32))
        total = frame.call(self._expand, _EXPAND, *words, 0, frame.at(sizes, U32))
        out = frame.empty(total, np.uint32)
        frame.call(self._expand, _EXPAND, *words, frame.at(out, U32), frame.at(sizes, U32))
        return out, sizes

    def count(self, texts: Texts, wanted: bytes) -> Uint32s:
        """How many bytes of each text are wanted."""
        frame, (data, ends) = self._frame, texts
        sizes = frame.empty(len(ends), np.uint32)
        given = [frame.at(np.frombuffer(each, np.uint8), U8) for each in (data, wanted)]
        frame.call(
            self._count, _COUNT, *given, frame.at(ends, U32), len(ends), frame.at(sizes, U32)
        )
        return sizes

    def tell(
        self,
        found: Found,
        offsets: Uint32s,
        words: Uint32s,
        signs: Uint32s,
        said: Said,
        width: int,
        share: float,
    ) -> Told:
        """What the words of texts say."""
        frame, n = self._frame, len(found.ends)
        same_length(len(said.columns), len(said.points), len(said.different))
        sizes = frame.empty(n, np.uint32)
        sums, different = frame.zeros(n * width, np.float64), frame.zeros(n * width, np.float64)
        scratch = [frame.zeros(len(signs), np.uint32)]
        scratch += [frame.empty(len(signs), np.uint32) for _ in range(2)]
        inputs = [frame.at(array, U32) for array in (*found, offsets, words, signs)]
        heard = [frame.at(said.offsets, U32), frame.at(said.columns, U32)]
        heard += [frame.at(said.points, F64), frame.at(said.different, F64)]
        given = [*inputs[:2], n, *inputs[2:], *heard, width]
        given += [frame.at(array, U32) for array in (*scratch, sizes)]
        given += [frame.at(sums, F64), frame.at(different, F64)]
        frame.call(self._tell, _TELL, *given, share)
        shape = n, width
        return Told(sizes, sums.reshape(shape), different.reshape(shape))

    def invert(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, n_terms: int, gap: int, most: int
    ) -> Inverted:
        """The postings of rows."""
        frame, n, n_rows = self._frame, len(numbers), len(sizes) // PARTS
        _check_sizes(numbers, sizes)
        ends = frame.zeros(n_terms + 1, np.uint32)
        scratch = [frame.empty(n, np.uint32) for _ in range(2)]
        posting_offsets, position_offsets = (frame.empty(n_terms + 1, np.uint32) for _ in range(2))
        ordinals, counts = frame.empty(n, np.uint32), frame.empty(n, np.uint8)
        stream = frame.empty(n * _MOST_BYTES, np.uint8)
        by_part = sizes.reshape(-1, PARTS).sum(axis=0, dtype=np.int64).tolist()
        rooms = [by_part[part] for part in (0, 2, 3, 4)]
        sparse = [(frame.empty(room, np.uint32), frame.empty(room, np.uint8)) for room in rooms]
        field_starts = frame.empty(n_rows * 3, np.uint32)
        words = [frame.at(numbers, U32), frame.at(sizes, U32), n_rows, frame.at(terms, U32)]
        words += [
            len(terms),
            n_terms,
            gap,
            most,
            frame.at(ends, U32),
            *(frame.at(each, U32) for each in scratch),
        ]
        words += [frame.at(posting_offsets, U32), frame.at(ordinals, U32), frame.at(counts, U8)]
        words += [frame.at(position_offsets, U32), frame.at(stream, U8)]
        for places, found in sparse:
            words += [frame.at(places, U32), frame.at(found, U8), 0]
        words += [frame.at(field_starts, U32), 0]
        postings = _of_known_forms(frame.call(self._invert, _INVERT, *words))
        kept = [frame.word(number) for number in (*_SPARSE_COUNTS, _N_STREAM)]
        fields = [_cut_sparse(each, size) for each, size in zip(sparse, kept[:4], strict=True)]
        return Inverted(
            posting_offsets,
            cut(ordinals, postings),
            cut(counts, postings),
            position_offsets,
            cut(stream, kept[4]),
            field_starts.reshape(-1, 3),
            (fields[0], fields[1], fields[2], fields[3]),
        )

    def fingerprints(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, hashes: Uint64s
    ) -> Uint64s | None:
        """The fingerprints of rows by the words of their bodies."""
        frame, n_rows = self._frame, len(sizes) // PARTS
        _check_sizes(numbers, sizes)
        bins, out = frame.empty(_BINS, np.uint64), frame.empty(n_rows, np.uint64)
        given = [frame.at(numbers, U32), frame.at(sizes, U32), n_rows, frame.at(terms, U32)]
        given += [len(terms), len(hashes)]
        given += [frame.at(array, U64) for array in (hashes, bins, out)]
        _of_known_forms(frame.call(self._exports.fingerprints, _FINGERPRINTS, *given))
        return out

    def sort_names(self, blob: Bytes, offsets: Uint32s, numbers: Uint32s) -> Uint32s:
        """Numbers of names, sorted by their bytes."""
        frame, n = self._frame, len(numbers)
        if n and int(numbers.max()) >= len(offsets) - 1:
            raise InputError("A number stands for no name.")
        if len(offsets) and (int(offsets[-1]) != len(blob) or np.any(offsets[:-1] > offsets[1:])):
            raise InputError("The names do not lie in their bytes.")
        order, scratch = frame.empty(n, np.uint32), frame.empty(n, np.uint32)
        order[:] = numbers
        given = frame.at(blob, U8), frame.at(offsets, U32)
        frame.call(
            self._sort_names, _SORT_NAMES, *given, frame.at(order, U32), frame.at(scratch, U32), n
        )
        return order

    def new_names(self) -> Names:
        """An empty table of names."""
        return WasmNames(self._exports, self._frame)

    def plain_forms(self, pieces: Bytes, forms: Names) -> Numbered | None:
        """The numbers of the forms of pieces that are plain and of ASCII."""
        frame, text = self._frame, self._own(pieces)
        out = frame.empty(_MOST_FORMS * len(text), np.uint8)
        found = frame.empty(line_count(text), np.uint8)
        given = frame.at(text, U8), len(text), frame.at(out, U8), frame.at(found, U8), *[0] * 4
        frame.call(self._exports.plain_forms, _PLAIN_FORMS, *given)
        sizes = found.astype(np.uint32)
        sizes[found == 0] = NONE
        return Numbered(forms.numbers(out[: frame.word(_N_BYTES)]), sizes)

    def words(self, pieces: Bytes, words: Names) -> Numbered | None:
        """The numbers of the rows of letters in pieces of ASCII."""
        if not isinstance(words, WasmNames):
            raise InputError("The names are in no table of this module.")
        return words.words_of(self._own(pieces))

    def english_stems(self, words: Bytes, prefix: bytes) -> Bytes | None:
        """The stems of words by the English stemmer."""
        frame, text = self._frame, self._own(words)
        lines = line_count(text)
        out = frame.empty(_LEAD + len(text) + lines * len(prefix), np.uint8)
        before = self._own(np.frombuffer(prefix, np.uint8))
        given = frame.at(text, U8), len(text), frame.at(before, U8), len(before)
        used = frame.call(self._exports.english_stems, _ENGLISH_STEMS, *given, frame.at(out, U8))
        return out[_LEAD:used]

    def cut_out(self, data: Bytes, starts: Uint32s, ends: Uint32s) -> Bytes:
        """Stretches of bytes, end to end."""
        frame, n = self._frame, len(starts)
        same_length(n, len(ends))
        if n and (np.any(starts > ends) or int(ends.max()) > len(data)):
            raise InputError("A stretch does not lie in the bytes.")
        out = frame.empty(int(np.sum(ends - starts, dtype=np.uint64)), np.uint8)
        given = frame.at(data, U8), frame.at(starts, U32), frame.at(ends, U32)
        frame.call(self._exports.cut_out, _CUT_OUT, *given, n, frame.at(out, U8))
        return out

    def _own(self, data: Bytes) -> Bytes:
        """A copy where the module reaches it and may change it."""
        copy = self._frame.empty(len(data), np.uint8)
        copy[:] = data
        return copy


def _check_sizes(numbers: Uint32s, sizes: Uint32s) -> None:
    """`InputError` unless all numbers are in a part."""
    same_length(len(sizes) % PARTS, 0)
    same_length(int(sizes.sum(dtype=np.uint64)), len(numbers))


def _of_known_forms(answer: int) -> int:
    """`InputError` where the module met a number of no form, or a form of no term."""
    if answer < 0:
        raise InputError("A number stands for no form, or a form for no term.")
    return answer


def _cut_sparse(sparse: Sparse, size: int) -> Sparse:
    return cut(sparse[0], size), cut(sparse[1], size)
