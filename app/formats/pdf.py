"""PDF pages, as a renderer gives them, to one document: lines, paragraphs, headings.

The renderer (pdf.js in the browser, PDFium on a host) hands over each page's text items as
plain lists; everything after that happens here, so both give the same document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The text items of one page in content order, as parallel sequences of one length.

    A reader fills it straight from pdf.js's ``getTextContent().items`` (``str``,
    ``transform[4]``, ``transform[5]``, ``width``, ``hypot(transform[2], transform[3])``,
    ``hasEOL``); PDFium gives the same per text rectangle. Lengths are PDF points (1/72 inch).
    """

    strings: Sequence[str]
    x: Sequence[float]
    """Left end of each item, from the left edge of the page."""
    y: Sequence[float]
    """Baseline of each item, counted **upwards** from the bottom edge, as PDF does."""
    width: Sequence[float]
    """Advance width of each item; 0 where unknown."""
    size: Sequence[float]
    """Font size of each item; 0 where unknown (pdf.js's empty end-of-line items)."""
    eol: Sequence[bool]
    """True where the reader saw a line end after the item; all False where it cannot tell."""
    page_height: float = 0.0
    """Height of the page box, 0 where unknown."""
    label: str = ""
    """The page's own label ("iv", "A-3"), empty where it has none."""
