"""Several segments' postings to one, without the text: for merges and vacuum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.build import build_postings
from app.core.lexical.postings import FIELDS, Postings

Live = NDArray[np.bool_]


def merge_postings(segments: Iterable[tuple[Postings, Live | None]]) -> Postings:
    """The live chunks of all segments in order, renumbered from 0 without gaps.

    Equal, array by array, to building the live chunks' rows afresh.
    """
    parts = [
        (postings, np.ones(postings.n_chunks, np.bool_) if live is None else live)
        for postings, live in segments
    ]
    if not parts:
        return build_postings([])
    names = sorted({term for postings, _ in parts for term in postings.terms})
    number_of = {name: number for number, name in enumerate(names)}
    columns: list[tuple[NDArray[Any], ...]] = []
    base = 0
    for postings, live in parts:
        columns.append(_columns(postings, live, number_of, base))
        base += int(np.count_nonzero(live))
    terms, ordinals, *frequencies = map(np.concatenate, zip(*columns, strict=True))
    order = np.lexsort((ordinals, terms))
    held, counts = np.unique(terms, return_counts=True)
    return Postings.from_columns(
        [names[number] for number in held.tolist()],
        counts,
        ordinals[order],
        [column[order] for column in frequencies],
        [np.concatenate([p.lengths[f][live] for p, live in parts]) for f in range(len(FIELDS))],
    )


def _columns(
    postings: Postings, live: Live, number_of: dict[str, int], base: int
) -> tuple[NDArray[Any], ...]:
    """New term number, new ordinal and the frequencies of every live posting."""
    numbers = np.fromiter(map(number_of.__getitem__, postings.terms), np.int64)
    terms = np.repeat(numbers, np.diff(postings.posting_offsets).astype(np.intp))
    ordinals = (np.cumsum(live) - 1 + base)[postings.ordinals]
    kept = live[postings.ordinals]
    columns = postings.frequencies(slice(0, len(postings.ordinals)))
    return terms[kept], ordinals[kept], *(column[kept] for column in columns)
