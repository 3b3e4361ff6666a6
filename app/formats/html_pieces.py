"""Pieces of a page: which of them are its content, and how they make one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.model import Block, BlockKind

SPACE = re.compile(r"[ \t\n\r\f\u200b]+")
TAB = "\t"
"""Parts the cells of a row."""
LONG_CELL = 300
"""Characters beyond which a cell holds no value: the table is there for layout."""

_MAIN_SHARE = 0.3
"""A part of the page that holds more than this share of its text is its main part."""


@dataclass(slots=True)
class Piece:
    """A block before it has its place: text, and in which parts of the page it stood."""

    kind: BlockKind
    text: str
    level: int
    main: bool
    article: bool
    boilerplate: bool


def main_part(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The main part of the page, or all of it where no part stands out."""
    size = sum(len(piece.text) for piece in pieces)
    for part in (
        [piece for piece in pieces if piece.main],
        [piece for piece in pieces if piece.article],
        [piece for piece in pieces if not piece.boilerplate],
    ):
        if sum(len(piece.text) for piece in part) > size * _MAIN_SHARE:
            return [piece for piece in part if not piece.boilerplate] or part
    return pieces


def assemble(pieces: Sequence[Piece]) -> tuple[str, tuple[Block, ...]]:
    """Canonical text and blocks; rows of a table and items of a list are lines of one block."""
    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    for piece in pieces:
        last = blocks[-1] if blocks else None
        merge = last is not None and piece.kind == last.kind and piece.kind in {"list", "table"}
        gap = ("\n" if merge else "\n\n") if last else ""
        start = position + len(gap)
        position = start + len(piece.text)
        parts += [gap, piece.text]
        if merge and last is not None:
            blocks[-1] = Block(last.kind, last.start, position)
        else:
            blocks.append(Block(piece.kind, start, position, level=piece.level))
    return "".join(parts), tuple(blocks)


def row_of(text: str) -> str:
    r"""The cells of a row with tabs between them, "" where one is too long to be a value.

    >>> row_of(" Pan \t2\n USD\t")
    'Pan\t2 USD'
    """
    cells = [one_line(cell) for cell in text.split(TAB)]
    return "" if max(map(len, cells)) > LONG_CELL else TAB.join(cells).rstrip()


def one_line(text: str) -> str:
    """The text on one line; spaces that do not break stay."""
    return SPACE.sub(" ", text).strip()
