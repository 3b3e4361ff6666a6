"""Names, properties and styles of OpenDocument files."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.formats.names import visible
from app.formats.xml_events import Attributes

__all__ = ["NAMESPACES", "Properties", "Styles"]

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = {
    **{
        f"{_OASIS}{name}:1.0": prefix
        for name, prefix in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("drawing", "draw"),
            ("style", "style"), ("presentation", "presentation"), ("meta", "meta"),
            ("svg-compatible", "svg"), ("config", "config"),
        )
    },
    "http://purl.org/dc/elements/1.1/": "dc",
    **{
        f"http://openoffice.org/2000/{name}": prefix
        for name, prefix in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("drawing", "draw"),
            ("style", "style"), ("presentation", "presentation"), ("meta", "meta"),
        )
    },
}  # fmt: skip
"""Of OpenDocument, and of OpenOffice before it."""

_PROPERTIES = {
    "dc:title": "title",
    "meta:initial-creator": "author",
    "dc:creator": "last_author",
    "dc:description": "description",
    "dc:subject": "subject",
    "meta:keyword": "keywords",
    "dc:language": "language",
    "meta:creation-date": "created",
    "dc:date": "modified",
}
_LONGEST = 500


@dataclass(slots=True)
class Properties:
    """Events of the properties; then `metadata` has them."""

    _values: dict[str, list[str]] = field(default_factory=dict)
    _parts: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        """A property begins."""
        self._parts = []

    def end(self, name: str) -> None:
        """A property ends."""
        value = visible("".join(self._parts))[:_LONGEST]
        if value and name in _PROPERTIES:
            self._values.setdefault(_PROPERTIES[name], []).append(value)

    def text(self, text: str) -> None:
        """A part of its value."""
        self._parts.append(text)

    def metadata(self) -> dict[str, str]:
        """Title, author and the rest, by the names that all readers use."""
        found = {name: ", ".join(values)[:_LONGEST] for name, values in self._values.items()}
        last, subject = found.pop("last_author", ""), found.pop("subject", "")
        found.setdefault("author", last)
        found.setdefault("description", subject)
        for name in ("created", "modified"):
            found[name] = found.get(name, "").partition(".")[0]
        return {name: value for name, value in found.items() if value}


@dataclass(slots=True)
class Styles:
    """Events of styles: what each is based on, and which slides are hidden."""

    hidden: set[str] = field(default_factory=set)
    _parents: dict[str, str] = field(default_factory=dict)
    _current: str = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """A style begins, or what it says."""
        if name == "style:style":
            self._current = attributes.get("style:name", "")
            self._parents[self._current] = attributes.get("style:parent-style-name", "")
        elif attributes.get("presentation:visibility") == "hidden":
            self.hidden.add(self._current)

    def end(self, name: str) -> None:
        """Nothing is left to do."""

    def text(self, text: str) -> None:
        """Styles have no text."""

    def named(self, style: str) -> str:
        """The name of the style that a document's own is based on."""
        return self._parents.get(style) or style
