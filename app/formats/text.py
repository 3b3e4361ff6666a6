"""Plain text: paragraphs parted by blank lines."""

from __future__ import annotations

import re

from app.core.model import Block, Document
from app.formats.encoding import decode
from app.formats.names import file_name

_BREAK = re.compile(r"\n[^\S\n]*\n\s*|\f")


def read_text(path: str, data: bytes) -> Document:
    """A document whose canonical text is the file's, line ends aside."""
    text, encoding = decode(data)
    return Document(
        title=file_name(path),
        text=text,
        blocks=tuple(paragraphs(text)),
        kind="text",
        metadata={"encoding": encoding},
    )


def paragraphs(text: str) -> list[Block]:
    """Blocks of kind "paragraph" with their lines."""
    blocks: list[Block] = []
    line = 1
    begin = 0
    for match in [*_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[begin:end].strip():
            blocks.append(Block("paragraph", begin, end, line=line))
        if match:
            line += text.count("\n", begin, match.end())
            begin = match.end()
    return blocks
