"""How many live chunks of one segment hold each form, anywhere or in one field."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import FIELDS, Postings

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Frequencies:
    """Document frequencies of a segment; `field` is one of `FIELDS`, "" for all of them.

    `live` bool[n] tells the chunks that are not deleted, None if all are. What is asked for is
    worked out for all forms at once, and kept.
    """

    def __init__(self, postings: Postings, live: Flags | None) -> None:
        self._postings = postings
        self._live = live
        self._forms: dict[str, Counts] = {}
        self._spellings: dict[str, Counts] = {}

    def forms(self, field: str = "") -> Counts:
        """(t,): chunks that hold each form."""
        if field not in self._forms:
            self._forms[field] = self._counted(field)
        return self._forms[field]

    def spellings(self, field: str = "") -> Counts:
        """(k,): for each of `keys.folded`, the sum over the forms that fold to it."""
        if field not in self._spellings:
            offsets, numbers = self._postings.keys.folded_groups
            self._spellings[field] = _summed(self.forms(field)[numbers], offsets[:-1])
        return self._spellings[field]

    def chunks(self, number: int, field: str = "") -> NDArray[np.uint32]:
        """Ordinals, rising, of the chunks that hold a form."""
        at = self._postings.slice_of(number)
        found = self._postings.ordinals[at]
        held = self._held(at, field)
        return found if held is None else found[held]

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        return self._postings.posting_offsets[:-1].astype(np.intp)

    def _counted(self, field: str) -> Counts:
        held = self._held(slice(0, len(self._postings.ordinals)), field)
        if held is None:
            return np.diff(self._postings.posting_offsets).astype(np.int64)
        # No posting list is empty, which reduceat() would get wrong.
        return _summed(held, self._starts)

    def _held(self, at: slice, field: str) -> Flags | None:
        """Of the postings at `at`, those of live chunks and of the field; None: all of them."""
        live = None if self._live is None else self._live[self._postings.ordinals[at]]
        if not field:
            return live
        inside = self._inside(at, FIELDS.index(field))
        return inside if live is None else inside & live

    def _inside(self, at: slice, field: int) -> Flags:
        """Of the postings at `at`, those whose form stands in a field."""
        sparse = self._postings.sparse
        if field:
            inside = np.zeros(at.stop - at.start, dtype=np.bool_)
            inside[_within(sparse[field - 1][0], at)] = True
            return inside
        elsewhere = np.zeros(at.stop - at.start, dtype=np.int64)
        for places, counts in sparse:
            low, high = np.searchsorted(places, (at.start, at.stop))
            elsewhere[places[low:high].astype(np.intp) - at.start] += counts[low:high]
        here: Flags = self._postings.counts[at] > elsewhere
        return here


def _within(places: NDArray[np.uint32], at: slice) -> NDArray[np.intp]:
    low, high = np.searchsorted(places, (at.start, at.stop))
    found: NDArray[np.intp] = places[low:high].astype(np.intp) - at.start
    return found


def _summed(values: NDArray[np.int64] | Flags, starts: NDArray[np.intp]) -> Counts:
    """The sum of each stretch, none of which is empty."""
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    sums: Counts = np.add.reduceat(values, starts, dtype=np.int64)
    return sums
