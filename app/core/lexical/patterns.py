"""Patterns over the dictionary: prefixes, wildcards, regular expressions, words with typing errors.

A pattern gives each form of a segment's dictionary that it matches, with a weight in 0..1 that
hangs on the form alone, so that a result does not depend on how an index was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import holds
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.distance import distances
from app.core.lexical.sketch import resemble

Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]

_REGEX_BATCH = 32
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
        return _all_alike(np.array(terms.with_prefix(self.text), dtype=np.int64))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return form.startswith(self.text)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Forms that a glob matches from end to end: ``*`` is any characters, ``?`` one."""

    glob: str

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        head = re.split(r"[*?]", self.glob, maxsplit=1)[0]
        return _all_alike(terms.matching(self._lines, head))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return self._lines.fullmatch(form) is not None

    @property
    def _lines(self) -> re.Pattern[str]:
        return _glob(self.glob)


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
        found: list[int] = []
        match = self.pattern.fullmatch
        for first in range(0, len(terms), _REGEX_BATCH):
            if self.is_late():
                break
            batch = range(first, min(first + _REGEX_BATCH, len(terms)))
            found += [number for number in batch if match(terms[number])]
        return _all_alike(np.array(found, dtype=np.int64))

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
        far = distances(self.text, [terms[number] for number in likely])
        near = far <= self.distance
        return np.array(likely, np.int64)[near], np.exp2(-far[near]).astype(np.float32)

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return (
            form.startswith(self.text[: self.keep])
            and resemble(self.text, form, self.distance)
            and bool(distances(self.text, [form])[0] <= self.distance)
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """Forms that are or hold one character of a script that is indexed in pairs."""

    character: str

    def find(self, terms: TermDictionary) -> tuple[Numbers, Weights]:
        """See `Pattern`."""
        likely = terms.matching(_glob(f"*{self.character}*"))
        kept = [number for number in likely.tolist() if self.matches(terms[number])]
        return _all_alike(np.array(kept, dtype=np.int64))

    def matches(self, form: str) -> bool:
        """See `Pattern`."""
        return holds(form, self.character)


@lru_cache(maxsize=64)
def _glob(glob: str) -> re.Pattern[str]:
    """What a glob matches, as whole lines of a text."""
    body = "".join({"*": "[^\n]*", "?": "[^\n]"}.get(c, re.escape(c)) for c in glob)
    return re.compile(f"^{body}$", re.MULTILINE)


def _all_alike(numbers: Numbers) -> tuple[Numbers, Weights]:
    return numbers, np.ones(len(numbers), dtype=np.float32)
