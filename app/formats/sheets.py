"""Sheets of any workbook to blocks: rows as lines, header rows as headings, places of cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.errors import FileError
from app.formats.cell_values import place
from app.formats.limits import Limits
from app.formats.writer import Writer

__all__ = ["Row", "Sheets"]

Row = Sequence[tuple[int, str, bool]]
"""Cells that hold something, in order: column from 0, text, whether it is text in the sheet."""

_WIDEST_HEADER = 200
_WIDEST_GAP = 30
_LONG = 60


class Sheets:
    """Writes sheets, row by row.

    The first row of a table becomes a heading where it looks like names of columns, so that every
    passage of the table knows them. Rows that stand apart are tables of their own.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self.writer = Writer(path, limits)
        self.count = 0
        self._path = path
        self._limits = limits
        self._sheet = ""
        self._cells = 0
        self._named = False
        self._held: tuple[int, Row] | None = None
        self._last = 0

    def begin(self, name: str) -> None:
        """A sheet begins; its name becomes a heading once it has a row."""
        self.end()
        self.count += 1
        if self.count > self._limits.pages:
            raise FileError(
                f"{self._path} has more than {self._limits.pages} sheets.", code="too-large"
            )
        self._sheet, self._named, self._last = name, False, 0

    def row(self, number: int, cells: Row) -> None:
        """A row, counted from 1, that holds something.

        Raises `FileError("too-large")` beyond the cells of `Limits`.
        """
        self._cells += len(cells)
        if self._cells > self._limits.cells:
            raise FileError(
                f"{self._path} has more than {self._limits.cells} cells.", code="too-large"
            )
        self._name()
        follows = number == self._last + 1 and self._last > 0
        self._last = number
        after_title = False
        if self._held is not None:
            held, self._held = self._held, None
            after_title = len(held[1]) == 1 and held[1][0][2]
            self._write(*held, header=follows and _is_header(held[1], cells))
        if not follows:
            self.writer.end_lines()
        if not follows or (after_title and len(cells) > 1):
            self._held = (number, cells)
        else:
            self._write(number, cells)

    def note(self, text: str, where: str) -> None:
        """Text that hangs on the sheet: a comment, a text box."""
        self.end()
        self._name()
        self.writer.add("paragraph", " ".join(text.split()), place=where)

    def end(self) -> None:
        """The sheet ends."""
        if self._held is not None:
            held, self._held = self._held, None
            self._write(*held)
        self.writer.end_lines()

    def _name(self) -> None:
        if not self._named:
            self._named = True
            self.writer.add("heading", " ".join(self._sheet.split()), level=1, place=self._sheet)

    def _write(self, number: int, cells: Row, *, header: bool = False) -> None:
        where = place(self._sheet, number, cells[0][0], cells[-1][0])
        if header:
            self.writer.add(
                "heading", "\t".join(text for _, text, _ in cells), level=2, place=where
            )
        else:
            self.writer.add("table", _line(cells), place=where)


def _line(cells: Row) -> str:
    """Cells parted by tabs, one for each column; wide gaps are closed up."""
    parts = [cells[0][1]]
    for (before, *_), (column, text, _) in pairwise(cells):
        parts.append("\t" * min(column - before, _WIDEST_GAP))
        parts.append(text)
    return "".join(parts)


def _is_header(cells: Row, after: Row) -> bool:
    """Whether a row names the columns below: different short texts, for all that the next has."""
    names = {text for _, text, _ in cells}
    columns = {column for column, *_ in cells}
    below = {column for column, *_ in after}
    return (
        len(cells) > 1
        and len(names) == len(cells)
        and all(is_text and len(text) <= _LONG for _, text, is_text in cells)
        and len(below & columns) >= min(2, len(columns))
        and len(below - columns) <= len(columns) // 4
        and sum(map(len, names)) <= _WIDEST_HEADER
    )
