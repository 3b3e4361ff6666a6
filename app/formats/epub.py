"""EPUB: the chapters of a book in their order, under the headings of its table of contents."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from app.core.model import Document
from app.errors import FileError
from app.formats.epub_parts import Container, Contents, Encryption, Entry, Manifest, nav_entries
from app.formats.html import page_of
from app.formats.html_pieces import Piece
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.writer import Writer
from app.formats.xml_events import Events, parse
from app.formats.zip_parts import Parts, open_parts

_TEXTS = ("xhtml", "html", "x-dtbook", "xml")
_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")


def read_epub(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its metadata, else its name.

    The table of contents names chapters that have no heading of their own, and says how deep
    headings are where each chapter begins anew.

    Raises `FileError`: `encrypted` for books with copy protection, `too-large` beyond the pages of
    `limits` (files of the book), and as `open_parts` and `parse` do.
    """
    return _Book(path, open_parts(path, data, limits), limits).document()


class _Book:
    def __init__(self, path: str, parts: Parts, limits: Limits) -> None:
        self._path = path
        self._parts = parts
        self._limits = limits
        self._writer = Writer(path, limits)

    def document(self) -> Document:
        """The whole book."""
        container = Container()
        self._parse("META-INF/container.xml", container)
        package = next((name for name in container.roots if name in self._parts), "")
        if not package:
            raise FileError(f"{self._path} has no package document.", code="damaged")
        manifest = Manifest(posixpath.dirname(package))
        self._parse(package, manifest)
        chapters = list(
            dict.fromkeys(
                item.name
                for item in manifest.spine()
                if item.name in self._parts
                and not item.is_nav
                and (item.media.endswith(_TEXTS) or item.name.lower().endswith(_SUFFIXES))
            )
        )
        self._refuse_protected(chapters)
        if len(chapters) > self._limits.pages:
            raise FileError(
                f"{self._path} has more than {self._limits.pages} chapters.", code="too-large"
            )
        entries = self._entries(manifest)
        for name in chapters:
            pieces = page_of(self._parts.read(name)).pieces
            self._write(pieces, entries.get(name))
        metadata = manifest.metadata()
        title = metadata.pop("title", "") or stem(self._path)
        writer = self._writer
        if not writer.text.strip() and chapters:
            raise FileError(f"{self._path} has pictures and no text.", code="no-text")
        return Document(title, writer.text, tuple(writer.blocks), "epub", metadata)

    def _parse(self, name: str, events: Events) -> None:
        where = f"{self._path} ({name})"
        parse(where, self._parts.stream(name), events, limits=self._limits)

    def _refuse_protected(self, chapters: Sequence[str]) -> None:
        """Fonts may be scrambled; chapters may not."""
        name = "META-INF/encryption.xml"
        if name not in self._parts:
            return
        encryption = Encryption()
        self._parse(name, encryption)
        if encryption.names.intersection(chapters):
            raise FileError(
                f"{self._path} is protected against copying.",
                code="encrypted",
                hint="Fossick cannot read it; add a copy without protection if you have one.",
            )

    def _entries(self, manifest: Manifest) -> dict[str, Entry]:
        """The first entry of the table of contents for each file; none where it is damaged."""
        entries: Sequence[Entry] = ()
        nav, ncx = manifest.nav(), manifest.ncx()
        try:
            if nav in self._parts:
                entries = nav_entries(self._parts.read(nav), posixpath.dirname(nav))
            if not entries and ncx in self._parts:
                contents = Contents(posixpath.dirname(ncx))
                self._parse(ncx, contents)
                entries = contents.entries
        except FileError:
            return {}
        found: dict[str, Entry] = {}
        for entry in entries:
            found.setdefault(entry.name, entry)
        return found

    def _write(self, pieces: Sequence[Piece], entry: Entry | None) -> None:
        """A chapter."""
        writer = self._writer
        if not any(piece.text.strip() for piece in pieces):
            return
        depth = entry.depth if entry else 0
        first = next((piece.level for piece in pieces if piece.level), 0)
        shift = max(0, depth - first) if first else 0
        if entry and not first:
            writer.add("heading", visible(entry.title), level=min(depth, 6))
        for piece in pieces:
            level = min(piece.level + shift, 6) if piece.level else 0
            writer.add(piece.kind, piece.text, level=level)
            if piece.kind == "code":
                writer.end_lines()
        writer.end_lines()
