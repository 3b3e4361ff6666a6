"""The text of a part of a DOCX: paragraphs, lists, tables, what hangs on them."""

from __future__ import annotations

from collections.abc import Callable

from app.core.model import BlockKind
from app.formats.docx_styles import Numbering, Styles, is_code
from app.formats.flow_blocks import Found, Paragraph, Table, row_blocks
from app.formats.xml_events import Attributes

__all__ = ["Body"]

_SKIPPED = frozenset(
    {
        "w:del", "w:moveFrom", "mc:Fallback", "w:rt", "w:tabs", "w:pPrChange", "w:rPrChange",
        "w:tblPrChange", "w:trPrChange", "w:tcPrChange", "w:sectPrChange", "w:numberingChange",
    }
)  # fmt: skip
"""Elements whose content is no text of the document, or the same once more, or what once was."""
_CHARS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "m:den": "/",
    "m:sup": "^",
    "m:sub": "_",
}
_TEXTS = frozenset({"w:t", "m:t", "a:t"})
_PRIVATE = range(0xE000, 0xF900)


class Body:
    """Events of a part with paragraphs; `take` is given each block of it as it is complete."""

    def __init__(self, take: Callable[[Found], None], styles: Styles, numbering: Numbering) -> None:
        self._take = take
        self._styles = styles
        self._numbering = numbering
        self._skip = 0
        self._in_text = False
        self._in_row_properties = self._in_run_properties = False
        self._paragraphs: list[Paragraph] = []
        self._tables: list[Table] = []
        self._outputs: list[list[Found]] = []
        self._held: Paragraph | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._skip or name in _SKIPPED:
            self._skip_from(name)
            return
        if name in _TEXTS:
            self._in_text = True
            return
        handler = _STARTS.get(name)
        if handler:
            handler(self, attributes)
        elif self._paragraphs and name in _CHARS:
            self._paragraphs[-1].text.append(_CHARS[name])

    def end(self, name: str) -> None:
        """An element ends."""
        if self._skip:
            self._skip -= 1
            return
        if name in _TEXTS:
            self._in_text = False
            return
        handler = _ENDS.get(name)
        if handler:
            handler(self)

    def text(self, text: str) -> None:
        """Text, which counts inside of runs only."""
        if self._in_text and not self._skip and self._paragraphs:
            self._paragraphs[-1].text.append(text)

    def _skip_from(self, name: str) -> None:
        """What is deleted says so as an empty element too, of a row or the end of a paragraph."""
        if not self._skip and name == "w:del":
            if self._in_row_properties and self._tables:
                self._tables[-1].deleted = True
            elif self._in_run_properties and self._paragraphs:
                self._paragraphs[-1].joins_next = True
        self._skip += 1

    def _emit(self, found: Found) -> None:
        if self._outputs:
            self._outputs[-1].append(found)
        else:
            self._take(found)

    # Paragraphs.

    def _start_paragraph(self, _: Attributes) -> None:
        held, self._held = self._held, None
        self._paragraphs.append(held or Paragraph())

    def _end_paragraph(self) -> None:
        if not self._paragraphs:
            return
        paragraph = self._paragraphs.pop()
        if paragraph.joins_next and not self._paragraphs:
            paragraph.joins_next = False
            self._held = paragraph
            return
        self._write(paragraph)

    def _write(self, paragraph: Paragraph) -> None:
        raw = "".join(paragraph.text)
        text = raw.strip()
        style = self._styles.resolved(paragraph.style)
        number, depth = paragraph.number, paragraph.depth
        if number is None:
            number, depth = style.number, style.depth
        outline = style.outline if paragraph.outline is None else paragraph.outline
        level = min(outline + 1, 6) if outline is not None and outline < 9 else 0
        kind: BlockKind = "heading" if level else "paragraph"
        if not level and is_code(style):
            kind, text = "code", raw.rstrip()
        elif text and number and number != "0":
            steps = min(int(depth), 8) if depth and depth.isdecimal() else 0
            label = self._numbering.label(number, steps)
            if label and not level:
                kind, text = "list", f"{'  ' * steps}{label} {text}"
            elif label not in {"", "-"}:
                text = f"{label} {text}"
        if text or paragraph.notes:
            self._emit(Found(kind, text, level, tuple(paragraph.notes)))
        for found in paragraph.inside:
            self._emit(found)

    def flush(self) -> None:
        """Write what is still held; at the end of the part."""
        if self._held is not None:
            held, self._held = self._held, None
            self._write(held)

    def _property(self, name: str, attributes: Attributes) -> None:
        if not self._paragraphs:
            return
        paragraph, value = self._paragraphs[-1], attributes.get("w:val", "")
        if name == "style":
            paragraph.style = value
        elif name == "outline":
            paragraph.outline = int(value) if value.isdecimal() else None
        elif name == "number":
            paragraph.number = value
        else:
            paragraph.depth = value

    def _break(self, _: Attributes) -> None:
        if self._paragraphs:
            self._paragraphs[-1].text.append("\n")

    def _symbol(self, attributes: Attributes) -> None:
        try:
            code = int(attributes.get("w:char", ""), 16)
        except ValueError:
            return
        # Places for private use are pictures of a symbol font.
        if self._paragraphs and code not in _PRIVATE and 0x20 <= code < 0xD800:
            self._paragraphs[-1].text.append(chr(code))

    def _refer(self, kind: str, attributes: Attributes, key: str = "w:id") -> None:
        if self._paragraphs:
            self._paragraphs[-1].notes.append((kind, attributes.get(key, "")))
        elif kind == "altChunk":
            self._emit(Found("paragraph", "", notes=((kind, attributes.get(key, "")),)))

    def _picture(self, attributes: Attributes) -> None:
        words = attributes.get("descr", "").strip()
        if words and self._paragraphs and " " in words:
            self._paragraphs[-1].inside.append(Found("paragraph", words))

    # Text boxes: blocks of their own after the paragraph that they hang on.

    def _start_box(self, _: Attributes) -> None:
        self._outputs.append([])

    def _end_box(self) -> None:
        if self._outputs:
            inside = self._outputs.pop()
            if self._paragraphs:
                self._paragraphs[-1].inside += inside
            else:
                for found in inside:
                    self._emit(found)

    # Tables.

    def _start_table(self, _: Attributes) -> None:
        self._tables.append(Table())

    def _start_row(self, _: Attributes) -> None:
        if self._tables:
            self._tables[-1].row, self._tables[-1].deleted = [], False

    def _start_cell(self, _: Attributes) -> None:
        if self._tables:
            self._outputs.append([])

    def _end_cell(self) -> None:
        if self._tables and self._outputs:
            self._tables[-1].row.append(self._outputs.pop())

    def _end_row(self) -> None:
        if not self._tables or self._tables[-1].deleted:
            return
        self._tables[-1].rows += row_blocks(self._tables[-1].row)

    def _end_table(self) -> None:
        if not self._tables:
            return
        rows = self._tables.pop().rows
        if rows:
            rows[-1].ends = True
        for found in rows:
            self._emit(found)

    def _row_properties(self, inside: bool) -> None:
        self._in_row_properties = inside

    def _run_properties(self, inside: bool) -> None:
        self._in_run_properties = inside


_STARTS: dict[str, Callable[[Body, Attributes], None]] = {
    "w:p": Body._start_paragraph,
    "w:br": Body._break,
    "w:sym": Body._symbol,
    "w:pStyle": lambda body, attributes: body._property("style", attributes),
    "w:outlineLvl": lambda body, attributes: body._property("outline", attributes),
    "w:numId": lambda body, attributes: body._property("number", attributes),
    "w:ilvl": lambda body, attributes: body._property("depth", attributes),
    "w:footnoteReference": lambda body, attributes: body._refer("footnote", attributes),
    "w:endnoteReference": lambda body, attributes: body._refer("endnote", attributes),
    "w:commentReference": lambda body, attributes: body._refer("comment", attributes),
    "w:altChunk": lambda body, attributes: body._refer("altChunk", attributes, "r:id"),
    "wp:docPr": Body._picture,
    "w:txbxContent": Body._start_box,
    "w:tbl": Body._start_table,
    "w:tr": Body._start_row,
    "w:tc": Body._start_cell,
    "w:trPr": lambda body, _: body._row_properties(True),
    "w:rPr": lambda body, _: body._run_properties(True),
}
_ENDS: dict[str, Callable[[Body], None]] = {
    "w:p": Body._end_paragraph,
    "w:txbxContent": Body._end_box,
    "w:tbl": Body._end_table,
    "w:tr": Body._end_row,
    "w:tc": Body._end_cell,
    "w:trPr": lambda body: body._row_properties(False),
    "w:rPr": lambda body: body._run_properties(False),
}
