"""Looking at everything a collection holds, for what is damaged."""

from __future__ import annotations

import numpy as np

from app.ports import Store
from app.storage.names import MANIFEST_SLOTS, is_index_file
from app.storage.snapshot import Snapshot
from app.storage.texts import unreadable


async def damaged(store: Store, snapshot: Snapshot) -> dict[int, list[int]]:
    """Ordinals of the documents of which something is damaged, by number of their segment.

    Reads all texts and all vectors; gives way now and then.
    """
    found: dict[int, list[int]] = {}
    for number, live in enumerate(snapshot.segments):
        rows = np.flatnonzero(~live.dead)
        broken = await unreadable(store, live.name, live.segment.documents, rows)
        live.segment.unreadable.clear()
        live.segment.unreadable.update(broken)
        for block in live.segment.vectors:
            if await block.read(store) is None:
                broken = rows.tolist()
        if broken:
            found[number] = broken
    return found


def paths(snapshot: Snapshot, places: dict[int, list[int]]) -> list[str]:
    """Paths of documents."""
    return sorted(
        snapshot.segments[number].segment.documents.path[row]
        for number, rows in places.items()
        for row in rows
    )


async def size(store: Store) -> int:
    """Bytes that the index takes."""
    names = [name for name in await store.names() if is_index_file(name) or name in MANIFEST_SLOTS]
    return sum([await store.size(name) or 0 for name in names])
