"""Looking at everything a collection holds, for what is damaged."""

from __future__ import annotations

import numpy as np

from app.ports import Store
from app.storage.names import MANIFEST_SLOTS, is_index_file, of_vectors
from app.storage.snapshot import Snapshot
from app.storage.texts import unreadable
from app.storage.vectors import VectorBlock


async def damaged(store: Store, snapshot: Snapshot) -> dict[int, list[int]]:
    """Ordinals of the documents of which something is damaged, by number of their segment.

    Vectors that can be made anew (`renewable`) do not count. Reads all texts and all vectors;
    gives way now and then.
    """
    found: dict[int, list[int]] = {}
    for number, live in enumerate(snapshot.segments):
        rows = np.flatnonzero(~live.dead)
        broken = await unreadable(store, live.name, live.segment.documents, rows)
        live.segment.unreadable.clear()
        live.segment.unreadable.update(broken)
        for block in live.segment.vectors:
            if await block.read(store) is None and live.renewal is None:
                broken = rows.tolist()
        if broken:
            found[number] = broken
    return found


async def renewable(store: Store, snapshot: Snapshot) -> dict[int, tuple[VectorBlock, ...]]:
    """What is whole of the vectors of segments whose better ones are damaged, by number.

    Call it when everything was looked at, as `damaged` does.
    """
    found: dict[int, tuple[VectorBlock, ...]] = {}
    for number, live in enumerate(snapshot.segments):
        blocks, lost = live.segment.vectors, live.segment.lost_vectors
        if live.renewal and (lost or any(block.damage for block in blocks)):
            rows = [(block, await block.read(store)) for block in blocks]
            found[number] = tuple(
                VectorBlock(block.model, block.ordinals, read)
                for block, read in rows
                if read is not None
            )
    return found


def paths(snapshot: Snapshot, places: dict[int, list[int]]) -> list[str]:
    """Paths of documents."""
    return sorted(
        snapshot.segments[number].segment.documents.path[row]
        for number, rows in places.items()
        for row in rows
    )


async def size(store: Store) -> int:
    """Bytes that the collection takes: its index, and the vector indexes that have a name."""

    def is_ours(name: str) -> bool:
        return is_index_file(name) or name in MANIFEST_SLOTS or of_vectors(name) is not None

    names = [name for name in await store.names() if is_ours(name)]
    return sum([await store.size(name) or 0 for name in names])
