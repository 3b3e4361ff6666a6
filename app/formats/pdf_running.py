"""Running headers and footers: lines that return at the same height on many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from app.formats.pdf_lines import Line

_NUMBER = re.compile(r"\d{1,6}")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.|página|стр\.?|第)?\s*(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|von|/|de|из)\s*\d{1,5})?\s*(?:页|頁|ページ)?\W*",
    re.IGNORECASE,
)
_EDGE_LINES = 3
_FEWEST = 3
_SHARE = 0.3
_BAND = 6.0
_MOST_NUMBERS = 4

Key = tuple[str, int]


def without_running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what returns on a third of them, at least three, at top or bottom.

    A number that grows with the pages counts as the same, any other one does not. The first of its
    kind stays, that it can be found; bare page numbers all go.
    """
    edges = [_edges(page) for page in pages]
    counts: Counter[Key] = Counter()
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        counts.update({key for index in edge for key in _keys(page[index], number)})
    fewest = max(_FEWEST, _SHARE * sum(1 for page in pages if page))
    running = {key for key, count in counts.items() if count >= fewest}
    seen: set[Key] = set()
    return [
        [
            line
            for index, line in enumerate(page)
            if index not in edge or _stays(line, number, running, seen)
        ]
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _edges(page: Sequence[Line]) -> set[int]:
    """Indices of the highest and the lowest lines of a page."""
    by_height = sorted(range(len(page)), key=lambda index: page[index].y)
    return set(by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:])


def _keys(line: Line, page: int) -> Iterator[Key]:
    """The line as it stands, and with each of its numbers as the distance from the page's."""
    text, band = line.text.casefold(), round(line.y / _BAND)
    yield text, band
    for match in list(_NUMBER.finditer(text))[:_MOST_NUMBERS]:
        distance = int(match[0]) - page
        yield f"{text[: match.start()]}\0{distance}\0{text[match.end() :]}", band


def _stays(line: Line, page: int, running: set[Key], seen: set[Key]) -> bool:
    found = [key for key in _keys(line, page) if key in running]
    if not found:
        return True
    if _PAGE_NUMBER.fullmatch(line.text):
        return False
    first = not any(key in seen for key in found)
    seen.update(found)
    return first
