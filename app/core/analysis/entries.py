"""Text to entries: forms with their places, as a segment's dictionary holds them.

A word is what `scripts.WORD_OR_ADDRESS` matches. Its first entry steps to the next position, and
all else that it can be found by stands in the same one: parts of a compound or an address, the
bare word of a #tag, the year of a date. Scripts without spaces give overlapping pairs, a step
each; `is_character` and `holds` are for finding a single character in pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import accumulate, compress
from operator import not_

from app.core.analysis.plain import plain_forms
from app.core.analysis.scripts import CLUSTER, HAS_UNSPACED, UNSPACED, WORD, WORD_OR_ADDRESS
from app.core.analysis.spelling import lowered, spell
from app.core.analysis.words import MAX_TERM, Entry, spelled

CACHED_WORD = 40
"""Characters of the longest word that is remembered."""

CACHE_WORDS = 1 << 17
"""Words that are remembered before all are forgotten."""

_WORDS_AND_GAPS = re.compile(f"({WORD_OR_ADDRESS.pattern})")
_ADDRESS = re.compile(rf"[^@{UNSPACED}]+@[^@{UNSPACED}]+\.[^@{UNSPACED}]+")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)T\d|(\d{1,2})\.(\d{1,2})\.(\d{4})(?![.\d])", re.ASCII)


def entries(text: str) -> Iterator[Entry]:
    """All entries of a word or of a longer text, in order.

    >>> [(entry.form, entry.step) for entry in entries("Résumé: ann@x.org")]
    [('résumé', 1), ('ann@x.org', 1), ('ann', 0), ('xorg', 0), ('x', 0), ('org', 0)]
    """
    for match in WORD_OR_ADDRESS.finditer(text):
        yield from _moved(word_entries(match.group()), match.start())


def word_entries(word: str) -> list[Entry]:
    """The entries of one match of `WORD_OR_ADDRESS`.

    >>> [entry.form for entry in word_entries("#GoldRush")]
    ['#goldrush', 'goldrush', 'gold', 'rush']
    """
    if word[0] in "#@":
        return _signed(word)
    if "@" in word:
        return _with_address(word)
    found = list(spelled(word, spell))
    if date := _DATE.match(word):
        found[1:1] = [
            Entry(part, *date.span(group), 0)
            for group, part in enumerate(date.groups(), 1)
            if part is not None
        ]
    return found


def forms_in(text: str) -> set[str]:
    """The forms of `entries`, each once.

    >>> sorted(forms_in("gold, Gold and e-mail"))
    ['and', 'e', 'email', 'gold', 'mail']
    """
    return set().union(*map(_FORMS.__getitem__, set(WORD_OR_ADDRESS.findall(text))))


def find(text: str, wanted: Set[str]) -> Iterator[Entry]:
    """Those of `entries` whose form is wanted; fast, for most words have none.

    Steps are those of `entries`, which says nothing about the distance between what is found.

    >>> [(entry.start, entry.end) for entry in find("gold, GOLD or Gold", {"gold"})]
    [(0, 4), (14, 18)]
    """
    pieces = _WORDS_AND_GAPS.split(text)
    words, ends = pieces[1::2], list(accumulate(map(len, pieces)))[1::2]
    unwanted = map(wanted.isdisjoint, map(_FORMS.__getitem__, words))
    for word, end in compress(zip(words, ends, strict=True), map(not_, unwanted)):
        for entry in _moved(word_entries(word), end - len(word)):
            if entry.form in wanted:
                yield entry


def is_character(form: str) -> bool:
    """Whether a form is one character of a script that is indexed in pairs.

    >>> [is_character(form) for form in ("猫", "猫が", "a")]
    [True, False, False]
    """
    return HAS_UNSPACED.match(form) is not None and len(_clusters(form)) == 1


def holds(form: str, character: str) -> bool:
    """Whether a form is a character or a pair with it: what finds a word of one character.

    In a run, every character but the last is the first of a pair, so the forms that start with
    it and the pairs that end with it hold all its places.

    >>> [holds(form, "猫") for form in ("猫", "猫が", "黒猫", "犬")]
    [True, True, True, False]
    """
    return character in form and character in _clusters(form)


class _Forms(dict[str, tuple[str, ...]]):
    """The forms of words seen before; forgets all when too large."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        forms = tuple(plain_forms(word)) or tuple(entry.form for entry in word_entries(word))
        if len(word) <= CACHED_WORD:
            if len(self) >= CACHE_WORDS:
                self.clear()
            self[word] = forms
        return forms


_FORMS = _Forms()


def _clusters(form: str) -> list[str]:
    return CLUSTER.findall(form)


def _moved(found: Iterable[Entry], base: int) -> Iterator[Entry]:
    for form, start, end, step in found:
        yield Entry(form, base + start, base + end, step)


def _signed(word: str) -> list[Entry]:
    """The #tag or @name with its sign, then without."""
    bare = list(_moved(word_entries(word[1:]), 1))
    if not bare:
        return []
    end = max(entry.end for entry in bare)
    whole = Entry(lowered(word[:end])[:MAX_TERM], 0, end, 1)
    return [whole, bare[0]._replace(step=0), *bare[1:]]


def _with_address(word: str) -> list[Entry]:
    """The address as it stands, then its words; what it is stuck to stands for itself."""
    address = _ADDRESS.search(word)
    if not address:
        return _words(word, 0, len(word))
    before, after = _words(word, 0, address.start()), _words(word, address.end(), len(word))
    inside = _words(word, *address.span())
    if not inside:
        return before + after
    start, end = inside[0].start, max(entry.end for entry in inside)
    whole = Entry(lowered(word[start:end])[:MAX_TERM], start, end, 1)
    return [*before, whole, *(entry._replace(step=0) for entry in inside), *after]


def _words(text: str, start: int, end: int) -> list[Entry]:
    """Entries of the words of a stretch, which may begin with a joint."""
    return [
        entry
        for match in WORD.finditer(text, start, end)
        for entry in _moved(word_entries(match.group()), match.start())
    ]
