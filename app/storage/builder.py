"""From documents and chunks to a segment that a writer can commit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import Postings
from app.core.model import Chunk
from app.storage.chunk_table import ChunkRow, ChunkTable
from app.storage.document_table import DocumentRow, DocumentTable
from app.storage.segment import NewSegment, Segment
from app.storage.texts import chunk_rows, encode_text
from app.storage.vectors import VectorBlock


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A document on its way in."""

    id: str
    path: str
    title: str
    kind: str
    digest: bytes
    """SHA-256, 32 bytes."""
    text: str
    chunks: Sequence[Chunk]
    size: int = -1
    modified: float = float("nan")
    metadata: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    """ISO 639-1, "" unknown."""


class SegmentBuilder:
    """Collects documents; their chunks are numbered in the order of adding."""

    def __init__(self) -> None:
        self._documents: list[DocumentRow] = []
        self._chunks: list[ChunkRow] = []
        self._texts: list[bytes] = []
        self._text_bytes = 0

    def add(self, entry: DocumentEntry) -> None:
        """Append a document with its chunks."""
        encoded = encode_text(entry.text)
        rows = chunk_rows(len(self._documents), entry.text, encoded, entry.chunks)
        self._documents.append(
            DocumentRow(
                id=entry.id,
                path=entry.path,
                title=entry.title,
                kind=entry.kind,
                digest=entry.digest,
                size=entry.size,
                modified=entry.modified,
                text_start=self._text_bytes,
                text_bytes=len(encoded),
                text_length=len(entry.text),
                text_crc=zlib.crc32(encoded),
                first_chunk=len(self._chunks),
                chunks=len(rows),
                metadata=entry.metadata,
                language=entry.language,
            )
        )
        self._chunks.extend(rows)
        self._texts.append(encoded)
        self._text_bytes += len(encoded)

    def build(
        self,
        name: str,
        postings: Postings,
        vectors: Sequence[VectorBlock],
        fingerprints: NDArray[np.uint64] | None = None,
    ) -> NewSegment:
        """The segment, given postings, vectors and fingerprints of the chunks in their order."""
        segment = Segment(
            name=name,
            documents=DocumentTable.build(self._documents),
            chunks=ChunkTable.build(self._chunks, fingerprints),
            postings=postings,
            vectors=tuple(vectors),
        )
        return NewSegment(segment, self._texts)
