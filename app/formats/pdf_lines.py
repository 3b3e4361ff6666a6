"""Text items of a PDF page to lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
"""Typographic ligatures, which nobody types into a search box."""

_CONTROLS = {
    **dict.fromkeys(range(0x20), " "),
    0x7F: " ",
    0xA0: " ",
    0xFEFF: "",
    0xFFFE: "",
    0xFFFF: "",
    **LIGATURES,
}
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_SPACE_SHARE = 0.15
_WIDE_SPACE_SHARE = 0.6
_SAME_LINE_SHARE = 0.5
_CELL_SHARE = 1.0
"""Shares of the font size: gaps that are a space, and that may part cells of a table."""
_USUAL_FONT = 10.0
_USUAL_WIDTH = 0.5
"""Of a letter whose width is not known, as a share of the font size."""
_LARGEST_FONT = 2000.0
_FARTHEST = 1e6


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


@dataclass(frozen=True, slots=True)
class Run:
    """What stands on a line between wide gaps."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: from `left` to `right` on baseline `y`, in its largest font size."""

    text: str
    left: float
    right: float
    y: float
    size: float
    running: bool = False
    """Whether it returns on other pages but for its numbers: no heading, no part of a paragraph."""
    runs: tuple[Run, ...] = ()
    """Its parts in their order, where wide gaps part it; empty where none does."""


@dataclass(slots=True)
class _Open:
    """A line that still grows."""

    parts: list[str]
    left: float
    right: float
    y: float
    size: float
    start: float
    """Left end of the last item."""
    end: float
    """Right end of the last item."""
    runs: list[_Ink] = field(default_factory=list)

    def close(self) -> Line | None:
        text = " ".join("".join(self.parts).split())
        if not text:
            return None
        runs: tuple[Run, ...] = ()
        if len(self.runs) > 1:
            runs = tuple(Run(ink.text, ink.left, ink.right) for ink in self.runs)
        return Line(text, self.left, self.right, self.y, self.size, runs=runs)


@dataclass(slots=True)
class _Ink:
    """A run that still grows; spaces at its ends are none of it."""

    parts: list[str]
    left: float
    right: float

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


def lines(page: PdfPage) -> list[Line]:
    """The lines of a page in content order, spaces between items restored.

    >>> page = PdfPage(["Gold", "rush", "1849"], [0, 30, 0], [50, 50, 30], [25, 20, 20],
    ...                [10, 10, 10], [False] * 3)
    >>> [line.text for line in lines(page)]
    ['Gold rush', '1849']
    """
    found: list[Line] = []
    current: _Open | None = None
    size = 0.0
    numbers = zip(*map(_finite, (page.x, page.y, page.width, page.size)), strict=True)
    items = zip(page.strings, numbers, page.eol, strict=True)
    for string, (x, y, width, own_size), eol in items:
        size = min(abs(own_size), _LARGEST_FONT) or size or _USUAL_FONT
        text = string.translate(_CONTROLS)
        if text:
            if current is not None and not _same_line(current, text, x, y, size):
                _keep(found, current)
                current = None
            if current is None:
                current = _Open([], x, x + width, y, size, x, x)
            _extend(current, text, x, width, size)
        if eol and current is not None:
            _keep(found, current)
            current = None
    if current is not None:
        _keep(found, current)
    return found


def is_wide(char: str) -> bool:
    """Whether the script of the character is written without spaces between words."""
    return bool(_WIDE.match(char))


def _finite(values: Sequence[float]) -> list[float]:
    """The values as numbers that can be reckoned with; damaged files hold any."""
    return [value if -_FARTHEST < value < _FARTHEST else 0.0 for value in values]


def _keep(found: list[Line], current: _Open) -> None:
    line = current.close()
    if line is not None:
        found.append(line)


def _same_line(line: _Open, text: str, x: float, y: float, size: float) -> bool:
    """Whether an item goes on with the line: near its baseline, raised and lowered ones too."""
    if not text.strip():
        return True
    return abs(y - line.y) <= _SAME_LINE_SHARE * max(size, line.size)


def _ink(line: _Open, text: str, left: float = 0, right: float = 0, size: float = 0) -> None:
    """Lengthen the last run, or begin one behind a wide gap; spaces, without a `size`, do not."""
    last = line.runs[-1] if line.runs else None
    if last is None or (size and max(left - last.right, last.left - right) > _CELL_SHARE * size):
        if size:
            line.runs.append(_Ink([text], left, right))
        return
    last.parts.append(text)
    if size:
        last.left, last.right = min(last.left, left), max(last.right, right)


def _extend(line: _Open, text: str, x: float, width: float, size: float) -> None:
    if line.parts:
        leftwards = x + width <= line.start
        gap = line.start - (x + width) if leftwards else x - line.end
        share = _WIDE_SPACE_SHARE if is_wide(text[0]) else _SPACE_SHARE
        if abs(gap) > share * size and not text[0].isspace():
            line.parts.append(" ")
            _ink(line, " ")
    line.parts.append(text)
    if text.isspace():
        _ink(line, text)
    else:
        before, after = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
        share = (width or _USUAL_WIDTH * size * len(text)) / len(text)
        end = x + share * len(text)
        _ink(line, text, x + before * share, end - after * share, size)
    if not text.isspace() or width:
        line.start, line.end = x, x + width
    line.left = min(line.left, x)
    line.right = max(line.right, x + width)
    if text.strip() and size > line.size:
        line.size = size
