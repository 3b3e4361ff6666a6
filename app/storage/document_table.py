"""The documents of a segment: rows in, columns stored, rows out on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.storage.columns import Rows, concat, from_arrays, take, to_arrays
from app.storage.strings import StringTable

_ORDERS = ("by_id", "by_digest")


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
    by_id: NDArray[np.uint32]
    """The documents in the order of the UTF-8 of their ids."""
    by_digest: NDArray[np.uint32]
    """The documents in the order of the first eight bytes of their digests."""

    @classmethod
    def build(cls, rows: Sequence[DocumentRow]) -> DocumentTable:
        """The columns of the rows; `first_chunk` is not stored, it follows from `chunks`."""
        digests = np.frombuffer(b"".join(row.digest for row in rows), np.uint8).reshape(-1, 32)
        ids = StringTable.build(row.id for row in rows)
        return cls(
            id=ids,
            path=StringTable.build(row.path for row in rows),
            title=StringTable.build(row.title for row in rows),
            kind=StringTable.build(row.kind for row in rows),
            metadata=StringTable.build(_json(row.metadata) for row in rows),
            language=StringTable.build(row.language for row in rows),
            digest=digests,
            size=np.array([row.size for row in rows], dtype=np.int64),
            modified=np.array([row.modified for row in rows], dtype=np.float64),
            text_start=np.array([row.text_start for row in rows], dtype=np.uint64),
            text_bytes=np.array([row.text_bytes for row in rows], dtype=np.uint32),
            text_length=np.array([row.text_length for row in rows], dtype=np.uint32),
            text_crc=np.array([row.text_crc for row in rows], dtype=np.uint32),
            chunks=np.array([row.chunks for row in rows], dtype=np.uint32),
            by_id=_by_id(ids, np.arange(len(rows))),
            by_digest=_by_digest(digests),
        )

    def __len__(self) -> int:
        return len(self.size)

    def first_chunks(self) -> Rows:
        """Ordinal of each document's first chunk, shape (n + 1,): the last is the chunk count."""
        first = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(self.chunks, out=first[1:])
        return first

    def find(self, document_id: str) -> int | None:
        """Ordinal of the document of this id, found by halves; None if there is none."""
        wanted = document_id.encode("utf-8", "surrogatepass")
        place = self._first_from(wanted)
        if place == len(self):
            return None
        ordinal = int(self.by_id[place])
        return ordinal if self.id.encoded(ordinal) == wanted else None

    def beginning(self, prefix: str) -> list[int]:
        """Ordinals of the documents whose ids begin so, in the order of their ids."""
        wanted = prefix.encode("utf-8", "surrogatepass")
        found = []
        for place in range(self._first_from(wanted), len(self)):
            ordinal = int(self.by_id[place])
            if not self.id.encoded(ordinal).startswith(wanted):
                break
            found.append(ordinal)
        return found

    def _first_from(self, wanted: bytes) -> int:
        """The first place in `by_id` whose id is not less."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.id.encoded(int(self.by_id[middle])) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def row(self, ordinal: int, first_chunk: int) -> DocumentRow:
        """One document, decoded. `first_chunk` is its entry in `first_chunks()`."""
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
            metadata=_from_json(self.metadata[ordinal]),
            language=self.language[ordinal],
        )

    def without_texts(self) -> DocumentTable:
        """The same documents, each with an empty text.

        Their digests are not those of files any more, so that a file that is added again counts as
        changed; copies of one file still share one.
        """
        others = b"".join(sha256(row.tobytes() + b"\0").digest() for row in self.digest)
        digest = np.frombuffer(others, np.uint8).reshape(-1, 32)
        none = np.zeros(len(self), dtype=np.uint32)
        return replace(
            self,
            digest=digest,
            by_digest=_by_digest(digest),
            text_start=none.astype(np.uint64),
            text_bytes=none,
            text_length=none,
            text_crc=none,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The sections of this table, named ``doc.<column>``."""
        return to_arrays(self, "doc")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> DocumentTable:
        """The table that `to_arrays` wrote, as views; `KeyError` names a column that is off."""
        table = cls(**from_arrays(cls, arrays, "doc"))
        count = len(table)
        for column in fields(cls):
            value = getattr(table, column.name)
            shape = (count, 32) if column.name == "digest" else (count,)
            if len(value) != count or (not isinstance(value, StringTable) and value.shape != shape):
                raise KeyError(f"doc.{column.name}")
        for name in _ORDERS:
            order = getattr(table, name)
            if count and int(order.max()) >= count:
                raise KeyError(f"doc.{name}")
        return table

    @staticmethod
    def join(parts: Sequence[tuple[DocumentTable, Rows]]) -> DocumentTable:
        """The given rows, rising, of each table, one after another; `text_start` is left."""
        columns = concat([take(table, rows, but=_ORDERS) for table, rows in parts])
        nearly: list[Rows] = []
        base = 0
        for table, rows in parts:
            numbers = np.full(len(table), -1, dtype=np.int64)
            numbers[rows] = np.arange(base, base + len(rows))
            ordered = numbers[table.by_id]
            nearly.append(ordered[ordered >= 0])
            base += len(rows)
        return DocumentTable(
            **columns,
            by_id=_by_id(columns["id"], np.concatenate(nearly)),
            by_digest=_by_digest(columns["digest"]),
        )


def digest_head(digest: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first eight bytes of digests (n, 32) as numbers (n,), in their order."""
    heads = np.ascontiguousarray(digest[:, :8]).view(">u8").ravel()
    return heads.astype(np.uint64)


def _by_id(ids: StringTable, rows: Rows) -> NDArray[np.uint32]:
    """The rows in the order of their ids; quicker the nearer they are to it."""
    return np.array(sorted(rows.tolist(), key=ids.all_encoded().__getitem__), dtype=np.uint32)


def _by_digest(digest: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return np.argsort(digest_head(digest), kind="stable").astype(np.uint32)


def _json(metadata: Mapping[str, str]) -> str:
    if not metadata:
        return ""
    return json.dumps(dict(metadata), sort_keys=True, separators=(",", ":"))


def _from_json(text: str) -> Mapping[str, str]:
    """Metadata as it was given; nothing for what only a forged file holds."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return {}
    return found
