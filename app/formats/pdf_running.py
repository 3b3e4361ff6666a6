"""Running headers and footers: lines that return at the same height on many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from app.formats.pdf_lines import Line

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.|página|стр\.?|第)?\s*(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|von|/|de|из)\s*\d{1,5})?\s*(?:页|ページ)?\W*",
    re.IGNORECASE,
)
_EDGE_LINES = 3
_FEWEST = 3
_SHARE = 0.3
_BAND = 6.0

Key = tuple[str, int]


def without_running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what returns on a third of them, at least three, at top or bottom.

    Compared without digits, so numbered ones count as the same. The first of its kind stays,
    that it can be found; bare page numbers all go.
    """
    edges = [_edges(page) for page in pages]
    counts: Counter[Key] = Counter()
    for page, edge in zip(pages, edges, strict=True):
        counts.update({_key(page[index]) for index in edge})
    fewest = max(_FEWEST, _SHARE * sum(1 for page in pages if page))
    running = {key for key, count in counts.items() if count >= fewest}
    seen: set[str] = set()
    kept: list[list[Line]] = []
    for page, edge in zip(pages, edges, strict=True):
        kept.append(
            [
                line
                for index, line in enumerate(page)
                if index not in edge or _key(line) not in running or _is_first(line, seen)
            ]
        )
    return kept


def _edges(page: Sequence[Line]) -> set[int]:
    """Indices of the highest and the lowest lines of a page."""
    by_height = sorted(range(len(page)), key=lambda index: page[index].y)
    return set(by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:])


def _key(line: Line) -> Key:
    return _DIGITS.sub("#", line.text.casefold()), round(line.y / _BAND)


def _is_first(line: Line, seen: set[str]) -> bool:
    if _PAGE_NUMBER.fullmatch(line.text):
        return False
    text = _DIGITS.sub("#", line.text.casefold())
    first = text not in seen
    seen.add(text)
    return first
