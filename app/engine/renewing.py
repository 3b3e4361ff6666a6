"""Fresh vectors and where they belong: by document, as segments may merge while they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.ports import Store
from app.storage.renewals import with_rows
from app.storage.snapshot import Snapshot
from app.storage.vectors import VectorBlock

Key = tuple[str, int]
"""Id of a document and the number of a chunk in it."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A vector that a passage has got."""

    model: str
    digest: bytes
    """SHA-256 of the document; another one of the same id is not what was embedded."""
    row: NDArray[np.float32]


async def renewed(
    store: Store, snapshot: Snapshot, ready: Mapping[Key, Fresh]
) -> dict[int, tuple[VectorBlock, ...]]:
    """All vectors of the segments that fresh ones belong to, by number of the segment.

    Those of documents that have gone or changed are left out.
    """
    found: dict[int, dict[str, list[tuple[int, NDArray[np.float32]]]]] = {}
    for (document_id, number), fresh in ready.items():
        place = snapshot.place(document_id)
        if place is None:
            continue
        live = snapshot.segments[place[0]]
        table = live.segment.documents
        if table.digest[place[1]].tobytes() != fresh.digest or number >= table.chunks[place[1]]:
            continue
        chunk = int(live.first_chunks[place[1]]) + number
        found.setdefault(place[0], {}).setdefault(fresh.model, []).append((chunk, fresh.row))
    blocks: dict[int, tuple[VectorBlock, ...]] = {}
    for segment, models in found.items():
        vectors = snapshot.segments[segment].segment.vectors
        for model, rows in models.items():
            rows.sort(key=lambda each: each[0])
            ordinals = np.array([chunk for chunk, _ in rows], dtype=np.uint32)
            given = VectorBlock(model, ordinals, np.stack([row for _, row in rows]))
            vectors = await with_rows(store, vectors, given)
        blocks[segment] = vectors
    return blocks
