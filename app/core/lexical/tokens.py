"""A query cut into tokens: operators, parentheses, field names, phrases, words.

Nothing fails: what is no operator is a word, and signs that are neither are left out.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Literal, NamedTuple

from app.core.lexical.fields import FIELD_START, TEXT_FIELDS

Kind = Literal[
    "(", ")", "AND", "OR", "NOT", "-", "+", "^", "~", "field", "value", "phrase", "regex", "word"
]

OPENERS, CLOSERS = "“„‟«", "“”‟«»"
"""Typographic quotation marks; which of them begins and which ends depends on the language."""

QUOTES = f'"”»{OPENERS}'

ESCAPABLE = rf"\\{QUOTES}()*?~^:+\-!/&|<>="
"""Inside of a character class: what loses its meaning after a backslash, and the backslash too."""

PUNCTUATION = string.punctuation + QUOTES + "–—―…‐‑•·¿¡§‹›‘’‚、。！？，；：（）「」『』"
"""What is made of these alone is no word."""

_TOKEN = re.compile(
    rf"""
    (?P<space>    \s+ )
  | (?P<phrase>   "[^"]*" | "[^{CLOSERS}]*[{CLOSERS}] | [{OPENERS}][^"{CLOSERS}]*["{CLOSERS}]
                | [”»](?=\S)[^"{CLOSERS}]+["{CLOSERS}] )
  | (?P<unclosed> ["{OPENERS}].* )
  | (?P<paren>    [()] )
  | (?P<operator> (?<![^\s(){QUOTES}]) (?: AND | OR | NOT | && | \|\| ) (?=[\s(){QUOTES}]|$) )
  | (?P<sign>     (?<![^\s(]) [-+!] (?=[^\s)+\-!]) )
  | (?P<regex>    (?<![^\s(+\-!:]) / (?: \\\S | [^\s/\\] )+ /i? (?=\^[0-9]|[\s)]|$) )
  | (?P<field>    (?<![^\s(+\-!]) {FIELD_START} )
  | (?P<word>     (?: \\[{ESCAPABLE}] | (?<=[0-9])"(?=[\s)]|$) | [^\s(){QUOTES}] )+ )
  | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_VALUE = re.compile(
    rf"""(?!\() (?: "[^"]*"? | [{OPENERS}][^"{CLOSERS}]*["{CLOSERS}]?
                  | \([^\s(){QUOTES}]*\) | [^\s(){QUOTES}] )+""",
    re.VERBOSE,
)
_SLACK = re.compile(r"~>?[0-9]*|[po][0-9]*(?!\w)")
_STARS = re.compile(r"[*?]*\*[*?]*")
_BOOST = re.compile(r"\^([0-9]{1,4}(?:\.[0-9]{1,4})?)(?![0-9])")
_KINDS: dict[str, Kind] = {
    # by their group in _TOKEN
    **{
        "phrase": "phrase",
        "unclosed": "phrase",
        "regex": "regex",
        "field": "field",
        "word": "word",
    },
    # by themselves
    **{"(": "(", ")": ")", "+": "+", "-": "-", "!": "-"},
    **{"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"},
}


class Token(NamedTuple):
    """A stretch of the query and what it is.

    `text` is the content of a phrase or a regex, the name of a field, the number of a boost, and
    of all else the stretch itself.
    """

    kind: Kind
    text: str
    start: int
    end: int
    is_closed: bool = True
    """False for a phrase whose end mark is missing."""


def tokens(text: str) -> list[Token]:
    """The tokens of `text` in order; the time grows with its length.

    >>> [token.kind for token in tokens('gold -title:"old mine"~2')]
    ['word', '-', 'field', 'phrase', '~']
    """
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        if token := _token(match):
            yield token
            for kind, pattern in _followers(token):
                if follower := pattern.match(text, at):
                    at = follower.end()
                    yield Token(kind, follower[follower.lastindex or 0], follower.start(), at)


def _followers(token: Token) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    """What may stand right behind a token and belongs to it."""
    match token.kind:
        case "phrase":
            return ("~", _SLACK), ("^", _BOOST)
        case ")" | "regex":
            return (("^", _BOOST),)
        case "field" if token.text not in TEXT_FIELDS:
            return (("value", _VALUE),)
    return ()


def _token(match: re.Match[str]) -> Token | None:
    """None for what is between tokens: spaces, and signs that mean nothing."""
    raw, group = match[0], match.lastgroup or ""
    kind, text = _KINDS.get(group) or _KINDS.get(raw), raw
    match group:
        case "phrase":
            text = raw[1:-1]
        case "unclosed":
            text = raw[1:]
        case "regex":
            text = raw[1 : raw.rindex("/")]
        case "field":
            text = raw.rstrip(":").lower()
        case "word" if not is_word(raw):
            return None
    return kind and Token(kind, text, *match.span(), is_closed=group != "unclosed")


def is_word(raw: str) -> bool:
    """Whether there is anything to search for; stars alone are a wildcard for all there is."""
    return bool(raw.strip(PUNCTUATION)) or _STARS.fullmatch(raw) is not None
