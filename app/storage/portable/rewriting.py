"""Segments that do not go into a portable file as they are: damaged, with deletes, or a portion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.lexical.postings import Postings
from app.ports import Buffer, Store
from app.storage import merge, texts
from app.storage.document_table import DocumentTable
from app.storage.portable.contents import LeftOut, Portion
from app.storage.segment import NewSegment, Segment
from app.storage.snapshot import LiveSegment
from app.storage.vectors import VectorBlock

_TOLD = 100
"""Documents that are named where more are left out."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A segment of the documents that are wanted and can be read, None if there are none."""

    new: NewSegment | None
    left_out: Sequence[LeftOut]


async def rewritten(
    store: Store, live: LiveSegment, portion: Portion, kernels: Kernels | None
) -> Rewritten:
    """Read what of a segment is in a portion, and make a segment of it that is whole.

    Holds it in memory, as a merge does. Raises `StorageError` where what could be read a moment
    ago no longer can.
    """
    dead = live.dead | ~_wanted(live.segment.documents, portion)
    broken = await texts.unreadable(store, live.name, live.segment.documents, np.flatnonzero(~dead))
    left_out = _unreadable(live, broken)
    dead[broken] = True
    if dead.all():
        return Rewritten(None, left_out)
    blocks = [block for block in live.segment.vectors if portion.vectors]
    whole: list[VectorBlock] = []
    for block in blocks:
        rows = await block.read(store)
        if rows is None:
            message = block.damage.message if block.damage else "It cannot be read."
            left_out.append(LeftOut("vectors", live.name, message))
        else:
            whole.append(VectorBlock(block.model, block.ordinals, rows))
    segment = live.segment.with_vectors(tuple(whole))
    new = await merge.merge(store, [LiveSegment(segment, dead)], live.name, kernels)
    return Rewritten(_portion(new, portion), left_out)


def _wanted(documents: DocumentTable, portion: Portion) -> NDArray[np.bool_]:
    if not portion.source:
        return np.ones(len(documents), dtype=np.bool_)
    return np.fromiter(map(portion.holds, documents.path), np.bool_, len(documents))


def _unreadable(live: LiveSegment, broken: Sequence[int]) -> list[LeftOut]:
    if not broken:
        return []
    paths = tuple(live.segment.documents.path[row] for row in broken[:_TOLD])
    message = "Their texts are damaged."
    return [LeftOut("documents", live.name, message, len(broken), paths)]


def _portion(new: NewSegment, portion: Portion) -> NewSegment:
    segment, parts = new.segment, new.texts
    if not portion.words:
        segment = replace(segment, postings=_no_words(len(segment.chunks)))
        segment = replace(
            segment,
            chunks=replace(segment.chunks, fingerprint=np.zeros_like(segment.chunks.fingerprint)),
        )
    if not portion.texts:
        segment, parts = _without_texts(segment), list[Buffer]()
    return NewSegment(segment, parts)


def _without_texts(segment: Segment) -> Segment:
    """The segment with every text empty: passages keep their places, and have nothing to show."""
    none = np.zeros(len(segment.chunks), dtype=np.uint32)
    chunks = replace(segment.chunks, byte_start=none, byte_end=none, crc=none)
    return replace(segment, documents=segment.documents.without_texts(), chunks=chunks)


def _no_words(chunks: int) -> Postings:
    """Postings of passages in which no word is known."""
    none, start = np.empty(0, np.uint32), np.zeros(1, np.uint32)
    bytes_, short = np.empty(0, np.uint8), np.zeros(chunks, np.uint16)
    sparse: dict[str, Any] = {
        f"{name}_{kind}": none if kind == "postings" else bytes_
        for name in ("headings", "title", "path", "repeated")
        for kind in ("postings", "counts")
    }
    return Postings(
        term_blob=bytes_,
        term_offsets=start,
        posting_offsets=start,
        ordinals=none,
        counts=bytes_,
        **sparse,
        position_offsets=start,
        positions=bytes_,
        body_lengths=np.zeros(chunks, np.uint32),
        headings_lengths=short,
        title_lengths=short,
        path_lengths=short,
        repeated_lengths=np.zeros(chunks, np.uint32),
        field_starts=np.zeros((chunks, 3), np.uint32),
        key_blob=bytes_,
        key_offsets=start,
        key_form_offsets=start,
        key_forms=none,
    )
