"""What a query may become: its last word completed, its wrong words put right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from app.core.analysis import fold, is_stop, query_language, stop_words
from app.core.lexical import tree
from app.core.lexical.changes import Change, Corrector
from app.core.lexical.company import Company
from app.core.lexical.lexicon import Lexicon
from app.core.lexical.positions import Position, Span, place, positions
from app.core.lexical.sketch import hashes_of
from app.core.lexical.spellings import Spelled
from app.core.lexical.unfinished import WordStart

MAX_WORDS = 32
"""Words of a query that are looked at."""

_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Proposal(NamedTuple):
    """A query, how many live chunks hold what is new in it, and where that stands.

    Of several new words the rarest counts.
    """

    text: str
    frequency: int
    new: tuple[Span, ...]


class _New(NamedTuple):
    """A word to put in place of `text[start:end]` of the query, and how many chunks hold it."""

    start: int
    end: int
    word: str
    frequency: int


@dataclass(frozen=True)
class Suggester:
    """Proposals for a query: `text`, its tree, and what of it is still being written."""

    text: str
    query: tree.Node
    start: WordStart | None
    lexicon: Lexicon

    @cached_property
    def known(self) -> int:
        """Live chunks that hold the word being written as it stands."""
        found = self.start and self.lexicon.spellings().named(fold(self.start.form))
        return found.count if found else 0

    def completing(self, limit: int) -> list[Spelled]:
        """The words that complete the last one, most frequent first.

        Where the query has other words, first by the cosine between their chunks and those of
        the completion: what belongs together is ahead of what is frequent everywhere.
        """
        if self.start is None or limit < 1:
            return []
        prefix, company = fold(self.start.form), self._company
        unwanted = {prefix, *map(fold, self._others)}
        if not self.start.in_phrase:
            unwanted |= stop_words(self._language)
        field = {"heading": "headings"}.get(self.start.field or "", self.start.field or "")
        weigh = company.together if company else None
        names = hashes_of(sorted(unwanted))
        return self.lexicon.spellings(field).completing(prefix, limit, names, weigh)

    def completed(self, word: Spelled, text: str) -> Proposal:
        """The query with its last word completed to `word`, which is written as `text`."""
        start = len(self.text) if self.start is None else self.start.start
        return self._with([_New(start, len(self.text), text, word.count)])

    def corrections(self, limit: int) -> list[Proposal]:
        """The query with every word that no chunk holds replaced, likeliest first.

        Then with one of these replaced by what is less likely, or with a rare word replaced too.
        """
        begun = self.start.start if self.start else -1
        corrector = Corrector(self.lexicon, self._company, self._language)
        changes = list(corrector.changes(self._words, begun))
        return [
            self._with(
                [
                    _New(changes[at].start, changes[at].end, word.text, word.count)
                    for at, word in chosen.items()
                ]
            )
            for chosen in islice(_choices(changes), max(0, limit))
        ]

    @cached_property
    def _words(self) -> list[tuple[tree.Word, Position]]:
        """The words of the query that are looked for, one a position, the first few."""
        found = ((node, each) for node in _wanted(self.query) for each in positions(node.text))
        return list(islice(found, MAX_WORDS))

    @cached_property
    def _others(self) -> list[str]:
        """The forms of the words beside the one being written, without those that say nothing."""
        begun = self.start.start if self.start else -1
        forms = [
            each.whole.form for node, each in self._words if place(node, each.whole)[0] != begun
        ]
        return [form for form in forms if not is_stop(form, self._language)]

    @cached_property
    def _language(self) -> str:
        forms = [fold(each.whole.form) for _, each in self._words]
        return query_language(forms, self.lexicon.languages)

    @cached_property
    def _company(self) -> Company:
        return self.lexicon.company(tuple(dict.fromkeys(self._others)))

    def _with(self, changes: Sequence[_New]) -> Proposal:
        """The query with words put in place of stretches of it."""
        text, at = "", 0
        new: list[Span] = []
        for start, end, word, _ in sorted(changes):
            text += self.text[at:start]
            begin, at = len(text), end
            text += _like(word, self.text[start:end])
            new.append((begin, len(text)))
        return Proposal(text + self.text[at:], min(each.frequency for each in changes), tuple(new))


def _choices(changes: Sequence[Change]) -> Iterator[dict[int, Spelled]]:
    """Words to put in for some of the changes, by their numbers, likeliest first."""
    best = {at: each.options[0].word for at, each in enumerate(changes) if each.is_sure}
    if best:
        yield best
    others = [
        (option.weight / each.options[0].weight if each.is_sure else 0.0, at, option.word)
        for at, each in enumerate(changes)
        for option in (each.options[1:] if each.is_sure else each.options[:1])
    ]
    for _, at, word in sorted(others, key=lambda other: (-other[0], other[1], other[2].name)):
        yield {**best, at: word}


def _wanted(node: tree.Node) -> Iterator[tree.Word]:
    """The words of a tree that are not excluded."""
    if isinstance(node, tree.Word):
        yield node
    if not isinstance(node, tree.Not):
        for child in tree.children(node):
            yield from _wanted(child)


def _like(form: str, typed: str) -> str:
    """A word as it is written in a query in place of what was typed.

    >>> _like("golden", "Gol"), _like("OR", "o")
    ('Golden', 'or')
    """
    if form in _OPERATORS:
        return form.lower()
    is_title = typed[:1].isupper() and typed[1:] == typed[1:].lower()
    return form[0].upper() + form[1:] if is_title else form
