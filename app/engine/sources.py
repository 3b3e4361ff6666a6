"""What can be added: files that are read when their turn comes, and passages as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

from app.formats.pdf import PdfPage

PLAIN = "chunk"
"""`kind` of a document that is one passage as it stands; its chunk has the document's own id."""


class Source(Protocol):
    """A file. Its `path` is its identity: adding the same path again replaces the document."""

    @property
    def path(self) -> str:
        """Path with ``/``, from the root of what was picked, for example "notes/gold.md"."""
        ...

    @property
    def size(self) -> int | None:
        """Bytes, None where unknown."""
        ...

    @property
    def modified(self) -> float | None:
        """Seconds since 1970, None where unknown."""
        ...

    async def read(self) -> bytes:
        """All bytes. Raises `FileError("unreadable")` or `OSError` if the file cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class BytesSource:
    """A file whose bytes are at hand: pasted text, a member of an archive, a test."""

    path: str
    data: bytes
    modified: float | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    async def read(self) -> bytes:
        """The bytes."""
        return self.data


@dataclass(frozen=True, slots=True)
class PlainChunk:
    """A passage as it stands: it is not cut, and `id` is both its id and its document's."""

    id: str
    text: str
    title: str = ""
    vector: Sequence[float] | NDArray[Any] | None = None
    """An embedding made elsewhere; scaled to length 1. Left out, the embedder makes one."""
    model: str | None = None
    """Model of `vector`, for example "all-MiniLM-L6-v2/1/int8"; "given/<dim>" if left out."""
    metadata: Mapping[str, str] = field(default_factory=dict)


class PdfReader(Protocol):
    """Renders PDFs to text items: pdf.js in the browser, PDFium on a host."""

    async def pages(self, path: str, data: bytes) -> tuple[Sequence[PdfPage], Mapping[str, Any]]:
        """The pages and the document's info dictionary.

        Raises `FileError`: `encrypted` or `damaged`; `path` is for the message.
        """
        ...
