"""Paragraphs and tables of RTF while they are read: of the body, of a note, of a header."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.core.model import BlockKind
from app.formats.flow_blocks import Found, row_blocks

__all__ = ["NO_OUTLINE", "Flow", "StyleSheet"]

NO_OUTLINE = 9
"""The outline level of text that is no heading."""

_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo) ?([1-9])", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


@dataclass(slots=True)
class StyleSheet:
    """Names and outline levels of styles, by number."""

    names: dict[int, str] = field(default_factory=dict)
    outlines: dict[int, int] = field(default_factory=dict)
    current: int = 0

    def level(self, style: int, outline: int) -> int:
        """Level of a heading, 0 for a paragraph; its own outline level goes before its style's.

        >>> StyleSheet({1: "heading 2;"}).level(1, NO_OUTLINE)
        2
        """
        heading = _HEADING.fullmatch(self.names.get(style, "").strip().rstrip(";"))
        if outline == NO_OUTLINE:
            outline = int(heading[1]) - 1 if heading else self.outlines.get(style, NO_OUTLINE)
        return min(outline + 1, 6) if 0 <= outline < NO_OUTLINE else 0


@dataclass(slots=True)
class Flow:
    """Blocks that are complete, and the paragraph, cell and row that are open."""

    place: str = ""
    text: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    """What stands before an item of a list."""
    blocks: list[Found] = field(default_factory=list)
    after: list[Found] = field(default_factory=list)
    """What hangs on the open paragraph."""
    cell: list[Found] = field(default_factory=list)
    row: list[list[Found]] = field(default_factory=list)
    in_table: bool = False
    style: int = 0
    outline: int = NO_OUTLINE

    def reset(self) -> None:
        """Properties of paragraphs as they are at first."""
        self.in_table, self.style, self.outline = False, 0, NO_OUTLINE

    def end_paragraph(self, level: int) -> None:
        """The open paragraph is complete; parts of it with blank lines between stand alone."""
        text = "".join(self.text).strip()
        label = " ".join("".join(self.label).split())
        self.text, self.label = [], []
        kind: BlockKind = "heading" if level and not self.place else "paragraph"
        if label and text and kind == "paragraph":
            numbered = any(char.isalnum() for char in label)
            kind, text = "list", f"{label if numbered else '-'} {text}"
        target = self.cell if self.in_table else self.blocks
        for part in _BLANK_LINES.split(text):
            if part:
                shown = level if kind == "heading" else 0
                target.append(Found(kind, part, shown, place=self.place))
        if not self.in_table:
            self._hang()

    def end_cell(self, level: int) -> None:
        """The open cell is complete."""
        self.in_table = True
        self.end_paragraph(level)
        self.row.append(self.cell)
        self.cell = []

    def end_row(self) -> None:
        """The open row is complete."""
        for found in row_blocks(self.row):
            found.place = found.place or self.place
            self.blocks.append(found)
        self.row = []
        self._hang()

    def finish(self, level: int) -> list[Found]:
        """All blocks; cells and rows that never ended are text as well."""
        self.end_paragraph(level)
        if self.cell:
            self.row.append(self.cell)
            self.cell = []
        if self.row:
            self.end_row()
        self._hang()
        return self.blocks

    def _hang(self) -> None:
        self.blocks += self.after
        self.after = []
