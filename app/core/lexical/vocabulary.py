"""What is known of words while texts are indexed: the numbers of forms, and the keys of each.

It serves one segment after the other, so that a word that returns costs nothing; it is dropped
when the indexing is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.analysis import language_of
from app.core.kernels import Kernels
from app.core.lexical.keys import FOLD, other_keys
from app.core.lexical.numbering import Numbering
from app.core.lexical.telling import Teller, is_simple


class Vocabulary:
    """Forms seen so far. `kernels` None means those of NumPy."""

    def __init__(self, kernels: Kernels | None = None) -> None:
        self.numbering = Numbering(kernels)
        self._teller = Teller(self.numbering)
        self._keys: dict[str, _Keys] = {}

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self.numbering)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """`language_of` of each text, quick for many short ones."""
        simple = [place for place, text in enumerate(texts) if is_simple(text)]
        told = dict(zip(simple, self._teller.languages([texts[i] for i in simple]), strict=True))
        return [
            told[place] if place in told else language_of(text) for place, text in enumerate(texts)
        ]

    def groups(
        self, names: Sequence[str], spoken: Mapping[str, Sequence[int]]
    ) -> dict[str, list[int]]:
        """Places in `names` by key; `spoken` tells which of them each language has.

        >>> names = ["gold", "Gold", "run", "runs"]
        >>> Vocabulary().groups(names, {"en": range(4)})
        {'fold:gold': [1], 'en:gold': [1], 'en:run': [3]}
        """
        groups: dict[str, list[int]] = {}
        marked = [
            place
            for place, name in enumerate(names)
            if not (name.isascii() and name.islower())  # others fold to themselves
        ]
        for kind, here in ((FOLD, marked), *spoken.items()):
            known = self._keys.setdefault(kind, _Keys(kind))
            forms = map(names.__getitem__, here)
            for place, found in zip(here, map(known.__getitem__, forms), strict=True):
                for key in found:
                    groups.setdefault(key, []).append(place)
        return groups


class _Keys(dict[str, tuple[str, ...]]):
    """The keys of forms seen before, in one language or for `FOLD`."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, form: str) -> tuple[str, ...]:
        found = self[form] = other_keys(form, self._kind)
        return found
