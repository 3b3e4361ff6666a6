"""The languages of many short texts at once: `language_of` for passages by the thousand."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.languages import (
    MOST_REPEATED,
    SAMPLE,
    SYMBOL_WEIGHT,
    SYMBOLS,
    different_in,
    is_clear,
    latin_languages,
    least_different,
    letter_points,
    said_by,
)
from app.core.analysis.scripts import MARKS
from app.core.kernels.indexing import joined
from app.core.kernels.port import Uint32s
from app.core.kernels.scoring import ranges
from app.core.lexical.numbering import Numbering

_WORD = re.compile(r"[a-z]+")
_WORD_OR_END = re.compile(r"[^\W\d_]+|\n")
_MARKED_LETTER = re.compile(r"(?![\x00-\x7f])[^\W\d_]")
# İ becomes a letter with a mark.
_OTHER_LETTER = re.compile(rf"(?![\x00-\u024f])[^\W\d_]|[{MARKS}\u0130]")
_IS_SYMBOL = bytes(chr(byte) in SYMBOLS for byte in range(256))
_BATCH = 1000
"""Texts whose words are weighed at a time: some megabytes of points."""

Points = NDArray[np.float64]


def is_simple(text: str) -> bool:
    """Whether `Teller` can tell the language: short, and its letters are of Western Europe."""
    return len(text) <= SAMPLE and (text.isascii() or not _OTHER_LETTER.search(text))


class Teller:
    """Tells languages of simple texts by the pieces that a numbering knows.

    >>> texts = ["The miners went to the river, but there was no gold in it.", "x = f(a[i], y)"]
    >>> Teller(Numbering()).languages(texts)
    ['en', '']
    """

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._words = _Words()
        self._numbers = np.empty(0, np.uint32)
        self._offsets = np.zeros(1, np.uint32)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """`language_of` of each text; all must be simple."""
        found: list[str] = []
        for first in range(0, len(texts), _BATCH):
            found += self._batch(texts[first : first + _BATCH])
        return found

    def _batch(self, texts: Sequence[str]) -> list[str]:
        words, sizes = self._read(texts)
        points, different = self._weighed(words, sizes)
        for row, text in enumerate(texts):
            if not text.isascii():
                points[row] += _said_by_letters(text)
        extents = sizes + SYMBOL_WEIGHT * _symbols(texts)
        rows, best = np.arange(len(texts)), np.argmax(points, axis=1)
        scores, small_words = points[rows, best], different[rows, best]
        points[rows, best] = -1.0
        seconds = np.maximum(points.max(axis=1), 0.0)
        return [
            _verdict(_languages()[place], *numbers)
            for place, *numbers in zip(
                *(each.tolist() for each in (best, scores, seconds, extents, small_words)),
                strict=True,
            )
        ]

    def _read(self, texts: Sequence[str]) -> tuple[Uint32s, Uint32s]:
        """Numbers of words, and how many each text has."""
        found = self._numbering.find(texts)
        fresh = self._numbering.pieces_since(len(self._offsets) - 1)
        if fresh:
            lines = _WORD_OR_END.findall("\n".join([*fresh, ""]).lower())
            numbers = np.fromiter(map(self._words.__getitem__, lines), np.uint32, len(lines))
            is_word = numbers != _Words.END
            ends = len(self._numbers) + np.cumsum(is_word)[~is_word]
            self._offsets = np.concatenate([self._offsets, ends.astype(np.uint32)])
            self._numbers = np.concatenate([self._numbers, numbers[is_word]])
        return self._numbering.kernels.indexing.expand(
            found, np.arange(len(texts), dtype=np.uint32), self._offsets, self._numbers
        )

    def _weighed(self, words: Uint32s, sizes: Uint32s) -> tuple[Points, Points]:
        """Points of each text for each language, and how many different small words it has."""
        signs = np.array(self._words.signs, dtype=np.uint32)
        said = self._words.said()
        text = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes.astype(np.intp))
        telling = signs[words] > 0
        pairs, counts = np.unique(
            text[telling] << 32 | words[telling].astype(np.int64), return_counts=True
        )
        text, sign = pairs >> 32, signs[pairs & 0xFFFF_FFFF].astype(np.int64)
        times = np.minimum(counts, 1 + np.floor(MOST_REPEATED * sizes[text] * 64) / 64)
        each = (said.ends[sign] - said.starts[sign]).astype(np.intp)
        at = ranges(said.starts[sign], said.ends[sign])
        shape = len(sizes), len(_languages())
        places = (np.repeat(text, each) * shape[1] + said.languages[at]).astype(np.intp)
        size = shape[0] * shape[1]
        points = np.bincount(places, np.repeat(times, each) * said.points[at], size)
        different = np.bincount(places, said.different[at], size)
        return (
            points.astype(np.float64).reshape(shape),
            different.astype(np.float64).reshape(shape),
        )


class _Said(NamedTuple):
    """What signs say: sign i ``languages[starts[i]:ends[i]]``, with points for each."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    languages: NDArray[np.int64]
    points: Points
    different: Points


class _Words(dict[str, int]):
    """Numbers of words in lower case, each with a sign: words with one sign say the same."""

    END = 0
    """The number of the end of a piece."""

    def __init__(self) -> None:
        super().__init__({"\n": self.END})
        self.signs = array("I", [0])
        """The sign of each word; 0 says nothing."""
        self._known: dict[tuple[Collection[str], float], int] = {}
        self._rows: list[list[tuple[int, float, float]]] = [[]]
        self._said: _Said | None = None

    def __missing__(self, word: str) -> int:
        self.signs.append(self._sign(word))
        number = self[word] = len(self)
        return number

    def _sign(self, word: str) -> int:
        languages, points = said_by(word)
        if not languages:
            return 0
        sign = self._known.setdefault((languages, points), len(self._rows))
        if sign == len(self._rows):
            self._said = None
            self._rows.append(
                [
                    (place, points, different_in(word, language))
                    for place, language in enumerate(_languages())
                    if language in languages
                ]
            )
        return sign

    def said(self) -> _Said:
        """What all signs say."""
        if self._said is None:
            ends = np.cumsum([len(row) for row in self._rows])
            starts = np.concatenate([[0], ends[:-1]])
            flat = np.array([each for row in self._rows for each in row]).reshape(-1, 3)
            self._said = _Said(starts, ends, flat[:, 0].astype(np.int64), flat[:, 1], flat[:, 2])
        return self._said


def _said_by_letters(text: str) -> Points:
    """Points of a text for each language, by the letters that some have and others lack."""
    found = _MARKED_LETTER.findall(text.lower())
    return sum(map(_said_by_letter, found), np.zeros(len(_languages())))


@cache
def _said_by_letter(letter: str) -> Points:
    return np.array([letter_points(letter, language) for language in _languages()])


def _verdict(language: str, score: float, second: float, extent: float, different: float) -> str:
    if not score or not is_clear(language, score, second, extent):
        return ""
    return "" if different < least_different(extent) else language


@cache
def _languages() -> tuple[str, ...]:
    """All that ASCII letters may be in, in the order in which equal scores rank."""
    return tuple(sorted(latin_languages()))


def _symbols(texts: Sequence[str]) -> NDArray[np.int64]:
    """Signs of code in each text."""
    data, ends = joined(text.encode() for text in texts)
    places = np.flatnonzero(np.frombuffer(data.translate(_IS_SYMBOL), np.uint8))
    return np.diff(np.searchsorted(places, ends), prepend=0)
