"""Phrases: words near each other in a chunk, or over the border between it and the next.

A chunk repeats the end of the one before, mostly more than a phrase is long, so that the phrase
stands whole in one of them. Where less is repeated (between rows, in code, after a long sentence),
or more words may stand between, it can begin in one chunk and end in the next. It is counted
where it begins; of a search for chunks only if neither of the two holds one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.lexical.places import Int64s, Keys, Places, keys_of, ordinals_of, positions_of
from app.core.lexical.plan import Phrase, Word
from app.core.lexical.postings import GAP
from app.core.lexical.resolve import SearchedSegment

Held = Mapping[Word, NDArray[np.bool_]]
"""For each word of a phrase, bool[n]: the live chunks that hold it."""

Slots = Mapping[Word, Keys]


class Phrases:
    """The phrases of one segment."""

    def __init__(self, segment: SearchedSegment, kernels: Kernels) -> None:
        self._segment = segment
        self._kernels = kernels
        self._places = Places(segment, kernels)

    def counts(self, phrase: Phrase, held: Held) -> Int64s:
        """int64[n]: how often a phrase begins in each chunk."""
        counts = np.zeros(self._segment.n_chunks, dtype=np.int64)
        whole = np.logical_and.reduce(list(held.values()))
        if whole.any():
            wanted = whole.astype(np.uint8)
            slots = {word: self._places.of(word, wanted).keys for word in held}
            counts += self._near(phrase, slots, len(counts))
        return counts + self._over_borders(phrase, held, counts[1:] + counts[:-1] == 0)

    def counts_once(self, phrase: Phrase, held: Held) -> Int64s:
        """int64[n]: the same, but what chunks of a document share counts in one of them only."""
        counts = np.zeros(self._segment.n_chunks, dtype=np.int64)
        whole = np.logical_and.reduce(list(held.values()))
        if whole.any():
            wanted = whole.astype(np.uint8)
            found = {word: self._places.of(word, wanted, shared=True) for word in held}
            every = {word: self._of_document(each.keys) for word, each in found.items()}
            counts += self._near(phrase, every, len(counts))
            shared = {word: each.shared for word, each in found.items()}
            counts -= self._near(phrase, shared, len(counts))
        borders = np.ones(max(0, len(counts) - 1), dtype=np.bool_)
        return counts + self._over_borders(phrase, held, borders)

    def _of_document(self, keys: Keys) -> Keys:
        """All of the body, headings where they are new, title and path in the first chunk."""
        cut = self._segment.cut
        if cut is None:
            return keys
        ordinals, fields = ordinals_of(keys), self._places.field_of(keys)
        kept = np.where(fields == 1, cut.begins[ordinals] > 0, cut.first[ordinals] > 0)
        own: Keys = keys[(fields == 0) | kept]
        return own

    def _over_borders(self, phrase: Phrase, held: Held, looked_at: NDArray[np.bool_]) -> Int64s:
        """int64[n]: how often a phrase begins in a chunk and ends in the next of its document.

        `looked_at` bool[n - 1] are the borders to look at.
        """
        counts = np.zeros(self._segment.n_chunks, dtype=np.int64)
        cut = self._segment.cut
        if cut is None or phrase.field not in ("", "body") or len(counts) < 2:
            return counts
        reach = len(phrase.slots) - 1 + _slack(phrase)
        is_open = looked_at & (cut.first[1:] == 0) & (self._segment.overlap.least[1:] < reach)
        some = np.logical_or.reduce(list(held.values()))
        is_open &= some[1:] & some[:-1]
        for here in held.values():
            is_open &= here[1:] | here[:-1]
        later = np.flatnonzero(is_open) + 1
        shared = self._places.shared(later)
        later, shared = later[shared < reach], shared[shared < reach]
        if len(later):
            counts[later - 1] = self._crossing(phrase, held, later, shared)
        return counts

    def _crossing(self, phrase: Phrase, held: Held, later: Int64s, shared: Int64s) -> Int64s:
        """How often a phrase stands over each border: in front of the chunks `later`.

        Around a border lie the end of one chunk, what both share, and the beginning of the other.
        Of what stands in all three together, that which one of the chunks holds is taken off.
        """
        wanted = np.zeros(self._segment.n_chunks, dtype=np.uint8)
        wanted[later] = wanted[later - 1] = 1
        around = _Around(
            later, shared, self._segment.overlap.body, len(phrase.slots) - 1 + _slack(phrase)
        )
        found = {word: around.place(self._places.of(word, wanted).keys) for word in held}
        counts = np.zeros(len(later), dtype=np.int64)
        for sign, first, last in ((1, 0, 2), (-1, 0, 1), (-1, 1, 2), (1, 1, 1)):
            slots = {
                word: keys[(first <= which) & (which <= last)]
                for word, (keys, which) in found.items()
            }
            counts += sign * self._near(phrase, slots, len(later))
        return np.maximum(counts, 0)

    def _near(self, phrase: Phrase, slots: Slots, n: int) -> Int64s:
        """int64[n]: the matches in each chunk, or whatever the keys count."""
        counts = np.zeros(n, dtype=np.int64)
        # Equal slots share one array: each needs a position of its own.
        keys = [slots[slot] for slot in phrase.slots]
        ordinals, times = self._kernels.near(keys, _slack(phrase), phrase.ordered)
        counts[ordinals] = times
        return counts


class _Around:
    """Positions around borders, those behind a border counted on from those before it."""

    def __init__(self, later: Int64s, shared: Int64s, body: Int64s, reach: int) -> None:
        self._later = later
        self._shared = shared
        self._body = body
        self._reach = reach

    def place(self, keys: Keys) -> tuple[Keys, NDArray[np.int8]]:
        """Keys by number of the border, and on which side of what is shared each of them stands.

        0 is before it, 1 in it, 2 behind it.
        """
        ordinals, positions = ordinals_of(keys), positions_of(keys)
        inside = positions < self._body[ordinals]
        ordinals, positions = ordinals[inside], positions[inside]
        at, is_before = _places_in(self._later - 1, ordinals)
        before = positions[is_before]
        end = self._body[self._later[at] - 1]
        near = before >= end - self._shared[at] - self._reach
        first = keys_of(at[near], before[near])
        borders, is_behind = _places_in(self._later, ordinals)
        behind = positions[is_behind] - self._shared[borders]
        near = (behind >= 0) & (behind < self._reach)
        borders, behind = borders[near], behind[near]
        second = keys_of(borders, behind + self._body[self._later[borders] - 1])
        joined = np.concatenate([first, second])
        begin = (self._body[self._later - 1] - self._shared)[ordinals_of(joined)]
        which = (positions_of(joined) >= begin).astype(np.int8)
        which[len(first) :] = 2
        order = np.argsort(joined, kind="stable")
        return joined[order], which[order]


def _places_in(rising: Int64s, values: Int64s) -> tuple[Int64s, NDArray[np.bool_]]:
    """The places of those values that stand in `rising`, and which ones do."""
    places = np.minimum(np.searchsorted(rising, values), len(rising) - 1)
    known = rising[places] == values
    return places[known].astype(np.int64), known


def _slack(phrase: Phrase) -> int:
    """How many words may stand between: never so many that it would run into another field."""
    return max(0, min(phrase.slack, GAP - len(phrase.slots) - 1))
