"""RTF: paragraphs, headings, lists, tables, notes and the information group.

The file is read once, token by token; groups keep a state that ends with them.
"""

from __future__ import annotations

from dataclasses import replace

from app.core.model import Document
from app.errors import FileError
from app.formats.flow_blocks import Found
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import visible
from app.formats.rtf_document import State, assembled
from app.formats.rtf_flow import Flow, StyleSheet
from app.formats.rtf_info import TIMES, Info
from app.formats.rtf_text import TextBuffer
from app.formats.rtf_words import (
    ASIDE,
    CHARS,
    CODE_PAGES,
    INFO,
    SKIPPED,
    STARRED,
    TOKEN,
    WHOLE_FILE,
    code_page,
)

_PER_DEPTH = 100
_MOST_SKIPPED = 16
_LONGEST_NAME = 200


def read_rtf(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its information group, else by its first heading, else its name.

    What is cut off is read as far as it goes. Raises `FileError("too-large")` beyond the
    characters and the depth of `limits`.
    """
    reader = _Reader(path, limits)
    reader.read(data)
    return reader.document()


class _Reader:
    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._state = State()
        self._stack: list[State] = []
        self._flows = [Flow()]
        self._margins: list[Found] = []
        self._buffer = TextBuffer()
        self._fonts: dict[int, str] = {}
        self._styles = StyleSheet()
        self._info = Info()
        self._author = ""

    def read(self, data: bytes) -> None:
        """All tokens."""
        position = 0
        while match := TOKEN.match(data, position):
            position = match.end()
            kind = match.lastgroup
            if kind == "text":
                if self._state.goal != "skip":
                    self._buffer.raw(match["text"])
            elif kind == "hex":
                if self._state.goal != "skip":
                    self._buffer.byte(int(match["hex"], 16))
            elif kind in {"word", "number"}:
                number = int(match["number"]) if match["number"] else None
                if match["word"] == b"bin":
                    position += max(0, number or 0)
                else:
                    self._word(match["word"], number)
            elif kind == "open":
                self._open()
            elif kind == "close":
                self._flush()
                self._close()
            else:
                self._sign(match["sign"])
        self._flush()
        while self._stack:
            self._close()

    def _open(self) -> None:
        self._flush()
        deepest = self._limits.depth * _PER_DEPTH
        if len(self._stack) >= deepest:
            raise FileError(
                f"{self._path} has more than {deepest} groups inside of each other.",
                code="too-large",
            )
        self._stack.append(self._state)
        self._state = replace(self._state, aside=False, starred=False)

    def _flush(self) -> None:
        """Hand what was collected to where the group's text goes."""
        text = self._buffer.take()
        if not text:
            return
        state = self._state
        match state.goal:
            case "text" if not state.hidden:
                self._flows[-1].text.append(text)
            case "label":
                self._flows[-1].label.append(text)
            case "style":
                names, number = self._styles.names, self._styles.current
                names[number] = (names.get(number, "") + text)[:_LONGEST_NAME]
            case "info":
                self._info.key = state.info
                self._info.text(text)
            case "author":
                self._author = text.strip()

    # Control words.

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._state.starred = True
        elif sign in b"\r\n":
            self._flush()
            self._flows[-1].end_paragraph(self._level())
        elif sign == b"~":
            self._buffer.char("\u00a0")
        elif sign == b"_":
            self._buffer.char("-")
        elif sign in b"\\{}":
            self._buffer.raw(sign)

    def _word(self, word: bytes, number: int | None) -> None:
        state = self._state
        if state.goal == "skip":
            return
        if word == b"u":
            self._buffer.unicode(number or 0, state.skip_after_unicode)
            return
        if self._buffer.skips():  # a control word counts as one character
            return
        if word in CHARS:
            self._buffer.char(CHARS[word])
            return
        self._flush()
        starred, state.starred = state.starred, False
        if (starred and word not in STARRED) or word in SKIPPED:
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
            case _:
                return False
        return True

    def _property(self, word: bytes, number: int | None) -> None:
        flow = self._flows[-1]
        match word:
            case b"par" | b"sect" | b"page" | b"column":
                flow.end_paragraph(self._level())
            case b"pard":
                flow.reset()
            case b"intbl":
                flow.in_table = True
            case b"cell":
                flow.end_cell(self._level())
            case b"row":
                flow.end_row()
            case b"s":
                flow.style = number or 0
            case b"outlinelevel":
                flow.outline = number or 0
            case _ if self._state.info and word in TIMES:
                self._info.key = self._state.info
                self._info.time(word, number or 0)
            case _:
                self._of_characters(word, number)

    def _of_characters(self, word: bytes, number: int | None) -> None:
        state, buffer = self._state, self._buffer
        match word:
            case b"f":
                state.encoding = self._fonts.get(number or 0, "")
            case b"plain":
                state.hidden, state.encoding = False, ""
            case b"v" | b"deleted":
                state.hidden = number != 0
            case b"uc":
                state.skip_after_unicode = min(max(number or 0, 0), _MOST_SKIPPED)
            case b"ansicpg":
                buffer.default = code_page(number or 0)
            case _ if word in WHOLE_FILE:
                buffer.default = WHOLE_FILE[word]
        buffer.encoding = state.encoding

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
                self._styles.current = number
            case b"cs" | b"ds" | b"ts":
                self._state.goal = "skip"
            case b"outlinelevel":
                self._styles.outlines[self._styles.current] = number

    # Groups and paragraphs.

    def _begin_aside(self, place: str) -> None:
        self._state.aside, self._state.hidden = True, False
        self._state.goal = "text"
        if place == "comment" and self._author:
            place = f"comment by {visible(self._author)[:80]}"
            self._author = ""
        self._flows.append(Flow(place or self._flows[-1].place))

    def _close(self) -> None:
        """The end of a group."""
        if self._state.aside and len(self._flows) > 1:
            level = self._level()
            flow = self._flows.pop()
            if flow.place in {"header", "footer"}:
                self._margins += flow.finish(level)
            else:
                self._flows[-1].after += flow.finish(level)
        if self._stack:
            self._state = self._stack.pop()
            self._buffer.encoding = self._state.encoding

    def _level(self) -> int:
        flow = self._flows[-1]
        return self._styles.level(flow.style, flow.outline)

    def document(self) -> Document:
        """What was read."""
        blocks = self._flows[0].finish(self._level())
        return assembled(self._path, self._limits, blocks, self._margins, self._info)
