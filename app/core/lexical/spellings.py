"""Words over all segments, each once however it is spelled, with how many live chunks hold it.

A word here is all that folds to one spelling, its name: run, Run and RUN; résumé and resume. In a
segment that is a form that folds to itself, the forms that fold to it (`KeyTable.folded`), or both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.analysis import fold
from app.core.lexical.distance import distances
from app.core.lexical.joining import Run, Words
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.sketch import Hashes

Forms = dict[int, list[int]]
"""Numbers of the forms of a word, by the number of the segment."""


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

    def completing(self, prefix: str, limit: int, without: Hashes | None = None) -> list[Spelled]:
        """The words whose name begins with `prefix`, most frequent first, then by name.

        A prefix with capitals or diacritics begins forms, not names; each is then a word of its
        own. `without` are hashes of what is not wanted.
        """
        words = Words(list(self._runs(prefix) if fold(prefix) == prefix else self._exact(prefix)))
        if without is not None:
            words.counts[np.isin(words.hashes, without)] = 0
        lowest = words.lowest_of(limit)
        # Sums are too high where a chunk holds several forms; those that matter are made exact.
        while len(doubtful := np.flatnonzero(words.is_sum & (words.counts >= lowest))):
            for word in doubtful.tolist():
                words.counts[word] = self.count(self._forms(words, word))
            words.is_sum[doubtful] = False
            lowest = words.lowest_of(limit)
        found = [
            self._spelled(self._forms(words, word), int(words.counts[word]))
            for word in words.best(lowest, limit)
        ]
        return sorted(found, key=lambda each: (-each.count, each.name))

    def near(
        self, word: str, distance: int, limit: int, *, keep: int = 0
    ) -> list[tuple[Spelled, int]]:
        """The words that have a form, or a name, within an edit distance of `word`, and how near.

        Nearest first, then most frequent, then by name. The first `keep` characters are the same.
        """
        edits, counts = self._near(word, distance, keep)
        likely = sorted(counts, key=lambda name: (edits[name], -counts[name], name))
        found = [(self.named(name), edits[name]) for name in likely[: 2 * limit]]
        held = [(each, far) for each, far in found if each]
        return sorted(held, key=lambda each: (each[1], -each[0].count, each[0].name))[:limit]

    def _near(self, word: str, distance: int, keep: int) -> tuple[dict[str, int], Counter[str]]:
        """Edits to each name that is near enough, and the sum of the frequencies of its forms."""
        likely: dict[str, int] = {}
        for segment in self._segments:
            frequencies = segment.frequencies
            for terms, counts in (
                (segment.postings.terms, frequencies.forms(self._field)),
                (segment.postings.keys.folded, frequencies.spellings(self._field)),
            ):
                for number in terms.resembling(word, distance, keep):
                    term = terms[number]
                    likely[term] = likely.get(term, 0) + int(counts[number])
        terms_ = list(likely)
        edits: dict[str, int] = {}
        sums: Counter[str] = Counter()
        for term, far in zip(terms_, distances(word, terms_).tolist(), strict=True):
            if far <= distance and likely[term]:
                name = fold(term)
                edits[name] = min(far, edits.get(name, far))
                sums[name] += likely[term]
        return edits, sums

    def named(self, name: str) -> Spelled | None:
        """The word of a name, None where no live chunk holds it."""
        forms: Forms = {}
        for number, segment in enumerate(self._segments):
            own = segment.postings.terms.find(name)
            key = segment.postings.keys.folded.find(name)
            held = [] if key is None else segment.postings.keys.folded_group(key).tolist()
            if held or own is not None:
                forms[number] = held if own is None else [*held, own]
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
        rest = np.unique(np.concatenate([frequencies.chunks(f, self._field) for f in others]))
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
        for run, at in words.places(word):
            keys = self._segments[run.segment].postings.keys
            held = keys.folded_group(at).tolist() if run.is_folded else [at]
            forms.setdefault(run.segment, []).extend(held)
        return forms
