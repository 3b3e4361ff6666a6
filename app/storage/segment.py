"""A segment: documents, chunks, postings and vectors of one commit, immutable once written.

Its file is that of `segment_file`. The texts stand in a file of their own (`texts`), deletes in
a third (`tombstones`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import Postings
from app.core.model import Damage
from app.ports import Buffer
from app.storage import damage
from app.storage.chunk_table import ChunkTable
from app.storage.document_table import DocumentTable, digest_head
from app.storage.names import text_name
from app.storage.vectors import VectorBlock

_FEW = 64
"""Ids that are looked up one by one for each thousandth of a segment, before all are decoded."""


@dataclass(frozen=True, eq=False)
class Segment:
    """What a segment file holds, as views; with what has been learnt about it."""

    name: str
    documents: DocumentTable
    chunks: ChunkTable
    postings: Postings
    vectors: tuple[VectorBlock, ...]
    crc: int = 0
    """Checksum over the table of the file."""
    unreadable: set[int] = field(default_factory=set)
    """Documents whose text turned out to be damaged."""
    lost_vectors: Damage | None = None
    """Why those that took the place of its own cannot be had, so that its own still stand."""
    faults: list[Damage] = field(default_factory=list)
    """Why it will not be read again, or not all in it fits together; one at most."""

    def with_vectors(self, vectors: tuple[VectorBlock, ...], lost: Damage | None = None) -> Segment:
        """The same segment with others in place of its vectors; what was learnt of it is kept."""
        other = replace(self, vectors=vectors, lost_vectors=lost)
        own = {each.name for each in fields(self)}
        learnt = {name: value for name, value in self.__dict__.items() if name not in own}
        other.__dict__.update(learnt)
        return other

    def ordinal(self, document_id: str) -> int | None:
        """Ordinal of the document of this id, None if there is none."""
        if "_ordinals" not in self.__dict__ and self._is_rare():
            return self.documents.find(document_id)
        return self._ordinals.get(document_id)

    def _is_rare(self) -> bool:
        """Whether few ids have been asked for, so that decoding all of them does not pay yet."""
        asked: int = self.__dict__.get("_asked", 0) + 1
        self.__dict__["_asked"] = asked
        return asked * _FEW < len(self.documents)

    @cached_property
    def _ordinals(self) -> dict[str, int]:
        return {document_id: ordinal for ordinal, document_id in enumerate(self.documents.id)}

    @cached_property
    def _digest_heads(self) -> NDArray[np.uint64]:
        """Heads of all digests in their order."""
        return digest_head(self.documents.digest)[self.documents.by_digest]

    def of_digest(self, digest: NDArray[np.uint8]) -> list[int]:
        """Ordinals of the documents with this digest (32,), rising."""
        head = digest_head(digest[np.newaxis])[0]
        first, last = (
            int(np.searchsorted(self._digest_heads, head, side=side)) for side in ("left", "right")
        )
        alike = self.documents.by_digest[first:last].tolist()
        return [row for row in alike if np.array_equal(self.documents.digest[row], digest)]

    @cached_property
    def languages(self) -> tuple[list[str], NDArray[np.intp]]:
        """The languages of the documents, and for each document the place of its own."""
        return self.documents.language.distinct()

    @cached_property
    def term_keys(self) -> NDArray[np.uint64]:
        """A number for each term, rising: for telling how many terms segments share."""
        terms = self.postings.terms
        return np.sort(terms.hashes(range(len(terms))))

    @property
    def is_whole(self) -> bool:
        """Whether nothing in it is known to be damaged."""
        return not self.unreadable and not self.lacks_more_than_texts

    @property
    def lacks_more_than_texts(self) -> bool:
        """Whether anything but texts is known to be damaged."""
        lost = bool(self.faults) or self.lost_vectors is not None
        return lost or any(block.damage is not None for block in self.vectors)

    def is_sound(self, ordinal: int) -> bool:
        """Whether nothing of a document is known to be damaged."""
        return self.is_whole or (
            ordinal not in self.unreadable
            and not self.faults
            and all(block.damage is None for block in self.vectors)
        )

    def damage(self, dead: NDArray[np.bool_]) -> list[Damage]:
        """What in it is known to be damaged, but for the texts of deleted documents."""
        found = [*self.faults, *(one.damage for one in self.vectors if one.damage is not None)]
        found += [] if self.lost_vectors is None else [self.lost_vectors]
        if texts := sum(not dead[row] for row in self.unreadable):
            found.append(damage.of_texts(text_name(self.name), texts))
        return found


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is not written yet, with the texts of its documents in order."""

    segment: Segment
    texts: Sequence[Buffer]
