"""From ordinals to what is shown: rows decoded, texts read by range."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field

from app.core.lexical import Wanted
from app.core.lexical.snippet import highlights, window
from app.core.model import Hit, LegResult, NearCopy
from app.engine.reports import Passage
from app.engine.sources import PLAIN
from app.engine.view import Place, View
from app.errors import InputError, StorageError
from app.ports import Store
from app.storage.chunk_table import ChunkRow
from app.storage.damage import reason
from app.storage.document_table import DocumentRow
from app.storage.snapshot import LiveSegment
from app.storage.texts import read_chunk, read_document


@dataclass(slots=True)
class Candidate:
    """A chunk that is to be shown."""

    ordinal: int
    score: float
    legs: Mapping[str, LegResult]
    place: Place
    chunk: int
    """Ordinal of the chunk in its segment."""
    number: int
    """Place of the chunk in its document."""
    also_at: list[str] = field(default_factory=list)
    near: list[Candidate] = field(default_factory=list)
    """Those that say nearly the same."""


def candidate(view: View, ordinal: int, score: float, legs: Mapping[str, LegResult]) -> Candidate:
    """Where a global ordinal stands."""
    segment, chunk = view.snapshot.locate(ordinal)
    live = view.snapshot.segments[segment]
    document = int(live.segment.chunks.document[chunk])
    number = chunk - int(live.first_chunks[document])
    return Candidate(ordinal, score, legs, (segment, document), chunk, number)


def path_of(view: View, place: Place) -> str:
    """Path of a document."""
    segment, document = place
    return view.snapshot.segments[segment].segment.documents.path[document]


@dataclass(frozen=True, slots=True)
class Show:
    """Turns the candidates of one search into hits."""

    view: View
    store: Store
    wanted: Wanted
    """What is highlighted."""
    explained: Mapping[int, object] = field(default_factory=dict)
    """Explanations by ordinal."""

    async def hit(self, found: Candidate, rank: int) -> Hit:
        """The hit with its text, read by range, and highlights."""
        live = self.view.snapshot.segments[found.place[0]]
        document = live.document(found.place[1])
        chunk = live.segment.chunks.row(found.chunk)
        text, problem = "", None
        try:
            text = await read_chunk(self.store, live.name, document, chunk)
        except StorageError as error:
            problem = _unreadable(live, found.place[1], document, error).message
        marked = highlights(text, self.wanted)
        return Hit(
            id=chunk_id(document, found.number),
            document_id=document.id,
            path=document.path,
            title=document.title,
            text=text,
            score=found.score,
            rank=rank,
            highlights=tuple(marked),
            snippet=window(text, marked),
            address=chunk.address,
            start=chunk.start,
            legs=found.legs,
            also_at=tuple(found.also_at),
            near_copies=tuple(near_copy(self.view, each) for each in found.near),
            metadata=document.metadata,
            problem=problem,
            explanation=self.explained.get(found.ordinal),
        )


def near_copy(view: View, found: Candidate) -> NearCopy:
    """A passage as it is named beside those that say nearly the same."""
    live = view.snapshot.segments[found.place[0]]
    document = live.document(found.place[1])
    return NearCopy(
        id=chunk_id(document, found.number),
        document_id=document.id,
        path=document.path,
        title=document.title,
        address=live.segment.chunks.row(found.chunk).address,
        also_at=tuple(found.also_at),
    )


async def passage(view: View, store: Store, wanted: str) -> Passage:
    """A document by its id, or a chunk by its own.

    Raises `InputError("not-found")`, and `StorageError` where the text is damaged.
    """
    place = view.snapshot.place(wanted)
    if place is not None:
        live = view.snapshot.segments[place[0]]
        document = live.document(place[1])
        text = await _text(live, place[1], document, read_document(store, live.name, document))
        whole = ChunkRow(place[1], 0, document.text_length, 0, 0, 0)
        return _passage(document, document.id, text, whole)
    document_id, _, number = wanted.rpartition("#")
    place = view.snapshot.place(document_id)
    if place is None or not (number.isascii() and number.isdecimal()):
        raise _not_found(wanted)
    live = view.snapshot.segments[place[0]]
    document = live.document(place[1])
    if int(number) >= document.chunks:
        raise _not_found(wanted)
    chunk = live.segment.chunks.row(document.first_chunk + int(number))
    text = await _text(live, place[1], document, read_chunk(store, live.name, document, chunk))
    return _passage(document, wanted, text, chunk)


def chunk_id(document: DocumentRow, number: int) -> str:
    """Id of a document's chunk, counted from 0; a passage as it stands has its own."""
    return document.id if document.kind == PLAIN else f"{document.id}#{number}"


def known(value: float) -> float | None:
    """None for the values that stand for "unknown" in the tables."""
    return None if math.isnan(value) or value < 0 else value


def _passage(document: DocumentRow, own_id: str, text: str, chunk: ChunkRow) -> Passage:
    size = known(document.size)
    return Passage(
        id=own_id,
        document_id=document.id,
        path=document.path,
        title=document.title,
        kind=document.kind,
        text=text,
        start=chunk.start,
        end=chunk.end,
        address=chunk.address,
        metadata=document.metadata,
        size=None if size is None else int(size),
        modified=known(document.modified),
    )


async def _text(
    live: LiveSegment, ordinal: int, document: DocumentRow, reading: Awaitable[str]
) -> str:
    """The text, or the error that says whose it is."""
    try:
        return await reading
    except StorageError as error:
        raise _unreadable(live, ordinal, document, error) from error


def _unreadable(
    live: LiveSegment, ordinal: int, document: DocumentRow, error: StorageError
) -> StorageError:
    """What to tell of a text that cannot be read; from now on its document counts as damaged."""
    live.segment.unreadable.add(ordinal)
    return StorageError(
        f"The text of {document.path} cannot be shown: {reason(error)}",
        code=error.code,
        hint="Add the file again.",
    )


def _not_found(wanted: str) -> InputError:
    return InputError(
        f"There is no document or passage {wanted!r}.",
        code="not-found",
        hint="It may have been removed or replaced; search again.",
    )
