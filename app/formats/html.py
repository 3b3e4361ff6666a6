"""HTML: the main text of a page as blocks, without scripts, styles and navigation."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.model import BlockKind, Document
from app.formats.encoding import decode
from app.formats.html_elements import (
    BOILERPLATE,
    BOILERPLATE_ROLES,
    BREAKING,
    CONTAINERS,
    ENDS_WITH_NEXT,
    HEADINGS,
    IN_HEAD,
    UNSEEN,
    VOID,
)
from app.formats.html_pieces import (
    LONG_CELL,
    SPACE,
    TAB,
    Piece,
    assemble,
    main_part,
    one_line,
    row_of,
)
from app.formats.html_tokens import Tag, tokens
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})"
    rb"|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
_HEAD_BYTES = 1 << 16

_META = {
    "author": "author",
    "dc.creator": "author",
    "article:published_time": "date",
    "date": "date",
    "dc.date": "date",
    "description": "description",
}
_DEEPEST = 500
"""Elements inside each other that are told apart, about as many as in browsers."""


def read_html(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document of what a reader of the page sees as its content.

    Where there is a <main> or <article> with a fair share of the text, it is that; else the whole
    body, without what is marked as navigation.
    """
    page = page_of(data)
    pieces = main_part(page.pieces)
    text, blocks = assemble(pieces)
    first = next((piece.text for piece in pieces if piece.level == 1), "")
    title = page.title or first or stem(path)
    return Document(
        title=visible(title),
        text=text,
        blocks=blocks,
        kind="html",
        metadata=page.metadata,
    )


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows, with what is around its content."""

    title: str
    pieces: Sequence[Piece]
    metadata: Mapping[str, str]


def page_of(data: bytes) -> Page:
    """A page of HTML or XHTML."""
    head = _CHARSET.search(data[:_HEAD_BYTES])
    declared = (head[1] or head[2] or b"").decode("ascii", "replace") if head else ""
    source, encoding = decode(data, declared)
    builder = _Builder()
    for token in tokens(source):
        builder.take(token)
    pieces = builder.finish()
    return Page(builder.title, pieces, {"encoding": encoding, **builder.metadata})


@dataclass(slots=True)
class _Builder:
    """Collects pieces from the stream of tags; knows which elements are open."""

    title: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    _pieces: list[Piece] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _buffer: list[str] = field(default_factory=list)
    _cells: int = 0
    _cell: int = 0
    """Where in the buffer the open cell begins."""

    def take(self, token: Tag | str) -> None:
        """One tag or stretch of text."""
        if isinstance(token, str):
            self._text(token)
        elif token.closing:
            self._end(token.name)
        else:
            self._start(token)

    def finish(self) -> list[Piece]:
        """All pieces, in order."""
        self._flush()
        return self._pieces

    def _text(self, text: str) -> None:
        if self._in("title") and not self._in("svg"):
            self.title = self.title or " ".join(text.split())
        elif self._in("pre"):
            if not self._in("unseen"):
                self._buffer.append(text)
        elif not self._in("unseen"):
            self._buffer.append(SPACE.sub(" ", text))

    def _start(self, tag: Tag) -> None:
        name = tag.name
        if name in {"meta", "html"}:
            self._note(tag)
        if name == "br":
            self._buffer.append("\n")
        elif name == "img" and not self._in("unseen"):
            self._buffer.append(one_line(tag.attributes.get("alt", "")))
        if name not in IN_HEAD:
            self._close_through({"head"})
        if name in BREAKING:
            self._close_through({"p"})
        if name in ENDS_WITH_NEXT:
            self._close_sibling(ENDS_WITH_NEXT[name])
        self._boundary(name)
        if name in {"td", "th"}:
            self._cells += 1
            if self._cells > 1:
                self._buffer.append(TAB)
            self._cell = len(self._buffer)
        if name not in VOID and len(self._open) < _DEEPEST:
            self._push(name, self._category(tag))

    def _category(self, tag: Tag) -> str:
        """What an element does to the text inside it."""
        if tag.name in UNSEEN:
            return "unseen"
        attributes = tag.attributes if tag.source else {}
        role = attributes.get("role", "").lower()
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            return "unseen"
        if tag.name == "main" or role == "main":
            return "main"
        if tag.name == "article" or role == "article":
            return "article"
        if tag.name in BOILERPLATE or role in BOILERPLATE_ROLES:
            return "boilerplate"
        return ""

    def _note(self, tag: Tag) -> None:
        attributes = tag.attributes
        if tag.name == "html" and attributes.get("lang"):
            self.metadata.setdefault("language", attributes["lang"][:35])
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        content = " ".join(attributes.get("content", "").split())
        if name in _META and content:
            self.metadata.setdefault(_META[name], content[:500])

    def _end(self, name: str) -> None:
        if not self._counts.get(name):
            return
        self._close_through({name})

    def _close_through(self, names: Collection[str]) -> None:
        """Close open elements up to and including the innermost of these, if one is open."""
        if not any(self._counts.get(name) for name in names):
            return
        while self._open:
            name, category = self._open[-1]
            self._boundary(name, closing=True)
            self._open.pop()
            self._counts[name] -= 1
            if category:
                self._counts[category] -= 1
            if name in names:
                return

    def _close_sibling(self, same: frozenset[str]) -> None:
        """Close an element left open before its next sibling, not one of an outer list."""
        for name, _ in reversed(self._open):
            if name in CONTAINERS:
                return
            if name in same:
                self._close_through(same)
                return

    def _push(self, name: str, category: str) -> None:
        self._open.append((name, category))
        self._counts[name] = self._counts.get(name, 0) + 1
        if category:
            self._counts[category] = self._counts.get(category, 0) + 1

    def _in(self, name: str) -> bool:
        return self._counts.get(name, 0) > 0

    def _boundary(self, name: str, *, closing: bool = False) -> None:
        """Before an element that is not inline opens, and before it closes."""
        if name not in BREAKING:
            return
        level = HEADINGS.get(name, 0) if closing else 0
        in_cell = self._in("td") or self._in("th")
        if in_cell and name not in {"tr", "table"} and not level and not self._is_long():
            self._buffer.append(" ")
            return
        self._flush(level)

    def _is_long(self) -> bool:
        """Whether a table's cell holds so much that the table is there for layout."""
        return self._in("pre") or sum(map(len, self._buffer[self._cell :])) > LONG_CELL

    def _flush(self, level: int = 0) -> None:
        """Make a piece of the text collected so far."""
        raw = "".join(self._buffer)
        self._buffer.clear()
        self._cells = self._cell = 0
        kind: BlockKind = "paragraph"
        if self._in("pre"):
            # A tab parts the cells of a row, and nothing else.
            kind, text = "code", raw.strip("\n").rstrip().expandtabs(4)
        elif self._in("tr") and not level and (row := row_of(raw)):
            kind, text = "table", row
        else:
            lines = map(one_line, raw.split("\n"))
            text = "\n".join(line for line in lines if line)
        if not text.strip():
            return
        if level:
            kind, text = "heading", " ".join(text.split())
        elif kind == "paragraph" and self._in("li"):
            kind, text = "list", f"- {text}"
        self._pieces.append(
            Piece(kind, text, level, self._in("main"), self._in("article"), self._in("boilerplate"))
        )
