"""Stretches of several dictionaries as one list of words, without decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.sketch import Hashes

T = TypeVar("T", bound=np.generic)
Counts = NDArray[np.int64]
Places = NDArray[np.intp]


class Run(NamedTuple):
    """Words of one segment in order: forms that fold to themselves, or what others fold to."""

    segment: int
    is_folded: bool
    terms: TermDictionary
    start: int
    """Number of the first in `terms`; the others follow."""
    counts: Counts
    """Live chunks of each; of what others fold to, the sum over these. 0: it does not count."""


class Words:
    """The words of some runs, each once: w words in r rows, told apart by their hashes."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        sizes = [len(run.counts) for run in runs]
        bounds = np.cumsum([0, *sizes])
        counts = np.concatenate([np.empty(0, np.int64), *(run.counts for run in runs)])
        rows = np.flatnonzero(counts)
        self._run = np.searchsorted(bounds, rows, side="right") - 1
        self._cuts = np.searchsorted(rows, bounds)
        shifts = np.array([run.start for run in runs], dtype=np.intp) - bounds[:-1]
        self._number = rows + shifts[self._run]
        hashes = np.concatenate([np.empty(0, np.uint64), *map(_hashes, runs)])[rows]
        self._order = np.argsort(hashes)
        ordered = hashes[self._order]
        starts = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]))
        self._bounds = np.append(starts, len(rows))
        self.hashes = ordered[starts]
        """(w,), rising."""
        self.counts: Counts = self._reduced(np.add, counts[rows])
        """(w,) live chunks, some of them counted several times where `is_sum`."""
        folded = np.array([run.is_folded for run in runs], dtype=np.bool_)
        self.is_sum: NDArray[np.bool_] = self._reduced(np.logical_or, folded[self._run])
        """(w,)"""

    def drop(self, hashes: Hashes) -> None:
        """Count words no more."""
        if len(self.hashes):
            places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            self.counts[places[self.hashes[places] == hashes]] = 0

    def lowest_of(self, limit: int) -> int:
        """The frequency of the last of the so many most frequent words, at least 1."""
        if len(self.counts) < limit:
            return 1
        return max(1, int(np.partition(self.counts, -limit)[-limit]))

    def best(self, limit: int) -> list[int]:
        """The most frequent words; of those that are as frequent as the last one the first."""
        lowest = self.lowest_of(limit)
        sure: list[int] = np.flatnonzero(self.counts > lowest).tolist()
        wanted = limit - len(sure)
        words = np.empty(len(self._order), dtype=np.intp)
        words[self._order] = np.repeat(np.arange(len(self.counts)), np.diff(self._bounds))
        rows = np.flatnonzero(self.counts[words] == lowest)
        cuts = np.searchsorted(rows, self._cuts)
        tied = {
            int(words[row])
            for start, end in pairwise(cuts.tolist())
            # A run is in order of the alphabet, so no more than its first ones can be wanted.
            for row in rows[start:end][:wanted].tolist()
        }
        return [*sure, *sorted(tied, key=self.name)[:wanted]]

    def name(self, word: int) -> str:
        """What stands in the dictionaries for a word."""
        run, number = next(self.places(word))
        return run.terms[number]

    def places(self, word: int) -> Iterator[tuple[Run, int]]:
        """The runs that have a word, each with the word's number in its dictionary."""
        rows = self._order[self._bounds[word] : self._bounds[word + 1]]
        for run, number in zip(self._run[rows].tolist(), self._number[rows].tolist(), strict=True):
            yield self._runs[run], number

    def _reduced(self, joined: np.ufunc, values: NDArray[T]) -> NDArray[T]:
        """(w,): what `joined` makes of the rows of each word."""
        if not len(values):
            return values
        reduced: NDArray[T] = joined.reduceat(values[self._order], self._bounds[:-1])
        return reduced


def _hashes(run: Run) -> Hashes:
    return run.terms.hashes(range(run.start, run.start + len(run.counts)))
