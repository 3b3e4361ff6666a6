"""HTML to a stream of tags and text, as lenient as browsers are.

Follows the tokenizer of the HTML standard where it matters for text: comments, raw text in
scripts and styles, attributes with ">" in quotes, references. It is one regular expression
that never goes back, so time grows with the length of the file whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
"""Elements whose content is no HTML and not shown."""
ESCAPABLE = frozenset({"title", "textarea"})
"""Elements whose content is text with references, without tags."""

_NAME = r"[a-zA-Z][^\s/>]*+"
_ATTRIBUTES = r"(?:\"[^\"]*+\"|'[^']*+'|[^>\"'])*+"
_TOKEN = re.compile(
    rf"(?P<text>[^<]++)"
    rf"|<(?P<close>/?)(?P<name>{_NAME})(?P<attributes>(?:[\s/](?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>=]|=)*+)?+)>"
    rf"|(?P<comment><!--(?:-?>)?)"
    rf"|(?P<bogus><(?:[!?]|/(?=[^a-zA-Z])))"
    rf"|(?P<literal><)"
)
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag, or an end tag where `closing`; names in lower case."""

    name: str
    closing: bool
    source: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes with references resolved; the first of a name counts."""
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.source):
            found.setdefault(name.lower(), unescape(double or single or bare))
        return found


def tokens(source: str) -> Iterator[Tag | str]:
    """Tags and stretches of text, in order; comments, scripts and styles are left out."""
    position, length = 0, len(source)
    lowered = source.lower() if len(source.lower()) == length else source
    while position < length:
        match = _TOKEN.match(source, position)
        if match is None:  # pragma: no cover - the alternatives take any character
            return
        position = match.end()
        if match["text"]:
            yield unescape(match["text"])
        elif match["name"]:
            tag = Tag(match["name"].lower(), bool(match["close"]), match["attributes"] or "")
            yield tag
            if not tag.closing and tag.name in RAW | ESCAPABLE:
                end = _end_of(lowered, tag.name, position)
                if tag.name in ESCAPABLE:
                    yield unescape(source[position:end])
                position = end
        elif match["comment"]:
            position = position if match["comment"].endswith(">") else _after(source, position)
        elif match["bogus"]:
            end = source.find(">", position)
            position = length if end < 0 else end + 1
        else:
            yield "<"


def _after(source: str, position: int) -> int:
    """Where the comment that is open at `position` ends; the end of the file if it does not."""
    end = source.find("-->", position)
    return len(source) if end < 0 else end + 3


def _end_of(lowered: str, name: str, position: int) -> int:
    end = lowered.find(f"</{name}", position)
    return len(lowered) if end < 0 else end
