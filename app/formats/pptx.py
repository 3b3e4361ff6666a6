"""PPTX: slides as pages in the order in which they are shown, with their notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.model import Document
from app.errors import FileError
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.ooxml import Package, open_package
from app.formats.pptx_shapes import Shape, SlideEvents
from app.formats.titles import says_nothing
from app.formats.writer import Writer
from app.formats.xml_events import Attributes

_TITLES = frozenset({"title", "ctrTitle"})
_LEFT_OUT = frozenset({"sldNum", "dt", "sldImg", "hdr"})
_BULLETED = frozenset({"body", "obj", "subTitle"})


def read_pptx(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its properties, else by the first slide's title, else its name.

    Each slide is a page, its title a heading. Notes and comments stand at its end, with a place
    that says so; hidden slides are read and have the place "hidden slide".

    Raises `FileError`: `no-text` for pictures only, `too-large` beyond the pages of `limits`, and
    as `open_parts` and `parse` do.
    """
    package = open_package(path, data, limits)
    main = package.main("ppt/presentation.xml")
    order = _Order()
    package.parse(main, order)
    relations = package.relations(main)
    slides = _Slides(package)
    targets = (relations[identity].target for identity in order.slides if identity in relations)
    for target in dict.fromkeys(targets):
        if target in package.parts:
            slides.write(target)
    return slides.document()


class _Slides:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._writer = Writer(package.path, package.limits)
        self._title = ""
        self._place = ""
        self._hidden: list[str] = []
        self._footers: set[str] = set()

    def write(self, name: str) -> None:
        """A slide with what hangs on it."""
        writer, package = self._writer, self._package
        writer.next_page()
        slide = SlideEvents()
        package.parse(name, slide)
        self._place = "hidden slide" if slide.hidden else ""
        if slide.hidden:
            self._hidden.append(str(writer.page))
        for shape in sorted(slide.shapes, key=lambda shape: shape.role not in _TITLES):
            self._shape(shape)
        for kind in ("diagramData", "chart"):
            for part in package.related(name, kind):
                self._words(part)
        for part in package.related(name, "notesSlide"):
            notes = SlideEvents()
            package.parse(part, notes)
            for shape in notes.shapes:
                if shape.role == "body":
                    self._paragraphs(shape, "notes")
        for part in package.related(name, "comments"):
            comments = SlideEvents()
            package.parse(part, comments)
            for text in comments.comments:
                writer.add("paragraph", text, place="comment")

    def document(self) -> Document:
        """All slides."""
        writer, package = self._writer, self._package
        if not writer.text.strip() and package.has_pictures():
            raise FileError(f"{package.path} has pictures and no text.", code="no-text")
        metadata = package.properties()
        title = metadata.pop("title", "")
        if says_nothing(title):
            title = self._title or stem(package.path)
        metadata["pages"] = str(writer.page or 0)
        if self._hidden:
            metadata["hidden_slides"] = ", ".join(self._hidden)
        return Document(title, writer.text, tuple(writer.blocks), "pptx", metadata)

    def _shape(self, shape: Shape) -> None:
        if shape.role in _LEFT_OUT:
            return
        if shape.role in _TITLES:
            title = visible(" ".join(text for _, text in shape.paragraphs))
            self._title = self._title or title
            self._writer.add("heading", title, level=1, place=self._place)
            return
        if shape.role == "ftr":
            text = " ".join(text for _, text in shape.paragraphs)
            if text in self._footers:
                return
            self._footers.add(text)
        self._paragraphs(shape, self._place)
        self._writer.end_lines()
        for row in shape.rows:
            self._writer.add("table", "\t".join(row), place=self._place)
        self._writer.end_lines()

    def _paragraphs(self, shape: Shape, place: str) -> None:
        """Paragraphs of a shape; items of a list where a placeholder has several."""
        depths = [depth for depth, _ in shape.paragraphs]
        is_list = (shape.role in _BULLETED and len(depths) > 1) or any(depths) or shape.bulleted
        for depth, text in shape.paragraphs:
            if is_list and place != "notes":
                line = " ".join(text.split())
                self._writer.add("list", f"{'  ' * depth}- {line}", place=place)
            else:
                self._writer.add("paragraph", text.replace("\v", "\n"), place=place)

    def _words(self, part: str) -> None:
        """The words of a diagram or a chart."""
        words = _Words()
        self._package.parse(part, words)
        for text in dict.fromkeys(words.found):
            self._writer.add("paragraph", text, place=self._place)


@dataclass(slots=True)
class _Order:
    """Events of the main part: ids of slides in their order."""

    slides: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "p:sldId":
            self.slides.append(attributes.get("r:id", ""))

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


@dataclass(slots=True)
class _Words:
    """Events of a diagram or a chart: paragraphs, and names of series and categories in one."""

    found: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _in_names: bool = False
    _inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c:strCache":
            self._in_names = True
        self._inside = name == "a:t" or (name == "c:v" and self._in_names)

    def end(self, name: str) -> None:
        if name == "c:v" and self._in_names:
            self._names.append("".join(self._parts).strip())
            self._parts = []
        elif name == "c:strCache":
            self._in_names = False
            self.found.append(", ".join(filter(None, self._names)))
            self._names = []
        elif name == "a:p":
            self.found.append("".join(self._parts))
            self._parts = []
        self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)
