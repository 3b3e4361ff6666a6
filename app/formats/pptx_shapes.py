"""The shapes of a slide: text, tables and what stands in for pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.formats.xml_events import Attributes

__all__ = ["Shape", "SlideEvents"]


@dataclass(slots=True)
class Shape:
    """A shape that holds something."""

    role: str = ""
    """Type of its placeholder, such as "title"; "box" for text that is in none."""
    paragraphs: list[tuple[int, str]] = field(default_factory=list)
    """Depth and text."""
    bulleted: bool = False
    rows: list[list[str]] = field(default_factory=list)


class SlideEvents:
    """Events of a slide or of its notes; `shapes` in the order in which they are drawn."""

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.hidden = False
        self.comments: list[str] = []
        self._shape = Shape("box")
        self._parts: list[str] = []
        self._depth = 0
        self._cell: list[str] | None = None
        self._inside = False
        self._skip = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._skip or name == "mc:Fallback":
            self._skip += 1
            return
        match name:
            case "a:t" | "p:text" | "m:t":
                self._inside = True
            case "a:p":
                self._parts, self._depth = [], 0
            case "a:pPr":
                depth = attributes.get("lvl", "0")
                self._depth = min(int(depth), 8) if depth.isdecimal() else 0
            case "a:buChar" | "a:buAutoNum":
                self._shape.bulleted = True
            case "a:br":
                self._parts.append("\n")
            case "p:ph":
                self._shape.role = attributes.get("type", "obj")
            case "p:sp" | "p:graphicFrame" | "p:pic" | "p:cxnSp":
                self._close()
            case "p:cNvPr":
                self._describe(attributes.get("descr", ""))
            case "a:tr":
                self._shape.rows.append([])
            case "a:tc":
                self._cell = []
            case "p:sld":
                self.hidden = attributes.get("show", "1") in {"0", "false"}

    def end(self, name: str) -> None:
        """An element ends."""
        if self._skip:
            self._skip -= 1
            return
        match name:
            case "a:t" | "m:t":
                self._inside = False
            case "a:p":
                self._paragraph("".join(self._parts))
                self._parts = []
            case "a:tc":
                if self._shape.rows:
                    self._shape.rows[-1].append(" ".join(self._cell or []))
                self._cell = None
            case "p:text":
                self._inside = False
                self.comments.append("".join(self._parts))
                self._parts = []
            case "p:sp" | "p:graphicFrame" | "p:pic" | "p:cxnSp":
                self._close()

    def text(self, text: str) -> None:
        """Text, which counts inside of runs only."""
        if self._inside and not self._skip:
            self._parts.append(text)

    def _paragraph(self, text: str) -> None:
        if not text.strip():
            return
        if self._cell is None:
            self._shape.paragraphs.append((self._depth, text))
        else:
            self._cell.append(" ".join(text.split()))

    def _describe(self, words: str) -> None:
        """What a picture shows, in words that someone wrote; a file's name is none."""
        if " " in words.strip():
            self._shape.paragraphs.append((0, words.strip()))

    def _close(self) -> None:
        if self._shape.paragraphs or self._shape.rows:
            self.shapes.append(self._shape)
        self._shape = Shape("box")
