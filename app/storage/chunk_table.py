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

SEPARATOR = "\x1f"

_DISTINCT = {"headings": "heading", "places": "place"}
"""Tables of distinct strings, and the column that says which row of it a chunk has."""


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
    places: StringTable
    """The distinct stretches that formats name themselves, first and last joined by U+001F."""
    place: NDArray[np.uint32]
    """Row in `places`."""
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
        stretches: dict[str, int] = {}
        place = [stretches.setdefault(_place_key(row.address), len(stretches)) for row in rows]
        if fingerprints is None:
            fingerprints = np.full(len(rows), UNKNOWN, dtype=np.uint64)
        named = (StringTable.build(stretches), np.array(place, dtype=np.uint32))
        described: list[Any] = [*columns.T.copy(), *named, fingerprints]
        return cls(StringTable.build(paths), numbers, *described)

    def __len__(self) -> int:
        return len(self.document)

    def row(self, ordinal: int) -> ChunkRow:
        """One chunk, decoded."""
        path = self.headings[int(self.heading[ordinal])]
        first, _, last = self.places[int(self.place[ordinal])].partition(SEPARATOR)
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
                place=first or None,
                end_place=last or None,
                heading=tuple(path.split(SEPARATOR)) if path else (),
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
            if column.name not in _DISTINCT and value.shape != (len(table),):
                raise KeyError(f"chunk.{column.name}")
        for distinct, rows in _DISTINCT.items():
            if len(table) and int(getattr(table, rows).max()) >= len(getattr(table, distinct)):
                raise KeyError(f"chunk.{rows}")
        return table

    @staticmethod
    def join(parts: Sequence[tuple[ChunkTable, Rows, NDArray[np.uint32]]]) -> ChunkTable:
        """The given chunks of each table, one after another; what is distinct is made so again.

        The third of each part is the new ordinal of each of its documents.
        """
        known: dict[str, dict[str, int]] = {distinct: {} for distinct in _DISTINCT}
        columns: list[dict[str, Any]] = []
        for table, rows, documents in parts:
            picked = take(table, rows, but=_DISTINCT)
            for distinct, column in _DISTINCT.items():
                seen = known[distinct]
                numbers = [seen.setdefault(text, len(seen)) for text in getattr(table, distinct)]
                picked[column] = np.array(numbers, dtype=np.uint32)[picked[column]]
            picked["document"] = documents[picked["document"]]
            columns.append(picked)
        tables: dict[str, Any] = {name: StringTable.build(seen) for name, seen in known.items()}
        return ChunkTable(**tables, **concat(columns))


def without_fingerprints(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The section that files of former formats lack."""
    n_chunks = len(arrays.get("chunk.document", ()))
    return {"chunk.fingerprint": np.full(n_chunks, UNKNOWN, dtype=np.uint64)}


def without_places(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The sections that files before version 7 lack: no chunk has a place of its format's own."""
    n_chunks = len(arrays.get("chunk.document", ()))
    rows = {"chunk.place": np.zeros(n_chunks, dtype=np.uint32)}
    return rows | StringTable.build([SEPARATOR]).to_arrays("chunk.places")


def _heading_key(address: Address) -> str:
    return _joined(*address.heading)


def _place_key(address: Address) -> str:
    return _joined(address.place or "", address.end_place or "")


def _joined(*parts: str) -> str:
    return SEPARATOR.join(part.replace(SEPARATOR, " ") for part in parts)
