"""The one writer of an index: commits segments and deletes, recovers what a kill left behind."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.errors import FossickError
from app.ports import Store
from app.storage import manifest as manifests
from app.storage import segment as segments
from app.storage import snapshot as snapshots
from app.storage.manifest import Manifest
from app.storage.names import is_index_file, segment_name, text_name, tombstone_name
from app.storage.segment import NewSegment
from app.storage.snapshot import LiveSegment, Snapshot

_log = logging.getLogger(__name__)

Deletes = Mapping[int, Sequence[int] | NDArray[np.int64]]
"""Ordinals of documents to delete, by the number of their segment in the snapshot."""


class IndexWriter:
    """Writes commits to a store; calls of `commit` must not overlap.

    Order within a commit: tombstones, texts and segments, then the manifest slot. Each is
    durable before the next begins, so a kill between any two bytes leaves the commit before,
    plus files that no manifest names, which the next `open` removes.
    """

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self.store = store
        self.snapshot = snapshot
        self._next_number = snapshot.manifest.next_number
        self._obsolete: set[str] = set()

    @classmethod
    async def open(cls, store: Store, *, analysis: str = "") -> IndexWriter:
        """Continue the index of a store, or begin one; orphans of a killed commit go.

        Raises `StorageError`: `index-version` where terms were made by another `analysis`,
        `storage-damaged` where a file is not what was written.
        """
        snapshot = await snapshots.load(store, analysis=analysis)
        if snapshot is None:
            snapshot = Snapshot(Manifest(generation=1, analysis=analysis))
            await manifests.write(store, snapshot.manifest)
        needed = snapshot.manifest.files()
        for name in await store.names():
            if is_index_file(name) and name not in needed:
                await store.remove(name)
        return cls(store, snapshot)

    def new_segment_name(self) -> str:
        """A name that no segment of this index has had since it was opened."""
        return segment_name(self._number())

    async def commit(
        self,
        new: Sequence[NewSegment] = (),
        *,
        deletes: Deletes | None = None,
        merged: tuple[range, NewSegment] | None = None,
    ) -> Snapshot:
        """Add segments, delete documents, put a merged segment in place of others: in one step.

        `deletes` and the range of `merged` speak of segments by their number in `snapshot`. A
        segment left without a live document is dropped. On `StorageError` nothing has changed.
        """
        written: list[str] = []
        try:
            kept = await self._keep(deletes or {}, merged, written)
            for item in new:
                kept.append(await self._write(item, written))
        except Exception:
            await self._undo(written)
            raise
        # From here on a failure leaves it open whether the slot was written, so nothing that
        # the new manifest names may be removed; the next commit writes the same slot again.
        manifest = replace(
            self.snapshot.manifest,
            generation=self.snapshot.generation + 1,
            next_number=self._next_number,
            segments=tuple(live.entry() for live in kept),
        )
        await manifests.write(self.store, manifest)
        self._obsolete |= self.snapshot.manifest.files() - manifest.files()
        self.snapshot = Snapshot(manifest, tuple(kept))
        return self.snapshot

    async def sweep(self) -> None:
        """Remove files that only commits before the newest needed; call it when none is read."""
        while self._obsolete:
            await self.store.remove(self._obsolete.pop())

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number - 1

    async def _keep(
        self, deletes: Deletes, merged: tuple[range, NewSegment] | None, written: list[str]
    ) -> list[LiveSegment]:
        """The segments of the snapshot as the next commit has them."""
        replaced = merged[0] if merged else range(0)
        kept: list[LiveSegment] = []
        for number, live in enumerate(self.snapshot.segments):
            if merged and number == replaced.start and len(merged[1].segment.documents):
                kept.append(await self._write(merged[1], written))
            if number in replaced:
                continue
            gone = deletes.get(number)
            if gone is None or len(gone) == 0:
                kept.append(live)
                continue
            dead = live.dead.copy()
            dead[np.asarray(gone, dtype=np.int64)] = True
            if dead.all():
                continue
            name = tombstone_name(live.name, self._number())
            written.append(name)
            await self.store.write(name, segments.encode_tombstones(dead))
            kept.append(LiveSegment(live.segment, dead, name))
        return kept

    async def _write(self, item: NewSegment, written: list[str]) -> LiveSegment:
        segment = item.segment
        written.extend((text_name(segment.name), segment.name))
        await self.store.write(text_name(segment.name), item.texts)
        await self.store.write(segment.name, segments.encode(segment))
        return LiveSegment(segment, np.zeros(len(segment.documents), dtype=np.bool_))

    async def _undo(self, written: Sequence[str]) -> None:
        """Give back the room of a commit that failed; what cannot be removed is an orphan."""
        for name in written:
            try:
                await self.store.remove(name)
            except FossickError as error:
                _log.warning("%s could not be removed: %s", name, error.message)
