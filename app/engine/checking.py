"""Looking at everything that a collection holds: is it as it was written, does it fit together?

A start looks at what it reads: the manifest, and in front of every segment the tables of documents
and chunks and the words (`app.storage.loading`). This reads all of it again from the device, and
the vectors and texts with it. What is found is noted in the segments, so that documents of which
something is damaged are read again when their files are next met, and in the report.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from app.core.model import Damage
from app.engine import repairing
from app.engine.inspecting import Dim, inspect, note_fault
from app.engine.progress import Cancellation, Meter, Pacer
from app.engine.reports import Checked
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import damage as damages
from app.storage import ledger, tuning
from app.storage import manifest as manifests
from app.storage.damage import DamagedFileError
from app.storage.names import MANIFEST_SLOTS, of_vectors
from app.storage.rereading import expect_whole, is_cut_off
from app.storage.snapshot import LiveSegment, Snapshot

_AGAIN = 0.2
"""Seconds after which a slot is looked at again that another tab may be writing."""


class Checking:
    """One look at a commit and the files beside it."""

    def __init__(
        self,
        store: Store,
        snapshot: Snapshot,
        *,
        dim: Dim,
        meter: Meter,
        pacer: Pacer,
        cancel: Cancellation,
    ) -> None:
        self._store = store
        self._snapshot = snapshot
        self._dim = dim
        self._meter = meter
        self._pacer = pacer
        self._cancel = cancel
        self._files = 0
        self.besides: list[Damage] = []
        """Damage that is in no segment."""

    async def run(self) -> Checked:
        """Look. Raises `CancelledError`; what was found until then is noted."""
        self._meter.total = await repairing.size(self._store)
        for live in self._snapshot.segments:
            self._meter.path = live.name
            await inspect(self._store, live, self._dim, self._read)
            self._files += len(live.entry().files())
        self._note_doubles()
        for slot in MANIFEST_SLOTS:
            await self._slot(slot)
        await self._container(ledger.NAME, damages.of_ledger)
        await self._container(tuning.NAME, damages.of_tuning)
        for name in await self._store.names():
            if (owner := of_vectors(name)) is not None:
                await self._container(name, damages.of_vector_index, owner[0])
        self._meter.tell(phase="verify", last=True)
        return self._report()

    async def _read(self, count: int) -> None:
        self._meter.done += count
        self._meter.tell(phase="verify")
        self._cancel.check()
        await self._pacer.pause()

    def _note_doubles(self) -> None:
        """A document that lives in two segments: the later is the newer."""
        newer: set[str] = set()
        for live in reversed(self._snapshot.segments):
            ids = live.segment.documents.id
            own = {ids[row] for row in np.flatnonzero(~live.dead).tolist()}
            if len(own) < live.live_documents or not newer.isdisjoint(own):
                note_fault(live, DamagedFileError(live.name, "doc.id"))
            newer |= own

    async def _slot(self, slot: str) -> None:
        """A copy of the manifest: the newest was read when the collection was opened."""
        error = await self._slot_error(slot)
        if error is not None:
            await asyncio.sleep(_AGAIN)
            error = await self._slot_error(slot)
        if error is not None and self._snapshot.lost_commit is None:
            self.besides.append(damages.of_slot(slot, error))

    async def _slot_error(self, slot: str) -> StorageError | None:
        if await self._store.size(slot) is None:
            return None
        data: Buffer | None = None
        try:
            data = await self._store.read(slot)
            manifests.decode(data, slot)
        except StorageError as error:
            return None if data is not None and manifests.is_torn(data) else error
        self._files += 1
        await self._read(len(data))
        return None

    async def _container(
        self, name: str, told: Callable[[str, StorageError], Damage], of: str = ""
    ) -> None:
        """A file beside the segments, if it is there."""
        if not await self._store.size(name):
            return
        self._files += 1
        try:
            await expect_whole(self._store, name, self._read)
        except StorageError as error:
            # Not what a kill leaves, which is made anew, and not what was removed meanwhile.
            if await self._store.size(name) and not await is_cut_off(self._store, name):
                self.besides.append(told(of or name, error))

    def _report(self) -> Checked:
        segments = self._snapshot.segments
        chunks, vectors = sum(live.n_live for live in segments), sum(map(_vectors, segments))
        return Checked(
            generation=self._snapshot.generation,
            files=self._files,
            bytes=int(self._meter.done),
            segments=len(self._snapshot.parts),
            documents=sum(live.live_documents for live in segments),
            chunks=chunks,
            postings=sum(len(live.segment.postings.ordinals) for live in segments),
            vectors=vectors,
            words_only=chunks - vectors,
            seconds=self._meter.elapsed,
            damage=(*self._snapshot.damage, *self.besides),
            again=tuple(self._snapshot.again),
        )


def _vectors(live: LiveSegment) -> int:
    """Live chunks that have one."""
    has = np.zeros(len(live.segment.chunks), dtype=np.bool_)
    for block in live.segment.vectors:
        if block.damage is None:
            has[block.ordinals] = True
    return int(np.count_nonzero(has & live.live_chunks))
