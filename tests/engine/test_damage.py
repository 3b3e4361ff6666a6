"""A collection of which something is damaged: the rest is searched, and there is a way back."""

import pytest

from app.engine import PlainChunk
from app.errors import StorageError
from app.storage import sections
from tests.engine.helpers import (
    ConceptEmbedder,
    KeptStore,
    again,
    collection,
    contents,
    flip,
    paths,
    run,
    slots,
    source,
)

PETS = source("pets.txt", "The puppy sleeps on the old sofa.", modified=1.0)
GARAGE = source("garage.txt", "The automobile needs new tyres.", modified=1.0)


async def stored():
    """A store with a segment for each of two files."""
    store = KeptStore()
    found = await again(store)
    await found.add([PETS])
    await found.add([GARAGE])
    await found.close()
    return store


def test_the_rest_is_searched():
    """Results and numbers name what is missing; adding the file again finds it again."""

    async def test():
        store = await stored()
        await flip(store, "seg-00000001", 5000)
        found = await again(store)
        result = await found.search("puppy tyres")
        assert paths(result) == ["garage.txt"]
        (damage,) = result.damage
        assert (damage.kind, damage.file, damage.documents) == ("segment", "seg-00000001", 1)
        stats = await found.stats()
        assert stats.damage == result.damage
        assert (stats.documents, stats.segments) == (1, 1)
        report = await found.add([PETS, GARAGE])
        assert (report.added, report.updated, report.skipped) == (1, 0, 1)
        assert paths(await found.search("puppy")) == ["pets.txt", "garage.txt"]
        assert (await found.stats()).damage == stats.damage, "what is damaged is not forgotten"
        repaired = await found.repair()
        assert (repaired.documents, repaired.removed) == (1, ())
        assert (await found.stats()).damage == ()
        assert "seg-00000001" not in await store.names()
        assert paths(await (await again(store)).search("puppy")) == ["pets.txt", "garage.txt"]

    run(test())


def test_read_again():
    """A part that could not be read for a while brings nothing back that is older or removed."""

    async def test():
        store = await stored()
        data = bytes(await store.read("seg-00000001"))
        await store.write("seg-00000001", [b""])
        found = await again(store)
        await found.add([source("pets.txt", "The hound is awake.", modified=2.0)])
        await found.remove(["garage.txt", "nobody.txt"])
        await found.close()
        await store.write("seg-00000001", [data])
        found = await again(store)
        assert [info.path for info in await found.documents()] == ["pets.txt"]
        assert (await found.search("hound")).hits[0].text == "The hound is awake."
        assert (await found.stats()).damage == ()
        await found.remove(["pets.txt"])
        assert await found.documents() == []
        assert await (await again(store)).documents() == []

    run(test())


def test_damaged_vectors():
    """They cost the meaning of their passages and no words; added again, all is well."""

    async def test():
        store = await stored()
        data = bytes(await store.read("seg-00000001"))
        rows = sections.read_table(data, "").sections["vectors.0.rows"]
        await flip(store, "seg-00000001", rows.offset + 3)
        found = await again(store)
        assert (await found.search("puppy", {"mode": "keyword"})).damage == ()
        result = await found.search("hound vehicle")
        assert paths(result) == ["garage.txt"]
        (damage,) = result.damage
        assert (damage.kind, damage.part, damage.chunks) == ("vectors", "vectors.0.rows", 1)
        assert "found by words only" in damage.message
        assert "pets.txt" in paths(await found.search("sofa"))
        report = await found.add([PETS, GARAGE])
        assert (report.updated, report.skipped) == (1, 1)
        result = await found.search("hound vehicle")
        assert sorted(paths(result)) == ["garage.txt", "pets.txt"]
        assert result.damage == ()

    run(test())


@pytest.mark.parametrize("left", [b"", None])
def test_missing_texts(left):
    """A hit without its text is shown for what it is, and the others as they are."""

    async def test():
        store = await stored()
        if left is None:
            await store.remove("seg-00000001.txt")
        else:
            await store.write("seg-00000001.txt", [left])
        found = await again(store)
        result = await found.search("puppy tyres")
        hits = {hit.path: hit for hit in result.hits}
        assert hits["garage.txt"].text and hits["garage.txt"].problem is None
        broken = hits["pets.txt"]
        assert (broken.text, broken.highlights) == ("", ())
        assert broken.problem.startswith("The text of pets.txt cannot be shown: ")
        (damage,) = result.damage
        assert (damage.kind, damage.file, damage.documents) == ("texts", "seg-00000001.txt", 1)
        with pytest.raises(StorageError) as caught:
            await found.get("pets.txt")
        assert caught.value.code == "storage-damaged"
        assert caught.value.hint == "Add the file again."
        context = await found.context("puppy tyres")
        assert [one.path for one in context.sources] == ["garage.txt"]
        report = await found.add([PETS, GARAGE])
        assert (report.updated, report.skipped) == (1, 1)
        result = await found.search("puppy")
        assert result.hits[0].text == "The puppy sleeps on the old sofa."
        assert result.damage == ()

    run(test())


def test_repair_looks_at_everything():
    """Damage that no search has met yet is found, and what suffers from it is named and gone."""

    async def test():
        store = KeptStore()
        found = await again(store)
        await found.add([PETS])
        await found.add([PlainChunk("a", "alpha"), PlainChunk("b", "beta")])
        await found.settle()
        await found.close()
        rows = sections.read_table(bytes(await store.read("seg-00000001")), "")
        await flip(store, "seg-00000001", rows.sections["vectors.0.rows"].offset)
        await flip(store, "seg-00000002.txt", 0)
        found = await again(store)
        assert (await found.stats()).damage == ()
        assert {one.kind for one in (await found.check()).damage} == {"vectors", "texts"}
        repaired = await found.repair()
        assert repaired.removed == ("a", "pets.txt")
        assert {one.kind for one in repaired.damage} == {"vectors", "texts"}
        assert [info.id for info in await found.documents()] == ["b"]
        assert (await found.check()).damage == ()
        assert (await found.repair()).documents == 0
        await found.vacuum()
        assert (await found.stats()).deleted == 0
        assert (await found.check()).damage == ()

    run(test())


def test_damage_is_not_merged():
    """What is damaged is neither copied into a merged segment nor in the way of merging others."""

    async def test():
        store = KeptStore()
        found = await again(store)
        for number in range(4):
            await found.add([source(f"{number}.txt", f"gold {number}")])
        await found.settle()
        await found.close()
        await flip(store, "seg-00000002.txt", 0)
        await store.write("seg-00000003", [b""])
        found = await again(store)
        await found.search("gold")
        for number in range(4, 10):
            await found.add([source(f"{number}.txt", f"gold {number}")])
        await found.settle()
        assert (await found.stats()).segments == 5 - 1
        assert len((await found.check()).damage) == 2
        await found.vacuum()
        assert len((await found.check()).damage) == 2
        await found.repair()
        await found.settle()
        assert [info.path for info in await found.documents()] == [
            f"{number}.txt" for number in (0, 3, 4, 5, 6, 7, 8, 9)
        ]

    run(test())


def test_a_lost_commit():
    """A damaged manifest costs the last commit at most, and that is said until the next one."""

    async def test():
        store = KeptStore()
        found = await again(store)
        await found.add([PETS])
        await found.settle()
        before = await contents(store)
        await found.add([GARAGE])
        await found.settle()
        newest, other = slots(found)
        await found.close()
        await flip(store, newest, 40)
        found = await again(store)
        assert len(await found.documents()) == 2, "both slots tell of a commit that has settled"
        await found.close()
        await store.write(other, [before[other]])
        await flip(store, newest, 41)
        found = await again(store)
        assert [info.path for info in await found.documents()] == ["pets.txt"]
        (damage,) = (await found.search("puppy")).damage
        assert (damage.kind, damage.file) == ("manifest", newest)
        assert (await found.add([PETS, GARAGE])).added == 1
        assert (await found.stats()).damage == ()

    run(test())


def test_a_follower_survives_merges():
    """A reader whose files the writer has merged away reads what took their place."""

    async def test():
        store = KeptStore()
        writer = await again(store)
        reader = await collection(store, ConceptEmbedder(), read_only=True)
        for number in range(6):
            await writer.add([source(f"{number}.txt", f"puppy {number}")])
        await reader.refresh()
        await writer.settle()
        assert (await writer.stats()).segments == 1
        result = await reader.search("hound", {"mode": "vector"})
        assert len(result.hits) == 6 and result.damage == ()

    run(test())
