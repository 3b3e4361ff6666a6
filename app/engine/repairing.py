"""Taking out of a collection what was found to be damaged, and what of it can be made anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.core.model import Damage
from app.engine.reports import Checked, Repaired
from app.ports import Store
from app.storage import ledger, tuning
from app.storage.names import MANIFEST_SLOTS, is_index_file, of_vectors
from app.storage.snapshot import Snapshot
from app.storage.vectors import VectorBlock
from app.storage.writer import IndexWriter

Look = Callable[[Snapshot], Awaitable[Checked]]
"""Looks at all of a commit, and notes in it what is damaged."""

_BESIDES = {"ledger": ledger.NAME, "tuning": tuning.NAME}
"""What is made anew by itself, by kind of damage, and the file that is removed for it."""


def unsound(snapshot: Snapshot) -> dict[int, list[int]]:
    """Ordinals of the documents that only their files can bring back, by number of their segment.

    Call it when everything was looked at. Vectors that can be made anew (`renewable`) do not count.
    """
    found: dict[int, list[int]] = {}
    for number, live in enumerate(snapshot.segments):
        segment = live.segment
        if live.renewal is not None and not segment.faults:
            rows = [row for row in segment.unreadable if not live.dead[row]]
        else:
            rows = live.unsound()
        if rows:
            found[number] = sorted(rows)
    return found


def removed(snapshot: Snapshot) -> list[str]:
    """Paths of the documents that a repair takes out, as far as they can be told, sorted."""
    found = {
        snapshot.segments[number].segment.documents.path[row]
        for number, rows in unsound(snapshot).items()
        for row in rows
    }
    return sorted(found.union(*(missing or () for missing in _missing(snapshot))))


def _unnamed(snapshot: Snapshot) -> int:
    """How many documents it takes out beside them."""
    parts = zip(snapshot.aside, _missing(snapshot), strict=True)
    return sum(part.entry.documents for part, missing in parts if missing is None)


def _missing(snapshot: Snapshot) -> list[list[str] | None]:
    """Paths of what each segment that is set aside has lost, in order."""
    return [part.missing(snapshot.after(part)) for part in snapshot.aside]


async def repair(writer: IndexWriter, look: Look) -> Repaired:
    """Commit what is left when all that is damaged is taken out. Raises like `look`, and
    `StorageError`."""
    snapshot = writer.snapshot
    damage = (await look(snapshot)).damage
    paths = removed(snapshot)
    if damage:
        await writer.commit(
            deletes=unsound(snapshot),
            drop=[part.entry.name for part in snapshot.aside],
            vectors=await renewable(writer.store, snapshot),
        )
        await _remove_besides(writer.store, damage)
    return Repaired(len(paths) + _unnamed(snapshot), tuple(paths), damage)


async def renewable(store: Store, snapshot: Snapshot) -> dict[int, tuple[VectorBlock, ...]]:
    """What is whole of the vectors of segments whose better ones are damaged, by number.

    Call it when everything was looked at.
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


async def _remove_besides(store: Store, damage: tuple[Damage, ...]) -> None:
    """Remove damaged files that are made anew."""
    for one in damage:
        if one.kind in _BESIDES:
            await store.remove(_BESIDES[one.kind])


async def size(store: Store) -> int:
    """Bytes that the collection takes: its index, and the vector indexes that have a name."""

    def is_ours(name: str) -> bool:
        return is_index_file(name) or name in MANIFEST_SLOTS or of_vectors(name) is not None

    names = [name for name in await store.names() if is_ours(name)]
    return sum([await store.size(name) or 0 for name in names])
