"""Several segments' postings to one, without the text: for merges and vacuum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.postings import FIELDS, Postings


def merge_postings(segments: Iterable[tuple[Postings, NDArray[np.bool_] | None]]) -> Postings:
    """The live chunks of all segments in order, renumbered from 0 without gaps.

    Equal, array by array, to building the live chunks' rows afresh.
    """
    parts = [
        (postings, np.ones(postings.n_chunks, np.bool_) if live is None else live)
        for postings, live in segments
    ]
    names = sorted({term for postings, _ in parts for term in postings.terms})
    number_of = {name: number for number, name in enumerate(names)}
    terms: list[NDArray[np.int64]] = []
    ordinals: list[NDArray[np.int64]] = []
    kept: list[NDArray[np.bool_]] = []
    base = 0
    for postings, live in parts:
        renumbered = np.cumsum(live) - 1 + base
        numbers = np.fromiter(map(number_of.__getitem__, postings.terms), np.int64)
        keep = live[postings.ordinals]
        terms.append(np.repeat(numbers, np.diff(postings.posting_offsets).astype(np.intp))[keep])
        ordinals.append(renumbered[postings.ordinals[keep]])
        kept.append(keep)
        base += int(np.count_nonzero(live))
    all_terms, all_ordinals = _joined(terms, np.int64), _joined(ordinals, np.int64)
    order = np.lexsort((all_ordinals, all_terms))
    held, counts = np.unique(all_terms, return_counts=True)
    posting_offsets = np.zeros(len(held) + 1, dtype=np.uint32)
    np.cumsum(counts, out=posting_offsets[1:])
    frequencies = (
        _joined(
            [p.frequencies[f][keep] for (p, _), keep in zip(parts, kept, strict=True)], np.uint8
        )
        for f in range(len(FIELDS))
    )
    lengths = (
        _joined([p.lengths[f][live] for p, live in parts], np.uint32) for f in range(len(FIELDS))
    )
    return Postings.from_columns(
        TermDictionary.pack([names[number] for number in held.tolist()]),
        posting_offsets,
        all_ordinals[order].astype(np.uint32),
        frequencies=[counts[order] for counts in frequencies],
        lengths=list(lengths),
    )


def _joined(arrays: list[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
