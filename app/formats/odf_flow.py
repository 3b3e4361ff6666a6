"""What flows in an OpenDocument file: paragraphs, lists, and what hangs on them."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.core.model import BlockKind
from app.formats.flow_blocks import Found, Paragraph, Table
from app.formats.odf_grid import Grid
from app.formats.odf_names import Styles
from app.formats.sheets import Sheets
from app.formats.xml_events import Attributes

__all__ = ["OdfFlow"]

_BLANKS = re.compile(r"[ \t\r\n]+")
_CODE = frozenset({"Preformatted_20_Text", "Preformatted Text", "Source_20_Code", "SourceCode"})
_MOST_SPACES = 100


class OdfFlow:
    """Blocks of texts and slides go to `take`; what hangs on sheets goes to `sheets`."""

    def __init__(
        self,
        take: Callable[[Found], None],
        sheets: Sheets,
        styles: Styles,
        *,
        margins: bool = False,
    ) -> None:
        self.kind = ""
        self._take = take
        self._sheets = sheets
        self._styles = styles
        self._margins = margins
        self._place = ""
        self._skip = 0
        self._lists = 0
        self._item_open = False
        self._in_title = False
        self._paragraphs: list[Paragraph] = []
        self._outputs: list[list[Found]] = []
        self._places: list[str] = []
        self._tables: list[Table] = []
        self._creator: list[str] | None = None
        self._grid = Grid()

    def text(self, text: str) -> None:
        """Text, which counts inside of paragraphs only."""
        if self._skip:
            return
        if self._creator is not None:
            self._creator.append(text)
        elif self._paragraphs:
            self._paragraphs[-1].text.append(_BLANKS.sub(" ", text))

    def _emit(self, found: Found) -> None:
        if self._outputs:
            self._outputs[-1].append(found)
        elif self.kind == "ods":
            self._sheets.note(found.text, self._grid.sheet)
        elif not self._margins or found.place:
            self._take(found)

    # Paragraphs.

    def _paragraph(self, attributes: Attributes, level: str = "") -> None:
        paragraph = Paragraph(style=self._styles.named(attributes.get("text:style-name", "")))
        paragraph.outline = min(max(int(level), 1), 6) if level.isdecimal() else None
        self._paragraphs.append(paragraph)

    def _end_paragraph(self) -> None:
        if not self._paragraphs:
            return
        paragraph = self._paragraphs.pop()
        raw = "".join(paragraph.text)
        kind: BlockKind = "paragraph"
        text, level = raw.strip(), paragraph.outline or 0
        if not level and (self._in_title or paragraph.style == "Title"):
            level = 1
        if level and self._place in {"", "hidden slide"}:
            kind = "heading"
        elif paragraph.style in _CODE:
            kind, text = "code", raw.rstrip()
        elif self._lists and text:
            mark = "  " if self._item_open else "- "
            kind, text = "list", f"{'  ' * min(self._lists - 1, 8)}{mark}{text}"
            self._item_open = True
        if text.strip():
            self._emit(Found(kind, text, level if kind == "heading" else 0, place=self._place))
        for found in paragraph.inside:
            self._emit(found)

    def _char(self, char: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].text.append(char)

    def _spaces(self, attributes: Attributes) -> None:
        count = attributes.get("text:c", "1")
        self._char(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES))

    # What hangs on a paragraph: notes, comments, text boxes.

    def _open_inside(self, where: str = "") -> None:
        self._places.append(self._place)
        self._place = where or self._place
        self._outputs.append([])

    def _close_inside(self) -> None:
        if not self._outputs:
            return
        inside = self._outputs.pop()
        self._place = self._places.pop()
        if self._paragraphs:
            self._paragraphs[-1].inside += inside
        else:
            for found in inside:
                self._emit(found)

    def _begin_creator(self, _: Attributes) -> None:
        self._creator = []

    def _end_creator(self) -> None:
        who = " ".join("".join(self._creator or ()).split())[:80]
        self._creator = None
        if self._place == "comment" and who:
            self._place = f"comment by {who}"
