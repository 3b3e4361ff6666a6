"""Text to numbers of forms: the fast way from text to postings.

Most words of a text have been seen before, so a dictionary from words to numbers, asked by C
loops of the standard library, does nearly all the work.
"""

from __future__ import annotations

from array import array
from itertools import chain

from app.core.analysis.entries import CACHE_WORDS, CACHED_WORD, simple_form, word_entries
from app.core.analysis.scripts import WORD_OR_ADDRESS

STAY = 1 << 31
"""The bit set in the number of a form that stands in the same position as the form before."""


class _Numbers(dict[str, tuple[int, ...]]):
    """The numbers of words seen before; forgets all words, but no form, when too large."""

    def __init__(self, forms: dict[str, int]) -> None:
        super().__init__()
        self._forms = forms

    def __missing__(self, word: str) -> tuple[int, ...]:
        form = simple_form(word)
        if form is not None:
            numbers: tuple[int, ...] = (self._number(form),)
        else:
            numbers = tuple(
                self._number(entry.form) | (0 if entry.step else STAY)
                for entry in word_entries(word)
            )
        if len(word) <= CACHED_WORD:
            if len(self) >= CACHE_WORDS:
                self.clear()
            self[word] = numbers
        return numbers

    def _number(self, form: str) -> int:
        return self._forms.setdefault(form, len(self._forms))


class Numbering:
    """Numbers forms from 0 in the order in which they come. Not for several threads at once.

    >>> numbering = Numbering()
    >>> [hex(number) for number in numbering.numbers("gold, e-mail, Gold")]
    ['0x0', '0x1', '0x80000002', '0x80000003', '0x0']
    >>> numbering.names()
    ['gold', 'email', 'e', 'mail']
    """

    def __init__(self) -> None:
        self._forms: dict[str, int] = {}
        self._words = _Numbers(self._forms)

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self._forms)

    def numbers(self, text: str) -> array[int]:
        """One u32 for each of `entries(text)`: the number of its form, `STAY` if its step is 0."""
        found = array("I")
        found.extend(
            chain.from_iterable(map(self._words.__getitem__, WORD_OR_ADDRESS.findall(text)))
        )
        return found

    def names(self) -> list[str]:
        """The forms; the place of each is its number."""
        return list(self._forms)
