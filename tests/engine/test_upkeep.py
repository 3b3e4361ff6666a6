"""Merging and vacuuming: what is deleted goes, and nobody waits for either."""

import asyncio

import numpy as np
import pytest

from app.engine import PlainChunk
from app.engine.committing import Rhythm
from app.engine.state import State
from app.storage import merge as merging
from app.storage.memory_store import MemoryStore
from app.storage.merge import MergePolicy
from tests.engine.helpers import ConceptEmbedder, collection, paths, run, source

NEVER = MergePolicy(factor=1000, dead_share=1.0)


def word(number):
    """A word of its own for each number, of which no other holds the beginning."""
    return "z" + "".join("bdfgklmnpr"[int(digit)] + "u" for digit in f"{number:04}")


def numbered(count, first=0):
    """Passages that differ in one word."""
    return [
        PlainChunk(f"p{n}", f"gold nugget {word(n)} here", vector=[1.0, n])
        for n in range(first, first + count)
    ]


async def bytes_of(store):
    """All bytes of a store."""
    return b"".join([bytes(await store.read(name)) for name in await store.names()])


@pytest.mark.exhaustive
def test_a_thousand_deletes():
    """They are in no result at once, and after a vacuum nothing of them is in the store."""

    async def test():
        store = MemoryStore()
        found = await collection(store, policy=NEVER, rhythm=Rhythm(first_chunks=5000))
        await found.add(numbered(5000))
        size = (await found.stats()).bytes
        assert await found.remove([f"p{n}" for n in range(1000, 2000)]) == 1000
        assert paths(await found.search(f'"{word(1500)}"')) == []
        stats = await found.stats()
        assert (stats.documents, stats.deleted) == (4000, 1000)
        assert word(1500).encode() in await bytes_of(store)
        done = await found.vacuum()
        assert done.documents == 1000
        assert done.bytes > 0.15 * size
        held = await bytes_of(store)
        for gone in (word(1500).encode(), b"p1500", np.float32([1 / 1500]).tobytes()):
            assert gone not in held
        assert word(2500).encode() in held
        stats = await found.stats()
        assert (stats.documents, stats.deleted) == (4000, 0)
        assert stats.bytes < 0.85 * size
        assert paths(await found.search(word(2500)))[0] == "p2500"
        done = await found.vacuum()
        assert (done.documents, done.bytes) == (0, 0)

    run(test())


def test_vacuum_by_itself():
    """A segment of which a third is deleted is rewritten without being asked."""

    async def test():
        store = MemoryStore()
        found = await collection(store)
        await found.add(numbered(300))
        await found.settle()
        await found.remove([f"p{n}" for n in range(0, 300, 2)])
        await found.settle()
        assert (await found.stats()).deleted == 0
        assert word(50).encode() not in await bytes_of(store)

    run(test())


def test_vacuum_waits_for_readers():
    """Files that a search reads stay until it is over; then they go, before vacuum answers."""

    async def test():
        store = MemoryStore()
        found = await collection(store, policy=NEVER)
        await found.add(numbered(10))
        await found.remove(["p3"])
        async with found._state.reading():
            vacuum = asyncio.ensure_future(found.vacuum())
            for _ in range(50):
                await asyncio.sleep(0)
            assert not vacuum.done() and word(3).encode() in await bytes_of(store)
        await vacuum
        assert word(3).encode() not in await bytes_of(store)

    run(test())


def gated(monkeypatch):
    """Merges that end only once the event is set, and a count of those begun."""
    gate, begun = asyncio.Event(), []

    async def slow(store, parts, name, kernels):
        begun.append(name)
        new = await merging.merge(store, parts, name, kernels)
        await gate.wait()
        return new

    monkeypatch.setattr("app.engine.tidying.merge", slow)
    return gate, begun


def test_nobody_waits_for_a_merge(monkeypatch):
    """While one goes on documents are added, found and removed; then it shows all of that."""

    async def test():
        gate, begun = gated(monkeypatch)
        found = await collection(embedder=ConceptEmbedder())
        for number in range(6):
            await found.add([source(f"{number}.txt", f"gold puppy {number}")])
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(begun) == 1 and (await found.stats()).segments == 6
        await found.add([source("2.txt", "silver puppy"), source("new.txt", "gold new")])
        await found.remove(["4.txt"])
        wanted = ["0.txt", "1.txt", "3.txt", "5.txt", "new.txt"]
        for done in (False, True):
            assert sorted(paths(await found.search("gold", {"mode": "keyword"}))) == wanted
            assert paths(await found.search("silver", {"mode": "keyword"})) == ["2.txt"]
            assert len((await found.search("hound")).hits) >= 5
            if not done:
                gate.set()
                await found.settle()
        assert (await found.stats()).segments == 2
        assert (await found.check()).damage == ()

    run(test())


def test_everything_deleted_while_merging(monkeypatch):
    """A merge whose documents are all gone meanwhile leaves nothing behind."""

    async def test():
        gate, _ = gated(monkeypatch)
        store = MemoryStore()
        found = await collection(store)
        for number in range(6):
            await found.add([source(f"{number}.txt", f"gold {number}")])
        await asyncio.sleep(0)
        await found.remove([f"{number}.txt" for number in range(6)])
        gate.set()
        await found.settle()
        assert (await found.stats()).segments == 0
        assert await store.names() == ["manifest-a", "manifest-b"]

    run(test())


def test_closing_gives_a_merge_up(monkeypatch):
    """What was committed stands; the merge is made another time."""

    async def test():
        class Kept(MemoryStore):
            async def close(self):
                """Nothing."""

        store = Kept()
        with monkeypatch.context() as patch:
            gated(patch)
            found = await collection(store)
            for number in range(6):
                await found.add([source(f"{number}.txt", f"gold {number}")])
            await asyncio.sleep(0)
            await asyncio.wait_for(found.close(), 1)
        found = await collection(store)
        assert len(await found.documents()) == 6
        assert (await found.stats()).segments == 6
        await found.add([source("new.txt", "gold new")])
        await found.settle()
        assert (await found.stats()).segments == 1

    run(test())


def test_a_crowd_waits(monkeypatch):
    """Where merges lag far behind, adding waits for them."""

    async def test():
        gate, _ = gated(monkeypatch)
        found = await collection()
        for number in range(19):
            await found.add([source(f"{number}.txt", f"gold {number}")])
        adding = asyncio.ensure_future(found.add([source("last.txt", "gold last")]))
        await asyncio.sleep(0.2)
        assert not adding.done()
        gate.set()
        assert (await adding).added == 1

    run(test())


def test_what_is_unchanged_is_taken_over():
    """A commit makes nothing anew for segments that it leaves as they are."""

    async def test():
        found = await collection(policy=NEVER)
        await found.add(numbered(50))
        await found.add(numbered(50, 50))
        state: State = found._state
        before = list(state.view.keyword.segments)
        await found.add([PlainChunk("new", "gold ore")])
        assert list(state.view.keyword.segments)[:-1] == before
        await found.remove(["p0"])
        after = list(state.view.keyword.segments)
        assert after[1:-1] == before[1:]
        assert after[0] is not before[0] and after[0].postings is before[0].postings

    run(test())


def test_vectors_are_read_when_they_are_needed():
    """Neither opening nor searching by words has them in memory; a search by meaning has."""

    class Counting(MemoryStore):
        read_bytes = 0

        async def read(self, name, offset=0, length=None):
            data = await super().read(name, offset, length)
            self.read_bytes += len(data)
            return data

        async def close(self):
            """Nothing."""

    async def test():
        store = Counting()
        found = await collection(store, policy=NEVER)
        wide = np.eye(1000, dtype=np.float32)
        await found.add([PlainChunk(f"p{n}", f"gold {n}", vector=wide[n]) for n in range(500)])
        await found.close()
        store.read_bytes = 0
        found = await collection(store, policy=NEVER)
        await found.search("gold 7", {"mode": "keyword"})
        assert store.read_bytes < wide[:500].nbytes / 5
        await found.remove(["p3"])
        await found.vacuum()
        store.read_bytes = 0
        assert resident(found) == 0
        result = await found.search("", {"mode": "vector", "vector": wide[7], "k": 1})
        assert paths(result) == ["p7"]
        assert store.read_bytes > wide[:499].size
        assert resident(found) == 499
        store.read_bytes = 0
        await found.search("", {"mode": "vector", "vector": wide[8], "k": 1})
        assert store.read_bytes < 1000
        await found.add([PlainChunk("new", "gold", vector=wide[9])])
        assert resident(found) == 500

    def resident(found):
        return sum(
            len(block.rows)
            for live in found._state.view.snapshot.segments
            for block in live.segment.vectors
            if block.rows is not None
        )

    run(test())
