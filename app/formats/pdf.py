"""PDF pages, as a renderer gives them, to one document: paragraphs, headings, page by page.

The renderer (pdf.js in the browser, PDFium on a host) hands over each page's text items as
plain lists; everything after that happens here, so both give the same document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.core.model import Block, Document
from app.errors import FileError
from app.formats.names import stem, visible
from app.formats.pdf_lines import Line, PdfPage, lines
from app.formats.pdf_paragraphs import Paragraph, heading_levels, paragraphs
from app.formats.pdf_running import without_running
from app.formats.titles import says_nothing

__all__ = ["PdfPage", "from_pages"]

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_FIELDS = {"Author": "author", "Subject": "description", "Keywords": "keywords"}
_LONGEST_FIELD = 500


def from_pages(path: str, pages: Sequence[PdfPage], info: Mapping[str, object]) -> Document:
    """The document of a PDF; its pages are parted by form feeds and every block knows its page.

    Lines become paragraphs, words hyphenated at line ends are joined, larger type makes headings,
    and headers and footers that return on many pages are kept once. `info` is the PDF's
    information dictionary ("Title", "Author", "CreationDate", ...).

    Raises `FileError("no-text")` if there is not one letter or digit on any page.
    """
    by_page = without_running([lines(page) for page in pages])
    if not any(char.isalnum() for page in by_page for line in page for char in line.text):
        raise FileError(f"{path} has no text on its {_pages(len(pages))}.", code="no-text")
    words = _words(by_page)
    groups = [paragraphs(page, words) for page in by_page]
    levels = heading_levels([paragraph for group in groups for paragraph in group])
    text, blocks = _assemble(groups, levels)
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


def _assemble(
    groups: Sequence[Sequence[Paragraph]], levels: Mapping[float, int]
) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    for number, group in enumerate(groups, start=1):
        gap = "\f" if number > 1 else ""
        for paragraph in group:
            parts += [gap, paragraph.text]
            start = position + len(gap)
            position = start + len(paragraph.text)
            level = levels.get(paragraph.size, 0) if paragraph.may_be_heading else 0
            kind = "heading" if level else paragraph.kind
            blocks.append(Block(kind, start, position, level=level, page=number))
            gap = "\n\n"
        if not group:
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
    headings = [block for block in blocks if block.kind == "heading"]
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
