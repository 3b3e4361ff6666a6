"""What can still be said of a segment that is set aside: which documents it held.

The table in front of its file and every section have checksums of their own, so damage to one
leaves the others to be believed. Nothing else of the segment is used.
"""

from __future__ import annotations

from app.errors import StorageError
from app.ports import Store
from app.storage import sections, tombstones
from app.storage.manifest import SegmentEntry
from app.storage.sections import Table
from app.storage.strings import StringTable

_HEAD = 1 << 16

Documents = dict[str, str]
"""Paths of documents by their ids."""


async def documents(store: Store, entry: SegmentEntry) -> Documents | None:
    """The documents of a segment, as far as its tombstones can be read those that lived.

    None where that cannot be told any more.
    """
    try:
        head = await store.read(entry.name, 0, _HEAD)
        table = sections.read_table(head, entry.name)
        if table.crc != entry.crc:
            return None
        ids, paths = [await _strings(store, table, name) for name in ("doc.id", "doc.path")]
    except (StorageError, KeyError):
        return None
    if len(ids) != len(paths):
        return None
    try:
        dead = (await tombstones.load(store, entry.tombstones, len(ids))).tolist()
    except StorageError:
        dead = [False] * len(ids)
    return {ids[row]: paths[row] for row, gone in enumerate(dead) if not gone}


async def _strings(store: Store, table: Table, name: str) -> StringTable:
    arrays = {}
    for part in (f"{name}.blob", f"{name}.at"):
        section = table.sections[part]
        first = section.offset - section.gap
        data = await store.read(table.file, first, section.gap + section.length)
        arrays[part] = table.view(part, data, first)
    return StringTable.from_arrays(arrays, name)
