"""Which words stand together with those of a query: the same chunks hold both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.bm25 import idf
from app.core.lexical.plan import Word
from app.core.lexical.postings import Postings
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.spellings import Forms
from app.core.unique import unique_values

Ordinals = NDArray[np.uint32]


class Company:
    """The live chunks that hold some words, each with the share of these that it holds.

    A rare word is a larger share than a frequent one, in proportion to their idf.
    """

    def __init__(self, segments: Sequence[SearchedSegment], words: Sequence[Word]) -> None:
        self._segments = segments
        self._words = words

    def together(self, words: Sequence[Forms]) -> list[float]:
        """How many chunks hold each word together with these; a chunk counts as much as its share.

        One that holds several forms of the word counts for each.
        """
        total = np.zeros(len(words))
        for number, shares in enumerate(self._shares):
            pairs = [(at, form) for at, forms in enumerate(words) for form in forms.get(number, ())]
            if pairs and shares.any():
                owners, held = np.array(pairs, dtype=np.intp).T
                sums = _sums(shares, self._segments[number].postings, held)
                total += np.bincount(owners, sums, minlength=len(words))
        # Sums of floats hang on their order in the last digits.
        return [round(each, 6) for each in total.tolist()]

    def __bool__(self) -> bool:
        """Whether any chunk holds any of the words."""
        return any(shares.any() for shares in self._shares)

    @cached_property
    def _shares(self) -> list[NDArray[np.float32]]:
        """Of each segment, (n,): the share that each chunk holds."""
        n_live = sum(segment.n_live for segment in self._segments)
        held = [[_chunks(segment, word) for segment in self._segments] for word in self._words]
        weights = [idf(n_live, sum(map(len, chunks))) for chunks in held]
        shares = [np.zeros(segment.n_chunks, np.float32) for segment in self._segments]
        for weight, chunks in zip(weights, held, strict=True):
            for share, ordinals in zip(shares, chunks, strict=True):
                share[ordinals] += np.float32(weight / sum(weights))
        return shares


def _sums(
    shares: NDArray[np.float32], postings: Postings, forms: NDArray[np.intp]
) -> NDArray[np.float64]:
    """The sum of the shares of the chunks that hold each form, same shape."""
    offsets = postings.posting_offsets
    starts = offsets[forms].astype(np.intp)
    sizes = offsets[forms + 1].astype(np.intp) - starts
    firsts = np.cumsum(sizes) - sizes
    places = np.arange(sizes.sum()) + np.repeat(starts - firsts, sizes)
    # No posting list is empty, which reduceat() would get wrong.
    sums: NDArray[np.float64] = np.add.reduceat(
        shares[postings.ordinals[places]], firsts, dtype=np.float64
    )
    return sums


def _chunks(segment: SearchedSegment, word: Word) -> Ordinals:
    """Ordinals of the live chunks of a segment that hold a word in any form, whatever language."""
    numbers = segment.lists(word).anywhere.tolist()
    found = [segment.frequencies.chunks(number) for number in numbers]
    return unique_values(np.concatenate([np.empty(0, np.uint32), *found]))
