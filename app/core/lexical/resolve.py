"""Words of a plan to posting lists of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import keys as stems
from app.core.lexical.cut import Cut
from app.core.lexical.frequencies import Frequencies
from app.core.lexical.keys import FOLD, spelling
from app.core.lexical.patterns import Pattern
from app.core.lexical.plan import Word
from app.core.lexical.postings import Postings

Mask = NDArray[np.uint8]

_REMEMBERED = 1000
"""Words whose posting lists are kept at hand: a query asks for each several times."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Numbers of forms, rising, each with a weight; `language` "" or the one they count in."""

    language: str
    numbers: NDArray[np.int64]
    weights: NDArray[np.float32]


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
    ) -> None:
        self.postings = postings
        self.live = live
        self._languages = languages
        self.names = names
        self.cut = cut
        self._masks: dict[str, Mask | None] = {}
        self._lists: dict[tuple[object, ...], list[Lists]] = {}

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

    def language_counts(self) -> dict[str, int]:
        """Live chunks in each language."""
        if self._languages is None:
            return dict.fromkeys(self.names[:1], self.n_live)
        spoken = self._languages if self.live is None else self._languages[self.live]
        counts = np.bincount(spoken, minlength=len(self.names)).tolist()
        return {name: count for name, count in zip(self.names, counts, strict=True) if count}

    def mask(self, language: str = "") -> Mask | None:
        """Live chunks in a language, u8[n]; None where that is all."""
        if language not in self._masks:
            self._masks[language] = self._mask(language)
        return self._masks[language]

    def _mask(self, language: str) -> Mask | None:
        live = None if self.live is None else self.live.astype(np.uint8)
        if not language or (self._languages is None and self.names == (language,)):
            return live
        if self._languages is None or language not in self.names:
            return np.zeros(self.n_chunks, dtype=np.uint8)
        spoken: Mask = (self._languages == self.names.index(language)).astype(np.uint8)
        return spoken if live is None else spoken & live

    def lists(self, word: Word) -> list[Lists]:
        """The posting lists of a word: of each form the one of highest weight."""
        key = word.forms, word.keys, word.patterns
        found = self._lists.get(key)
        if found is None:
            if len(self._lists) >= _REMEMBERED:
                self._lists.clear()
            found = self._lists[key] = self._resolved(word)
        return found

    def _resolved(self, word: Word) -> list[Lists]:
        terms = self.postings.terms
        every: dict[int, float] = {}
        for form, weight in word.forms:
            if (number := terms.find(form)) is not None:
                every[number] = max(weight, every.get(number, 0.0))
        spoken: dict[str, dict[int, float]] = {}
        for key, weight in word.keys:
            kind = key.partition(":")[0]
            into = every if kind == FOLD else spoken.setdefault(kind, {})
            for number in self._group(key):
                into[number] = max(weight, into.get(number, 0.0))
        if self._languages is None:  # all chunks are in one language: no mask is needed for it
            for number, weight in spoken.pop(self.names[0], {}).items():
                every.setdefault(number, weight)
        first = _lists("", every)
        if word.patterns:
            matched = [self._matching(pattern, weight) for pattern, weight in word.patterns]
            first = _joined([first, *matched])
            every = dict.fromkeys(first.numbers.tolist(), 0.0)
        found = [first]
        for language, numbers in spoken.items():
            # An occurrence counts once.
            others = {n: weight for n, weight in numbers.items() if n not in every}
            found.append(_lists(language, others))
        return [lists for lists in found if len(lists.numbers)]

    def _matching(self, pattern: Pattern, weight: float) -> Lists:
        numbers, weights = pattern.find(self.postings.terms)
        keys, weights_of_keys = pattern.find(self.postings.keys.folded)
        own = Lists("", numbers, _in_64ths(weights * weight))
        if not len(keys):
            return own
        others, counts = self.postings.keys.folding_to(keys)
        repeated = np.repeat(_in_64ths(weights_of_keys * weight), counts)
        return _joined([own, Lists("", others, repeated)])

    def _group(self, key: str) -> list[int]:
        """Forms of a key, the one that is spelt like it among them."""
        numbers: list[int] = self.postings.keys.group(key).tolist()
        kind, form = key.partition(":")[0], spelling(key)
        if kind == FOLD or form in stems(form, kind):
            own = self.postings.terms.find(form)
            if own is not None:
                numbers.append(own)
        return numbers


def _lists(language: str, weights: dict[int, float]) -> Lists:
    numbers = sorted(weights)
    return Lists(
        language,
        np.array(numbers, dtype=np.int64),
        _in_64ths(np.array([weights[number] for number in numbers], dtype=np.float64)),
    )


def _joined(parts: Sequence[Lists]) -> Lists:
    """Each number once, with the highest of its weights."""
    numbers = np.concatenate([part.numbers for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    order = np.lexsort((-weights, numbers))
    numbers, weights = numbers[order], weights[order]
    is_first = np.diff(numbers, prepend=-1) != 0
    return Lists(parts[0].language, numbers[is_first], weights[is_first])


def _in_64ths(weights: NDArray[Any]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = (np.round(weights * 64) / 64).astype(np.float32)
    return rounded
