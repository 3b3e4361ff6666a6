"""Which styles of a DOCX are headings and lists, and how its lists are numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.formats.xml_events import Attributes

__all__ = ["Numbering", "Style", "Styles", "is_code"]

_HEADING = re.compile(r"(?:heading|head|überschrift|titre|título|titolo) ?([1-9])", re.IGNORECASE)
_LETTERED = re.compile(r"head(?:ing)? ?([a-e])", re.IGNORECASE)
_TITLES = frozenset({"title", "chapter title", "chaptertitle", "titel"})
_CODE = re.compile(
    r"(?!.*(?:caption|label|annot|space|char\b))"
    r".*(?:\bcode(?![a-z])|preformatted|listing)",
    re.IGNORECASE,
)
_BODY = 9
"""Outline level of text that is no heading."""


@dataclass(slots=True)
class Style:
    """What a paragraph style says of structure; None where it says nothing."""

    name: str = ""
    parent: str = ""
    outline: int | None = None
    """0 for the highest level, 9 for none."""
    number: str | None = None
    """Id of a list, "0" for none."""
    depth: str | None = None


@dataclass(slots=True)
class Styles:
    """Events of the part with the styles; then `resolved` answers."""

    _styles: dict[str, Style] = field(default_factory=dict)
    _current: Style = field(default_factory=Style)

    def start(self, name: str, attributes: Attributes) -> None:
        """A style or what it says."""
        value = attributes.get("w:val", "")
        match name:
            case "w:style":
                self._current = Style()
                if attributes.get("w:type", "paragraph") == "paragraph":
                    self._styles[attributes.get("w:styleId", "")] = self._current
            case "w:name":
                self._current.name = value
            case "w:basedOn":
                self._current.parent = value
            case "w:outlineLvl":
                self._current.outline = int(value) if value.isdecimal() else None
            case "w:numId":
                self._current.number = value
            case "w:ilvl":
                self._current.depth = value

    def end(self, name: str) -> None:
        """Nothing is left to do."""

    def text(self, text: str) -> None:
        """Styles have no text."""

    def resolved(self, style_id: str) -> Style:
        """A style with what it has from those that it is based on."""
        found = Style()
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            found.name = found.name or style.name
            if found.outline is None:
                found.outline = _outline(style)
            if found.number is None:
                found.number, found.depth = style.number, style.depth
            style_id = style.parent
        return found


def _outline(style: Style) -> int | None:
    heading = _HEADING.fullmatch(style.name)
    if heading:
        return int(heading[1]) - 1
    lettered = _LETTERED.fullmatch(style.name)  # as publishers have them, below a chapter's title
    if lettered:
        return ord(lettered[1].lower()) - ord("a") + 1
    return 0 if style.name.casefold() in _TITLES else style.outline


def is_code(style: Style) -> bool:
    """Whether a style is that of lines of a program.

    >>> [is_code(Style(name)) for name in ("Code", "HTML Preformatted", "CodeLabel", "Codex")]
    [True, True, False, False]
    """
    return bool(_CODE.match(style.name))


@dataclass(slots=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class Numbering:
    """Events of the part with the lists; then `label` counts their items."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, list[int]] = field(default_factory=dict)
    _abstract: str = ""
    _number: str = ""
    _level: _Level = field(default_factory=_Level)

    def start(self, name: str, attributes: Attributes) -> None:
        """A list, a level of one, or what it says."""
        value = attributes.get("w:val", "")
        match name:
            case "w:abstractNum":
                self._abstract = attributes.get("w:abstractNumId", "")
                self._levels[self._abstract] = {}
            case "w:lvl" if not self._number:
                depth = attributes.get("w:ilvl", "0")
                self._level = _Level()
                if depth.isdecimal():
                    self._levels.setdefault(self._abstract, {})[int(depth)] = self._level
            case "w:num":
                self._number = attributes.get("w:numId", "")
            case "w:abstractNumId":
                self._lists[self._number] = value
            case "w:numFmt" if not self._number:
                self._level.format = value
            case "w:lvlText" if not self._number:
                self._level.text = value
            case "w:start" if not self._number and value.isdecimal():
                self._level.start = int(value)

    def end(self, name: str) -> None:
        """The end of a list."""
        if name == "w:num":
            self._number = ""

    def text(self, text: str) -> None:
        """Lists have no text."""

    def label(self, number: str, depth: int) -> str:
        """What stands before the next item of a list: "2.1", "b)", "-" for a bullet.

        Empty where it is numbered without a number, as captions are.
        """
        abstract = self._lists.get(number, "")
        levels = self._levels.get(abstract, {})
        level = levels.get(depth)
        if level is None or level.format == "bullet" or not 0 <= depth < _BODY:
            return "-"
        if level.format == "none":
            return ""
        counts = self._counts.setdefault(abstract, [])
        del counts[depth + 1 :]
        while len(counts) <= depth:
            above = levels.get(len(counts), level)
            counts.append(above.start - (len(counts) == depth))
        counts[depth] += 1

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            if not 0 <= place < len(counts):
                return ""
            return _written(counts[place], levels.get(place, level).format)

        return re.sub(r"%(\d)", shown, level.text).strip()


def _written(number: int, style: str) -> str:
    if style in {"lowerLetter", "upperLetter"} and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letter.upper() if style == "upperLetter" else letter
    if style in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        roman = _roman(number)
        return roman.upper() if style == "upperRoman" else roman
    return f"{number:02}" if style == "decimalZero" else str(number)


def _roman(number: int) -> str:
    """A number in Roman numerals, for example "xiv"."""
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    out = []
    for value, sign in zip(values, signs, strict=True):
        count, number = divmod(number, value)
        out.append(sign * count)
    return "".join(out)
