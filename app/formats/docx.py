"""DOCX: what Word shows of a document, in its order.

Notes and comments stand after the paragraph that refers to them; headers and footers once, at the
end. Tracked insertions count as text, tracked deletions do not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.core.model import Document
from app.errors import FileError
from app.formats.docx_body import Body
from app.formats.docx_styles import Numbering, Styles
from app.formats.families import FAMILIES
from app.formats.flow_blocks import Found
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.ooxml import Package, open_package
from app.formats.titles import says_nothing
from app.formats.writer import Writer
from app.formats.xml_events import Attributes

_NOTES = {"w:footnote": "footnote", "w:endnote": "endnote", "w:comment": "comment"}
_NOTE_PARTS = ("footnotes", "endnotes", "comments")
_IMPORTED = {".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".mht": "mhtml"}


def read_docx(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its properties, else by its first heading, else its name.

    Raises `FileError`: `no-text` if there are pictures only, and as `open_parts` and `parse` do.
    """
    package = open_package(path, data, limits)
    return _Reader(package).document()


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main("word/document.xml")
        self._writer = Writer(package.path, package.limits)
        self._styles = Styles()
        self._numbering = Numbering()
        self._notes: dict[tuple[str, str], _Note] = {}
        self._imports: list[str] = []

    def document(self) -> Document:
        package, main = self._package, self._main
        for kind, events in (("styles", self._styles), ("numbering", self._numbering)):
            for name in package.related(main, kind)[:1]:
                package.parse(name, events)
        for kind in _NOTE_PARTS:
            for name in package.related(main, kind)[:1]:
                notes = _Notes(self._styles, self._notes)
                package.parse(name, notes)
        self._body(main, self._write)
        self._import()
        self._diagrams()
        self._headers()
        text, blocks = self._writer.text, tuple(self._writer.blocks)
        if not text.strip() and package.has_pictures():
            raise FileError(f"{package.path} has pictures and no text.", code="no-text")
        metadata = package.properties()
        title = metadata.pop("title", "")
        if says_nothing(title):
            first = next((block for block in blocks if block.level == 1), None)
            title = visible(text[first.start : first.end]) if first else ""
        return Document(title or stem(package.path), text, blocks, "docx", metadata)

    def _body(self, name: str, take: Callable[[Found], None]) -> None:
        body = Body(take, self._styles, self._numbering)
        self._package.parse(name, body)
        body.flush()

    def _write(self, found: Found, place: str = "") -> None:
        self._writer.add(found.kind, found.text, level=found.level, place=place)
        if found.ends:
            self._writer.end_lines()
        for kind, identity in found.notes:
            if kind == "altChunk":
                self._imports.append(identity)
                continue
            note = self._notes.pop((kind, identity), None)
            if note:
                for inner in note.blocks:
                    self._write(_plain(inner), note.place)

    def _import(self) -> None:
        """Files that Word takes in when it opens the document, where they are text or HTML."""
        relations = self._package.relations(self._main)
        for identity in self._imports:
            relation = relations.get(identity)
            if relation is None or relation.target not in self._package.parts:
                continue
            family = FAMILIES.get(_IMPORTED.get(posixpath.splitext(relation.target)[1].lower(), ""))
            if family:
                reader = family.reader()
                data = self._package.parts.read(relation.target)
                if reader and data.strip():
                    inner = reader(self._package.path, data, self._package.limits)
                    for block in inner.blocks:
                        text = inner.text[block.start : block.end]
                        self._writer.add(block.kind, text, level=block.level)

    def _diagrams(self) -> None:
        for name in self._package.related(self._main, "diagramData"):
            words = _Words()
            self._package.parse(name, words)
            self._each(words.found, "diagram")

    def _headers(self) -> None:
        """The text of headers and footers, each once however many sections have it."""
        seen: set[str] = set()
        for kind in ("header", "footer"):
            for name in self._package.related(self._main, kind):
                found: list[Found] = []
                self._body(name, found.append)
                text = "\n".join(one.text for one in found)
                if text not in seen and any(char.isalpha() for char in text):
                    seen.add(text)
                    self._writer.end_lines()
                    for one in found:
                        self._write(_plain(one), kind)

    def _each(self, texts: Iterable[str], place: str) -> None:
        for text in texts:
            self._writer.add("paragraph", text, place=place)


def _plain(found: Found) -> Found:
    """A block of a note or a header, which is no heading of the document."""
    kind = "paragraph" if found.kind == "heading" else found.kind
    return Found(kind, found.text, 0, found.notes, found.ends)


@dataclass(slots=True)
class _Note:
    place: str
    blocks: list[Found] = field(default_factory=list)


class _Notes:
    """Events of a part with footnotes, endnotes or comments: each with its blocks, by id."""

    def __init__(self, styles: Styles, notes: dict[tuple[str, str], _Note]) -> None:
        self._notes = notes
        self._note: _Note | None = None
        self._body = Body(self._take, styles, Numbering())

    def _take(self, found: Found) -> None:
        if self._note:
            self._note.blocks.append(found)

    def start(self, name: str, attributes: Attributes) -> None:
        kind = _NOTES.get(name)
        if kind is None:
            self._body.start(name, attributes)
        elif attributes.get("w:type", "normal") == "normal":
            identity = attributes.get("w:id", "")
            who = visible(attributes.get("w:author", ""))[:80]
            place = f"comment by {who}" if kind == "comment" and who else kind
            if kind != "comment" and identity.isdecimal():
                place = f"{kind} {identity}"
            self._note = self._notes[kind, identity] = _Note(place)

    def end(self, name: str) -> None:
        if name in _NOTES:
            self._body.flush()
            self._note = None
        else:
            self._body.end(name)

    def text(self, text: str) -> None:
        self._body.text(text)


@dataclass(slots=True)
class _Words:
    """Events of a drawing: its paragraphs."""

    found: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._inside = name == "a:t"

    def end(self, name: str) -> None:
        self._inside = False
        if name == "a:p" and self._parts:
            self.found.append("".join(self._parts))
            self._parts = []

    def text(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)
