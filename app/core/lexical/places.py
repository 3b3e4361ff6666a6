"""Where words stand in the chunks of a segment, and how much of it neighbours share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.lexical.plan import Word
from app.core.lexical.postings import FIELDS, MAX_COUNT, Postings
from app.core.lexical.resolve import SearchedSegment
from app.core.unique import unique_values

Flags = NDArray[np.uint8]
Int64s = NDArray[np.int64]
Keys = NDArray[np.uint64]
"""``ordinal << 32 | position``, rising."""

_ORDINAL = np.uint64(32)
_POSITION = np.uint64(0xFFFFFFFF)


class Found(NamedTuple):
    """The places of a word."""

    keys: Keys
    shared: Keys
    """Those in what a chunk repeats of the one before."""


class Places:
    """The places of one segment."""

    def __init__(self, segment: SearchedSegment, kernels: Kernels) -> None:
        self._segment = segment
        self._kernels = kernels

    def of(self, word: Word, wanted: Flags, *, shared: bool = False) -> Found:
        """Where a word stands in the chunks of `wanted`, u8[n]; `Found.shared` if asked for."""
        every: list[Keys] = [np.empty(0, np.uint64)]
        repeated: list[Keys] = [np.empty(0, np.uint64)]
        lists = self._segment.lists(word)
        for number, language in zip(lists.numbers.tolist(), lists.languages.tolist(), strict=True):
            mask = self._segment.speaking(language)
            keys = self._keys(number, wanted if mask is None else wanted & mask)
            every.append(keys)
            if shared:
                repeated.append(self._shared(number, keys))
        return Found(*(self._in_field(_once(each), word.field) for each in (every, repeated)))

    def shared(self, chunks: Int64s) -> Int64s:
        """How many positions each of `chunks`, which rise, repeats of the one before it."""
        overlap = self._segment.overlap
        counts = overlap.least[chunks]
        for at in np.flatnonzero(counts != overlap.forms[chunks]).tolist():
            counts[at] = self._measured(int(chunks[at]), int(counts[at]))
        return counts

    def field_of(self, keys: Keys) -> Int64s:
        """For each key the place of its field in `FIELDS`."""
        starts = self._postings.field_starts[ordinals_of(keys)]
        inside: Int64s = (positions_of(keys)[:, None] >= starts).sum(axis=1)
        return inside

    @property
    def _postings(self) -> Postings:
        return self._segment.postings

    def _measured(self, chunk: int, least: int) -> int:
        """The positions that a chunk shares, by a form that it shares: how far it has moved."""
        postings = self._postings
        rows, counts = postings.repeated
        here = np.flatnonzero(postings.ordinals[rows] == chunk)
        here = here[postings.counts[rows[here]] < MAX_COUNT]
        if not len(here):
            return least
        numbers = np.searchsorted(postings.posting_offsets, rows[here], side="right") - 1
        rare = int(np.argmin(np.diff(postings.posting_offsets.astype(np.int64))[numbers]))
        wanted = np.zeros(self._segment.n_chunks, dtype=np.uint8)
        wanted[chunk - 1 : chunk + 1] = 1
        keys = self._keys(int(numbers[rare]), wanted)
        keys = keys[self.field_of(keys) == 0]
        before = positions_of(keys[ordinals_of(keys) == chunk - 1])
        after = positions_of(keys[ordinals_of(keys) == chunk])
        times = int(counts[here[rare]])
        if not times or times > min(len(before), len(after)):
            return least
        return int(self._segment.overlap.body[chunk - 1] - before[-times] + after[0])

    def _keys(self, number: int, allowed: Flags) -> Keys:
        at = self._postings.slice_of(number)
        return self._kernels.positions(
            self._postings.positions,
            self._postings.arrays,
            at.start,
            at.stop,
            int(self._postings.position_offsets[number]),
            allowed,
        )

    def _shared(self, number: int, keys: Keys) -> Keys:
        """Of the places of a form, those in what is repeated: the first ones of each chunk."""
        rows, counts = self._postings.repeated
        at = self._postings.slice_of(number)
        first, last = np.searchsorted(rows, (at.start, at.stop)).tolist()
        ordinals = self._postings.ordinals[rows[first:last]].astype(np.int64)
        own = ordinals_of(keys)
        places = np.searchsorted(ordinals, own)
        known = places < len(ordinals)
        known[known] = ordinals[places[known]] == own[known]
        times = np.zeros(len(keys), dtype=np.int64)
        times[known] = counts[first:last][places[known]]
        starts = np.flatnonzero(np.diff(own, prepend=-1))
        number_in_chunk = np.arange(len(keys)) - np.repeat(
            starts, np.diff(np.append(starts, len(keys)))
        )
        return keys[number_in_chunk < times]

    def _in_field(self, keys: Keys, field: str) -> Keys:
        return keys[self.field_of(keys) == FIELDS.index(field)] if field else keys


def ordinals_of(keys: Keys) -> Int64s:
    """The chunk of each key."""
    return (keys >> _ORDINAL).astype(np.int64)


def positions_of(keys: Keys) -> Int64s:
    """The position of each key."""
    return (keys & _POSITION).astype(np.int64)


def keys_of(ordinals: Int64s, positions: Int64s) -> Keys:
    """Keys of places, rising."""
    return np.sort(ordinals.astype(np.uint64) << _ORDINAL | positions.astype(np.uint64))


def _once(keys: list[Keys]) -> Keys:
    found = [each for each in keys if len(each)]
    return found[0] if len(found) == 1 else unique_values(np.concatenate(keys))
