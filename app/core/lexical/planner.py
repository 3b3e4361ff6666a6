"""From the tree of a query to its plan: words analysed, completed and looked up.

What each kind of node asks of a hit is told in docs/query-language.md; this is where it is made
so. A phrase wants the very forms that were written (diacritics and capitals aside), a word also
its other endings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from app.core.analysis import Entry, entries, fold, is_character, is_stop, query_language
from app.core.lexical import tree
from app.core.lexical.lexicon import Lexicon
from app.core.lexical.lookup import Likeness, exact, word
from app.core.lexical.patterns import Fuzzy, Holding, Prefix, Regex, Wildcard, is_tame
from app.core.lexical.plan import All, Condition, Either, Has, Leaf, Not, Passes, Phrase, Plan, Word

PART_WEIGHT = 0.5
"""Weight of the parts of a compound beside its whole: "JavaScript" is more than java, script."""

COMPLETION_WEIGHT = 0.5
"""Weight of the completions beside the word as it stands, if the index knows that too."""

MAX_COMPLETIONS = 20
"""Completions that are searched for, the most frequent first."""

MAX_PATTERNS = 24
"""Wildcards, near spellings and regular expressions of a query; each looks at every form."""

MAX_CORRECTIONS = 5
"""Forms that stand in for a word that the index does not know."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query is to be read."""

    all_words: bool = False
    """Whether every word is required, not any."""
    typing: bool = False
    """Whether the last word is still being typed."""
    correct: bool = True
    """Whether words that the index does not know are taken for typing errors."""
    likeness: Likeness = field(default_factory=Likeness)
    is_late: Callable[[], bool] = lambda: False
    """Asked by what may take long; once true, it is cut short."""


class _Part(NamedTuple):
    """What a node comes to."""

    scored: tuple[Leaf, ...] = ()
    condition: Condition = All(())

    def boosted(self, factor: float) -> _Part:
        """The same, scored `factor` times as high."""
        scored = tuple(replace(leaf, boost=leaf.boost * factor) for leaf in self.scored)
        return _Part(scored, self.condition)


class _Spelled(NamedTuple):
    """One position of a text: the forms in it, the whole of a compound first."""

    forms: tuple[str, ...]


def plan(query: tree.Node, lexicon: Lexicon, reading: Reading) -> Plan:
    """The plan for a query."""
    return _Planner(query, lexicon, reading).plan(query)


class _Planner:
    def __init__(self, query: tree.Node, lexicon: Lexicon, reading: Reading) -> None:
        self._lexicon = lexicon
        self._reading = reading
        self._patterns = 0
        self._notes: list[str] = []
        texts = [node.text for node in tree.walk(query) if isinstance(node, tree.Word)]
        forms = [fold(form) for text in texts for form in _forms(text)]
        self._language = query_language(forms, lexicon.languages)
        self._only_stops = all(self._is_stop(form) for text in texts for form in _forms(text))

    def plan(self, node: tree.Node) -> Plan:
        """The plan of the whole query: what is optional at its top needs no condition."""
        optional, required = self._sorted(node)
        scored = tuple(leaf for part in (*optional, *required) for leaf in part.scored)
        conditions = tuple(part.condition for part in required)
        holds_words = any(part.scored for part in required)
        return Plan(
            _joined(scored),
            All(conditions) if conditions else None,
            needs_match=not required or (bool(optional) and not holds_words),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _sorted(self, node: tree.Node) -> tuple[list[_Part], list[_Part]]:
        """What may be missing and what may not among the nodes side by side."""
        nodes = node.nodes if isinstance(node, tree.Sequence) else (node,)
        optional, required = [], []
        for each in nodes:
            is_optional = tree.is_optional(each) and not _is_everything(each)
            if is_optional and self._is_left_out(each):
                continue
            if is_optional and not self._reading.all_words:
                optional.append(self._part(each, ""))
            else:
                required.append(self._part(each, ""))
        return optional, required

    def _part(self, node: tree.Node, field_: str) -> _Part:
        match node:
            case tree.Word():
                part = self._word(node, field_)
            case tree.Phrase():
                part = self._phrase(node, field_)
            case tree.Wildcard() if _is_everything(node):
                part = _Part((), All(()))
            case tree.Wildcard() | tree.Fuzzy() | tree.Regex():
                part = _alone(replace(self._pattern(node), field=field_))
            case tree.Filter() | tree.Dates() | tree.Sizes() | tree.Pages():
                part = _Part((), Passes(node))
            case tree.Field(field=name, node=inner):
                part = self._part(inner, "headings" if name == "heading" else name)
            case tree.Boost(inner, factor):
                part = self._part(inner, field_).boosted(factor)
            case tree.Required(inner):
                part = self._part(inner, field_)
            case tree.Not(inner):
                part = _Part((), Not(self._part(inner, field_).condition))
            case tree.And(nodes) | tree.Or(nodes):
                parts = [self._part(each, field_) for each in nodes]
                conditions = tuple(part.condition for part in parts)
                joined = All(conditions) if isinstance(node, tree.And) else Either(conditions)
                part = _Part(_scored(parts), joined)
            case tree.Sequence(nodes):
                part = self._sequence(nodes, field_)
        return part

    def _sequence(self, nodes: tuple[tree.Node, ...], field_: str) -> _Part:
        """A group in parentheses: what is required, and any of the rest if that is no word."""
        parts = [(each, self._part(each, field_)) for each in nodes]
        needed = [p for n, p in parts if not tree.is_optional(n) or self._reading.all_words]
        free = [p for n, p in parts if tree.is_optional(n) and not self._reading.all_words]
        conditions = [part.condition for part in needed]
        if free and not any(part.scored for part in needed):
            conditions.append(Either(tuple(part.condition for part in free)))
        return _Part(_scored([part for _, part in parts]), All(tuple(conditions)))

    # Words

    def _word(self, node: tree.Word, field_: str) -> _Part:
        """A word as people see it: one position, or several as in ``and/or`` and 東京."""
        spelled = list(_positions(node.text))
        if not spelled:
            return _Part((), All(()))
        leaves: list[Leaf] = []
        slots: list[Word] = []
        for number, (forms, *_) in enumerate(spelled):
            is_last = number == len(spelled) - 1
            own = self._form(forms[0], is_open=node.open and is_last and len(forms) == 1)
            leaves += own
            slots.append(own[0])
            leaves += [
                self._likely(form, boost=PART_WEIGHT)
                for form in forms[1:]
                if not self._is_stop(form)
            ]
        leaves = [replace(leaf, field=field_) for leaf in leaves]
        return _Part(tuple(leaves), self._holding(slots, spelled, leaves, field_))

    def _holding(
        self, slots: list[Word], spelled: list[_Spelled], leaves: list[Leaf], field_: str
    ) -> Condition:
        """What a chunk must hold for a word to stand in it."""
        if len(slots) > 1:
            inner = tuple(replace(slot, field=field_) for slot in slots)
            return Has(Phrase(inner, field=field_))
        whole: Condition = Has(replace(slots[0], field=field_))
        others = [leaf for leaf in leaves if isinstance(leaf, Word) and leaf.boost < 1]
        parts = spelled[0].forms[1:]
        if len(parts) > 1:
            inner = tuple(replace(exact(part, self._likeness), field=field_) for part in parts)
            return Either((whole, Has(Phrase(inner, field=field_))))
        if others and not parts:  # the completions of a word being typed
            return Either((whole, *(Has(other) for other in others)))
        return whole

    def _form(self, form: str, *, is_open: bool) -> list[Word]:
        """A form with its other endings, completed while it is typed, corrected if unknown."""
        if is_character(form):
            return [replace(self._likely(form), patterns=((Holding(form), 1.0),))]
        own = self._likely(form)
        known = self._lexicon.holds(own)
        if is_open and (self._reading.typing or not known):
            found = self._lexicon.completions(form, MAX_COMPLETIONS)
            others = tuple((text, 1.0) for each in found for text in each.texts)
            if found and known:
                return [own, Word(form, forms=others, boost=COMPLETION_WEIGHT)]
            if found:
                return [Word(form, forms=others)]
        if not known and self._reading.correct:
            return [self._corrected(form)]
        return [own]

    def _corrected(self, form: str) -> Word:
        """A form that the index does not know, with the forms it may have been meant for."""
        own = self._likely(form)
        distance = _typos(form)
        if not distance:
            return own
        near = [each for each, _ in self._lexicon.similar(form, distance, MAX_CORRECTIONS)]
        if near and not self._reading.typing:
            names = " or ".join(each.text for each in near)
            self._notes.append(f"“{form}” was not found; searched for {names}.")
        others = tuple((text, self._likeness.fuzzy) for each in near for text in each.texts)
        return replace(own, forms=(*own.forms, *others))

    def _likely(self, form: str, boost: float = 1.0) -> Word:
        return word(form, self._lexicon.languages, self._likeness, boost)

    # Phrases and patterns

    def _phrase(self, node: tree.Phrase, field_: str) -> _Part:
        slots: list[Word] = []
        joined = ""
        slack = node.slack
        for part in node.parts:
            if isinstance(part, tree.Wildcard):
                if _is_everything(part):
                    slack += 1
                    continue
                slots.append(self._pattern(part))
                joined = "\n"
                continue
            for spelled in _positions(part.text):
                slots.append(exact(spelled.forms[0], self._likeness))
                joined += spelled.forms[0]
            if part.open and slots:
                prefix = ((Prefix(slots[-1].text), self._likeness.prefix),)
                slots[-1] = replace(slots[-1], patterns=prefix)
        if not slots:
            return _Part((), All(()))
        slots = [replace(slot, field=field_) for slot in slots]
        if len(slots) == 1:
            return _alone(slots[0])
        whole = Phrase(tuple(slots), slack, node.ordered, field_)
        if not self._lexicon.knows(joined):
            return _alone(whole)
        # "state of the art" is written state-of-the-art as well
        compound = replace(exact(joined, self._likeness), field=field_)
        return _Part((whole, compound), Either((Has(whole), Has(compound))))

    def _pattern(self, node: tree.Wildcard | tree.Fuzzy | tree.Regex) -> Word:
        likeness = self._likeness
        self._patterns += 1
        if self._patterns > MAX_PATTERNS:
            self._notes.append(f"Only the first {MAX_PATTERNS} patterns of the query were used.")
            return Word("")
        match node:
            case tree.Wildcard(pattern):
                glob = Wildcard(_glob(pattern), self._reading.is_late)
                return Word(pattern, patterns=((glob, 1.0),))
            case tree.Fuzzy(text, distance):
                form = next(iter(_forms(text)), text)
                own = exact(form, likeness)
                return replace(own, patterns=((Fuzzy(form, distance), likeness.fuzzy),))
            case tree.Regex(pattern):
                if not is_tame(pattern):
                    self._notes.append(
                        f"/{pattern}/ could take forever and was left out; "
                        "do without repeated groups, references and more than three repetitions."
                    )
                    return Word("")
                compiled = Regex(re.compile(pattern), self._reading.is_late)
                return Word(pattern, patterns=((compiled, 1.0),))

    @property
    def _likeness(self) -> Likeness:
        return self._reading.likeness

    # Stop words

    def _is_stop(self, form: str) -> bool:
        """A word that says nothing; in capitals it does: IT, US, WHO."""
        return form == form.lower() and is_stop(form, self._language)

    def _is_left_out(self, node: tree.Node) -> bool:
        if not isinstance(node, tree.Word):
            return False
        forms = list(_forms(node.text))
        if self._only_stops or node.open:
            return not forms
        return all(map(self._is_stop, forms))


def _is_everything(node: tree.Node) -> bool:
    return isinstance(node, tree.Wildcard) and set(node.pattern) == {"*"}


def _alone(leaf: Leaf) -> _Part:
    return _Part((leaf,), Has(leaf))


def _scored(parts: Iterable[_Part]) -> tuple[Leaf, ...]:
    return tuple(leaf for part in parts for leaf in part.scored)


def _joined(leaves: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    """Equal leaves as one that weighs as much as all."""
    boosts: dict[Leaf, float] = {}
    for leaf in leaves:
        plain = replace(leaf, boost=1.0)
        boosts[plain] = boosts.get(plain, 0.0) + leaf.boost
    return tuple(replace(leaf, boost=boost) for leaf, boost in boosts.items())


def _forms(text: str) -> Iterator[str]:
    return (entry.form for entry in entries(text))


def _positions(text: str) -> Iterator[_Spelled]:
    group: list[Entry] = []
    for entry in entries(text):
        if entry.step and group:
            yield _Spelled(tuple(each.form for each in group))
            group = []
        group.append(entry)
    if group:
        yield _Spelled(tuple(each.form for each in group))


def _glob(pattern: str) -> str:
    return re.sub(r"[^*?]+", lambda match: fold(match.group()), pattern)


def _typos(form: str) -> int:
    """Errors that are forgiven in a word: none in short ones and in numbers."""
    if not form.isalpha() or len(form) < 4:
        return 0
    return 1 if len(form) < 8 else 2
