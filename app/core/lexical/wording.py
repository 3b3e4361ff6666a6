"""A word of a query to what is looked up: completed while it is typed, corrected if unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.analysis import Entry, fold, is_character, is_stop, query_language
from app.core.lexical import tree
from app.core.lexical.fields import is_field_alone
from app.core.lexical.lexicon import Lexicon
from app.core.lexical.lookup import Likeness, exact, word
from app.core.lexical.patterns import Holding
from app.core.lexical.plan import All, Condition, Correction, Either, Has, Phrase, Word
from app.core.lexical.positions import Position, forms_of, place, positions
from app.core.lexical.spellings import Spelled

PART_WEIGHT = 0.5
"""Weight of the parts of a compound beside its whole: "JavaScript" is more than java, script."""

COMPLETION_WEIGHT = 0.5
"""Weight of the completions beside the word as it stands, if the index knows that too."""

MAX_COMPLETIONS = 20
"""Completions that are searched for, the most frequent first."""

MAX_CORRECTIONS = 5
"""Words that stand in for one that the index does not know."""


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


Near = Mapping[Entry, tuple[str, ...]]
"""Forms that an entry of the query may have been meant for."""


class Wording:
    """The words of one query; `corrections` are those made so far."""

    def __init__(self, query: tree.Node, lexicon: Lexicon, reading: Reading) -> None:
        self.corrections: list[Correction] = []
        self._lexicon = lexicon
        self._reading = reading
        nodes = [node for node in tree.walk(query) if isinstance(node, tree.Word)]
        forms = [form for node in nodes for form in forms_of(node.text)]
        self._language = query_language([fold(form) for form in forms], lexicon.languages)
        self._only_stops = all(map(self._is_stop, forms))
        lexicon.prepare(list(self._looked_up(query, nodes)))

    def _looked_up(self, query: tree.Node, nodes: Sequence[tree.Word]) -> Iterator[Word]:
        """The words that will be asked for, as far as that is known before."""
        phrases = [node for node in tree.walk(query) if isinstance(node, tree.Phrase)]
        in_phrases = {id(part) for phrase in phrases for part in phrase.parts}
        for node in nodes:
            for position in positions(node.text):
                if id(node) in in_phrases:
                    yield exact(position.whole.form, self._likeness)
                else:
                    yield from map(self._likely, position.forms)

    def is_left_out(self, node: tree.Node) -> bool:
        """Whether a node is a word that says nothing, and others say more."""
        if not isinstance(node, tree.Word):
            return False
        forms = forms_of(node.text)
        if self._only_stops or node.open:
            return not forms
        return all(map(self._is_stop, forms))

    def read(self, node: tree.Word, field_: str) -> tuple[list[Word], Condition]:
        """What is scored of a word, and what a chunk must hold for the word to stand in it.

        A word as people see it is one position, or several as in ``and/or`` and 東京.
        """
        found = positions(node.text)
        leaves: list[Word] = []
        slots: list[Word] = []
        condition: Condition = All(())
        for number, position in enumerate(found):
            is_open = node.open and number == len(found) - 1
            wholes, near = self._wholes(node, position, is_open)
            wholes = [_in_field(each, field_) for each in wholes]
            parts = [
                _in_field(self._likely(part.form, near.get(part, ()), PART_WEIGHT), field_)
                for part in position.parts
                if not self._is_stop(part.form)
            ]
            leaves += [*wholes, *parts]
            slots.append(wholes[0])
            condition = self._holding(wholes, position, near, field_)
        if len(slots) > 1:
            condition = Has(Phrase(tuple(slots), field=field_))
        return leaves, condition

    def _wholes(
        self, node: tree.Word, position: Position, is_open: bool
    ) -> tuple[list[Word], Near]:
        """The word of a position, what completes it, and what its entries may be meant for."""
        form = position.whole.form
        own = self._likely(form)
        if is_character(form):
            return [replace(own, patterns=((Holding(form), 1.0),))], {}
        held = self._lexicon.frequency(own)
        known = held > 0
        if is_open and (self._reading.typing or not known):
            words = self._lexicon.completions(form, MAX_COMPLETIONS)
            others = tuple((text, 1.0) for each in words for text in each.texts)
            if others and known:
                return [own, Word(form, forms=others, boost=COMPLETION_WEIGHT)], {}
            if others:
                return [Word(form, forms=others)], {}
        if not self._reading.correct or is_field_alone(node.text):
            return [own], {}
        if known:
            is_begun = is_open and self._reading.typing
            return [own, *([] if is_begun else self._likelier(node, position, own, held))], {}
        near = self._corrected(node, position, is_open)
        return [self._likely(form, near.get(position.whole, ()))], near

    def _likelier(
        self, node: tree.Word, position: Position, own: Word, held: int
    ) -> Iterator[Word]:
        """What a rare word may have been meant for."""
        entry = position.whole
        found = [] if position.parts else self._lexicon.likelier(own, held)[:MAX_CORRECTIONS]
        if found:
            self._note(node, entry, [each for each, _ in found], is_known=True)
            texts = [text for each, _ in found for text in each.texts]
            yield Word(entry.form, tuple((text, self._likeness.fuzzy) for text in texts))

    def _note(
        self, node: tree.Word, entry: Entry, words: Sequence[Spelled], *, is_known: bool
    ) -> None:
        typed, to = node.text[entry.start : entry.end], tuple(each.text for each in words)
        self.corrections.append(Correction(typed, to, *place(node, entry), is_known))

    def _corrected(self, node: tree.Word, position: Position, is_open: bool) -> Near:
        """The forms that a word which is unknown may have been meant for."""
        tried = doubtful(position, self._knows)
        return next(filter(None, (self._similar(node, each, is_open) for each in tried)), {})

    def _similar(self, node: tree.Word, unknown: Sequence[Entry], is_open: bool) -> Near:
        near: dict[Entry, tuple[str, ...]] = {}
        for entry in unknown:
            is_begun = is_open and self._reading.typing and bool(entry.step)
            found = self._lexicon.similar(entry.form, is_begun=is_begun)
            if words := [each for each, _ in found[:MAX_CORRECTIONS]]:
                near[entry] = tuple(text for each in words for text in each.texts)
                self._note(node, entry, words, is_known=False)
        return near

    def _holding(
        self, wholes: list[Word], position: Position, near: Near, field_: str
    ) -> Condition:
        """That the word of a position is there, or what completes it, or its parts in a row."""
        either: list[Condition] = [Has(each) for each in wholes]
        if len(position.parts) > 1:
            parts = [
                _or(exact(part.form, self._likeness), near.get(part, ()), self._likeness)
                for part in position.parts
            ]
            slots = tuple(_in_field(each, field_) for each in parts)
            either.append(Has(Phrase(slots, field=field_)))
        return either[0] if len(either) == 1 else Either(tuple(either))

    def _likely(self, form: str, near: Sequence[str] = (), boost: float = 1.0) -> Word:
        """A form with its other endings, or one of those that it may have been meant for."""
        own = word(form, self._lexicon.languages, self._likeness, boost)
        return _or(own, near, self._likeness)

    def _knows(self, form: str) -> bool:
        return self._lexicon.holds(self._likely(form))

    def _is_stop(self, form: str) -> bool:
        """A word that says nothing; in capitals it does: IT, US, WHO."""
        return form == form.lower() and is_stop(form, self._language)

    @property
    def _likeness(self) -> Likeness:
        return self._reading.likeness


def doubtful(position: Position, knows: Callable[[str], bool]) -> Iterator[list[Entry]]:
    """What to correct in a position whose whole is not known, the first that can be.

    A compound of known parts is none; otherwise it is the whole, or else its unknown parts.

    >>> (rush,) = positions("gold-rsuh")
    >>> [[entry.form for entry in tried] for tried in doubtful(rush, {"gold"}.__contains__)]
    [['goldrsuh'], ['rsuh']]
    """
    unknown = [part for part in position.parts if not knows(part.form)]
    if unknown or not position.parts:
        yield [position.whole]
    if unknown:
        yield unknown


def _or(own: Word, near: Sequence[str], likeness: Likeness) -> Word:
    if not near:
        return own
    return replace(own, forms=(*own.forms, *((text, likeness.fuzzy) for text in near)))


def _in_field(word: Word, field_: str) -> Word:
    return word if word.field == field_ else replace(word, field=field_)
