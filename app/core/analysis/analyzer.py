"""Text to terms, the same way for documents and queries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import accumulate, chain, compress
from operator import not_

from app.core.analysis.scripts import WORD
from app.core.analysis.stem import completions, stem
from app.core.analysis.stop_words import STOP_WORDS
from app.core.analysis.words import MAX_TERM, Token, forms

_WORDS_AND_GAPS = re.compile(f"({WORD.pattern})")
_CACHED_WORD = 40
_CACHE_WORDS = 1 << 17


class _Remembered(dict[str, tuple[str, ...]]):
    """The terms of words seen before: most words of a text are; forgets all when too large."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if word.islower() and is_simple(word):
            terms: tuple[str, ...] = (stem(word),)
        elif is_simple(word):
            terms = self[word.lower()]
        else:
            terms = tuple(stem(form.term) for form in forms(word))
        if len(word) <= _CACHED_WORD:
            if len(self) >= _CACHE_WORDS:
                self.clear()
            self[word] = terms
        return terms


class Analyzer:
    """Cuts text into words, normalises and stems them. Not for several threads at once.

    >>> Analyzer().terms("The Müllers' e-mails")
    ['the', 'muller', 'email', 'e', 'mail']
    """

    version = "english/1"
    """Changes when the same text would give other terms; an index is bound to it."""

    stop_terms = STOP_WORDS | {stem(word) for word in STOP_WORDS}
    """Terms left out of scoring when a query has others."""

    def __init__(self) -> None:
        self._terms = _Remembered()

    def terms(self, text: str) -> list[str]:
        """The terms of `text` in order; about a second for ten million characters."""
        known = map(self._terms.__getitem__, WORD.findall(text))
        return list(chain.from_iterable(known))

    def tokens(self, text: str) -> Iterator[Token]:
        """The terms of `text` with their offsets in it; parts of a compound follow the whole."""
        for form in self.forms(text):
            yield Token(stem(form.term), form.start, form.end)

    def find(self, text: str, wanted: Set[str]) -> Iterator[Token]:
        """Those of `tokens` whose term is wanted; as fast as `terms`, for most words have none."""
        pieces = _WORDS_AND_GAPS.split(text)
        words, ends = pieces[1::2], list(accumulate(map(len, pieces)))[1::2]
        known = self._terms
        unwanted = map(wanted.isdisjoint, map(known.__getitem__, words))
        for word, end in compress(zip(words, ends, strict=True), map(not_, unwanted)):
            start = end - len(word)
            if is_simple(word):
                yield Token(known[word][0], start, end)
                continue
            for form in forms(word):
                term = stem(form.term)
                if term in wanted:
                    yield Token(term, start + form.start, start + form.end)

    def forms(self, text: str) -> Iterator[Token]:
        """As `tokens`, before stemming: what a word looks like while it is typed."""
        for match in WORD.finditer(text):
            start = match.start()
            for form in forms(match.group()):
                yield Token(form.term, start + form.start, start + form.end)

    def stem(self, form: str) -> str:
        """The term of a form that `forms` gives."""
        return stem(form)

    def completions(self, prefix: str) -> set[str]:
        """Terms of the words that a form may become when an ending is typed on."""
        return completions(prefix)

    def is_stop(self, term: str) -> bool:
        """Whether `term` is one of `stop_terms`."""
        return term in self.stop_terms


def is_simple(word: str) -> bool:
    """Whether a word is one term in itself, with nothing in it to fold but its case.

    >>> [is_simple(word) for word in ("gold", "Gold", "GOLD", "iPhone", "Öl", "can't")]
    [True, True, True, False, False, False]
    """
    plain = len(word) <= MAX_TERM and word.isascii() and word.isalpha()
    return plain and (word.islower() or word.istitle() or word.isupper())
