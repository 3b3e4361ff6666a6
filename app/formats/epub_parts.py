"""The parts of an EPUB that say what is in it: package document, table of contents, encryption."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from app.formats.encoding import decode
from app.formats.html_tokens import tokens
from app.formats.names import visible
from app.formats.xml_events import Attributes

__all__ = ["Container", "Contents", "Encryption", "Entry", "Item", "Manifest", "nav_entries"]

_PROPERTIES = {
    "title": "title",
    "creator": "author",
    "language": "language",
    "description": "description",
    "subject": "keywords",
    "publisher": "publisher",
    "date": "date",
}
_LONGEST = 500
_TAGS = re.compile(r"<[^<>]{0,200}>")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents."""

    name: str
    """Name of the part that it leads to."""
    title: str
    depth: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the book."""

    name: str
    media: str
    is_nav: bool = False


class _Quiet:
    """Events that most parts here leave alone."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text of it."""


@dataclass(slots=True)
class Container(_Quiet):
    """Events of the part that names the package documents."""

    roots: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        """A package document."""
        if _local(name) == "rootfile":
            self.roots.append(_resolved("", attributes.get("full-path", "")))


@dataclass(slots=True)
class Encryption(_Quiet):
    """Events of the part that lists what is encrypted."""

    names: set[str] = field(default_factory=set)

    def start(self, name: str, attributes: Attributes) -> None:
        """An encrypted part."""
        if _local(name) == "CipherReference":
            self.names.add(_resolved("", attributes.get("URI", "")))


@dataclass(slots=True)
class Manifest(_Quiet):
    """Events of the package document: metadata, files, the order in which they are read."""

    folder: str
    items: dict[str, Item] = field(default_factory=dict)
    _order: list[str] = field(default_factory=list)
    _toc: str = ""
    _nav: str = ""
    _values: dict[str, list[str]] = field(default_factory=dict)
    _key: str = ""
    _parts: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        """A file, its place in the order, or a property of the book."""
        match _local(name):
            case "item":
                identity = attributes.get("id", "")
                is_nav = "nav" in attributes.get("properties", "").split()
                self.items[identity] = Item(
                    _resolved(self.folder, attributes.get("href", "")),
                    attributes.get("media-type", ""),
                    is_nav,
                )
                if is_nav:
                    self._nav = identity
            case "itemref":
                self._order.append(attributes.get("idref", ""))
            case "spine":
                self._toc = attributes.get("toc", "")
            case local:
                self._key = _PROPERTIES.get(local, "") if name.startswith("dc:") else ""
                self._parts = []

    def end(self, name: str) -> None:
        """The end of a property."""
        if self._key:
            value = visible(_TAGS.sub(" ", "".join(self._parts)[: 4 * _LONGEST]))[:_LONGEST]
            if value:
                self._values.setdefault(self._key, []).append(value)
        self._key = ""

    def text(self, text: str) -> None:
        """A part of a property."""
        if self._key:
            self._parts.append(text)

    def spine(self) -> list[Item]:
        """Files in the order in which they are read, each once."""
        found = dict.fromkeys(self._order)
        return [self.items[identity] for identity in found if identity in self.items]

    def nav(self) -> str:
        """Name of the table of contents of EPUB 3, empty without one."""
        item = self.items.get(self._nav)
        return item.name if item else ""

    def ncx(self) -> str:
        """Name of the table of contents of EPUB 2, empty without one."""
        for identity, item in self.items.items():
            if identity == self._toc or item.media == "application/x-dtbncx+xml":
                return item.name
        return ""

    def metadata(self) -> dict[str, str]:
        """Title, author and the rest."""
        found = {key: ", ".join(values)[:_LONGEST] for key, values in self._values.items()}
        found["title"] = self._values.get("title", [""])[0]
        date = _DATE.search(found.get("date", ""))
        found["date"] = date[0] if date else ""
        return {key: value for key, value in found.items() if value}


@dataclass(slots=True)
class Contents(_Quiet):
    """Events of the table of contents of EPUB 2."""

    folder: str
    entries: list[Entry] = field(default_factory=list)
    _depth: int = 0
    _label: list[str] | None = None
    _title: str = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """An entry, its label, or where it leads."""
        match _local(name):
            case "navPoint":
                self._depth += 1
            case "navLabel":
                self._label = []
            case "content" if self._depth:
                target = _resolved(self.folder, attributes.get("src", ""))
                self.entries.append(Entry(target, self._title, min(self._depth, _DEEPEST)))

    def end(self, name: str) -> None:
        """The end of an entry or of its label."""
        match _local(name):
            case "navPoint":
                self._depth -= 1
            case "navLabel":
                self._title = visible("".join(self._label or ()))
                self._label = None

    def text(self, text: str) -> None:
        """A part of a label."""
        if self._label is not None:
            self._label.append(text)


def nav_entries(data: bytes, folder: str) -> list[Entry]:
    """The table of contents of EPUB 3, a list of links in a page."""
    entries: list[Entry] = []
    inside = depth = 0
    link: list[str] | None = None
    target = ""
    for token in tokens(decode(data)[0]):
        if isinstance(token, str):
            if link is not None:
                link.append(token)
        elif token.name == "nav":
            if token.closing:
                inside = 0
            elif "toc" in token.attributes.get("epub:type", "toc").split():
                inside, depth = 1, 0
        elif inside and token.name == "ol":
            depth += -1 if token.closing else 1
        elif inside and token.name == "a" and not token.closing:
            link, target = [], _resolved(folder, token.attributes.get("href", ""))
        elif token.name == "a" and link is not None:
            title = visible("".join(link))
            if title:
                entries.append(Entry(target, title, min(max(depth, 1), _DEEPEST)))
            link = None
    return entries


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _resolved(folder: str, address: str) -> str:
    """Name of the part that an address leads to, seen from a folder."""
    target = unquote(address.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
