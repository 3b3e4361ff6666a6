"""A word as it was typed to what it is looked up by: forms, keys, and how much each counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.analysis import fold, keys
from app.core.lexical.keys import FOLD
from app.core.lexical.plan import Word

_REMEMBERED = 1000
"""Forms: a query asks for each several times, and the next one, letter by letter, again."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an occurrence of another form counts beside one of the form that was typed.

    Multiples of 1/64, to which others are rounded: sums of these are exact in float32, so that
    no order of adding shows in a score.
    """

    fold: float = 61 / 64
    """Other diacritics or capitals, where the typed form has none."""
    marked_fold: float = 51 / 64
    """The same, where the typed form has diacritics or capitals, so that they seem to matter."""
    stem: float = 58 / 64
    """Another ending."""
    fuzzy: float = 38 / 64
    """A form with typing errors; each error halves that."""
    prefix: float = 38 / 64
    """A form that the typed one begins."""


def word(form: str, languages: Sequence[str], likeness: Likeness, boost: float = 1.0) -> Word:
    """The word that a form stands for in texts of the given languages."""
    found = _weighted_keys(form, tuple(languages), likeness)
    return Word(form, forms=((form, 1.0),), keys=found, boost=boost)


def exact(form: str, likeness: Likeness) -> Word:
    """The word for a form as it is written, but for diacritics and capitals."""
    return word(form, (), likeness)


@lru_cache(_REMEMBERED)
def _weighted_keys(
    form: str, languages: tuple[str, ...], likeness: Likeness
) -> tuple[tuple[str, float], ...]:
    folded = fold(form)
    weight = likeness.fold if folded == form else likeness.marked_fold
    found = {f"{FOLD}:{folded}": weight}
    for language in languages:
        for spelling in {form, folded}:
            for key in keys(spelling, language):
                found.setdefault(f"{language}:{key}", likeness.stem)
    return tuple(sorted(found.items()))
