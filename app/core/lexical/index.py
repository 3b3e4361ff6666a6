"""Search by words over all segments as if they were one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.bm25 import Float64Array, idf, length_norm, saturate, weigh
from app.core.lexical.expand import expand
from app.core.lexical.postings import FIELDS, Postings
from app.core.lexical.query import Clause, Query, of_terms
from app.core.selection import top_k
from app.errors import InputError

FIELD_WEIGHTS = (2.0, 1.5, 1.0)
"""Weights of `FIELDS`; with all of them 1 a chunk is scored as its fields joined."""

K1 = 1.2
B = 0.75
_DECIMALS = 9

Live = NDArray[np.bool_]
Ordinals = NDArray[np.integer[Any]]


class KeywordHits(NamedTuple):
    """The best chunks of a search, best first, and how many matched at all.

    `ordinals` int64[k] counts through the segments: that of a segment's first chunk is the number
    of chunks, deleted ones included, in the segments before it. `scores` float64[k]. `ceiling` is
    the score that no chunk can reach: all words of the query, each without end.
    """

    ordinals: NDArray[np.int64]
    scores: Float64Array
    total: int
    ceiling: float


class KeywordIndex:
    """BM25 over a snapshot of segments, each with a mask of its live chunks (None: all are).

    Statistics come from live chunks alone and all segments together, so neither deletions
    that wait for a vacuum nor the cut into segments change a score. Opening costs nothing.
    """

    def __init__(
        self,
        segments: Iterable[tuple[Postings, Live | None]],
        *,
        weights: Sequence[float] = FIELD_WEIGHTS,
        k1: float = K1,
        b: float = B,
    ) -> None:
        if len(weights) != len(FIELDS) or min(weights) < 0:
            raise InputError(f"Field weights {weights} are not {len(FIELDS)} numbers from 0.")
        if k1 < 0 or not 0 <= b <= 1:
            raise InputError(f"BM25 needs k1 from 0 and b in 0..1, not k1 = {k1}, b = {b}.")
        self._segments = [(postings, live) for postings, live in segments]
        for postings, live in self._segments:
            if live is not None and live.shape != (postings.n_chunks,):
                raise InputError(f"{live.shape} live flags for {postings.n_chunks} chunks.")
        self._weights = tuple(weights)
        self._k1 = k1
        self._b = b

    def expand(self, query: Query) -> Query:
        """The query with prefixes completed from the index, as `search` runs it."""
        return expand(query, self._segments)

    def search(
        self, query: Query | Iterable[str], k: int = 10, mask: Live | None = None
    ) -> KeywordHits:
        """The k chunks that match best; equal scores by lower ordinal.

        `query` is parsed text, or terms as the analyzer gives them. `mask` bool[chunks] over all
        segments leaves only its chunks in the result; it changes no score.
        """
        if not isinstance(query, Query):
            query = of_terms(query)
        # In alphabetical order, for sums of floats depend on it and word order should not matter.
        clauses = sorted(self.expand(query).clauses, key=lambda clause: clause.terms)
        scores = [np.zeros(postings.n_chunks) for postings, _ in self._segments]
        ceiling = sum(self._add_scores(clause, scores) for clause in clauses)
        ordinals, values, total = _best(scores, k, mask)
        return KeywordHits(ordinals, values, total, ceiling)

    @cached_property
    def n_live(self) -> int:
        """Live chunks in all segments."""
        return sum(
            postings.n_chunks if live is None else int(np.count_nonzero(live))
            for postings, live in self._segments
        )

    @cached_property
    def avgdl(self) -> float:
        """Mean weighted length of live chunks."""
        totals = [0] * len(FIELDS)
        for postings, live in self._segments:
            for field, lengths in enumerate(postings.lengths):
                totals[field] += int(
                    np.sum(lengths if live is None else lengths[live], dtype=np.int64)
                )
        total = sum(weight * count for weight, count in zip(self._weights, totals, strict=True))
        return total / self.n_live if self.n_live else 0.0

    @cached_property
    def _norms(self) -> list[Float64Array]:
        return [
            length_norm(weigh(postings.lengths, self._weights), self.avgdl, k1=self._k1, b=self._b)
            for postings, _ in self._segments
        ]

    def _add_scores(self, clause: Clause, scores: list[Float64Array]) -> float:
        """Add what a clause gives to each chunk; the bound of what it can give."""
        found = [self._matches(clause, *segment) for segment in self._segments]
        doc_freq = sum(len(ordinals) for ordinals, _ in found)
        factor = clause.weight * idf(self.n_live, doc_freq)
        if doc_freq:
            for (ordinals, frequencies), norms, into in zip(
                found, self._norms, scores, strict=True
            ):
                into[ordinals] += factor * saturate(frequencies, norms[ordinals])
        return factor

    def _matches(
        self, clause: Clause, postings: Postings, live: Live | None
    ) -> tuple[Ordinals, Float64Array]:
        """Live chunks with any of the clause's terms, and their weighted frequencies."""
        lists = [
            self._posting_list(number, postings, live)
            for term in clause.terms
            if (number := postings.terms.find(term)) is not None
        ]
        if not lists:
            return np.empty(0, np.int64), np.empty(0)
        if len(lists) == 1:
            return lists[0]
        summed = np.zeros(postings.n_chunks)
        for ordinals, frequencies in lists:
            summed[ordinals] += frequencies
        matched = np.flatnonzero(summed)
        return matched, summed[matched]

    def _posting_list(
        self, number: int, postings: Postings, live: Live | None
    ) -> tuple[Ordinals, Float64Array]:
        at = postings.slice_of(number)
        ordinals = postings.ordinals[at]
        frequencies = postings.weighted_frequencies(at, self._weights)
        if live is None and min(self._weights) > 0:
            return ordinals, frequencies
        kept = frequencies > 0  # else only in fields of weight 0
        if live is not None:
            kept &= live[ordinals]
        return ordinals[kept], frequencies[kept]


def _best(
    scores: Sequence[Float64Array], k: int, mask: Live | None
) -> tuple[NDArray[np.int64], Float64Array, int]:
    places = [np.flatnonzero(part) for part in scores]
    bases = np.cumsum([0, *map(len, scores)], dtype=np.int64)
    # The empty arrays keep the types where there is no segment.
    matched = np.concatenate(
        [np.empty(0, np.int64), *(at + base for at, base in zip(places, bases, strict=False))]
    )
    values = np.concatenate([np.empty(0), *(s[at] for s, at in zip(scores, places, strict=True))])
    if mask is not None:
        wanted = mask[matched]
        matched, values = matched[wanted], values[wanted]
    # Sums that differ only by the order of their terms are ties.
    values = np.round(values, _DECIMALS)
    best = top_k(values, k)
    return matched[best], values[best], len(matched)
