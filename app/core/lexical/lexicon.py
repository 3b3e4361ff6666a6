"""What the live chunks of all segments know of a word: how many hold it, what completes it.

Answers hang on live chunks alone, not on how these are spread over segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.patterns import Fuzzy, Prefix
from app.core.lexical.plan import Word
from app.core.lexical.resolve import SearchedSegment

Int64Array = NDArray[np.int64]

_FIRST_LANGUAGES = 4
"""Languages whose stems are looked up: those of most chunks."""


class Lexicon:
    """The dictionaries of all segments as one."""

    def __init__(self, segments: Sequence[SearchedSegment]) -> None:
        self._segments = segments

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
            live_counts(segment, lists.numbers).any()
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
                    held = int(live_counts(segment, np.array([number]))[0])
                    counts[form] = counts.get(form, 0) + held
        return {form: count for form, count in counts.items() if count}

    def knows(self, form: str) -> bool:
        """Whether any live chunk holds a form."""
        return bool(self.frequencies([form]))

    def completions(self, prefix: str, limit: int) -> list[str]:
        """The forms that begin with `prefix` and go on, most frequent first, then by alphabet.

        A short prefix has thousands of forms. The frequency of the last one wanted in any single
        segment is a lower bound for that in all together, and a form that reaches the bound has
        an even share of it in at least one segment: only such forms are looked at by name.
        """
        wanted = limit + 1  # the prefix itself may be a form
        pattern = Prefix(prefix)
        found = [
            np.array(sorted(segment.matching(pattern)), np.int64) for segment in self._segments
        ]
        counts = [live_counts(*pair) for pair in zip(self._segments, found, strict=True)]
        bounds = [
            int(np.partition(count, -wanted)[-wanted]) for count in counts if len(count) >= wanted
        ]
        share = max(bounds, default=1) / max(1, len(self._segments))
        names = {
            segment.postings.terms[number]
            for segment, numbers, count in zip(self._segments, found, counts, strict=True)
            for number in numbers[count >= max(1, share)].tolist()
        }
        return self._most_frequent(names - {prefix}, limit)

    def similar(self, form: str, distance: int, limit: int) -> list[str]:
        """Forms within an edit distance that begin alike, nearest and then most frequent first."""
        # People rarely err in the first letter, and most of the work is spared.
        pattern = Fuzzy(form, distance, keep=1)
        near: dict[str, float] = {}
        for segment in self._segments:
            for number, weight in segment.matching(pattern).items():
                near[segment.postings.terms[number]] = weight
        counts = self.frequencies(near)
        ordered = sorted(counts, key=lambda name: (-near[name], -counts[name], name))
        return ordered[:limit]

    def _most_frequent(self, forms: Iterable[str], limit: int) -> list[str]:
        counts = self.frequencies(forms)
        return sorted(counts, key=lambda form: (-counts[form], form))[:limit]


def live_counts(segment: SearchedSegment, numbers: Int64Array) -> Int64Array:
    """Live chunks that hold each of the forms `numbers` of a segment, same shape."""
    postings = segment.postings
    starts = postings.posting_offsets[numbers].astype(np.int64)
    counts = postings.posting_offsets[numbers + 1] - starts
    if segment.live is None or not len(numbers):
        return counts
    firsts = np.cumsum(counts) - counts
    places = np.arange(counts.sum()) + np.repeat(starts - firsts, counts.astype(np.intp))
    # No posting list is empty, which reduceat() would get wrong.
    return np.add.reduceat(
        segment.live[postings.ordinals[places]],
        firsts.astype(np.intp),  # 32 bits in a browser, and it casts nothing down
        dtype=np.int64,
    )
