"""The one writer of an index: commits segments and deletes, recovers what a kill left behind."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.errors import FossickError
from app.ports import Store
from app.storage import loading, renewals, segment_file, tombstones
from app.storage import manifest as manifests
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.names import (
    file_numbers,
    is_index_file,
    renewal_name,
    segment_name,
    text_name,
    tombstone_name,
)
from app.storage.segment import NewSegment
from app.storage.snapshot import LiveSegment, SetAside, Snapshot
from app.storage.vectors import VectorBlock

_log = logging.getLogger(__name__)

_NEAR = 1000
"""By so much at most the numbers of one commit are ahead of those of the commit before."""

Deletes = Mapping[int, Sequence[int] | NDArray[np.int64]]
"""Ordinals of documents to delete, by the number of their segment in the snapshot."""


Vectors = Mapping[int, tuple[VectorBlock, ...]]
"""All vectors of segments, rows at hand, by the number of their segment in the snapshot."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A segment of all live documents of neighbours, as they were when the merging began."""

    parts: Sequence[LiveSegment]
    new: NewSegment

    def dead(self, now: Mapping[str, LiveSegment]) -> NDArray[np.bool_]:
        """Which documents of the new segment have been deleted since, shape (documents,)."""
        masks = [
            now[part.name].dead[~part.dead]
            if part.name in now
            else np.ones(part.live_documents, dtype=np.bool_)
            for part in self.parts
        ]
        return np.concatenate(masks)


class IndexWriter:
    """Writes commits to a store; calls of `commit` must not overlap.

    Order within a commit: vectors, tombstones, texts and segments, then the manifest slot. Each is
    durable before the next begins, so a kill between any two bytes leaves the commit before,
    plus files that no manifest names, which the next `open` removes. Segments that cannot be
    read are carried from commit to commit until they are dropped by name.
    """

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self.store = store
        self.snapshot = snapshot
        self.keep_rows = False
        """Whether vectors that are written stay in memory, because searches ask for them."""
        self._next_number = snapshot.manifest.next_number
        self._obsolete: set[str] = set()
        self._held: set[str] = set()
        """Files that nothing names but perhaps a commit that cannot be read, which a later start
        may find again; the next commit gives them up."""
        self._sealed = True

    @classmethod
    async def open(
        cls, store: Store, *, analysis: str = "", before: Snapshot | None = None
    ) -> IndexWriter:
        """Continue the index of a store, or begin one; orphans of a killed commit go.

        With `before`, a snapshot that searches may still be reading, what it has open is taken
        over, and those of its files that nobody else needs go with the next `sweep`. Raises
        `StorageError`: `index-version` where terms were made by another `analysis`,
        `storage-damaged` where no manifest can be read.
        """
        snapshot = await loading.load(store, analysis=analysis, before=before)
        if snapshot is None:
            snapshot = Snapshot(Manifest(generation=1, analysis=analysis))
            await manifests.write(store, snapshot.manifest)
        writer = cls(store, snapshot)
        needed = snapshot.manifest.files()
        orphans = {one for one in await store.names() if is_index_file(one) and one not in needed}
        if snapshot.lost_commit is not None:
            writer._hold(orphans)
        reading = set() if before is None else before.manifest.files()
        # What nobody can be reading goes at once: its names may be those of files to come.
        for name in orphans - writer._held - reading:
            await store.remove(name)
        if before is not None:
            writer._obsolete, writer._sealed = (orphans & reading) - writer._held, False
        return writer

    def new_segment_name(self) -> str:
        """A name that no segment of this index has had since it was opened."""
        return segment_name(self._number())

    async def commit(
        self,
        new: Sequence[NewSegment] = (),
        *,
        deletes: Deletes | None = None,
        merged: Merged | None = None,
        vectors: Vectors | None = None,
        removed: Collection[str] = (),
        drop: Collection[str] = (),
    ) -> Snapshot:
        """Add segments, delete documents, put a merged segment in place of others: in one step.

        `vectors` take the place of all that a segment has. `deletes` speaks of segments by their
        number in `snapshot`. A segment left without a live document is dropped. `removed` are ids
        that segments which cannot be read must not bring back; `drop` names those of them that
        are given up. On `StorageError` nothing has changed.
        """
        written: list[str] = []
        try:
            renewed = await self._renewed(vectors or {}, written)
            kept = await self._keep(renewed, deletes or {}, merged, written)
            parts = self._with_set_aside(kept, removed, drop)
            for item in new:
                parts.append(await self._write(item, written))
            parts = _without_replaced(parts)
        except Exception:
            await self._undo(written)
            raise
        # From here on a failure leaves it open whether the slot was written, so nothing that
        # the new manifest names may be removed; the next commit writes the same slot again.
        manifest = replace(
            self.snapshot.manifest,
            generation=self.snapshot.generation + 1,
            next_number=self._next_number,
            segments=tuple(
                part.entry if isinstance(part, SetAside) else part.entry() for part in parts
            ),
        )
        await manifests.write(self.store, manifest)
        self._sealed = False
        self._obsolete |= (self.snapshot.manifest.files() | self._held) - manifest.files()
        self._held.clear()
        self.snapshot = Snapshot(manifest, tuple(parts))
        return self.snapshot

    @property
    def is_swept(self) -> bool:
        """Whether there is nothing to sweep."""
        return self._sealed and not self._obsolete

    async def sweep(self) -> None:
        """Write the other slot as well, and remove files that only earlier commits needed.

        Either slot tells of the newest commit then, should the other one be lost. Call it when
        no file is being read; must not overlap with `commit`.
        """
        if not self._sealed:
            await manifests.seal(self.store, self.snapshot.manifest)
            self._sealed = True
        while self._obsolete:
            await self.store.remove(self._obsolete.pop())

    def _hold(self, files: set[str]) -> None:
        """Leave files of the next commit where they are, and give no other one of their numbers."""
        last = self._next_number + _NEAR
        self._held = {name for name in files if max(file_numbers(name)) < last}
        used = [number for name in self._held for number in file_numbers(name)]
        self._next_number = max([self._next_number, *(number + 1 for number in used)])

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number - 1

    async def _renewed(self, vectors: Vectors, written: list[str]) -> list[LiveSegment]:
        """The segments of the snapshot, those with other vectors after these were written."""
        found = list(self.snapshot.segments)
        for number, blocks in vectors.items():
            live = found[number]
            name = renewal_name(live.name, self._number())
            written.append(name)
            data = renewals.encode(blocks)
            await self.store.write(name, data)
            renewal, stored = renewals.written(blocks, name, data[0], keep_rows=self.keep_rows)
            segment = live.segment.with_vectors(stored)
            found[number] = replace(live, segment=segment, renewal=renewal)
        return found

    async def _keep(
        self,
        segments: Sequence[LiveSegment],
        deletes: Deletes,
        merged: Merged | None,
        written: list[str],
    ) -> dict[str, LiveSegment | None]:
        """What the next commit has in place of each segment of the snapshot, None for nothing."""
        now: dict[str, LiveSegment] = {}
        for number, live in enumerate(segments):
            now[live.name] = _without(live, deletes.get(number, ()))
        kept: dict[str, LiveSegment | None] = {**now}
        if merged:
            names = [part.name for part in merged.parts if part.name in now]
            kept.update(dict.fromkeys(names))
            dead = merged.dead(now)
            if not dead.all():
                kept[names[0]] = await self._write(merged.new, written, dead)
        for name, live_or_none in kept.items():
            if live_or_none is not None:
                kept[name] = await self._saved(live_or_none, written)
        return kept

    async def _saved(self, live: LiveSegment, written: list[str]) -> LiveSegment | None:
        """The segment with its deletes in a file; None if no document of it lives."""
        if live.live_documents == 0:
            return None
        if live.is_saved:
            return live
        if not live.dead.any():
            return replace(live, tombstones=None, is_saved=True)
        name = tombstone_name(live.name, self._number())
        written.append(name)
        await self.store.write(name, tombstones.encode(live.dead))
        return replace(live, tombstones=name, is_saved=True)

    def _with_set_aside(
        self,
        kept: Mapping[str, LiveSegment | None],
        removed: Collection[str],
        drop: Collection[str],
    ) -> list[LiveSegment | SetAside]:
        """The parts in their order; those that cannot be read learn what was removed."""
        parts: list[LiveSegment | SetAside] = []
        for part in self.snapshot.parts:
            if isinstance(part, LiveSegment):
                live = kept[part.name]
                parts += [] if live is None else [live]
            elif part.entry.name not in drop:
                parts.append(replace(part, entry=_marked(part.entry, removed)))
        return parts

    async def _write(
        self, item: NewSegment, written: list[str], dead: NDArray[np.bool_] | None = None
    ) -> LiveSegment:
        segment = item.segment
        written.extend((text_name(segment.name), segment.name))
        await self.store.write(text_name(segment.name), item.texts)
        data = segment_file.encode(segment)
        await self.store.write(segment.name, data)
        segment = segment_file.written(segment, data[0], keep_rows=self.keep_rows)
        if dead is None or not dead.any():
            return LiveSegment(segment, np.zeros(len(segment.documents), dtype=np.bool_))
        return LiveSegment(segment, dead, is_saved=False)

    async def _undo(self, written: Sequence[str]) -> None:
        """Give back the room of a commit that failed; what cannot be removed is an orphan."""
        for name in written:
            try:
                await self.store.remove(name)
            except FossickError as error:
                _log.warning("%s could not be removed: %s", name, error.message)


def _without(live: LiveSegment, gone: Sequence[int] | NDArray[np.int64]) -> LiveSegment:
    """The segment with more documents deleted."""
    if len(gone) == 0:
        return live
    dead = live.dead.copy()
    dead[np.asarray(gone, dtype=np.int64)] = True
    return replace(live, dead=dead, is_saved=False)


def _without_replaced(parts: Sequence[LiveSegment | SetAside]) -> list[LiveSegment | SetAside]:
    """The parts without those set aside of which all documents were removed or replaced since."""
    found: list[LiveSegment | SetAside] = []
    for number, part in enumerate(parts):
        later = [one for one in parts[number + 1 :] if isinstance(one, LiveSegment)]
        if isinstance(part, LiveSegment) or part.missing(later) != []:
            found.append(part)
    return found


def _marked(entry: SegmentEntry, removed: Collection[str]) -> SegmentEntry:
    ids = dict.fromkeys([*entry.removed, *removed])
    return replace(entry, aside=True, removed=tuple(ids))
