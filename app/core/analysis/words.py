"""One word to its parts: "don't" → dont; "getUserName" → getusername, get, user, name.

A word is what `scripts.WORD` matches. Scripts without spaces become overlapping pairs of
characters; everything else is a simple word or a compound of parts between joints
(``' . - _``) and humps (camelCase). A compound gives the whole, written without its joints, then
its parts, so that "e-mail" finds "email" and "linalg" finds "numpy.linalg". Between digits a
joint stays: 3.14, 2024-01-15.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from app.core.analysis.scripts import CLUSTER, HAS_UNSPACED, IGNORED, UNSPACED_RUN

MAX_TERM = 64
"""Characters kept of a longer form (a hash, a line of base64), in documents and queries alike."""

NUMBER = re.compile(r"[vV]?\d+(?:[.,]\d+)+[^\W_]*")
PART = re.compile(rf"{NUMBER.pattern}|[^'’.,_\-‐‑]+")
NUMBERED = re.compile(r"([^\W\d_]{3,})\d+")
"""A word with a number behind it, and in the group the word: sha256, python3."""

_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_APOSTROPHES = "'’"
_CLITICS = frozenset({"s", "re", "ve", "ll", "d", "m"})


class Token(NamedTuple):
    """A term and the stretch of the original text it stands for, in code points."""

    term: str
    start: int
    end: int


class Entry(NamedTuple):
    """A form, the stretch of the text it stands for, and how far it is from the form before.

    `start` and `end` count code points. `step` is 1 for the next word, 0 for another form of
    the same one: a part of a compound stands where its whole does.
    """

    form: str
    start: int
    end: int
    step: int


Spelling = Callable[[str], str]
"""What a stretch of text is written as: `normalise`, or something that keeps more of it."""


def spelled(word: str, spelling: Spelling) -> Iterator[Entry]:
    """All forms of one word, each written as `spelling` has it.

    >>> [(form, step) for form, _, _, step in spelled("up-to-date", str.upper)]
    [('UPTODATE', 1), ('UP', 0), ('TO', 0), ('DATE', 0)]
    """
    done = 0
    if HAS_UNSPACED.search(word):
        for run in UNSPACED_RUN.finditer(word):
            yield from _in_one_place(_compound(word[done : run.start()], done, spelling))
            yield from _pairs(run.group(), run.start(), spelling)
            done = run.end()
    yield from _in_one_place(_compound(word[done:], done, spelling))


def _in_one_place(tokens: Iterable[Token]) -> Iterator[Entry]:
    step = 1
    for token in tokens:
        if token.term:  # A mark with no letter to stand on may leave nothing.
            yield Entry(*token, step)
            step = 0


def _pairs(run: str, base: int, spelling: Spelling) -> Iterator[Entry]:
    """Overlapping pairs of characters, or the one character there is."""
    singles = [
        Token(form, base + cluster.start(), base + cluster.end())
        for cluster in CLUSTER.finditer(run)
        if (form := spelling(cluster.group()))
    ]
    if len(singles) == 1:
        yield Entry(*singles[0], 1)
    for left, right in pairwise(singles):
        yield Entry(left.term + right.term, left.start, right.end, 1)


def _compound(text: str, base: int, spelling: Spelling) -> Iterator[Token]:
    for raw in _raw_parts(text):
        form = spelling(raw.term)
        if NUMBER.fullmatch(form):
            form = form.replace(",", "")
        yield Token(form[:MAX_TERM], base + raw.start, base + raw.end)


def _raw_parts(text: str) -> Iterator[Token]:
    """The whole of a compound, then its parts, as they are written."""
    pieces = _without_clitic(text, [_token(m.group(), m.start()) for m in PART.finditer(text)])
    parts = [hump for piece in pieces for hump in _humps(piece)]
    if len(parts) > 1:
        yield Token(_join(text, parts), parts[0].start, parts[-1].end)
        if "." in text and all(len(part.term) == 1 for part in parts):
            return  # U.S.A., e.g.
    for part in parts:
        if len(parts) == 1 or not _is_splinter(text, part):
            yield part
            yield from _inside(part)


def _token(raw: str, start: int) -> Token:
    return Token(raw, start, start + len(raw))


def _inside(part: Token) -> Iterator[Token]:
    """What people leave out when they search: the v of v1.2.3, the number of python3."""
    if part.term[0] in "vV" and NUMBER.fullmatch(part.term):
        yield Token(part.term[1:], part.start + 1, part.end)
    elif numbered := NUMBERED.fullmatch(part.term):
        yield _token(numbered.group(1), part.start)


def _without_clitic(text: str, pieces: list[Token]) -> list[Token]:
    """Drops the end of "Brien's" and "we'll"; "don't" becomes one piece."""
    if len(pieces) < 2 or text[pieces[-2].end] not in _APOSTROPHES:
        return pieces
    *others, host, last = pieces
    ending = last.term.lower()
    if ending in _CLITICS:
        return [*others, host]
    if ending == "t":
        return [*others, Token(host.term + last.term, host.start, last.end)]
    return pieces


def _humps(piece: Token) -> Iterator[Token]:
    """The parts of camelCase: cuts before an upper-case letter that starts a new word."""
    raw = piece.term
    if raw.islower() or raw.isupper() or len(raw) > MAX_TERM:
        yield piece
        return
    if _PLURAL_ACRONYM.fullmatch(raw):
        yield Token(raw[:-1], piece.start, piece.end)
        return
    cuts = [0, *(i for i in range(1, len(raw)) if _starts_hump(raw, i)), len(raw)]
    for start, end in pairwise(cuts):
        at = piece.start + start
        yield Token(raw[start:end], at, at + end - start if end < len(raw) else piece.end)


def _starts_hump(raw: str, i: int) -> bool:
    if not raw[i].isupper():
        return False
    before, after = raw[i - 1], raw[i + 1 : i + 2]
    return before.islower() or (after.islower() and (before.isupper() or before.isdigit()))


def _is_splinter(text: str, part: Token) -> bool:
    """A single letter cut off by a hump or an apostrophe: the i of iPhone, the O of O'Brien."""
    if len(part.term) > 1 or part.term.isdigit():
        return False
    around = text[max(0, part.start - 1) : part.start] + text[part.end : part.end + 1]
    return any(char.isalnum() or char in _APOSTROPHES for char in around)


def _join(text: str, parts: list[Token]) -> str:
    """The parts written as one word; what stands between two digits stays."""
    whole = parts[0].term
    for left, right in pairwise(parts):
        if left.term[-1].isdigit() and right.term[0].isdigit():
            whole += text[left.end : right.start]
        whole += right.term
    return IGNORED.sub("", whole)
