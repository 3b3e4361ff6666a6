"""TOML, read line by line: the text stays the source, with its comments; blocks have paths."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.model import Document
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name
from app.formats.partition import LONG, Partition

_NAME = r"(?:[\w.\- \t]++|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'){1,50}+"
_TABLE = re.compile(rf"[ \t]*+(?P<many>\[)?\[(?P<name>{_NAME})\]")
_KEY = re.compile(rf"(?P<name>{_NAME})=[ \t]*(?P<value>.*)")
_PARTS = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\s]+)")
_BRACKETS = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*|([\[\]])")
_QUOTES = ('"""', "'''")


def read_toml(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """Blocks with paths such as ``tool.ruff.line-length`` and lines; long texts are paragraphs.

    >>> lines = b"[tool.ruff]", b"line-length = 100"
    >>> [block.place for block in read_toml("a.toml", bytes([10]).join(lines)).blocks]
    ['tool.ruff']
    """
    text, encoding = decode(data)
    reader = _Reader(text)
    reader.read()
    return Document(
        title=file_name(path),
        text=text,
        blocks=reader.partition.blocks(text),
        kind="toml",
        metadata={"encoding": encoding},
    )


@dataclass(slots=True)
class _Reader:
    text: str
    partition: Partition = field(default_factory=Partition)
    _counts: dict[str, int] = field(default_factory=dict)
    _end: int = 0
    _key: int | None = None
    _until: str = ""
    _nested: int = 0
    _comment: tuple[int, int] | None = None

    def read(self) -> None:
        """Tell `partition` of all tables and keys."""
        offset = 0
        for number, line in enumerate(self.text.split("\n"), start=1):
            bare = line.strip()
            if self._until or self._nested > 0:
                self._go_on(line)
            elif bare.startswith("#"):
                self._comment = self._comment or (offset, number)
            elif bare:
                self._begin(line, offset, number)
                self._comment = None
            if bare and not (self._comment and bare.startswith("#")):
                self._end = offset + len(line.rstrip())
            offset += len(line) + 1
        self._leave(0)

    def _begin(self, line: str, offset: int, number: int) -> None:
        self._leave_key()
        start, first = self._comment or (offset + len(line) - len(line.lstrip()), number)
        table = _TABLE.match(line)
        if table:
            self._leave(0)
            parts: list[str | int] = [*_names(table["name"])]
            if table["many"]:
                name = table["name"].strip()
                self._counts[name] = count = self._counts.get(name, -1) + 1
                parts.append(count)
            self.partition.enter(parts, start, first)
            return
        key = _KEY.match(line)
        if key is None:
            return
        self._key = start
        self.partition.enter(_names(key["name"]), start, first)
        self._value(key["value"])

    def _value(self, value: str) -> None:
        """Whether the value goes on in the next lines."""
        for quotes in _QUOTES:
            if value.startswith(quotes):
                self._until = "" if value.count(quotes) > 1 else quotes
                return
        self._nested = max(0, _depth(value))

    def _go_on(self, line: str) -> None:
        if self._until:
            if self._until in line:
                self._until = ""
        else:
            self._nested = max(0, self._nested + _depth(line))

    def _leave_key(self) -> None:
        if self._key is None:
            return
        size = self._end - self._key
        if size >= LONG and self.text.count(" ", self._key, self._end) * 12 > size:
            self.partition.prose(False)
        self._key = None
        self.partition.leave(self._end)

    def _leave(self, depth: int) -> None:
        self._leave_key()
        while self.partition.depth > depth:
            self.partition.leave(self._end)


def _names(dotted: str) -> list[str]:
    return [double or single or bare for double, single, bare in _PARTS.findall(dotted)]


def _depth(line: str) -> int:
    """Brackets that a line opens less those that it closes, strings and comments aside."""
    return sum(
        1 if match[1] == "[" else -1 for match in _BRACKETS.finditer(line) if match[1] is not None
    )
