"""XLSX: the sheets of a workbook, each row a line with the cells it comes from.

Formulas are read by the values that were last computed. Hidden sheets are read as well.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from app.core.model import Document
from app.errors import FileError
from app.formats.cell_values import place
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem
from app.formats.ooxml import Package, open_package
from app.formats.sheets import Sheets
from app.formats.titles import says_nothing
from app.formats.writer import Writer
from app.formats.xlsx_cells import SharedStrings, SheetEvents, Styles, cell_at, unescaped
from app.formats.xml_events import Attributes


def read_xlsx(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its properties, else its name; a heading of level 1 for each sheet.

    Raises `FileError`: `too-large` beyond the sheets and cells of `limits`, and as `open_parts` and
    `parse` do.
    """
    package = open_package(path, data, limits)
    main = package.main("xl/workbook.xml")
    book = _Workbook()
    package.parse(main, book)
    strings, styles = SharedStrings(), Styles()
    for kind, events in (("sharedStrings", strings), ("styles", styles)):
        for name in package.related(main, kind)[:1]:
            package.parse(name, events)
    sheets = Sheets(path, limits)
    relations = package.relations(main)
    seen: set[str] = set()
    for name, identity in book.sheets:
        relation = relations.get(identity)
        if relation is None or relation.target not in package.parts or relation.target in seen:
            continue
        seen.add(relation.target)
        sheets.begin(name)
        if relation.kind == "worksheet":
            package.parse(relation.target, SheetEvents(sheets, strings, styles, book.since_1904))
        _notes(package, relation.target, name, sheets)
    sheets.end()
    return _document(package, sheets.writer, sheets.count)


def _document(package: Package, writer: Writer, count: int) -> Document:
    if not writer.text.strip() and package.has_pictures():
        raise FileError(f"{package.path} has pictures and no text.", code="no-text")
    metadata = package.properties()
    title = metadata.pop("title", "")
    if says_nothing(title):
        title = stem(package.path)
    metadata["sheets"] = str(count)
    return Document(title, writer.text, tuple(writer.blocks), "xlsx", metadata)


def _notes(package: Package, part: str, sheet: str, sheets: Sheets) -> None:
    """Comments and the text of drawings that hang on a sheet."""
    for name in package.related(part, "comments"):
        comments = _Comments()
        package.parse(name, comments)
        for cell, text in comments.found:
            column, row = cell_at(cell)
            sheets.note(text, place(sheet, row, column, column) if row else sheet)
    for name in package.related(part, "drawing"):
        drawing = _Drawing()
        package.parse(name, drawing)
        for text in drawing.found:
            sheets.note(text, sheet)


@dataclass(slots=True)
class _Workbook:
    """Events of the main part: names of sheets and the ids of their parts."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    since_1904: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "s:sheet":
            self.sheets.append((attributes.get("name", ""), attributes.get("r:id", "")))
        elif name == "s:workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true", "on"}

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


@dataclass(slots=True)
class _Comments:
    """Events of a part with comments: (cell, text)."""

    found: list[tuple[str, str]] = field(default_factory=list)
    _cell: str = ""
    _parts: list[str] = field(default_factory=list)
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "s:comment":
            self._cell, self._parts = attributes.get("ref", ""), []
        self._inside = name == "s:t"

    def end(self, name: str) -> None:
        self._inside = False
        if name == "s:comment":
            self.found.append((self._cell, unescaped("".join(self._parts))))

    def text(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)


@dataclass(slots=True)
class _Drawing:
    """Events of a drawing: the paragraphs of each shape in one."""

    found: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._inside = name == "a:t"

    def end(self, name: str) -> None:
        self._inside = False
        if name == "a:p" and self._parts:
            self._parts.append("\n")
        elif posixpath.basename(name).endswith(":txBody") and self._parts:
            self.found.append("".join(self._parts))
            self._parts = []

    def text(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)
