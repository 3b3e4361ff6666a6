"""What is known of words while texts are indexed: the numbers of forms, and the keys of each.

It serves one segment after the other, so that a word that returns costs nothing; it is dropped
when the indexing is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import language_of
from app.core.analysis.languages import sampled
from app.core.analysis.stem import stem
from app.core.kernels import Kernels
from app.core.kernels.indexing import LINE_FEED, lines_of, texts_of
from app.core.kernels.port import Bytes, Uint32s
from app.core.lexical.keys import DEFAULT_LANGUAGE, FOLD, other_keys
from app.core.lexical.names import CAPITAL, HIGH, Names
from app.core.lexical.numbering import Numbering
from app.core.lexical.telling import Teller, is_simple

_UNKNOWN, _NONE = -2, -1
_MOST_KEYS = 2
"""Keys of a form in one language, or for `FOLD`."""


class Vocabulary:
    """Forms seen so far. `kernels` None means those of NumPy."""

    def __init__(self, kernels: Kernels | None = None) -> None:
        self.numbering = Numbering(kernels)
        self._teller = Teller(self.numbering)
        self._names = Names(self.numbering.kernels)
        self._keys: dict[str, _Keys] = {}

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self.numbering)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """`language_of` of each text, quick for many."""
        samples = [sampled(text) for text in texts]
        simple = [place for place, sample in enumerate(samples) if is_simple(sample)]
        told = dict(zip(simple, self._teller.languages([samples[i] for i in simple]), strict=True))
        return [
            told[place] if place in told else language_of(text) for place, text in enumerate(texts)
        ]

    def sorted_forms(self, used: Uint32s) -> Uint32s:
        """The numbers of forms, sorted by the forms."""
        return self.numbering.names.sorted(used)

    def groups(
        self, terms: Uint32s, spoken: Mapping[str, NDArray[np.uint32]]
    ) -> dict[str, NDArray[Any]]:
        """The arrays of `Postings` for the keys of forms and their groups.

        `terms` (t,) are the numbers of forms; `spoken` tells of each language which places in
        `terms` have forms of its texts. A group holds such places, rising.

        >>> vocabulary = Vocabulary()
        >>> terms = vocabulary.numbering.names.numbers_of(["gold", "Gold", "run", "runs"])
        >>> groups = vocabulary.groups(terms, {"en": np.uint32([0, 1, 2, 3])})
        >>> groups["key_blob"].tobytes(), groups["key_forms"].tolist()
        (b'en:golden:runfold:gold', [1, 3, 1])
        """
        keys, places = self._members(terms, {FOLD: np.arange(len(terms)), **spoken})
        is_used = np.zeros(len(self._names), np.bool_)
        is_used[keys] = True
        order = self._names.sorted(np.flatnonzero(is_used).astype(np.uint32))
        blob, key_offsets = self._names.packed(order)
        ranks = np.zeros(len(self._names), np.int64)
        ranks[order] = np.arange(len(order))
        members = np.sort(ranks[keys] * (len(terms) + 1) + places)
        ranked, forms = np.divmod(members, len(terms) + 1)
        return {
            "key_blob": blob,
            "key_offsets": key_offsets,
            "key_form_offsets": np.searchsorted(ranked, np.arange(len(order) + 1)).astype(
                np.uint32
            ),
            "key_forms": forms.astype(np.uint32),
        }

    def _members(
        self, terms: Uint32s, places: Mapping[str, NDArray[Any]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number of the key and place in `terms` of every membership."""
        keys, members = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for kind, here in places.items():
            if kind not in self._keys:
                self._keys[kind] = _Keys(kind, self.numbering, self._names)
            found = self._keys[kind].of(terms[here])
            row, column = np.nonzero(found != _NONE)
            keys.append(found[row, column].astype(np.int64))
            members.append(here[row].astype(np.int64))
        return np.concatenate(keys), np.concatenate(members)


class _Keys:
    """The numbers of the keys of forms, in one language or for `FOLD`."""

    def __init__(self, kind: str, numbering: Numbering, names: Names) -> None:
        self._kind = kind
        self._numbering = numbering
        self._names = names
        self._known = np.empty((0, _MOST_KEYS), np.int32)

    def of(self, numbers: Uint32s) -> NDArray[np.int32]:
        """(n, 2) the keys of forms, `_NONE` where there are less."""
        new = np.full((len(self._numbering) - len(self._known), _MOST_KEYS), _UNKNOWN, np.int32)
        self._known = np.concatenate([self._known, new])
        self._learn(numbers[self._known[numbers, 0] == _UNKNOWN])
        return self._known[numbers]

    def _learn(self, numbers: Uint32s) -> None:
        """Find out the keys of forms that come for the first time."""
        self._known[numbers] = _NONE
        names, table = self._numbering.names, self._names.table
        rest = numbers
        if self._kind in {FOLD, DEFAULT_LANGUAGE}:
            # Those left out fold to themselves, and have no stem if there are signs in them.
            traits = names.traits[numbers]
            rest, acronyms = numbers[traits >= HIGH], numbers[traits == CAPITAL]
            lower = _lower(names.lines(acronyms))
            self._known[acronyms, 0] = self._names.numbers_of(self._keys_of(lower))
            if self._kind == DEFAULT_LANGUAGE:
                words = numbers[traits == 0]
                keys = self._stems(names.lines(words), f"{self._kind}:")
                self._known[words, 0] = table.numbers(keys).view(np.int32)
        found = [
            (number, place, key)
            for number, form in zip(rest.tolist(), names.texts(rest), strict=True)
            for place, key in enumerate(other_keys(form, self._kind))
        ]
        if found:
            forms, places, others = zip(*found, strict=True)
            self._known[forms, places] = self._names.numbers_of(others)

    def _keys_of(self, lower: Bytes) -> Iterator[str]:
        """The keys of acronyms, which are given in lower case."""
        words = texts_of(lower)
        stems = words if self._kind == FOLD else texts_of(self._stems(lower, ""))
        return (f"{self._kind}:{found or word}" for found, word in zip(stems, words, strict=True))

    def _stems(self, words: Bytes, prefix: str) -> Bytes:
        """The English stems of lines of letters; the line of a word that is its own is empty."""
        stems = self._numbering.kernels.indexing.english_stems(words, prefix.encode())
        if stems is not None:
            return stems
        texts = texts_of(words)
        pairs = zip(texts, map(stem, texts), strict=True)
        return lines_of("" if found == word else prefix + found for word, found in pairs)


def _lower(lines: Bytes) -> Bytes:
    """Lines of capitals in lower case."""
    return np.where(lines == LINE_FEED, lines, lines | np.uint8(0x20))
