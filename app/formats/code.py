"""Source code: the text stays the source; large functions and classes are sections of their own.

What stands at the left margin with all that is indented below it is a block. A definition that
fills two passages or more is headed by the line that names it, so that each of its passages tells
where it belongs; smaller ones say so themselves, and share passages with their neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.model import Block, Document
from app.formats.encoding import decode
from app.formats.languages import language_of
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name
from app.formats.outline import Definition, outline

_CLOSER = re.compile(r"[\])}>]|end\b|else\b|elif\b|except\b|finally\b|catch\b|</", re.IGNORECASE)
_LARGE = 1600
"""Characters from which a definition is a section, about two passages."""
_DEEPEST = 6


def read_code(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """Blocks with lines, under headings such as "class Mine" and "def dig"."""
    text, encoding = decode(data)
    language = language_of(path, text[:200])
    return Document(
        title=file_name(path),
        text=text,
        blocks=tuple(code_blocks(text, language)),
        kind="code",
        metadata={"encoding": encoding, "language": language},
    )


def code_blocks(text: str, language: str) -> list[Block]:
    """Blocks of kind "code", and headings over large definitions.

    A heading of nothing but a line end closes those above it: what follows is in none of them.
    """
    lines = text.split("\n")
    cutter = _Cutter(text, lines)
    return list(cutter.scope(outline(lines, language), 0, len(lines) - 1, 1))


class _Cutter:
    def __init__(self, text: str, lines: list[str]) -> None:
        self._text = text
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def scope(
        self, definitions: list[Definition], first: int, last: int, level: int
    ) -> Iterator[Block]:
        """Blocks of the lines from `first` to `last`, which hold these definitions."""
        begin, headed = first, False
        for each in definitions:
            if level > _DEEPEST or self._size(each.first, each.last) < _LARGE:
                continue
            start = max(each.first, begin)
            yield from self._between(begin, start - 1, level, headed)
            yield Block("heading", *self._span(start, each.line), level, line=start + 1)
            yield from self.scope(each.inside, each.line + 1, each.last, level + 1)
            begin, headed = each.last + 1, True
        yield from self._between(begin, last, level, headed)

    def _between(self, first: int, last: int, level: int, headed: bool) -> Iterator[Block]:
        """Lines that no large definition holds."""
        start, end = self._starts[first], self._starts[last + 1] - 1
        blocks = margin_blocks(self._text, start, end, first + 1) if last >= first else []
        if headed and blocks:
            yield Block("heading", start - 1, start, level, line=first)
        yield from blocks

    def _span(self, first: int, last: int) -> tuple[int, int]:
        return self._starts[first], self._starts[last + 1] - 1

    def _size(self, first: int, last: int) -> int:
        return self._starts[last + 1] - self._starts[first]


def margin_blocks(text: str, begin: int, end: int, line: int) -> list[Block]:
    """Blocks of a stretch of lines: one at its margin after a blank line begins a new one.

    The margin is where its least indented line begins; `line` is that of `begin`.
    """
    blocks: list[Block] = []
    start = stop = offset = begin
    first_line, blank = line, True
    lines = text[begin:end].split("\n")
    margin = min((_indent(each) for each in lines if each.strip()), default=0)
    for number, each in enumerate(lines, start=line):
        if not each.strip():
            blank = True
        else:
            at_margin = _indent(each) == margin and not _CLOSER.match(each, margin)
            if blank and at_margin:
                if stop > start:
                    blocks.append(Block("code", start, stop, line=first_line))
                start, first_line = offset, number
            blank = False
            stop = offset + len(each)
        offset += len(each) + 1
    if stop > start:
        blocks.append(Block("code", start, stop, line=first_line))
    return blocks


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
