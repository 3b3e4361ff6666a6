"""Whether files of an index can be read to the last byte, without holding them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Store
from app.storage import texts
from app.storage.checksum import crc32
from app.storage.document_table import DocumentTable
from app.storage.manifest import SegmentEntry
from app.storage.opening import open_table
from app.storage.portable.archive import PIECE
from app.storage.sections import Section, Table
from app.storage.strings import StringTable

Tell = Callable[[int], None]
"""Told of bytes that are done; may raise, to stop."""


async def is_whole(store: Store, entry: SegmentEntry, tell: Tell) -> bool:
    """Whether a segment, its texts and the vectors in place of its own are as they were written."""
    try:
        table = await open_table(store, entry.name)
        if table.crc != entry.crc or not await is_sound(store, table, tell):
            return False
        if entry.renewal is not None:
            vectors = await open_table(store, entry.renewal.name)
            if vectors.crc != entry.renewal.crc or not await is_sound(store, vectors, tell):
                return False
        documents = DocumentTable.from_arrays(await _arrays(store, table, "doc."))
    except (StorageError, KeyError):
        return False
    rows = np.arange(len(documents))
    for first in range(0, len(rows), _DOCUMENTS):
        some = rows[first : first + _DOCUMENTS]
        if await texts.unreadable(store, entry.name, documents, some):
            return False
        tell(int(documents.text_bytes[some].sum()))
    return True


_MODELS = "vectors.model"
_DOCUMENTS = 256
"""Documents whose texts are read between two reports."""


async def models_of(store: Store, entry: SegmentEntry) -> list[str]:
    """Models whose vectors a segment has. Raises `StorageError`."""
    table = await open_table(store, entry.renewal.name if entry.renewal else entry.name)
    return list(StringTable.from_arrays(await _arrays(store, table, _MODELS), _MODELS))


async def is_sound(store: Store, table: Table, tell: Tell) -> bool:
    """Whether every section of a container is as it was written. Raises `StorageError`."""
    for section in table.sections.values():
        if not await _is_sound(store, table.file, section, tell):
            return False
    return True


async def _is_sound(store: Store, file: str, section: Section, tell: Tell) -> bool:
    gap = await store.read(file, section.offset - section.gap, section.gap)
    crc = 0
    for at in range(0, section.length, PIECE):
        wanted = min(PIECE, section.length - at)
        data = await store.read(file, section.offset + at, wanted)
        if len(data) != wanted:
            return False
        crc = crc32(data, crc)
        tell(wanted)
        await asyncio.sleep(0)
    return not any(bytes(gap)) and crc == section.crc


async def _arrays(store: Store, table: Table, prefix: str) -> dict[str, NDArray[Any]]:
    """The sections of a container whose names begin so. Raises `StorageError`."""
    found: dict[str, NDArray[Any]] = {}
    for name, section in table.sections.items():
        if name.startswith(prefix):
            first = section.offset - section.gap
            data = await store.read(table.file, first, section.gap + section.length)
            found[name] = table.view(name, data, first)
    return found
