"""Queries of the keyword measurement, made of the words that stand in its texts."""

from __future__ import annotations

import random
import re
from collections import Counter

from app.core.analysis import is_stop

KINDS = ("words", "phrase", "fuzzy", "prefix", "wildcard")
WARM = {"words": 50, "phrase": 10, "fuzzy": 10, "prefix": 10, "wildcard": 10}
TIMED = {"words": 200, "phrase": 50, "fuzzy": 50, "prefix": 50, "wildcard": 50}

_WORD = re.compile(r"[a-z]{3,}")
_ROW = re.compile(r"(?<![\w'’.-])[a-z]{2,}(?: [a-z]{2,}){1,3}(?![\w'’.-])")


class Queries:
    """Makes queries of the words that stand in texts; no two of a kind are the same."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._chance = random.Random(20261121)
        self._frequency: Counter[str] = Counter()
        for text in texts:
            self._frequency.update(set(_WORD.findall(text.lower())))
        ordered = sorted(self._frequency)
        common = max(20, len(texts) // 50)
        self._frequent = [
            word
            for word in ordered
            if self._frequency[word] >= common and not is_stop(word, "en") and len(word) > 3
        ]
        self._rare = [word for word in ordered if 2 <= self._frequency[word] <= 50]
        self._usual = [word for word in ordered if 5 <= self._frequency[word] < common]
        self._made: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def of(self, kind: str, number: int) -> list[str]:
        """The next `number` queries of a kind."""
        make = getattr(self, f"_{kind}")
        made, known = [], self._made[kind]
        while len(made) < number:
            query = make(len(known))
            if query and query not in known:
                known.add(query)
                made.append(query)
        return made

    def _words(self, at: int) -> str:
        """Two to six words: in turn of one chunk, and rare ones beside frequent ones."""
        length = 2 + at // 2 % 5
        if at % 2:
            rare = self._chance.sample(self._rare, max(1, length // 3))
            words = rare + self._chance.sample(self._frequent, length - len(rare))
            self._chance.shuffle(words)
            return " ".join(words)
        words = list(dict.fromkeys(_WORD.findall(self._chance.choice(self._texts).lower())))
        if len(words) < 12:
            return ""
        chosen = sorted(self._chance.sample(range(len(words)), length))
        return " ".join(words[place] for place in chosen)

    def _phrase(self, _at: int) -> str:
        rows = _ROW.findall(self._chance.choice(self._texts))
        row = self._chance.choice(rows) if rows else ""
        return row if any(not is_stop(word, "en") for word in row.split()) else ""

    def _fuzzy(self, _at: int) -> str:
        """A word with one letter left out, put in, replaced or swapped; never the first."""
        word = self._chance.choice(self._usual)
        if not 6 <= len(word) <= 12:
            return ""
        at, letter = self._chance.randrange(1, len(word) - 1), self._chance.choice("aeiourstln")
        wrong = self._chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
        return "" if wrong in self._frequency else wrong

    def _prefix(self, at: int) -> str:
        word = self._chance.choice(self._usual)
        return word[: 3 + at % 3] if len(word) >= 7 else ""

    def _wildcard(self, at: int) -> str:
        word = self._chance.choice(self._usual)
        if len(word) < 9:
            return ""
        start = self._chance.randrange(1, len(word) - 5)
        return word[start : start + 4 + at % 2]
