"""Stretches of several dictionaries as one list of words, without decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary

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
        self._bounds = np.cumsum([0, *sizes])
        counts = np.concatenate([np.empty(0, np.int64), *(run.counts for run in runs)])
        self._rows = np.flatnonzero(counts)
        hashes = np.concatenate([np.empty(0, np.uint64), *map(_hashes, runs)])[self._rows]
        self._order = np.argsort(hashes)
        ordered = hashes[self._order]
        self._starts = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]))
        self.hashes = ordered[self._starts]
        """(w,)"""
        self.counts: Counts = self._reduced(np.add, counts[self._rows])
        """(w,) live chunks, some of them counted several times where `is_sum`."""
        is_folded = np.array([run.is_folded for run in runs], dtype=np.bool_)
        folded = np.repeat(is_folded, np.array(sizes, dtype=np.intp))[self._rows]
        self.is_sum: NDArray[np.bool_] = self._reduced(np.logical_or, folded)
        """(w,)"""

    def lowest_of(self, limit: int) -> int:
        """The frequency of the last of the so many most frequent words, at least 1."""
        if len(self.counts) < limit:
            return 1
        return max(1, int(np.partition(self.counts, -limit)[-limit]))

    def best(self, lowest: int, limit: int) -> list[int]:
        """The words more frequent than `lowest`, and of those that are just so the first."""
        sure: list[int] = np.flatnonzero(self.counts > lowest).tolist()
        wanted = limit - len(sure)
        words = np.empty(len(self._rows), dtype=np.intp)
        words[self._order] = np.repeat(np.arange(len(self._starts)), self._sizes)
        rows = np.flatnonzero(self.counts[words] == lowest)
        cuts = np.searchsorted(self._rows[rows], self._bounds)
        names: dict[int, str] = {}
        for number, run in enumerate(self._runs):
            # A run is in order of the alphabet, so no more than its first ones can be wanted.
            for row in rows[cuts[number] : cuts[number + 1]][:wanted].tolist():
                at = run.start + int(self._rows[row] - self._bounds[number])
                names.setdefault(int(words[row]), run.terms[at])
        return [*sure, *sorted(names, key=names.__getitem__)[:wanted]]

    def places(self, word: int) -> Iterator[tuple[Run, int]]:
        """The runs that have a word, each with the word's number in its dictionary."""
        start = int(self._starts[word])
        for row in self._order[start : start + int(self._sizes[word])].tolist():
            at = int(self._rows[row])
            number = int(np.searchsorted(self._bounds, at, side="right")) - 1
            run = self._runs[number]
            yield run, run.start + at - int(self._bounds[number])

    @property
    def _sizes(self) -> Places:
        """(w,): rows of each word."""
        return np.diff(self._starts, append=len(self._order))

    def _reduced(self, joined: np.ufunc, values: NDArray[T]) -> NDArray[T]:
        """(w,): what `joined` makes of the rows of each word."""
        if not len(self._starts):
            return values[:0]
        reduced: NDArray[T] = joined.reduceat(values[self._order], self._starts)
        return reduced


def _hashes(run: Run) -> NDArray[np.uint64]:
    return run.terms.hashes(range(run.start, run.start + len(run.counts)))
