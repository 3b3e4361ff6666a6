"""Lines of a PDF page to paragraphs, and which of them are headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from app.core.model import BlockKind
from app.formats.pdf_lines import Line, is_wide

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

    @property
    def may_be_heading(self) -> bool:
        """Whether the text alone does not rule it out."""
        return (
            self.kind == "paragraph"
            and self.lines <= _MOST_HEADING_LINES
            and 2 <= len(self.text) <= _LONGEST_HEADING
            and any(char.isalpha() for char in self.text)
            and not (self.text[-1] in _NOT_AFTER_HEADING and len(self.text) > _LONG_HEADING)
        )


def paragraphs(page: Sequence[Line], hyphenated: Collection[str] = ()) -> list[Paragraph]:
    """Paragraphs of one page, in the order of its lines.

    A new one begins where the page says so: more room than between the other lines, another font
    size, an indented line, a bullet, a jump to another column.
    `hyphenated` are words (in lower case) that keep their hyphen at a line end.
    """
    if not page:
        return []
    spacing = _spacing(page)
    found: list[Paragraph] = []
    group = [page[0]]
    for previous, line in pairwise(page):
        if _begins_paragraph(group, previous, line, spacing):
            found.append(_paragraph(group, hyphenated))
            group = []
        group.append(line)
    found.append(_paragraph(group, hyphenated))
    return found


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


def _begins_paragraph(group: Sequence[Line], previous: Line, line: Line, spacing: float) -> bool:
    size = max(previous.size, line.size)
    step = previous.y - line.y
    if abs(previous.size - line.size) > 0.08 * size:
        return True
    if _BULLET.match(line.text):
        return True
    if step < -0.5 * size:
        # Up again: the next column, or a caption. Text goes on if a sentence does.
        return previous.text[-1] in _SENTENCE_END or not line.text[0].islower()
    if step > max(1.25 * spacing, spacing + 0.3) * size:
        return True
    ended = previous.text[-1] in _SENTENCE_END
    indented = line.left - min(item.left for item in group[-3:]) > 0.8 * size
    if indented and ended and not _BULLET.match(group[0].text):
        return True
    width = max(item.right for item in group) - min(item.left for item in group)
    short = len(group) > 1 and previous.right < max(item.right for item in group) - 0.2 * width
    return ended and short


def _paragraph(group: Sequence[Line], hyphenated: Collection[str]) -> Paragraph:
    text = group[0].text
    for line in group[1:]:
        text = _join(text, line.text, hyphenated)
    size = Counter[float]()
    for line in group:
        size[round(line.size * 2) / 2] += len(line.text)
    kind: BlockKind = "list" if _BULLET.match(text) else "paragraph"
    return Paragraph(
        text.replace(_SOFT_HYPHEN, ""), max(size, key=lambda s: size[s]), len(group), kind
    )


def _join(text: str, after: str, hyphenated: Collection[str]) -> str:
    """Two lines as one: words parted at the line end whole again, no space between ideographs."""
    # Only the last word counts; searching all of a long paragraph each time would be slow.
    parted = _HYPHEN.search(text[-40:])
    follows = _NEXT_WORD.match(after)
    if parted and follows and after[0].islower():
        compound = f"{parted[1]}-{follows[0]}".lower()
        return text + after if compound in hyphenated else text[:-1] + after
    if is_wide(text[-1]) and is_wide(after[0]):
        return text + after
    return f"{text} {after}"
