"""Words of a plan to posting lists of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import ANY, Kernels, Languages, NumpyKernels
from app.core.lexical.cut import Cut, Overlap
from app.core.lexical.frequencies import Frequencies
from app.core.lexical.keys import FOLD
from app.core.lexical.patterns import Pattern
from app.core.lexical.plan import Word
from app.core.lexical.postings import Postings
from app.core.lexical.sought import Sought, SoughtWord, identity

Mask = NDArray[np.uint8]

_REMEMBERED = 1000
"""Words whose posting lists are kept at hand: a query asks for each several times."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Posting lists by the numbers of their forms, each with a weight.

    A list with a language counts in chunks of that language alone; `ANY` is every one.
    """

    numbers: NDArray[np.int64]
    weights: NDArray[np.float32]
    languages: NDArray[np.uint8]
    anywhere: NDArray[np.int64]
    """Numbers of the forms, rising, those among them that count in no chunk of the segment."""

    def __len__(self) -> int:
        return len(self.numbers)


class SearchedSegment:
    """A segment's postings as a search needs them.

    `live` bool[n] tells the chunks that are not deleted, None if all are; `languages` u8[n] is the
    language of each chunk as a place in `names`; `cut` tells which chunks are of one document,
    None if each is one by itself.
    """

    def __init__(
        self,
        postings: Postings,
        live: NDArray[np.bool_] | None = None,
        languages: NDArray[np.uint8] | None = None,
        names: tuple[str, ...] = ("en",),
        cut: Cut | None = None,
        *,
        kernels: Kernels | None = None,
    ) -> None:
        self.postings = postings
        self.live = live
        self._languages = languages
        self.names = names
        self.cut = cut
        self.kernels: Kernels = kernels or NumpyKernels()
        self._masks: dict[int, Mask] = {}
        self._lists: dict[tuple[object, ...], Lists] = {}

    @property
    def n_chunks(self) -> int:
        """Chunks, deleted ones included."""
        return self.postings.n_chunks

    @cached_property
    def n_live(self) -> int:
        """Chunks that are not deleted."""
        return self.n_chunks if self.live is None else int(np.count_nonzero(self.live))

    @cached_property
    def frequencies(self) -> Frequencies:
        """How many live chunks hold each form."""
        return Frequencies(self.postings, self.live)

    @cached_property
    def overlap(self) -> Overlap:
        """What chunks repeat of the one before."""
        return Overlap.of(self.postings)

    def language_counts(self) -> dict[str, int]:
        """Live chunks in each language."""
        if self._languages is None:
            return dict.fromkeys(self.names[:1], self.n_live)
        spoken = self._languages if self.live is None else self._languages[self.live]
        counts = np.bincount(spoken, minlength=len(self.names)).tolist()
        return {name: count for name, count in zip(self.names, counts, strict=True) if count}

    @cached_property
    def mask(self) -> Mask | None:
        """Live chunks, u8[n]; None where that is all."""
        return None if self.live is None else self.live.astype(np.uint8)

    def spoken(self, lists: NDArray[np.uint8]) -> Languages | None:
        """For kernels: posting lists that count in chunks of their languages."""
        if self._languages is None or not len(lists) or lists.min() == ANY:
            return None
        return Languages(self._languages, lists)

    def counting(
        self, languages: NDArray[np.uint8], chunks: NDArray[np.uint32]
    ) -> NDArray[np.bool_]:
        """Whether what counts in some languages does in some chunks, one by one as shapes go."""
        if self._languages is None:
            return np.ones(np.broadcast(languages, chunks).shape, dtype=np.bool_)
        counts: NDArray[np.bool_] = (languages == ANY) | (languages == self._languages[chunks])
        return counts

    def speaking(self, language: int) -> Mask | None:
        """Chunks in a language of `Lists.languages`, u8[n]; None: all."""
        if language == ANY or self._languages is None:
            return None
        if language not in self._masks:
            self._masks[language] = (self._languages == language).astype(np.uint8)
        return self._masks[language]

    def prepare(self, sought: Sought) -> None:
        """Look up words all at once: what is asked for after that is at hand."""
        if sought.words.keys() <= self._lists.keys():
            return
        if len(self._lists) + len(sought.words) > _REMEMBERED:
            self._lists.clear()
        groups = self.postings.keys.groups(sought.keys, self.kernels)
        # The last one is what stands `NOWHERE`.
        forms = [*self.postings.terms.find_all(sought.forms, self.kernels), -1]
        for key, word in sought.words.items():
            self._lists[key] = self._resolved(word, forms, groups)

    def lists(self, word: Word) -> Lists:
        """The posting lists of a word: of each form the one of highest weight."""
        key = identity(word)
        if key not in self._lists:
            self.prepare(Sought([word]))
        return self._lists[key]

    def _resolved(
        self, word: SoughtWord, forms: Sequence[int], groups: Sequence[Sequence[int]]
    ) -> Lists:
        every: dict[int, float] = {}
        for form, weight in word.forms:
            if (number := forms[form]) >= 0:
                every[number] = max(weight, every.get(number, 0.0))
        spoken: dict[str, dict[int, float]] = {}
        for group in word.groups:
            into = every if group.kind == FOLD else spoken.setdefault(group.kind, {})
            for number in (*groups[group.key], forms[group.own]):
                if number >= 0:
                    into[number] = max(group.weight, into.get(number, 0.0))
        if self._languages is None:  # all chunks are in one language
            for number, weight in spoken.pop(self.names[0], {}).items():
                every.setdefault(number, weight)
        matched = [self._matching(pattern, weight) for pattern, weight in word.patterns]
        if matched:
            first = _joined([_lists([(n, w, ANY) for n, w in every.items()]), *matched])
            every = dict.fromkeys(first.numbers.tolist(), 0.0)
        told = [] if matched else [(number, every[number], ANY) for number in sorted(every)]
        for language, numbers in spoken.items():
            # An occurrence counts once; what is in a language that no chunk has does not.
            if self._languages is not None and language in self.names:
                place = self.names.index(language)
                others = (number for number in sorted(numbers) if number not in every)
                told += [(number, numbers[number], place) for number in others]
        anywhere = sorted({*every, *(number for numbers in spoken.values() for number in numbers)})
        found = _lists(told, anywhere)
        return _concatenated(first, found) if matched else found

    def _matching(self, pattern: Pattern, weight: float) -> Lists:
        numbers, weights = pattern.find(self.postings.terms)
        keys, weights_of_keys = pattern.find(self.postings.keys.folded)
        own = _everywhere(numbers, _in_64ths(weights * weight))
        if not len(keys):
            return own
        others, counts = self.postings.keys.folding_to(keys)
        repeated = np.repeat(_in_64ths(weights_of_keys * weight), counts)
        return _joined([own, _everywhere(others, repeated)])


def _lists(told: Sequence[tuple[int, float, int]], anywhere: Sequence[int] = ()) -> Lists:
    """Lists of number, weight and language."""
    numbers, weights, languages = zip(*told, strict=True) if told else ((), (), ())
    return Lists(
        np.array(numbers, dtype=np.int64),
        np.array([round(weight * 64) / 64 for weight in weights], dtype=np.float32),
        np.array(languages, dtype=np.uint8),
        np.array(anywhere, dtype=np.int64),
    )


def _everywhere(numbers: NDArray[np.int64], weights: NDArray[np.float32]) -> Lists:
    return Lists(numbers, weights, np.full(len(numbers), ANY, np.uint8), numbers)


def _joined(parts: Sequence[Lists]) -> Lists:
    """Each number once, with the highest of its weights."""
    numbers = np.concatenate([part.numbers for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    order = np.lexsort((-weights, numbers))
    numbers, weights = numbers[order], weights[order]
    is_first = np.diff(numbers, prepend=-1) != 0
    return _everywhere(numbers[is_first], weights[is_first])


def _concatenated(first: Lists, second: Lists) -> Lists:
    """Both, with what is anywhere of the second."""
    return Lists(
        np.concatenate([first.numbers, second.numbers]),
        np.concatenate([first.weights, second.weights]),
        np.concatenate([first.languages, second.languages]),
        second.anywhere,
    )


def _in_64ths(weights: NDArray[Any]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = (np.round(weights * 64) / 64).astype(np.float32)
    return rounded
