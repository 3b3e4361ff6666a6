"""Words of a plan to posting lists of one segment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import keys as stems
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
    language of each chunk as a place in `names`.
    """

    def __init__(
        self,
        postings: Postings,
        live: NDArray[np.bool_] | None = None,
        languages: NDArray[np.uint8] | None = None,
        names: tuple[str, ...] = ("en",),
    ) -> None:
        self.postings = postings
        self.live = live
        self._languages = languages
        self.names = names
        self._masks: dict[str, Mask | None] = {}
        self._lists: dict[Word, list[Lists]] = {}

    @property
    def n_chunks(self) -> int:
        """Chunks, deleted ones included."""
        return self.postings.n_chunks

    @cached_property
    def frequencies(self) -> Frequencies:
        """How many live chunks hold each form."""
        return Frequencies(self.postings, self.live)

    def language_counts(self) -> dict[str, int]:
        """Live chunks in each language."""
        if self._languages is None:
            live = self.n_chunks if self.live is None else int(np.count_nonzero(self.live))
            return dict.fromkeys(self.names[:1], live)
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
        plain = replace(word, text="", boost=1.0)
        if plain not in self._lists:
            if len(self._lists) >= _REMEMBERED:
                self._lists.clear()
            self._lists[plain] = self._resolved(plain)
        return self._lists[plain]

    def _resolved(self, word: Word) -> list[Lists]:
        terms = self.postings.terms
        every: dict[int, float] = {}
        for form, weight in word.forms:
            if (number := terms.find(form)) is not None:
                every[number] = max(weight, every.get(number, 0.0))
        for pattern, weight in word.patterns:
            for number, own in self.matching(pattern).items():
                every[number] = max(weight * own, every.get(number, 0.0))
        spoken: dict[str, dict[int, float]] = {}
        for key, weight in word.keys:
            kind = key.partition(":")[0]
            into = every if kind == FOLD else spoken.setdefault(kind, {})
            for number in self._group(key):
                into[number] = max(weight, into.get(number, 0.0))
        if self._languages is None:  # all chunks are in one language: no mask is needed for it
            for number, weight in spoken.pop(self.names[0], {}).items():
                every.setdefault(number, weight)
        found = [_lists("", every)]
        for language, numbers in spoken.items():
            # An occurrence counts once.
            others = {n: weight for n, weight in numbers.items() if n not in every}
            found.append(_lists(language, others))
        return [lists for lists in found if len(lists.numbers)]

    def matching(self, pattern: Pattern) -> dict[int, float]:
        """Forms that match a pattern as they are or folded, by number, with their weights."""
        numbers, weights = pattern.find(self.postings.terms)
        found = dict(zip(numbers.tolist(), weights.tolist(), strict=True))
        keys, weights = pattern.find(self.postings.keys.folded)
        for key, weight in zip(keys.tolist(), weights.tolist(), strict=True):
            for number in self.postings.keys.folded_group(key).tolist():
                found[number] = max(weight, found.get(number, 0.0))
        return found

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
        np.array([round(weights[number] * 64) / 64 for number in numbers], dtype=np.float32),
    )
