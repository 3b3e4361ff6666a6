"""Where functions and classes begin and end, by light patterns and the indentation.

No parser: broken and unfinished files have an outline too, and time is linear. Code that is not
indented has a poor one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.formats.outline_patterns import COMMENTS, PATTERNS

_LONGEST_LINE = 400
_CLOSER = re.compile(r"\s*(?:\}|end\b|fi\b|done\b|esac\b)")
_GOES_ON = re.compile(
    r"\s*(?:[{)\]]|(?:public|private|protected|signals|default)\b[^;({]*:\s*$|where\b|#\s*\w+\b)"
)
_QUOTES = re.compile(r"\"\"\"|'''")
_MOST_COMMENT = 12
"""Lines of comments and decorators before a definition that are told with it."""


@dataclass(slots=True)
class Definition:
    """A function, class or the like; lines are counted from 0."""

    first: int
    """Of the comments and decorators before it."""
    line: int
    """Where it says its name."""
    last: int
    indent: int
    inside: list[Definition] = field(default_factory=list)


def outline(lines: list[str], language: str) -> list[Definition]:
    """The definitions at the top of a file, with those inside of them.

    >>> (found,) = outline(["class A:", "    def b(self):", "        pass", ""], "python")
    >>> found.last, [each.line for each in found.inside]
    (2, [1])
    """
    pattern = PATTERNS.get(language)
    if pattern is None:
        return []
    scanner = _Scanner(pattern, language == "python")
    for number, line in enumerate(lines):
        scanner.take(number, line)
    scanner.close(-1)
    return scanner.top


class _Scanner:
    def __init__(self, pattern: re.Pattern[str], quotes: bool) -> None:
        self.top: list[Definition] = []
        self._pattern = pattern
        self._open: list[Definition] = []
        self._last = -1
        self._comment: int | None = None
        self._quotes = quotes
        self._quoted = ""

    def take(self, number: int, line: str) -> None:
        """One line."""
        bare = line.strip()
        if not bare:
            self._comment = None
            return
        if self._quoted:
            self._end_quotes(line)
            self._last = number
            return
        if COMMENTS.match(line):
            self._comment = number if self._comment is None else self._comment
            return
        indent = len(line) - len(line.lstrip())
        if _CLOSER.match(line):
            self.close(indent + 1)
            if self._open and self._open[-1].indent == indent:
                self._open.pop().last = number
        elif not _GOES_ON.match(line):
            self.close(indent)
            self._define(number, line, indent)
        self._last = number
        self._comment = None
        if self._quotes:
            self._begin_quotes(line)

    def close(self, indent: int) -> None:
        """Definitions that begin at this column or further right end before this line."""
        while self._open and self._open[-1].indent >= indent:
            self._open.pop().last = self._last

    def _define(self, number: int, line: str, indent: int) -> None:
        if len(line) > _LONGEST_LINE or not self._pattern.match(line):
            return
        first = number if self._comment is None else max(self._comment, number - _MOST_COMMENT)
        found = Definition(first, number, number, indent)
        (self._open[-1].inside if self._open else self.top).append(found)
        self._open.append(found)

    def _begin_quotes(self, line: str) -> None:
        for quote in _QUOTES.findall(line):
            if not self._quoted:
                self._quoted = quote
            elif quote == self._quoted:
                self._quoted = ""

    def _end_quotes(self, line: str) -> None:
        if self._quoted in line:
            rest = line.partition(self._quoted)[2]
            self._quoted = ""
            self._begin_quotes(rest)
