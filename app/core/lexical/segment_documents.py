"""The documents of one segment: how often each holds what is asked, and how long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import PostingArrays
from app.core.lexical.cut import Cut
from app.core.lexical.index import KeywordIndex
from app.core.lexical.matching import Leaves, Part, condition_mask
from app.core.lexical.plan import All, Condition, Leaf, Phrase, Word
from app.core.lexical.resolve import SearchedSegment

Float64Array = NDArray[np.float64]


class SegmentDocuments:
    """The documents of one segment."""

    def __init__(self, index: KeywordIndex, segment: SearchedSegment) -> None:
        self.cut = segment.cut or _each_alone(segment.n_chunks)
        self._index = index
        self._segment = segment
        self._n = len(self.cut.starts) - 1

    @property
    def n_chunks(self) -> int:
        """Chunks, deleted ones included."""
        return self._segment.n_chunks

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """bool[documents]: those that are not deleted."""
        live = self._segment.live
        return np.ones(self._n, np.bool_) if live is None else live[self.cut.starts[:-1]]

    @cached_property
    def lengths(self) -> Float64Array:
        """Weighted length of each document."""
        postings, weights = self._segment.postings, self._index.ranker.weights
        body, headings, title, path = (each.astype(np.float64) for each in postings.lengths)
        total = weights[0] * (body - postings.repeated_lengths)
        total += weights[1] * headings * self.cut.begins
        total += (weights[2] * title + weights[3] * path) * self.cut.first
        return self._sums(np.arange(len(total)), total)

    def frequencies(self, scored: Sequence[Leaf]) -> Float64Array:
        """(leaves, documents): the weighted frequency of each leaf."""
        words = [leaf for leaf in scored if isinstance(leaf, Word)]
        phrases = [leaf for leaf in scored if isinstance(leaf, Phrase)]
        summed: dict[Leaf, Float64Array] = {}
        for part in _parts(self._segment, self.cut):
            for leaf, sums in self._found(words, part):
                sign = -1 if part.is_repeated else 1
                summed[leaf] = summed.get(leaf, 0.0) + sign * sums
        leaves = self._leaves(None)
        summed |= {phrase: self._sums(*leaves.once(phrase)) for phrase in phrases}
        rows = [np.maximum(summed[leaf], 0.0) for leaf in scored]
        return np.array(rows).reshape(len(scored), self._n)

    def allowed(
        self,
        conditions: Sequence[Condition | None],
        mask: NDArray[np.bool_] | None,
        passes: Callable[[Any], NDArray[np.bool_]],
    ) -> NDArray[np.bool_]:
        """bool[documents]: those that fulfil the conditions."""
        kept = self.live if mask is None else self.live & self._any(mask)
        wanted = tuple(condition for condition in conditions if condition is not None)
        if not wanted:
            return kept
        leaves = self._leaves(None)
        return kept & condition_mask(
            All(wanted),
            self._n,
            lambda leaf: self._any(leaves.has(leaf)),
            lambda wanted: self._any(passes(wanted)),
        )

    def _leaves(self, part: Part | None) -> Leaves:
        return Leaves(self._segment, self._index.kernels, self._index.ranker.weights, part)

    def _found(self, leaves: Sequence[Leaf], part: Part) -> Iterator[tuple[Leaf, Float64Array]]:
        found = self._leaves(part).matches(leaves)
        for number, leaf in enumerate(leaves):
            yield leaf, self._sums(*found.clause(number))

    def _sums(self, chunks: NDArray[Any], values: NDArray[Any]) -> Float64Array:
        documents = self.cut.document[chunks].astype(np.intp)
        return np.bincount(documents, values, self._n).astype(np.float64)

    def _any(self, chunks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        flags = np.zeros(self._n, dtype=np.bool_)
        flags[self.cut.document[chunks]] = True
        return flags


def _parts(segment: SearchedSegment, cut: Cut) -> list[Part]:
    """What a document has: its body but for what is repeated, headings, title and path."""
    postings = segment.postings
    none = np.empty(0, np.uint32), np.empty(0, np.uint8)
    repeated = postings.repeated_postings, postings.repeated_counts
    arrays = PostingArrays(postings.ordinals, postings.counts, (repeated, none, none))
    return [
        Part(postings.arrays, (1, 0, 0, 0)),
        Part(arrays, is_repeated=True),
        Part(postings.arrays, (0, 1, 0, 0), cut.begins),
        Part(postings.arrays, (0, 0, 1, 1), cut.first),
    ]


def _each_alone(n_chunks: int) -> Cut:
    """Every chunk as a document."""
    numbers = np.arange(n_chunks, dtype=np.uint32)
    return Cut(numbers, numbers)
