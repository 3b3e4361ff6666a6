"""The languages of many short texts at once: `language_of` for passages by the thousand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.languages import (
    FEW_WORDS,
    LETTERS_OF_SPACED_WORD,
    MIN_DIFFERENT,
    MIN_LEAD,
    MIN_RATIO,
    MIN_SCORE,
    MOST_REPEATED,
    SINGLE_LANGUAGE_WEIGHT,
    SYMBOL_WEIGHT,
    SYMBOLS,
    latin_languages,
    least_share,
    letter_points,
)
from app.core.analysis.scripts import MARKS
from app.core.kernels.indexing import NONE, lines_of
from app.core.kernels.port import Bytes
from app.core.lexical.growing import GrowingRows
from app.core.lexical.numbering import Numbering, lines_where, unknown
from app.core.lexical.word_signs import WordSigns

_WORD = re.compile(r"[^\W\d_]+")
_ASCII = bytes(range(0x80))
_MARKED_LETTER = re.compile(r"(?![\x00-\x7f])[^\W\d_]")
# İ becomes a letter with a mark.
_GREEK = "\u0391-\u03a1\u03a4-\u03a9\u03b1-\u03c9"
"""Letters that stand in formulas; a capital sigma hangs on its neighbours."""
_OTHER_LETTER = re.compile(rf"(?![\x00-\u024f{_GREEK}])[^\W\d_]|[{MARKS}\u0130]")
_GREEK_LETTER = re.compile(f"[{_GREEK}]")
_IS_SYMBOL = bytes(chr(byte) in SYMBOLS for byte in range(256))
_BATCH = 1000
"""Texts whose words are weighed at a time: some megabytes of points."""

Points = NDArray[np.float64]


def is_simple(text: str) -> bool:
    """Whether `Teller` can tell the language: letters of Western Europe, some of them Greek."""
    return text.isascii() or not _OTHER_LETTER.search(_beyond_ascii(text))


class Teller:
    """Tells languages of simple texts by the pieces that a numbering knows.

    >>> texts = ["The miners went to the river, but there was no gold in it.", "x = f(a[i], y)"]
    >>> Teller(Numbering()).languages(texts)
    ['en', '']
    """

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._indexing = numbering.kernels.indexing
        self._words = WordSigns(self._indexing, _languages())
        self._rows = GrowingRows()
        """Of each piece the numbers of its words."""

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The language of each text, which must be simple; all of it is looked at."""
        found: list[str] = []
        for first in range(0, len(texts), _BATCH):
            found += self._batch(texts[first : first + _BATCH])
        return found

    def _batch(self, texts: Sequence[str]) -> list[str]:
        data, found = self._numbering.find(texts)
        self._read(self._numbering.pieces_since(len(self._rows)))
        sizes, points, different = self._indexing.tell(
            found,
            self._rows.offsets,
            self._rows.numbers,
            self._words.signs,
            self._words.said(),
            len(_languages()),
            MOST_REPEATED,
        )
        for row, text in enumerate(texts):
            if not text.isascii():
                points[row] += _said_by_letters(text)
        symbols = self._indexing.count(data, _IS_SYMBOL)
        return _verdicts(points, different, sizes + SYMBOL_WEIGHT * symbols)

    def _read(self, pieces: Bytes) -> None:
        """Note the words of new pieces."""
        numbers, sizes = self._indexing.words(pieces, self._words.table) or unknown(pieces)
        others = [_WORD.findall(piece.lower()) for piece in lines_where(pieces, sizes == NONE)]
        more = self._words.table.numbers(lines_of(chain.from_iterable(others)))
        self._rows.extend(numbers, sizes, more, list(map(len, others)))
        self._words.learn(numbers)
        self._words.learn(more)


def _verdicts(points: Points, different: Points, extents: Points) -> list[str]:
    """The language of each text, "" if that is not clear; in `language_of` the same for one."""
    rows, best = np.arange(len(points)), np.argmax(points, axis=1)
    scores, small_words = points[rows, best], different[rows, best]
    points[rows, best] = -1.0
    seconds = np.maximum(points.max(axis=1), 0.0)
    least = MIN_DIFFERENT * np.sqrt(extents) * np.minimum(1.0, extents / FEW_WORDS)
    least[best == _languages().index("el")] = 0.0
    is_told = (
        (scores >= np.maximum(MIN_SCORE, _shares()[best] * extents))
        & (scores - seconds >= MIN_LEAD)
        & (scores >= MIN_RATIO * seconds)
        & (small_words >= least)
    )
    names = _languages()
    return [
        names[place] if told else ""
        for place, told in zip(best.tolist(), is_told.tolist(), strict=True)
    ]


def _said_by_letters(text: str) -> Points:
    """Points of a text for each language, by the letters that some have and others lack."""
    others = _beyond_ascii(text).lower()
    greek = len(_GREEK_LETTER.findall(others))
    found = _MARKED_LETTER.findall(_GREEK_LETTER.sub("", others) if greek else others)
    points = sum(map(_said_by_letter, found), np.zeros(len(_languages())))
    points[_languages().index("el")] = SINGLE_LANGUAGE_WEIGHT * (greek / LETTERS_OF_SPACED_WORD)
    return points


def _beyond_ascii(text: str) -> str:
    """The characters of a text that are not of ASCII; there are few, and this is quick for them."""
    data = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return data.decode("utf-8", "surrogatepass")


@cache
def _said_by_letter(letter: str) -> Points:
    return np.array([letter_points(letter, language) for language in _languages()])


@cache
def _shares() -> Points:
    """Points that a text has for each word, if it is in one of `_languages`."""
    return np.array([least_share(language) for language in _languages()])


@cache
def _languages() -> tuple[str, ...]:
    """All that simple texts may be in, in the order in which equal scores rank."""
    return tuple(sorted({*latin_languages(), "el"}))
