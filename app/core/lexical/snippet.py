"""Where a text matches a query, and the stretch of a long text that shows it best."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from app.core.analysis import find, forms_in
from app.core.lexical.wanted import Wanted

Span = tuple[int, int]

_SENTENCE_START = re.compile(r"(?:[.!?…]['\"”’)\]]*\s+|[。！？]|\n\s*)(?=\S)")
_SPACE = re.compile(r"\s+")


class Snippet(NamedTuple):
    """`text[start:end]` of a longer text, with the highlights shifted to begin at it."""

    text: str
    start: int
    highlights: tuple[Span, ...]


def highlights(text: str, wanted: Wanted) -> list[Span]:
    """Stretches of `text` whose forms are wanted, in order, those that overlap joined.

    >>> highlights("Gold! Golden cafés.", Wanted({"gold", "cafés"}))
    [(0, 4), (13, 18)]
    """
    found: list[Span] = []
    for _, start, end, _ in find(text, wanted.among(forms_in(text))):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def window(text: str, marked: Sequence[Span], length: int = 240) -> Span:
    """The stretch of at most `length` characters that shows the highlights best.

    Different words count before repeated ones, then the earlier stretch wins. It begins where a
    sentence does if that leaves room for the highlights, else between words.
    """
    if len(text) <= length:
        return 0, len(text)
    first, last = _densest(text, marked, length)
    start = _begin(text, first, max(0, last - length), length)
    return start, _finish(text, last, start + length)


def cut(text: str, marked: Sequence[Span], length: int = 240) -> Snippet:
    """The window of `text` as a text of its own.

    >>> cut("Nothing here. But gold there.", [(18, 22)], 16)
    Snippet(text='But gold there.', start=14, highlights=((4, 8),))
    """
    start, end = window(text, marked, length)
    inside = [(max(s, start), min(e, end)) for s, e in marked if s < end and start < e]
    return Snippet(text[start:end], start, tuple((s - start, e - start) for s, e in inside))


def _densest(text: str, marked: Sequence[Span], length: int) -> Span:
    """From the first to the last highlight of the best group that fits into `length`."""
    best, best_value = (0, 0), (0, 0)
    ends = [end for _, end in marked]
    words = [text[start:end].casefold() for start, end in marked]
    for i, (start, end) in enumerate(marked):
        stop = max(i + 1, bisect_right(ends, start + length))
        value = (len(set(words[i:stop])), stop - i)
        if value > best_value:
            best, best_value = (start, min(max(end, ends[stop - 1]), start + length)), value
    return best


def _begin(text: str, first: int, earliest: int, length: int) -> int:
    """The start of the sentence of the first highlight, or a word a little before that."""
    if earliest == 0 and first <= length // 4:
        return 0
    before = text[earliest : first + 1]
    sentences = [earliest + m.end() for m in _SENTENCE_START.finditer(before)]
    if sentences:
        return sentences[-1]
    wished = max(earliest, first - length // 4)
    words = [m.end() for m in _SPACE.finditer(text, max(0, wished - 1), first)]
    return words[0] if words else max(earliest, _whole_character(text, wished))


def _finish(text: str, last: int, latest: int) -> int:
    """The last border between words from `last` to `latest`."""
    if latest >= len(text):
        return len(text)
    spaces = [m.start() for m in _SPACE.finditer(text, last, latest + 1)]
    return spaces[-1] if spaces else max(last, _whole_character(text, latest))


def _whole_character(text: str, at: int) -> int:
    """`at`, or the start of the character whose marks stand there."""
    while at > 0 and unicodedata.category(text[at])[0] == "M":
        at -= 1
    return at
