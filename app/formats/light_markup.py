"""reStructuredText, AsciiDoc and Org: their headings, code, lists and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.chunking.sections import heading_text
from app.core.model import BlockKind, Document
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.marked_lines import Lines, Syntax, marked_blocks
from app.formats.names import stem, visible

_ITEM = re.compile(
    r"[ \t]*(?:[-*+•]|\*{2,5}|\.{1,5}|#\.|\(?(?:\d{1,4}|[a-zA-Z]|[ivxlc]{1,6})[.)])[ \t]+\S"
)
_FIELD = re.compile(r":([\w -]{1,40}):[ \t]+(\S.*)")
_FIELDS = {"author": "author", "date": "date", "description": "description", "keywords": "keywords"}
_HEAD_LINES = 60


def read_rst(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """reStructuredText; the order in which underlines are first used ranks its headings."""
    return _document(path, data, _Rst(), "restructuredtext")


def read_asciidoc(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """AsciiDoc, with titles of one line and of two."""
    return _document(path, data, _AsciiDoc(), "asciidoc")


def read_org(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """Org; states and tags are no part of a heading."""
    return _document(path, data, _Org(), "org")


def _document(path: str, data: bytes, syntax: Syntax, kind: str) -> Document:
    text, encoding = decode(data)
    blocks = marked_blocks(text, syntax)
    document = Document("", text, blocks, kind)
    first = next((block for block in blocks if block.kind == "heading"), None)
    fields = _fields(text)
    title = fields.pop("title", "") or (heading_text(document, first) if first else "")
    return Document(
        title=visible(title) or stem(path),
        text=text,
        blocks=blocks,
        kind=kind,
        metadata={"encoding": encoding, **fields},
    )


def _fields(text: str) -> dict[str, str]:
    """Title, author and date as lines at the top have them: ``:author:``, ``#+AUTHOR:``."""
    found: dict[str, str] = {}
    for line in text.split("\n", _HEAD_LINES)[:_HEAD_LINES]:
        match = _FIELD.match(line) or _ORG_FIELD.match(line)
        if match:
            name = match[1].strip().lower()
            if name == "title" or name in _FIELDS:
                found.setdefault(_FIELDS.get(name, name), match[2].strip())
    return found


_RST_MARK = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*$")
_RST_CODE = re.compile(r"[ \t]*\.\.[ \t]+(?:code|code-block|sourcecode|parsed-literal|math|raw)::")
_RST_TABLE = re.compile(r"[ \t]*(?:\+[-=]+(?:\+[-=]+)*\+|={2,}(?:[ \t]+={2,})+)[ \t]*$")


@dataclass(slots=True)
class _Rst:
    _marks: list[str] = field(default_factory=list)

    def heading(self, lines: Lines, number: int) -> tuple[int, int] | None:
        """A title with a line of marks below it, or above and below."""
        over = _RST_MARK.match(lines[number])
        if over:
            title, under = lines[number + 1].strip(), _RST_MARK.match(lines[number + 2])
            same = under is not None and under[0].strip() == over[0].strip()
            if title and same and not _RST_MARK.match(lines[number + 1]):
                return self._level(over[1] * 2), 3
            return None
        title, under = lines[number].rstrip(), _RST_MARK.match(lines[number + 1])
        if under is None or title[:1].isspace() or len(under[0].rstrip()) < len(title) - 2:
            return None
        if number and lines[number - 1].strip() and not _RST_MARK.match(lines[number - 1]):
            return None
        return self._level(under[1]), 2

    def _level(self, mark: str) -> int:
        if mark not in self._marks:
            self._marks.append(mark)
        return min(self._marks.index(mark) + 1, 6)

    def fence(self, lines: Lines, number: int) -> tuple[BlockKind, int] | None:
        """A directive of code, a literal block after "::", a table with borders."""
        line = lines[number]
        if _RST_CODE.match(line):
            return "code", _indented(lines, number + 1, lines.indent(number))
        if _RST_TABLE.match(line):
            after = number
            while lines[after].strip():
                after += 1
            return "table", after
        before = number - 1
        while before >= 0 and not lines[before].strip() and number - before < 4:
            before -= 1
        announced = 0 <= before < number - 1 and lines[before].rstrip().endswith("::")
        literal = announced and not lines[before].lstrip().startswith(".. ")
        if literal and lines.indent(number) > lines.indent(before):
            return "code", _indented(lines, number, lines.indent(before))
        return None

    def kind(self, line: str) -> BlockKind:
        """Lists are marked by their items."""
        return "list" if _ITEM.match(line) else "paragraph"


def _indented(lines: Lines, number: int, indent: int) -> int:
    """The line after all that follow further in than `indent`."""
    while number < len(lines) and (not lines[number].strip() or lines.indent(number) > indent):
        number += 1
    return number


_ADOC_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+\S")
_ADOC_MARK = re.compile(r"([-=~^+])\1{2,}[ \t]*$")
_ADOC_FENCE = re.compile(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|```|[|,:!]={3,})[ \t]*\w*[ \t]*$")
_ADOC_ABOVE = re.compile(r"\[[^\]\n]{0,200}\][ \t]*$|\.[^\s.][^\n]{0,200}$")
_ADOC_LEVELS = "=-~^+"


class _AsciiDoc:
    def heading(self, lines: Lines, number: int) -> tuple[int, int] | None:
        """``== Title``, or a title with a line of the same length below it."""
        title = _ADOC_TITLE.match(lines[number])
        if title:
            return len(title[1]), 1
        under = _ADOC_MARK.match(lines[number + 1])
        text = lines[number].rstrip()
        if under is None or not text[:1].isalnum() or abs(len(under[0].rstrip()) - len(text)) > 3:
            return None
        if number and lines[number - 1].strip() and not _ADOC_ABOVE.match(lines[number - 1]):
            return None
        return _ADOC_LEVELS.index(under[1]) + 1, 2

    def fence(self, lines: Lines, number: int) -> tuple[BlockKind, int] | None:
        """Blocks between two equal lines, with the attributes and the title above them."""
        begin = number
        while number - begin < 3 and _ADOC_ABOVE.match(lines[number]):
            number += 1
        mark = _ADOC_FENCE.match(lines[number])
        if mark is None or self.heading(lines, begin):
            return None
        closing = mark[1]
        after = number + 1
        while after < len(lines) and lines[after].rstrip() != closing:
            after += 1
        if after == len(lines):
            return None
        kind: BlockKind = "table" if "=" in closing else "paragraph" if "/" in closing else "code"
        return kind, after + 1

    def kind(self, line: str) -> BlockKind:
        """Lists are marked by their items; what is indented stands as it is."""
        if _ITEM.match(line) or "::" in line[-4:]:
            return "list"
        return "code" if line[:1] in " \t" else "paragraph"


_ORG_TITLE = re.compile(r"(\*+)[ \t]+\S")
_ORG_FIELD = re.compile(r"#\+(\w+):[ \t]+(\S.*)", re.IGNORECASE)
_ORG_FENCE = re.compile(r"[ \t]*#\+begin_(\w+)", re.IGNORECASE)
_ORG_CODE = frozenset({"src", "example", "export", "latex", "html"})
_ORG_DRAWER = re.compile(r"[ \t]*:[\w-]+:[ \t]*$")


class _Org:
    def __init__(self) -> None:
        self._open: set[str] = set()

    def heading(self, lines: Lines, number: int) -> tuple[int, int] | None:
        """Stars at the margin."""
        stars = _ORG_TITLE.match(lines[number])
        return (min(len(stars[1]), 6), 1) if stars else None

    def fence(self, lines: Lines, number: int) -> tuple[BlockKind, int] | None:
        """Blocks between ``#+begin`` and ``#+end``, and drawers."""
        begin = _ORG_FENCE.match(lines[number])
        if begin:
            name = begin[1].lower()
            closing = f"#+end_{name}"
            kind: BlockKind = "code" if name in _ORG_CODE else "paragraph"
        elif _ORG_DRAWER.match(lines[number]):
            closing, kind = ":end:", "code"
        else:
            return None
        if closing in self._open:
            return None
        after = number + 1
        while after < len(lines) and lines[after].strip().lower() != closing:
            after += 1
        if after == len(lines):
            self._open.add(closing)  # never looked for again
            return None
        return kind, after + 1

    def kind(self, line: str) -> BlockKind:
        """Rows of tables begin with a bar."""
        if line.lstrip().startswith("|"):
            return "table"
        return "list" if _ITEM.match(line) and not line.startswith("*") else "paragraph"
