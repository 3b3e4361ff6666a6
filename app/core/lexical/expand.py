"""What a word being typed may become: the terms in the index that complete it.

The completions of one word are scored as one term, so that a rare one does not win for its
rarity. They depend on live chunks alone, not on how these are spread over segments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import Analyzer
from app.core.lexical.postings import Postings
from app.core.lexical.query import Clause, Query, stands_alone

MAX_EXPANSIONS = 20
"""Completions that are searched for, the most frequent first."""

MAX_PAIRS = 200
"""As `MAX_EXPANSIONS`, for one character of a script that is indexed in pairs."""

EXPANSION_WEIGHT = 0.5
"""Weight of the completions beside the word as it stands, if the index knows that too."""

Segments = Sequence[tuple[Postings, NDArray[np.bool_] | None]]
"""Postings with the mask of their live chunks, None where all are."""


def expand(query: Query, segments: Segments) -> Query:
    """The query with its open clauses closed: prefixes replaced by terms that the index holds.

    A word that the index knows is completed only if the query says it is still being typed.
    """
    clauses: list[Clause] = []
    for clause in query.clauses:
        clauses += _close(clause, query, segments) if clause.prefix else [clause]
    return replace(query, clauses=tuple(clauses))


def document_frequency(term: str, segments: Segments) -> int:
    """Live chunks that hold `term`."""
    total = 0
    for postings, live in segments:
        number = postings.terms.find(term)
        if number is not None:
            total += int(_frequencies(np.array([number]), postings, live)[0])
    return total


def _close(clause: Clause, query: Query, segments: Segments) -> list[Clause]:
    closed = replace(clause, prefix="")
    if stands_alone(clause.prefix):
        pairs = _most_frequent(_containing(clause.prefix, segments), MAX_PAIRS)
        return [replace(closed, terms=tuple(dict.fromkeys((*clause.terms, *pairs))))]
    known = any(document_frequency(term, segments) for term in clause.terms)
    if known and not query.typing:
        return [closed]
    found = _starting(clause.prefix, segments, query.analyzer)
    found |= query.analyzer.completions(clause.prefix)
    counts = {term: document_frequency(term, segments) for term in found - {*clause.terms}}
    terms = tuple(_most_frequent(counts, MAX_EXPANSIONS))
    if not known:
        return [replace(closed, terms=terms or clause.terms)]
    others = Clause(terms, clause.weight * EXPANSION_WEIGHT)
    return [closed, others] if terms else [closed]


def _starting(prefix: str, segments: Segments, analyzer: Analyzer) -> set[str]:
    """Terms that start with `prefix`, all that can be among the `MAX_EXPANSIONS` most frequent.

    A short prefix has thousands of terms. The frequency of the last one wanted in any single
    segment is a lower bound for that in all together, and a term that reaches the bound has an
    even share of it in at least one segment: only such terms are looked at by name.
    """
    stops = {term for term in analyzer.stop_terms if term.startswith(prefix)}
    wanted = MAX_EXPANSIONS + 1 + len(stops)  # 1 for the word as typed so far
    numbers = [np.array(postings.terms.with_prefix(prefix), np.int64) for postings, _ in segments]
    counts = [_frequencies(n, *segment) for n, segment in zip(numbers, segments, strict=True)]
    bounds = [
        int(np.partition(count, -wanted)[-wanted]) for count in counts if len(count) >= wanted
    ]
    share = max(bounds, default=1) / max(1, len(segments))
    return {
        postings.terms[number]
        for (postings, _), n, count in zip(segments, numbers, counts, strict=True)
        for number in n[count >= max(1, share)].tolist()
    } - stops


def _containing(part: str, segments: Segments) -> Counter[str]:
    """Terms with `part` inside, and how many live chunks hold them."""
    found: Counter[str] = Counter()
    for postings, live in segments:
        numbers = np.fromiter(postings.terms.containing(part), np.int64)
        counts = _frequencies(numbers, postings, live)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            found[postings.terms[number]] += count
    return found


def _frequencies(
    numbers: NDArray[np.int64], postings: Postings, live: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Live chunks that hold each of the terms `numbers`, same shape."""
    starts = postings.posting_offsets[numbers].astype(np.int64)
    counts = postings.posting_offsets[numbers + 1] - starts
    if live is None or not len(numbers):
        return counts
    firsts = np.cumsum(counts) - counts
    places = np.arange(counts.sum()) + np.repeat(starts - firsts, counts.astype(np.intp))
    # No posting list is empty, which reduceat() would get wrong.
    return np.add.reduceat(
        live[postings.ordinals[places]],
        firsts.astype(np.intp),  # 32 bits in a browser, and it casts nothing down
        dtype=np.int64,
    )


def _most_frequent(counts: Mapping[str, int], limit: int) -> list[str]:
    """At most `limit` terms, most frequent first, then alphabetically; none with count 0."""
    held = [term for term, count in counts.items() if count]
    return sorted(held, key=lambda term: (-counts[term], term))[:limit]
