"""What of a query is still being written: the beginning of a word, or of a filter's value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeGuard, get_args

from app.core.analysis.scripts import HAS_UNSPACED
from app.core.lexical import tree
from app.core.lexical.atoms import is_finished
from app.core.lexical.positions import positions
from app.core.lexical.tokens import CLOSERS, OPENERS, QUOTES, Token, tokens

_VALUES_BEFORE = re.compile(rf'(?:(?:"[^"]*"|[{OPENERS}][^{CLOSERS}]*[{CLOSERS}]|[^,{QUOTES}])*,)*')


@dataclass(frozen=True, slots=True)
class WordStart:
    """From `start` on the query is the beginning of a word."""

    form: str
    start: int
    field: tree.TextField | None = None
    """Where the word is looked for, None for anywhere."""
    in_phrase: bool = False


@dataclass(frozen=True, slots=True)
class ValueStart:
    """From `start` on the query is the beginning of a filter's value, which may be empty."""

    field: tree.ValueField
    value: str
    start: int


def unfinished(text: str, query: tree.Node) -> WordStart | ValueStart | None:
    """What stands at the end of `text`, whose tree is `query`, and may go on.

    None where nothing does, and where it is no word that would help: in patterns, numbers, dates.
    In scripts without spaces too, for what the index has of them are pairs of characters.
    """
    *_, before, last = (None, None, *tokens(text))
    if last is None or last.end != len(text):
        return None
    match last.kind:
        case "value":
            return _value(before.text if before else "", text, last.start)
        case "field":
            return _value(last.text, text, last.end)
        case "word" | "phrase":
            return _in_group(text, query, last) or _word(text, query)
    return None


def _value(field: str, text: str, start: int) -> ValueStart | None:
    """The last value of a list that begins at `start`."""
    if not _is_value_field(field):
        return None
    before = _VALUES_BEFORE.match(text, start)
    start = before.end() if before else start
    value = text[start:]
    if value[:1] in QUOTES:
        value = value[1:]
        if value[-1:] in QUOTES:
            return None if value else ValueStart(field, "", start)
    return ValueStart(field, value, start)


def _in_group(text: str, query: tree.Node, last: Token) -> ValueStart | None:
    """A value in parentheses, where it looks like a word."""
    for node in tree.walk(query):
        if isinstance(node, tree.Filter) and node.end == len(text):
            return _value(node.field, text, last.start)
    return None


def _is_value_field(name: str) -> TypeGuard[tree.ValueField]:
    return name in get_args(tree.ValueField)


def _word(text: str, query: tree.Node) -> WordStart | None:
    node, field, in_phrase = _last(query)
    if not isinstance(node, tree.Word) or node.end != len(text) or is_finished(node.text):
        return None
    as_written = text[node.start :] == node.text
    found = positions(node.text)
    if not found or not (as_written or (node.open and len(found) == 1)):
        return None
    whole = found[-1].whole
    if whole.end != len(node.text) or HAS_UNSPACED.search(whole.form):
        return None
    start = node.start + whole.start if as_written else node.start
    return WordStart(whole.form, start, field, in_phrase)


def _last(query: tree.Node) -> tuple[tree.Node, tree.TextField | None, bool]:
    """The last leaf of a tree, the field it is in, and whether it is in a phrase."""
    node, field, in_phrase = query, None, False
    while kids := tree.children(node):
        in_phrase = in_phrase or isinstance(node, tree.Phrase)
        field = node.field if isinstance(node, tree.Field) else field
        node = kids[-1]
    return node, field, in_phrase
