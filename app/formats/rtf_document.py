"""What a group of RTF holds for its own length, and what becomes of all that was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.model import Document
from app.formats.flow_blocks import Found
from app.formats.limits import Limits
from app.formats.names import stem, visible
from app.formats.rtf_info import Info
from app.formats.titles import says_nothing
from app.formats.writer import Writer

__all__ = ["State", "assembled"]


@dataclass(slots=True)
class State:
    """What a group may change for its own length."""

    goal: str = "text"
    """Where its text goes: "text", "skip", "font", "style", "info", "label" (of a list), "author"
    (of a comment)."""
    encoding: str = ""
    skip_after_unicode: int = 1
    hidden: bool = False
    aside: bool = False
    """Whether paragraphs of their own began with this very group."""
    info: str = ""
    starred: bool = False
    font: int = 0


def assembled(
    path: str, limits: Limits, blocks: Iterable[Found], margins: Iterable[Found], info: Info
) -> Document:
    """The document: blocks, then headers and footers, each once; titled by its information."""
    writer = Writer(path, limits)
    for found in blocks:
        writer.add(found.kind, found.text, level=found.level, place=found.place)
    writer.end_lines()
    seen: set[str] = set()
    for found in margins:
        if found.text not in seen and any(char.isalpha() for char in found.text):
            seen.add(found.text)
            writer.add("paragraph", found.text, place=found.place)
    metadata = info.metadata()
    title = metadata.pop("title", "")
    text, ready = writer.text, tuple(writer.blocks)
    if says_nothing(title):
        first = next((block for block in ready if block.level == 1), None)
        title = visible(text[first.start : first.end]) if first else stem(path)
    return Document(title, text, ready, "rtf", metadata)
