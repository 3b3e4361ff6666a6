"""An embedder without a model: hashed words and character n-grams.

It is the last of the chain: always there, instant, the same on every machine. It knows no
meaning. Texts that share spelling are near each other, so it finds near-identical passages,
typing errors and inflected forms; a paraphrase in other words is as far away as any other text.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.core.dense.pooling import l2_normalise
from app.errors import InputError

MODEL = "hash/1"
"""Name of the vector space; changes whenever the same text would get another vector."""

_WORD = re.compile(r"\w+")
_LONGEST = 32
_CACHE_WORDS = 1 << 15
_GRAMS = (3, 4)


class HashEmbedder:
    """Signed feature hashing (Weinberger et al. 2009) of words and their n-grams.

    >>> a, b, c = HashEmbedder().embed(["gold mine", "gold mines", "tax return"])
    >>> bool(a @ b > 0.5), bool(abs(a @ c) < 0.2)
    (True, True)
    """

    def __init__(self, dim: int = 256) -> None:
        if dim < 8:
            raise InputError(f"The dimension is {dim}; it must be 8 or more.")
        self.dim = dim
        self.model = MODEL if dim == 256 else f"{MODEL}/{dim}"
        self._row_of: dict[str, int] = {}
        self._rows = np.zeros((256, dim), dtype=np.float32)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 matrix (len(texts), dim), rows of length 1.

        A text without a single word gets the vector of the empty word.
        """
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number] = self._sum(text)
        return l2_normalise(rows)

    def _sum(self, text: str) -> NDArray[np.float32]:
        counts = Counter(_words(text)) or Counter([""])
        if len(self._row_of) + len(counts) > _CACHE_WORDS:
            self._row_of.clear()
        rows = [self._row(word) for word in counts]
        weights = np.sqrt(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        # In float64 the order of additions, which differs by machine, is lost in the rounding.
        total: NDArray[np.float64] = weights.astype(np.float64) @ self._rows[rows]
        return total.astype(np.float32)

    def _row(self, word: str) -> int:
        row = self._row_of.get(word)
        if row is None:
            row = self._row_of[word] = len(self._row_of)
            if row == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._rows[row] = self._vector(word)
        return row

    def _vector(self, word: str) -> NDArray[np.float32]:
        """Unit vector of one word; short words, being common ones, count for less."""
        features = list(_features(word))
        hashes = [zlib.crc32(feature.encode("utf-8", "surrogatepass")) for feature in features]
        vector = np.zeros(self.dim, dtype=np.float32)
        for value in hashes:
            vector[(value >> 1) % self.dim] += 1 if value & 1 else -1
        # The whole word weighs as much as all of its parts together.
        whole = hashes[0]
        vector[(whole >> 1) % self.dim] += len(features) ** 0.5 * (1 if whole & 1 else -1)
        # Exactly rounded: a sum whose order differs by machine would give other last bits.
        squares = (value * value for value in vector[vector != 0].tolist())
        length = math.sqrt(math.fsum(squares)) or 1.0
        return np.asarray(vector * (min(len(word) + 1, 6) / 6 / length), dtype=np.float32)


def _words(text: str) -> Iterator[str]:
    """Words in compatibility form without case; long ones and ideographs in short stretches."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word[0] >= "⺀" and len(word) > 2:
            yield from map("".join, pairwise(word))
        else:
            for start in range(0, len(word), _LONGEST):
                yield word[start : start + _LONGEST]


def _features(word: str) -> Iterator[str]:
    """The whole word, then its n-grams with the borders marked."""
    marked = f"<{word}>"
    yield marked
    for n in _GRAMS:
        for start in range(len(marked) - n + 1):
            if n < len(marked):
                yield marked[start : start + n]
