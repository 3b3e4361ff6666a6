"""From a source to a document that is ready to be indexed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.core.model import Chunk
from app.engine.embedding import GIVEN
from app.engine.options import unit_vector
from app.engine.sources import PLAIN, PlainChunk
from app.errors import InputError
from app.formats.names import whole_text
from app.formats.parsing import Parsed
from app.ports import Float32Matrix
from app.storage.builder import DocumentEntry

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Prepared:
    """A document, read and cut; its language is told later."""

    entry: DocumentEntry
    vectors: Mapping[str, Float32Matrix] = field(default_factory=dict)
    """Vectors of all its chunks that need not be made, by model."""


def document(parsed: Parsed) -> Prepared:
    """A file's document."""
    cut = parsed.document
    assert cut is not None
    entry = DocumentEntry(
        id=parsed.path,
        path=parsed.path,
        title=cut.title,
        kind=cut.kind,
        digest=parsed.digest,
        text=cut.text,
        chunks=cut.chunks,
        size=parsed.size,
        modified=float("nan") if parsed.modified is None else parsed.modified,
        metadata=cut.metadata,
    )
    return Prepared(entry)


class PassageReader:
    """Takes passages as they stand."""

    def __init__(self, dim_of: Callable[[str], int | None]) -> None:
        """`dim_of` answers how many dimensions a model's vectors have, where that is known."""
        self._dim_of = dim_of
        self._dims: dict[str, int] = {}

    def passage(self, plain: PlainChunk) -> Prepared:
        """The document. Raises `InputError` if it has no text or a useless vector."""
        text, title = whole_text(plain.text), whole_text(plain.title)
        if not (text or title).strip():
            raise InputError(f"The passage {plain.id!r} has no text.", code="empty")
        entry = DocumentEntry(
            id=plain.id,
            path=plain.id,
            title=title,
            kind=PLAIN,
            digest=plain_digest(plain),
            text=text,
            chunks=[Chunk(0, len(text))],
            size=len(text),
            metadata=plain.metadata,
        )
        if plain.vector is None:
            return Prepared(entry)
        row = unit_vector(plain.vector)
        model = plain.model or given_model(len(row))
        self._check_dim(plain.id, model, len(row))
        return Prepared(entry, {model: row[np.newaxis]})

    def _check_dim(self, passage_id: str, model: str, dim: int) -> None:
        """Raise `InputError("dimension-mismatch")` for a vector that its model cannot have made."""
        expected = self._dims.setdefault(model, self._dim_of(model) or dim)
        if dim != expected:
            raise InputError(
                f"The vector of {passage_id!r} has {dim} dims; those of {model} have {expected}.",
                code="dimension-mismatch",
                hint="Name the model that made the vector, or none.",
            )


def given_model(dim: int) -> str:
    """Model tag of vectors that came with passages of unknown make."""
    return f"{GIVEN}{dim}"


MADE = b"made"
"""The end of the digest of a passage whose vector is ours to make, and to make anew."""


def plain_digest(plain: PlainChunk) -> bytes:
    """SHA-256 over everything in a passage; its id too, so that passages are never collapsed.

    Without a vector of its own it ends in `MADE`, so that an index knows it of each passage.
    """
    vector: Any = b"" if plain.vector is None else np.asarray(plain.vector, dtype="<f4").tobytes()
    parts = (plain.id, plain.title, plain.text, plain.model or "", _flat(plain.metadata))
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text + b"\x00" + vector).digest()
    return digest if plain.vector is not None else digest[: -len(MADE)] + MADE


def _flat(metadata: Mapping[str, str]) -> str:
    return "\x01".join(f"{name}\x02{value}" for name, value in sorted(metadata.items()))
