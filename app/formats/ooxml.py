"""What DOCX, PPTX and XLSX share: packages of parts, their relationships and properties."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from app.errors import FileError
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import visible
from app.formats.xml_events import Attributes, Events, parse
from app.formats.zip_parts import Parts, open_parts

__all__ = ["NAMESPACES", "Package", "Relation", "open_package"]

_OPEN = "http://schemas.openxmlformats.org/"
_STRICT = "http://purl.oclc.org/ooxml/"
NAMESPACES = {
    f"{_OPEN}wordprocessingml/2006/main": "w",
    f"{_STRICT}wordprocessingml/main": "w",
    f"{_OPEN}spreadsheetml/2006/main": "s",
    f"{_STRICT}spreadsheetml/main": "s",
    f"{_OPEN}presentationml/2006/main": "p",
    f"{_STRICT}presentationml/main": "p",
    f"{_OPEN}drawingml/2006/main": "a",
    f"{_STRICT}drawingml/main": "a",
    f"{_OPEN}drawingml/2006/diagram": "dgm",
    f"{_STRICT}drawingml/diagram": "dgm",
    f"{_OPEN}drawingml/2006/chart": "c",
    f"{_STRICT}drawingml/chart": "c",
    f"{_OPEN}drawingml/2006/wordprocessingDrawing": "wp",
    f"{_STRICT}drawingml/wordprocessingDrawing": "wp",
    f"{_OPEN}officeDocument/2006/relationships": "r",
    f"{_STRICT}officeDocument/relationships": "r",
    f"{_OPEN}officeDocument/2006/math": "m",
    f"{_STRICT}officeDocument/math": "m",
    f"{_OPEN}markup-compatibility/2006": "mc",
    f"{_OPEN}package/2006/relationships": "rel",
    f"{_OPEN}package/2006/metadata/core-properties": "cp",
    f"{_OPEN}officeDocument/2006/extended-properties": "ep",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
"""Of both editions of the standard, transitional and strict."""

_PROPERTIES = {
    "dc:title": "title",
    "dc:creator": "author",
    "dc:subject": "subject",
    "dc:description": "description",
    "dc:language": "language",
    "cp:keywords": "keywords",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
}
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one names."""

    kind: str
    """Last part of its type, such as "officeDocument" or "comments"."""
    target: str
    """Name of the part; an address where `outside`."""
    outside: bool = False


class Package:
    """The parts of a file and what they are to each other."""

    def __init__(self, path: str, parts: Parts, limits: Limits) -> None:
        self.path = path
        self.parts = parts
        self.limits = limits

    def parse(self, name: str, events: Events) -> None:
        """Tell `events` of a part, by the prefixes of `NAMESPACES`."""
        where = f"{self.path} ({name})"
        parse(where, self.parts.stream(name), events, limits=self.limits, namespaces=NAMESPACES)

    def relations(self, name: str = "") -> dict[str, Relation]:
        """What a part names, by id; of the whole file without a name; none if that is damaged."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found = _Relations(folder)
        if rels in self.parts:
            self.parse(rels, found)
        return found.relations

    def related(self, name: str, kind: str) -> list[str]:
        """Names of the parts of one kind that a part names and that are there, each once."""
        found = (
            relation.target
            for relation in self.relations(name).values()
            if relation.kind == kind and not relation.outside and relation.target in self.parts
        )
        return list(dict.fromkeys(found))

    def main(self, usual: str) -> str:
        """Name of the part that all begins with. Raises `FileError("damaged")` without one."""
        for name in (*self.related("", "officeDocument"), usual):
            if name in self.parts:
                return name
        raise FileError(f"{self.path} has no part {usual}.", code="damaged")

    def properties(self) -> dict[str, str]:
        """Its title (as "title") and metadata; what cannot be read of them is left out."""
        found = _Properties()
        for name in (*self.related("", "core-properties"), "docProps/core.xml"):
            if name in self.parts and not found.values:
                try:
                    self.parse(name, found)
                except FileError:  # the text of the document does not depend on it
                    found.values.clear()
        values = {key: visible(value)[:_LONGEST] for key, value in found.values.items()}
        subject = values.pop("subject", "")
        if subject and not values.get("description"):
            values["description"] = subject
        return {key: value for key, value in values.items() if value}

    def has_pictures(self) -> bool:
        """Whether there are images, so that text may be in them."""
        return any("/media/" in name for name in self.parts.names)


def open_package(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Package:
    """The parts of an Office file. Raises `FileError` as `open_parts` does."""
    return Package(path, open_parts(path, data, limits), limits)


@dataclass(slots=True)
class _Relations:
    folder: str
    relations: dict[str, Relation] = field(default_factory=dict)

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "rel:Relationship":
            return
        target = attributes.get("Target", "")
        outside = attributes.get("TargetMode") == "External"
        if not outside:
            joined = posixpath.join("/", self.folder, unquote(target.replace("\\", "/")))
            target = posixpath.normpath(joined).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.relations[attributes.get("Id", "")] = Relation(kind, target, outside)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?")


@dataclass(slots=True)
class _Properties:
    values: dict[str, str] = field(default_factory=dict)
    _key: str = ""

    def start(self, name: str, attributes: Attributes) -> None:
        self._key = _PROPERTIES.get(name, "")

    def end(self, name: str) -> None:
        if self._key in {"created", "modified"}:
            date = _DATE.match(self.values.get(self._key, "").strip())
            self.values[self._key] = date[0] if date else ""
        self._key = ""

    def text(self, text: str) -> None:
        if self._key and len(self.values.get(self._key, "")) < _LONGEST:
            self.values[self._key] = self.values.get(self._key, "") + text
