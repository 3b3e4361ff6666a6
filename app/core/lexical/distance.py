"""Edit distances from one word to many forms at once.

Optimal string alignment (Damerau 1964, in the form of Boytsov, "Indexing methods for approximate
dictionary searching", 2011): insertions, deletions, substitutions and swaps of neighbours, no
stretch edited twice. One column of the table for all forms of a length is one NumPy step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary

Int64Array = NDArray[np.int64]


def distances(
    word: str, terms: TermDictionary, numbers: Int64Array, limit: int
) -> NDArray[np.int64]:
    """Distance of `word` to each of the forms `numbers`, (n,); limit + 1 where it is more.

    >>> terms = TermDictionary(*TermDictionary.pack(["gild", "glod", "gold", "golden"]))
    >>> distances("gold", terms, np.arange(4), 2).tolist()
    [1, 1, 0, 2]
    """
    result = np.full(len(numbers), limit + 1, dtype=np.int64)
    # A character has at least one byte and at most four.
    sizes = terms.sizes(numbers)
    likely = np.flatnonzero((sizes >= len(word) - limit) & (sizes <= 4 * (len(word) + limit)))
    forms = [terms[number] for number in numbers[likely].tolist()]
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    for length in range(max(1, len(word) - limit), len(word) + limit + 1):
        group = np.flatnonzero(lengths == length)
        if len(group):
            joined = "".join([forms[place] for place in group.tolist()])
            table = np.frombuffer(joined.encode("utf-32-le"), np.uint32).reshape(-1, length)
            result[likely[group]] = np.minimum(_aligned(word, table), limit + 1)
    return result


def _aligned(word: str, table: NDArray[np.uint32]) -> Int64Array:
    """Distance of `word` to each row of code points in `table`, (n,)."""
    own = np.frombuffer(word.encode("utf-32-le"), np.uint32)
    n, length = table.shape
    before = np.zeros((len(own) + 1, n), dtype=np.int64)
    last = np.repeat(np.arange(len(own) + 1, dtype=np.int64)[:, None], n, axis=1)
    for column in range(length):
        theirs = table[:, column]
        now = np.empty_like(last)
        now[0] = column + 1
        for row in range(1, len(own) + 1):
            cost = (theirs != own[row - 1]).astype(np.int64)
            best = np.minimum(last[row - 1] + cost, np.minimum(last[row], now[row - 1]) + 1)
            if row > 1 and column > 0:
                swapped = (theirs == own[row - 2]) & (table[:, column - 1] == own[row - 1])
                best = np.where(swapped, np.minimum(best, before[row - 2] + 1), best)
            now[row] = best
        before, last = last, now
    result: Int64Array = last[len(own)]
    return result
