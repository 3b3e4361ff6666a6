"""What stands under one heading, and the path of headings above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.model import Block, Document

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*|\f")
_RULES = re.compile(r"\A([^\w\s])\1{2,}[^\S\n]*\n|\n[^\S\n]*([^\w\s])\2*[^\S\n]*\Z")
_ATX = re.compile(r"\A(?:#{1,6}|={1,6})(?:\s+|\Z)|(?:\A|\s+)(?:#+|=+)\Z")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]*\}\Z")
_MARKED = frozenset({"markdown", "text", "restructuredtext", "asciidoc"})
_STARS = re.compile(
    r"\A\*+\s+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#\w\]\s*)?|\s+:[\w@#%:]+:\Z"
)
_SIGNATURE = re.compile(r"(?<=\w)[ \t]*\(.*|[ \t]*[{:=][ \t]*\Z")
_LONGEST_NAME = 120
_MARKS = re.compile(r"(\*\*|__|[*`])(?=\S)(.+?)(?<=\S)\1")


@dataclass(slots=True)
class Section:
    """Headings that follow each other and the blocks up to the next heading."""

    path: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)


def sections(document: Document) -> list[Section]:
    """The document's sections in order; every character that is not a space is in one block.

    On pages of a PDF the names of a table's columns are the heading of that table alone.
    """
    found = [Section(())]
    stack: list[tuple[int, str]] = []
    bare, named = True, False
    for block in _gapless(document):
        if named and block.kind != "table":
            named = False
            stack.pop()
            if not bare:
                found.append(Section(tuple(text for _, text in stack)))
        if block.kind == "heading":
            title = heading_text(document, block)
            names = "\t" in document.text[block.start : block.end].strip()
            named = document.kind == "pdf" and names
            while stack and stack[-1][0] >= block.level + named:
                stack.pop()
            if title:
                stack.append((block.level, title))
            if not bare or not found[-1].blocks:
                found.append(Section(()))
            found[-1].path = tuple(text for _, text in stack)
            bare = True
        else:
            bare = False
        found[-1].blocks.append(block)
    return [section for section in found if section.blocks]


def heading_text(document: Document, block: Block) -> str:
    """A heading in one line, without the marks of the source where the text is the source.

    >>> doc = Document("", "## The `chunk` *path* ##", (), "markdown")
    >>> heading_text(doc, Block("heading", 0, 24, level=2))
    'The chunk path'
    """
    text = document.text[block.start : block.end].strip()
    if document.kind in _MARKED:
        text = _ATX.sub("", _RULES.sub("", text))
    if document.kind == "code":
        text = _SIGNATURE.sub("", text.rpartition("\n")[2])[:_LONGEST_NAME]
    if document.kind == "org":
        text = _STARS.sub("", text)
    if document.kind == "markdown":
        text = _LINK.sub(r"\1", _ATTRIBUTES.sub("", text))
        text = _MARKS.sub(r"\2", _MARKS.sub(r"\2", text))
    return " ".join(text.split())


def _gapless(document: Document) -> Iterator[Block]:
    """The blocks, and paragraphs for text that no block covers."""
    position = 0
    for block in document.blocks:
        yield from _paragraphs(document.text, position, block.start)
        start = max(block.start, position)
        if start < block.end:
            yield block
        position = max(position, block.end)
    yield from _paragraphs(document.text, position, len(document.text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    begin = start
    for match in _PARAGRAPH_BREAK.finditer(text, start, end):
        if text[begin : match.start()].strip():
            yield Block("paragraph", begin, match.start())
        begin = match.end()
    if text[begin:end].strip():
        yield Block("paragraph", begin, end)
