"""Lines of a PDF page to paragraphs, and which of them are headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from app.core.model import BlockKind
from app.formats.pdf_lines import Line, is_wide
from app.formats.pdf_tables import Table, with_tables

_HYPHEN = re.compile(r"(\w*[^\W\d_])[-\u2010\u00ad]\Z")
_SOFT_HYPHEN = "\u00ad"
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_BULLET = re.compile(r"(?:[•‣◦▪●○■□–*·\uf0b7]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_SENTENCE_END = ".!?。！？:"
_NOT_AFTER_HEADING = ".,;。，；、"
_LONGEST_HEADING = 200
_LONG_HEADING = 40
_MOST_HEADING_LINES = 4
_LARGER = 1.12


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines joined into one text, with the font size of the first of them."""

    text: str
    size: float
    lines: int
    kind: BlockKind
    running: bool = False
    names: bool = False
    """Whether it is the first row of a table, which names the columns."""

    @property
    def may_be_heading(self) -> bool:
        """Whether the text alone does not rule it out."""
        return (
            self.kind == "paragraph"
            and not self.running
            and self.lines <= _MOST_HEADING_LINES
            and 2 <= len(self.text) <= _LONGEST_HEADING
            and any(char.isalpha() for char in self.text)
            and not (self.text[-1] in _NOT_AFTER_HEADING and len(self.text) > _LONG_HEADING)
        )


@dataclass(slots=True)
class _Group:
    """The lines of a paragraph that still grows, and the edges between which they stand."""

    lines: list[Line]
    left: float
    right: float

    @classmethod
    def of(cls, line: Line) -> _Group:
        return cls([line], line.left, line.right)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.left = min(self.left, line.left)
        self.right = max(self.right, line.right)


def paragraphs(page: Sequence[Line], hyphenated: Collection[str] = ()) -> list[Paragraph]:
    """Paragraphs and tables of one page, in the order of its lines.

    A new one begins where the page says so: more room than between the other lines, another font
    size, an indented line, a bullet, a jump to another column, a table. Rows of a table are lines
    of one text, with tabs between their cells.
    `hyphenated` are words (in lower case) that keep their hyphen at a line end.
    """
    spacing = _spacing(page)
    found: list[Paragraph] = []
    group: _Group | None = None
    for line in with_tables(page):
        if isinstance(line, Table):
            if group is not None:
                found.append(_paragraph(group.lines, hyphenated))
            found += _rows(line, hyphenated)
            group = None
        elif group is not None and not _begins_paragraph(group, line, spacing):
            group.add(line)
        else:
            if group is not None:
                found.append(_paragraph(group.lines, hyphenated))
            group = _Group.of(line)
    if group is not None:
        found.append(_paragraph(group.lines, hyphenated))
    return [paragraph for paragraph in found if paragraph.text.strip()]


def _rows(table: Table, hyphenated: Collection[str]) -> Iterator[Paragraph]:
    """The row that names the columns, if there is one, and the others."""
    rows = ["\t".join(_joined(cell, hyphenated) for cell in row).rstrip() for row in table.rows]
    size = round(table.size * 2) / 2
    if table.header:
        names = "\t".join(cell for cell in rows.pop(0).split("\t") if cell)
        yield Paragraph(names, size, 1, "table", names=True)
    yield Paragraph("\n".join(rows), size, table.lines, "table")


def heading_levels(everything: Sequence[Paragraph]) -> dict[float, int]:
    """Level of each font size that makes a heading: larger than that of the body.

    The body's is the size in which most characters are set. The six largest get levels 1 to 6.
    """
    characters: Counter[float] = Counter()
    for paragraph in everything:
        characters[paragraph.size] += len(paragraph.text)
    if not characters:
        return {}
    body = max(characters, key=lambda size: (characters[size], -size))
    sizes = sorted(
        {
            paragraph.size
            for paragraph in everything
            if paragraph.may_be_heading and paragraph.size >= body * _LARGER
        },
        reverse=True,
    )
    levels: dict[float, int] = {}
    level, before = 0, float("inf")
    for size in sizes:
        # Sizes that differ by less than a twentieth are one and the same to a reader.
        if size < before * 0.95:
            level, before = min(level + 1, 6), size
        levels[size] = level
    return levels


def _spacing(page: Sequence[Line]) -> float:
    """Usual distance of two baselines, in font sizes of the upper line."""
    steps = [
        (above.y - below.y) / above.size
        for above, below in pairwise(page)
        if 0 < above.y - below.y < 3 * above.size
    ]
    return median_low(steps) if steps else 1.2


def _begins_paragraph(group: _Group, line: Line, spacing: float) -> bool:
    previous = group.lines[-1]
    if previous.running or line.running:
        return True
    size = max(previous.size, line.size)
    step = previous.y - line.y
    if abs(previous.size - line.size) > 0.08 * size or _BULLET.match(line.text):
        return True
    ended = previous.text[-1] in _SENTENCE_END
    if step < -0.5 * size:
        # Up again: the next column, or a caption. Text goes on if a sentence does.
        return ended or not line.text[0].islower()
    if step > max(1.25 * spacing, spacing + 0.3) * size:
        return True
    if not ended:
        return False
    indented = line.left - group.left > 0.8 * size and not _BULLET.match(group.lines[0].text)
    short = len(group.lines) > 1 and previous.right < group.right - 0.2 * (group.right - group.left)
    return indented or short


def _paragraph(group: Sequence[Line], hyphenated: Collection[str]) -> Paragraph:
    text = _joined([line.text for line in group], hyphenated)
    sizes = Counter[float]()
    for line in group:
        sizes[round(line.size * 2) / 2] += len(line.text)
    kind: BlockKind = "list" if _BULLET.match(text) else "paragraph"
    usual = max(sizes, key=lambda size: sizes[size])
    return Paragraph(text, usual, len(group), kind, running=group[0].running)


def _joined(lines: Sequence[str], hyphenated: Collection[str]) -> str:
    """Lines as one text."""
    parts = list(lines[:1])
    for line in lines[1:]:
        parts[-1], joint = _joint(parts[-1], line, hyphenated)
        parts += [joint, line]
    return "".join(parts).replace(_SOFT_HYPHEN, "")


def _joint(before: str, after: str, hyphenated: Collection[str]) -> tuple[str, str]:
    """The line before, and what to put between it and the next.

    Words parted at the line end are made whole; no space comes between ideographs.
    """
    parted = _HYPHEN.search(before[-40:])
    follows = _NEXT_WORD.match(after)
    if parted and follows and after[0].islower():
        compound = f"{parted[1]}-{follows[0]}".lower()
        return (before if compound in hyphenated else before[:-1]), ""
    return before, "" if is_wide(before[-1]) and is_wide(after[0]) else " "
