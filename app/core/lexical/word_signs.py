"""What words say of the language of a text, as signs: words with one sign say the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.closed_words import closed_words
from app.core.analysis.languages import different_in, said_by
from app.core.analysis.traits import endings
from app.core.kernels.indexing import Indexing, Said, lines_of, texts_of
from app.core.kernels.port import Bytes, Uint32s
from app.core.kernels.scoring import ranges
from app.core.lexical.growing import Growing

_UNKNOWN = 0xFFFF_FFFF
_LONG = 5
"""Letters of the shortest word that says something by its ending."""
_ENDING = 3


class WordSigns:
    """Words in lower case by number, each with a sign; what signs say of some languages.

    >>> from app.core.kernels import NumpyKernels
    >>> signs = WordSigns(NumpyKernels().indexing, ["de", "en"])
    >>> numbers = signs.table.numbers(lines_of(["the", "gold", "bringing", "singing"]))
    >>> signs.learn(numbers)
    >>> [int(sign) for sign in signs.signs[numbers]], signs.said().columns.tolist()
    ([2, 0, 1, 1], [1, 1])
    """

    def __init__(self, indexing: Indexing, languages: Sequence[str]) -> None:
        self._places = {language: place for place, language in enumerate(languages)}
        self.table = indexing.new_names()
        """The numbers of words: first those of closed classes, then others as they come."""
        self._closed = list(closed_words())
        self.table.numbers(lines_of(self._closed))
        self._signs = Growing([_UNKNOWN] * len(self._closed))
        self._of_endings = np.zeros(26**_ENDING, np.uint32)
        """The signs of words by their last letters, which for most say nothing."""
        telling = [ending for ending in endings() if ending.isascii()]
        self._of_endings[_numbers("".join(telling).encode())] = _UNKNOWN
        self._known: dict[tuple[tuple[int, float, float], ...], int] = {(): 0}
        self._ends = [0, 0]
        self._columns: list[int] = []
        self._points: list[float] = []
        self._different: list[float] = []
        self._said: Said | None = None

    @property
    def signs(self) -> Uint32s:
        """The sign of each word that was learned; 0 says nothing."""
        return self._signs.items

    def learn(self, numbers: Uint32s) -> None:
        """Find out the signs of some words, and of all that are new in the table."""
        known = len(self._signs)
        if known < len(self.table):
            lines, starts = self.table.packed()
            fresh = starts[known:] - starts[known]
            self._signs.extend(self._by_endings(lines[starts[known] :], fresh[:-1], fresh[1:] - 1))
        met = np.zeros(len(self._closed), np.bool_)
        met[numbers[numbers < len(met)]] = True
        for number in np.flatnonzero(met & (self.signs[: len(met)] == _UNKNOWN)).tolist():
            self.signs[number] = self._sign_of(self._closed[number])

    def said(self) -> Said:
        """What all signs say."""
        if self._said is None:
            self._said = Said(
                np.array(self._ends, np.uint32),
                np.array(self._columns, np.uint32),
                np.array(self._points, np.float64),
                np.array(self._different, np.float64),
            )
        return self._said

    def _by_endings(self, lines: Bytes, starts: Uint32s, ends: Uint32s) -> Uint32s:
        """The signs of words of no closed class, of which one in lines is `starts` to `ends`."""
        signs = np.zeros(len(starts), np.uint32)
        high = np.bitwise_or.reduceat(lines, starts.astype(np.intp)) >= 0x80
        long = np.flatnonzero(~high & (ends - starts >= _LONG))
        endings = np.zeros(len(long), np.intp)
        for back in range(_ENDING, 0, -1):
            endings = endings * 26 + lines[ends[long] - np.uint32(back)] - ord("a")
        samples = np.zeros(len(self._of_endings), np.intp)
        samples[endings] = long + 1
        fresh = np.flatnonzero((samples > 0) & (self._of_endings == _UNKNOWN))
        words = self._texts(lines, starts, ends, samples[fresh] - 1)
        self._of_endings[fresh] = [self._sign_of(word) for word in words]
        signs[long] = self._of_endings[endings]
        others = np.flatnonzero(high)
        signs[others] = [self._sign_of(word) for word in self._texts(lines, starts, ends, others)]
        return signs

    def _texts(
        self, lines: Bytes, starts: Uint32s, ends: Uint32s, wanted: NDArray[np.intp]
    ) -> list[str]:
        return texts_of(lines[ranges(starts[wanted], ends[wanted] + 1)])

    def _sign_of(self, word: str) -> int:
        languages, points = said_by(word)
        if not languages:
            return 0
        places = self._places
        row = tuple(
            sorted(
                (places[language], points, different_in(word, language))
                for language in languages
                if language in places
            )
        )
        if row not in self._known:
            self._said = None
            self._known[row] = len(self._known)
            for column, score, small_words in row:
                self._columns.append(column)
                self._points.append(score)
                self._different.append(small_words)
            self._ends.append(len(self._columns))
        return self._known[row]


def _numbers(letters: bytes) -> NDArray[np.intp]:
    """The places of endings of ASCII, end to end, in an array of all there may be."""
    each = np.frombuffer(letters, np.uint8).reshape(-1, _ENDING).astype(np.intp) - ord("a")
    return np.array(np.ravel_multi_index(tuple(each.T), (26,) * _ENDING), np.intp)
