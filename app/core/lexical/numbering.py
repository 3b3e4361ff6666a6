"""Texts to numbers of forms: the fast way from text to postings.

Nearly all pieces of a text have been seen before; what forms a new one holds is found out here, in
Python, and all else is done by the kernels.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from app.core.analysis.entries import CACHE_WORDS, CACHED_WORD, simple_form, word_entries
from app.core.analysis.scripts import WORD_OR_ADDRESS
from app.core.analysis.words import MAX_TERM
from app.core.kernels import STAY, Found, Kernels, NumpyKernels
from app.core.kernels.port import Uint32s


class Numbering:
    """Numbers forms from 0 in the order in which they come. Not for several threads at once.

    >>> numbering = Numbering()
    >>> numbers, sizes = numbering.numbers(["gold, e-mail, Gold", "mail"])
    >>> [hex(number) for number in numbers.tolist()], sizes.tolist()
    (['0x0', '0x1', '0x80000002', '0x80000003', '0x0', '0x3'], [5, 1])
    >>> numbering.names()
    ['gold', 'email', 'e', 'mail']
    """

    def __init__(self, kernels: Kernels | None = None) -> None:
        self.kernels: Kernels = kernels or NumpyKernels()
        self._pieces = self.kernels.indexing.new_pieces()
        self._forms: dict[str, int] = {}
        self._words = _Numbers(self._forms)
        self._offsets = array("I", [0])
        self._numbers = array("I")

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self._forms)

    def names(self) -> list[str]:
        """The forms; the place of each is its number."""
        return list(self._forms)

    def numbers(
        self, texts: Sequence[str], sequence: Sequence[int] | None = None
    ) -> tuple[Uint32s, Uint32s]:
        """The numbers of the forms in texts, one after another, and how many each text has.

        One u32 for each of `entries(text)`: the number of its form, with `STAY` if its step is 0.
        `sequence` names texts by their places, in any order and as often as wanted; all of them
        as they stand if it is not given.
        """
        found = self.find(texts)
        wanted = np.arange(len(texts)) if sequence is None else np.array(sequence)
        return self.kernels.indexing.expand(
            found,
            wanted.astype(np.uint32),
            np.array(self._offsets, dtype=np.uint32),
            np.array(self._numbers, dtype=np.uint32),
        )

    def find(self, texts: Sequence[str]) -> Found:
        """The pieces of texts, by numbers that stay for good."""
        # A name of a file may hold lone surrogates, which are no letters.
        known = len(self._pieces)
        found = self._pieces.find([text.encode("utf-8", "replace") for text in texts])
        for piece in self._pieces.since(known):
            self._read(piece)
        return found

    def pieces_since(self, number: int) -> list[str]:
        """The pieces that `find` names, from `number` on."""
        return self._pieces.since(number)

    def _read(self, piece: str) -> None:
        """Note the numbers of a new piece."""
        if piece.isascii() and piece.isalpha() and piece.islower() and len(piece) <= MAX_TERM:
            self._numbers.append(self._forms.setdefault(piece, len(self._forms)))
        else:
            for word in WORD_OR_ADDRESS.findall(piece):
                self._numbers.extend(self._words[word])
        self._offsets.append(len(self._numbers))


class _Numbers(dict[str, tuple[int, ...]]):
    """The numbers of words seen before; forgets all words, but no form, when too large."""

    def __init__(self, forms: dict[str, int]) -> None:
        super().__init__()
        self._forms = forms

    def __missing__(self, word: str) -> tuple[int, ...]:
        form = simple_form(word)
        if form is not None:
            numbers: tuple[int, ...] = (self._number(form),)
        else:
            numbers = tuple(
                self._number(entry.form) | (0 if entry.step else STAY)
                for entry in word_entries(word)
            )
        if len(word) <= CACHED_WORD:
            if len(self) >= CACHE_WORDS:
                self.clear()
            self[word] = numbers
        return numbers

    def _number(self, form: str) -> int:
        return self._forms.setdefault(form, len(self._forms))
