"""The loops of indexing as functions of the WebAssembly module."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.frame import F64, U8, U32, Frame, Memory, cut, same_length
from app.core.kernels.indexing import (
    PARTS,
    STAY,
    Forms,
    Found,
    Inverted,
    Pieces,
    Said,
    Texts,
    Told,
)
from app.core.kernels.port import Bytes, Sparse, Uint32s
from app.errors import InputError

_PIECES = Struct("<17I")
_AT, _TEXT_NUMBER, _N_FOUND, _N_PIECES = 1, 4, 7, 14
_EXPAND = Struct("<8I")
_COUNT = Struct("<5I")
_TELL = Struct("<17I4xd")
_INVERT = Struct("<29I")
_SORT_NAMES = Struct("<5I")
_PLAIN_FORMS = Struct("<8I")
_N_BYTES = 4
_MOST_FORMS = 5
"""Times its bytes that the forms of a word take."""
_ENGLISH_STEMS = Struct("<3I")
_SPARSE_COUNTS = 17, 20, 23, 26
_N_STREAM = 28
_MOST_BYTES = 5
_LEAD = 8

_WORD, _EDGE, _COMMA, _SLASH, _HIGH = 1, 2, 3, 4, 5
_SMALLEST_BYTES = 1 << 16
_SMALLEST_PIECES = 1 << 12
Item = TypeVar("Item", bound=np.generic)


class IndexingExports(Protocol):
    """The functions of the module; see kernels.c."""

    def pieces(self, frame: int, /) -> int: ...  # noqa: D102
    def place_pieces(self, frame: int, /) -> int: ...  # noqa: D102
    def expand(self, frame: int, /) -> int: ...  # noqa: D102
    def count(self, frame: int, /) -> int: ...  # noqa: D102
    def tell(self, frame: int, /) -> int: ...  # noqa: D102
    def invert(self, frame: int, /) -> int: ...  # noqa: D102
    def sort_names(self, frame: int, /) -> int: ...  # noqa: D102
    def plain_forms(self, frame: int, /) -> int: ...  # noqa: D102
    def english_stems(self, frame: int, /) -> int: ...  # noqa: D102


class WasmIndexing:
    """`Indexing` over the exports of the module."""

    def __init__(self, exports: IndexingExports, memory: Memory) -> None:
        self._exports = exports
        self._expand = exports.expand
        self._count = exports.count
        self._tell = exports.tell
        self._invert = exports.invert
        self._sort_names = exports.sort_names
        self._english_stems = exports.english_stems
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
        same_length(len(sizes), n_rows * PARTS)
        same_length(int(sizes.sum(dtype=np.uint64)), n)
        if n and int((numbers & np.uint32(STAY - 1)).max()) >= len(terms):
            raise InputError("A number stands for no form.")
        if n and int(terms.max()) >= n_terms:
            raise InputError("A form stands for no term.")
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
        postings = frame.call(self._invert, _INVERT, *words)
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

    def plain_forms(self, words: Sequence[str]) -> Forms | None:
        """The forms of words that are plain and of ASCII."""
        frame, text = self._frame, self._lines(words)
        out = frame.empty(_MOST_FORMS * len(text), np.uint8)
        sizes = frame.empty(len(words), np.uint8)
        given = frame.at(text, U8), len(text), frame.at(out, U8), frame.at(sizes, U8), *[0] * 4
        same_length(len(words), frame.call(self._exports.plain_forms, _PLAIN_FORMS, *given))
        forms = out[: frame.word(_N_BYTES)].tobytes().decode("ascii").split("\n")[:-1]
        return Forms(forms, sizes)

    def english_stems(self, words: Sequence[str]) -> list[str] | None:
        """What the English stemmer makes of words."""
        frame = self._frame
        text = self._lines(words)
        out = frame.empty(len(text) + _LEAD, np.uint8)
        given = frame.at(text, U8), len(text), frame.at(out, U8)
        used = frame.call(self._english_stems, _ENGLISH_STEMS, *given)
        stems = out[_LEAD:used].tobytes().decode().split("\n")[:-1]
        same_length(len(words), len(stems))
        return stems

    def _lines(self, words: Sequence[str]) -> NDArray[np.uint8]:
        """Words in UTF-8, each with a line feed behind, where they may be changed."""
        data = np.frombuffer("\n".join([*words, ""]).encode(), np.uint8)
        lines = self._frame.empty(len(data), np.uint8)
        lines[:] = data
        return lines


class WasmPieces:
    """`Pieces` as a hash table in arrays."""

    def __init__(self, exports: IndexingExports, frame: Frame) -> None:
        self._find = exports.pieces
        self._place = exports.place_pieces
        self._frame = frame
        self._classes = _classes(frame)
        self._count = 0
        self._hashes = frame.zeros(_SMALLEST_PIECES, np.uint32)
        self._starts = frame.zeros(_SMALLEST_PIECES + 1, np.uint32)
        self._bytes = frame.empty(_SMALLEST_BYTES, np.uint8)
        self._slots = frame.zeros(2 * _SMALLEST_PIECES, np.uint32)

    def __len__(self) -> int:
        return self._count

    def find(self, texts: Texts) -> Found:
        """The pieces of texts."""
        frame = self._frame
        data, ends = texts
        text = np.frombuffer(data, np.uint8)
        found = frame.empty(len(text) // 2 + len(ends) + 1, np.uint32)
        offsets = frame.empty(len(ends), np.uint32)
        given = frame.at(text, U8), frame.at(ends, U32), frame.at(self._classes, U8)
        results = frame.at(found, U32), frame.at(offsets, U32)
        at = number = n_found = 0
        done = False
        while not done:
            words = [given[0], at, given[1], len(ends), number, given[2], results[0], n_found]
            words += [results[1], *self._table()]
            done = bool(frame.call(self._find, _PIECES, *words))
            at, number, n_found, self._count = map(
                frame.word, (_AT, _TEXT_NUMBER, _N_FOUND, _N_PIECES)
            )
            if not done:
                self._grow(len(text))
        return Found(cut(found, n_found), offsets)

    def since(self, number: int) -> list[str]:
        """The pieces from `number` on."""
        start, end = int(self._starts[number]), int(self._starts[self._count])
        return self._bytes[start:end].tobytes().decode().split("\n")[:-1]

    def _table(self) -> list[int]:
        frame = self._frame
        words = [frame.at(self._slots, U32), len(self._slots) - 1, frame.at(self._hashes, U32)]
        words += [frame.at(self._starts, U32), frame.at(self._bytes, U8)]
        return [*words, self._count, len(self._hashes), len(self._bytes)]

    def _grow(self, size: int) -> None:
        """Room for more: whichever of the arrays is full, for the longest piece of a text."""
        used = int(self._starts[self._count])
        if self._count >= len(self._hashes):
            pieces = 2 * len(self._hashes)
            self._hashes = self._larger(self._hashes, pieces)
            self._starts = self._larger(self._starts, pieces + 1)
            self._slots = self._frame.zeros(2 * pieces, np.uint32)
            self._frame.call(self._place, _PIECES, *[0] * 9, *self._table())
        else:
            self._bytes = self._larger(self._bytes, max(2 * len(self._bytes), used + size + 1))

    def _larger(self, array: NDArray[Item], size: int) -> NDArray[Item]:
        larger = self._frame.empty(size, array.dtype.type)
        larger[: len(array)] = array
        return larger


def _classes(frame: Frame) -> NDArray[np.uint8]:
    """What each byte is to a piece; kernels.c has the same numbers."""
    classes = frame.zeros(256, np.uint8)
    for byte in range(256):
        if byte >= 0x80:
            classes[byte] = _HIGH
        elif chr(byte).isalnum() or chr(byte) in "_#@+":
            classes[byte] = _WORD
        elif chr(byte) in "'.-":
            classes[byte] = _EDGE
    classes[ord(",")] = _COMMA
    classes[ord("/")] = classes[ord("&")] = _SLASH
    return classes


def _cut_sparse(sparse: Sparse, size: int) -> Sparse:
    return cut(sparse[0], size), cut(sparse[1], size)
