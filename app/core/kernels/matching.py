"""Which chunks hold what, and where, in NumPy: the reference for `find` to `near`.

A key is ``ordinal << 32 | position``: keys of one chunk stand together, in order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.indexing import Texts
from app.core.kernels.port import (
    NOWHERE,
    ROOM,
    Bytes,
    Flags,
    Near,
    PostingArrays,
    Uint32s,
    Uint64s,
    damaged,
    distinct,
    not_negative,
)
from app.core.kernels.scoring import offsets_of
from app.core.unique import unique_counts, unique_values

POSITIONS = np.uint64(0xFFFF_FFFF)
"""The bits of a key that hold the position."""
_ORDINAL = np.uint64(32)
LONGEST = 5
"""Bytes that a number of 32 bits takes at most."""


def find(blob: Bytes, offsets: Uint32s, names: Texts) -> NDArray[np.int64]:
    """Places of names in a sorted dictionary; see `Kernels.find`.

    >>> blob, offsets = np.frombuffer(b"goldmineore", np.uint8), np.uint32([0, 4, 8, 11])
    >>> from app.core.kernels.indexing import joined
    >>> find(blob, offsets, joined([b"ore", b"mi", b"gold"])).tolist()
    [2, -1, 0]
    """
    bytes_, edges = blob.data, offsets.data

    def name(number: int) -> bytes:
        return bytes(bytes_[edges[number] : edges[number + 1]])

    def place(wanted: bytes) -> int:
        found = bisect_left(range(len(edges) - 1), wanted, key=name)
        return found if found < len(edges) - 1 and name(found) == wanted else -1

    starts = [0, *(names.ends + 1).tolist()]
    wanted = [names.data[slice(*each)] for each in zip(starts, names.ends.tolist(), strict=False)]
    return np.array(list(map(place, wanted)), dtype=np.int64)


def positions(
    stream: Bytes,
    postings: PostingArrays,
    start: int,
    end: int,
    byte_start: int,
    wanted: Flags | None,
) -> Uint64s:
    """Keys of all positions of a term; see `Kernels.positions`.

    Chunk 1 at the positions 3 and 5, chunk 4 at the position 300, which takes two bytes:

    >>> none = (np.empty(0, np.uint32), np.empty(0, np.uint8))
    >>> lists = PostingArrays(np.uint32([1, 4]), np.uint8([2, 1]), (none, none, none))
    >>> keys = positions(np.uint8([3, 2, 0x80 | 44, 2]), lists, 0, 2, 0, None)
    >>> [(key >> 32, key & 0xFFFFFFFF) for key in keys.tolist()]
    [(1, 3), (1, 5), (4, 300)]
    """
    if not 0 <= start <= end <= len(postings.ordinals) or not 0 <= byte_start <= len(stream):
        raise damaged()
    ordinals, counts = postings.ordinals[start:end], postings.counts[start:end].astype(np.intp)
    kept = np.ones(len(ordinals), np.bool_)
    if wanted is not None:
        if len(ordinals) and ordinals.max() >= len(wanted):
            raise damaged()
        kept = wanted[ordinals] != 0
    begins = offsets_of(counts)
    # What follows the last posting that is wanted is not read.
    needed = int(begins[int(np.flatnonzero(kept)[-1]) + 1]) if kept.any() else 0
    sums = np.zeros(needed + 1, dtype=np.int64)
    np.cumsum(_numbers(stream[byte_start : byte_start + LONGEST * needed], needed), out=sums[1:])
    starts = np.minimum(begins[:-1], needed)
    found = (sums[1:] - np.repeat(sums[starts], counts)[:needed]).astype(np.uint64) & POSITIONS
    keys: Uint64s = np.repeat(ordinals.astype(np.uint64) << _ORDINAL, counts)[:needed] | found
    return keys[np.repeat(kept, counts)[:needed]]


def _numbers(data: Bytes, count: int) -> NDArray[np.int64]:
    """The first `count` LEB128 numbers, modulo 2^32."""
    ends = np.flatnonzero(data < 0x80)[:count]
    if len(ends) < count:
        raise damaged()
    starts = np.concatenate([[0], ends[:-1] + 1]) if count else ends
    lengths = ends - starts + 1
    if count and lengths.max() > LONGEST:
        raise damaged()
    values = np.zeros(count, dtype=np.int64)
    for byte in range(int(lengths.max()) if count else 0):
        longer = lengths > byte
        values[longer] |= (data[starts[longer] + byte] & 0x7F).astype(np.int64) << 7 * byte
    return values & int(POSITIONS)


def closest(
    stream: Bytes,
    postings: PostingArrays,
    chunks: Uint32s,
    list_offsets: Uint32s,
    lists: Sequence[tuple[int, int, int]],
    allowed: Flags,
) -> Uint32s:
    """The smallest distances of neighbouring words; see `Kernels.closest`.

    `lists` are start, end and first byte of each. One chunk with "a" at 3 and 9, "b" at 5:

    >>> none = (np.empty(0, np.uint32), np.empty(0, np.uint8))
    >>> two = PostingArrays(np.uint32([0, 0]), np.uint8([2, 1]), (none, none, none))
    >>> words = np.uint32([0, 1, 2]), [(0, 1, 0), (1, 2, 2)]
    >>> closest(np.uint8([3, 6, 5]), two, np.uint32([0]), *words, np.ones((2, 1), np.uint8))
    array([[2]], dtype=uint32)
    """
    found: list[list[list[int]]] = []
    for first, last in pairwise(list_offsets.tolist()):
        places: list[list[int]] = [[] for _ in range(len(chunks))]
        for number in range(first, last):
            for chunk, position in _places(stream, postings, chunks, lists[number]):
                if allowed[number, chunk] and len(places[chunk]) < ROOM:
                    places[chunk].append(position)
        found.append(places)
    gaps = [
        [
            min((abs(a - b) for a in one for b in other if a != b), default=NOWHERE)
            for one, other in zip(*neighbours, strict=True)
        ]
        for neighbours in pairwise(found)
    ]
    return np.array(gaps, dtype=np.uint32).reshape(len(list_offsets) - 2, len(chunks))


def _places(
    stream: Bytes, postings: PostingArrays, chunks: Uint32s, where: tuple[int, int, int]
) -> list[tuple[int, int]]:
    """Place in `chunks` and position of each occurrence of a list in one of them."""
    start, end, byte_start = where
    if not 0 <= start <= end <= len(postings.ordinals):
        raise damaged()
    highest = int(postings.ordinals[start:end].max(initial=0))
    wanted = np.zeros(max(highest, int(chunks.max(initial=0))) + 1, np.uint8)
    wanted[chunks] = 1
    keys = positions(stream, postings, start, end, byte_start, wanted)
    at = np.searchsorted(chunks, (keys >> _ORDINAL).astype(np.uint32))
    return list(zip(at.tolist(), (keys & POSITIONS).tolist(), strict=True))


def near(slots: Sequence[Uint64s], slack: int, ordered: bool) -> Near:
    """Chunks in which all slots stand close together; see `Kernels.near`.

    One chunk with "a" at 0 and 4, "b" at 1 and 9. Side by side; then in windows of four:

    >>> a, b = np.uint64([0, 4]), np.uint64([1, 9])
    >>> [values.tolist() for values in near([a, b], 0, True)]
    [[0], [1]]
    >>> [values.tolist() for values in near([b, a], 2, False)]
    [[0], [1]]
    """
    slack = min(not_negative("slack", slack), int(POSITIONS))
    if not slots or not all(map(len, slots)):
        return Near(np.empty(0, np.uint32), np.empty(0, np.uint32))
    matches = _chains(slots, slack) if ordered else _in_windows(slots, slack)
    ordinals, counts = unique_counts((matches >> _ORDINAL).astype(np.uint32))
    return Near(ordinals, counts.astype(np.uint32))


def _chains(slots: Sequence[Uint64s], slack: int) -> Uint64s:
    """Keys of the first slot from which a chain starts.

    The nearest key of the next slot is always the best one to go on with.
    """
    first = last = slots[0]
    for slot in slots[1:]:
        at = np.searchsorted(slot, last, side="right")
        inside = at < len(slot)
        first, following = first[inside], slot[at[inside]]
        together = first >> _ORDINAL == following >> _ORDINAL
        first, last = first[together], following[together]
    longest = np.uint64(min(slack + len(slots) - 1, int(POSITIONS)))
    return first[last - first <= longest]


def _in_windows(slots: Sequence[Uint64s], slack: int) -> Uint64s:
    """Keys of the first slot inside a window that holds all slots.

    For each key as the end of a window: the latest start at which it holds enough of every slot.
    Ends and latest starts rise together, so for a key the last end within its reach decides.
    """
    reach = np.uint64(min(len(slots) + slack, int(POSITIONS)) - 1)
    unique = distinct(slots)
    ends = unique_values(np.concatenate([slot for slot, _ in unique]))
    starts = ends
    for slot, needed in unique:
        at = np.searchsorted(slot, ends, side="right") - needed
        inside = at >= 0
        ends, starts = ends[inside], np.minimum(starts[inside], slot[at[inside]])
        together = starts >> _ORDINAL == ends >> _ORDINAL
        ends, starts = ends[together], starts[together]
    fits = ends - starts <= reach
    ends, starts = ends[fits], starts[fits]
    keys = slots[0]
    furthest = np.minimum(keys + reach, keys | POSITIONS)
    at = np.searchsorted(ends, furthest, side="right") - 1
    inside = at >= 0
    keys, starts = keys[inside], starts[at[inside]]
    matched: Uint64s = keys[(starts >> _ORDINAL == keys >> _ORDINAL) & (keys <= starts + reach)]
    return matched
