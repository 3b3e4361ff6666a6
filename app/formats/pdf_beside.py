"""What stands beside the text of a PDF's pages: outline, form fields, comments, links, files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.model import BlockKind
from app.formats.names import visible
from app.formats.pdf_contents import PdfEntry, PdfNote
from app.formats.titles import says_nothing

_LONGEST_TITLE = 200
_LONGEST_LINK = 500
_MOST_LINKS = 100
_LINK = re.compile(r"(?:https?|ftp)://\S+|mailto:\S+@\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\W*\d*\W*", re.IGNORECASE)
_MARKS = re.compile(r"[\W_]+")
_COUNT = re.compile(r"^\d+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before it has its place in the text."""

    kind: BlockKind
    text: str
    level: int = 0
    place: str = ""


def outlined(
    pages: Sequence[Sequence[Piece]], outline: Sequence[PdfEntry]
) -> Sequence[Sequence[Piece]]:
    """The pages with the entries of the outline as headings.

    A paragraph that says what an entry says is its heading; where there is none on the entry's
    page, the entry's own words stand at the page's beginning, if it has any text.
    """
    found = [list(page) for page in pages]
    blank = {number for number, page in enumerate(found, start=1) if not page}
    begun = [0] * len(found)
    for entry in outline:
        title = visible(entry.title)[:_LONGEST_TITLE]
        if not 1 <= entry.page <= len(found) or entry.page in blank:
            continue
        if says_nothing(title) or _NUMBER.fullmatch(title):
            continue
        page, number, level = found[entry.page - 1], entry.page - 1, min(max(entry.level, 1), 6)
        at = _place(page, title)
        if at is None:
            page.insert(begun[number], Piece("heading", title, level))
            begun[number] += 1
        else:
            page[at] = Piece("heading", page[at].text, level)
    return found


def _place(page: Sequence[Piece], title: str) -> int | None:
    """Which piece of the page says no more and no less than the title."""
    wanted = _bare(title)
    for at, piece in enumerate(page):
        if piece.level or len(piece.text) > 2 * _LONGEST_TITLE:
            continue
        if wanted and _bare(piece.text) == wanted:
            return at
    return None


def _bare(text: str) -> str:
    """Letters and digits alone, without the number of a section."""
    bare = _MARKS.sub("", text).casefold()
    return _COUNT.sub("", bare) or bare


def noted(notes: Iterable[PdfNote], pages: Sequence[str]) -> list[list[Piece]]:
    """For each page what its fields hold, its comments, and the links that its text does not say.

    `pages` are their texts; a link that several pages have stands on the first.
    """
    found: list[list[Piece]] = [[] for _ in pages]
    fields: list[dict[str, None]] = [{} for _ in pages]
    links: list[dict[str, None]] = [{} for _ in pages]
    led: set[str] = set()
    for note in notes:
        if not 1 <= note.page <= len(pages):
            continue
        number, text, name = note.page - 1, _lines(note.text), visible(note.name)
        if not any(map(str.isalnum, text)):
            continue
        if note.kind == "field":
            fields[number][f"{name}: {text}" if name else text] = None
        elif note.kind == "comment":
            place = f"comment by {name[:_LONGEST_TITLE]}" if name else "comment"
            found[number].append(Piece("paragraph", text, place=place))
        elif text not in led and len(links[number]) < _MOST_LINKS and _leads(text, pages[number]):
            led.add(text)
            links[number][text.removeprefix("mailto:")] = None
    for page, named, out in zip(found, fields, links, strict=True):
        if named:
            page.insert(0, Piece("paragraph", "\n".join(named), place="form"))
        if out:
            page.append(Piece("paragraph", "\n".join(out), place="links"))
    return found


def _leads(link: str, text: str) -> bool:
    """Whether a link says more than the page does already."""
    if len(link) > _LONGEST_LINK or not _LINK.fullmatch(link):
        return False
    bare = re.sub(r"^(?:https?://(?:www\.)?|ftp://|mailto:)|/$", "", link, flags=re.IGNORECASE)
    return bare.casefold() not in re.sub(r"\s+", "", text).casefold()


def attached(names: Sequence[str]) -> Iterator[Piece]:
    """The names of the files that are attached."""
    if names:
        yield Piece("paragraph", f"Attachments: {', '.join(names)}", place="attachments")


def _lines(text: str) -> str:
    """The lines of a text that hold something, without controls."""
    lines = (" ".join(visible(line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
