"""The tree of a query: what was written, before analysis and before any index is asked.

::

    Node
    ├── leaves      Word, Phrase, Wildcard, Fuzzy, Regex
    ├── filters     Filter, Dates, Sizes, Pages: about the document or the page, not scored
    ├── marks       Field, Boost, Required, Not: around one node
    └── groups      And, Or, Sequence: around any number of nodes, in order

Every node knows the stretch `text[start:end]` of the query it was written as, in code points;
it lies inside that of its parent. Two nodes are equal if they say the same, wherever they stand.
What each means for a hit is told in docs/query-language.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.core.lexical.intervals import Interval

TextField = Literal["title", "heading", "body"]
"""Fields that are searched by words."""

ValueField = Literal["path", "dir", "ext", "type", "lang", "author"]
"""Fields that are compared as they are."""


@dataclass(frozen=True, slots=True)
class _Spanned:
    start: int = field(default=0, compare=False, kw_only=True, repr=False)
    end: int = field(default=0, compare=False, kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Word(_Spanned):
    """A word as it is written, with its punctuation; analysis may find several in it, or none."""

    text: str
    open: bool = False
    """Still being written: the query ends with it, so it is also a prefix. Never inside `Not`."""


@dataclass(frozen=True, slots=True)
class Wildcard(_Spanned):
    """A pattern for whole forms: ``*`` is any letters or none, ``?`` one letter.

    The pattern ``*`` alone matches every chunk; in a phrase it stands for one word or none.
    """

    pattern: str


@dataclass(frozen=True, slots=True)
class Phrase(_Spanned):
    """Words in a row, at least one; up to `slack` other words may stand between them."""

    parts: tuple[Word | Wildcard, ...]
    slack: int = 0
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Fuzzy(_Spanned):
    """Forms at most `distance` (0, 1, 2) edits from `text`; 0 is the form itself, not its stem."""

    text: str
    distance: int


@dataclass(frozen=True, slots=True)
class Regex(_Spanned):
    """A regular expression that whole forms match."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Filter(_Spanned):
    """Documents for which any of `values` holds in `field`; values are neither empty nor folded."""

    field: ValueField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dates(_Spanned):
    """Documents whose date lies in one of the intervals."""

    intervals: tuple[Interval[date], ...]


@dataclass(frozen=True, slots=True)
class Sizes(_Spanned):
    """Documents whose file has a size in one of the intervals, in bytes."""

    intervals: tuple[Interval[int], ...]


@dataclass(frozen=True, slots=True)
class Pages(_Spanned):
    """Chunks that stand on a page in one of the intervals."""

    intervals: tuple[Interval[int], ...]


@dataclass(frozen=True, slots=True)
class Field(_Spanned):
    """`node`, looked for in one field only; a field further inside counts instead."""

    field: TextField
    node: Node


@dataclass(frozen=True, slots=True)
class Boost(_Spanned):
    """`node`, scored `factor` times as high."""

    node: Node
    factor: float


@dataclass(frozen=True, slots=True)
class Required(_Spanned):
    """`node` must match, whatever may be missing beside it."""

    node: Node


@dataclass(frozen=True, slots=True)
class Not(_Spanned):
    """What `node` does not match."""

    node: Node


@dataclass(frozen=True, slots=True)
class And(_Spanned):
    """All of `nodes`, at least two, joined by AND."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(_Spanned):
    """Any of `nodes`, at least two, joined by OR."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sequence(_Spanned):
    """What is written side by side; none for an empty query, otherwise at least two.

    Which of `nodes` may be missing is told by `is_optional` and by the caller's setting.
    """

    nodes: tuple[Node, ...]


Node = (
    Word
    | Phrase
    | Wildcard
    | Fuzzy
    | Regex
    | Filter
    | Dates
    | Sizes
    | Pages
    | Field
    | Boost
    | Required
    | Not
    | And
    | Or
    | Sequence
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right inside of `node`, in order; those of a phrase are its parts."""
    match node:
        case And() | Or() | Sequence():
            return node.nodes
        case Field() | Boost() | Required() | Not():
            return (node.node,)
        case Phrase():
            return node.parts
    return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and all below it, each before what is in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def is_optional(node: Node) -> bool:
    """Whether `node` may be missing from a hit if it stands in a sequence where any word is enough.

    >>> is_optional(Word("gold")), is_optional(Phrase((Word("gold"), Word("mine"))))
    (True, False)
    """
    match node:
        case Boost(inner):
            return is_optional(inner)
        case Word() | Wildcard() | Fuzzy() | Regex() | Sequence():
            return True
    return False


def is_filter(node: Node) -> bool:
    """Whether `node` consists of filters: it narrows down what is found, and scores nothing.

    >>> is_filter(Not(Filter("type", ("pdf",)))), is_filter(Field("title", Word("gold")))
    (True, False)
    """
    if isinstance(node, Filter | Dates | Sizes | Pages):
        return True
    inner = children(node)
    return bool(inner) and all(map(is_filter, inner))


def words(node: Node) -> str:
    """What is looked for, in plain words: no operators, filters, patterns, nothing excluded.

    >>> words(Sequence((Word("gold"), Not(Word("silver")), Phrase((Word("old"), Word("mine"))))))
    'gold old mine'
    """
    return " ".join(_words(node))


def _words(node: Node) -> Iterator[str]:
    match node:
        case Word(text) | Fuzzy(text):
            yield text
        case Not():
            return
    for child in children(node):
        yield from _words(child)
