"""A vector index in a store: parts that never change, behind a commit in two slots.

A part holds the rows that were added since the one before it: sections `id.blob` and `id.at`,
`codes` (n, items) and `scales` (n,). Vectors that are added
cost a part of their size; parts that are not larger than what follows on them are written again
with it, so that there are few, and no row is written more often than the number of rows has
digits in base 2. A graph is a part of its own, written again whenever it has grown by a quarter.
Float32 rows have parts of their own, too (`vectors_floats`), and are never held in memory.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Matrix, empty
from app.core.dense.graph_arrays import to_arrays
from app.core.dense.scan import Uint32s
from app.core.dense.table import Table, no_memory
from app.core.dense.vector_index import VectorIndex
from app.errors import FossickError, InputError, StorageError
from app.ports import Store
from app.storage import vectors_part, vectors_slot
from app.storage.names import check_vectors_name, of_vectors, vectors_slots
from app.storage.strings import StringTable
from app.storage.vectors_floats import Floats
from app.storage.vectors_slot import Head, Part

_GROWN = 1.25
"""How much a graph grows until it is written again; what it lacks is put in when it is opened."""
_log = logging.getLogger(__name__)


class VectorsFile:
    """What a store holds under the name of one vector index; one writes it at a time."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = check_vectors_name(name)
        self._head: Head | None = None
        self._floats = Floats(store, name, 1)
        self._moves = -1
        """Those of the table that the parts were written of."""
        self._next_number = 1
        """Of parts; none is used twice, not even by a commit that failed."""

    async def load(self, **options: Any) -> VectorIndex | None:  # noqa: ANN401 (kernels)
        """The index of the last commit, None if there is none of this name.

        Raises `StorageError`: `storage-damaged` where a byte is not what was written,
        `index-version`, and `quota-exceeded` where memory cannot hold it.
        """
        newest = await vectors_slot.read_newest(self._store, self._name)
        if newest is None:
            return None
        head, dead = newest
        index = head.new_index(**options)
        try:
            await self._restore(index.table, head, dead)
            if index.elsewhere:
                self._floats = Floats(self._store, self._name, index.dim)
                await self._floats.open(head)
                index.elsewhere.settle(head.n_rows)
            if head.graph is not None:
                await self._relink(index, head.linked)
        except MemoryError:
            raise no_memory(head.n_rows) from None
        self._head, self._moves = head, index.table.moves
        self._next_number = head.next_number
        return index

    async def save(self, index: VectorIndex, gone: NDArray[np.intp] | None = None) -> None:
        """Commit what is in the index, without the rows `gone`. On an error nothing is changed."""
        table, head = index.table, self._head or Head.of(index)
        if not self._head:
            self._floats = Floats(self._store, self._name, index.dim)
        stays = table.moves == self._moves and self._floats.is_own
        parts = list(head.parts) if stays else []
        first = sum(part.rows for part in parts)
        while parts and table.n_rows > first and parts[-1].rows <= table.n_rows - first:
            first -= parts.pop().rows
        if table.n_rows > first:
            number = self._number()
            parts.append(
                await vectors_part.write_rows(self._store, self._name, number, table, first)
            )
        linked = head.linked if table.moves == self._moves else None
        if index.graph and table.n_rows >= _GROWN * (linked.rows if linked else 1):
            part = Part(self._number(), table.n_rows, 0)
            arrays = to_arrays(index.graph)
            linked = await vectors_part.write_graph(self._store, self._name, part, arrays)
        lying = []
        if index.elsewhere:
            lying = await self._floats.save(index.elsewhere, self._number)
        floats = tuple(each.part for each in lying)
        dead = np.asarray(table.live == 0).view(np.uint8)
        if gone is not None:
            dead[gone] = 1
        new = replace(head, parts=tuple(parts), linked=linked, floats=floats)
        await self._commit(index, new, dead)
        if index.elsewhere:
            self._floats.take(lying)
            index.elsewhere.settle(table.n_rows)

    async def clear(self, index: VectorIndex) -> None:
        """Commit that nothing is in the index, before it is cleared itself."""
        head = self._head or Head.of(index)
        empty_one = replace(head, parts=(), linked=None, floats=())
        await self._commit(index, empty_one, np.empty(0, np.uint8))
        self._floats.take([])

    @property
    def generation(self) -> int:
        """Which commit is the last one; files of earlier ones may be gone."""
        return self._head.generation if self._head else 0

    async def floats(self, index: VectorIndex, rows: Uint32s) -> Matrix:
        """Float32 vectors (m, dim) of rows that rise, of an index that has them elsewhere.

        Raises `StorageError`: `storage-damaged` where they are not what was written.
        """
        if index.elsewhere is None:
            raise ValueError("this index has its vectors at hand")
        return await self._floats.of(rows, index.table.coded(0), index.elsewhere)

    def all_floats(self, index: VectorIndex) -> AsyncIterator[tuple[Uint32s, Matrix]]:
        """All of them, some at a time, with their rows. Raises like `floats`."""
        if index.elsewhere is None:
            raise ValueError("this index has its vectors at hand")
        return self._floats.all_rows(index.elsewhere)

    async def _commit(self, index: VectorIndex, head: Head, dead: NDArray[np.uint8]) -> None:
        new = replace(
            head,
            next_number=self._next_number,
            generation=head.generation + 1,
            wider=index.wider,
        )
        before = vectors_slot.files(self._name, self._head) if self._head else set()
        await vectors_slot.write(self._store, self._name, new, dead)
        self._head, self._moves = new, index.table.moves
        obsolete = before - vectors_slot.files(self._name, new)
        try:  # the commit stands whatever comes of this
            if obsolete:
                await vectors_slot.seal(self._store, self._name, new, dead)
            for file in obsolete:
                await self._store.remove(file)
        except StorageError as error:
            _log.warning("%s: what is not needed any more stays: %s", self._name, error.message)

    async def sweep(self) -> None:
        """Remove what a kill has left: parts that no commit names."""
        needed = vectors_slot.files(self._name, self._head) if self._head else set()
        for file in await self._store.names():
            owner = of_vectors(file)
            is_ours = owner is not None and owner[0] == self._name
            if is_ours and file not in needed and file not in vectors_slots(self._name):
                await self._store.remove(file)

    async def _restore(self, table: Table, head: Head, dead: NDArray[np.uint8]) -> None:
        """Fill a table with the rows of all parts, read to where they stay."""
        coded = [empty(dtype, head.dim, head.n_rows) for dtype in table.dtypes]
        ids: list[StringTable] = []
        first = 0
        for part in head.parts:
            into = [one[first : first + part.rows] for one in coded]
            ids.append(await vectors_part.read_rows(self._store, self._name, part, into))
            first += part.rows
        table.restore(ids, coded, np.asarray(dead == 0).view(np.uint8))

    async def _relink(self, index: VectorIndex, linked: Part | None) -> None:
        """Take over the graph that was kept, and put in the rows that it does not have.

        One that is damaged is built again: it is made of nothing but the rows.
        """
        if linked is not None:
            try:
                arrays = await vectors_part.read_graph(self._store, self._name, linked)
                index.take_graph(arrays, linked.rows)
            except (FossickError, KeyError) as error:
                _log.warning("%s: its graph is built again: %s", self._name, error)
        index.link()

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number - 1


async def names(store: Store) -> list[str]:
    """Names of all vector indexes in a store, sorted."""
    owners = map(of_vectors, await store.names())
    return sorted({owner[0] for owner in owners if owner and owner[1] in {"a", "b"}})


async def delete(store: Store, name: str) -> None:
    """Remove a vector index from a store, whatever its state.

    `InputError("not-found")` if there is none. The slots go first, so that nothing is left that
    could not be read.
    """
    check_vectors_name(name)
    owners = {file: of_vectors(file) for file in await store.names()}
    ours = [file for file, owner in owners.items() if owner and owner[0] == name]
    if not ours:
        raise InputError(f"There is no vector index {name!r}.", code="not-found")
    for file in sorted(ours, key=lambda file: file not in vectors_slots(name)):
        await store.remove(file)
