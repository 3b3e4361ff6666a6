"""YAML, read line by line: the text stays the source, with its comments; blocks have paths.

Indentation alone says what is inside of what, so what is broken or unusual does no harm, and no
anchor is ever followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.model import Document
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name
from app.formats.partition import LONG, Partition

_KEY = re.compile(
    r"(?:\?[ \t]+)?(?P<key>\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'"
    r"|[^\s#&*!|>'\"%@`{}\[\],-][^\n#]{0,200}?"
    r"|-[^\s#][^\n#]{0,200}?)[ \t]{0,20}:(?=[ \t]|$)(?P<value>.*)"
)
_ITEM = re.compile(r"-(?=[ \t]|$)[ \t]*")
_SCALAR = re.compile(r"(?:[!&]\S+[ \t]+)*[|>][-+0-9]*[ \t]*(?:#.*)?$")
_DEEPEST = 100


def read_yaml(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """Blocks with paths such as ``jobs.test.steps[2]`` and lines; long texts are paragraphs.

    Where there are several documents, paths begin with the number of theirs, from 0.

    >>> [block.place for block in read_yaml("a.yaml", b"name: CI" + bytes([10])).blocks]
    ['name']
    """
    text, encoding = decode(data)
    reader = _Reader(text)
    reader.read()
    return Document(
        title=file_name(path),
        text=text,
        blocks=reader.partition.blocks(text),
        kind="yaml",
        metadata={"encoding": encoding},
    )


@dataclass(slots=True)
class _Level:
    """A value that is open, by the column that its line begins at."""

    indent: int
    item: bool
    count: int = 0


@dataclass(slots=True)
class _Reader:
    text: str
    partition: Partition = field(default_factory=Partition)
    _levels: list[_Level] = field(default_factory=list)
    _items: dict[int, int] = field(default_factory=dict)
    _end: int = 0
    _scalar: int | None = None
    _scalar_start: int = 0
    _comment: tuple[int, int] | None = None
    _document: int = 0
    _several: bool = False

    def read(self) -> None:
        """Tell `partition` of all values."""
        markers = re.findall(r"^---(?=\s|\Z)", self.text, re.MULTILINE)
        self._several = len(markers) > 1
        offset = 0
        for number, line in enumerate(self.text.split("\n"), start=1):
            bare = line.strip()
            if bare:
                self._take(line, bare, offset, number)
            offset += len(line) + 1
        self._close(-1)

    def _take(self, line: str, bare: str, offset: int, number: int) -> None:
        indent = len(line) - len(line.lstrip(" \t"))
        if self._scalar is not None and indent > self._scalar:
            self._end = offset + len(line.rstrip())
            return
        self._end_scalar()
        if line.startswith(("---", "...")) and (len(bare) == 3 or bare[3] in " \t"):
            self._new_document(line, offset, number)
        elif bare.startswith("#"):
            if self._comment is None:
                self._comment = (offset + indent, number)
        else:
            self._content(line, indent, offset, number)
            self._end = offset + len(line.rstrip())
            self._comment = None

    def _new_document(self, line: str, offset: int, number: int) -> None:
        self._close(-1)
        self._items.clear()
        if self._several and line.startswith("---"):
            self.partition.enter(self._document, offset, number)
            self._levels.append(_Level(-1, item=True))
            self._document += 1
        self._end = offset + len(line.rstrip())
        self._comment = None

    def _content(self, line: str, indent: int, offset: int, number: int) -> None:
        """Items and keys that a line begins; whatever else goes on with what is open."""
        position = indent
        while item := _ITEM.match(line, position):
            self._close(position, item=True)
            count = self._items.get(position, -1) + 1
            self._items[position] = count
            self._open(count, position, offset, number, item=True)
            position = item.end()
            if len(self._levels) >= _DEEPEST:
                return
        key = _KEY.match(line, position)
        if key is None or len(self._levels) >= _DEEPEST:
            return
        self._close(position)
        self._open(key["key"].strip("\"'"), position, offset, number)
        if _SCALAR.match(key["value"].strip()):
            self._scalar, self._scalar_start = position, offset + position

    def _open(
        self, part: str | int, column: int, offset: int, number: int, *, item: bool = False
    ) -> None:
        start, line = offset + column, number
        if self._comment is not None:
            start, line = self._comment
            self._comment = None
        self.partition.enter(part, start, line)
        self._levels.append(_Level(column, item))

    def _close(self, indent: int, *, item: bool = False) -> None:
        """Values that begin at this column or further right end here.

        The items of a list may stand right below their key, at its column.
        """
        while self._levels:
            top = self._levels[-1]
            if top.indent < max(indent, -1) or (item and top.indent == indent and not top.item):
                break
            if indent >= 0 and top.indent < 0:
                break
            self._levels.pop()
            self.partition.leave(self._end)
        for column in [column for column in self._items if column > indent]:
            del self._items[column]
        if not item:
            self._items.pop(indent, None)

    def _end_scalar(self) -> None:
        """The end of a text in lines of its own; a long one with spaces is a paragraph."""
        if self._scalar is None:
            return
        self._scalar = None
        size = self._end - self._scalar_start
        if size >= LONG and self.text.count(" ", self._scalar_start, self._end) * 12 > size:
            self.partition.prose(False)
