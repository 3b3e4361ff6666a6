"""What a commit contains: the segments as they are read, each with its deletes.

A snapshot never changes; a search holds one from start to end while commits make new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Store
from app.storage import manifest as manifests
from app.storage import segment as segments
from app.storage.document_table import DocumentRow
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.segment import Segment


@dataclass(frozen=True)
class LiveSegment:
    """A segment and the mask of its deleted documents."""

    segment: Segment
    dead: NDArray[np.bool_]
    """Shape (documents,): True for a deleted document."""
    tombstones: str | None = None

    @property
    def name(self) -> str:
        """Name of the segment."""
        return self.segment.name

    @cached_property
    def live_chunks(self) -> NDArray[np.bool_]:
        """Shape (chunks,): True where the chunk's document lives."""
        return ~self.dead[self.segment.chunks.document]

    @cached_property
    def first_chunks(self) -> NDArray[np.int64]:
        """`DocumentTable.first_chunks`, computed once."""
        return self.segment.documents.first_chunks()

    @property
    def live_documents(self) -> int:
        """Number of documents that are not deleted."""
        return len(self.dead) - int(self.dead.sum())

    def document(self, ordinal: int) -> DocumentRow:
        """One document, decoded."""
        return self.segment.documents.row(ordinal, int(self.first_chunks[ordinal]))

    def entry(self) -> SegmentEntry:
        """How the manifest names it."""
        return SegmentEntry(self.name, self.tombstones)


@dataclass(frozen=True)
class Snapshot:
    """A commit as it is read. Global ordinals count the chunks of all segments in order."""

    manifest: Manifest = field(default_factory=Manifest)
    segments: tuple[LiveSegment, ...] = ()

    @property
    def generation(self) -> int:
        """Number of the commit."""
        return self.manifest.generation

    @cached_property
    def bases(self) -> NDArray[np.int64]:
        """Shape (segments + 1,): first global ordinal of each segment; the last is the total."""
        bases = np.zeros(len(self.segments) + 1, dtype=np.int64)
        np.cumsum([len(live.segment.chunks) for live in self.segments], out=bases[1:])
        return bases

    @cached_property
    def live_chunks(self) -> NDArray[np.bool_]:
        """Shape (chunks of all segments,): True where the chunk's document lives."""
        masks = [live.live_chunks for live in self.segments]
        return np.concatenate(masks) if masks else np.zeros(0, dtype=np.bool_)

    def place(self, document_id: str) -> tuple[int, int] | None:
        """Segment number and document ordinal of a live document, None if there is none."""
        for number, live in enumerate(self.segments):
            ordinal = live.segment.ordinals.get(document_id)
            if ordinal is not None and not live.dead[ordinal]:
                return number, ordinal
        return None

    def locate(self, ordinal: int) -> tuple[int, int]:
        """Segment number and local ordinal of a chunk's global ordinal."""
        number = int(np.searchsorted(self.bases, ordinal, side="right")) - 1
        return number, ordinal - int(self.bases[number])

    def documents(self) -> Iterator[tuple[int, DocumentRow]]:
        """Every live document with the number of its segment."""
        for number, live in enumerate(self.segments):
            for ordinal in np.flatnonzero(~live.dead).tolist():
                yield number, live.document(ordinal)


async def load(store: Store, *, analysis: str = "") -> Snapshot | None:
    """The newest commit of a store, None where no index was begun.

    `analysis` is the version of the program's analysis; an index made by another one is refused
    with `index-version`, for its terms would not be found.
    """
    manifest = await manifests.read_newest(store)
    if manifest is None:
        return None
    if manifest.analysis != analysis:
        raise StorageError(
            f"The index was made with analysis {manifest.analysis!r}; this is {analysis!r}.",
            code="index-version",
            hint="Delete the collection and add the files again; the files are untouched.",
        )
    return Snapshot(manifest, tuple([await _load_live(store, e) for e in manifest.segments]))


async def _load_live(store: Store, entry: SegmentEntry) -> LiveSegment:
    loaded = await segments.load(store, entry.name)
    count = len(loaded.documents)
    if entry.tombstones is None:
        return LiveSegment(loaded, np.zeros(count, dtype=np.bool_))
    data = await store.read(entry.tombstones)
    dead = segments.decode_tombstones(data, entry.tombstones, count)
    return LiveSegment(loaded, dead, entry.tombstones)
