"""Words of a query that may be wrong, and what they may be meant for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.analysis import Entry, fold, is_stop
from app.core.analysis.scripts import HAS_UNSPACED
from app.core.lexical import tree
from app.core.lexical.company import Company
from app.core.lexical.fields import is_field_alone
from app.core.lexical.lexicon import MOST_TYPOS, Lexicon, typos
from app.core.lexical.positions import Position, place
from app.core.lexical.spellings import Spelled
from app.core.lexical.wording import doubtful

EDIT_COST = 64
"""How many times as frequent a word must be to make up for one more error."""

ALONE = 0.01
"""What a chunk with a word counts beside one that holds it together with the rest of the query."""

UNLIKELY = 0.02
"""Weight, beside that of the likeliest word, below which another is not proposed."""


class Option(NamedTuple):
    """A word to put in, and how likely it is meant beside others for the same place."""

    word: Spelled
    weight: float


class Change(NamedTuple):
    """A stretch of the query that may be wrong, and what may be meant, likeliest first."""

    start: int
    end: int
    options: Sequence[Option]
    is_sure: bool
    """Whether no live chunk holds what stands there."""


@dataclass(frozen=True, slots=True)
class Corrector:
    """Finds changes. `company` is that of the query's words, `language` the query's."""

    lexicon: Lexicon
    company: Company
    language: str

    def changes(self, words: Sequence[tuple[tree.Word, Position]], begun: int) -> Iterator[Change]:
        """The changes for words, in their order; the one at `begun` may be unfinished."""
        for node, position in words:
            whole = position.whole
            if not is_stop(whole.form, self.language) and not HAS_UNSPACED.search(whole.form):
                yield from self._of(node, position, place(node, whole)[0] == begun)

    def _of(self, node: tree.Word, position: Position, is_begun: bool) -> Sequence[Change]:
        correctable = any(typos(entry.form) for entry in (position.whole, *position.parts))
        if not correctable or is_field_alone(node.text):
            return []
        form = position.whole.form
        held = self._frequency(form)
        if is_begun:
            held = max(held, self.lexicon.spellings().begun(fold(form)))
        if held:
            return list(self._rare(node, position.whole, held))
        for entries in doubtful(position, lambda form: self._frequency(form) > 0):
            if found := list(self._unknown(node, entries, is_begun)):
                return found
        return []

    def _unknown(
        self, node: tree.Word, entries: Sequence[Entry], is_begun: bool
    ) -> Iterator[Change]:
        for entry in entries:
            begun = is_begun and bool(entry.step)
            if near := self.lexicon.similar(entry.form, is_begun=begun):
                yield Change(*place(node, entry), self._weighed(near), is_sure=True)

    def _rare(self, node: tree.Word, entry: Entry, held: int) -> Iterator[Change]:
        if near := self.lexicon.likelier(self.lexicon.word(entry.form), held, MOST_TYPOS):
            yield Change(*place(node, entry), self._weighed(near), is_sure=False)

    def _frequency(self, form: str) -> int:
        return self.lexicon.frequency(self.lexicon.word(form))

    def _weighed(self, near: Sequence[tuple[Spelled, int]]) -> list[Option]:
        """By frequency, above all with the rest of the query, and by errors (a noisy channel).

        Without what is next to nothing beside the likeliest.
        """
        held = self.company.together([word.forms for word, _ in near])
        options = [
            Option(word, (together + ALONE * word.count) / EDIT_COST**edits)
            for (word, edits), together in zip(near, held, strict=True)
        ]
        least = UNLIKELY * max(option.weight for option in options)
        likely = [option for option in options if option.weight >= least]
        return sorted(likely, key=lambda option: (-option.weight, option.word.name))
