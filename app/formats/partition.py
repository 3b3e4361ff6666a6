"""Nested values of a source to blocks: what is small stays whole, what is large is taken apart.

The text stays the source, so that its lines hold; each block knows by which path its first value
is reached, as in ``items[3].name``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.model import Block, BlockKind

WHOLE = 800
"""Characters up to which a value with all that is in it is one block, about one passage."""
GROUP = 200
"""Characters up to which small values beside each other are one block."""
LONG = 160
"""Characters from which a string with spaces is a text of its own."""

_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*")
_LONGEST_KEY = 80
_DEEPEST = 40


@dataclass(slots=True)
class _Part:
    start: int
    end: int
    path: str
    kind: BlockKind
    line: int | None
    frame: int
    """Number of the value that it is directly in."""
    firm: bool = False
    """Whether it is a text of its own, and never joined with what stands beside it."""


@dataclass(slots=True)
class _Frame:
    start: int
    line: int
    path: str
    first: int
    number: int
    text: tuple[int, int, bool] | None = None


def child_path(path: str, part: str | int) -> str:
    """The path of a value inside of another.

    >>> child_path(child_path("items", 3), "name"), child_path("a", "two words"), child_path("", 0)
    ('items[3].name', 'a["two words"]', '[0]')
    """
    if isinstance(part, int):
        return f"{path}[{part}]"
    part = part if len(part) <= _LONGEST_KEY else f"{part[:_LONGEST_KEY]}…"
    if _PLAIN_KEY.fullmatch(part):
        return f"{path}.{part}" if path else part
    quoted = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{quoted}"]'


class Partition:
    """Told of values as they begin and end, in the order of the text."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._frames: list[_Frame] = [_Frame(0, 1, "", 0, 0)]
        self._count = 0

    @property
    def depth(self) -> int:
        """How many values are open."""
        return len(self._frames) - 1

    def enter(self, parts: str | int | Sequence[str | int], start: int, line: int) -> None:
        """A value begins under a key, a number, or several of them from the outermost on."""
        path = self._frames[-1].path
        if len(self._frames) <= _DEEPEST:
            for part in [parts] if isinstance(parts, (str, int)) else parts[:_DEEPEST]:
                path = child_path(path, part)
        self._count += 1
        self._frames.append(_Frame(start, line, path, len(self._parts), self._count))

    def prose(self, lines: bool) -> None:
        """What is open is a text of its own, of several lines that are none of the source."""
        frame = self._frames[-1]
        frame.text = (frame.start, frame.line, lines)

    def leave(self, end: int) -> None:
        """The innermost open value ends."""
        frame = self._frames.pop()
        parent = self._frames[-1]
        first = frame.first
        if frame.text is not None:
            line = None if frame.text[2] else frame.line
            part = _Part(frame.start, end, frame.path, "paragraph", line, parent.number, firm=True)
            self._parts.append(part)
        elif first == len(self._parts) or self._is_small(frame, end):
            del self._parts[first:]
            self._add(_Part(frame.start, end, frame.path, "code", frame.line, parent.number))
        else:
            begun = self._parts[first]
            begun.start = frame.start
            if begun.line is not None:
                begun.line = frame.line
            self._parts[-1].end = end

    def blocks(self, text: str) -> tuple[Block, ...]:
        """Blocks that together hold all of `text` that is not a space."""
        while len(self._frames) > 1:
            self.leave(len(text))
        parts = self._parts or [_Part(0, len(text), "", "code", 1, 0)]
        blocks: list[Block] = []
        for number, part in enumerate(parts):
            start = part.start if number else 0
            end = parts[number + 1].start if number + 1 < len(parts) else len(text)
            line = part.line
            if not number and part.line is not None:
                line = 1
            while start < end and text[start].isspace():
                if text[start] == "\n" and line is not None:
                    line += 1
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            if start < end:
                blocks.append(Block(part.kind, start, end, line=line, place=part.path))
        return tuple(blocks)

    def _is_small(self, frame: _Frame, end: int) -> bool:
        if end - frame.start > WHOLE:
            return False
        return not any(part.firm for part in self._parts[frame.first :])

    def _add(self, part: _Part) -> None:
        """One more value, joined with the small one before it in the same value."""
        last = self._parts[-1] if self._parts else None
        if (
            last is not None
            and last.frame == part.frame
            and not last.firm
            and part.end - last.start <= GROUP
        ):
            last.end = part.end
        else:
            self._parts.append(part)
