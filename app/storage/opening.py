"""Opening a container of a store: what is in it, checked, before any of it is read."""

from __future__ import annotations

from app.ports import Store
from app.storage import sections
from app.storage.damage import MISSING, DamagedFileError, of_this_format
from app.storage.sections import Table

_HEAD = 16_384
"""Bytes that are read to learn what is in a file: mostly more than the table takes."""


async def open_table(store: Store, name: str) -> Table:
    """The table of a file. Raises `StorageError`: `storage-damaged` names the part that is off."""
    size = await store.size(name)
    if size is None:
        raise DamagedFileError(name, MISSING)
    head = await store.read(name, 0, _HEAD)
    with of_this_format(name):
        needed = sections.table_length(head, name)
        if needed > len(head):
            head = await store.read(name, 0, needed)
        table = sections.read_table(head, name)
    if size != table.length:
        raise DamagedFileError(name, "length")
    return table
