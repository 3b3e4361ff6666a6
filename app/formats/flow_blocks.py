"""What of a document that flows is not yet written: blocks, an open paragraph, an open table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.core.model import BlockKind

__all__ = ["Found", "Paragraph", "Table", "row_blocks"]

_LONG_CELL = 1000
"""Characters from which on a cell is no value but a part of a page."""


@dataclass(slots=True)
class Found:
    """A block of a part, in its order."""

    kind: BlockKind
    text: str
    level: int = 0
    notes: tuple[tuple[str, str], ...] = ()
    """Kinds ("footnote", "endnote", "comment", "altChunk") and ids of what is referred to."""
    ends: bool = False
    """Whether a table ends with it."""
    place: str = ""


@dataclass(slots=True)
class Paragraph:
    """What a paragraph has said so far."""

    text: list[str] = field(default_factory=list)
    style: str = ""
    outline: int | None = None
    number: str | None = None
    depth: str | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    inside: list[Found] = field(default_factory=list)
    """Blocks of text boxes that hang on it."""
    joins_next: bool = False


@dataclass(slots=True)
class Table:
    """Rows that are complete, and the cells of the one that is open."""

    row: list[list[Found]] = field(default_factory=list)
    rows: list[Found] = field(default_factory=list)
    deleted: bool = False


def row_blocks(row: Sequence[Sequence[Found]]) -> Iterator[Found]:
    """A row as one line with its cells parted by tabs; what is in it, where it is for layout."""
    if len(row) == 1 or any(sum(len(found.text) for found in cell) > _LONG_CELL for cell in row):
        for cell in row:
            yield from cell
        return
    cells = [" ".join(" ".join(found.text.split()) for found in cell if found.text) for cell in row]
    notes = tuple(note for cell in row for found in cell for note in found.notes)
    yield Found("table", "\t".join(cells), notes=notes)
