"""From a source to a document that is ready to be indexed: bytes, text, chunks."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import formats
from app.core.chunking import chunk
from app.core.model import Chunk, Document
from app.engine.options import unit_vector
from app.engine.progress import Pacer
from app.engine.sources import PLAIN, PdfReader, PlainChunk, Source
from app.engine.timing import Timings
from app.errors import FileError, FossickError, InputError
from app.formats import pdf
from app.ports import TokenCounter
from app.storage.builder import DocumentEntry

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Prepared:
    """A document, read and cut; its language is told later."""

    entry: DocumentEntry
    vector: NDArray[np.float32] | None = None
    """Vector that came with a `PlainChunk`."""
    model: str = ""
    """Model of `vector`."""


class Reader:
    """Reads, parses and cuts sources, one at a time."""

    def __init__(
        self,
        *,
        count_tokens: TokenCounter,
        pdf_reader: PdfReader | None,
        timings: Timings,
        pacer: Pacer,
        dim_of: Callable[[str], int | None],
    ) -> None:
        self.count_tokens = count_tokens
        self._pdf_reader = pdf_reader
        self._timings = timings
        self._pacer = pacer
        self._dim_of = dim_of
        self._dims: dict[str, int] = {}

    async def bytes_of(self, source: Source) -> bytes:
        """The bytes of a file; `FileError` where it cannot or need not be read."""
        if source.size is not None:
            formats.check_size(source.path, source.size)
        try:
            with self._timings.part("read"):
                data = bytes(await source.read())
        except FossickError:
            raise
        except Exception as error:  # a file can vanish or be locked in ways that we cannot list
            _log.info("%s cannot be read", source.path, exc_info=error)
            message = f"{source.path} could not be read: {error}."
            raise FileError(message, code="unreadable") from error
        formats.check_size(source.path, len(data))
        return data

    async def file(self, source: Source, data: bytes, digest: bytes) -> Prepared:
        """A file's document. Raises `FileError`, whatever its bytes are."""
        try:
            with self._timings.part("parse"):
                document = clean(await self._parse(source.path, data))
            await self._pacer.pause()
            with self._timings.part("chunk"):
                chunks = chunk(document, count_tokens=self.count_tokens)
        except FossickError:
            raise
        except MemoryError as error:
            raise FileError(f"{source.path} is too large.", code="too-large") from error
        except Exception as error:  # whatever a file does to a reader, the others go on
            _log.exception("%s broke its reader", source.path)
            raise FileError(f"{source.path} could not be read.", code="damaged") from error
        if not chunks:
            raise FileError(f"{source.path} has no text inside.", code="no-text")
        entry = DocumentEntry(
            id=source.path,
            path=source.path,
            title=document.title,
            kind=document.kind,
            digest=digest,
            text=document.text,
            chunks=chunks,
            size=len(data),
            modified=float("nan") if source.modified is None else source.modified,
            metadata=document.metadata,
        )
        return Prepared(entry)

    def passage(self, plain: PlainChunk) -> Prepared:
        """A passage as it stands. Raises `InputError` if it has no text or a useless vector."""
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
        return Prepared(entry, row, model)

    def _check_dim(self, passage_id: str, model: str, dim: int) -> None:
        """Raise `InputError("dimension-mismatch")` for a vector that its model cannot have made."""
        expected = self._dims.setdefault(model, self._dim_of(model) or dim)
        if dim != expected:
            raise InputError(
                f"The vector of {passage_id!r} has {dim} dims; those of {model} have {expected}.",
                code="dimension-mismatch",
                hint="Name the model that made the vector, or none.",
            )

    async def _parse(self, path: str, data: bytes) -> Document:
        if formats.detect(path, data) != "pdf":
            return formats.read(path, data)
        if self._pdf_reader is None:
            raise FileError(f"{path} is a PDF, and no PDF reader is there.", code="unsupported")
        pages, info = await self._pdf_reader.pages(path, data)
        return pdf.from_pages(path, pages, info)


def clean(document: Document) -> Document:
    """The document without lone surrogates, which no model and no UTF-8 takes."""
    text, title = whole_text(document.text), whole_text(document.title)
    if text is document.text and title is document.title:
        return document
    return replace(document, text=text, title=title)


def whole_text(text: str) -> str:
    """The text with each lone surrogate replaced by "?", so that offsets stay.

    >>> whole_text("a" + chr(0xDC00) + "b")
    'a?b'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def given_model(dim: int) -> str:
    """Model tag of vectors that came with passages of unknown make."""
    return f"given/{dim}"


def plain_digest(plain: PlainChunk) -> bytes:
    """SHA-256 over everything in a passage; its id too, so that passages are never collapsed."""
    vector: Any = b"" if plain.vector is None else np.asarray(plain.vector, dtype="<f4").tobytes()
    parts = (plain.id, plain.title, plain.text, plain.model or "", _flat(plain.metadata))
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text + b"\x00" + vector).digest()


def _flat(metadata: Mapping[str, str]) -> str:
    return "\x01".join(f"{name}\x02{value}" for name, value in sorted(metadata.items()))
