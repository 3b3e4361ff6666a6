"""What can be added: files that are read when their turn comes, and passages as they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

from app.formats.parsing import Known, Parsed
from app.formats.sources import Source

PLAIN = "chunk"
"""`kind` of a document that is one passage as it stands; its chunk has the document's own id."""


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


class FileParser(Protocol):
    """Reads and cuts files, away from the engine where it can."""

    ahead: int
    """How many calls of `parse` to begin before the first has ended; 0 where it works inline."""

    def parse(self, sources: Sequence[Source], known: Known) -> AsyncIterator[Sequence[Parsed]]:
        """What becomes of the sources in their order, some at a time as they are ready.

        The files inside of a source come before the source itself, which ends it. Nothing is
        raised for what is wrong with a file, nor for one that hangs.
        """
        ...
