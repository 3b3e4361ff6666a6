"""Plain words, which most words of a text are, straight to their forms.

A plain word is all letters, or of ASCII letters and digits with joints between them, or of digits
by threes: "gold", "Öl", "rock-solid", "readFile_2", "os.path", "v1.2", "miner's", "1,000".
What it holds can be told without keeping places; `entries.word_entries` tells it of every word,
and the same of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from app.core.analysis.scripts import HAS_UNSPACED
from app.core.analysis.spelling import spell
from app.core.analysis.words import MAX_TERM, NUMBER, NUMBERED, PART

_JOINT = r"(?:_++(?:[.\-]_*+)?|[.\-]_*+)"
_LOWER = re.compile(rf"_*+[a-z]++(?:{_JOINT}[a-z]++)*+_*+")
_JOINED = re.compile(rf"_*+[A-Za-z0-9]++(?:{_JOINT}[A-Za-z0-9]++)*+_*+")
_LETTERS = re.compile(r"[A-Za-z]+")
_CLITIC = re.compile(r"(?<=[a-z0-9][a-z0-9])['’](s|re|ve|ll|d|m|t)\Z", re.ASCII | re.IGNORECASE)
_PLURAL = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,})s(?![A-Za-z0-9])")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")
_GROUPED = re.compile(r"[0-9]++(?:,[0-9]{3})+")
_DATE = re.compile(r"\d+\.\d+\.\d{4}|\d{4}-\d\d-\d\dT")
_JOINED_DIGITS = re.compile(r"\d[._\-]+\d")
_JOINTS_OF_LETTERS = re.compile(r"(?<![\d._\-])[._\-]+|(?<=\d)[._\-]++(?!\d)")


def plain_forms(word: str) -> Sequence[str]:
    """The forms of a plain word, all in one place; none of any other word, or of several.

    >>> [" ".join(plain_forms(word)) for word in ("GOLD", "Rock-solid", "HTTPServer_2", "v1.2")]
    ['GOLD', 'rocksolid rock solid', 'httpserver2 HTTP server 2', 'v1.2 1.2']
    >>> [list(plain_forms(word)) for word in ("O'Brien", "C++", "a b", "naïve-ish")]
    [[], [], [], []]
    """
    if len(word) > MAX_TERM:
        return ()
    if word.isalpha() and (word[1:].islower() or word.isupper()):
        return _simple(word)
    if _LOWER.fullmatch(word):
        parts = _LETTERS.findall(word)
        return _with_whole(parts, parts, word)
    if ("'" in word or "’" in word) and (clitic := _CLITIC.search(word)):
        word = word[: clitic.start()] + (clitic[1] if clitic[1] in "tT" else "")
    if not _JOINED.fullmatch(word) or _DATE.match(word):
        return (word.replace(",", ""),) if _GROUPED.fullmatch(word) else ()
    if word.islower():
        parts = PART.findall(word)
        return _with_whole(parts, _with_inner(parts), word)
    return list(map(spell, _mixed(word)))


def _simple(word: str) -> Sequence[str]:
    """The form of a word of letters without humps, none if that is not all."""
    if word.isascii():
        return (spell(word),)
    form = "" if HAS_UNSPACED.search(word) else spell(word)
    return (form,) if 0 < len(form) <= MAX_TERM else ()


def _mixed(word: str) -> Sequence[str]:
    """The parts of an ASCII word with capitals, or digits alone, as they are written."""
    if word.isupper():
        parts = PART.findall(word)
        return _with_whole(parts, _with_inner(parts), word)
    word = _PLURAL.sub(r"\1", word)
    humps = list(map(_HUMP.split, PART.findall(word)))
    parts = list(chain.from_iterable(humps))
    # A letter that a hump cuts off is no word: the i of iPhone.
    kept = [part for each in humps for part in each if len(each) == 1 or part[1:] or part.isdigit()]
    return _with_whole(parts, _with_inner(kept), word)


def _with_whole(parts: list[str], forms: list[str], word: str) -> list[str]:
    """`forms`, and before them all parts as one word if there are several."""
    if len(parts) == 1:
        return forms
    whole = "".join(parts)
    if len(whole) == len(parts) and "." in word:  # as in e.g.
        forms = []
    if _JOINED_DIGITS.search(word):
        whole = _JOINTS_OF_LETTERS.sub("", word)
    return [whole, *forms]


def _with_inner(parts: list[str]) -> list[str]:
    """Parts, and what people leave out of one: the v of v1.2, the number of sha256."""
    found = []
    for part in parts:
        found.append(part)
        if part[0] in "vV" and NUMBER.fullmatch(part):
            found.append(part[1:])
        elif numbered := NUMBERED.fullmatch(part):
            found.append(numbered[1])
    return found
