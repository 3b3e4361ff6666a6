"""The chunks of a segment: rows in, columns stored, rows out on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.duplicates.fingerprint import UNKNOWN
from app.core.model import Address
from app.storage.columns import Rows, concat, from_arrays, take, to_arrays
from app.storage.strings import StringTable

HEADING_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk: `start:end` of its document's text in code points, and the same in bytes."""

    document: int
    """Ordinal of the document in the segment."""
    start: int
    end: int
    byte_start: int
    byte_end: int
    crc: int
    """CRC32 of the chunk's UTF-8 bytes."""
    address: Address = field(default_factory=Address)


@dataclass(frozen=True, slots=True)
class ChunkTable:
    """All chunks of a segment in document order, one array a column, each of length n."""

    headings: StringTable
    """The distinct heading paths of the segment, parts joined by U+001F."""
    heading: NDArray[np.uint32]
    """Row in `headings`."""
    document: NDArray[np.uint32]
    start: NDArray[np.uint32]
    end: NDArray[np.uint32]
    byte_start: NDArray[np.uint32]
    byte_end: NDArray[np.uint32]
    crc: NDArray[np.uint32]
    page: NDArray[np.uint32]
    """0 in this and the next three columns means: does not apply."""
    end_page: NDArray[np.uint32]
    line: NDArray[np.uint32]
    end_line: NDArray[np.uint32]
    fingerprint: NDArray[np.uint64]
    """See `app.core.duplicates.fingerprint`; 0 unknown."""

    @classmethod
    def build(
        cls, rows: Sequence[ChunkRow], fingerprints: NDArray[np.uint64] | None = None
    ) -> ChunkTable:
        """The columns of the rows; fingerprints that are not given are unknown."""
        paths: dict[str, int] = {}
        heading = [paths.setdefault(_heading_key(row.address), len(paths)) for row in rows]
        columns = np.array(
            [
                (
                    *(row.document, row.start, row.end, row.byte_start, row.byte_end, row.crc),
                    *(row.address.page or 0, row.address.end_page or 0),
                    *(row.address.line or 0, row.address.end_line or 0),
                )
                for row in rows
            ],
            dtype=np.uint32,
        ).reshape(len(rows), 10)
        numbers = np.array(heading, dtype=np.uint32)
        if fingerprints is None:
            fingerprints = np.full(len(rows), UNKNOWN, dtype=np.uint64)
        described: list[Any] = [*columns.T.copy(), fingerprints]
        return cls(StringTable.build(paths), numbers, *described)

    def __len__(self) -> int:
        return len(self.document)

    def row(self, ordinal: int) -> ChunkRow:
        """One chunk, decoded."""
        path = self.headings[int(self.heading[ordinal])]
        return ChunkRow(
            document=int(self.document[ordinal]),
            start=int(self.start[ordinal]),
            end=int(self.end[ordinal]),
            byte_start=int(self.byte_start[ordinal]),
            byte_end=int(self.byte_end[ordinal]),
            crc=int(self.crc[ordinal]),
            address=Address(
                page=int(self.page[ordinal]) or None,
                end_page=int(self.end_page[ordinal]) or None,
                line=int(self.line[ordinal]) or None,
                end_line=int(self.end_line[ordinal]) or None,
                heading=tuple(path.split(HEADING_SEPARATOR)) if path else (),
            ),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The sections of this table, named ``chunk.<column>``."""
        return to_arrays(self, "chunk")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> ChunkTable:
        """The table that `to_arrays` wrote, as views; `KeyError` names a column that is off."""
        table = cls(**from_arrays(cls, arrays, "chunk"))
        for column in fields(cls):
            value = getattr(table, column.name)
            if column.name != "headings" and value.shape != (len(table),):
                raise KeyError(f"chunk.{column.name}")
        if len(table) and int(table.heading.max()) >= len(table.headings):
            raise KeyError("chunk.heading")
        return table

    @staticmethod
    def join(parts: Sequence[tuple[ChunkTable, Rows, NDArray[np.uint32]]]) -> ChunkTable:
        """The given chunks of each table, one after another; headings are made distinct again.

        The third of each part is the new ordinal of each of its documents.
        """
        paths: dict[str, int] = {}
        columns: list[dict[str, Any]] = []
        for table, rows, documents in parts:
            picked = take(table, rows, but=("headings",))
            numbers = [paths.setdefault(path, len(paths)) for path in table.headings]
            picked["heading"] = np.array(numbers, dtype=np.uint32)[picked["heading"]]
            picked["document"] = documents[picked["document"]]
            columns.append(picked)
        return ChunkTable(headings=StringTable.build(paths), **concat(columns))


def without_fingerprints(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The section that files of former formats lack."""
    n_chunks = len(arrays.get("chunk.document", ()))
    return {"chunk.fingerprint": np.full(n_chunks, UNKNOWN, dtype=np.uint64)}


def _heading_key(address: Address) -> str:
    return HEADING_SEPARATOR.join(part.replace(HEADING_SEPARATOR, " ") for part in address.heading)
