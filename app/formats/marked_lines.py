"""Texts in light markup, line by line: what is a heading, a fence, a list, a table.

The text stays the source, so that offsets and lines hold. What differs from language to language
is a `Syntax`; time is linear in the length of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from app.core.model import Block, BlockKind


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text and where they begin."""

    all: list[str]
    starts: list[int]

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of `text`, without their ends."""
        lines = text.split("\n")
        starts, position = [], 0
        for line in lines:
            starts.append(position)
            position += len(line) + 1
        return cls(lines, starts)

    def __getitem__(self, number: int) -> str:
        """The line of this number, from 0; empty beyond the last."""
        return self.all[number] if number < len(self.all) else ""

    def __len__(self) -> int:
        return len(self.all)

    def indent(self, number: int) -> int:
        """Characters before its text."""
        line = self[number]
        return len(line) - len(line.lstrip())


class Syntax(Protocol):
    """What a language marks by lines."""

    def heading(self, lines: Lines, number: int) -> tuple[int, int] | None:
        """Level and count of lines of a heading that begins there."""

    def fence(self, lines: Lines, number: int) -> tuple[BlockKind, int] | None:
        """Kind of a block that begins there whatever is in it, and the line after its last."""

    def kind(self, line: str) -> BlockKind:
        """Of a line that begins a block: "list", "table", "code" or "paragraph"."""


def marked_blocks(text: str, syntax: Syntax) -> tuple[Block, ...]:
    """The blocks of a text in their order."""
    scanner = _Scanner(Lines.of(text), syntax)
    return tuple(scanner.scan())


@dataclass(slots=True)
class _Scanner:
    lines: Lines
    syntax: Syntax
    blocks: list[Block] = field(default_factory=list)
    _kind: BlockKind | None = None
    _first: int = 0
    _last: int = 0

    def scan(self) -> list[Block]:
        """All blocks."""
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            if not line.strip():
                if self._kind != "list":
                    self._close()
                number += 1
                continue
            number = self._take(line, number)
        self._close()
        return self.blocks

    def _take(self, line: str, number: int) -> int:
        """The block that a line begins or goes on with; the number of the next line."""
        fence = self.syntax.fence(self.lines, number)
        if fence is not None:
            self._close()
            kind, after = fence
            self._add(kind, number, after - 1)
            return after
        heading = self.syntax.heading(self.lines, number)
        if heading is not None:
            self._close()
            level, count = heading
            self._add("heading", number, number + count - 1, level)
            return number + count
        kind = self.syntax.kind(line)
        blank = number > 0 and not self.lines[number - 1].strip()
        if blank or kind not in {"paragraph", "code"}:
            follows = kind == self._kind
        else:
            follows = self._kind not in {None, "table"}
        if self._kind == "list" and blank and self.lines.indent(number) > 0:
            follows = True
        if not follows:
            self._close()
            self._kind, self._first = kind, number
        self._last = number
        return number + 1

    def _close(self) -> None:
        if self._kind is not None:
            self._add(self._kind, self._first, self._last)
        self._kind = None

    def _add(self, kind: BlockKind, first: int, last: int, level: int = 0) -> None:
        lines = self.lines
        last = min(last, len(lines) - 1)
        while last > first and not lines[last].strip():
            last -= 1
        start, end = lines.starts[first], lines.starts[last] + len(lines[last])
        self.blocks.append(Block(kind, start, end, level, line=first + 1))
