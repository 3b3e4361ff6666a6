"""RTF: paragraphs, headings, lists, tables, notes and the information group.

The file is read once, token by token; groups keep a state that ends with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from app.core.model import BlockKind, Document
from app.errors import FileError
from app.formats.flow_blocks import Found, row_blocks
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.rtf_words import (
    ASIDE,
    CHARS,
    CODE_PAGES,
    INFO,
    SKIPPED,
    STARRED,
    TOKEN,
    code_page,
    joined_surrogates,
)
from app.formats.titles import says_nothing
from app.formats.writer import Writer

_PER_DEPTH = 100
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo) ?([1-9])", re.IGNORECASE)
_ENDS = frozenset({b"par", b"sect", b"page", b"column"})
_NO_LINE_ENDS = bytes.maketrans(b"", b"")
_MOST_SKIPPED = 16
_TIMES = {b"yr": 4, b"mo": 2, b"dy": 2, b"hr": 2, b"min": 2}


def read_rtf(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its information group, else by its first heading, else its name.

    What is cut off is read as far as it goes. Raises `FileError("too-large")` beyond the
    characters and the depth of `limits`.
    """
    reader = _Reader(path, limits)
    reader.read(data)
    return reader.document()


@dataclass(slots=True)
class _State:
    """What a group may change for its own length."""

    goal: str = "text"
    """Where its text goes: "text", "skip", "font", "style", "info", "label" (of a list)."""
    encoding: str = ""
    skip_after_unicode: int = 1
    hidden: bool = False
    aside: bool = False
    """Whether paragraphs of their own began with this very group."""
    info: str = ""
    starred: bool = False
    font: int = 0


@dataclass(slots=True)
class _Flow:
    """Paragraphs that are being read: of the body, of a note, of a header."""

    place: str = ""
    text: list[str] = field(default_factory=list)
    blocks: list[Found] = field(default_factory=list)
    after: list[Found] = field(default_factory=list)
    """What hangs on the open paragraph."""
    cell: list[Found] = field(default_factory=list)
    row: list[list[Found]] = field(default_factory=list)
    in_table: bool = False
    style: int = 0
    outline: int = 9
    label: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._default = "cp1252"
        self._state = _State()
        self._stack: list[_State] = []
        self._flows = [_Flow()]
        self._margins: list[Found] = []
        self._bytes = bytearray()
        self._units: list[str] = []
        self._to_skip = 0
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, str] = {}
        self._outlines: dict[int, int] = {}
        self._style = 0
        self._info: dict[str, str] = {}
        self._numbers: dict[bytes, int] = {}
        self._author = ""

    def read(self, data: bytes) -> None:
        """All tokens."""
        position = 0
        deepest = self._limits.depth * _PER_DEPTH
        while match := TOKEN.match(data, position):
            position = match.end()
            kind = match.lastgroup
            if kind == "text":
                self._raw(match["text"])
            elif kind == "hex":
                self._byte(int(match["hex"], 16))
            elif kind in {"word", "number"}:
                number = int(match["number"]) if match["number"] else None
                if match["word"] == b"bin":
                    position += max(0, number or 0)
                else:
                    self._word(match["word"], number)
            elif kind == "open":
                self._flush()
                if len(self._stack) >= deepest:
                    raise FileError(
                        f"{self._path} has more than {deepest} groups inside of each other.",
                        code="too-large",
                    )
                self._stack.append(self._state)
                self._state = replace(self._state, aside=False, starred=False)
            elif kind == "close":
                self._flush()
                self._close()
            else:
                self._sign(match["sign"])
        self._flush()
        while self._stack:
            self._close()

    # Text.

    def _raw(self, raw: bytes) -> None:
        if self._state.goal == "skip":
            return
        raw = raw.translate(None, b"\r\n\0")
        if self._to_skip:
            skipped = min(self._to_skip, len(raw))
            self._to_skip -= skipped
            raw = raw[skipped:]
        if raw:
            self._bytes += raw

    def _byte(self, byte: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._state.goal != "skip":
            self._bytes.append(byte)

    def _char(self, char: str) -> None:
        self._decode()
        self._units.append(char)

    def _decode(self) -> None:
        if self._bytes:
            encoding = self._state.encoding or self._default
            self._units.append(self._bytes.decode(encoding, "replace"))
            self._bytes.clear()

    def _flush(self) -> None:
        """Hand what was collected to where the group's text goes."""
        self._decode()
        self._to_skip = 0
        if not self._units:
            return
        text = "".join(self._units)
        self._units.clear()
        if any("\ud800" <= char <= "\udfff" for char in text):
            text = joined_surrogates(text)
        state = self._state
        match state.goal:
            case "text" if not state.hidden:
                self._flows[-1].text.append(text)
            case "label":
                self._flows[-1].label.append(text)
            case "style":
                self._styles[self._style] = self._styles.get(self._style, "") + text
            case "info" if len(self._info.get(state.info, "")) < 500:
                self._info[state.info] = self._info.get(state.info, "") + text
            case "author":
                self._author = text.strip()

    # Control words.

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._state.starred = True
        elif sign in b"\r\n":
            self._flush()
            self._end_paragraph()
        elif sign == b"~":
            self._char("\u00a0")
        elif sign == b"_":
            self._char("-")
        elif sign in b"\\{}":
            self._raw(sign)

    def _word(self, word: bytes, number: int | None) -> None:
        state = self._state
        if state.goal == "skip":
            return
        if word == b"u":
            self._unicode(number or 0)
            return
        if self._to_skip:  # a control word counts as one character
            self._to_skip -= 1
            return
        if word in CHARS:
            self._char(CHARS[word])
            return
        self._flush()
        if state.starred and word not in STARRED:
            state.goal = "skip"
        elif word in SKIPPED:
            state.goal = "skip"
        elif state.goal in {"font", "style"}:
            self._definition(word, number or 0)
        elif word in ASIDE:
            self._begin_aside(ASIDE[word])
        elif not self._destination(word):
            self._property(word, number)

    def _destination(self, word: bytes) -> bool:
        state = self._state
        match word:
            case b"fonttbl":
                state.goal = "font"
            case b"stylesheet":
                state.goal = "style"
            case b"info":
                state.goal = "info"
            case b"listtext":
                state.goal = "label"
            case b"atnauthor":
                state.goal = "author"
            case _ if word in INFO and state.goal == "info":
                state.info = INFO[word]
                self._numbers = {}
            case _ if word in _TIMES and state.goal == "info":
                return False
            case _:
                return False
        return True

    def _property(self, word: bytes, number: int | None) -> None:
        state, flow = self._state, self._flows[-1]
        value = 0 if number is None else number
        match word:
            case b"par" | b"sect" | b"page" | b"column":
                self._end_paragraph()
            case b"pard":
                flow.in_table, flow.style, flow.outline = False, 0, 9
            case b"intbl":
                flow.in_table = True
            case b"cell":
                self._end_cell()
            case b"row":
                self._end_row()
            case b"s":
                flow.style = value
            case b"outlinelevel":
                flow.outline = value
            case b"f":
                state.font = value
                state.encoding = self._fonts.get(value, "")
            case b"plain":
                state.hidden, state.encoding = False, ""
            case b"v" | b"deleted":
                state.hidden = number != 0
            case b"uc":
                state.skip_after_unicode = min(max(value, 0), _MOST_SKIPPED)
            case b"ansicpg":
                self._default = code_page(value)
            case b"mac":
                self._default = "mac_roman"
            case b"pc":
                self._default = "cp437"
            case b"pca":
                self._default = "cp850"
            case _ if state.info in {"created", "modified"} and word in _TIMES:
                self._numbers[word] = value
                self._info[state.info] = self._date()

    def _definition(self, word: bytes, number: int) -> None:
        """Inside of the tables of fonts and styles."""
        match word:
            case b"f":
                self._state.font = number
            case b"fcharset" if number != 1:
                self._fonts[self._state.font] = CODE_PAGES.get(number, "")
            case b"cpg":
                self._fonts[self._state.font] = code_page(number)
            case b"s":
                self._style = number
            case b"cs" | b"ds" | b"ts":
                self._state.goal = "skip"
            case b"outlinelevel":
                self._outlines[self._style] = number

    def _unicode(self, number: int) -> None:
        self._to_skip = 0
        code = number % 0x10000
        # Symbols of fonts without names are pictures.
        if not 0xF000 <= code < 0xF100 and code:
            self._char(chr(code))
        else:
            self._decode()
        self._to_skip = self._state.skip_after_unicode

    def _date(self) -> str:
        numbers = self._numbers
        if not 1000 <= numbers.get(b"yr", 0) <= 9999:
            return ""
        year, month, day, hour, minute = (numbers.get(name, 0) for name in _TIMES)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return f"{year:04}"
        date = f"{year:04}-{month:02}-{day:02}"
        return f"{date}T{hour:02}:{minute:02}:00" if 0 <= hour < 24 and 0 <= minute < 60 else date

    # Groups and paragraphs.

    def _begin_aside(self, place: str) -> None:
        self._state.aside, self._state.hidden = True, False
        self._state.goal = "text"
        if place == "comment" and self._author:
            place = f"comment by {visible(self._author)[:80]}"
            self._author = ""
        self._flows.append(_Flow(place or self._flows[-1].place))

    def _close(self) -> None:
        """The end of a group."""
        if self._state.aside and len(self._flows) > 1:
            self._end_paragraph()
            flow = self._flows.pop()
            self._finish(flow)
            if flow.place in {"header", "footer"}:
                self._margins += flow.blocks
            else:
                self._flows[-1].after += flow.blocks
        if self._stack:
            self._state = self._stack.pop()

    def _finish(self, flow: _Flow) -> None:
        """Rows and cells that never ended are text as well."""
        if flow.cell:
            flow.row.append(flow.cell)
        if flow.row:
            flow.blocks += row_blocks(flow.row)

    def _end_paragraph(self) -> None:
        flow = self._flows[-1]
        raw = "".join(flow.text)
        label = " ".join("".join(flow.label).split())
        flow.text, flow.label = [], []
        text, level = raw.strip(), self._level(flow)
        kind: BlockKind = "heading" if level and not flow.place else "paragraph"
        if label and kind == "paragraph":
            numbered = any(char.isalnum() for char in label)
            kind, text = "list", f"{label if numbered else '-'} {text}" if text else ""
        found = [Found(kind, text, level if kind == "heading" else 0, place=flow.place)]
        (flow.cell if flow.in_table else flow.blocks).extend(one for one in found if one.text)
        if flow.after and not flow.in_table:
            flow.blocks += flow.after
            flow.after = []

    def _level(self, flow: _Flow) -> int:
        name = self._styles.get(flow.style, "").strip().rstrip(";")
        heading = _HEADING.fullmatch(name)
        outline = self._outlines.get(flow.style, 9) if flow.outline == 9 else flow.outline
        if heading:
            outline = int(heading[1]) - 1
        return min(outline + 1, 6) if 0 <= outline < 9 else 0

    def _end_cell(self) -> None:
        flow = self._flows[-1]
        flow.in_table = True
        self._end_paragraph()
        flow.row.append(flow.cell)
        flow.cell = []

    def _end_row(self) -> None:
        flow = self._flows[-1]
        if flow.row:
            for found in row_blocks(flow.row):
                found.place = found.place or flow.place
                flow.blocks.append(found)
        flow.row = []
        flow.blocks += flow.after
        flow.after = []

    def document(self) -> Document:
        """What was read."""
        flow = self._flows[0]
        self._end_paragraph()
        self._finish(flow)
        writer = Writer(self._path, self._limits)
        seen: set[str] = set()
        for found in flow.blocks:
            writer.add(found.kind, found.text, level=found.level, place=found.place)
        writer.end_lines()
        for found in self._margins:
            if found.text not in seen and any(char.isalpha() for char in found.text):
                seen.add(found.text)
                writer.add("paragraph", found.text, place=found.place)
        metadata = {name: visible(value)[:500] for name, value in self._info.items() if name}
        subject = metadata.pop("subject", "")
        metadata.setdefault("description", subject)
        title = metadata.pop("title", "")
        blocks = tuple(writer.blocks)
        if says_nothing(title):
            first = next((block for block in blocks if block.level == 1), None)
            title = visible(writer.text[first.start : first.end]) if first else stem(self._path)
        return Document(
            title, writer.text, blocks, "rtf", {key: value for key, value in metadata.items() if value}
        )
