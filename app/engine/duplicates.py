"""Looking through a collection for passages that say nearly the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.duplicates.fingerprint import NEAR, UNKNOWN, Uint64s, distance
from app.core.duplicates.joining import joined
from app.core.duplicates.resemblance import resemblance, shingles
from app.core.model import NearCopy
from app.engine.passages import candidate, near_copy
from app.engine.reports import DuplicateGroup, Duplicates
from app.engine.versions import versions
from app.engine.view import View
from app.errors import InputError, StorageError
from app.ports import Store
from app.storage.texts import read_chunk

SURE = 4
"""Bits in which fingerprints differ at most that no two different passages have by chance."""
LEAST = 0.5
"""Resemblance of the texts that others must have."""
_AT_ONCE = 256
"""Passages that are compared before others get their turn."""

Shingles = frozenset[tuple[str, ...]]


async def duplicates(view: View, store: Store, limit: int) -> Duplicates:
    """The `limit` largest groups of near-copies, and of versions; gives way now and then."""
    if limit < 0:
        raise InputError(f"limit is {limit}; it must be 0 or more.")
    prints = view.fingerprints(np.arange(int(view.snapshot.bases[-1])))
    prints[~view.snapshot.live_chunks] = UNKNOWN
    labels = np.arange(len(prints))
    for found in joined(prints):
        labels = found
        await asyncio.sleep(0)
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    groups: list[list[int]] = []
    search = _Groups(view, store, prints)
    for members in np.split(order, starts[1:]):
        if len(members) > 1:
            groups += await search.within(members)
            await asyncio.sleep(0)
    groups.sort(key=lambda group: (-len(group), group[0]))
    return Duplicates(
        documents=tuple(versions(view, groups)[:limit]),
        groups=tuple(DuplicateGroup(tuple(_shown(view, group))) for group in groups[:limit]),
        total=len(groups),
        passages=sum(len(group) - 1 for group in groups),
    )


class _Groups:
    """Groups among passages that are joined: each is near to the first of its group."""

    def __init__(self, view: View, store: Store, prints: Uint64s) -> None:
        self._view = view
        self._store = store
        self._prints = prints

    async def within(self, members: NDArray[np.intp]) -> list[list[int]]:
        """Those of two passages or more; `members` are global ordinals, rising."""
        prints = self._prints[members]
        first: list[int] = []
        groups: list[list[int]] = []
        known: dict[int, Shingles] = {}
        for number, ordinal in enumerate(members.tolist()):
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            apart = distance(prints[number], prints[first])
            for place in np.flatnonzero(apart <= NEAR).tolist():
                lead = groups[place][0]
                if apart[place] <= SURE or await self._alike(lead, ordinal, known):
                    groups[place].append(ordinal)
                    break
            else:
                first.append(number)
                groups.append([ordinal])
        return [group for group in groups if len(group) > 1]

    async def _alike(self, one: int, other: int, known: dict[int, Shingles]) -> bool:
        """Whether the texts of two passages bear out what their fingerprints say."""
        if one not in known:
            known[one] = await self._shingles(one)
        return resemblance(known[one], await self._shingles(other)) >= LEAST

    async def _shingles(self, ordinal: int) -> Shingles:
        found = candidate(self._view, ordinal, 0.0, {})
        live = self._view.snapshot.segments[found.place[0]]
        document, chunk = live.document(found.place[1]), live.segment.chunks.row(found.chunk)
        try:
            return shingles(await read_chunk(self._store, live.name, document, chunk))
        except StorageError:
            live.segment.unreadable.add(found.place[1])
            return frozenset()


def _shown(view: View, ordinals: Sequence[int]) -> list[NearCopy]:
    return [near_copy(view, candidate(view, ordinal, 0.0, {})) for ordinal in ordinals]
