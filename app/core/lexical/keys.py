"""Which forms count as one word: groups of them by key, such as ``en:run`` and ``fold:resume``.

A key is what made the group, a colon, and what its forms have in common: their stem in a language
or their spelling without diacritics. The form that is spelt as the key itself is not listed, so
that most words, which have no other form in a segment, need no group.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold, keys
from app.core.kernels import Kernels
from app.core.kernels.indexing import Texts
from app.core.lexical.dictionary import TermDictionary

DEFAULT_LANGUAGE = "en"
"""Whose stems the words of a text of unknown language have: code, tables, a line or two."""

FOLD = "fold"
"""In place of a language: forms that differ in diacritics and capitals alone."""


class KeyTable:
    """Groups of a segment: ``forms[offsets[i]:offsets[i + 1]]`` are the numbers for key i."""

    def __init__(
        self, names: TermDictionary, offsets: NDArray[np.uint32], forms: NDArray[np.uint32]
    ) -> None:
        self.names = names
        self._offsets = offsets
        self._forms = forms

    def groups(self, keys: Texts, kernels: Kernels) -> list[list[int]]:
        """Numbers of the forms of each key but the one spelt like it, rising."""
        offsets, forms = self._offsets, self._forms
        return [
            forms[offsets[number] : offsets[number + 1]].tolist() if number >= 0 else []
            for number in self.names.find_all(keys, kernels)
        ]

    @cached_property
    def folded(self) -> TermDictionary:
        """The spellings of the groups that fold together, in the order of their keys."""
        return self.names.tails(self._folds, len(FOLD) + 1)

    @cached_property
    def folded_groups(self) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Offsets (k + 1,) into form numbers: the forms that fold to each of `folded`."""
        offsets = self._offsets[self._folds.start : self._folds.stop + 1].astype(np.intp)
        return offsets - offsets[0], self._forms[offsets[0] : offsets[-1]]

    @cached_property
    def marked(self) -> NDArray[np.uint32]:
        """Numbers, rising, of the forms that do not fold to themselves."""
        return np.sort(self.folded_groups[1])

    @cached_property
    def _folds(self) -> range:
        return self.names.with_prefix(f"{FOLD}:")

    def folded_group(self, number: int) -> NDArray[np.uint32]:
        """Numbers of the forms that fold to spelling `number` of `folded`."""
        offsets, forms = self.folded_groups
        return forms[offsets[number] : offsets[number + 1]]

    def folding_to(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """Numbers of the forms that fold to spellings of `folded`, and how many fold to each."""
        offsets, forms = self.folded_groups
        starts = offsets[numbers]
        counts = offsets[numbers + 1] - starts
        places = np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        return forms[places].astype(np.int64), counts

    def members(self) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Number of the key and of the form of every membership."""
        counts = np.diff(self._offsets).astype(np.intp)
        return np.repeat(np.arange(len(counts), dtype=np.int64), counts), self._forms


def other_keys(form: str, kind: str) -> tuple[str, ...]:
    """The keys of a form in texts of a language, or for `FOLD`, but for one that is spelt like it.

    >>> other_keys("Läufe", FOLD), other_keys("Läufe", "de"), other_keys("gold", "en")
    (('fold:laufe',), ('de:lauf',), ())
    """
    found = (fold(form),) if kind == FOLD else keys(form, kind)
    return tuple(f"{kind}:{key}" for key in found if key != form)


def spelling(key: str) -> str:
    """What the forms of a key have in common."""
    return key.partition(":")[2]
