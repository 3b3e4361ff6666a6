"""Keeping segments few: which to merge, and merging them.

Only neighbours are merged and the merged segment takes their place, so chunks keep the order in
which they came and ties in a ranking do not depend on how the index was cut.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.lexical import merge_postings
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage.chunk_table import ChunkTable
from app.storage.columns import Rows
from app.storage.damage import DamagedFileError
from app.storage.document_table import DocumentTable
from app.storage.names import text_name
from app.storage.segment import NewSegment, Segment
from app.storage.snapshot import LiveSegment
from app.storage.texts import unreadable
from app.storage.vectors import VectorBlock


@dataclass(frozen=True, slots=True)
class MergePolicy:
    """Tiers of sizes in live chunks: `floor`, `floor * factor`, `floor * factor**2`, ...

    `factor` segments of one tier with what is smaller between them are merged into one of the
    next, so a tier has at most `factor - 1` segments and each chunk is rewritten about once a
    tier. A segment whose dead share passes `dead_share` is rewritten alone; segments of
    `largest` chunks or more are left as they are.
    """

    factor: int = 6
    floor: int = 1000
    largest: int = 250_000
    dead_share: float = 0.3

    def tier(self, chunks: int) -> int:
        """Tier of a size: 0 up to `floor`.

        >>> [MergePolicy().tier(n) for n in (10, 1000, 1001, 6000, 6001)]
        [0, 0, 1, 1, 2]
        """
        if chunks <= self.floor:
            return 0
        return math.ceil(round(math.log(chunks / self.floor, self.factor), 9))

    def plan(self, live: Sequence[int], total: Sequence[int]) -> range | None:
        """The neighbours to merge next, None when all is well.

        `live` and `total` are each segment's chunks without and with the deleted ones.
        """
        tiers = [self.tier(chunks) for chunks in live]
        for tier in sorted(set(tiers)):
            for run in _runs(
                [t <= tier and c < self.largest for t, c in zip(tiers, live, strict=True)]
            ):
                if tiers[run.start : run.stop].count(tier) >= self.factor:
                    return self._fitting(run, live)
        for number, (alive, chunks) in enumerate(zip(live, total, strict=True)):
            if chunks - alive > self.dead_share * chunks:
                return range(number, number + 1)
        return None

    def _fitting(self, run: range, live: Sequence[int]) -> range:
        stop, size = run.start, 0
        while stop < run.stop and (size + live[stop] <= self.largest or stop < run.start + 2):
            size += live[stop]
            stop += 1
        return range(run.start, stop)


async def merge(
    store: Store, parts: Sequence[LiveSegment], name: str, kernels: Kernels | None = None
) -> NewSegment:
    """One segment of all live documents of the parts, in their order; gives way between steps.

    Raises `StorageError` where a part turns out not to be whole; `Segment.is_whole` tells from
    then on, unless a file is forged.
    """
    documents = [np.flatnonzero(~part.dead) for part in parts]
    kept = [np.flatnonzero(part.live_chunks) for part in parts]
    texts: list[Buffer] = []
    for part, rows in zip(parts, documents, strict=True):
        texts.extend(await _texts(store, part, rows))
    vectors = await _vectors(store, parts, kept)
    try:
        merged = await _segment(parts, documents, kept, name, kernels)
    except (IndexError, ValueError) as error:
        names = ", ".join(part.name for part in parts)
        message = f"The segments {names} cannot be merged: {error}."
        raise StorageError(message, code="storage-damaged") from error
    return NewSegment(replace(merged, vectors=vectors), texts)


async def _segment(
    parts: Sequence[LiveSegment],
    documents: Sequence[Rows],
    kept: Sequence[Rows],
    name: str,
    kernels: Kernels | None,
) -> Segment:
    """The segment but for its vectors."""
    table = DocumentTable.join(
        [(part.segment.documents, rows) for part, rows in zip(parts, documents, strict=True)]
    )
    starts = np.zeros(len(table), dtype=np.uint64)
    np.cumsum(table.text_bytes[:-1], out=starts[1:])
    await asyncio.sleep(0)
    chunks = _chunks(parts, documents, kept)
    await asyncio.sleep(0)
    given = ((part.segment.postings, part.live_chunks) for part in parts)
    postings = merge_postings(given, kernels)
    await asyncio.sleep(0)
    return Segment(name, replace(table, text_start=starts), chunks, postings, ())


def _runs(wanted: Sequence[bool]) -> list[range]:
    """Stretches of neighbours that are wanted."""
    runs: list[range] = []
    for flag, group in groupby(range(len(wanted)), key=wanted.__getitem__):
        members = list(group)
        if flag:
            runs.append(range(members[0], members[-1] + 1))
    return runs


async def _texts(store: Store, part: LiveSegment, rows: Rows) -> list[Buffer]:
    """The bytes of the live documents' texts: one read for each unbroken stretch."""
    table, name = part.segment.documents, text_name(part.name)
    starts, sizes = table.text_start.astype(np.int64), table.text_bytes.astype(np.int64)
    texts: list[Buffer] = []
    for run in np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1):
        if len(run) == 0:
            continue
        length = int(sizes[run].sum())
        data = await _stretch(store, name, int(starts[run[0]]), length)
        if len(data) != length or not np.array_equal(starts[run[1:]], (starts + sizes)[run[:-1]]):
            found = await unreadable(store, part.name, table, rows)
            part.segment.unreadable.update(found or rows.tolist())
            raise DamagedFileError(name, "length")
        texts.append(data)
    return texts


async def _stretch(store: Store, name: str, start: int, length: int) -> Buffer:
    try:
        return await store.read(name, start, length)
    except StorageError:
        return b""


def _chunks(
    parts: Sequence[LiveSegment],
    documents: Sequence[Rows],
    kept: Sequence[Rows],
) -> ChunkTable:
    joined = []
    base = 0
    for part, rows, chunks in zip(parts, documents, kept, strict=True):
        numbers = np.zeros(len(part.dead), dtype=np.uint32)
        numbers[rows] = np.arange(base, base + len(rows), dtype=np.uint32)
        joined.append((part.segment.chunks, chunks, numbers))
        base += len(rows)
    return ChunkTable.join(joined)


async def _vectors(
    store: Store, parts: Sequence[LiveSegment], kept: Sequence[Rows]
) -> tuple[VectorBlock, ...]:
    found: dict[str, list[tuple[NDArray[np.uint32], NDArray[np.int8]]]] = {}
    base = 0
    for part, chunks in zip(parts, kept, strict=True):
        numbers = np.full(len(part.segment.chunks), -1, dtype=np.int64)
        numbers[chunks] = np.arange(base, base + len(chunks))
        for block in part.segment.vectors:
            rows = await block.read(store)
            if rows is None:
                raise DamagedFileError(part.name, "vectors")
            ordinals = numbers[block.ordinals]
            stays = ordinals >= 0
            moved = ordinals[stays].astype(np.uint32), rows[stays]
            found.setdefault(block.model, []).append(moved)
        base += len(chunks)
    return tuple(
        VectorBlock(
            model,
            np.concatenate([ordinals for ordinals, _ in blocks]),
            np.concatenate([rows for _, rows in blocks]),
        )
        for model, blocks in found.items()
        if any(len(ordinals) for ordinals, _ in blocks)
    )
