"""The leaves of a tree from their text: words with wildcards and suffixes, phrases, regexes."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

from app.core.lexical.tokens import ESCAPABLE, PUNCTUATION, is_word
from app.core.lexical.tree import Boost, Fuzzy, Regex, Wildcard, Word

MAX_DISTANCE = 2
"""Edits; more make every short word the same."""

MAX_SLACK = 200
"""Words; less than the gap between the fields of a chunk, so no phrase reaches across it."""

DEFAULT_SLACK = 10
MAX_REGEX = 200
"""Characters."""

_UNIT = re.compile(rf"\\[{ESCAPABLE}]|.", re.DOTALL)
_ESCAPED = re.compile(rf"\\([{ESCAPABLE}])")
_OPERATORS = {rf"\{name}": name for name in ("AND", "OR", "NOT")}
_BOOST = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?")
_DISTANCE = re.compile(r"([0-9]*)(\.[0-9]*)?")

AROUND_WORDS = ".,;:!…'’‘`[]{}<>"
"""Punctuation that is not taken for a part of the pattern beside it."""

_WILD = frozenset("*?")
_ANY = Wildcard("*")


def word(raw: str, start: int, *, is_open: bool = False) -> Word | Wildcard | Fuzzy | Boost:
    """What a word token stands for: a word, or more if it has wildcards, ~ or ^ at its end.

    >>> word("colo*r,", 0), word("recieve~", 0)
    (Wildcard(pattern='colo*r'), Fuzzy(text='recieve', distance=2))
    >>> word("gold,^2", 0), word("gold?", 0)
    (Boost(node=Word(text='gold,', open=False), factor=2.0), Word(text='gold?', open=False))
    """
    end = start + len(raw)
    body, factor = _suffix(raw.rstrip(".,;:!…"), "^", _BOOST)
    body, distance = _suffix(body, "~", _DISTANCE)
    leaf: Word | Wildcard | Fuzzy
    if pattern := _pattern(_UNIT.findall(body)):
        leaf = Wildcard(pattern, start=start, end=end)
    elif distance is not None:
        text = unescaped(body)
        leaf = Fuzzy(text, _edits(distance, text), start=start, end=end)
    elif factor is not None:
        leaf = Word(unescaped(body), start=start, end=end)
    else:
        is_open = is_open and not is_finished(raw)
        return Word(unescaped(raw), is_open, start=start, end=end)
    return leaf if factor is None else Boost(leaf, float(factor), start=start, end=end)


def phrase_parts(content: str, start: int, *, is_open: bool = False) -> tuple[Word | Wildcard, ...]:
    """The words of a phrase, in which a backslash is no escape; none if there is no word in it.

    >>> phrase_parts("gold * mi*", 0)
    (Word(text='gold', open=False), Wildcard(pattern='*'), Wildcard(pattern='mi*'))
    """
    parts: list[Word | Wildcard] = []
    for match in re.finditer(r"\S+", content):
        at, end = start + match.start(), start + match.end()
        if pattern := _pattern(list(match[0])):
            parts.append(Wildcard(pattern, start=at, end=end))
        elif is_word(match[0]):
            parts.append(Word(match[0], start=at, end=end))
    while parts and parts[-1] == _ANY:
        parts.pop()
    first = next((place for place, part in enumerate(parts) if part != _ANY), 0)
    if (
        parts
        and is_open
        and isinstance(last := parts[-1], Word)
        and last.end == start + len(content)
    ):
        parts[-1] = replace(last, open=not is_finished(last.text))
    return tuple(parts[first:])


def slack(suffix: str) -> tuple[int, bool]:
    """How many words may stand between those of a phrase, and whether their order counts.

    >>> slack(""), slack("~5"), slack("~>5"), slack("p")
    ((0, True), (5, False), (5, True), (10, False))
    """
    if not suffix:
        return 0, True
    digits = suffix.lstrip("~>po")
    most = min(int(digits[:6]), MAX_SLACK) if digits else DEFAULT_SLACK
    return most, suffix.startswith(("~>", "o"))


def regex(pattern: str, start: int, end: int) -> Regex | None:
    """The leaf for a regular expression; None if it is too long or makes no sense."""
    if len(pattern) > MAX_REGEX:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError):
            return None
    return Regex(pattern, start=start, end=end)


def unescaped(raw: str) -> str:
    r"""`raw` without the backslashes that take the meaning of signs.

    >>> unescaped(r"\-5"), unescaped(r"\OR"), unescaped(r"C:\notes")
    ('-5', 'OR', 'C:\\notes')
    """
    return _OPERATORS.get(raw) or _ESCAPED.sub(r"\1", raw)


def _suffix(raw: str, sign: str, pattern: re.Pattern[str]) -> tuple[str, str | None]:
    """The word before the last `sign` and what follows it, if that is a suffix."""
    body, found, tail = raw.rpartition(sign)
    is_escaped = (len(body) - len(body.rstrip("\\"))) % 2
    if found and not is_escaped and pattern.fullmatch(tail) and is_word(body):
        return body, tail
    return raw, None


def _edits(digits: str, text: str) -> int:
    """The distance that is written, else two for words of six letters and more."""
    if digits and "." not in digits:
        return min(int(digits[:6]), MAX_DISTANCE)
    return MAX_DISTANCE if len(text) >= 6 else 1


def _pattern(units: list[str]) -> str:
    """The pattern in a word's characters (escaped ones with their backslash), "" if there is none.

    A question mark at the end is punctuation as long as there is no other wildcard before it; in
    an address of the web it always is.
    """
    # No form has an escaped wildcard in it, so all that are left are meant.
    text = "".join(unit[-1] for unit in units if unit not in (r"\*", r"\?"))
    if not _WILD.intersection(text.rstrip(f"{AROUND_WORDS}?")) or is_address(text):
        return ""
    pattern = re.sub(r"\*+", "*", text.strip(AROUND_WORDS))
    return pattern if pattern.strip(PUNCTUATION) else "*" if "*" in pattern else ""


def is_address(text: str) -> bool:
    """Whether it is an address of the web, in which ? and * are no wildcards."""
    return "://" in text


def is_finished(text: str) -> bool:
    """Whether nothing can be added to a word because punctuation ends it."""
    return text[-1] in PUNCTUATION
