"""Edit distances from one word to many others at once.

Optimal string alignment (Damerau 1964, in the form of Boytsov, "Indexing methods for approximate
dictionary searching", 2011): insertions, deletions, substitutions and swaps of neighbours, no
stretch edited twice. A column of the table is one number of 64 bits for each of the others (Hyyrö,
"A bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003), so that a
character of all of them is a few steps of whole arrays, whatever the length of the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
Bits = NDArray[np.uint64]

LONGEST = 64
"""Characters of a word that are compared: no form is longer (`app.core.analysis`)."""

_ONE = np.uint64(1)


def distances(word: str, others: Sequence[str]) -> Int64Array:
    """Edits between `word` and each of the others, (n,).

    >>> distances("gold", ["gild", "glod", "gold", "golden", ""]).tolist()
    [1, 1, 0, 2, 4]
    """
    result = np.full(len(others), min(len(word), LONGEST), dtype=np.int64)
    lengths = np.fromiter(map(len, others), np.int64, len(others))
    for length, column in enumerate(_columns(word, others), start=1):
        np.copyto(result, column, where=lengths >= length)
    return result


def _columns(word: str, others: Sequence[str]) -> Iterator[Int64Array]:
    """Edits between `word` and the first 1, 2, ... characters of each of the others.

    What comes behind the end of one of them says nothing.
    """
    word = word[:LONGEST]
    width = max(map(len, others), default=0)
    if not word or not width:
        yield from (np.full(len(others), at + 1, dtype=np.int64) for at in range(width))
        return
    last = np.uint64(len(word) - 1)
    edits = np.full(len(others), len(word), dtype=np.int64)
    rising = np.full(len(others), ~np.uint64(0))
    falling, zero, before = (np.zeros(len(others), dtype=np.uint64) for _ in range(3))
    for places in _places(word, others, width):
        swapped = ((~zero & places) << _ONE) & before
        zero = (((places & rising) + rising) ^ rising) | places | falling | swapped
        up, down = falling | ~(zero | rising), zero & rising
        edits = edits + (up >> last & _ONE).view(np.int64) - (down >> last & _ONE).view(np.int64)
        up, down = up << _ONE | _ONE, down << _ONE
        rising, falling = down | ~(zero | up), up & zero
        before = places
        yield edits


def _places(word: str, others: Sequence[str], width: int) -> Iterator[Bits]:
    """For each character of the others in turn, a bit for each place where the word has it."""
    bits: dict[int, int] = {}
    for at, character in enumerate(word):
        bits[ord(character)] = bits.get(ord(character), 0) | 1 << at
    known = np.array(sorted(bits), dtype=np.uint32)
    values = np.array([*(bits[code] for code in known.tolist()), 0], dtype=np.uint64)
    table = np.array(others, dtype=f"<U{width}").view(np.uint32).reshape(len(others), width)
    at_ = np.searchsorted(known, table)
    found = values[np.where(known[np.minimum(at_, len(known) - 1)] == table, at_, len(known))]
    yield from np.ascontiguousarray(found.T)
