"""A tree back to text: the one canonical way to write each query."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from app.core.lexical.atoms import AROUND_WORDS, is_address
from app.core.lexical.fields import FIELD_START
from app.core.lexical.intervals import Interval
from app.core.lexical.tokens import ESCAPABLE
from app.core.lexical.tree import (
    And,
    Boost,
    Dates,
    Field,
    Filter,
    Fuzzy,
    Node,
    Not,
    Or,
    Pages,
    Phrase,
    Regex,
    Required,
    Sequence,
    Sizes,
    Wildcard,
    Word,
    walk,
)

_SIGNS = re.compile(rf'["“”„‟«»()~^]|\\(?=[{ESCAPABLE}]|\Z)')
_OPERATORS = ("AND", "OR", "NOT")
_WILD = re.compile(r"[*?]")
_FIELD = re.compile(FIELD_START)
_JOINTS: dict[type[Node], str] = {And: " AND ", Or: " OR ", Sequence: " "}
_PLAIN_VALUE = re.compile(r'[^\s"“”„‟«»(),]+')


def to_text(node: Node) -> str:
    """`node` as a query that is read as the same tree, with parentheses that show the structure.

    A space at the end says that the last word is finished; without one it is open. What is longer
    or deeper in this form than the parser's limits allow is read as something less.

    >>> to_text(Or((And((Word("a"), Word("b"))), Word("c", open=True))))
    '(a AND b) OR c'
    >>> to_text(Word("gold"))
    'gold '
    """
    text = _text(node)
    *_, last = walk(node)
    if isinstance(last, Word) and last.open:
        return text.rstrip(")")
    return f"{text} " if isinstance(last, Word) and not text.endswith(('"', ")")) else text


def _text(node: Node) -> str:
    text = ""
    match node:
        case And(nodes) | Or(nodes) | Sequence(nodes):
            text = _JOINTS[type(node)].join(map(_operand, nodes))
        case Not(inner) | Required(inner):
            text = f"{'-' if isinstance(node, Not) else '+'}{_signed(inner)}"
        case Field(field, inner):
            text = f"{field}:{_text(inner) if isinstance(inner, Boost) else _atom(inner)}"
        case Boost(inner, factor):
            text = f"{_atom(inner)}^{f'{factor:.4f}'.rstrip('0').rstrip('.')}"
        case Filter() | Dates() | Sizes() | Pages():
            text = _filter(node)
        case Word() | Phrase() | Wildcard() | Fuzzy() | Regex():
            text = _leaf(node)
    return text


def _operand(node: Node) -> str:
    return f"({_text(node)})" if isinstance(node, And | Or | Sequence) else _text(node)


def _signed(node: Node) -> str:
    return f"({_text(node)})" if isinstance(node, Not | Required) else _operand(node)


def _atom(node: Node) -> str:
    plain = isinstance(node, Word | Phrase | Wildcard | Fuzzy | Regex)
    return _text(node) if plain else f"({_text(node)})"


def _leaf(leaf: Word | Phrase | Wildcard | Fuzzy | Regex) -> str:
    match leaf:
        case Word(text):
            return _word(text)
        case Phrase():
            return _phrase(leaf)
        case Wildcard(pattern):
            return _started(_escaped(pattern))
        case Fuzzy(text, distance):
            return f"{_word(text)}~{distance}"
        case Regex(pattern):
            return f"/{pattern}/"


def _filter(node: Filter | Dates | Sizes | Pages) -> str:
    match node:
        case Filter(field, values):
            return f"{field}:{','.join(map(_value, values))}"
        case Dates(dates):
            return f"date:{','.join(map(_dates, dates))}"
        case Sizes(sizes):
            return f"size:{','.join(map(_sizes, sizes))}"
        case Pages(pages):
            return f"page:{','.join(_between(*interval) for interval in pages)}"


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text)


def _word(text: str) -> str:
    """A word all of whose signs are escaped, but for question marks at its end."""
    body = text.rstrip(f"{AROUND_WORDS}?")
    escaped = _escaped(body)
    if not is_address(text):
        escaped = _WILD.sub(r"\\\g<0>", escaped)
    return _started(escaped + _escaped(text[len(body) :]))


def _started(text: str) -> str:
    """`text` without the meaning that its beginning has at the beginning of a word."""
    if text.startswith(("-", "+", "!", "/")) or text.lstrip("\\") in _OPERATORS:
        return f"\\{text}"
    if field := _FIELD.match(text):
        end = len(field[0].rstrip(":"))
        return f"{text[:end]}\\{text[end:]}"
    return text


def _phrase(phrase: Phrase) -> str:
    parts = " ".join(part.text if isinstance(part, Word) else part.pattern for part in phrase.parts)
    last = phrase.parts[-1]
    if isinstance(last, Word) and last.open:
        return f'"{parts}'
    if phrase.ordered:
        return f'"{parts}"~>{phrase.slack}' if phrase.slack else f'"{parts}"'
    return f'"{parts}"~{phrase.slack}'


def _value(value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return f'="{value[1:]}"' if value.startswith("=") else f'"{value}"'


def _dates(interval: Interval[date]) -> str:
    """As years if they are whole, else as months, else as days."""
    first, last = interval
    if first == last and first:
        return first.isoformat()
    begins = first is None or first.day == 1
    ends = last is None or last.day == monthrange(last.year, last.month)[1]
    whole_months = begins and ends
    whole_years = (
        whole_months and (not first or first.month == 1) and (not last or last.month == 12)
    )
    length = 4 if whole_years else 7 if whole_months else 10
    low, high = (day.isoformat()[:length] if day else "" for day in interval)
    return low if low == high else f"{low}..{high}"


def _sizes(interval: Interval[int]) -> str:
    """With > and < where the number is rounder for it."""
    first, last = interval
    if first == last and first is not None:
        return f"={_bytes(first)}"
    if last is None and first is not None and first % 1000 == 1:
        return f">{_bytes(first - 1)}"
    if first is None and last is not None and last % 1000 == 999:
        return f"<{_bytes(last + 1)}"
    return _between(*(None if end is None else _bytes(end) for end in interval))


def _bytes(size: int) -> str:
    for power, unit in ((4, "T"), (3, "G"), (2, "M"), (1, "k")):
        if size and size % 1000**power == 0:
            return f"{size // 1000**power}{unit}"
    return str(size)


def _between(first: object, last: object) -> str:
    """Both ends, or one where they are the same; None is left out."""
    low, high = ("" if end is None else str(end) for end in (first, last))
    return low if low == high else f"{low}..{high}"
