"""Vector indexes of a name on their way into a portable file and out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import vectors_slot
from app.storage.names import of_vectors, vectors_part, vectors_slots
from app.storage.opening import open_table
from app.storage.portable.contents import LeftOut
from app.storage.portable.examining import Tell, is_sound
from app.storage.portable.failures import damaged
from app.storage.vectors_slot import Head, Part


@dataclass(frozen=True, slots=True)
class Examined:
    """A vector index that can be read: names of its parts, and its slot."""

    parts: Sequence[str]
    slot: str
    data: Sequence[Buffer]


async def examined(store: Store, name: str, tell: Tell) -> Examined | LeftOut:
    """The last commit of a vector index, or why it is left out.

    A graph that is damaged is left out alone: it is built again when the index is opened.
    """
    try:
        newest = await vectors_slot.read_newest(store, name)
        if newest is None:
            return LeftOut("vector-index", name, "No commit of it can be read.")
        head, dead = newest
        for part in head.parts:
            if not await _is_whole(store, name, part, tell):
                return LeftOut("vector-index", name, f"Its part {part.number} is damaged.")
        if head.linked and not await _is_whole(store, name, head.linked, tell):
            head = replace(head, linked=None)
    except StorageError as error:
        return LeftOut("vector-index", name, error.message)
    parts = [vectors_part(name, part.number) for part in head.all_parts]
    slot = vectors_slots(name)[head.generation % 2]
    return Examined(parts, slot, vectors_slot.encode(head, dead))


async def _is_whole(store: Store, name: str, part: Part, tell: Tell) -> bool:
    try:
        table = await open_table(store, vectors_part(name, part.number))
        return table.crc == part.crc and await is_sound(store, table, tell)
    except StorageError as error:
        if error.code == "storage-damaged":
            return False
        raise


@dataclass(frozen=True, slots=True)
class Brought:
    """A vector index whose parts are in a store, and which nothing names yet."""

    name: str
    head: Head
    dead: NDArray[np.uint8]
    obsolete: Collection[str]
    """Parts of the index that had the name."""

    async def stand(self, store: Store) -> None:
        """Put it in place of the one of its name, in one step. Raises `StorageError`."""
        await vectors_slot.write(store, self.name, self.head, self.dead)
        await vectors_slot.seal(store, self.name, self.head, self.dead)
        for file in self.obsolete:
            await store.remove(file)


async def brought(
    source: Store, store: Store, name: str, copy: Callable[[str, str], Awaitable[None]]
) -> Brought:
    """Bring the parts of a vector index over, under numbers that are free.

    `copy(theirs, ours)` brings a file. Raises `FileError("damaged")` and `StorageError`.
    """
    head, dead = await _sound(source, name)
    newest = await vectors_slot.read_newest(store, name)
    before = None if newest is None else newest[0]
    number = max(before.next_number if before else 1, await _free(store, name))
    numbers = {part.number: number + at for at, part in enumerate(head.all_parts)}
    for part in head.all_parts:
        ours = vectors_part(name, numbers[part.number])
        await copy(vectors_part(name, part.number), ours)
        if (await open_table(store, ours)).crc != part.crc:
            raise damaged(name, "a part is not the one that it names")
    new = replace(
        head,
        parts=tuple(replace(part, number=numbers[part.number]) for part in head.parts),
        linked=head.linked and replace(head.linked, number=numbers[head.linked.number]),
        generation=(before.generation if before else 0) + 1,
        next_number=number + len(numbers),
    )
    return Brought(name, new, dead, vectors_slot.files(name, before) if before else ())


async def _sound(source: Store, name: str) -> tuple[Head, NDArray[np.uint8]]:
    """The commit of a vector index in a portable file, all files of which are there."""
    try:
        newest = await vectors_slot.read_newest(source, name)
    except StorageError as error:
        raise error if error.code == "index-version" else damaged(name) from error
    owners = {file: of_vectors(file) for file in await source.names()}
    there = {file for file, owner in owners.items() if owner and owner[0] == name}
    if newest is None or there - set(vectors_slots(name)) != vectors_slot.files(name, newest[0]):
        raise damaged(name, "its files are not those that it names")
    return newest


async def _free(store: Store, name: str) -> int:
    """A number above those of all parts there are, also of those that a kill has left."""
    owners = map(of_vectors, await store.names())
    used = [int(one[1]) for one in owners if one and one[0] == name and one[1].isdecimal()]
    return max(used, default=0) + 1
