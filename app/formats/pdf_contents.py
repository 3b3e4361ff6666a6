"""What a renderer hands over of a PDF: its pages, and what stands beside their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.formats.pdf_lines import PdfPage

MOST_ENTRIES = 5000
"""Entries of an outline that are looked at."""
MOST_NOTES = 2000
"""Comments, fields and links of one page that are looked at."""


@dataclass(frozen=True, slots=True)
class PdfNote:
    """Something that lies upon a page and is no part of its text."""

    kind: Literal["comment", "field", "link"]
    name: str
    """Who wrote a comment, what a field is called; empty where that is not said."""
    text: str
    """What the comment says, what the field holds, where the link leads."""
    page: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class PdfEntry:
    """An entry of the outline, which viewers show beside the pages."""

    title: str
    level: int
    """From 1."""
    page: int
    """From 1; 0 where it leads nowhere."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A file that is attached to the document."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PdfContents:
    """All that is read of a PDF."""

    pages: Sequence[PdfPage]
    info: Mapping[str, object]
    """The information dictionary: "Title", "Author", "CreationDate", …"""
    notes: Sequence[PdfNote] = ()
    outline: Sequence[PdfEntry] = ()
    """In its own order, the inner entries right behind the outer one."""
    files: Sequence[PdfFile] = ()
