"""OpenDocument: texts, spreadsheets and presentations, packed or flat."""

from __future__ import annotations

from app.core.model import Document
from app.errors import FileError
from app.formats.flow_blocks import Found
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.odf_body import OdfBody
from app.formats.odf_names import NAMESPACES, Properties, Styles
from app.formats.sheets import Sheets
from app.formats.titles import says_nothing
from app.formats.writer import Writer
from app.formats.xml_events import Attributes, Events, parse
from app.formats.zip_parts import Parts, open_parts

_ZIP = b"PK"
_ENCRYPTED = (b"encryption-data", b"encrypted-package")


def read_odf(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its properties, else by its first heading, else its name.

    What it is (`kind`: "odt", "ods" or "odp") is what its body says.

    Raises `FileError`: `encrypted`, `no-text` for pictures only, and as `open_parts` and `parse`
    do.
    """
    reader = _Reader(path, limits)
    if data.startswith(_ZIP):
        parts = open_parts(path, data, limits)
        _refuse_encrypted(path, parts)
        reader.packed(parts)
    else:
        reader.parse("", data)
    return reader.document()


def _refuse_encrypted(path: str, parts: Parts) -> None:
    name = "META-INF/manifest.xml"
    if name in parts:
        manifest = parts.read(name)
        if any(mark in manifest for mark in _ENCRYPTED):
            raise FileError(f"{path} is protected by a password.", code="encrypted")


class _Reader:
    """Events of all parts, or of the one part of a flat file, handed to who understands them."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._sheets = Sheets(path, limits)
        self._writer = self._sheets.writer
        self._properties = Properties()
        self._styles = Styles()
        self._body = OdfBody(self._write, self._sheets, self._styles)
        self._margins: list[Found] = []
        self._part: Events | None = None
        self._depth = 0
        self._pictures = False

    def packed(self, parts: Parts) -> None:
        """The parts of a package; the body last, as it needs the styles."""
        if "content.xml" not in parts:
            raise FileError(f"{self._path} has no part content.xml.", code="damaged")
        self._pictures = any(name.startswith("Pictures/") for name in parts.names)
        for name in ("meta.xml", "styles.xml", "content.xml"):
            if name in parts:
                where = f"{self._path} ({name})"
                parse(where, parts.stream(name), self, limits=self._limits, namespaces=NAMESPACES)

    def parse(self, name: str, data: bytes) -> None:
        """A flat file."""
        parse(self._path + name, data, self, limits=self._limits, namespaces=NAMESPACES)

    def start(self, name: str, attributes: Attributes) -> None:
        if self._part is None:
            self._part = self._who(name)
        if self._part is not None:
            self._depth += 1
            self._part.start(name, attributes)

    def end(self, name: str) -> None:
        if self._part is not None:
            self._part.end(name)
            self._depth -= 1
            if not self._depth:
                self._part = None

    def text(self, text: str) -> None:
        if self._part is not None:
            self._part.text(text)

    def _who(self, name: str) -> Events | None:
        match name:
            case "office:meta":
                return self._properties
            case "office:automatic-styles" | "office:styles":
                return self._styles
            case "office:master-styles":
                return OdfBody(self._margins.append, self._sheets, self._styles, margins=True)
            case "office:body":
                return self._body
        return None

    def _write(self, found: Found) -> None:
        self._writer.add(found.kind, found.text, level=found.level, place=found.place)
        if found.ends:
            self._writer.end_lines()

    def document(self) -> Document:
        """All that was read."""
        self._sheets.end()
        if not self._body.kind:
            raise FileError(
                f"{self._path} holds no text, sheets or slides.",
                code="unsupported",
                hint="Export it as PDF, then add that.",
            )
        self._write_margins(self._writer)
        writer = self._writer
        text, blocks = writer.text, tuple(writer.blocks)
        if not text.strip() and self._pictures:
            raise FileError(f"{self._path} has pictures and no text.", code="no-text")
        metadata = self._properties.metadata()
        title = metadata.pop("title", "")
        if says_nothing(title):
            first = next((block for block in blocks if block.level == 1), None)
            title = stem(self._path)
            if first is not None and self._body.kind != "ods":
                title = visible(text[first.start : first.end])
        if writer.page:
            metadata["pages"] = str(writer.page)
        if self._body.kind == "ods":
            metadata["sheets"] = str(self._sheets.count)
        return Document(title, text, blocks, self._body.kind, metadata)

    def _write_margins(self, writer: Writer) -> None:
        """The text of headers and footers, each once; those of slides are part of their look."""
        seen: set[str] = set()
        if self._body.kind == "odt":
            writer.end_lines()
            for found in self._margins:
                if found.text not in seen and any(char.isalpha() for char in found.text):
                    seen.add(found.text)
                    writer.add("paragraph", found.text, place=found.place)
