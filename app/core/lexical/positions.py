"""The words inside of what a query has as one, and where they stand in it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.core.analysis import Entry, entries
from app.core.lexical.tree import Word

Span = tuple[int, int]

_REMEMBERED = 1000
"""Texts: a word of a query is asked for several times, and again with the next key."""


class Position(NamedTuple):
    """What stands in one place of a text: a word, and the parts of it where it is a compound."""

    whole: Entry
    parts: tuple[Entry, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """The form of the whole, then those of its parts."""
        return (self.whole.form, *(part.form for part in self.parts))


@lru_cache(_REMEMBERED)
def positions(text: str) -> tuple[Position, ...]:
    """The positions of a text in order.

    >>> [position.forms for position in positions("std::vector e-mail")]
    [('std',), ('vector',), ('email', 'e', 'mail')]
    """
    groups: list[list[Entry]] = []
    for entry in entries(text):
        if entry.step or not groups:
            groups.append([])
        groups[-1].append(entry)
    return tuple(Position(whole, tuple(parts)) for whole, *parts in groups)


def forms_of(text: str) -> list[str]:
    """The forms of all words of a text."""
    return [form for position in positions(text) for form in position.forms]


def place(word: Word, entry: Entry) -> Span:
    """Where an entry of a word stands in the query; the whole word where signs are escaped in it.

    >>> place(Word("std::vector", start=4, end=15), Entry("vector", 5, 11, 1))
    (9, 15)
    """
    if word.end - word.start != len(word.text):
        return word.start, word.end
    return word.start + entry.start, word.start + entry.end
