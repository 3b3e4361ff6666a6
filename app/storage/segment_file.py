"""A segment's file: written in one go, read from its front; what lies behind is read when needed.

The file is the container of `sections`. What every search needs lies in front and is read and
checked when the segment is opened, as views into its bytes; the rows of the vectors lie behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import Postings
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import sections
from app.storage.chunk_table import ChunkTable, without_fingerprints, without_places
from app.storage.damage import DamagedFileError, of_this_format
from app.storage.document_table import DocumentTable
from app.storage.opening import open_table
from app.storage.sections import Table
from app.storage.segment import Segment
from app.storage.vectors import ROWS, as_codes, in_file, of_table, to_arrays

_POSTINGS = "lex."
_FINGERPRINTS = 5
"""The first format that has them."""
_PLACES = 7
"""Format since which chunks say where they stand in the words of their format."""


def encode(segment: Segment) -> list[Buffer]:
    """The parts of the segment's file; the first holds header and table."""
    arrays: dict[str, NDArray[Any]] = {
        **segment.documents.to_arrays(),
        **segment.chunks.to_arrays(),
        **{_POSTINGS + name: array for name, array in segment.postings.to_arrays().items()},
        **to_arrays(segment.vectors),
    }
    return sections.pack(arrays)


def written(segment: Segment, head: Buffer, *, keep_rows: bool) -> Segment:
    """The same segment as its file holds it; `head` is the first part that `encode` gave.

    Without `keep_rows` the vectors are read again when they are asked for.
    """
    table = sections.read_table(head, segment.name)
    vectors = in_file(segment.vectors, table, keep_rows=keep_rows)
    return replace(segment, vectors=vectors, crc=table.crc)


async def load(store: Store, name: str) -> Segment:
    """Open a segment: what lies in front of the vectors is read and checked, and not parsed.

    Raises `StorageError`: `storage-damaged` names the file and the part that is not as written.
    """
    table = await open_table(store, name)
    first, end = _front(table)
    return _opened(table, await store.read(name, first, end - first), first)


def decode(data: Buffer, name: str) -> Segment:
    """The segment in a file's bytes; raises like `load`."""
    with of_this_format(name):
        table = sections.read_table(data, name)
    if len(data) != table.length:
        raise DamagedFileError(name, "length")
    segment = _opened(table, data, 0)
    for number, block in enumerate(segment.vectors):
        block.rows = as_codes(table.view(f"vectors.{number}.rows", data))
    return segment


def _front(table: Table) -> tuple[int, int]:
    """Where the sections that are read at once begin and end."""
    front = [section for name, section in table.sections.items() if not ROWS.fullmatch(name)]
    if not front:
        return 0, 0
    first = min(section.offset - section.gap for section in front)
    return first, max(section.offset + section.length for section in front)


def _opened(table: Table, data: Buffer, base: int) -> Segment:
    """The segment over the front of its file. Raises `DamagedFileError`."""
    arrays = {
        name: table.view(name, data, base) for name in table.sections if not ROWS.fullmatch(name)
    }
    if table.version < _FINGERPRINTS:
        arrays |= without_fingerprints(arrays)
    if table.version < _PLACES:
        arrays |= without_places(arrays)
    try:
        documents, chunks = DocumentTable.from_arrays(arrays), ChunkTable.from_arrays(arrays)
        postings = Postings.from_arrays(_postings(arrays))
        vectors = of_table(table, arrays, len(chunks))
    except KeyError as missing:
        raise DamagedFileError(table.file, str(missing.args[0])) from missing
    except StorageError as error:
        raise DamagedFileError(table.file, "lex") from error
    owners = np.repeat(np.arange(len(documents)), documents.chunks.astype(np.intp))
    if not np.array_equal(owners, chunks.document) or postings.n_chunks != len(chunks):
        raise DamagedFileError(table.file, "chunk.document")
    return Segment(table.file, documents, chunks, postings, vectors, table.crc)


def _postings(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    size = len(_POSTINGS)
    return {key[size:]: array for key, array in arrays.items() if key.startswith(_POSTINGS)}
