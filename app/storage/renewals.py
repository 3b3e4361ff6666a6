"""Vectors that took the place of those in a segment, in a file of their own.

A better model made them. As with tombstones the segment stays as it is, and a newer file takes the
place of an older one. A file holds all vectors of its segment, those of the lesser model as well
where there is no better one yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ports import Buffer, Store
from app.storage import sections
from app.storage.damage import DamagedFileError
from app.storage.manifest import Renewal
from app.storage.opening import open_table
from app.storage.vectors import ROWS, VectorBlock, in_file, of_table, to_arrays


def encode(blocks: Sequence[VectorBlock]) -> list[Buffer]:
    """The file for the vectors of a segment; the first part holds header and table."""
    return sections.pack(to_arrays(blocks))


def written(
    blocks: Sequence[VectorBlock], name: str, head: Buffer, *, keep_rows: bool
) -> tuple[Renewal, tuple[VectorBlock, ...]]:
    """What the manifest says of a file, and its blocks; `head` as `encode` gave it."""
    table = sections.read_table(head, name)
    return Renewal(name, table.crc), in_file(blocks, table, keep_rows=keep_rows)


async def load(store: Store, renewal: Renewal, chunks: int) -> tuple[VectorBlock, ...]:
    """The blocks of a file, for a segment of so many chunks; raises `StorageError`."""
    name = renewal.name
    table = await open_table(store, name)
    if table.crc != renewal.crc:
        raise DamagedFileError(name, "header")
    arrays: dict[str, NDArray[Any]] = {}
    for section in table.sections.values():
        if not ROWS.fullmatch(section.name):
            first = section.offset - section.gap
            data = await store.read(name, first, section.gap + section.length)
            arrays[section.name] = np.array(table.view(section.name, data, first))
    try:
        return of_table(table, arrays, chunks)
    except KeyError as off:
        raise DamagedFileError(name, str(off.args[0])) from off


async def with_rows(
    store: Store, blocks: Sequence[VectorBlock], fresh: VectorBlock
) -> tuple[VectorBlock, ...]:
    """The blocks with fresh vectors in place of any that their chunks have, all rows at hand.

    Rows that turn out to be damaged are left out.
    """
    assert fresh.rows is not None
    parts = [(fresh.ordinals, fresh.rows)]
    found: list[VectorBlock] = []
    for block in blocks:
        rows = await block.read(store)
        if rows is None:
            continue
        stays = ~np.isin(block.ordinals, fresh.ordinals)
        if block.model == fresh.model:
            parts.append((block.ordinals[stays], rows[stays]))
        elif stays.any():
            found.append(VectorBlock(block.model, block.ordinals[stays], rows[stays]))
    ordinals = np.concatenate([ordinals for ordinals, _ in parts])
    order = np.argsort(ordinals, kind="stable")
    joined = np.concatenate([rows for _, rows in parts])[order]
    return (*found, VectorBlock(fresh.model, ordinals[order], joined))
