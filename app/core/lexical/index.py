"""Search by words over all segments as if they were one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Gathered, Kernels, NumpyKernels, Ranked
from app.core.lexical.bm25 import idf, length_norm, weigh
from app.core.lexical.matching import Leaves, condition_mask
from app.core.lexical.plan import Condition, Leaf, Plan, Word
from app.core.lexical.postings import FIELDS
from app.core.lexical.proximity import LOOKED_AT, neighbours, shares
from app.core.lexical.ranker import FilterMask, KeywordHits, Ranker, knowing_none
from app.core.lexical.resolve import Mask, SearchedSegment
from app.core.selection import top_k

Float32Array = NDArray[np.float32]

_ROUNDED = 1 - 1e-9
"""Less than 1 by more than a product can be rounded up."""


class KeywordIndex:
    """BM25 over a snapshot of segments.

    Statistics come from live chunks alone and all segments together, so neither deletions
    that wait for a vacuum nor the cut into segments change a score. Opening costs nothing.
    """

    def __init__(
        self,
        segments: Iterable[SearchedSegment],
        *,
        ranker: Ranker | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        self._segments = list(segments)
        self._ranker = ranker or Ranker()
        self._kernels: Kernels = kernels or NumpyKernels()

    @property
    def ranker(self) -> Ranker:
        """The parameters."""
        return self._ranker

    @property
    def kernels(self) -> Kernels:
        """What it runs on."""
        return self._kernels

    @property
    def segments(self) -> Sequence[SearchedSegment]:
        """The segments in order."""
        return self._segments

    def search(
        self,
        plan: Plan,
        k: int = 10,
        mask: NDArray[np.bool_] | None = None,
        passes: FilterMask | None = None,
        *,
        with_matches: bool = False,
    ) -> KeywordHits:
        """The k chunks that match best; equal scores by lower ordinal.

        `mask` bool[chunks] over all segments leaves only its chunks in the result; it changes no
        score. `passes` tells which chunks pass the filters of the plan. `with_matches` asks for
        `KeywordHits.matches`.
        """
        depth = max(k, LOOKED_AT)
        leaves = self._leaves()
        scored, matches, factors = self._matched(leaves, plan)
        best: list[tuple[NDArray[np.int64], Float32Array]] = []
        matching = [np.empty(0, dtype=np.bool_)]
        total = base = 0
        for number, segment in enumerate(self._segments):
            window = None if mask is None else mask[base : base + segment.n_chunks]
            allowed = self._allowed(number, plan, leaves[number], passes, window)
            found, scores = self._ranked(
                number, matches[number], factors, allowed, depth, needs_match=plan.needs_match
            )
            best.append((found.ordinals.astype(np.int64) + base, found.scores))
            if with_matches:
                matching.append(scores > 0 if allowed is None else (scores > 0) & (allowed != 0))
            total += found.matched
            base += segment.n_chunks
        by_leaf = dict(zip(scored, factors, strict=True))
        ordinals_, scores_ = self._nearer(plan, by_leaf, *_joined(best, depth), k)
        ceiling = float(factors.sum()) * (1 + self._ranker.proximity)
        matched = np.concatenate(matching) if with_matches else None
        return KeywordHits(ordinals_[:k], scores_[:k], total, ceiling, matched)

    def _nearer(
        self,
        plan: Plan,
        factors: Mapping[Leaf, float],
        ordinals: NDArray[np.int64],
        scores: NDArray[np.float64],
        k: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The k best in the order that they have when it counts how near the words stand."""
        words = neighbours(plan.scored)
        if not self._ranker.proximity or len(words) < 2 or not len(ordinals):
            return ordinals, scores
        # What cannot reach the k-th score is not looked at.
        reach = scores[min(k, len(scores)) - 1] / (1 + self._ranker.proximity) if k else np.inf
        first = np.sort(ordinals[: min(LOOKED_AT, np.count_nonzero(scores >= reach * _ROUNDED))])
        own = [float(factors[word]) for word in words]
        weights = np.array([min(pair) for pair in pairwise(own)])
        near, base = np.zeros(len(first)), 0
        for segment in self._segments:
            here = slice(*np.searchsorted(first, (base, base + segment.n_chunks)).tolist())
            if here.start < here.stop:
                chunks = (first[here] - base).astype(np.uint32)
                near[here] = shares(segment, self._kernels, words, weights, chunks)
            base += segment.n_chunks
        raised = scores.copy()
        places = np.searchsorted(first, ordinals[: len(first)])
        raised[: len(first)] *= 1 + self._ranker.proximity * near[places]
        order = np.lexsort((ordinals, -raised))
        return ordinals[order], raised[order]

    def fulfilling(self, plan: Plan, passes: FilterMask | None = None) -> NDArray[np.bool_] | None:
        """bool[chunks] over all segments: what the condition of a plan lets pass; None: all."""
        if plan.condition is None:
            return None
        masks = [np.empty(0, dtype=np.bool_)]
        for number, segment in enumerate(self._segments):
            leaves = Leaves(segment, self._kernels, self._ranker.weights)
            masks.append(_fulfilling(plan.condition, leaves, passes, number))
        return np.concatenate(masks)

    def chunk_scores(self, plan: Plan) -> list[Float32Array]:
        """The score by words of every chunk, float32[n] a segment, 0 where nothing matches."""
        _, matches, factors = self._matched(self._leaves(), plan)
        return [self._ranked(number, found, factors).scores for number, found in enumerate(matches)]

    def matched(self, plan: Plan) -> tuple[list[Leaf], list[Gathered], Float32Array]:
        """The scored leaves, where each segment has them, and the boost times idf of each."""
        return self._matched(self._leaves(), plan)

    @property
    def norms(self) -> Sequence[Float32Array]:
        """float32[n] a segment: the frequency at which a word scores half of the most."""
        return self._norms

    @cached_property
    def n_live(self) -> int:
        """Live chunks in all segments."""
        return sum(segment.n_live for segment in self._segments)

    @cached_property
    def avgdl(self) -> float:
        """Mean weighted length of live chunks."""
        totals = [0] * len(FIELDS)
        for segment in self._segments:
            for field, lengths in enumerate(segment.postings.lengths):
                live = lengths if segment.live is None else lengths[segment.live]
                totals[field] += int(np.sum(live, dtype=np.int64))
        weights = self._ranker.weights
        total = sum(weight * count for weight, count in zip(weights, totals, strict=True))
        return total / self.n_live if self.n_live else 0.0

    @cached_property
    def _norms(self) -> list[Float32Array]:
        k1, b, weights = self._ranker.k1, self._ranker.b, self._ranker.weights
        lengths = [weigh(segment.postings.lengths, weights) for segment in self._segments]
        return [length_norm(each, self.avgdl, k1=k1, b=b).astype(np.float32) for each in lengths]

    def _leaves(self) -> list[Leaves]:
        return [Leaves(segment, self._kernels, self._ranker.weights) for segment in self._segments]

    def _matched(
        self, leaves: Sequence[Leaves], plan: Plan
    ) -> tuple[list[Leaf], list[Gathered], Float32Array]:
        """The scored leaves, where each segment has them, and their factors."""
        scored = sorted(plan.scored, key=repr)  # sums of floats hang on their order
        matches = [found.matches(scored) for found in leaves]
        return scored, matches, self._factors(scored, matches)

    def _factors(self, scored: Sequence[Leaf], matches: Sequence[Gathered]) -> Float32Array:
        """Boost times idf of each leaf, float32[leaves]."""
        frequencies = sum(
            (np.diff(found.offsets.astype(np.int64)) for found in matches),
            np.zeros(len(scored), dtype=np.int64),
        )
        return np.array(
            [
                leaf.boost * idf(self.n_live, frequency)
                for leaf, frequency in zip(scored, frequencies.tolist(), strict=True)
            ],
            dtype=np.float32,
        )

    def _ranked(
        self,
        number: int,
        found: Gathered,
        factors: Float32Array,
        allowed: Mask | None = None,
        k: int = 0,
        *,
        needs_match: bool = True,
    ) -> Ranked:
        """The best chunks of a segment, and the score of each, 0 where nothing matches."""
        share = self._ranker.coverage if len(factors) > 1 else 0.0
        # What a condition lets pass is found even if it scores nothing.
        least = 0.0 if needs_match else float(np.finfo(np.float32).tiny)
        return self._kernels.rank(
            found, factors, self._norms[number], share, allowed, k, least=least
        )

    def _allowed(
        self,
        number: int,
        plan: Plan,
        leaves: Leaves,
        passes: FilterMask | None,
        mask: NDArray[np.bool_] | None,
    ) -> Mask | None:
        """Chunks of a segment that may be found, u8[n]; None if any that scores may."""
        segment = self._segments[number]
        parts = [] if mask is None else [mask]
        wanted = [each for each in (plan.condition, plan.match) if each is not None]
        parts += [_fulfilling(condition, leaves, passes, number) for condition in wanted]
        if parts and segment.live is not None and not plan.needs_match:
            parts.append(segment.live)
        if not parts:
            return None
        joined = parts[0]
        for part in parts[1:]:
            joined = joined & part
        return joined.astype(np.uint8)


def _fulfilling(
    condition: Condition, leaves: Leaves, passes: FilterMask | None, number: int
) -> NDArray[np.bool_]:
    """bool[n]: chunks of a segment that fulfil a condition, deleted ones as they come."""
    known = passes or knowing_none
    n_chunks = leaves.segment.n_chunks
    return condition_mask(condition, n_chunks, leaves.has, lambda wanted: known(number, wanted))


def _joined(
    found: Sequence[tuple[NDArray[np.int64], Float32Array]], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best of all segments' best; those of lower segments have lower ordinals."""
    if len(found) == 1:
        ordinals, scores = found[0]
        return ordinals, scores.astype(np.float64)
    ordinals = np.concatenate([np.empty(0, np.int64), *(ordinals for ordinals, _ in found)])
    scores = np.concatenate([np.empty(0, np.float32), *(scores for _, scores in found)])
    order = np.argsort(ordinals)
    ordinals, scores = ordinals[order], scores[order]
    best = top_k(scores.astype(np.float64), k)
    return ordinals[best], scores[best].astype(np.float64)


def of_forms(forms: Iterable[str]) -> Plan:
    """A plan for exactly these forms; one that is repeated weighs more."""
    counts: dict[str, int] = {}
    for form in forms:
        counts[form] = counts.get(form, 0) + 1
    return Plan(
        tuple(
            Word(form, forms=((form, 1.0),), boost=float(count)) for form, count in counts.items()
        )
    )
