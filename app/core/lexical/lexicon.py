"""What the live chunks of all segments know of a word: how many hold it, what completes it.

Answers hang on live chunks alone, not on how these are spread over segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from app.core.lexical.plan import Word
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.sketch import hashes_of
from app.core.lexical.spellings import Spelled, Spellings

_FIRST_LANGUAGES = 4
"""Languages whose stems are looked up: those of most chunks."""


class Lexicon:
    """The dictionaries of all segments as one."""

    def __init__(self, segments: Sequence[SearchedSegment]) -> None:
        self._segments = segments
        self._spellings: dict[str, Spellings] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the live chunks, most chunks first, the first few."""
        counts: dict[str, int] = {}
        for segment in self._segments:
            for language, count in segment.language_counts().items():
                counts[language] = counts.get(language, 0) + count
        ordered = sorted(counts, key=lambda language: (-counts[language], language))
        return tuple(ordered[:_FIRST_LANGUAGES])

    def holds(self, word: Word) -> bool:
        """Whether any live chunk holds a word, in whatever form and language."""
        return any(
            bool(segment.frequencies.forms()[lists.numbers].any())
            for segment in self._segments
            for lists in segment.lists(word)
        )

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
        return self.spellings().completing(prefix, limit, hashes_of([prefix]))

    def similar(self, form: str, distance: int, limit: int) -> list[tuple[Spelled, int]]:
        """Words within an edit distance and how near, nearest and then most frequent first.

        People rarely err in the first letter: words that begin otherwise are looked for only
        where no other is found, and only one edit away.
        """
        spellings = self.spellings()
        return spellings.near(form, distance, limit, keep=1) or spellings.near(form, 1, limit)
