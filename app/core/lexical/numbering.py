"""Texts to numbers of forms: the fast way from text to postings.

Nearly all pieces of a text have been seen before; what forms a new one holds is found out here, in
Python, and all else is done by the kernels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.entries import CACHE_WORDS, CACHED_WORD, word_entries
from app.core.analysis.plain import plain_forms
from app.core.analysis.scripts import WORD_OR_ADDRESS
from app.core.kernels import STAY, Found, Kernels, NumpyKernels
from app.core.kernels.indexing import (
    LINE_FEED,
    NONE,
    Numbered,
    Texts,
    joined,
    line_count,
    texts_of,
)
from app.core.kernels.port import Bytes, Uint32s
from app.core.kernels.scoring import ranges
from app.core.lexical.growing import GrowingRows
from app.core.lexical.names import Names


class Numbering:
    """Numbers forms from 0 in the order in which they come. Not for several threads at once.

    >>> numbering = Numbering()
    >>> numbers, sizes = numbering.numbers(["gold, e-mail, Gold", "mail"])
    >>> [hex(number) for number in numbers.tolist()], sizes.tolist()
    (['0x0', '0x1', '0x80000002', '0x80000003', '0x0', '0x3'], [5, 1])
    >>> numbering.names.texts()
    ['gold', 'email', 'e', 'mail']
    """

    def __init__(self, kernels: Kernels | None = None) -> None:
        self.kernels: Kernels = kernels or NumpyKernels()
        self._pieces = self.kernels.indexing.new_pieces()
        self.names = Names(self.kernels)
        self._words = _Words()
        self._rows = GrowingRows()
        """Of each piece the numbers of its forms, with `STAY`."""
        self._found = Found(np.empty(0, np.uint32), np.empty(0, np.uint32))
        self._places: dict[str, int] = {}
        """Texts whose pieces are `_found`: those that were read last."""

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self.names)

    def numbers(
        self, texts: Sequence[str], sequence: Sequence[int] | None = None
    ) -> tuple[Uint32s, Uint32s]:
        """The numbers of the forms in texts, one after another, and how many each text has.

        One u32 for each of `entries(text)`: the number of its form, with `STAY` if its step is 0.
        `sequence` names texts by their places, in any order and as often as wanted; all of them
        as they stand if it is not given.
        """
        places, found = self._found_in(texts)
        order = map(texts.__getitem__, range(len(texts)) if sequence is None else sequence)
        wanted = np.array([places[text] for text in order], dtype=np.uint32)
        return self.kernels.indexing.expand(found, wanted, self._rows.offsets, self._rows.numbers)

    def find(self, texts: Sequence[str]) -> tuple[Texts, Found]:
        """Texts as bytes, and their pieces, by numbers that stay for good."""
        known = len(self._pieces)
        # A name of a file may hold lone surrogates, which are no letters.
        data = joined(text.encode("utf-8", "replace") for text in texts)
        self._found = self._pieces.find(data)
        self._places = {text: place for place, text in enumerate(texts)}
        self._read(self._pieces.since(known))
        return data, self._found

    def _found_in(self, texts: Sequence[str]) -> tuple[dict[str, int], Found]:
        """Places of texts, and the pieces there; those read last are not read again."""
        places, before = self._places, self._found
        fresh = [text for text in texts if text not in places]
        if not fresh:
            return places, before
        _, more = self.find(fresh)
        known = len(before.ends)
        places = {**places, **{text: known + place for text, place in self._places.items()}}
        ends = np.concatenate([before.ends, more.ends + np.uint32(len(before.pieces))])
        return places, Found(np.concatenate([before.pieces, more.pieces]), ends)

    def pieces_since(self, number: int) -> Bytes:
        """The pieces that `find` names, from `number` on, as lines."""
        return self._pieces.since(number)

    def _read(self, pieces: Bytes) -> None:
        """Note the numbers of the forms in new pieces, most of which are one plain word."""
        numbered = self.kernels.indexing.plain_forms(pieces, self.names.table)
        numbers, sizes = numbered or unknown(pieces)
        stays = np.full(len(numbers), STAY, np.uint32)
        ends = np.cumsum(sizes[sizes != NONE])
        stays[ends[:-1]] = 0
        stays[:1] = 0
        self._rows.extend(numbers | stays, sizes, *self._others(lines_where(pieces, sizes == NONE)))

    def _others(self, pieces: Sequence[str]) -> tuple[Uint32s, list[int]]:
        """The numbers of the forms in pieces, with `STAY`, and how many each piece has."""
        forms: list[str] = []
        steps: list[int] = []
        sizes = []
        for piece in pieces:
            before = len(forms)
            if found := plain_forms(piece):
                steps.append(before)
                forms += found
            else:
                for word in WORD_OR_ADDRESS.findall(piece):
                    for form, step in self._words[word]:
                        if step:
                            steps.append(len(forms))
                        forms.append(form)
            sizes.append(len(forms) - before)
        numbers = self.names.numbers_of(forms) | np.uint32(STAY)
        numbers[steps] &= np.uint32(STAY - 1)
        return numbers, sizes


def unknown(lines: Bytes) -> Numbered:
    """Nothing is known of any line."""
    return Numbered(np.empty(0, np.uint32), np.full(line_count(lines), NONE, np.uint32))


def lines_where(lines: Bytes, wanted: NDArray[np.bool_]) -> list[str]:
    """The texts of some lines.

    >>> lines_where(np.frombuffer(b"ore\\ndig\\n", np.uint8), np.array([False, True]))
    ['dig']
    """
    if not wanted.any():
        return []
    ends = np.flatnonzero(lines == LINE_FEED) + 1
    starts = np.concatenate([[0], ends[:-1]])
    return texts_of(lines[ranges(starts[wanted], ends[wanted])])


class _Words(dict[str, tuple[tuple[str, bool], ...]]):
    """Forms of words seen before, and whether each makes a step; forgets all when too large."""

    def __missing__(self, word: str) -> tuple[tuple[str, bool], ...]:
        if plain := plain_forms(word):
            found = tuple((form, not place) for place, form in enumerate(plain))
        else:
            found = tuple((entry.form, entry.step > 0) for entry in word_entries(word))
        if len(word) <= CACHED_WORD:
            if len(self) >= CACHE_WORDS:
                self.clear()
            self[word] = found
        return found
