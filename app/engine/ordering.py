"""Hits in another order than by relevance: by date, file name or size of their documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.model import Sort
from app.engine.view import View

Ordinals = NDArray[np.int64]

_FALLING: dict[Sort, bool] = {"date": True, "name": False, "size": True}
"""Whether what is largest comes first unless told otherwise."""


def positions(
    view: View, ordinals: Ordinals, sort: Sort, order: str, *, by_document: bool
) -> NDArray[np.intp]:
    """Positions in `ordinals` in the order that is wanted.

    `ordinals` are global ordinals of chunks, best first, which is how ties stay. Documents whose
    date or size is unknown come last in either order. `by_document` leaves the best chunk of each.
    """
    chunks_document = documents_of_chunks(view)[ordinals]
    kept = np.arange(len(ordinals))
    if by_document:
        first = np.full(sum(len(live.dead) for live in view.snapshot.segments), -1)
        first[chunks_document[::-1]] = kept[::-1]  # of equal places the last one written stays
        kept = kept[first[chunks_document] == kept]
    values = _values(view, sort)[chunks_document[kept]]
    falling = _FALLING[sort] if not order else order == "desc"
    in_order: NDArray[np.intp] = kept[np.argsort(-values if falling else values, kind="stable")]
    return in_order


def modified(view: View, ordinals: Ordinals) -> NDArray[np.float64]:
    """When the document of each of these chunks was changed, in seconds since 1970; NaN unknown."""
    return _values(view, "date")[documents_of_chunks(view)[ordinals]]


def documents_of_chunks(view: View) -> NDArray[np.int64]:
    """Document of each chunk, counted through the segments, int64[chunks]."""
    parts, base = [np.empty(0, dtype=np.int64)], 0
    for live in view.snapshot.segments:
        parts.append(live.segment.chunks.document.astype(np.int64) + base)
        base += len(live.dead)
    return np.concatenate(parts)


def _values(view: View, sort: Sort) -> NDArray[np.float64]:
    """What is compared, float64[documents]; NaN, which sorts last, where it is unknown."""
    if sort == "name":
        return view.name_ranks.astype(np.float64)
    tables = [live.segment.documents for live in view.snapshot.segments]
    empty = np.empty(0, dtype=np.float64)
    if sort == "date":
        return np.concatenate([empty, *(table.modified for table in tables)])
    sizes = np.concatenate([empty, *(table.size.astype(np.float64) for table in tables)])
    return np.where(sizes < 0, np.nan, sizes)
