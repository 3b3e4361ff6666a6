"""The vectors of a segment: known from a table, read when a search or a merge asks for them.

They stand in the segment's file, or in one beside it that took its place (`renewals`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.flat import direction_codes
from app.core.lexical.soundness import rises
from app.core.model import Damage
from app.errors import StorageError
from app.ports import Filler, Store
from app.storage import damage
from app.storage.checksum import crc32
from app.storage.damage import DamagedFileError
from app.storage.sections import Section, Table
from app.storage.strings import StringTable

ROWS = re.compile(r"vectors\.\d+\.rows")
"""Names of the sections that are read when they are asked for."""
_ROW_TYPES = (np.dtype(np.int8), np.dtype(np.float32))
"""The second is that of format 3."""
_PIECE = 1 << 20
"""Bytes that are read and checked at a time, so few that they are still in a cache."""
_TURN = 4
"""Pieces after which others get their turn."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where rows lie."""

    file: str
    section: Section

    @property
    def dim(self) -> int:
        """Columns of the rows."""
        return self.section.shape[1]

    async def read(self, store: Store) -> NDArray[np.int8]:
        """The rows, int8 (m, dim), checked. Raises `StorageError`; gives way now and then."""
        rows = np.empty(self.section.shape, dtype=self.section.dtype)
        await read_into(rows, store, self.file, self.section)
        return as_codes(rows)


async def read_into(rows: NDArray[Any], store: Store, file: str, section: Section) -> None:
    """Fill contiguous rows from a section of their size, checked, giving way now and then.

    Raises `StorageError`.
    """
    into = rows.reshape(-1).view(np.uint8)
    crc = 0
    for number, at in enumerate(range(0, section.length, _PIECE)):
        some = into[at : at + _PIECE]
        if await _fill(store, file, section.offset + at, some) != len(some):
            raise DamagedFileError(file, section.name)
        crc = crc32(some.data, crc)
        if number % _TURN == _TURN - 1:
            await asyncio.sleep(0)
    if crc != section.crc:
        raise DamagedFileError(file, section.name)


async def _fill(store: Store, file: str, offset: int, into: NDArray[np.uint8]) -> int:
    if isinstance(store, Filler):
        return await store.fill(file, offset, into)
    data = await store.read(file, offset, len(into))
    into[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    return len(data)


def as_codes(rows: NDArray[Any]) -> NDArray[np.int8]:
    """Rows as int8, in which files of format 3 do not have them."""
    return rows if rows.dtype == np.int8 else direction_codes(rows)


class VectorBlock:
    """The vectors that one model gave to chunks of a segment.

    `ordinals` uint32 (m,): the chunks that have one, rising. Row i belongs to chunk `ordinals[i]`.
    Rows are int8 and stand for a direction (`app.core.dense.flat`); they are given, so or as
    float32, or lie in a file until `load` is asked for them.
    """

    def __init__(
        self,
        model: str,
        ordinals: NDArray[np.uint32],
        rows: NDArray[np.int8] | NDArray[np.float32] | None = None,
        *,
        stored: Stored | None = None,
    ) -> None:
        if rows is None and stored is None:
            raise ValueError("rows must be given or stored")
        self.model = model
        self.ordinals = ordinals
        self.rows = None if rows is None else as_codes(rows)
        """Int8 (m, dim); None as long as they lie in the file alone."""
        self.damage: Damage | None = None
        """Why the rows cannot be had, once that is known."""
        self._stored = stored
        self._turn = asyncio.Lock()

    @property
    def dim(self) -> int:
        """Columns of the rows."""
        if self.rows is not None:
            return int(self.rows.shape[1])
        return self._stored.dim if self._stored else 0

    async def load(self, store: Store) -> NDArray[np.int8] | None:
        """The rows, kept from now on; None if they are damaged, which `damage` tells of."""
        async with self._turn:
            if self.rows is None and self.damage is None:
                self.rows = await self.read(store)
        return self.rows

    async def read(self, store: Store) -> NDArray[np.int8] | None:
        """The rows for once; None if they are damaged."""
        if self.rows is not None or self._stored is None or self.damage is not None:
            return self.rows
        try:
            return await self._stored.read(store)
        except StorageError as error:
            self.damage = damage.of_vectors(
                self._stored.file, self.model, len(self.ordinals), error
            )
            return None


def to_arrays(blocks: Sequence[VectorBlock]) -> dict[str, NDArray[Any]]:
    """The sections of a file for these blocks, rows last."""
    models = StringTable.build(block.model for block in blocks).to_arrays("vectors.model")
    ordinals = {f"vectors.{number}.ordinals": one.ordinals for number, one in enumerate(blocks)}
    arrays: dict[str, NDArray[Any]] = {**models, **ordinals}
    for number, block in enumerate(blocks):
        if block.rows is None:
            raise ValueError(f"the rows of {block.model} are not there to be written")
        arrays[f"vectors.{number}.rows"] = block.rows
    return arrays


def of_table(
    table: Table, arrays: Mapping[str, NDArray[Any]], chunks: int
) -> tuple[VectorBlock, ...]:
    """The blocks of a file, their rows still in it; `KeyError` names what is off."""
    models = StringTable.from_arrays(arrays, "vectors.model")
    if len(models) > len(table.sections):
        raise KeyError("vectors.model")
    blocks = []
    for number, model in enumerate(models):
        ordinals = arrays[name := f"vectors.{number}.ordinals"]
        if ordinals.dtype != np.uint32 or ordinals.ndim != 1 or not rises(ordinals, chunks):
            raise KeyError(name)
        rows = table.sections[name := f"vectors.{number}.rows"]
        if rows.dtype not in _ROW_TYPES or len(rows.shape) != 2 or rows.shape[0] != len(ordinals):
            raise KeyError(name)
        blocks.append(VectorBlock(model, ordinals, stored=Stored(table.file, rows)))
    return tuple(blocks)


def in_file(
    blocks: Sequence[VectorBlock], table: Table, *, keep_rows: bool
) -> tuple[VectorBlock, ...]:
    """The blocks that `to_arrays` wrote; without `keep_rows` their rows are read when needed."""
    return tuple(
        VectorBlock(
            block.model,
            block.ordinals,
            block.rows if keep_rows else None,
            stored=Stored(table.file, table.sections[f"vectors.{number}.rows"]),
        )
        for number, block in enumerate(blocks)
    )
