"""What a word being typed may become: the terms in the index that complete it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.stem import completions
from app.core.lexical.postings import Postings
from app.core.lexical.query import Clause, Query, stands_alone

MAX_EXPANSIONS = 50
"""Completions that are searched for, the most frequent first."""

MAX_PAIRS = 500
"""As `MAX_EXPANSIONS`, for one character of a script that is indexed in pairs."""

EXPANSION_WEIGHT = 0.5
"""Weight of the completions beside the word as it stands, if the index knows that too."""

Segments = Sequence[tuple[Postings, NDArray[np.bool_] | None]]
"""Postings with the mask of their live chunks, None where all are."""


def expand(query: Query, segments: Segments) -> Query:
    """The query with its open clauses closed: prefixes replaced by terms that the index holds.

    A word that the index knows is completed only if the query says it is still being typed.
    The completions of one word are scored as one term, so a rare one does not win for its
    rarity. Depends on live chunks alone, not on how they are spread over segments.
    """
    clauses: list[Clause] = []
    for clause in query.clauses:
        clauses += _close(clause, query.typing, segments) if clause.prefix else [clause]
    return replace(query, clauses=tuple(clauses))


def document_frequencies(
    numbers: range | NDArray[np.int64], postings: Postings, live: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Live chunks that hold each of the terms `numbers`, shape (len(numbers),)."""
    at = np.asarray(numbers, dtype=np.int64)
    starts, ends = postings.posting_offsets[at], postings.posting_offsets[at + 1]
    if live is None:
        return ends.astype(np.int64) - starts
    return np.array(
        [
            np.count_nonzero(live[postings.ordinals[start:end]])
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def _close(clause: Clause, typing: bool, segments: Segments) -> list[Clause]:
    closed = replace(clause, prefix="")
    if stands_alone(clause.prefix):
        pairs = _most_frequent(_containing(clause.prefix, segments), MAX_PAIRS)
        return [replace(closed, terms=tuple(dict.fromkeys((*clause.terms, *pairs))))]
    known = bool(_frequencies_of(clause.terms, segments))
    if known and not typing:
        return [closed]
    found = _starting(clause.prefix, segments)
    found.update(_frequencies_of(completions(clause.prefix) - found.keys(), segments))
    for term in clause.terms:
        found.pop(term, None)
    terms = tuple(_most_frequent(found, MAX_EXPANSIONS))
    if not known:
        return [replace(closed, terms=terms or clause.terms)]
    others = Clause(terms, clause.weight * EXPANSION_WEIGHT)
    return [closed, others] if terms else [closed]


def _starting(prefix: str, segments: Segments) -> Counter[str]:
    found: Counter[str] = Counter()
    for postings, live in segments:
        _count(postings.terms.with_prefix(prefix), postings, live, found)
    return found


def _containing(part: str, segments: Segments) -> Counter[str]:
    found: Counter[str] = Counter()
    for postings, live in segments:
        numbers = np.fromiter(postings.terms.containing(part), np.int64)
        _count(numbers, postings, live, found)
    return found


def _frequencies_of(terms: Iterable[str], segments: Segments) -> Counter[str]:
    found: Counter[str] = Counter()
    for postings, live in segments:
        numbers = [n for term in terms if (n := postings.terms.find(term)) is not None]
        _count(np.array(numbers, dtype=np.int64), postings, live, found)
    return found


def _count(
    numbers: range | NDArray[np.int64],
    postings: Postings,
    live: NDArray[np.bool_] | None,
    found: Counter[str],
) -> None:
    frequencies = document_frequencies(numbers, postings, live)
    for number, frequency in zip(numbers, frequencies.tolist(), strict=True):
        if frequency:
            found[postings.terms[int(number)]] += frequency


def _most_frequent(found: Counter[str], limit: int) -> list[str]:
    """At most `limit` terms, most frequent first, then in alphabetical order."""
    return sorted(found, key=lambda term: (-found[term], term))[:limit]
