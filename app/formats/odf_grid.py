"""The rows of a sheet of an OpenDocument file, with what is repeated in them."""

from __future__ import annotations

from app.formats.cell_values import place
from app.formats.flow_blocks import Found
from app.formats.sheets import Sheets
from app.formats.xml_events import Attributes

__all__ = ["Grid", "count"]

_MOST_REPEATED = 100
"""Cells and rows that say the same are written so often; more would only fill memory."""


class Grid:
    """The rows of one sheet, written as they end."""

    def __init__(self, sheet: str = "") -> None:
        self.sheet = sheet
        self.notes: list[tuple[Found, str]] = []
        self._row = 1
        self._rows = 0
        self._column = 0
        self._cells: list[tuple[int, str, bool]] = []
        self._attributes: Attributes = {}

    def begin_row(self, repeated: int) -> None:
        """A row that stands there so many times."""
        self._row += self._rows
        self._rows, self._column, self._cells = repeated, 0, []

    def begin_cell(self, attributes: Attributes) -> None:
        """A cell, or one that another one covers."""
        self._attributes = attributes

    def end_cell(self, found: list[Found]) -> None:
        """What the cell holds: its text, as it is shown, and comments."""
        attributes = self._attributes
        repeated = count(attributes, "table:number-columns-repeated")
        kind = attributes.get("office:value-type", attributes.get("table:value-type", ""))
        shown = " ".join(" ".join(one.text.split()) for one in found if not one.place)
        if kind == "date":
            date = attributes.get("office:date-value", "").removesuffix("T00:00:00")
            shown = date.replace("T", " ").partition(".")[0] or shown
        shown = shown or attributes.get("office:value", "")
        if shown:
            is_text = kind in {"string", ""}
            self._cells += [
                (self._column + step, shown, is_text)
                for step in range(min(repeated, _MOST_REPEATED))
            ]
        self.notes += [
            (one, place(self.sheet, self._row, self._column, self._column))
            for one in found
            if one.place
        ]
        self._column += repeated

    def write_row(self, sheets: Sheets) -> None:
        """Write the row, as often as it stands there."""
        if self._cells:
            for step in range(min(self._rows, _MOST_REPEATED)):
                sheets.row(self._row + step, self._cells)


def count(attributes: Attributes, name: str) -> int:
    """A number of repetitions, 1 where none is said."""
    value = attributes.get(name, "1")
    return int(value) if value.isdecimal() and len(value) < 10 else 1
