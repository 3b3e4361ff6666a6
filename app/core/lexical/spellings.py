"""Words over all segments, each once however it is spelled, with how many live chunks hold it.

A word here is all that folds to one spelling, its name: run, Run and RUN; résumé and resume. In a
segment that is a form that folds to itself, the forms that fold to it (`KeyTable.folded`), or both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.analysis import fold
from app.core.lexical.distance import Characters, distances
from app.core.lexical.joining import Run, Words
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.sketch import Hashes, Numbers
from app.core.unique import unique_values

Forms = dict[int, list[int]]
"""Numbers of the forms of a word, by the number of the segment."""

Weigh = Callable[[Sequence[Forms]], Sequence[float]]
"""Weights of words by their forms."""

POOL = 4
"""Completions that are weighed for each that is wanted."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A word, and how many live chunks hold it in any of its forms."""

    name: str
    texts: tuple[str, ...]
    """Its forms, those of most chunks first."""
    count: int
    forms: Forms

    @property
    def text(self) -> str:
        """The form of most chunks."""
        return self.texts[0]


class Spellings:
    """The words of some segments. `field` is one of `FIELDS`, "" for all of them."""

    def __init__(self, segments: Sequence[SearchedSegment], field: str = "") -> None:
        self._segments = segments
        self._field = field

    def completing(
        self, prefix: str, limit: int, without: Hashes | None = None, weigh: Weigh | None = None
    ) -> list[Spelled]:
        """The words whose name begins with `prefix`, most frequent first, then by name.

        A prefix with capitals or diacritics begins forms, not names; each is then a word of its
        own. `without` are hashes of what is not wanted. With `weigh` those come first that weigh
        most beside the root of their frequency, among the most frequent `POOL` times `limit`.
        """
        words = Words(list(self._runs(prefix) if fold(prefix) == prefix else self._exact(prefix)))
        if without is not None:
            words.drop(without)
        if weigh is None:
            self._make_exact(words, limit)
        pool = limit if weigh is None else limit * POOL
        chosen = words.best(pool)
        forms = [self._forms(words, word) for word in chosen]
        weights = [0.0] * len(chosen) if weigh is None else weigh(forms)
        ranked = sorted(
            (
                -weight / math.sqrt(words.counts[word]),
                -int(words.counts[word]),
                words.name(word),
                at,
            )
            for at, (word, weight) in enumerate(zip(chosen, weights, strict=True))
        )
        return [self._spelled(forms[at], self.count(forms[at])) for *_, at in ranked[:limit]]

    def _make_exact(self, words: Words, limit: int) -> None:
        """Count chunks that hold several forms once, as far as that decides which are the first."""
        lowest = words.lowest_of(limit)
        while len(doubtful := np.flatnonzero(words.is_sum & (words.counts >= lowest))):
            for word in doubtful.tolist():
                words.counts[word] = self.count(self._forms(words, word))
            words.is_sum[doubtful] = False
            lowest = words.lowest_of(limit)

    def begun(self, prefix: str) -> int:
        """How often live chunks hold a word that begins with `prefix`, at least."""
        total = 0
        for segment in self._segments:
            frequencies, folded = segment.frequencies, segment.postings.keys.folded
            among = segment.postings.terms.with_prefix(prefix)
            total += int(frequencies.forms(self._field)[among.start : among.stop].sum())
            among = folded.with_prefix(prefix)
            total += int(frequencies.spellings(self._field)[among.start : among.stop].sum())
        return total

    def near(
        self,
        word: str,
        distance: int,
        limit: int,
        *,
        keep: int = 0,
        is_begun: bool = False,
        least: int = 1,
    ) -> list[tuple[Spelled, int]]:
        """The words that have a form, or a name, within an edit distance of `word`, and how near.

        Nearest first, then most frequent, then by name. The first `keep` characters are the same.
        With `is_begun` it is enough that a beginning is near. At `least` so many chunks hold them.
        """
        edits: dict[str, int] = {}
        sums: Counter[str] = Counter()
        forms: dict[str, Forms] = {}
        # Of the runs that hold a word of so many chunks, one has its share of them.
        share = -(-least // (2 * len(self._segments) or 1))
        for run, number, far in self._resembling(word, distance, keep, is_begun, share):
            term = run.terms[number]
            name = fold(term)
            edits[name] = min(far, edits.get(name, far))
            sums[name] += int(run.counts[number])
            if term == name and share == 1:  # else the word may have forms that are not there
                self._add(forms.setdefault(name, {}), run, number)
        likely = sorted(edits, key=lambda name: (edits[name], -sums[name], name))[: 2 * limit]
        held = [
            (found, edits[name])
            for name in likely
            if (found := self._counted(forms[name]) if name in forms else self.named(name))
        ]
        held = [each for each in held if each[0].count >= least]
        return sorted(held, key=lambda each: (each[1], -each[0].count, each[0].name))[:limit]

    def _resembling(
        self, word: str, distance: int, keep: int, is_begun: bool, least: int
    ) -> Iterator[tuple[Run, int, int]]:
        """Forms and names that are near: their runs, which are whole dictionaries, and edits.

        At `least` so many chunks of the segment hold them.
        """
        likely: list[tuple[Run, Numbers]] = []
        for run in self._dictionaries():
            numbers = run.terms.resembling(word, distance, keep, is_begun=is_begun)
            likely.append((run, numbers[run.counts[numbers] >= least]))
        if not any(len(numbers) for _, numbers in likely):
            return
        width = len(word) + distance
        tables = [run.terms.characters(numbers, width) for run, numbers in likely]
        edits = distances(word, Characters.joined(tables, width), is_begun=is_begun)
        start = 0
        for run, numbers in likely:
            here = edits[start : start + len(numbers)]
            start += len(numbers)
            for at in np.flatnonzero(here <= distance).tolist():
                yield run, int(numbers[at]), int(here[at])

    def _dictionaries(self) -> Iterator[Run]:
        """All forms of each segment, and all that forms of it fold to."""
        for number, segment in enumerate(self._segments):
            frequencies, postings = segment.frequencies, segment.postings
            yield Run(number, False, postings.terms, 0, frequencies.forms(self._field))
            folded = postings.keys.folded
            yield Run(number, True, folded, 0, frequencies.spellings(self._field))

    def named(self, name: str) -> Spelled | None:
        """The word of a name, None where no live chunk holds it."""
        forms: Forms = {}
        for number, segment in enumerate(self._segments):
            own = segment.postings.terms.find(name)
            key = segment.postings.keys.folded.find(name)
            held = [] if key is None else segment.postings.keys.folded_group(key).tolist()
            if held or own is not None:
                forms[number] = held if own is None else [*held, own]
        return self._counted(forms)

    def _counted(self, forms: Forms) -> Spelled | None:
        count = self.count(forms)
        return self._spelled(forms, count) if count else None

    def count(self, forms: Forms) -> int:
        """Live chunks that hold any of the forms."""
        return sum(self._count(number, held) for number, held in forms.items())

    def _count(self, number: int, forms: list[int]) -> int:
        frequencies = self._segments[number].frequencies
        counts = frequencies.forms(self._field)
        first, *others = sorted(forms, key=lambda form: -counts[form])
        if not others:
            return int(counts[first])
        most = frequencies.chunks(first, self._field)
        rest = unique_values(np.concatenate([frequencies.chunks(f, self._field) for f in others]))
        if not len(rest):
            return len(most)
        at = np.minimum(np.searchsorted(most, rest), len(most) - 1)
        return len(most) + int(np.count_nonzero(most[at] != rest))

    def _spelled(self, forms: Forms, count: int) -> Spelled:
        written: Counter[str] = Counter()
        for number, held in forms.items():
            segment = self._segments[number]
            counts = segment.frequencies.forms(self._field)
            for form in held:
                if counts[form]:
                    written[segment.postings.terms[form]] += int(counts[form])
        name = fold(next(iter(written)))
        texts = sorted(written, key=lambda form: (-written[form], form != name, form))
        return Spelled(name, tuple(texts), count, forms)

    def _exact(self, prefix: str) -> Iterator[Run]:
        """The forms that begin so, of each segment in one run."""
        for number, segment in enumerate(self._segments):
            if among := segment.postings.terms.with_prefix(prefix):
                counts = segment.frequencies.forms(self._field)[among.start : among.stop]
                yield Run(number, False, segment.postings.terms, among.start, counts)

    def _runs(self, prefix: str) -> Iterator[Run]:
        """The words that begin so, of each segment in two runs."""
        for number, segment in enumerate(self._segments):
            terms, keys = segment.postings.terms, segment.postings.keys
            frequencies = segment.frequencies
            if among := terms.with_prefix(prefix):
                low, high = np.searchsorted(keys.marked, (among.start, among.stop))
                counts = frequencies.forms(self._field)[among.start : among.stop].copy()
                counts[keys.marked[low:high].astype(np.intp) - among.start] = 0  # in the other run
                yield Run(number, False, terms, among.start, counts)
            if among := keys.folded.with_prefix(prefix):
                counts = frequencies.spellings(self._field)[among.start : among.stop]
                yield Run(number, True, keys.folded, among.start, counts)

    def _forms(self, words: Words, word: int) -> Forms:
        forms: Forms = {}
        for run, number in words.places(word):
            self._add(forms, run, number)
        return forms

    def _add(self, forms: Forms, run: Run, number: int) -> None:
        """Add a form of a run, or the forms that fold to what it has there."""
        held = forms.setdefault(run.segment, [])
        if not run.is_folded:
            held.append(number)
        else:
            held += self._segments[run.segment].postings.keys.folded_group(number).tolist()
