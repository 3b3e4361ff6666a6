"""Which forms of a word stand in some chunks, and in which fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.plan import Leaf, words_of
from app.core.lexical.postings import FIELDS, Postings, Sparse
from app.core.lexical.resolve import SearchedSegment

Int64s = NDArray[np.int64]

MOST_FORMS = 8
"""Forms that are named, the most frequent first; a wildcard may match any number."""


class Occurrences(NamedTuple):
    """What of a leaf stands in some chunks."""

    forms: tuple[str, ...]
    """As the dictionary has them, most frequent first."""
    counts: Mapping[str, int]
    """By field, where there are any."""


def occurrences(
    segment: SearchedSegment, leaf: Leaf, first: int, last: int, *, once: bool = False
) -> Occurrences:
    """The forms of a leaf's words in the chunks from `first` to before `last`.

    `once`: as those of one document, see `documents`.
    """
    postings = segment.postings
    forms: dict[int, int] = {}
    total = np.zeros(len(FIELDS), dtype=np.int64)
    for word in dict.fromkeys(words_of(leaf)):
        lists = segment.lists(word)
        rows, sizes = _rows(postings, lists.numbers, first, last)
        numbers, languages = np.repeat(lists.numbers, sizes), np.repeat(lists.languages, sizes)
        counts = segment.counting(languages, postings.ordinals[rows])
        rows, numbers = rows[counts], numbers[counts]
        found = _by_field(segment, rows, once)
        if word.field:
            found[:, np.array(FIELDS) != word.field] = 0
        total += found.sum(axis=0)
        for number, count in zip(numbers.tolist(), found.sum(axis=1).tolist(), strict=True):
            forms[number] = forms.get(number, 0) + count
    best = sorted((-count, number) for number, count in forms.items() if count > 0)
    return Occurrences(
        tuple(postings.terms[number] for _, number in best[:MOST_FORMS]),
        {field: count for field, count in zip(FIELDS, total.tolist(), strict=True) if count > 0},
    )


def _rows(
    postings: Postings, numbers: NDArray[np.int64], first: int, last: int
) -> tuple[Int64s, NDArray[np.intp]]:
    """The postings of forms in a range of chunks, and how many each form has."""
    starts = _lower_bounds(postings, numbers, first)
    sizes = (_lower_bounds(postings, numbers, last) - starts).astype(np.intp)
    before = np.cumsum(sizes) - sizes
    rows = np.arange(int(sizes.sum())) - np.repeat(before - starts, sizes)
    return rows.astype(np.int64), sizes


def _lower_bounds(postings: Postings, numbers: NDArray[np.int64], chunk: int) -> Int64s:
    """In the posting list of each form the first place that is not before a chunk."""
    low = postings.posting_offsets[numbers].astype(np.int64)
    high = postings.posting_offsets[numbers + 1].astype(np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        is_open = low < high
        inside = np.where(is_open, middle, 0)
        is_before = is_open & (postings.ordinals[inside] < chunk)
        low = np.where(is_before, middle + 1, low)
        high = np.where(is_open & ~is_before, middle, high)
    return low


def _by_field(segment: SearchedSegment, rows: Int64s, once: bool) -> Int64s:
    """(rows, fields): occurrences of each posting."""
    postings = segment.postings
    found = np.zeros((len(rows), len(FIELDS)), dtype=np.int64)
    for field, sparse in enumerate(postings.sparse, start=1):
        found[:, field] = _sparse(sparse, rows)
    found[:, 0] = postings.counts[rows] - found.sum(axis=1)
    if once and segment.cut is not None:
        chunks = postings.ordinals[rows]
        found[:, 0] -= _sparse(postings.repeated, rows)
        found[:, 1] *= segment.cut.begins[chunks]
        found[:, 2:] *= segment.cut.first[chunks][:, np.newaxis]
    return found


def _sparse(sparse: Sparse, rows: Int64s) -> NDArray[Any]:
    """The counts of those rows that are among the few, 0 for the others."""
    places, counts = sparse
    if not len(places):
        return np.zeros(len(rows), dtype=np.int64)
    at = np.minimum(np.searchsorted(places, rows), len(places) - 1)
    return np.where(places[at] == rows, counts[at], 0)
