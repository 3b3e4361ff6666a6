"""Search by words for whole documents, as if each were one long chunk.

What chunks of a document share counts once: the stretch that a chunk repeats of the one before,
the headings of a section, title and path. Conditions are asked of the document: two words that
are both required may stand in different chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.bm25 import idf, length_norm
from app.core.lexical.index import KeywordIndex
from app.core.lexical.matching import condition_mask
from app.core.lexical.plan import All, Leaf, Plan, filters_of
from app.core.lexical.ranker import FilterMask, KeywordHits, knowing_none
from app.core.lexical.segment_documents import SegmentDocuments
from app.core.selection import top_k

Float64Array = NDArray[np.float64]


class DocumentIndex:
    """BM25 over documents: the same words, fields and parameters as over chunks."""

    def __init__(self, index: KeywordIndex) -> None:
        self._index = index
        self._segments = [SegmentDocuments(index, segment) for segment in index.segments]

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

    def evidence(
        self, plan: Plan, ordinals: NDArray[np.int64]
    ) -> tuple[list[Leaf], Float64Array, Float64Array, list[int], int]:
        """What the scores of the documents of some chunks are made of, see `explaining.Evidence`.

        Scored leaves l, frequencies (l, chunks), norms (chunks,), documents that hold each leaf,
        documents.
        """
        scored = sorted(plan.scored, key=repr)
        found = [segment.frequencies(scored) for segment in self._segments]
        columns, norms = [], []
        for ordinal in ordinals.tolist():
            number, base = 0, 0
            while ordinal >= base + self._segments[number].n_chunks:
                base += self._segments[number].n_chunks
                number += 1
            document = int(self._segments[number].cut.document[ordinal - base])
            columns.append(found[number][:, document])
            norms.append(self._norms[number][document])
        frequencies = np.array(columns).reshape(len(ordinals), len(scored)).T
        held = self._held(scored, found).tolist()
        return scored, frequencies, np.array(norms), held, self._n_live

    @property
    def chunks(self) -> KeywordIndex:
        """The index of their chunks."""
        return self._index

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
        held = self._held(scored, found).tolist()
        return np.array(
            [
                leaf.boost * idf(self._n_live, count)
                for leaf, count in zip(scored, held, strict=True)
            ]
        )

    def _held(self, scored: Sequence[Leaf], found: Sequence[Float64Array]) -> NDArray[np.int64]:
        """int64[leaves]: live documents that hold each."""
        held = np.zeros(len(scored), dtype=np.int64)
        for segment, frequencies in zip(self._segments, found, strict=True):
            held += np.count_nonzero(frequencies[:, segment.live], axis=1)
        return held

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


def _no_leaf(leaf: Leaf) -> NDArray[np.bool_]:
    raise ValueError(f"{leaf} is no filter")
