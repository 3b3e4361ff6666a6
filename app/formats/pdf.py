"""What a renderer gives of a PDF to one document: paragraphs, headings, page by page.

The renderer (pdf.js in the browser, PDFium on a host) hands over each page's text items as
plain lists; everything after that happens here, so both give the same document.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence

from app.core.model import Block, Document
from app.errors import FileError
from app.formats.families import Member
from app.formats.limits import DEFAULT_LIMITS, Limits, check_limit
from app.formats.member_paths import PathRegister
from app.formats.names import file_name, stem, visible
from app.formats.pdf_beside import Piece, attached, noted, outlined
from app.formats.pdf_contents import PdfContents
from app.formats.pdf_lines import Line, PdfPage, lines
from app.formats.pdf_paragraphs import Paragraph, heading_levels, paragraphs
from app.formats.pdf_running import without_running
from app.formats.titles import says_nothing

__all__ = ["PdfContents", "PdfPage", "from_contents", "from_pages", "opened"]

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_FIELDS = {"Author": "author", "Subject": "description", "Keywords": "keywords"}
_LONGEST_FIELD = 500


def opened(
    path: str, contents: PdfContents, limits: Limits = DEFAULT_LIMITS
) -> Generator[Member, None, Document]:
    """The files that are attached to a PDF, then, as the generator's value, the document.

    Where files inside of each other are too deep, the document alone. Raises `FileError`:
    `no-text`, `too-large`.
    """
    register = PathRegister()
    left = limits.expanded_bytes
    files = contents.files if limits.depth > 0 else ()
    for count, file in enumerate(files, start=1):
        left -= len(file.data)
        if count > limits.members or left < 0:
            raise FileError(f"{path} has more attached than is read.", code="too-large")
        name = register.claim(file_name(file.name))
        try:
            check_limit(f"{path}/{name}", len(file.data), limits.file_bytes)
        except FileError as error:
            yield Member(name, b"", problem=error)
            continue
        yield Member(name, file.data)
    return from_contents(path, contents)


def from_pages(path: str, pages: Sequence[PdfPage], info: Mapping[str, object]) -> Document:
    """As `from_contents`, of pages with nothing beside them."""
    return from_contents(path, PdfContents(pages, info))


def from_contents(path: str, contents: PdfContents) -> Document:
    """The document of a PDF; its pages are parted by form feeds and every block knows its page.

    Lines become paragraphs, words hyphenated at line ends are joined, larger type makes headings,
    or the outline where there is no larger type, and headers and footers that return on many pages
    are kept once. Behind the text of a page stand what its form fields hold, its comments, and
    where its links lead.

    Raises `FileError("no-text")` if there is not one letter or digit on any page.
    """
    pages, info = contents.pages, contents.info
    by_page = without_running([lines(page) for page in pages])
    beside = noted(contents.notes, ["".join(page.strings) for page in pages])
    is_said = any(char.isalnum() for page in by_page for line in page for char in line.text)
    if not is_said and not any(piece.place != "links" for page in beside for piece in page):
        raise FileError(f"{path} has no text on its {_pages(len(pages))}.", code="no-text")
    words = _words(by_page)
    groups = [paragraphs(page, words) for page in by_page]
    levels = heading_levels([paragraph for group in groups for paragraph in group])
    pieces: Sequence[Sequence[Piece]] = [[_piece(one, levels) for one in group] for group in groups]
    if not any(piece.level and "\t" not in piece.text for page in pieces for piece in page):
        pieces = outlined(pieces, contents.outline)
    whole = [[*page, *more] for page, more in zip(pieces, beside, strict=True)]
    if whole:
        whole[-1] += attached([file_name(file.name) for file in contents.files])
    text, blocks = _assemble(whole)
    metadata = {"pages": str(len(pages)), **_metadata(info)}
    labels = [visible(page.label) for page in pages]
    if any(label and label != str(number) for number, label in enumerate(labels, start=1)):
        metadata["page_labels"] = "\t".join(labels)
    return Document(
        title=_title(info) or _largest_heading(text, blocks) or stem(path),
        text=text,
        blocks=blocks,
        kind="pdf",
        metadata=metadata,
    )


def _piece(paragraph: Paragraph, levels: Mapping[float, int]) -> Piece:
    if paragraph.names:  # its tabs tell it from headings that are titles
        return Piece("heading", paragraph.text, 6)
    level = levels.get(paragraph.size, 0) if paragraph.may_be_heading else 0
    return Piece("heading" if level else paragraph.kind, paragraph.text, level)


def _assemble(pages: Sequence[Sequence[Piece]]) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    for number, page in enumerate(pages, start=1):
        gap = "\f" if number > 1 else ""
        for piece in page:
            parts += [gap, piece.text]
            start = position + len(gap)
            position = start + len(piece.text)
            level, place = piece.level, piece.place
            blocks.append(Block(piece.kind, start, position, level=level, page=number, place=place))
            gap = "\n\n"
        if not page:
            parts.append(gap)
            position += len(gap)
    return "".join(parts), tuple(blocks)


def _words(by_page: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Words with hyphens inside a line: their like, parted at a line end, keep the hyphen."""
    return frozenset(
        word.lower()
        for page in by_page
        for line in page
        if "-" in line.text
        for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)+", line.text)
    )


def _title(info: Mapping[str, object]) -> str:
    title = visible(_string(info, "Title"))
    return "" if says_nothing(title) else title


def _largest_heading(text: str, blocks: Sequence[Block]) -> str:
    """The first heading of the highest level on the first page that has one."""
    headings = [
        block
        for block in blocks
        if block.kind == "heading" and "\t" not in text[block.start : block.end]
    ]
    if not headings:
        return ""
    page = headings[0].page
    first = min((block for block in headings if block.page == page), key=lambda block: block.level)
    return visible(text[first.start : first.end])


def _metadata(info: Mapping[str, object]) -> dict[str, str]:
    found = {name: visible(_string(info, key)) for key, name in _FIELDS.items()}
    date = _DATE.match(_string(info, "CreationDate"))
    if date:
        found["date"] = "-".join(part for part in date.groups() if part)
    return {name: value for name, value in found.items() if value}


def _string(info: Mapping[str, object], key: str) -> str:
    value = info.get(key)
    return value[:_LONGEST_FIELD] if isinstance(value, str) else ""


def _pages(count: int) -> str:
    return "one page" if count == 1 else f"{count} pages"
