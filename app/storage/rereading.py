"""Reading a file of the index again, whole: whether every byte of it is what was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.ports import Store
from app.storage import sections
from app.storage.checksum import crc32
from app.storage.damage import DamagedFileError
from app.storage.opening import open_table
from app.storage.sections import Section, Table

Read = Callable[[int], Awaitable[None]]
"""Told of bytes that have been read; gives way, and may raise to stop."""

PIECE = 4 << 20
"""Bytes that are read at a time."""


async def reread(store: Store, name: str, read: Read) -> tuple[Table, list[str]]:
    """The table of a container, and the sections of which a byte is not what was written.

    Raises `StorageError` where the table itself cannot be read.
    """
    table = await open_table(store, name)
    await read(table.length - sum(section.length for section in table.sections.values()))
    damaged = [
        section.name
        for section in table.sections.values()
        if not await _is_whole(store, name, section, read)
    ]
    return table, damaged


async def expect_whole(store: Store, name: str, read: Read) -> Table:
    """The table of a container; `DamagedFileError` names the first section that is damaged."""
    table, damaged = await reread(store, name, read)
    if damaged:
        raise DamagedFileError(name, damaged[0])
    return table


async def is_cut_off(store: Store, name: str) -> bool:
    """Whether a container ends too soon: a kill does that to one that is written in place."""
    return sections.is_cut_off(await store.read(name, 0, 1024), await store.size(name) or 0)


async def _is_whole(store: Store, name: str, section: Section, read: Read) -> bool:
    first = section.offset - section.gap
    if section.gap and any(await store.read(name, first, section.gap)):
        return False
    crc = 0
    for at in range(0, section.length, PIECE):
        wanted = min(PIECE, section.length - at)
        data = await store.read(name, section.offset + at, wanted)
        if len(data) != wanted:
            return False
        crc = crc32(data, crc)
        await read(wanted)
    return crc == section.crc
