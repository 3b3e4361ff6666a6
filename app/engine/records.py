"""Passages as others want them: one after the other, with their texts, places and vectors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.dense.pooling import l2_normalise
from app.core.model import Address
from app.engine.passages import chunk_id, known
from app.engine.view import View
from app.errors import StorageError
from app.ports import Store
from app.storage.document_table import DocumentRow
from app.storage.portable import LeftOut, Portion
from app.storage.snapshot import LiveSegment
from app.storage.texts import read_document

_TOLD = 100
"""Documents that are named where more are left out."""


@dataclass(frozen=True, slots=True)
class Record:
    """One passage, with what is known of its document."""

    id: str
    document_id: str
    number: int
    """Place of the passage in its document, from 0."""
    path: str
    title: str
    kind: str
    language: str
    """ISO 639-1, "" unknown."""
    text: str
    start: int
    """Offsets in the document's text, in code points."""
    end: int
    address: Address
    size: int | None
    modified: float | None
    """Seconds since 1970."""
    metadata: Mapping[str, str]
    model: str | None
    vector: NDArray[np.float32] | None
    """Shape (dim,), of length 1, out of int8 codes; None without one."""


@dataclass(slots=True)
class Records:
    """The passages of a portion of a view; `left_out` grows as what is damaged is met."""

    view: View
    store: Store
    portion: Portion
    left_out: list[LeftOut]

    @property
    def total(self) -> int:
        """Documents that will be looked at."""
        return sum(live.live_documents for live in self.view.snapshot.segments)

    def rows(self) -> Iterator[DocumentRow]:
        """The documents of the portion, without looking at their texts."""
        for live in self.view.snapshot.segments:
            for ordinal in np.flatnonzero(~live.dead).tolist():
                row = live.document(ordinal)
                if self.portion.holds(row.path):
                    yield row

    async def documents(self) -> AsyncIterator[tuple[DocumentRow, str, list[Record]]]:
        """Every document that can be read, with its text and its passages, in order.

        Texts are empty where the portion has none; gives way after each document.
        """
        for part in self.view.snapshot.aside:
            self._leave_out("segment", part.entry.name, part.damage.message, part.entry.documents)
        for live in self.view.snapshot.segments:
            vectors = await self._vectors(live)
            for ordinal in np.flatnonzero(~live.dead).tolist():
                row = live.document(ordinal)
                if not self.portion.holds(row.path):
                    continue
                text = await self._text(live, row)
                await asyncio.sleep(0)
                if text is not None:
                    yield row, text, list(_records(live, row, text, vectors))

    async def _text(self, live: LiveSegment, row: DocumentRow) -> str | None:
        if not self.portion.texts:
            return ""
        try:
            return await read_document(self.store, live.name, row)
        except StorageError as error:
            self._leave_out("documents", live.name, error.message, 1, row.path)
            return None

    async def _vectors(self, live: LiveSegment) -> list[_Vectors]:
        """The vectors of a segment, model by model, read for once."""
        found: list[_Vectors] = []
        for block in live.segment.vectors if self.portion.vectors else ():
            rows = await block.read(self.store)
            if rows is None:
                message = block.damage.message if block.damage else "They cannot be read."
                self._leave_out("vectors", live.name, message)
                continue
            places = np.full(len(live.segment.chunks), -1, dtype=np.int64)
            places[block.ordinals] = np.arange(len(block.ordinals))
            found.append(_Vectors(block.model, places, rows))
        return found

    def _leave_out(
        self, what: str, name: str, message: str, documents: int = 0, path: str = ""
    ) -> None:
        for at, each in enumerate(self.left_out):
            if path and (each.what, each.name) == (what, name):
                paths = (*each.paths, path)[:_TOLD]
                self.left_out[at] = LeftOut(what, name, message, each.documents + 1, paths)
                return
        paths = (path,) if path else ()
        self.left_out.append(LeftOut(what, name, message, documents, paths))


@dataclass(frozen=True, slots=True)
class _Vectors:
    model: str
    places: NDArray[np.int64]
    """(chunks,): row of each chunk, -1 without one."""
    rows: NDArray[np.int8]


def _records(
    live: LiveSegment, row: DocumentRow, text: str, vectors: list[_Vectors]
) -> list[Record]:
    found: list[Record] = []
    for number in range(row.chunks):
        ordinal = row.first_chunk + number
        chunk = live.segment.chunks.row(ordinal)
        model, vector = _vector(vectors, ordinal)
        found.append(
            Record(
                id=chunk_id(row, number),
                document_id=row.id,
                number=number,
                path=row.path,
                title=row.title,
                kind=row.kind,
                language=row.language,
                text=text[chunk.start : chunk.end],
                start=chunk.start,
                end=chunk.end,
                address=chunk.address,
                size=None if row.size < 0 else row.size,
                modified=known(row.modified),
                metadata=row.metadata,
                model=model,
                vector=vector,
            )
        )
    return found


def _vector(
    vectors: list[_Vectors], ordinal: int
) -> tuple[str, NDArray[np.float32]] | tuple[None, None]:
    for each in vectors:
        if (place := int(each.places[ordinal])) >= 0:
            row = each.rows[place : place + 1].astype(np.float32)
            return each.model, l2_normalise(row)[0]
    return None, None
