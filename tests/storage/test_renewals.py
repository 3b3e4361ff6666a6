"""Vectors in place of those of a segment: their file, what is damaged of it, and kills."""

import asyncio

import numpy as np
import pytest

from app.storage import loading
from app.storage.renewals import with_rows
from app.storage.vectors import VectorBlock
from app.storage.writer import IndexWriter
from tests.forms import some
from tests.storage.helpers import DyingStore, entry, new_segment, vector

BETTER = "better/2"


async def renew(store, writer, ordinals):
    """Give chunks of the first segment vectors of a better model."""
    rows = np.array([vector(f"better {ordinal}", 6) for ordinal in ordinals])
    fresh = VectorBlock(BETTER, np.array(ordinals, dtype=np.uint32), rows)
    blocks = await with_rows(store, writer.snapshot.segments[0].segment.vectors, fresh)
    await writer.commit(vectors={0: blocks})


async def script(store):
    """A segment of two documents whose four chunks get better vectors in two steps."""
    writer = await IndexWriter.open(store)
    entries = [entry("a", "alpha beta"), entry("b", "gamma delta")]
    await writer.commit([new_segment(writer.new_segment_name(), entries)])
    await renew(store, writer, [3, 1])
    await writer.sweep()
    await renew(store, writer, [0, 2])
    await writer.sweep()
    return writer


async def found(store):
    """Ordinals of the first segment by model, as a fresh start has them; all rows are read."""
    snapshot = await loading.load(store)
    blocks = {}
    for block in snapshot.segments[0].segment.vectors if snapshot and snapshot.segments else ():
        if await block.load(store) is not None:
            blocks[block.model] = block.ordinals.tolist()
    return blocks, snapshot


async def files():
    """After the whole script, and the name of the last file of vectors."""
    store = DyingStore()
    await script(store)
    return store.files()


FILES = asyncio.run(files())
(NAME,) = (name for name in FILES if ".vec-" in name)


def test_step_by_step():
    """Each chunk has one vector: the best that came."""

    async def test():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        entries = [entry("a", "alpha beta"), entry("b", "gamma delta")]
        await writer.commit([new_segment(writer.new_segment_name(), entries)])
        await renew(store, writer, [1, 3])
        blocks, snapshot = await found(store)
        assert blocks == {"test/1": [0, 2], BETTER: [1, 3]}
        (old, better) = snapshot.segments[0].segment.vectors
        before = new_segment("x", entries).segment.vectors[0].rows
        assert np.array_equal(old.rows, before[[0, 2]])
        assert (old.dim, better.dim) == (4, 6)
        await renew(store, writer, [0, 1])
        assert (await found(store))[0] == {"test/1": [2], BETTER: [0, 1, 3]}
        await renew(store, writer, [2])
        assert (await found(store))[0] == {BETTER: [0, 1, 2, 3]}
        await writer.sweep()
        assert sum(".vec-" in name for name in await store.names()) == 1
        await writer.commit(deletes={0: [0]})
        assert (await found(store))[0] == {BETTER: [0, 1, 2, 3]}

    asyncio.run(test())


def test_a_follower_sees_them():
    """A reader that has the segment open takes its words over and reads the vectors anew."""

    async def test():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), [entry("a", "alpha beta")])])
        before = await loading.load(store)
        await renew(store, writer, [0])
        after = await loading.load(store, before=before)
        one, other = before.segments[0].segment, after.segments[0].segment
        assert one.postings is other.postings
        assert [block.model for block in other.vectors] == ["test/1", BETTER]
        again = await loading.load(store, before=after)
        assert again.segments[0] is after.segments[0]

    asyncio.run(test())


def test_every_flipped_byte():
    """It is found, and named; the documents and the vectors before it are there."""

    async def test(place):
        broken = bytearray(FILES[NAME])
        broken[place] ^= 1
        blocks, snapshot = await found(DyingStore({**FILES, NAME: bytes(broken)}))
        assert [row.id for _, row in snapshot.documents()] == ["a", "b"]
        assert [damage.file for damage in snapshot.damage] == [NAME]
        assert blocks in ({"test/1": [0, 1, 2, 3]}, {})

    for place in range(len(FILES[NAME])):
        asyncio.run(test(place))


@pytest.mark.parametrize("left", [None, 0, 10, 0.5, -1])
def test_cut_off_or_missing(left):
    """The vectors before it serve."""

    async def test():
        data = FILES[NAME]
        length = None if left is None else int(left * len(data)) if left == 0.5 else left
        kept = {name: each for name, each in FILES.items() if name != NAME}
        store = DyingStore(kept if length is None else {**kept, NAME: data[:length]})
        blocks, snapshot = await found(store)
        assert blocks == {"test/1": [0, 1, 2, 3]}
        assert [damage.file for damage in snapshot.damage] == [NAME]
        assert "made anew" in snapshot.damage[0].message

    asyncio.run(test())


def test_another_file_of_the_same_form():
    """Vectors of another commit under its name are not taken for it."""

    async def test():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), [entry("a", "alpha beta")])])
        await renew(store, writer, [0, 1])
        other = next(data for name, data in store.files().items() if ".vec-" in name)
        blocks, snapshot = await found(DyingStore({**FILES, NAME: other}))
        assert blocks == {"test/1": [0, 1, 2, 3]}
        assert [damage.file for damage in snapshot.damage] == [NAME]

    asyncio.run(test())


@pytest.mark.exhaustive
def test_killed_at_any_byte():
    """The vectors of one commit or of the next are there, never a mixture, and writing goes on."""

    async def killed(budget):
        store = DyingStore(budget=budget)
        with pytest.raises(KeyboardInterrupt):
            await script(store)
        return store.files()

    async def reopened(left):
        store = DyingStore(left)
        writer = await IndexWriter.open(store)
        blocks, snapshot = await found(store)
        assert not snapshot.damage
        needed = {"manifest-a", "manifest-b", *writer.snapshot.manifest.files()}
        assert set(await store.names()) <= needed
        return blocks

    async def total():
        store = DyingStore()
        await script(store)
        return store.spent

    spent = asyncio.run(total())
    seen = []
    for budget in some(range(0, spent, 13), 3):
        blocks = asyncio.run(reopened(asyncio.run(killed(budget))))
        if not seen or seen[-1] != blocks:
            seen.append(blocks)
    assert seen == [
        {},
        {"test/1": [0, 1, 2, 3]},
        {"test/1": [0, 2], BETTER: [1, 3]},
        {BETTER: [0, 1, 2, 3]},
    ]
