"""Which forms of a text a query matches: for highlights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from app.core.analysis import fold, keys
from app.core.lexical.keys import FOLD, other_keys
from app.core.lexical.patterns import Pattern
from app.core.lexical.plan import Leaf, words_of


class Wanted(Set[str]):
    """The forms that any word of some leaves matches, in texts of whatever language.

    A set without end: it knows whether a form is in it, and remembers. Iterating gives those that
    were asked for and are.
    """

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        words = [word for leaf in leaves for word in words_of(leaf)]
        self._forms = {form for word in words for form, _ in word.forms}
        self._keys = {key for word in words for key, _ in word.keys}
        self._patterns: list[Pattern] = [p for word in words for p, _ in word.patterns]
        self._kinds = sorted({key.partition(":")[0] for key in self._keys})
        self._known: dict[str, bool] = {}

    def __contains__(self, form: object) -> bool:
        known = self._known.get(form)  # type: ignore[call-overload]
        if known is None:
            known = self._known[str(form)] = self._matches(str(form))
        return bool(known)

    def __iter__(self) -> Iterator[str]:
        return (form for form, known in self._known.items() if known)

    def __len__(self) -> int:
        return sum(self._known.values())

    def _matches(self, form: str) -> bool:
        if form in self._forms:
            return True
        for kind in self._kinds:
            if not self._keys.isdisjoint(other_keys(form, kind)):
                return True
            if f"{kind}:{form}" in self._keys and (kind == FOLD or form in keys(form, kind)):
                return True
        return any(p.matches(form) or p.matches(fold(form)) for p in self._patterns)
