"""Edit distances from one word to many others at once.

Optimal string alignment (Damerau 1964, in the form of Boytsov, "Indexing methods for approximate
dictionary searching", 2011): insertions, deletions, substitutions and swaps of neighbours, no
stretch edited twice. A column of the table is one number of 64 bits for each of the others (Hyyrö,
"A bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003), so that a
character of all of them is a few steps of whole arrays, whatever the length of the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
Bits = NDArray[np.uint64]

LONGEST = 64
"""Characters of a word that are compared: no form is longer (`app.core.analysis`)."""

_ONE = np.uint64(1)


class Characters(NamedTuple):
    """Words as a table, so that a character of all of them is one step."""

    codes: NDArray[np.uint32]
    """(n, w): code points, 0 behind the end of a word."""
    lengths: Int64Array
    """(n,): characters of each word, of which the table may hold the first only."""

    @classmethod
    def of(cls, words: Sequence[str]) -> Characters:
        """The table of some words.

        >>> Characters.of(["ab", "é"]).codes.tolist()
        [[97, 98], [233, 0]]
        """
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        text = "".join(words).encode("utf-32-le")
        return cls.cut(np.frombuffer(text, np.uint32), lengths, int(lengths.max(initial=0)))

    @classmethod
    def cut(cls, codes: NDArray[np.uint32], lengths: Int64Array, width: int) -> Characters:
        """The table of words that stand end to end, of each `width` characters at most."""
        table = np.zeros((len(lengths), width), dtype=np.uint32)
        rows = np.repeat(np.arange(len(lengths)), lengths.astype(np.intp))
        columns = np.arange(len(codes)) - (np.cumsum(lengths) - lengths)[rows]
        inside = columns < width
        table[rows[inside], columns[inside]] = codes[inside]
        return cls(table, lengths)

    @classmethod
    def joined(cls, parts: Sequence[Characters], width: int) -> Characters:
        """The tables, which are all of that width, one after the other."""
        return cls(
            np.concatenate([np.empty((0, width), np.uint32), *(part.codes for part in parts)]),
            np.concatenate([np.empty(0, np.int64), *(part.lengths for part in parts)]),
        )


def distances(word: str, others: Characters, *, is_begun: bool = False) -> Int64Array:
    """Edits between `word` and each of the others, (n,); with `is_begun` their nearest beginning.

    >>> distances("gold", Characters.of(["gild", "glod", "gold", "golden"])).tolist()
    [1, 1, 0, 2]
    >>> distances("gold", Characters.of(["golden", "bolt"]), is_begun=True).tolist()
    [0, 2]
    """
    result = np.full(len(others.lengths), min(len(word), LONGEST), dtype=np.int64)
    for length, column in enumerate(_columns(word, others.codes), start=1):
        inside = others.lengths >= length
        if is_begun:
            np.minimum(result, column, out=result, where=inside)
        else:
            np.copyto(result, column, where=inside)
    return result


def _columns(word: str, codes: NDArray[np.uint32]) -> Iterator[Int64Array]:
    """Edits between `word` and the first 1, 2, ... characters of each of the others.

    What comes behind the end of one of them says nothing.
    """
    word = word[:LONGEST]
    n_others, width = codes.shape
    if not word:
        yield from (np.full(n_others, at + 1, dtype=np.int64) for at in range(width))
        return
    last = np.uint64(len(word) - 1)
    edits = np.full(n_others, len(word), dtype=np.int64)
    rising = np.full(n_others, ~np.uint64(0))
    falling, zero, before = (np.zeros(n_others, dtype=np.uint64) for _ in range(3))
    for places in np.ascontiguousarray(_places(word, codes).T):
        swapped = ((~zero & places) << _ONE) & before
        zero = (((places & rising) + rising) ^ rising) | places | falling | swapped
        up, down = falling | ~(zero | rising), zero & rising
        edits = edits + (up >> last & _ONE).view(np.int64) - (down >> last & _ONE).view(np.int64)
        up, down = up << _ONE | _ONE, down << _ONE
        rising, falling = down | ~(zero | up), up & zero
        before = places
        yield edits


def _places(word: str, codes: NDArray[np.uint32]) -> Bits:
    """For each character, a bit for each place where the word has it; same shape."""
    bits: dict[int, int] = {}
    for at, character in enumerate(word):
        bits[ord(character)] = bits.get(ord(character), 0) | 1 << at
    known = np.array(sorted(bits), dtype=np.uint32)
    values = np.array([*(bits[code] for code in known.tolist()), 0], dtype=np.uint64)
    at_ = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return values[np.where(known[at_] == codes, at_, len(known))]
