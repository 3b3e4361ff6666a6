"""A line of text to a query: which terms are scored, with which weight.

Any term is enough for a hit; more of them, and rarer ones, rank higher.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from app.core.analysis import Analyzer, Token
from app.core.analysis.scripts import HAS_UNSPACED

MAX_CLAUSES = 1024
"""Different terms that are searched for, the first of them; who pastes a book means its start."""

PART_WEIGHT = 0.5
"""Weight of the parts of a compound beside its whole: "JavaScript" is more than java, script."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What counts as one term when scored: any of `terms`."""

    terms: tuple[str, ...]
    weight: float = 1.0
    prefix: str = ""
    """If not empty, letters that the index may complete to terms it holds (`expand.expand`)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `typing` says that its last word is still being written."""

    text: str
    clauses: tuple[Clause, ...]
    typing: bool = False
    analyzer: Analyzer = field(default_factory=Analyzer, repr=False, compare=False)

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms of all clauses, each once, in order: what is to be highlighted."""
        return tuple(dict.fromkeys(term for clause in self.clauses for term in clause.terms))


def parse(text: str, analyzer: Analyzer, *, typing: bool = False) -> Query:
    """The query that a person means by `text`; never fails, may have no clauses.

    A term weighs as often as it is written. Stop words count only if there is nothing else.
    The last word is left open to completion unless something follows it, be it a space.

    >>> [(c.terms, c.weight, c.prefix) for c in parse("the gold, gold ru", Analyzer()).clauses]
    [(('gold',), 2.0, ''), (('ru',), 1.0, 'ru')]
    """
    forms = list(analyzer.forms(text))
    tokens = [Token(analyzer.stem(form.term), form.start, form.end) for form in forms]
    only_stops = all(analyzer.is_stop(token.term) for token in tokens)
    weights: dict[str, float] = {}
    prefixes: dict[str, str] = {}
    whole = Token("", -1, -1)
    for form, token in zip(forms, tokens, strict=True):
        is_part = token.end <= whole.end
        whole = whole if is_part else token
        if analyzer.is_stop(token.term) and not only_stops:
            continue
        weights[token.term] = weights.get(token.term, 0.0) + (PART_WEIGHT if is_part else 1.0)
        if form.end == len(text) or stands_alone(form.term):
            prefixes[token.term] = form.term
    clauses = (Clause((term,), weight, prefixes.get(term, "")) for term, weight in weights.items())
    return Query(text, tuple(islice(clauses, MAX_CLAUSES)), typing, analyzer)


def of_terms(terms: Iterable[str]) -> Query:
    """A query for exactly these terms, already analysed; one that is repeated weighs more."""
    weights: dict[str, float] = {}
    for term in terms:
        weights[term] = weights.get(term, 0.0) + 1.0
    return Query("", tuple(Clause((term,), weight) for term, weight in weights.items()))


def stands_alone(term: str) -> bool:
    """Whether the term is one character of a script that is indexed in pairs."""
    return len(term) == 1 and HAS_UNSPACED.match(term) is not None
