"""HTML to a stream of tags and text, as lenient as browsers are.

Follows the tokenizer of the HTML standard where it matters for text: comments, raw text in
scripts and styles, attributes with ">" in quotes, references. It never goes back, so time grows
with the length of the file whatever is in it. The standard library's parser does neither in all
the versions of Python that this runs on.
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

# Possessive throughout: a tag that never ends is found out in one pass. A quote only opens
# a value after "=", so a stray one does not swallow the page.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>=]|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+)>"
)
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_LETTER = re.compile(r"/?[a-zA-Z]")
_COMMENT_END = re.compile(r"--!?>")


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
    """Tags and stretches of text, in order; comments, scripts and styles are left out.

    A tag that is open at the end of the file is dropped, as browsers do.
    """
    position = 0
    while position < len(source):
        start = source.find("<", position)
        if start != position:
            end = len(source) if start < 0 else start
            yield unescape(source[position:end])
            position = end
        elif _LETTER.match(source, start + 1):
            match = _TAG.match(source, start)
            if match is None:
                return
            tag = Tag(match["name"].lower(), bool(match["close"]), match["attributes"])
            yield tag
            position = match.end()
            if not tag.closing and tag.name in RAW | ESCAPABLE:
                end = _end_of_raw(source, tag.name, position)
                if tag.name in ESCAPABLE:
                    yield unescape(source[position:end])
                position = end
        elif source.startswith(("<!", "<?", "</"), start):
            position = _end_of_markup(source, start)
        else:
            yield "<"
            position = start + 1


def _end_of_markup(source: str, start: int) -> int:
    """End of a comment, a doctype or what browsers treat as a comment."""
    if not source.startswith("<!--", start):
        end = source.find(">", start)
        return len(source) if end < 0 else end + 1
    if source.startswith((">", "->"), start + 4):
        return source.index(">", start) + 1
    closing = _COMMENT_END.search(source, start + 4)
    return closing.end() if closing else len(source)


def _end_of_raw(source: str, name: str, position: int) -> int:
    closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, position)
    return closing.start() if closing else len(source)
