"""Running headers and footers: lines that return at the same height on many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

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

    A number that grows with the pages counts as the same. The first of its kind stays, that it
    can be found; bare page numbers all go. Outermost lines that return with other numbers
    stay, marked as `running`.
    """
    edges = [_edges(page) for page in pages]
    counts: Counter[Key] = Counter()
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        counts.update({key for index in edge for key in _keys(page[index], number)})
        counts.update({_loose_key(page[index]) for index in edge if edge[index]})
    fewest = max(_FEWEST, _SHARE * sum(1 for page in pages if page))
    running = {key for key, count in counts.items() if count >= fewest}
    seen: set[Key] = set()
    return [
        [
            replace(line, running=True) if edge.get(index) and _loose_key(line) in running else line
            for index, line in enumerate(page)
            if index not in edge or _stays(line, number, running, seen)
        ]
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _edges(page: Sequence[Line]) -> dict[int, bool]:
    """Indices of the highest and the lowest lines of a page; True for those at the very edge."""
    by_height = sorted(range(len(page)), key=lambda index: page[index].y)
    outermost = {*by_height[:1], *by_height[-1:]}
    near = by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:]
    return {index: index in outermost for index in near}


def _loose_key(line: Line) -> Key:
    return _NUMBER.sub("\0", line.text.casefold()), round(line.y / _BAND)


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
