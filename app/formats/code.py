"""Source code: blocks are what stands at the left margin with all that is indented below it."""

from __future__ import annotations

import re

from app.core.model import Block, Document
from app.formats.encoding import decode
from app.formats.languages import language_of
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name

_CLOSER = re.compile(r"[\])}>]|end\b|else\b|elif\b|except\b|finally\b|catch\b|</", re.IGNORECASE)


def read_code(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document with one block for each definition, comment or group of lines at top level."""
    text, encoding = decode(data)
    language = language_of(path, text[:200])
    return Document(
        title=file_name(path),
        text=text,
        blocks=tuple(definitions(text)),
        kind="code",
        metadata={"encoding": encoding, "language": language},
    )


def definitions(text: str) -> list[Block]:
    """Blocks of kind "code": a line at the margin after a blank line begins a new one."""
    blocks: list[Block] = []
    start = end = offset = 0
    first_line, blank = 1, True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            blank = True
        else:
            if blank and not line[0].isspace() and not _CLOSER.match(line):
                if end > start:
                    blocks.append(Block("code", start, end, line=first_line))
                start, first_line = offset, number
            blank = False
            end = offset + len(line)
        offset += len(line) + 1
    if end > start:
        blocks.append(Block("code", start, end, line=first_line))
    return blocks
