"""How deep JSON goes, told without going there.

Parsers that descend call themselves for each level. Where Python runs in WebAssembly, some
thousands of levels are more than the stack of the browser, which ends the interpreter before
Python notices.
"""

from __future__ import annotations

import re

from app.errors import FileError

DEEPEST = 200
"""Levels that are read: those of real files are some dozens."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]+|[\]}]+', re.DOTALL)


def check_nesting(path: str, source: str, deepest: int = DEEPEST) -> None:
    """Raise `FileError("too-large")` for JSON with more levels than `deepest`.

    >>> check_nesting("a.json", '[{"a": "[[["}]', deepest=2)
    >>> check_nesting("a.json", "[[[]]]", deepest=2)
    Traceback (most recent call last):
    app.errors.FileError: a.json is too deeply nested.
    """
    depth = 0
    for match in _TOKEN.finditer(source):
        mark = source[match.start()]
        if mark == '"':
            continue
        length = match.end() - match.start()
        depth = depth + length if mark in "[{" else max(0, depth - length)
        if depth > deepest:
            raise FileError(f"{path} is too deeply nested.", code="too-large")
