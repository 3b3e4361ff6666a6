"""Where a text matches a query, and the stretch of a long text that shows it best."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.core.analysis import Analyzer
from app.core.lexical.query import Query

Span = tuple[int, int]

_SENTENCE_START = re.compile(r"(?:[.!?…]['\"”’)\]]*\s+|[。！？]|\n\s*)(?=\S)")
_SPACE = re.compile(r"\s")


class Snippet(NamedTuple):
    """`text[start:end]` of a longer text, with the highlights shifted to begin at it."""

    text: str
    start: int
    highlights: tuple[Span, ...]


def highlights(text: str, terms: Query | Iterable[str], analyzer: Analyzer) -> list[Span]:
    """Stretches of `text` whose terms are wanted, in order, those that overlap joined.

    Whatever the analyzer takes for the same word matches: other endings, case, diacritics.

    >>> highlights("Gold! Golden cafés.", ["gold", "cafe"], Analyzer())
    [(0, 4), (13, 18)]
    """
    wanted = frozenset(terms.terms if isinstance(terms, Query) else terms)
    found: list[Span] = []
    for term, start, end in analyzer.tokens(text):
        if term not in wanted:
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def window(text: str, marked: Sequence[Span], length: int = 240) -> Span:
    """The stretch of at most `length` characters with the most highlights, cut between words.

    Different words count before repeated ones, then the earlier stretch wins. It begins where a
    sentence does if there is room, and never cuts a highlight unless that is longer by itself.
    """
    if len(text) <= length:
        return 0, len(text)
    first, last = _densest(text, marked, length)
    start = _start_before(text, first, max(0, last - length))
    return start, _end_after(text, max(last, start), start + length)


def cut(text: str, marked: Sequence[Span], length: int = 240) -> Snippet:
    """The window of `text` as a text of its own."""
    start, end = window(text, marked, length)
    inside = [(s - start, min(e, end) - start) for s, e in marked if start <= s < end]
    return Snippet(text[start:end], start, tuple(inside))


def _densest(text: str, marked: Sequence[Span], length: int) -> Span:
    """From the first to the last highlight of the best group that fits into `length`."""
    best, best_value = (0, 0), (0, 0)
    ends = [end for _, end in marked]
    for i, (start, end) in enumerate(marked):
        stop = max(i + 1, bisect_left(ends, start + length + 1))
        words = [text[s:e].casefold() for s, e in marked[i:stop]]
        value = (len(set(words)), len(words))
        if value > best_value:
            best, best_value = (start, max(end, ends[stop - 1])), value
    return best


def _start_before(text: str, first: int, earliest: int) -> int:
    """Where to begin: at a sentence, else at a word, else where it must."""
    sentences = [m.end() for m in _SENTENCE_START.finditer(text, max(0, earliest - 4), first + 1)]
    sentences = [at for at in sentences if earliest <= at <= first]
    if earliest == 0:
        sentences.insert(0, 0)
    if sentences:
        return sentences[-1]
    words = [m.end() for m in _SPACE.finditer(text, earliest, first)]
    return words[0] if words else first


def _end_after(text: str, last: int, latest: int) -> int:
    if latest >= len(text):
        return len(text)
    spaces = [m.start() for m in _SPACE.finditer(text, last, latest + 1)]
    return spaces[-1] if spaces else max(last, latest)
