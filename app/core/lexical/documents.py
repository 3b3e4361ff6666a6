"""Search by words for whole documents, as if each were one long chunk.

What chunks of a document share counts once: the stretch that a chunk repeats of the one before,
the headings of a section, title and path. Conditions are asked of the document: two words that
are both required may stand in different chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import PostingArrays
from app.core.lexical.bm25 import idf, length_norm
from app.core.lexical.cut import Cut
from app.core.lexical.index import KeywordIndex
from app.core.lexical.matching import Leaves, Part, condition_mask
from app.core.lexical.plan import All, Condition, Leaf, Phrase, Plan, Word, filters_of
from app.core.lexical.ranker import FilterMask, KeywordHits, knowing_none
from app.core.lexical.resolve import SearchedSegment
from app.core.selection import top_k

Float64Array = NDArray[np.float64]


class DocumentIndex:
    """BM25 over documents: the same words, fields and parameters as over chunks."""

    def __init__(self, index: KeywordIndex) -> None:
        self._index = index
        self._segments = [_Documents(index, segment) for segment in index.segments]

    def search(
        self,
        plan: Plan,
        k: int = 10,
        mask: NDArray[np.bool_] | None = None,
        passes: FilterMask | None = None,
        *,
        with_matches: bool = False,
    ) -> KeywordHits:
        """The k documents that match best, each by the chunk of it that matches best.

        As `KeywordIndex.search`: `mask` bool[chunks] leaves only documents with a chunk in it;
        `total` counts documents, `matches` has all chunks of those.
        """
        scored = sorted(plan.scored, key=repr)  # sums of floats hang on their order
        found = [segment.frequencies(scored) for segment in self._segments]
        factors = self._factors(scored, found)
        parts: list[Float64Array] = [np.empty(0)]
        base = 0
        for number, segment in enumerate(self._segments):
            window = None if mask is None else mask[base : base + segment.n_chunks]
            conditions = plan.condition, plan.match
            kept = segment.allowed(conditions, window, partial(passes or knowing_none, number))
            scores = self._scores(found[number], factors, self._norms[number])
            if not plan.needs_match:
                scores = np.maximum(scores, np.finfo(np.float32).tiny)
            parts.append(np.where(kept, scores, 0.0))
            base += segment.n_chunks
        scores = np.concatenate(parts)
        best = top_k(np.where(scores > 0, scores, -np.inf), k)
        matches = [
            one[segment.cut.document] > 0
            for one, segment in zip(parts[1:], self._segments, strict=True)
        ]
        return KeywordHits(
            self._best_chunks(plan, best, mask, passes or knowing_none),
            scores[best],
            int(np.count_nonzero(scores > 0)),
            float(factors.sum()),
            np.concatenate([np.empty(0, np.bool_), *matches]) if with_matches else None,
        )

    def fulfilling(self, plan: Plan, passes: FilterMask | None = None) -> NDArray[np.bool_] | None:
        """bool[chunks]: those of documents that fulfil the condition of a plan; None: all."""
        if plan.condition is None:
            return None
        masks = [np.empty(0, dtype=np.bool_)]
        for number, segment in enumerate(self._segments):
            condition = (plan.condition,)
            allowed = segment.allowed(condition, None, partial(passes or knowing_none, number))
            masks.append(allowed[segment.cut.document])
        return np.concatenate(masks)

    @cached_property
    def _n_live(self) -> int:
        return sum(int(np.count_nonzero(segment.live)) for segment in self._segments)

    @cached_property
    def _norms(self) -> list[Float64Array]:
        total = sum(float(segment.lengths[segment.live].sum()) for segment in self._segments)
        mean = total / self._n_live if self._n_live else 0.0
        k1, b = self._index.ranker.k1, self._index.ranker.b
        return [length_norm(segment.lengths, mean, k1=k1, b=b) for segment in self._segments]

    def _factors(self, scored: Sequence[Leaf], found: Sequence[Float64Array]) -> Float64Array:
        """Boost times idf of each leaf, float64[leaves]."""
        held = np.zeros(len(scored), dtype=np.int64)
        for segment, frequencies in zip(self._segments, found, strict=True):
            held += np.count_nonzero(frequencies[:, segment.live], axis=1)
        return np.array(
            [
                leaf.boost * idf(self._n_live, count)
                for leaf, count in zip(scored, held.tolist(), strict=True)
            ]
        )

    def _scores(
        self, frequencies: Float64Array, factors: Float64Array, norms: Float64Array
    ) -> Float64Array:
        """The score of each document of a segment, 0 where nothing matches."""
        shares = np.divide(
            frequencies, frequencies + norms, out=np.zeros_like(frequencies), where=frequencies > 0
        )
        scores: Float64Array = (factors[:, np.newaxis] * shares).sum(axis=0)
        coverage = self._index.ranker.coverage
        if coverage and len(factors) > 1 and factors.sum():
            scores *= (1 - coverage) + coverage * (factors[:, np.newaxis] * (frequencies > 0)).sum(
                axis=0
            ) / factors.sum()
        return scores

    def _best_chunks(
        self,
        plan: Plan,
        documents: NDArray[np.int64],
        mask: NDArray[np.bool_] | None,
        passes: FilterMask,
    ) -> NDArray[np.int64]:
        """The chunk to show of each document: the one that matches best, or its first.

        One that the mask or the filters of the plan do not let through is the last choice: with
        ``page:3`` it is one of page 3.
        """
        scores = np.concatenate([np.empty(0, np.float32), *self._index.chunk_scores(plan)])
        filters = filters_of(plan.condition)
        if filters:
            masks = [
                condition_mask(All(filters), each.n_chunks, _no_leaf, partial(passes, number))
                for number, each in enumerate(self._segments)
            ]
            passing = np.concatenate([np.empty(0, np.bool_), *masks])
            mask = passing if mask is None else mask & passing
        if mask is not None:
            scores = np.where(mask, scores, -1.0)
        starts, base = [np.empty(0, dtype=np.int64)], 0
        for segment in self._segments:
            starts.append(segment.cut.starts[:-1] + base)
            base += segment.n_chunks
        if not len(documents):
            return np.empty(0, dtype=np.int64)
        firsts = np.concatenate(starts).astype(np.intp)
        sizes = np.diff(firsts, append=len(scores))
        highest = np.flatnonzero(scores == np.repeat(np.maximum.reduceat(scores, firsts), sizes))
        return highest[np.searchsorted(highest, firsts)][documents].astype(np.int64)


class _Documents:
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


def _no_leaf(leaf: Leaf) -> NDArray[np.bool_]:
    raise ValueError(f"{leaf} is no filter")
