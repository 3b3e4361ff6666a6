"""XML of any kind: its texts with the paths of their elements, titles as headings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.model import Document
from app.errors import FileError
from app.formats.code import read_code
from app.formats.html import read_html
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name, visible
from app.formats.writer import Writer
from app.formats.xml_events import Attributes, parse

_MARKUP = re.compile(r"<(?:p|br|div|b|i|em|strong|ul|ol|li|img|span|h[1-6]|a)\b[^>]*>", re.I)
_SHORT = 120
"""Characters up to which a text is shown with the name of its element before it."""
_TITLES = frozenset({"title", "head", "heading"})
_HIDDEN = ("xmlns", "xml:", "xsi:")
_DEEPEST = 40
_UNNAMED = frozenset({"p", "para", "simpara", "text", "li", "td", "entry", "div", "span", "s"})
"""Elements whose names say nothing of their texts."""
_DRAWN = "svg"
_LONGEST_TITLE = 300


def read_xml(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Texts in order; places are paths such as ``feed/entry[2]/summary``, the second of that
    name.

    Short texts stand behind the names of their elements, attributes behind theirs. What is no
    well-formed XML is read as source code. Raises `FileError`: `damaged` where it declares
    entities, `no-text`, `too-large`.
    """
    reader = _Reader(Writer(path, limits))
    try:
        parse(path, data, reader, limits=limits, locate=reader.locate)
    except FileError as error:
        if error.code != "damaged" or b"<!ENTITY" in data:
            raise
        return read_code(path, data, limits)
    writer = reader.writer
    if not writer.text.strip():
        raise FileError(f"{path} has elements and no text.", code="no-text")
    return Document(
        title=visible(reader.title) or file_name(path),
        text=writer.text,
        blocks=tuple(writer.blocks),
        kind="xml",
        metadata={},
    )


@dataclass(slots=True)
class _Leaf:
    """An element without elements inside; it waits until it is known whether it is in a text."""

    name: str
    shown: str
    """Its attributes."""
    text: str
    place: str
    line: int
    level: int
    """Elements around it."""


@dataclass(slots=True)
class _Element:
    """An element that is open."""

    name: str
    shown: str
    place: str
    line: int
    pieces: list[str] = field(default_factory=list)
    leaves: list[_Leaf] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    written: bool = False
    """Whether something of it has been written, so that it is no leaf."""


class _Reader:
    """Hears of elements, and writes blocks."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.title = ""
        self._open: list[_Element] = []
        self._line: Callable[[], int] = lambda: 1
        self._drawn = False

    def locate(self, line: Callable[[], int]) -> None:
        """`line` tells where in the source the parser is."""
        self._line = line

    def start(self, name: str, attributes: Attributes, /) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        place = local
        if self._open:
            parent = self._open[-1]
            count = parent.counts[local] = parent.counts.get(local, 0) + 1
            place = f"{parent.place}/{local}" if len(self._open) < _DEEPEST else parent.place
            place = f"{place}[{count}]" if count > 1 else place
        else:
            self._drawn = local == _DRAWN
        shown = "" if self._drawn else _shown(attributes)
        self._open.append(_Element(local, shown, place, self._line()))

    def text(self, text: str, /) -> None:
        """Text of the innermost element."""
        top = self._open[-1]
        if top.leaves and not text.isspace():
            # What waits belongs to this text: a word in italics, a link.
            top.pieces += [leaf.text for leaf in top.leaves]
            top.leaves.clear()
        top.pieces.append(text)

    def end(self, _name: str, /) -> None:
        """An element ends."""
        element = self._open[-1]
        text = _plain("".join(element.pieces))
        if text and element.leaves:
            element.pieces += [leaf.text for leaf in element.leaves]
            element.leaves.clear()
            text = _plain("".join(element.pieces))
        if element.leaves or element.written or len(self._open) == 1:
            for each in self._open:
                self._write(each)
            self._open.pop()
        else:
            self._open.pop()
            if text or element.shown:
                level = len(self._open)
                leaf = _Leaf(element.name, element.shown, text, element.place, element.line, level)
                self._open[-1].leaves.append(leaf)

    def _write(self, element: _Element) -> None:
        """What has come of an open element so far."""
        text = _plain("".join(element.pieces))
        if text or element.shown:
            level = len(self._open)
            self._add(_Leaf(element.name, element.shown, text, element.place, element.line, level))
        for leaf in element.leaves:
            self._add(leaf)
        element.written, element.shown = True, ""
        element.pieces.clear()
        element.leaves.clear()

    def _add(self, leaf: _Leaf) -> None:
        """One more text: a heading, a paragraph, or a line among short ones."""
        writer, text = self.writer, leaf.text
        if leaf.name.lower() in _TITLES and 0 < len(text) <= _LONGEST_TITLE:
            self.title = self.title or text
            level = min(max(leaf.level, 1), 6)
            writer.add("heading", text, level=level, line=leaf.line, place=leaf.place)
            return
        label = f"{leaf.name} ({leaf.shown})" if leaf.shown else leaf.name
        if len(text) > _SHORT or (text and label in _UNNAMED):
            if leaf.shown:
                writer.add("list", label, line=leaf.line, place=leaf.place)
            writer.add("paragraph", text, line=leaf.line, place=leaf.place)
        else:
            line = f"{label}: {text}" if text else label
            writer.add("list", line, line=leaf.line, place=leaf.place)


def _plain(text: str) -> str:
    """A text in one line, without the tags of HTML that was put into it as text."""
    if "<" in text and _MARKUP.search(text):
        text = read_html("", text.encode("utf-8-sig", "replace")).text
    return " ".join(text.split())


def _shown(attributes: Attributes) -> str:
    """Attributes that say something, as people read them."""
    return ", ".join(
        f"{name.rpartition(':')[2]} {' '.join(value[:_LONGEST_TITLE].split())}"
        for name, value in attributes.items()
        if value.strip() and not name.startswith(_HIDDEN)
    )
