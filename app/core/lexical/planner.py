"""From the tree of a query to its plan: words analysed, completed and looked up.

What each kind of node asks of a hit is told in docs/query-language.md; this is where it is made
so. A phrase wants the very forms that were written (diacritics and capitals aside), a word also
its other endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from app.core.analysis import fold
from app.core.lexical import tree
from app.core.lexical.lexicon import Lexicon
from app.core.lexical.lookup import Likeness, exact
from app.core.lexical.patterns import Fuzzy, Prefix, Regex, Wildcard, is_tame
from app.core.lexical.plan import All, Condition, Either, Has, Leaf, Not, Passes, Phrase, Plan, Word
from app.core.lexical.positions import forms_of, positions
from app.core.lexical.wording import Reading, Wording

MAX_PATTERNS = 24
"""Wildcards, near spellings and regular expressions of a query; each looks at every form."""


class _Part(NamedTuple):
    """What a node comes to."""

    scored: tuple[Leaf, ...] = ()
    condition: Condition = All(())

    def boosted(self, factor: float) -> _Part:
        """The same, scored `factor` times as high."""
        scored = tuple(replace(leaf, boost=leaf.boost * factor) for leaf in self.scored)
        return _Part(scored, self.condition)


def plan(query: tree.Node, lexicon: Lexicon, reading: Reading) -> Plan:
    """The plan for a query."""
    return _Planner(query, lexicon, reading).plan(query)


class _Planner:
    def __init__(self, query: tree.Node, lexicon: Lexicon, reading: Reading) -> None:
        self._lexicon = lexicon
        self._reading = reading
        self._patterns = 0
        self._notes: list[str] = []
        self._words = Wording(query, lexicon, reading)

    def plan(self, node: tree.Node) -> Plan:
        """The plan of the whole query: what is optional at its top needs no condition."""
        optional, required = self._sorted(node)
        scored = tuple(leaf for part in (*optional, *required) for leaf in part.scored)
        conditions = tuple(part.condition for part in required)
        holds_words = any(part.scored for part in required)
        needs_match = not required or (bool(optional) and not holds_words)
        return Plan(
            _joined(scored),
            All(conditions) if conditions else None,
            needs_match=needs_match,
            match=_beyond_leaves(optional) if needs_match else None,
            notes=tuple(dict.fromkeys(self._notes)),
            corrections=tuple(self._words.corrections),
        )

    def _sorted(self, node: tree.Node) -> tuple[list[_Part], list[_Part]]:
        """What may be missing and what may not among the nodes side by side."""
        nodes = node.nodes if isinstance(node, tree.Sequence) else (node,)
        optional, required = [], []
        for each in nodes:
            is_optional = tree.is_optional(each) and not _is_everything(each)
            if is_optional and self._words.is_left_out(each):
                continue
            part = self._part(each, "")
            # What scores nothing, such as (type:pdf -dir:old), narrows down wherever it stands.
            if is_optional and part.scored and not self._reading.all_words:
                optional.append(_loosely(each, part))
            else:
                required.append(part)
        return optional, required

    def _part(self, node: tree.Node, field_: str) -> _Part:
        match node:
            case tree.Word():
                scored, condition = self._words.read(node, field_)
                part = _Part(tuple(scored), condition)
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
        said = [each for each in nodes if not self._words.is_left_out(each)] or nodes
        needed: list[_Part] = []
        free: list[_Part] = []
        for each in said:
            part = self._part(each, field_)
            if tree.is_optional(each) and part.scored and not self._reading.all_words:
                free.append(_loosely(each, part))
            else:
                needed.append(part)
        conditions = [part.condition for part in needed]
        if free and not any(part.scored for part in needed):
            conditions.append(Either(tuple(part.condition for part in free)))
        return _Part(_scored([*free, *needed]), All(tuple(conditions)))

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
            for position in positions(part.text):
                slots.append(exact(position.whole.form, self._likeness))
                joined += position.whole.form
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
                form = next(iter(forms_of(text)), text)
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


def _is_everything(node: tree.Node) -> bool:
    return isinstance(node, tree.Wildcard) and set(node.pattern) == {"*"}


def _loosely(node: tree.Node, part: _Part) -> _Part:
    """The part as an optional item: any word is enough of one that comes to several."""
    while isinstance(node, tree.Boost):
        node = node.node
    if not isinstance(node, tree.Word):
        return part
    return part._replace(condition=Either(tuple(map(Has, part.scored))))


def _beyond_leaves(optional: Sequence[_Part]) -> Condition | None:
    """That one of the items matches; None where that is to hold any scored leaf."""
    each = [set(_enough(part.condition)) >= {*map(_plain, part.scored)} for part in optional]
    return None if all(each) else Either(tuple(part.condition for part in optional))


def _enough(condition: Condition) -> Iterator[Leaf]:
    """Leaves each of which fulfils a condition by itself."""
    match condition:
        case Has(leaf):
            yield _plain(leaf)
        case Either(parts):
            for part in parts:
                yield from _enough(part)
        case All((part,)):
            yield from _enough(part)


def _plain(leaf: Leaf) -> Leaf:
    return _weighing(leaf, 1.0)


def _weighing(leaf: Leaf, boost: float) -> Leaf:
    return leaf if leaf.boost == boost else replace(leaf, boost=boost)


def _alone(leaf: Leaf) -> _Part:
    return _Part((leaf,), Has(leaf))


def _scored(parts: Iterable[_Part]) -> tuple[Leaf, ...]:
    return tuple(leaf for part in parts for leaf in part.scored)


def _joined(leaves: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    """Equal leaves as one that weighs as much as all."""
    boosts: dict[Leaf, float] = {}
    for leaf in leaves:
        plain = _plain(leaf)
        boosts[plain] = boosts.get(plain, 0.0) + leaf.boost
    return tuple(_weighing(leaf, boost) for leaf, boost in boosts.items())


def _glob(pattern: str) -> str:
    return re.sub(r"[^*?]+", lambda match: fold(match.group()), pattern)
