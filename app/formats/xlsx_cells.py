"""The cells of an XLSX: strings that they share, formats of their numbers, rows as they come."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.formats.cell_values import BUILT_IN, shown
from app.formats.sheets import Sheets
from app.formats.xml_events import Attributes

__all__ = ["SharedStrings", "SheetEvents", "Styles", "cell_at", "unescaped"]

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_A = ord("A") - 1


@dataclass(slots=True)
class SharedStrings:
    """Events of the part with the strings that cells name by number; readings are left out."""

    strings: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _inside: bool = False
    _reading: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A string, a stretch of one, or how to pronounce it."""
        if name == "s:si":
            self._parts = []
        elif name == "s:rPh":
            self._reading = True
        self._inside = name == "s:t" and not self._reading

    def end(self, name: str) -> None:
        """The end of any of them."""
        self._inside = False
        if name == "s:si":
            self.strings.append(_line("".join(self._parts)))
        elif name == "s:rPh":
            self._reading = False

    def text(self, text: str) -> None:
        """Text of a string."""
        if self._inside:
            self._parts.append(text)


@dataclass(slots=True)
class Styles:
    """Events of the part with the formats; `codes` is by the number that cells have."""

    codes: list[str] = field(default_factory=list)
    _own: dict[str, str] = field(default_factory=dict)
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A format of the workbook's own, or the use of one."""
        if name == "s:numFmt":
            self._own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "s:cellXfs":
            self._inside = True
        elif name == "s:xf" and self._inside:
            number = attributes.get("numFmtId", "0")
            built_in = BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            self.codes.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        """The end of the formats of cells."""
        if name == "s:cellXfs":
            self._inside = False

    def text(self, text: str) -> None:
        """Formats have no text."""


class SheetEvents:
    """Events of a sheet; each row is written as it ends."""

    def __init__(
        self, sheets: Sheets, strings: SharedStrings, styles: Styles, since_1904: bool
    ) -> None:
        self._sheets = sheets
        self._strings = strings.strings
        self._codes = styles.codes
        self._since_1904 = since_1904
        self._row = 0
        self._column = -1
        self._cells: list[tuple[int, str, bool]] = []
        self._type = self._style = ""
        self._parts: list[str] = []
        self._inside = self._reading = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A row, a cell, or what it holds."""
        if name == "s:c":
            self._parts = []
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            cell = attributes.get("r")
            self._column = cell_at(cell)[0] if cell else self._column + 1
        elif name == "s:v":
            self._inside = True
        elif name == "s:t":
            self._inside = not self._reading
        elif name == "s:row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column, self._cells = -1, []
        elif name == "s:rPh":
            self._reading = True

    def end(self, name: str) -> None:
        """The end of any of them."""
        if name == "s:c":
            if self._parts:
                text, is_text = self._value("".join(self._parts))
                if text:
                    self._cells.append((self._column, text, is_text))
        elif name in {"s:v", "s:t"}:
            self._inside = False
        elif name == "s:row":
            if self._cells:
                self._sheets.row(self._row, self._cells)
        elif name == "s:rPh":
            self._reading = False

    def text(self, text: str) -> None:
        """Text of a value."""
        if self._inside:
            self._parts.append(text)

    def _value(self, raw: str) -> tuple[str, bool]:
        """What a cell shows, and whether it is text."""
        match self._type:
            case "s":
                number = int(raw) if raw.strip().isdecimal() else -1
                return (self._strings[number] if 0 <= number < len(self._strings) else ""), True
            case "n":
                return self._number(raw), False
            case "b":
                return ("TRUE" if raw.strip() in {"1", "true"} else "FALSE"), False
            case "d":
                return raw.strip().replace("T00:00:00", "").replace("T", " "), False
            case "e":
                return raw.strip(), False
            case _:
                return _line(unescaped(raw)), True

    def _number(self, raw: str) -> str:
        try:
            value = float(raw)
        except ValueError:
            return raw.strip()
        style = int(self._style) if self._style.isdecimal() else 0
        code = self._codes[style] if style < len(self._codes) else ""
        return shown(value, code, since_1904=self._since_1904)


def cell_at(name: str) -> tuple[int, int]:
    """Column from 0 and row from 1 of a cell; (0, 0) where it is none.

    >>> cell_at("B7"), cell_at("$AA$10"), cell_at("?")
    ((1, 7), (26, 10), (0, 0))
    """
    match = _CELL.match(name)
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - _A
    return column - 1, int(match[2])


def unescaped(text: str) -> str:
    """Text with characters in place of their numbers.

    >>> unescaped("a_x000D_b") == "a" + chr(13) + "b"
    True
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _line(text: str) -> str:
    """A text in one line, as cells of a row are parted by tabs and rows by line ends."""
    text = unescaped(text)
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())
