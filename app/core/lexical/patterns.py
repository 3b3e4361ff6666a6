"""Patterns over the dictionary: prefixes, wildcards, regular expressions, words with typing errors.

A pattern gives each form of a segment's dictionary that it matches, with a weight in 0..1 that
hangs on the form alone, so that a result does not depend on how an index was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import holds
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.distance import Characters, distances
from app.core.lexical.sketch import resemble

Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]

_BATCH = 32
"""Forms that are tried before the clock is looked at."""

_REPEATED_GROUP = re.compile(r"(?<!\\)(?:\\\\)*\)(?:[*+]|\{)")
_BACKREFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?[(<!=]")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")
_MOST_REPEATS = 3


class Pattern(Protocol):
    """What gives forms of a dictionary."""

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """Numbers of the forms that match, rising, and the weight of each."""
        ...

    def matches(self, form: str) -> bool:
        """Whether a form matches."""
        ...


@dataclass(frozen=True, slots=True)
class Prefix:
    """Forms that begin with `text`."""

    text: str

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        return _all_alike(_all_of(terms.with_prefix(self.text)))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return form.startswith(self.text)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Forms that a glob matches from end to end: ``*`` is any characters, ``?`` one."""

    glob: str
    is_late: Callable[[], bool] = field(default=lambda: False, compare=False)
    """Asked now and then; once it says so, the rest of the dictionary is left out."""

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        parts = re.split(r"[*?]", self.glob)
        head, tail = (parts[0], parts[-1]) if len(parts) > 1 else ("", self.glob)
        longest = max(parts[1:-1], key=len, default="")
        among = terms.with_prefix(head)
        numbers = terms.containing(longest, among) if longest else _all_of(among)
        numbers = terms.ending(tail, numbers)
        if not longest:
            return _all_alike(self._of_length(terms, numbers))
        if self.glob == f"*{longest}*":
            return _all_alike(numbers)
        return _all_alike(_kept(_glob(self.glob).fullmatch, terms, numbers, self.is_late))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return _glob(self.glob).fullmatch(form) is not None

    def _of_length(self, terms: TermDictionary, numbers: Numbers) -> Numbers:
        """Those of the terms that have as many characters as the glob asks for."""
        if self.glob.endswith("*") and self.glob.count("*") == 1 and "?" not in self.glob:
            return numbers
        least = len(self.glob.replace("*", ""))
        lengths = terms.lengths(numbers)
        return numbers[lengths >= least if "*" in self.glob else lengths == least]


def is_tame(pattern: str) -> bool:
    """Whether a regular expression takes time in proportion to a small power of a form's length.

    Repeated groups, references and looking around are what makes one take forever.

    >>> [is_tame(text) for text in ("colou?r(s|ed)", "a*b*c*", "(a+)+", "(a|aa)*", r"(a)\\1")]
    [True, True, False, False, False]
    """
    return not (
        _REPEATED_GROUP.search(pattern)
        or _BACKREFERENCE.search(pattern)
        or len(_REPEAT.findall(pattern)) > _MOST_REPEATS
    )


@dataclass(frozen=True, slots=True)
class Regex:
    """Forms that a regular expression matches from end to end, as far as time allows."""

    pattern: re.Pattern[str]
    is_late: Callable[[], bool]
    """Asked now and then; once it says so, the rest of the dictionary is left out."""

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        every = _all_of(range(len(terms)))
        return _all_alike(_kept(self.pattern.fullmatch, terms, every, self.is_late))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return not self.is_late() and self.pattern.fullmatch(form) is not None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Forms within an edit distance of `text`; each edit halves the weight.

    Distance after Damerau: a swap of neighbours is one edit (optimal string alignment).
    """

    text: str
    distance: int
    keep: int = 0
    """First characters without an error."""

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        likely = terms.resembling(self.text, self.distance, self.keep)
        width = len(self.text) + self.distance
        far = distances(self.text, terms.characters(likely, width))
        near = far <= self.distance
        return likely[near], np.exp2(-far[near]).astype(np.float32)

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return (
            form.startswith(self.text[: self.keep])
            and resemble(self.text, form, self.distance)
            and bool(distances(self.text, Characters.of([form]))[0] <= self.distance)
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """Forms that are or hold one character of a script that is indexed in pairs."""

    character: str

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        likely = terms.containing(self.character, range(len(terms)))
        kept = [number for number in likely.tolist() if self.matches(terms[number])]
        return _all_alike(np.array(kept, dtype=np.int64))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return holds(form, self.character)


def _kept(
    match: Callable[[str], object],
    terms: TermDictionary,
    numbers: Numbers,
    is_late: Callable[[], bool],
) -> Numbers:
    """Those of the terms that match, as far as time allows."""
    found: list[int] = []
    for first in range(0, len(numbers), _BATCH):
        if is_late():
            break
        batch = numbers[first : first + _BATCH].tolist()
        found += [number for number in batch if match(terms[number])]
    return np.array(found, dtype=np.int64)


@lru_cache(maxsize=64)
def _glob(glob: str) -> re.Pattern[str]:
    """What a glob matches, as a whole."""
    body = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in glob)
    return re.compile(body, re.DOTALL)


def _all_of(among: range) -> Numbers:
    return np.arange(among.start, among.stop, dtype=np.int64)


def _all_alike(numbers: Numbers) -> tuple[Numbers, Weights]:
    return numbers, np.ones(len(numbers), dtype=np.float32)
