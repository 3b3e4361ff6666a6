"""Commits: what they write, and what a kill or a full device leaves."""

import asyncio

import numpy as np
import pytest

from app.errors import StorageError
from app.storage import loading
from app.storage import merge as merging
from app.storage.memory_store import MemoryStore
from app.storage.texts import read_chunk, read_document
from app.storage.writer import IndexWriter, Merged
from tests.forms import some
from tests.storage.helpers import DyingStore, FullStore, entry, new_segment

FIRST = [entry("a", "alpha beta gamma delta"), entry("b", "größe ist nicht alles")]
SECOND = [entry("c", "one two three four", parts=3)]


async def ids(store):
    """Ids of the live documents that a fresh start sees, with their whole texts checked."""
    snapshot = await loading.load(store)
    found = []
    for number, row in snapshot.documents() if snapshot else ():
        live = snapshot.segments[number]
        text = await read_document(store, live.name, row)
        for ordinal in range(row.first_chunk, row.first_chunk + row.chunks):
            chunk = live.segment.chunks.row(ordinal)
            shown = await read_chunk(store, live.name, row, chunk)
            assert shown == text[chunk.start : chunk.end]
        found.append(row.id)
    return found


def test_taking_over_from_a_writer_that_died():
    """Half of a segment that it left has the name of the next one, which must not be swept."""

    async def run():
        store = MemoryStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), FIRST)])
        before = await loading.load(store)
        await writer.commit([new_segment(writer.new_segment_name(), SECOND)], deletes={0: [0, 1]})
        left = writer.new_segment_name()
        await store.write(left, [b"half"])
        after = await IndexWriter.open(store, before=before)
        assert left not in await store.names()
        assert before.segments[0].name in await store.names()
        name = after.new_segment_name()
        assert name == left
        await after.commit([new_segment(name, FIRST)])
        await after.sweep()
        assert sorted(await ids(store)) == ["a", "b", "c"]
        assert before.segments[0].name not in await store.names()

    asyncio.run(run())


async def script(store):
    """Commits and merges, with deletes while the last one goes on; the ids after each step."""
    writer = await IndexWriter.open(store)
    stages = [[]]
    await writer.commit([new_segment(writer.new_segment_name(), FIRST)])
    stages.append(["a", "b"])
    await writer.commit([new_segment(writer.new_segment_name(), SECOND)], deletes={0: [0]})
    await writer.sweep()
    stages.append(["b", "c"])
    parts = writer.snapshot.segments
    merged = await merging.merge(store, parts, writer.new_segment_name())
    await writer.commit(merged=Merged(parts, merged))
    await writer.sweep()
    stages.append(["b", "c"])
    await writer.commit(deletes={0: [1]})
    await writer.sweep()
    stages.append(["b"])
    await writer.commit([new_segment(writer.new_segment_name(), [*FIRST[:1], *SECOND])])
    stages.append(["b", "a", "c"])
    parts = writer.snapshot.segments
    merged = await merging.merge(store, parts, writer.new_segment_name())
    await writer.commit(deletes={0: [0], 1: [0]})
    stages.append(["c"])
    await writer.commit(merged=Merged(parts, merged))
    await writer.sweep()
    assert len(writer.snapshot.segments) == 1
    return stages


def test_commits_stand():
    """Each commit is what a fresh start sees; files that are not needed go."""

    async def run():
        store = DyingStore()
        await script(store)
        assert await ids(store) == ["c"]
        snapshot = await loading.load(store)
        wanted = {"manifest-a", "manifest-b", *snapshot.manifest.files()}
        assert set(await store.names()) == wanted
        assert snapshot.generation == 8

    asyncio.run(run())


@pytest.mark.exhaustive
def test_killed_at_any_byte():
    """After a kill at any written byte the last commit stands and the next start cleans up."""

    async def total():
        store = DyingStore()
        stages = await script(store)
        return store.spent, stages

    async def killed(budget):
        store = DyingStore(budget=budget)
        with pytest.raises(KeyboardInterrupt):
            await script(store)
        return store.files()

    async def reopened(files):
        store = DyingStore(files)
        before = await ids(store)
        writer = await IndexWriter.open(store)
        assert await ids(store) == before
        needed = {"manifest-a", "manifest-b", *writer.snapshot.manifest.files()}
        assert set(await store.names()) <= needed
        await writer.commit([new_segment(writer.new_segment_name(), [entry("z", "last words")])])
        assert await ids(store) == [*before, "z"]
        return before

    spent, stages = asyncio.run(total())
    seen = []
    for budget in [*some(range(0, spent, 29), 5), spent - 1]:
        before = asyncio.run(reopened(asyncio.run(killed(budget))))
        assert before in stages
        if not seen or seen[-1] != before:
            seen.append(before)
    assert seen == [[], ["a", "b"], ["b", "c"], ["b"], ["b", "a", "c"], ["c"]]


@pytest.mark.parametrize("refused", range(2, 6))
def test_full_device(refused):
    """A write that is refused leaves the commit before, in memory and on the device."""

    async def run():
        store = FullStore({refused})
        writer = await IndexWriter.open(store)
        steps = [
            lambda: writer.commit([new_segment(writer.new_segment_name(), FIRST)]),
            lambda: writer.commit(deletes={0: [1]}),
        ]
        refusals = 0
        for step in steps:
            try:
                await step()
            except StorageError as error:
                assert error.code == "quota-exceeded"
                refusals += 1
                await step()
        assert refusals == 1
        await IndexWriter.open(store)
        assert await ids(store) == ["a"]

    asyncio.run(run())


def test_emptied_segment_goes():
    """A segment whose last document is deleted leaves no file behind."""

    async def run():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), SECOND)])
        await writer.commit(deletes={0: [0]})
        await writer.sweep()
        assert await store.names() == ["manifest-a", "manifest-b"]

    asyncio.run(run())


def test_damaged_text_is_named():
    """A flipped byte in a text file is noticed when the passage is read."""

    async def run():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), FIRST)])
        data = bytearray(await store.read("seg-00000001.txt"))
        data[3] ^= 1
        await store.write("seg-00000001.txt", [data])
        with pytest.raises(StorageError, match=r"seg-00000001\.txt") as caught:
            await ids(store)
        assert caught.value.code == "storage-damaged"

    asyncio.run(run())


def test_places_and_ordinals():
    """Global ordinals run over all segments; places name live documents only."""

    async def run():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), FIRST)])
        await writer.commit([new_segment(writer.new_segment_name(), SECOND)], deletes={0: [0]})
        snapshot = writer.snapshot
        assert [snapshot.place(name) for name in "abc"] == [None, (0, 1), (1, 0)]
        assert snapshot.bases.tolist() == [0, 4, 7]
        assert [snapshot.locate(n) for n in (0, 3, 4, 6)] == [(0, 0), (0, 3), (1, 0), (1, 2)]
        assert np.flatnonzero(snapshot.live_chunks).tolist() == [2, 3, 4, 5, 6]

    asyncio.run(run())
