"""The languages of many short texts at once: `language_of` for passages by the thousand."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.languages import (
    SAMPLE,
    SYMBOL_WEIGHT,
    SYMBOLS,
    different_in,
    is_clear,
    latin_languages,
    least_different,
    most_repeated,
    said_by,
)
from app.core.kernels.indexing import joined
from app.core.kernels.port import Uint32s
from app.core.lexical.numbering import Numbering

_WORD = re.compile(r"[a-z]+")
_OTHER = re.compile("[^\x00-\x7f\u00a0«»–—‘’“”„•…]")
_BATCH = 1000
"""Texts whose words are weighed at a time: some megabytes of points."""

Points = NDArray[np.float64]


def is_simple(text: str) -> bool:
    """Whether `Teller` can tell the language: short, and no letters but those of ASCII."""
    return len(text) <= SAMPLE and (text.isascii() or not _OTHER.search(text))


class Teller:
    """Tells languages of simple texts by the pieces that a numbering knows.

    >>> texts = ["The miners went to the river, but there was no gold in it.", "x = f(a[i], y)"]
    >>> Teller(Numbering()).languages(texts)
    ['en', '']
    """

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._known = 0
        self._words: dict[str, int] = {}
        self._offsets = array("I", [0])
        self._numbers = array("I")
        # Row 0 is of words that say nothing.
        self._signs: dict[tuple[Collection[str], float], int] = {}
        self._sign_of_word = array("I")
        self._points: list[Points] = [np.zeros(len(_languages()))]
        self._different: list[Points] = [np.zeros(len(_languages()))]

    def languages(self, texts: Sequence[str]) -> list[str]:
        """`language_of` of each text; all must be simple."""
        found: list[str] = []
        for first in range(0, len(texts), _BATCH):
            found += self._batch(texts[first : first + _BATCH])
        return found

    def _batch(self, texts: Sequence[str]) -> list[str]:
        words, sizes = self._read(texts)
        points, different = self._weighed(words, sizes)
        extents = sizes + SYMBOL_WEIGHT * _symbols(texts)
        best = np.argmax(points, axis=1)
        rows = np.arange(len(texts))
        scores = points[rows, best]
        different_here = different[rows, best]
        points[rows, best] = -1.0
        seconds = np.maximum(points.max(axis=1), 0.0)
        return [
            _verdict(_languages()[place], *numbers)
            for place, *numbers in zip(
                best.tolist(),
                scores.tolist(),
                seconds.tolist(),
                extents.tolist(),
                different_here.tolist(),
                strict=True,
            )
        ]

    def _read(self, texts: Sequence[str]) -> tuple[Uint32s, Uint32s]:
        """Numbers of words, and how many each text has."""
        found = self._numbering.find(texts)
        for piece in self._numbering.pieces_since(self._known):
            for word in _WORD.findall(piece.lower()):
                self._numbers.append(self._number(word))
            self._offsets.append(len(self._numbers))
        self._known = len(self._offsets) - 1
        return self._numbering.kernels.indexing.expand(
            found,
            np.arange(len(texts), dtype=np.uint32),
            np.array(self._offsets, dtype=np.uint32),
            np.array(self._numbers, dtype=np.uint32),
        )

    def _number(self, word: str) -> int:
        number = self._words.setdefault(word, len(self._words))
        if number == len(self._sign_of_word):
            self._sign_of_word.append(self._sign(word))
        return number

    def _sign(self, word: str) -> int:
        """The row of what a word says; a word that is no small word says what its ending does."""
        languages, points = said_by(word)
        if not languages:
            return 0
        row = self._signs.get((languages, points))
        if row is None:
            row = self._signs[languages, points] = len(self._points)
            known = _languages()
            self._points.append(np.array([points * (each in languages) for each in known]))
            self._different.append(np.array([different_in(word, each) for each in known]))
        return row

    def _weighed(self, words: Uint32s, sizes: Uint32s) -> tuple[Points, Points]:
        """Points of each text for each language, and how many different small words it has."""
        signs = np.array(self._sign_of_word, dtype=np.uint32)
        text = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes.astype(np.intp))
        telling = signs[words] > 0
        pairs, counts = np.unique(
            text[telling] << 32 | words[telling].astype(np.int64), return_counts=True
        )
        text, sign = pairs >> 32, signs[pairs & 0xFFFF_FFFF]
        most = np.array([most_repeated(size) for size in sizes.tolist()])
        times = np.minimum(counts, most[text])
        points = np.zeros((len(sizes), len(_languages())))
        different = np.zeros_like(points)
        # Pairs are in order of their texts, so each text's are one stretch.
        present, starts = np.unique(text, return_index=True)
        if len(present):
            weighted = np.array(self._points)[sign] * times[:, np.newaxis]
            points[present] = np.add.reduceat(weighted, starts)
            different[present] = np.add.reduceat(np.array(self._different)[sign], starts)
        return points, different


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
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(symbol) for symbol in SYMBOLS]] = True
    data, ends = joined(text.encode() for text in texts)
    sums = np.concatenate([[0], np.cumsum(table[np.frombuffer(data, np.uint8)])])
    return np.diff(sums[ends], prepend=0)
