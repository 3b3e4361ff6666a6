"""What the live chunks of all segments know of a word: how many hold it, what completes it.

Answers hang on live chunks alone, not on how these are spread over segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold
from app.core.lexical.company import Company
from app.core.lexical.lookup import Likeness, word
from app.core.lexical.plan import Word
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.sketch import hashes_of
from app.core.lexical.sought import Sought
from app.core.lexical.spellings import Spelled, Spellings

_FIRST_LANGUAGES = 4
"""Languages whose stems are looked up: those of most chunks."""

MAX_SIMILAR = 10
"""Words that one may have been meant for."""

MOST_TYPOS = 2
"""Errors that are forgiven in long words."""

RARE = 3
"""Chunks, at most, that hold a word which is there and yet may be wrong."""

FREQUENT = 100
"""How many times as frequent the word must be that it may be meant for."""

_REMEMBERED = 256

K = TypeVar("K")
V = TypeVar("V")


class Lexicon:
    """The dictionaries of all segments as one."""

    def __init__(self, segments: Sequence[SearchedSegment]) -> None:
        self._segments = segments
        self._spellings: dict[str, Spellings] = {}
        self._company: tuple[tuple[str, ...], Company] | None = None
        self._completions: dict[tuple[str, int], list[Spelled]] = {}
        self._similar: dict[tuple[str, bool], list[tuple[Spelled, int]]] = {}
        self._likelier: dict[tuple[str, int, int], list[tuple[Spelled, int]]] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the live chunks, most chunks first, the first few."""
        counts: dict[str, int] = {}
        for segment in self._segments:
            for language, count in segment.language_counts().items():
                counts[language] = counts.get(language, 0) + count
        ordered = sorted(counts, key=lambda language: (-counts[language], language))
        return tuple(ordered[:_FIRST_LANGUAGES])

    def prepare(self, words: Sequence[Word]) -> None:
        """Look up words all at once, which costs less than one by one."""
        sought = Sought(words)
        for segment in self._segments:
            segment.prepare(sought)

    def word(self, form: str) -> Word:
        """The word that a form stands for in the languages of the collection."""
        return word(form, self.languages, Likeness())

    def holds(self, word: Word) -> bool:
        """Whether any live chunk holds a word, in whatever form and language."""
        return any(held.any() for held in self._frequencies(word))

    def frequency(self, word: Word) -> int:
        """Live chunks that hold a word, each counted once for every form of the word in it."""
        return sum(int(held.sum()) for held in self._frequencies(word))

    def _frequencies(self, word: Word) -> Iterator[NDArray[np.int64]]:
        """Live chunks of each segment that hold each form of a word."""
        for segment in self._segments:
            yield segment.frequencies.forms()[segment.lists(word).anywhere]

    def names(self, word: Word) -> set[str]:
        """What the forms of a word fold to."""
        return {
            fold(segment.postings.terms[number])
            for segment in self._segments
            for number in segment.lists(word).anywhere.tolist()
        }

    def company(self, forms: tuple[str, ...]) -> Company:
        """What stands together with the words of some forms; the last one asked for is kept."""
        if self._company is None or self._company[0] != forms:
            words = [self.word(form) for form in forms]
            self._company = forms, Company(self._segments, words)
        return self._company[1]

    def frequencies(self, forms: Iterable[str]) -> dict[str, int]:
        """Live chunks that hold each form; forms that none holds are left out."""
        counts: dict[str, int] = {}
        for form in forms:
            for segment in self._segments:
                number = segment.postings.terms.find(form)
                if number is not None:
                    counts[form] = counts.get(form, 0) + int(segment.frequencies.forms()[number])
        return {form: count for form, count in counts.items() if count}

    def knows(self, form: str) -> bool:
        """Whether any live chunk holds a form."""
        return bool(self.frequencies([form]))

    def spellings(self, field: str = "") -> Spellings:
        """The words of one of `FIELDS`, "" for all."""
        if field not in self._spellings:
            self._spellings[field] = Spellings(self._segments, field)
        return self._spellings[field]

    def completions(self, prefix: str, limit: int) -> list[Spelled]:
        """The words that begin with `prefix` and go on, most frequent first, then by alphabet."""
        key = prefix, limit
        if key not in self._completions:
            found = self.spellings().completing(prefix, limit, hashes_of([prefix]))
            _remember(self._completions, key, found)
        return self._completions[key]

    def similar(self, form: str, *, is_begun: bool = False) -> list[tuple[Spelled, int]]:
        """Words that a form may have been meant for and how near, nearest and most frequent first.

        People rarely err in the first letter: words that begin otherwise are looked for only
        where no other is found, and only one edit away. With `is_begun` the form may be the
        beginning of a longer word.
        """
        key = form, is_begun
        if key not in self._similar:
            distance, near = typos(form), self.spellings().near
            found = near(form, distance, MAX_SIMILAR, keep=1, is_begun=is_begun) if distance else []
            if distance and not found:
                found = near(form, 1, MAX_SIMILAR)
            _remember(self._similar, key, found)
        return self._similar[key]

    def likelier(self, word: Word, held: int, edits: int = 1) -> list[tuple[Spelled, int]]:
        """Words that one which `held` chunks hold may have been meant for, and how near.

        None for a word that is not rare. They are so many edits away at most, are much more
        frequent and begin alike; nearest and most frequent first.
        """
        edits = min(edits, typos(word.text))
        if held > RARE or not edits:
            return []
        key = word.text, held, edits
        if key not in self._likelier:
            own, least = self.names(word), FREQUENT * held
            near = self.spellings().near(word.text, edits, MAX_SIMILAR, keep=1, least=least)
            found = [(each, far) for each, far in near if far and each.name not in own]
            _remember(self._likelier, key, found)
        return self._likelier[key]


def typos(form: str) -> int:
    """Errors that are forgiven in a word: none in short ones and in numbers.

    >>> typos("gld"), typos("glod"), typos("recieved"), typos("2024")
    (0, 1, 2, 0)
    """
    if not form.isalpha() or len(form) < 4:
        return 0
    return 1 if len(form) < 8 else MOST_TYPOS


def _remember(known: dict[K, V], key: K, value: V) -> None:
    """Keep what is asked for again: while a query is typed, most of it stays the same."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
