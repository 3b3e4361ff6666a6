"""The documents of a segment: rows in, columns stored, rows out on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.storage.columns import Rows, concat, from_arrays, take, to_arrays
from app.storage.strings import StringTable, spread


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document of a segment. Its chunks are `first_chunk` and the `chunks - 1` after it."""

    id: str
    path: str
    title: str
    kind: str
    digest: bytes
    """SHA-256 of what was added, 32 bytes."""
    size: int
    """Bytes of the source, -1 where unknown."""
    modified: float
    """Seconds since 1970, NaN where unknown."""
    text_start: int
    """Offset of the text in the segment's text file, in bytes."""
    text_bytes: int
    text_length: int
    """Length of the text in code points."""
    text_crc: int
    first_chunk: int
    chunks: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    """ISO 639-1, "" unknown."""


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """All documents of a segment, one array a column, each of length n."""

    id: StringTable
    path: StringTable
    title: StringTable
    kind: StringTable
    metadata: StringTable
    """JSON objects, empty string for none."""
    language: StringTable
    digest: NDArray[np.uint8]
    """Shape (n, 32)."""
    size: NDArray[np.int64]
    modified: NDArray[np.float64]
    text_start: NDArray[np.uint64]
    text_bytes: NDArray[np.uint32]
    text_length: NDArray[np.uint32]
    text_crc: NDArray[np.uint32]
    chunks: NDArray[np.uint32]

    @classmethod
    def build(cls, rows: Sequence[DocumentRow]) -> DocumentTable:
        """The columns of the rows; `first_chunk` is not stored, it follows from `chunks`."""
        digests = b"".join(row.digest for row in rows)
        return cls(
            id=StringTable.build(row.id for row in rows),
            path=StringTable.build(row.path for row in rows),
            title=StringTable.build(row.title for row in rows),
            kind=StringTable.build(row.kind for row in rows),
            metadata=StringTable.build(_json(row.metadata) for row in rows),
            language=StringTable.build(row.language for row in rows),
            digest=np.frombuffer(digests, dtype=np.uint8).reshape(len(rows), 32),
            size=np.array([row.size for row in rows], dtype=np.int64),
            modified=np.array([row.modified for row in rows], dtype=np.float64),
            text_start=np.array([row.text_start for row in rows], dtype=np.uint64),
            text_bytes=np.array([row.text_bytes for row in rows], dtype=np.uint32),
            text_length=np.array([row.text_length for row in rows], dtype=np.uint32),
            text_crc=np.array([row.text_crc for row in rows], dtype=np.uint32),
            chunks=np.array([row.chunks for row in rows], dtype=np.uint32),
        )

    def __len__(self) -> int:
        return len(self.size)

    def first_chunks(self) -> Rows:
        """Ordinal of each document's first chunk, shape (n + 1,): the last is the chunk count."""
        first = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(self.chunks, out=first[1:])
        return first

    def row(self, ordinal: int, first_chunk: int) -> DocumentRow:
        """One document, decoded. `first_chunk` is its entry in `first_chunks()`."""
        metadata = self.metadata[ordinal]
        return DocumentRow(
            id=self.id[ordinal],
            path=self.path[ordinal],
            title=self.title[ordinal],
            kind=self.kind[ordinal],
            digest=self.digest[ordinal].tobytes(),
            size=int(self.size[ordinal]),
            modified=float(self.modified[ordinal]),
            text_start=int(self.text_start[ordinal]),
            text_bytes=int(self.text_bytes[ordinal]),
            text_length=int(self.text_length[ordinal]),
            text_crc=int(self.text_crc[ordinal]),
            first_chunk=first_chunk,
            chunks=int(self.chunks[ordinal]),
            metadata=json.loads(metadata) if metadata else {},
            language=self.language[ordinal],
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The sections of this table, named ``doc.<column>``."""
        return to_arrays(self, "doc")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> DocumentTable:
        """The table that `to_arrays` wrote, as views."""
        return cls(**from_arrays(cls, arrays, "doc"))

    def take(self, rows: Rows) -> DocumentTable:
        """A table of the given documents, in that order."""
        return DocumentTable(**take(self, rows))

    @staticmethod
    def concat(tables: Sequence[DocumentTable]) -> DocumentTable:
        """All documents of all tables; `text_start` is left as it stood in each."""
        return DocumentTable(**concat(tables))


def chunks_of(documents: DocumentTable, rows: Rows) -> Rows:
    """Ordinals of all chunks of the given documents, document by document."""
    first = documents.first_chunks()
    return spread(first[rows], first[rows + 1] - first[rows])


def _json(metadata: Mapping[str, str]) -> str:
    if not metadata:
        return ""
    return json.dumps(dict(metadata), sort_keys=True, separators=(",", ":"))
