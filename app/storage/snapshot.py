"""What a commit contains: the segments as they are read, each with its deletes.

A snapshot never changes; a search holds one from start to end while commits make new ones. What
cannot be read is set aside and named in it; the rest is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.model import Damage
from app.storage.document_table import DocumentRow
from app.storage.manifest import Manifest, Renewal, SegmentEntry
from app.storage.segment import Segment


@dataclass(frozen=True, eq=False)
class LiveSegment:
    """A segment and the mask of its deleted documents."""

    segment: Segment
    dead: NDArray[np.bool_]
    """Shape (documents,): True for a deleted document."""
    tombstones: str | None = None
    is_saved: bool = True
    """Whether the tombstone file holds the mask."""
    renewal: Renewal | None = None
    """The file that the vectors are in, if not that of the segment."""

    @property
    def name(self) -> str:
        """Name of the segment."""
        return self.segment.name

    @cached_property
    def live_chunks(self) -> NDArray[np.bool_]:
        """Shape (chunks,): True where the chunk's document lives."""
        if self.live_documents == len(self.dead):
            return np.ones(len(self.segment.chunks), dtype=np.bool_)
        return ~self.dead[self.segment.chunks.document]

    @cached_property
    def first_chunks(self) -> NDArray[np.int64]:
        """`DocumentTable.first_chunks`, computed once."""
        return self.segment.documents.first_chunks()

    @cached_property
    def live_documents(self) -> int:
        """Number of documents that are not deleted."""
        return len(self.dead) - int(np.count_nonzero(self.dead))

    @cached_property
    def n_live(self) -> int:
        """Number of chunks whose documents live."""
        return int(np.count_nonzero(self.live_chunks))

    @property
    def is_rewritable(self) -> bool:
        """Whether a vacuum finds something in it to leave out, and can copy the rest."""
        return self.live_documents < len(self.dead) and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Whether nothing of what lives in it is known to be damaged."""
        return self.segment.is_whole or (
            not self.segment.lacks_more_than_texts
            and all(self.dead[row] for row in self.segment.unreadable)
        )

    def unsound(self) -> list[int]:
        """Ordinals of the live documents of which something is damaged that only their files
        can bring back."""
        if self.segment.is_whole:
            return []
        rows: list[int] = np.flatnonzero(~self.dead).tolist()
        return [row for row in rows if not self.segment.is_sound(row)]

    def damage(self) -> list[Damage]:
        """What of it is known to be damaged."""
        return self.segment.damage(self.dead)

    def document(self, ordinal: int) -> DocumentRow:
        """One document, decoded."""
        return self.segment.documents.row(ordinal, int(self.first_chunks[ordinal]))

    def find(self, document_id: str) -> int | None:
        """Ordinal of the live document of this id, None if there is none."""
        ordinal = self.segment.ordinal(document_id)
        return None if ordinal is None or self.dead[ordinal] else ordinal

    def entry(self) -> SegmentEntry:
        """How the manifest names it."""
        counts = self.live_documents, self.n_live
        return SegmentEntry(
            *(self.name, self.tombstones, self.segment.crc, *counts), renewal=self.renewal
        )


@dataclass(frozen=True, slots=True)
class SetAside:
    """A segment that cannot be read. It keeps its place: a later start may read it again."""

    entry: SegmentEntry
    damage: Damage
    documents: Mapping[str, str] | None = None
    """Paths of its documents by their ids, None where they cannot be told."""

    def missing(self, later: Sequence[LiveSegment]) -> list[str] | None:
        """Paths of its documents that were neither removed nor replaced in later segments; None
        where they cannot be told."""
        if self.documents is None:
            return None
        removed = frozenset(self.entry.removed)
        return [
            path
            for document_id, path in self.documents.items()
            if document_id not in removed and all(live.find(document_id) is None for live in later)
        ]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A commit as it is read. Global ordinals count the chunks of all segments in order."""

    manifest: Manifest = field(default_factory=Manifest)
    parts: tuple[LiveSegment | SetAside, ...] = ()
    """What the manifest names, in its order."""
    lost_commit: Damage | None = None
    """What is known of a commit that may have followed on this one."""

    @cached_property
    def segments(self) -> tuple[LiveSegment, ...]:
        """The segments that can be searched."""
        return tuple(part for part in self.parts if isinstance(part, LiveSegment))

    @cached_property
    def aside(self) -> tuple[SetAside, ...]:
        """The segments that cannot."""
        return tuple(part for part in self.parts if isinstance(part, SetAside))

    @property
    def damage(self) -> tuple[Damage, ...]:
        """All damage that is known by now; more may be found when vectors and texts are read."""
        found = [] if self.lost_commit is None else [self.lost_commit]
        for part in self.parts:
            found += [part.damage] if isinstance(part, SetAside) else part.damage()
        return tuple(found)

    @property
    def again(self) -> list[str]:
        """Paths of the documents that have to be added again, as far as they are known, sorted."""
        found: set[str] = set()
        for part in self.parts:
            if isinstance(part, SetAside):
                found.update(part.missing(self.after(part)) or ())
            else:
                found.update(part.segment.documents.path[row] for row in part.unsound())
        return sorted(found)

    def after(self, part: LiveSegment | SetAside) -> list[LiveSegment]:
        """The segments behind a part: what of it stands in them as well was replaced."""
        later = self.parts[self.parts.index(part) + 1 :]
        return [one for one in later if isinstance(one, LiveSegment)]

    @property
    def n_deleted(self) -> int:
        """Documents that are deleted and still take room."""
        return sum(len(live.dead) - live.live_documents for live in self.segments)

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

    def stretches(self) -> list[range]:
        """Numbers of neighbours of which none is damaged, and nothing damaged between them."""
        found: list[range] = []
        number = first = 0
        for part in (*self.parts, None):
            if isinstance(part, LiveSegment) and part.is_whole:
                number += 1
                continue
            if number > first:
                found.append(range(first, number))
            number += isinstance(part, LiveSegment)
            first = number
        return found

    def place(self, document_id: str) -> tuple[int, int] | None:
        """Segment number and document ordinal of a live document, None if there is none."""
        for number, live in enumerate(self.segments):
            ordinal = live.find(document_id)
            if ordinal is not None:
                return number, ordinal
        return None

    def sound_place(self, document_id: str) -> tuple[int, int] | None:
        """As `place`; None also where something of the document is damaged."""
        place = self.place(document_id)
        if place is None or not self.segments[place[0]].segment.is_sound(place[1]):
            return None
        return place

    def digest(self, document_id: str) -> bytes | None:
        """SHA-256 of a live, sound document, None if there is none."""
        place = self.sound_place(document_id)
        if place is None:
            return None
        row: NDArray[np.uint8] = self.segments[place[0]].segment.documents.digest[place[1]]
        return row.tobytes()

    def digests_below(self, prefix: str) -> dict[str, bytes]:
        """SHA-256 of the live, sound documents whose ids begin so, by id."""
        found: dict[str, bytes] = {}
        for live in self.segments:
            table = live.segment.documents
            for ordinal in table.beginning(prefix):
                if not live.dead[ordinal] and live.segment.is_sound(ordinal):
                    found[table.id[ordinal]] = table.digest[ordinal].tobytes()
        return found

    def locate(self, ordinal: int) -> tuple[int, int]:
        """Segment number and local ordinal of a chunk's global ordinal."""
        number = int(np.searchsorted(self.bases, ordinal, side="right")) - 1
        return number, ordinal - int(self.bases[number])

    def documents(self) -> Iterator[tuple[int, DocumentRow]]:
        """Every live document with the number of its segment."""
        for number, live in enumerate(self.segments):
            for ordinal in np.flatnonzero(~live.dead).tolist():
                yield number, live.document(ordinal)
