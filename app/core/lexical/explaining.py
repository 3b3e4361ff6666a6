"""Why a hit of the keyword leg has its score: what each word of the query adds, and what else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Gathered
from app.core.lexical.bm25 import idf
from app.core.lexical.documents import DocumentIndex
from app.core.lexical.index import KeywordIndex
from app.core.lexical.occurrences import occurrences
from app.core.lexical.plan import Leaf, Phrase, Plan
from app.core.lexical.proximity import neighbours, shares
from app.core.lexical.ranker import Ranker

Float64s = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A word, pattern or phrase of a query that a hit holds."""

    text: str
    """As it was typed; a phrase in quotation marks."""
    kind: Literal["word", "phrase"]
    field: str
    """The one it was looked for in, "" for all."""
    forms: tuple[str, ...]
    """What stands for it in the hit, most frequent first: other endings, corrections."""
    counts: Mapping[str, int]
    """Occurrences of these by field; of a phrase those of its words."""
    frequency: float
    """Occurrences weighed by field and by likeness, as BM25 takes them."""
    document_frequency: int
    """Passages, or documents, that hold it."""
    idf: float
    boost: float
    score: float
    """boost * idf * frequency / (frequency + norm)"""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a score gains or loses besides."""

    share: float
    """Of the most there could be, 0 to 1."""
    score: float


@dataclass(frozen=True, slots=True)
class KeywordScore:
    """The score of a hit in the keyword leg: the sum of its parts."""

    score: float
    unit: Literal["passage", "document"]
    """What was scored."""
    terms: tuple[TermMatch, ...]
    """What adds most first."""
    missing: tuple[str, ...]
    """Words and phrases of the query that it does not hold."""
    norm: float
    """The frequency at which a word scores half of the most: low for a short text."""
    coverage: Adjustment
    """How much of the query it holds, by weight; what is missing is taken off."""
    proximity: Adjustment
    """How near the words stand."""


class Evidence(NamedTuple):
    """What scores are made of: l leaves, h hits."""

    leaves: Sequence[Leaf]
    frequencies: Float64s
    """(l, h)"""
    norms: Float64s
    """(h,)"""
    held: Sequence[int]
    """Passages or documents that hold each leaf."""
    n: int
    """Passages or documents there are."""


def explain(
    index: KeywordIndex | DocumentIndex,
    plan: Plan,
    ordinals: NDArray[np.int64],
    scores: Float64s,
) -> list[KeywordScore]:
    """The scores of hits, taken apart: chunks, or documents by one of their chunks each.

    `ordinals` and `scores` are as `search` gave them, in any order.
    """
    if isinstance(index, DocumentIndex):
        evidence = Evidence(*index.evidence(plan, ordinals))
        near = np.zeros(len(ordinals))
    else:
        evidence = _evidence(index, plan, ordinals)
        near = _near(index, plan, evidence, ordinals)
    made = _Explainer(index, plan, evidence)
    rows = zip(ordinals.tolist(), scores.tolist(), near.tolist(), strict=True)
    return [made.hit(at, *row) for at, row in enumerate(rows)]


class _Explainer:
    def __init__(self, index: KeywordIndex | DocumentIndex, plan: Plan, evidence: Evidence) -> None:
        self._chunks = index.chunks if isinstance(index, DocumentIndex) else index
        self._by_document = isinstance(index, DocumentIndex)
        self._evidence = evidence
        self._idf = [idf(evidence.n, held) for held in evidence.held]
        boosts = [leaf.boost for leaf in evidence.leaves]
        self._factors = np.array(boosts) * np.array(self._idf)
        order = {leaf: place for place, leaf in enumerate(plan.scored)}
        self._order = sorted(range(len(boosts)), key=lambda at: order[evidence.leaves[at]])

    def hit(self, at: int, ordinal: int, score: float, near: float) -> KeywordScore:
        """The score of one hit."""
        frequencies, norm = self._evidence.frequencies[:, at], float(self._evidence.norms[at])
        parts = self._factors * frequencies / np.maximum(frequencies + norm, 1e-300)
        total, possible = float(parts.sum()), float(self._factors.sum())
        held = float(self._factors[frequencies > 0].sum())
        covered = held / possible if possible else 1.0
        ranker = self._ranker
        weight = ranker.coverage if len(parts) > 1 else 0.0
        lost = total * weight * (covered - 1)
        raised = (total + lost) * ranker.proximity * near
        # Where words stand is looked at in the best hits alone, see `proximity.LOOKED_AT`.
        if abs(score - total - lost) < abs(score - total - lost - raised):
            raised = 0.0
        terms = [self._term(row, at, ordinal, float(parts[row])) for row in self._order]
        return KeywordScore(
            score,
            "document" if self._by_document else "passage",
            tuple(sorted(filter(None, terms), key=lambda term: -term.score)),
            self._missing(frequencies),
            norm,
            Adjustment(covered, lost),
            Adjustment(near if raised else 0.0, raised),
        )

    def _missing(self, frequencies: Float64s) -> tuple[str, ...]:
        leaves = (self._evidence.leaves[row] for row in self._order if not frequencies[row] > 0)
        return tuple(dict.fromkeys(map(_name, leaves)))

    def _term(self, row: int, at: int, ordinal: int, score: float) -> TermMatch | None:
        leaf, frequency = self._evidence.leaves[row], float(self._evidence.frequencies[row, at])
        if frequency <= 0:
            return None
        number, first, last = self._range(ordinal)
        segment = self._chunks.segments[number]
        found = occurrences(segment, leaf, first, last, once=self._by_document)
        return TermMatch(
            _name(leaf),
            "phrase" if isinstance(leaf, Phrase) else "word",
            leaf.field,
            found.forms,
            found.counts,
            frequency,
            self._evidence.held[row],
            self._idf[row],
            leaf.boost,
            score,
        )

    def _range(self, ordinal: int) -> tuple[int, int, int]:
        """Number of the segment, and the chunks of the hit in it."""
        number, chunk = _located(self._chunks, ordinal)
        cut = self._chunks.segments[number].cut
        if not self._by_document or cut is None:
            return number, chunk, chunk + 1
        document = int(cut.document[chunk])
        return number, int(cut.starts[document]), int(cut.starts[document + 1])

    @property
    def _ranker(self) -> Ranker:
        return self._chunks.ranker


def _evidence(index: KeywordIndex, plan: Plan, ordinals: NDArray[np.int64]) -> Evidence:
    leaves, matches, _ = index.matched(plan)
    frequencies = np.zeros((len(leaves), len(ordinals)))
    norms = np.zeros(len(ordinals))
    for at, ordinal in enumerate(ordinals.tolist()):
        number, chunk = _located(index, ordinal)
        norms[at] = index.norms[number][chunk]
        for row, frequency in _frequencies(matches[number], len(leaves), chunk):
            frequencies[row, at] = frequency
    offsets = (found.offsets.tolist() for found in matches)
    sizes = [[last - first for first, last in pairwise(each)] for each in offsets]
    held = [sum(each) for each in zip(*sizes, strict=True)]
    return Evidence(leaves, frequencies, norms, held, index.n_live)


def _frequencies(found: Gathered, n_leaves: int, chunk: int) -> Iterator[tuple[int, float]]:
    """The leaves that a chunk holds, and how often."""
    for row in range(n_leaves):
        ordinals, values = found.clause(row)
        at = int(np.searchsorted(ordinals, chunk))
        if at < len(ordinals) and ordinals[at] == chunk:
            yield row, float(values[at])


def _near(
    index: KeywordIndex, plan: Plan, evidence: Evidence, ordinals: NDArray[np.int64]
) -> Float64s:
    """(h,) how near the words of the query stand in each chunk, 0 to 1."""
    words = neighbours(plan.scored)
    near = np.zeros(len(ordinals))
    if not index.ranker.proximity or len(words) < 2:
        return near
    rows = [evidence.leaves.index(word) for word in words]
    factors = [evidence.leaves[row].boost * idf(evidence.n, evidence.held[row]) for row in rows]
    weights = np.array([min(pair) for pair in pairwise(factors)])
    for at, ordinal in enumerate(ordinals.tolist()):
        number, chunk = _located(index, ordinal)
        only = np.array([chunk], dtype=np.uint32)
        near[at] = shares(index.segments[number], index.kernels, words, weights, only)[0]
    return near


def _located(index: KeywordIndex, ordinal: int) -> tuple[int, int]:
    """Number of the segment of a chunk, and its ordinal there."""
    for number, segment in enumerate(index.segments):
        if ordinal < segment.n_chunks:
            return number, ordinal
        ordinal -= segment.n_chunks
    raise IndexError(ordinal)


def _name(leaf: Leaf) -> str:
    if isinstance(leaf, Phrase):
        return f'"{" ".join(slot.text for slot in leaf.slots)}"'
    return leaf.text
