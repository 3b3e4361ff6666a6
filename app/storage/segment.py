"""A segment: documents, chunks, postings and vectors of one commit, immutable once written.

The file is the container of `sections`; a loaded segment is views into its bytes. The texts
stand in a file of their own (`texts`), deletes in a third (`tombstones`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import Postings
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import sections
from app.storage.chunk_table import ChunkTable
from app.storage.document_table import DocumentTable
from app.storage.strings import StringTable

_POSTINGS = "lex."


@dataclass(frozen=True, slots=True)
class VectorBlock:
    """The vectors that one model gave to chunks of a segment."""

    model: str
    ordinals: NDArray[np.uint32]
    """Shape (m,): the chunks that have a vector of this model, ascending."""
    rows: NDArray[np.float32]
    """Shape (m, dim): row i belongs to chunk `ordinals[i]`; every row has length 1."""


@dataclass(frozen=True)
class Segment:
    """What a segment file holds, as views."""

    name: str
    documents: DocumentTable
    chunks: ChunkTable
    postings: Postings
    vectors: tuple[VectorBlock, ...]

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """Ordinal of each document by id; decoded when it is first asked for."""
        return {document_id: ordinal for ordinal, document_id in enumerate(self.documents.id)}


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is not written yet, with the texts of its documents in order."""

    segment: Segment
    texts: Sequence[Buffer]


def encode(segment: Segment) -> list[Buffer]:
    """The parts of the segment's file."""
    arrays: dict[str, NDArray[Any]] = {
        **segment.documents.to_arrays(),
        **segment.chunks.to_arrays(),
        **{_POSTINGS + name: array for name, array in segment.postings.to_arrays().items()},
        **StringTable.build(block.model for block in segment.vectors).to_arrays("vectors.model"),
    }
    for number, block in enumerate(segment.vectors):
        arrays[f"vectors.{number}.ordinals"] = block.ordinals
        arrays[f"vectors.{number}.rows"] = block.rows
    return sections.pack(arrays)


def decode(data: Buffer, name: str) -> Segment:
    """The segment in a file's bytes; raises `StorageError` like `sections.unpack`."""
    arrays = sections.unpack(data, name)
    try:
        return Segment(
            name=name,
            documents=DocumentTable.from_arrays(arrays),
            chunks=ChunkTable.from_arrays(arrays),
            postings=Postings.from_arrays(_postings(arrays)),
            vectors=_vectors(arrays),
        )
    except KeyError as missing:
        raise sections.damaged(name, str(missing.args[0])) from missing


def encode_tombstones(dead: NDArray[np.bool_]) -> list[Buffer]:
    """The file for a mask over a segment's documents, True for those that are deleted."""
    return sections.pack({"dead": np.packbits(dead, bitorder="little")})


def decode_tombstones(data: Buffer, name: str, documents: int) -> NDArray[np.bool_]:
    """The mask that `encode_tombstones` wrote, shape (documents,)."""
    packed = sections.unpack(data, name).get("dead")
    if packed is None or len(packed) != -(-documents // 8):
        raise sections.damaged(name, "dead")
    return np.unpackbits(packed, count=documents, bitorder="little").astype(np.bool_)


async def load(store: Store, name: str) -> Segment:
    """Read a segment: one read, no parsing."""
    if await store.size(name) is None:
        raise StorageError(
            f"The index file {name} is missing.",
            code="storage-damaged",
            hint="Delete the collection and add the files again.",
        )
    return decode(await store.read(name), name)


def _postings(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    size = len(_POSTINGS)
    return {key[size:]: array for key, array in arrays.items() if key.startswith(_POSTINGS)}


def _vectors(arrays: Mapping[str, NDArray[Any]]) -> tuple[VectorBlock, ...]:
    models = StringTable.from_arrays(arrays, "vectors.model")
    return tuple(
        VectorBlock(model, arrays[f"vectors.{i}.ordinals"], arrays[f"vectors.{i}.rows"])
        for i, model in enumerate(models)
    )
