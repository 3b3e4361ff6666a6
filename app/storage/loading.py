"""From the files of a store to the commit that they hold, as far as they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.errors import StorageError
from app.ports import Store
from app.storage import damage as damages
from app.storage import manifest as manifests
from app.storage import renewals, salvage, segment_file, tombstones
from app.storage.damage import DamagedFileError
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.segment import Segment
from app.storage.snapshot import LiveSegment, SetAside, Snapshot


async def load(
    store: Store, *, analysis: str = "", before: Snapshot | None = None
) -> Snapshot | None:
    """The newest commit of a store, None where no index was begun.

    `analysis` is the version of the program's analysis; an index made by another one is refused
    with `index-version`, for its terms would not be found. Segments that the snapshot `before`
    has open are taken over from it.
    """
    newest = await manifests.read_newest(store)
    if newest is None:
        return None
    manifest = newest.manifest
    if manifest.analysis != analysis:
        raise StorageError(
            f"The index was made with analysis {manifest.analysis!r}; this is {analysis!r}.",
            code="index-version",
            hint="Delete the collection and add the files again; the files are untouched.",
        )
    known = {live.name: live for live in before.segments} if before else {}
    parts = [await part(store, entry, known) for entry in manifest.segments]
    return Snapshot(manifest, _reconciled(parts, manifest), newest.damage)


async def part(
    store: Store, entry: SegmentEntry, known: Mapping[str, LiveSegment]
) -> LiveSegment | SetAside:
    """A segment with its deletes, or why it is set aside. Those `known` by name are taken over."""
    had = known.get(entry.name)
    same = had is not None and had.renewal == entry.renewal
    if had and same and had.is_saved and had.tombstones == entry.tombstones:
        return had
    try:
        loaded = had.segment if had else await segment_file.load(store, entry.name)
        if loaded.crc != entry.crc:
            raise DamagedFileError(entry.name, "header")
        dead = await tombstones.load(store, entry.tombstones, len(loaded.documents))
        if not same:
            loaded = await _renewed(store, loaded, entry)
        live = LiveSegment(loaded, dead, entry.tombstones, renewal=entry.renewal)
        if (live.live_documents, live.n_live) != (entry.documents, entry.chunks):
            raise DamagedFileError(entry.tombstones or entry.name, "dead")
    except StorageError as error:
        damage = damages.of_segment(entry.name, entry.documents, entry.chunks, error)
        return SetAside(entry, damage, await salvage.documents(store, entry))
    return live


async def _renewed(store: Store, segment: Segment, entry: SegmentEntry) -> Segment:
    """The segment with the vectors that took the place of its own, if they can be had."""
    if entry.renewal is None:
        return segment
    try:
        return segment.with_vectors(await renewals.load(store, entry.renewal, len(segment.chunks)))
    except StorageError as error:
        damage = damages.of_renewal(entry.renewal.name, entry.chunks, error)
        return segment.with_vectors(segment.vectors, damage)


def _reconciled(
    parts: list[LiveSegment | SetAside], manifest: Manifest
) -> tuple[LiveSegment | SetAside, ...]:
    """The parts without what was replaced or removed while a segment could not be read.

    Its tombstones could not be written then; they are with the next commit.
    """
    for number, entry in enumerate(manifest.segments):
        part = parts[number]
        if not entry.aside or isinstance(part, SetAside):
            continue
        later = [live for live in parts[number + 1 :] if isinstance(live, LiveSegment)]
        dead, removed = part.dead.copy(), frozenset(entry.removed)
        for ordinal in np.flatnonzero(~dead).tolist():
            document_id = part.segment.documents.id[ordinal]
            dead[ordinal] = document_id in removed or any(
                live.find(document_id) is not None for live in later
            )
        parts[number] = replace(part, dead=dead, is_saved=False)
    return tuple(parts)
