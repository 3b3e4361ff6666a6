"""Markdown, read line by line: the text stays the source, so offsets and lines hold.

The block structure of CommonMark as far as a search needs it: front matter, ATX and setext
headings, fences, indented code, lists, tables, paragraphs. Inline marks stay in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.chunking.sections import heading_text
from app.core.model import Block, BlockKind, Document
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible

_FENCE = re.compile(r"[ >\t]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})([^\n]*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ITEM = re.compile(r"[ >\t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+\S|[ \t]*$)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITERS = re.compile(r"[ >\t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_INDENTED = re.compile(r"(?: {4}|\t)[ \t]*\S")
_FIELD = re.compile(
    r"^(title|author|date|lang|language|description)[ \t]*[:=][ \t]*(\S.*)$", re.M | re.I
)


def read_markdown(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its front matter, else its outermost heading, else its name."""
    text, encoding = decode(data)
    scanner = _Scanner(text)
    blocks = tuple(scanner.scan())
    fields = scanner.fields
    document = Document("", text, blocks, "markdown")
    title = fields.pop("title", "") or _outermost_heading(document) or stem(path)
    return Document(
        title=visible(title),
        text=text,
        blocks=blocks,
        kind="markdown",
        metadata={"encoding": encoding, **fields},
    )


def _outermost_heading(document: Document) -> str:
    """The first heading of level 1, or one of a lower level that all others stand under."""
    headings = [block for block in document.blocks if block.kind == "heading"]
    level = min((block.level for block in headings), default=0)
    outermost = [block for block in headings if block.level == level]
    if not outermost or (level > 1 and (len(outermost) > 1 or outermost[0] is not headings[0])):
        return ""
    return heading_text(document, outermost[0])


@dataclass(slots=True)
class _Scanner:
    """Goes through the lines once; a block is open until a line ends it."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    _kind: BlockKind | None = None
    _start: int = 0
    _line: int = 1
    _end: int = 0
    _fence: str = ""
    _blank: bool = True
    _previous: str = ""

    def scan(self) -> list[Block]:
        """All blocks in order."""
        offset = 0
        skip = self._front_matter()
        for number, line in enumerate(self.text.split("\n"), start=1):
            end = offset + len(line)
            if number > skip:
                self._take(line, offset, end, number)
            offset = end + 1
        self._close()
        return self.blocks

    def _front_matter(self) -> int:
        """Its number of lines, 0 if there is none; its fields are remembered."""
        mark = self.text[:4].rstrip()
        if mark not in {"---", "+++"} or self.text[3:4] not in {"\n", " "}:
            return 0
        closing = re.compile(rf"^(?:{re.escape(mark)}|\.\.\.)[ \t]*$", re.M).search(self.text, 4)
        if closing is None or "\n\n\n" in self.text[: closing.start()]:
            return 0
        for name, value in _FIELD.findall(self.text, 4, closing.start()):
            self.fields.setdefault(name.lower(), value.strip().strip("\"'"))
        self.blocks.append(Block("code", 0, closing.end(), line=1))
        return self.text.count("\n", 0, closing.end()) + 1

    def _take(self, line: str, start: int, end: int, number: int) -> None:
        if self._fence:
            self._in_fence(line, end)
        elif not line.strip():
            self._blank = True
            if self._kind in {"paragraph", "table"}:
                self._close()
        else:
            self._content(line, start, end, number)
            self._blank = False
        self._previous = line

    def _content(self, line: str, start: int, end: int, number: int) -> None:
        fence = _FENCE.match(line)
        if fence and not (fence[1][0] == "`" and "`" in fence[2]):
            self._open("code", start, end, number)
            self._fence = fence[1]
        elif heading := _ATX.match(line):
            self._single(Block("heading", start, end, level=len(heading[1]), line=number))
        elif self._kind == "paragraph" and _SETEXT.match(line) and self._lines_open(number) <= 3:
            level = 1 if "=" in line else 2
            self._kind = None
            self._single(Block("heading", self._start, end, level=level, line=self._line))
        elif _RULE.match(line):
            self._single(Block("paragraph", start, end, line=number))
        elif self._kind == "paragraph" and self._is_table_head(line):
            self._kind, self._end = "table", end
        elif _ITEM.match(line) and (self._kind != "paragraph" or self._may_interrupt(line)):
            if self._kind != "list":
                self._open("list", start, end, number)
            self._end = end
        elif self._continues(line):
            self._end = end
        else:
            self._open(self._fresh_kind(line), start, end, number)

    def _continues(self, line: str) -> bool:
        """Whether the line goes on with the open block."""
        if self._kind == "list":
            return not self._blank or line[0] in " \t"
        if self._kind == "code":
            return bool(_INDENTED.match(line))
        return self._kind is not None and not self._blank

    def _fresh_kind(self, line: str) -> BlockKind:
        return "code" if _INDENTED.match(line) else "paragraph"

    def _is_table_head(self, line: str) -> bool:
        return "-" in line and "|" in self._previous and bool(_DELIMITERS.match(line))

    def _may_interrupt(self, line: str) -> bool:
        """Only a list that is not empty and begins with 1 ends a paragraph without a blank line."""
        marker = line.lstrip(" >\t")
        return marker[0] in "-*+" or marker.startswith(("1.", "1)"))

    def _lines_open(self, number: int) -> int:
        return number - self._line

    def _in_fence(self, line: str, end: int) -> None:
        self._end = end
        closing = line.strip(" >\t")
        if len(closing) >= len(self._fence) and not closing.strip(self._fence[0]):
            self._fence = ""
            self._close()

    def _open(self, kind: BlockKind, start: int, end: int, number: int) -> None:
        self._close()
        self._kind, self._start, self._end, self._line = kind, start, end, number

    def _single(self, block: Block) -> None:
        self._close()
        self.blocks.append(block)

    def _close(self) -> None:
        if self._kind is not None:
            self.blocks.append(Block(self._kind, self._start, self._end, line=self._line))
        self._kind = None
        self._fence = ""
