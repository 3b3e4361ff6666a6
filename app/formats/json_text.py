"""JSON, JSON Lines and their looser relatives: the source with its strings unescaped, by paths."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.model import Document
from app.formats.detect import extension
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name
from app.formats.partition import LONG, Partition

_TOKEN = re.compile(
    r"\"(?P<double>[^\"\\\n]*(?:\\.[^\"\\\n]*)*)\"?"
    r"|'(?P<single>[^'\\\n]*(?:\\.[^'\\\n]*)*)'?"
    r"|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<mark>[{}\[\]:,])"
    r"|(?P<space>\s+)"
    r"|(?P<word>[^\s{}\[\]:,\"']+)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "", "t": "\t", "b": "", "f": "\n", "/": "/", "\\": "\\"}
_PACKED = re.compile(r"(?:data:[\w/+.-]{1,60};base64,)?[A-Za-z0-9+/_=-]{4000,}")
"""Pictures and the like, packed into letters."""
_SHOWN = 80
_LINE_NAMES = {"jsonl", "ndjson", "jsonlines"}
_CLOSES = {"}": "{", "]": "["}


def read_json(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    r"""Blocks of kind "code" with paths such as ``items[3].name`` and the lines of the source.

    Strings lose their escapes; a long one with spaces is a paragraph, one of packed bytes is cut
    short. Values that follow each
    other without anything around them, as in JSON Lines, are numbered from 0. Errors in the
    notation do no harm.

    >>> document = read_json("a.json", b'{"name": "caf\\u00e9"}')
    >>> document.text, document.blocks[0].place
    ('{"name": "café"}', '')
    """
    source, encoding = decode(data)
    several = extension(path) in _LINE_NAMES
    reader = _Reader(source, several, limits.depth * 100)
    text = reader.read()
    return Document(
        title=file_name(path),
        text=text,
        blocks=reader.partition.blocks(text),
        kind="json",
        metadata={"encoding": encoding},
    )


@dataclass(slots=True)
class _Open:
    """An object or array that has not ended."""

    mark: str
    count: int = 0
    key: str | None = None
    key_start: int = 0
    key_line: int = 0


@dataclass(slots=True)
class _Reader:
    source: str
    several: bool
    deepest: int
    partition: Partition = field(default_factory=Partition)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _line: int = 1
    _open: list[_Open] = field(default_factory=list)
    _values: int = 0

    def read(self) -> str:
        """The whole text; `partition` has its values then."""
        for match in _TOKEN.finditer(self.source):
            kind, token = match.lastgroup, match[0]
            if kind == "mark":
                self._mark(token)
            elif kind in {"double", "single"}:
                self._string(match[kind or ""], token)
            else:
                if kind == "word":
                    self._scalar(token)
                self._put(token)
                self._line += token.count("\n")
        return "".join(self._pieces)

    def _mark(self, mark: str) -> None:
        top = self._open[-1] if self._open else None
        if mark in "{[":
            if len(self._open) < self.deepest:
                self._enter()
                self._open.append(_Open(mark))
            self._put(mark)
        elif mark in _CLOSES:
            self._put(mark)
            if top is not None and top.mark == _CLOSES[mark]:
                self._open.pop()
                self.partition.leave(self._length)
                if not self._open:
                    self._values += 1
        else:
            self._put(mark)
            if mark == "," and top is not None:
                top.count += 1
                top.key = None

    def _string(self, content: str, token: str) -> None:
        """A key, or a string that is a value."""
        top = self._open[-1] if self._open else None
        plain = _unescaped(content) if "\\" in content else content
        if top is not None and top.mark == "{" and top.key is None:
            top.key, top.key_start, top.key_line = plain, self._length, self._line
            self._put(token[0] + plain.replace("\n", " ") + token[0])
            return
        if _PACKED.fullmatch(plain):
            plain = f"{plain[:_SHOWN]}…"
        prose = len(plain) >= LONG and plain.count(" ") * 12 > len(plain)
        lines = prose and "\n" in plain
        if not prose:
            plain = plain.replace("\n", " ")
        closing = token[0] if len(token) > 1 and token[-1] == token[0] else ""
        self._enter()
        self._put(token[0] + plain + closing)
        if prose:
            self.partition.prose(lines)
        self.partition.leave(self._length)
        self._count_value()

    def _scalar(self, token: str) -> None:
        """A number or a word; a word in the place of a key is one, as in JSON5."""
        top = self._open[-1] if self._open else None
        if top is not None and top.mark == "{" and top.key is None:
            top.key, top.key_start, top.key_line = token, self._length, self._line
            return
        self._enter()
        self.partition.leave(self._length + len(token))
        self._count_value()

    def _enter(self) -> None:
        """A value begins, with its key if it has one."""
        top = self._open[-1] if self._open else None
        if top is None:
            self.partition.enter([self._values] if self.several else [], self._length, self._line)
        elif top.mark == "{":
            start, line = self._length, self._line
            if top.key is not None and self._line - top.key_line <= 1:
                start, line = top.key_start, top.key_line
            self.partition.enter(top.key or "", start, line)
        else:
            self.partition.enter(top.count, self._length, self._line)

    def _count_value(self) -> None:
        if not self._open:
            self._values += 1

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def _unescaped(content: str) -> str:
    return _ESCAPE.sub(_character, content)


def _character(match: re.Match[str]) -> str:
    first, second, simple = match.groups()
    if simple is not None:
        return _SIMPLE.get(simple, simple)
    code = int(first, 16)
    if second is not None and 0xD800 <= code < 0xDC00:
        return chr(0x10000 + (code - 0xD800) * 0x400 + int(second, 16) - 0xDC00)
    text = chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"
    return text + (_character_of(second) if second else "")


def _character_of(code: str) -> str:
    number = int(code, 16)
    return chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"
