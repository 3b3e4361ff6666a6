"""Which forms of a text a query matches: for highlights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from app.core.analysis import fold
from app.core.lexical.patterns import Pattern
from app.core.lexical.plan import Leaf, words_of
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.sought import Sought


@dataclass(frozen=True, slots=True)
class Wanted:
    """The forms that the words of a query match."""

    forms: Set[str]
    """All that words stand for in the index."""
    patterns: Sequence[Pattern] = ()
    """What matches forms besides; there may be too many to list."""

    @classmethod
    def by(cls, leaves: Iterable[Leaf], segments: Sequence[SearchedSegment]) -> Wanted:
        """What the leaves match in some segments, whatever the language of a text."""
        words = {word for leaf in leaves for word in words_of(leaf)}
        plain = [replace(word, patterns=()) for word in words]
        sought = Sought(plain)
        forms: set[str] = set()
        for segment in segments:
            segment.prepare(sought)
            numbers = {number for word in plain for number in segment.lists(word).anywhere.tolist()}
            forms.update(map(segment.postings.terms.__getitem__, numbers))
        return cls(forms, [pattern for word in words for pattern, _ in word.patterns])

    def among(self, forms: Set[str]) -> Set[str]:
        """Those of the forms that are wanted."""
        found = forms & self.forms
        if not self.patterns:
            return found
        return found | {form for form in forms - found if self._fits(form)}

    def _fits(self, form: str) -> bool:
        return any(p.matches(form) or p.matches(fold(form)) for p in self.patterns)
