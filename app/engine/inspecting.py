"""Reading a segment again, whole, and noting in it what is damaged or does not fit together."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from app.core.lexical.soundness import contradiction
from app.errors import StorageError
from app.ports import Store
from app.storage import damage as damages
from app.storage import tombstones
from app.storage.damage import DamagedFileError
from app.storage.names import text_name
from app.storage.rereading import PIECE, Read, expect_whole, reread
from app.storage.snapshot import LiveSegment
from app.storage.vectors import ROWS

Dim = Callable[[str], int | None]
"""Dimension of the vectors of a model, None for one that is not here."""


async def inspect(store: Store, live: LiveSegment, dim: Dim, read: Read) -> None:
    """Note what is damaged: in the segment, in its blocks of vectors, of which documents' texts.

    `read` is told of the bytes, and may raise to stop.
    """
    segment = live.segment
    segment.faults.clear()
    try:
        await _front(store, live, read)
        await _tombstones(store, live, read)
        _tables(live)
    except StorageError as error:
        note_fault(live, error)
    if live.renewal is not None:
        await _renewal(store, live, read)
    _blocks(live, dim)
    broken = await _texts(store, live, read)
    segment.unreadable.clear()
    segment.unreadable.update(broken)


def note_fault(live: LiveSegment, error: StorageError) -> None:
    """A segment is not to be relied on: its documents are read again when they are next met."""
    counts = live.live_documents, live.n_live
    live.segment.faults[:] = [damages.of_front(live.name, *counts, error)]


async def _front(store: Store, live: LiveSegment, read: Read) -> None:
    """The file, which was read when it was opened, and rows of vectors in it."""
    table, damaged = await reread(store, live.name, read)
    if table.crc != live.segment.crc:
        raise DamagedFileError(live.name, "header")
    for name in damaged:
        if not ROWS.fullmatch(name):
            raise DamagedFileError(live.name, name)
        if live.renewal is None:
            _lost(live, name, DamagedFileError(live.name, name))


async def _tombstones(store: Store, live: LiveSegment, read: Read) -> None:
    if live.tombstones is None or not live.is_saved:
        return
    await expect_whole(store, live.tombstones, read)
    if not np.array_equal(await tombstones.load(store, live.tombstones, len(live.dead)), live.dead):
        raise DamagedFileError(live.tombstones, "dead")


def _tables(live: LiveSegment) -> None:
    """Whether documents, chunks and words speak of the same."""
    documents, chunks = live.segment.documents, live.segment.chunks
    if part := contradiction(live.segment.postings):
        raise DamagedFileError(live.name, f"lex.{part}")
    owners = np.repeat(np.arange(len(documents)), documents.chunks.astype(np.intp))
    if not np.array_equal(owners, chunks.document):
        raise DamagedFileError(live.name, "chunk.document")
    has_text = documents.text_bytes[chunks.document] > 0  # others came without theirs
    for first, last, lengths in (
        (chunks.start, chunks.end, documents.text_length),
        (chunks.byte_start, chunks.byte_end, documents.text_bytes),
    ):
        beyond = last > lengths[chunks.document]
        if np.any(first > last) or np.any(beyond & has_text):
            raise DamagedFileError(live.name, "chunk.end")


async def _renewal(store: Store, live: LiveSegment, read: Read) -> None:
    """The file of vectors that took the place of those in the segment."""
    if live.renewal is None or live.segment.lost_vectors is not None:
        return
    name = live.renewal.name
    try:
        table, damaged = await reread(store, name, read)
        if table.crc != live.renewal.crc:
            raise DamagedFileError(name, "header")
    except StorageError as error:
        for number in range(len(live.segment.vectors)):
            _lost(live, f"vectors.{number}.rows", error)
        return
    for part in damaged:
        if ROWS.fullmatch(part):
            _lost(live, part, DamagedFileError(name, part))
        else:
            for number in range(len(live.segment.vectors)):
                _lost(live, f"vectors.{number}.rows", DamagedFileError(name, part))


def _blocks(live: LiveSegment, dim: Dim) -> None:
    """Whether no chunk has two vectors, and all are as long as those of their model."""
    seen = np.zeros(len(live.segment.chunks), dtype=np.bool_)
    for number, block in enumerate(live.segment.vectors):
        wanted = dim(block.model)
        if (wanted is not None and wanted != block.dim) or bool(seen[block.ordinals].any()):
            part = f"vectors.{number}.rows"
            name = live.renewal.name if live.renewal else live.name
            _lost(live, part, DamagedFileError(name, part))
        seen[block.ordinals] = True


def _lost(live: LiveSegment, part: str, error: StorageError) -> None:
    block = live.segment.vectors[int(part.split(".")[1])]
    block.damage = damages.of_vectors(live.name, block.model, len(block.ordinals), error)


async def _texts(store: Store, live: LiveSegment, read: Read) -> set[int]:
    """Documents of which the text, or that of a chunk, is not what was written."""
    table, first = live.segment.documents, live.first_chunks.tolist()
    starts, sizes = table.text_start.tolist(), table.text_bytes.tolist()
    crcs = table.text_crc.tolist()
    chunks = live.segment.chunks
    edges = list(
        zip(chunks.byte_start.tolist(), chunks.byte_end.tolist(), chunks.crc.tolist(), strict=True)
    )
    broken: set[int] = set()
    for rows in _stretches(np.flatnonzero(~live.dead).tolist(), starts, sizes):
        begin = starts[rows[0]]
        length = starts[rows[-1]] + sizes[rows[-1]] - begin
        data = await _stretch(store, text_name(live.name), begin, length)
        for row in rows:
            text = data[starts[row] - begin : starts[row] - begin + sizes[row]]
            if zlib.crc32(text) != crcs[row] or any(
                zlib.crc32(text[start:end]) != crc
                for start, end, crc in edges[first[row] : first[row + 1]]
            ):
                broken.add(row)
        await read(length)
    return broken


async def _stretch(store: Store, name: str, start: int, length: int) -> memoryview:
    try:
        return memoryview(await store.read(name, start, length))
    except StorageError:
        return memoryview(b"")


def _stretches(rows: list[int], starts: list[int], sizes: list[int]) -> Iterator[list[int]]:
    """Rows whose texts lie end to end, no more of them than are read at a time."""
    found: list[int] = []
    for row in rows:
        if found:
            after = starts[found[-1]] + sizes[found[-1]]
            if starts[row] != after or after + sizes[row] - starts[found[0]] > PIECE:
                yield found
                found = []
        found.append(row)
    if found:
        yield found
