"""Tables of names and of pieces as hash tables in arrays, filled by the WebAssembly module."""

from __future__ import annotations

from struct import Struct
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.frame import U8, U32, U64, Frame, cut
from app.core.kernels.indexing import Found, Numbered, Packed, Texts, line_count
from app.core.kernels.port import Bytes, Uint32s

_TABLE = Struct("<7I")
_NAMES = Struct("<12I")
_WORDS = Struct("<15I")
_PIECES = Struct("<16I")
_N_NAMES, _AT, _FOUND = 4, 9, 11
_WORDS_FOUND, _PIECE = 12, 14
_PIECES_AT, _TEXT_NUMBER, _PIECES_FOUND, _N_PIECES = 1, 4, 7, 13

_WORD, _EDGE, _COMMA, _SLASH, _HIGH = 1, 2, 3, 4, 5
_SMALLEST_BYTES = 1 << 16
_SMALLEST_NAMES = 1 << 12
Item = TypeVar("Item", bound=np.generic)


class TableExports(Protocol):
    """The functions of the module; see names.h and indexing.h."""

    def names(self, frame: int, /) -> int: ...  # noqa: D102
    def place_names(self, frame: int, /) -> int: ...  # noqa: D102
    def words_of(self, frame: int, /) -> int: ...  # noqa: D102
    def pieces(self, frame: int, /) -> int: ...  # noqa: D102


class WasmNames:
    """`Names` as a hash table."""

    def __init__(self, exports: TableExports, frame: Frame) -> None:
        self._exports = exports
        self._frame = frame
        self._count = 0
        self._room = _SMALLEST_NAMES
        self._starts = frame.zeros(self._room + 1, np.uint32)
        self._bytes = frame.empty(_SMALLEST_BYTES, np.uint8)
        self._slots = frame.zeros(2 * self._room, np.uint64)

    def __len__(self) -> int:
        return self._count

    def numbers(self, lines: Bytes) -> Uint32s:
        """The number of each line."""
        frame = self._frame
        numbers = frame.empty(line_count(lines), np.uint32)
        given, to = (frame.at(lines, U8), len(lines)), frame.at(numbers, U32)
        at = found = 0
        done = False
        while not done:
            words = (*self.frame_words(), *given, at, to, found)
            done = bool(frame.call(self._exports.names, _NAMES, *words))
            self._count, at, found = map(frame.word, (_N_NAMES, _AT, _FOUND))
            if not done:
                self.grow(len(lines))
        return numbers

    def words_of(self, pieces: Bytes) -> Numbered:
        """The numbers of the rows of letters in lines of ASCII, in lower case."""
        frame = self._frame
        sizes = frame.empty(line_count(pieces), np.uint32)
        numbers, scratch = frame.empty(len(pieces), np.uint32), frame.empty(len(pieces), np.uint8)
        given = frame.at(pieces, U8), len(pieces)
        to, out = (frame.at(scratch, U8), frame.at(numbers, U32)), frame.at(sizes, U32)
        at = found = piece = 0
        done = False
        while not done:
            words = (*self.frame_words(), *given, at, *to, found, out, piece)
            done = bool(frame.call(self._exports.words_of, _WORDS, *words))
            self._count = frame.word(_N_NAMES)
            at, found, piece = map(frame.word, (_AT, _WORDS_FOUND, _PIECE))
            if not done:
                self.grow(len(pieces))
        return Numbered(cut(numbers, found), sizes)

    def packed(self) -> Packed:
        """All of them: views, as long as none is added."""
        starts = self._starts[: self._count + 1]
        return Packed(self._bytes[: int(starts[-1])], starts)

    def frame_words(self) -> list[int]:
        """The table as the module takes it."""
        frame = self._frame
        words = [frame.at(self._slots, U64), len(self._slots) - 1]
        words += [frame.at(self._starts, U32), frame.at(self._bytes, U8)]
        return [*words, self._count, self._room, len(self._bytes)]

    def counted(self, count: int) -> None:
        """Take over how many there are now."""
        self._count = count

    def grow(self, size: int) -> None:
        """Room for more: whichever of the arrays is full, for names of up to `size` bytes."""
        used = int(self._starts[self._count])
        if self._count >= self._room:
            self._room *= 2
            self._starts = self._larger(self._starts, self._room + 1)
            self._slots = self._frame.zeros(2 * self._room, np.uint64)
            self._frame.call(self._exports.place_names, _TABLE, *self.frame_words())
        else:
            self._bytes = self._larger(self._bytes, max(2 * len(self._bytes), used + size + 1))

    def _larger(self, array: NDArray[Item], size: int) -> NDArray[Item]:
        larger = self._frame.empty(size, array.dtype.type)
        larger[: len(array)] = array
        return larger


class WasmPieces:
    """`Pieces` in such a table."""

    def __init__(self, exports: TableExports, frame: Frame) -> None:
        self._find = exports.pieces
        self._frame = frame
        self._classes = _classes(frame)
        self._names = WasmNames(exports, frame)

    def __len__(self) -> int:
        return len(self._names)

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
            words += [results[1], *self._names.frame_words()]
            done = bool(frame.call(self._find, _PIECES, *words))
            at, number, n_found = map(frame.word, (_PIECES_AT, _TEXT_NUMBER, _PIECES_FOUND))
            self._names.counted(frame.word(_N_PIECES))
            if not done:
                self._names.grow(len(text))
        return Found(cut(found, n_found), offsets)

    def since(self, number: int) -> Bytes:
        """The pieces from `number` on."""
        lines, starts = self._names.packed()
        return lines[int(starts[number]) :]


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
