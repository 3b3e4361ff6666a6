"""What a query asks of an index: scored leaves, and what a chunk must fulfil to be found.

A plan knows words as they are looked up (forms, keys, patterns), not as they were typed; it is
the same for every segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.lexical.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Word:
    """Whatever counts as one word: chunks that hold any of it match."""

    text: str
    """As it was typed, for the user."""
    forms: tuple[tuple[str, float], ...] = ()
    """Forms with their weights: an occurrence of one counts as so many."""
    keys: tuple[tuple[str, float], ...] = ()
    """Keys of groups of forms (`keys.other_keys`) with their weights."""
    patterns: tuple[tuple[Pattern, float], ...] = ()
    field: str = ""
    """One of `FIELDS`, "" for all."""
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words near each other, in order or not (`Kernels.near`)."""

    slots: tuple[Word, ...]
    slack: int = 0
    ordered: bool = True
    field: str = ""
    boost: float = 1.0


Leaf = Word | Phrase


@dataclass(frozen=True, slots=True)
class Has:
    """Chunks that match a leaf."""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Passes:
    """Chunks of documents that pass a filter; whoever runs the plan knows what it is."""

    filter: Any


@dataclass(frozen=True, slots=True)
class All:
    """Chunks that fulfil every one; all chunks where there is none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Chunks that fulfil any one."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Chunks that do not."""

    condition: Condition


Condition = Has | Passes | All | Either | Not


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that few chunks hold, or none, and those that were searched for besides."""

    text: str
    """As it was typed."""
    to: tuple[str, ...]
    """Likeliest first."""
    start: int
    end: int
    """Where it stands in the query."""
    is_known: bool = False
    """Whether there are chunks that hold it, which were searched for as well."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query made ready."""

    scored: tuple[Leaf, ...] = ()
    """What adds to a score; the order says nothing."""
    condition: Condition | None = None
    """What every hit fulfils, those of other legs too; None: nothing in particular."""
    needs_match: bool = True
    """Whether a hit must hold a scored leaf besides."""
    match: Condition | None = None
    """What a hit by words fulfils besides, where a scored leaf says too little: that one of the
    items which may be missing is there, and a group only with all that it requires."""
    notes: tuple[str, ...] = ()
    """What of the query was not done, as sentences for the user."""
    corrections: tuple[Correction, ...] = ()


def words_of(leaf: Leaf) -> Iterator[Word]:
    """The words of a leaf."""
    if isinstance(leaf, Word):
        yield leaf
    else:
        yield from leaf.slots


def filters_of(condition: Condition | None) -> tuple[Condition, ...]:
    """What of a condition must hold and consists of nothing but filters."""
    if condition is None:
        return ()
    if _is_filter(condition):
        return (condition,)
    parts = condition.conditions if isinstance(condition, All) else ()
    return tuple(each for part in parts for each in filters_of(part))


def _is_filter(condition: Condition) -> bool:
    match condition:
        case Passes():
            return True
        case Not(inner):
            return _is_filter(inner)
        case All(parts) | Either(parts):
            return all(map(_is_filter, parts))
    return False
