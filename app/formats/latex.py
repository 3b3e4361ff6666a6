"""LaTeX: its text without commands, its sections as headings; formulas stay as they are.

Every line end of the source stays in the text, so that lines hold. What other files hold
(``\\input``) is not looked for.
"""

from __future__ import annotations

import re
import unicodedata

from app.core.model import Document
from app.formats.encoding import decode
from app.formats.latex_commands import (
    CODE,
    DROPPED,
    FORMULAS,
    LETTERS,
    LEVELS,
    LISTS,
    MARKS,
    TABLES,
)
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.line_blocks import LineBlocks
from app.formats.names import stem, visible

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*)"
    r"|\\(?P<environment>begin|end)[ \t]*\{(?P<name>[^{}\n]{1,40})\}"
    r"|\\(?P<accent>[\"'`^~=.](?=\s*[{\\a-zA-Z])|[uvcHkrbd](?=\{|[ \t]+[a-zA-Z]))"
    r"[ \t]*(?:\{[ \t]*\\?(?P<braced>[a-zA-Z]?)[ \t]*\}"
    r"|(?:\\(?P<dotless>[ij])(?![a-zA-Z])[ \t]?|(?P<bare>[a-zA-Z])))"
    r"|\\(?P<command>[a-zA-Z@]+)\*?[ \t]*"
    r"|\\(?P<symbol>.)"
    r"|(?P<formula>\$\$?)"
    r"|(?P<brace>[{}])"
    r"|(?P<blank>\n[ \t]*(?=\n))"
    r"|(?P<quote>``|''|~|---?|&)",
    re.DOTALL,
)
_SYMBOLS = {"\\": " ", "[": "", "]": "", "(": "", ")": "", ",": " ", ";": " ", ":": " ", "!": "",
            "-": "", "/": "", "@": "", " ": " ", "\n": "\n", "\t": " "}  # fmt: skip
_QUOTES = {"``": "“", "''": "”", "~": " ", "--": "–", "---": "—"}
_OPTIONS = re.compile(r"[ \t]*\[[^\[\]]{0,2000}\]")
_LONGEST_ARGUMENT = 20_000
_MOST_IN_VAIN = 1_000_000
"""Characters that are looked through for the ends of arguments that have none."""


def read_latex(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    r"""Paragraphs, lists, tables and code; the level of a section is that of its command.

    >>> document = read_latex("a.tex", rb"\section{Gold} It is \emph{heavy} at $19.3$. % yes")
    >>> document.text
    'Gold It is heavy at $19.3$. '
    """
    source, encoding = decode(data)
    reader = _Reader(source)
    reader.read()
    text, blocks = reader.blocks.finish()
    title = visible(reader.title) or next(
        (visible(text[each.start : each.end]) for each in blocks if each.kind == "heading"), ""
    )
    metadata = {"encoding": encoding}
    if reader.author:
        metadata["author"] = visible(reader.author)
    return Document(title or stem(path), text, blocks, "latex", metadata)


class _Reader:
    """Goes through the source once."""

    def __init__(self, source: str, *, inner: bool = False) -> None:
        self.blocks = LineBlocks()
        self.title = ""
        self.author = ""
        self._source = source
        self._position = 0
        self._depth = 0
        self._heading: int | None = None
        self._environments: list[str] = []
        self._missing: set[str] = set()
        self._inner = inner
        self._budget = _MOST_IN_VAIN

    def read(self) -> None:
        """Tell `blocks` of everything."""
        while match := _TOKEN.search(self._source, self._position):
            self.blocks.write(self._source[self._position : match.start()])
            self._position = match.end()
            self._take(match)
        self.blocks.write(self._source[self._position :])

    def _take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if match["environment"]:
            self._environment(match["environment"], match["name"].strip().rstrip("*"), match)
        elif match["accent"]:
            self.blocks.write(_accented(match["accent"], _letter(match)))
        elif kind == "command":
            self._command(match["command"], match)
        elif kind == "symbol":
            self._symbol(match["symbol"])
        elif kind == "formula":
            self._through(match[0], match.start())
        elif kind == "brace":
            self._brace(match[0])
        elif kind == "blank":
            self.blocks.write(match[0])
            if self._heading is None:
                self.blocks.end()
        elif kind == "quote":
            in_table = match[0] == "&" and self._is_in(TABLES)
            self.blocks.write("\t" if in_table else _QUOTES.get(match[0], match[0]))

    def _symbol(self, symbol: str) -> None:
        if symbol in "[(":
            self._through("\\]" if symbol == "[" else "\\)", self._position - 2)
        else:
            self.blocks.write(_SYMBOLS.get(symbol, symbol))

    def _brace(self, brace: str) -> None:
        self._depth += 1 if brace == "{" else -1
        if self._heading is not None and brace == "}" and self._depth <= self._heading:
            self._heading = None
            self.blocks.end()

    def _environment(self, what: str, name: str, match: re.Match[str]) -> None:
        if what == "end":
            if name in self._environments:
                while self._environments.pop() != name:
                    pass
            self._begin_kind()
        elif name in CODE or name in FORMULAS:
            kind = "code" if name in CODE else None
            if kind:
                self.blocks.begin("code")
                self._options()
            start = self._position if kind else match.start()
            self._through(f"\\end{{{match['name']}}}", start, shown=kind is None)
            self._begin_kind()
        else:
            self._environments.append(name)
            self._options()
            if name in TABLES:
                self._skip_argument()
            self._begin_kind()

    def _begin_kind(self) -> None:
        """A block of the kind that the environments around say."""
        if self._is_in(TABLES):
            self.blocks.begin("table")
        elif self._is_in(LISTS):
            self.blocks.begin("list")
        else:
            self.blocks.end()

    def _is_in(self, names: frozenset[str]) -> bool:
        return any(name in names for name in self._environments[-20:])

    def _command(self, name: str, match: re.Match[str]) -> None:
        if name in LEVELS:
            self._options()
            self.blocks.begin("heading", LEVELS[name])
            self._heading = self._depth
        elif name in {"title", "author"} and not self._inner:
            self._options()
            value = _plain(self._argument())
            if name == "title":
                self.title = self.title or value
            else:
                self.author = self.author or value
            self.blocks.write(f"{value}\n" if "\n" in match[0] else value)
        elif name in DROPPED:
            for _ in range(DROPPED[name]):
                self._options()
                self._skip_argument()
        elif name == "item":
            self.blocks.write("- ")
        elif name in {"par", "newpage", "clearpage"}:
            self.blocks.end()
        elif name in LETTERS:
            self.blocks.write(LETTERS[name])
        elif name == "verb":
            self._verb()
        else:
            self._options()

    def _verb(self) -> None:
        mark = self._source[self._position : self._position + 1]
        end = self._source.find(mark, self._position + 1, self._position + 500) if mark else -1
        if end > 0:
            self.blocks.write(self._source[self._position + 1 : end])
            self._position = end + 1

    def _options(self) -> None:
        match = _OPTIONS.match(self._source, self._position)
        if match:
            self._position = match.end()
            self.blocks.write("\n" * match[0].count("\n"))

    def _argument(self) -> str:
        """The argument in braces that follows, and go behind it; empty if there is none."""
        source, start = self._source, self._position
        while source[start : start + 1] in {" ", "\t"}:
            start += 1
        if source[start : start + 1] != "{" or self._budget <= 0:
            return ""
        depth = 0
        for match in re.finditer(r"\\.|[{}]", source[start : start + _LONGEST_ARGUMENT], re.DOTALL):
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if depth == 0:
                self._position = start + match.end()
                return source[start + 1 : start + match.start()]
        self._budget -= min(_LONGEST_ARGUMENT, len(source) - start)
        return ""

    def _skip_argument(self) -> None:
        self.blocks.write("\n" * self._argument().count("\n"))

    def _through(self, closing: str, start: int, *, shown: bool = True) -> None:
        """Take everything up to `closing` as it stands; formulas are shown with their marks."""
        end = -1 if closing in self._missing else self._source.find(closing, self._position)
        if end < 0:
            self._missing.add(closing)
            self.blocks.write(self._source[start : self._position] if shown else "")
            return
        after = end + len(closing)
        self.blocks.write(self._source[start : after if shown else end])
        self._position = after


def _letter(match: re.Match[str]) -> str:
    return match["braced"] or match["dotless"] or match["bare"] or ""


def _accented(mark: str, letter: str) -> str:
    r"""A letter with its accent.

    >>> _accented('"', "o"), _accented("v", "s")
    ('ö', 'š')
    """
    return unicodedata.normalize("NFC", letter + MARKS.get(mark, "")) if letter else ""


def _plain(source: str) -> str:
    """The text of an argument in one line."""
    reader = _Reader(source.replace("\\and", ","), inner=True)
    reader.read()
    return " ".join(reader.blocks.finish()[0].split()).replace(" ,", ",")
