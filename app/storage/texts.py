"""Texts of documents: written once beside their segment, read back by range for what is shown."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.model import Chunk
from app.errors import StorageError
from app.ports import Store
from app.storage.chunk_table import ChunkRow
from app.storage.damage import DamagedFileError
from app.storage.document_table import DocumentRow, DocumentTable
from app.storage.names import text_name

_ERRORS = "surrogatepass"
"""Texts are expected whole; a lone surrogate that slips through must not stop a commit."""


def encode_text(text: str) -> bytes:
    """The bytes of a text as the text file holds them."""
    return text.encode("utf-8", _ERRORS)


def chunk_rows(document: int, text: str, encoded: bytes, chunks: Iterable[Chunk]) -> list[ChunkRow]:
    """The rows of a document's chunks: offsets in code points turned into bytes, and checksums.

    `encoded` is `encode_text(text)`, `document` the document's ordinal in the segment.
    """
    found = list(chunks)
    edges = {0, *(chunk.start for chunk in found), *(chunk.end for chunk in found)}
    at = _byte_offsets(text, encoded, sorted(edges))
    return [
        ChunkRow(
            document=document,
            start=chunk.start,
            end=chunk.end,
            byte_start=at[chunk.start],
            byte_end=at[chunk.end],
            crc=zlib.crc32(encoded[at[chunk.start] : at[chunk.end]]),
            address=chunk.address,
        )
        for chunk in found
    ]


async def read_document(store: Store, segment: str, row: DocumentRow) -> str:
    """The canonical text of a document. Raises `StorageError` where it is damaged."""
    return await _read(store, segment, row.text_start, row.text_bytes, row.text_crc)


async def read_chunk(store: Store, segment: str, row: DocumentRow, chunk: ChunkRow) -> str:
    """The text of one chunk: one read of its bytes alone. Raises like `read_document`."""
    start = row.text_start + chunk.byte_start
    return await _read(store, segment, start, chunk.byte_end - chunk.byte_start, chunk.crc)


async def unreadable(
    store: Store, segment: str, table: DocumentTable, rows: NDArray[np.int64]
) -> list[int]:
    """Those of the documents `rows` whose texts are not what was written.

    Reads all of them; gives way now and then.
    """
    found: list[int] = []
    for number, row in enumerate(rows.tolist()):
        if number % 64 == 63:
            await asyncio.sleep(0)
        place = int(table.text_start[row]), int(table.text_bytes[row]), int(table.text_crc[row])
        try:
            await _bytes(store, segment, *place)
        except StorageError:
            found.append(row)
    return found


async def _read(store: Store, segment: str, start: int, length: int, crc: int) -> str:
    data = await _bytes(store, segment, start, length, crc)
    try:
        return data.decode("utf-8", _ERRORS)
    except UnicodeDecodeError as error:
        raise DamagedFileError(text_name(segment), f"bytes {start} to {start + length}") from error


async def _bytes(store: Store, segment: str, start: int, length: int, crc: int) -> bytes:
    name = text_name(segment)
    data = bytes(await store.read(name, start, length)) if length >= 0 else b""
    if len(data) != length or zlib.crc32(data) != crc:
        raise DamagedFileError(name, f"bytes {start} to {start + length}")
    return data


def _byte_offsets(text: str, encoded: bytes, offsets: Sequence[int]) -> dict[int, int]:
    if len(encoded) == len(text):
        return {offset: offset for offset in offsets}
    at: dict[int, int] = {}
    before, total = 0, 0
    for offset in offsets:
        total += len(encode_text(text[before:offset]))
        at[offset] = total
        before = offset
    return at
