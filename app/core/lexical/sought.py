"""Words made ready to be looked up: what of that is the same for every segment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from app.core.analysis import keys as stems
from app.core.kernels.indexing import Texts, joined
from app.core.lexical.keys import FOLD, spelling
from app.core.lexical.patterns import Pattern
from app.core.lexical.plan import Word

NOWHERE = -1
"""The place of a form that is not asked for."""

_REMEMBERED = 1000


class Group(NamedTuple):
    """Forms that count as one word: those of a key, and the form spelt like it."""

    kind: str
    """`FOLD` or a language."""
    key: int
    """Place among the keys that are asked for."""
    own: int
    """Place of the form that is spelt like the key; `NOWHERE` if it does not belong to it."""
    weight: float


class SoughtWord(NamedTuple):
    """A word by places among the names that are asked for."""

    forms: Sequence[tuple[int, float]]
    groups: Sequence[Group]
    patterns: Sequence[tuple[Pattern, float]]


class Sought:
    r"""Words, and the names that a dictionary is asked for to find them.

    >>> sought = Sought([Word("ores", forms=(("ores", 1.0),), keys=(("en:ore", 0.9),))])
    >>> sought.forms.data, sought.keys.data, [len(word.groups) for word in sought.words.values()]
    (b'ores\nore', b'en:ore', [1])
    """

    def __init__(self, words: Sequence[Word]) -> None:
        self._forms: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        self.words = {identity(word): self._sought(word) for word in words}
        """By `identity`."""
        self.forms: Texts = joined(map(str.encode, self._forms))
        self.keys: Texts = joined(map(str.encode, self._keys))

    def _sought(self, word: Word) -> SoughtWord:
        forms = [(self._form(form), weight) for form, weight in word.forms]
        groups = []
        for key, weight in word.keys:
            kind, own = parted(key)
            number = self._keys.setdefault(key, len(self._keys))
            groups.append(Group(kind, number, self._form(own) if own else NOWHERE, weight))
        return SoughtWord(forms, groups, word.patterns)

    def _form(self, form: str) -> int:
        return self._forms.setdefault(form, len(self._forms))


def identity(word: Word) -> tuple[object, ...]:
    """What of a word its posting lists hang on."""
    return word.forms, word.keys, word.patterns


@lru_cache(_REMEMBERED)
def parted(key: str) -> tuple[str, str]:
    """The kind of a key, and the form that belongs to it but is not in its group, "" if none.

    >>> parted("en:ore"), parted("fold:resume"), parted("en:agre")
    (('en', 'ore'), ('fold', 'resume'), ('en', ''))
    """
    kind, form = key.partition(":")[0], spelling(key)
    return kind, form if kind == FOLD or form in stems(form, kind) else ""
