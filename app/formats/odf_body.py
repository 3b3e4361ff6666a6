"""The body of an OpenDocument file: paragraphs, lists, tables, sheets and slides."""

from __future__ import annotations

from collections.abc import Callable

from app.formats.flow_blocks import Table, row_blocks
from app.formats.odf_flow import OdfFlow
from app.formats.odf_grid import Grid, count
from app.formats.xml_events import Attributes

__all__ = ["OdfBody"]

_SKIPPED = frozenset(
    {
        "text:tracked-changes", "text:note-citation", "text:ruby-text", "office:binary-data",
        "office:forms", "office:scripts", "office:event-listeners", "svg:title", "dc:date",
        "meta:date-string", "draw:object", "draw:object-ole", "table:tracked-changes",
        "text:alphabetical-index-mark", "presentation:settings", "table:content-validations",
        "style:header-left", "style:footer-left", "style:header-first", "style:footer-first",
    }
)  # fmt: skip
"""Elements whose content is no text of the document, or was deleted."""
_KINDS = {"office:text": "odt", "office:spreadsheet": "ods", "office:presentation": "odp"}


class OdfBody(OdfFlow):
    """Events of the body; rows of sheets are written as they end."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._skip or name in _SKIPPED:
            self._skip += 1
            return
        handler = _STARTS.get(name)
        if handler:
            handler(self, attributes)
        elif name in _KINDS:
            self.kind = self.kind or _KINDS[name]

    def end(self, name: str) -> None:
        """An element ends."""
        if self._skip:
            self._skip -= 1
            return
        handler = _ENDS.get(name)
        if handler:
            handler(self)

    # Slides.

    def _page(self, attributes: Attributes) -> None:
        if self.kind == "odp":
            self._sheets.writer.next_page()
        hidden = attributes.get("draw:style-name", "") in self._styles.hidden
        self._open_inside("hidden slide" if hidden else "")

    def _end_page(self) -> None:
        """The title comes first, wherever it stands in the file."""
        if self._outputs:
            inside = self._outputs.pop()
            self._place = self._places.pop()
            for found in sorted(inside, key=lambda found: found.kind != "heading"):
                self._emit(found)

    def _frame(self, attributes: Attributes) -> None:
        self._in_title = attributes.get("presentation:class") == "title" and self.kind == "odp"

    def _end_frame(self) -> None:
        self._in_title = False

    # Lists.

    def _list(self, steps: int) -> None:
        self._lists = max(0, self._lists + steps)

    def _item(self) -> None:
        self._item_open = False

    # Pictures, by the words that someone wrote about them.

    def _describe(self, attributes: Attributes) -> None:
        self._open_inside()
        self._paragraph(attributes)

    def _end_description(self) -> None:
        self._end_paragraph()
        self._close_inside()

    # Tables and sheets.

    def _table(self, attributes: Attributes) -> None:
        if self.kind == "ods" and not self._tables:
            self._grid = Grid(attributes.get("table:name", ""))
            self._sheets.begin(self._grid.sheet)
        self._tables.append(Table())

    def _end_table(self) -> None:
        if not self._tables:
            return
        rows = self._tables.pop().rows
        if self.kind == "ods" and not self._tables:
            for found, where in self._grid.notes:
                self._sheets.note(found.text, where)
            self._sheets.end()
            return
        if rows:
            rows[-1].ends = True
        for found in rows:
            found.place = found.place or self._place
            self._emit(found)

    def _row(self, attributes: Attributes) -> None:
        if self._tables:
            self._tables[-1].row = []
            if len(self._tables) == 1:
                self._grid.begin_row(count(attributes, "table:number-rows-repeated"))

    def _end_row(self) -> None:
        if not self._tables:
            return
        if self.kind == "ods" and len(self._tables) == 1:
            self._grid.write_row(self._sheets)
        else:
            self._tables[-1].rows += row_blocks(self._tables[-1].row)

    def _cell(self, attributes: Attributes) -> None:
        if self._tables:
            if len(self._tables) == 1:
                self._grid.begin_cell(attributes)
            self._open_inside()

    def _end_cell(self) -> None:
        if not self._tables or not self._outputs:
            return
        found = self._outputs.pop()
        self._place = self._places.pop()
        if self.kind == "ods" and len(self._tables) == 1:
            self._grid.end_cell(found)
        else:
            self._tables[-1].row.append(found)


_STARTS: dict[str, Callable[[OdfBody, Attributes], None]] = {
    "text:p": OdfBody._paragraph,
    "text:h": lambda body, attributes: body._paragraph(
        attributes, attributes.get("text:outline-level", "1")
    ),
    "text:s": OdfBody._spaces,
    "text:tab": lambda body, _: body._char("\t"),
    "text:line-break": lambda body, _: body._char("\n"),
    "text:note": lambda body, attributes: body._open_inside(
        attributes.get("text:note-class", "footnote")
    ),
    "office:annotation": lambda body, _: body._open_inside("comment"),
    "dc:creator": OdfBody._begin_creator,
    "draw:text-box": lambda body, _: body._open_inside(),
    "svg:desc": OdfBody._describe,
    "draw:page": OdfBody._page,
    "draw:frame": OdfBody._frame,
    "presentation:notes": lambda body, _: body._open_inside("notes"),
    "style:header": lambda body, _: body._open_inside("header"),
    "style:footer": lambda body, _: body._open_inside("footer"),
    "text:list": lambda body, _: body._list(1),
    "text:list-item": lambda body, _: body._item(),
    "table:table": OdfBody._table,
    "table:table-row": OdfBody._row,
    "table:table-cell": OdfBody._cell,
    "table:covered-table-cell": OdfBody._cell,
}
_ENDS: dict[str, Callable[[OdfBody], None]] = {
    "text:p": OdfBody._end_paragraph,
    "text:h": OdfBody._end_paragraph,
    "svg:desc": OdfBody._end_description,
    "text:note": OdfBody._close_inside,
    "office:annotation": OdfBody._close_inside,
    "dc:creator": OdfBody._end_creator,
    "draw:text-box": OdfBody._close_inside,
    "draw:frame": OdfBody._end_frame,
    "draw:page": OdfBody._end_page,
    "presentation:notes": OdfBody._close_inside,
    "style:header": OdfBody._close_inside,
    "style:footer": OdfBody._close_inside,
    "text:list": lambda body: body._list(-1),
    "table:table": OdfBody._end_table,
    "table:table-row": OdfBody._end_row,
    "table:table-cell": OdfBody._end_cell,
    "table:covered-table-cell": OdfBody._end_cell,
}
