"""A collection from outside: add, find, replace, remove, reopen."""

import pytest

from app.engine import PlainChunk
from app.errors import ClosedError, InputError, StorageError
from app.storage.memory_store import MemoryStore
from tests.engine.helpers import ConceptEmbedder, collection, paths, run, source

NOTES = [
    source("pets.txt", "The puppy sleeps all day long on the old sofa."),
    source("garage.md", "# Garage\n\nThe automobile needs new tyres before winter."),
    source("bank.txt", "Our currency lost half of its worth in a year."),
]


def test_both_legs_find():
    """Words find by words, synonyms by meaning; each hit says which leg ranked it."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        report = await found.add(NOTES)
        assert (report.added, report.updated, report.skipped, report.failed) == (3, 0, 0, ())
        by_words = await found.search("new tyres")
        assert paths(by_words)[0] == "garage.md"
        assert by_words.hits[0].legs["keyword"].rank == 1
        assert by_words.hits[0].title == "Garage"
        assert by_words.hits[0].address.heading == ("Garage",)
        by_meaning = await found.search("cash")
        assert paths(by_meaning)[0] == "bank.txt"
        assert set(by_meaning.hits[0].legs) == {"vector"}
        assert set(by_meaning.timings) == {
            "parse", "embed", "keyword", "vector", "fuse", "facets", "fetch", "total",
        }  # fmt: skip

    run(test())


def test_highlights_fit_the_text():
    """Highlights are offsets into the hit's own text."""

    async def test():
        found = await collection()
        await found.add(NOTES)
        hit = (await found.search("puppies", {"mode": "keyword"})).hits[0]
        assert [hit.text[start:end] for start, end in hit.highlights] == ["puppy"]

    run(test())


def test_unchanged_is_skipped_and_changed_replaced():
    """Size and time first, then the content decides; a path has one document."""

    async def test():
        found = await collection()
        await found.add([source("a.txt", "first words", modified=1.0)])
        report = await found.add([source("a.txt", "first words", modified=1.0)])
        assert (report.added, report.skipped) == (0, 1)
        report = await found.add([source("a.txt", "first words", modified=2.0)])
        assert (report.added, report.skipped) == (0, 1)
        report = await found.add([source("a.txt", "second words", modified=3.0)])
        assert (report.added, report.updated) == (0, 1)
        assert paths(await found.search("first", {"mode": "keyword"})) == []
        assert paths(await found.search("second", {"mode": "keyword"})) == ["a.txt"]
        assert (await found.stats()).documents == 1

    run(test())


def test_remove():
    """What is removed is gone from both legs; what is unknown does not count."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(NOTES)
        assert await found.remove(["pets.txt", "never.txt"]) == 1
        assert "pets.txt" not in paths(await found.search("puppy"))
        assert [info.path for info in await found.documents()] == ["bank.txt", "garage.md"]
        with pytest.raises(InputError) as caught:
            await found.get("pets.txt")
        assert caught.value.code == "not-found"

    run(test())


def test_reopened():
    """Another start on the same store finds the same, without indexing."""

    async def test():
        store, embedder = MemoryStore(), ConceptEmbedder()
        first = await collection(store, embedder)
        await first.add(NOTES)
        before = await first.search("cash tyres")
        again = await collection(store, ConceptEmbedder())
        after = await again.search("cash tyres")
        assert after.hits == before.hits
        report = await again.add(NOTES)
        assert report.skipped == 3

    run(test())


def test_same_content_twice():
    """A copy under another name is shown once, with its other place; removed, it stands alone."""

    async def test():
        found = await collection()
        await found.add(
            [source("a/report.txt", "gold was found"), source("b/copy.txt", "gold was found")]
        )
        result = await found.search("gold")
        assert paths(result) == ["a/report.txt"]
        assert result.hits[0].also_at == ("b/copy.txt",)
        await found.remove(["a/report.txt"])
        result = await found.search("gold")
        assert paths(result) == ["b/copy.txt"]
        assert result.hits[0].also_at == ()

    run(test())


def test_get():
    """A document and a passage come back with their text and place."""

    async def test():
        found = await collection()
        text = "\n\n".join(f"Paragraph {n} speaks of topic {n}. " * 12 for n in range(30))
        await found.add([source("long.txt", text), *NOTES])
        document = await found.get("long.txt")
        assert document.text.startswith("Paragraph 0") and document.kind == "text"
        hit = (await found.search("topic 17", {"mode": "keyword"})).hits[0]
        passage = await found.get(hit.id)
        assert passage.text == hit.text == document.text[passage.start : passage.end]
        assert passage.document_id == "long.txt"
        for wrong in ("long.txt#999", "long.txt#x", "long.txt#", "nothing"):
            with pytest.raises(InputError):
                await found.get(wrong)

    run(test())


def test_plain_passages():
    """A passage as it stands keeps its id; its vector is used, and the query's may be given."""

    async def test():
        found = await collection()
        await found.add(
            [
                PlainChunk(
                    "p1", "alpha text", title="First", vector=[1, 0, 0], metadata={"k": "v"}
                ),
                PlainChunk("p2", "beta text", vector=[0, 3, 0]),
            ]
        )
        result = await found.search("", {"mode": "vector", "vector": [0, 1, 0.1]})
        assert [hit.id for hit in result.hits] == ["p2", "p1"]
        assert result.hits[1].metadata == {"k": "v"}
        assert (await found.get("p1")).text == "alpha text"
        assert [hit.id for hit in (await found.search("alpha")).hits] == ["p1"]
        with pytest.raises(InputError) as caught:
            await found.search("x", {"vector": [1, 2]})
        assert caught.value.code == "dimension-mismatch"
        report = await found.add([PlainChunk("p1", "alpha text", title="First", vector=[0, 0, 1])])
        assert report.updated == 1
        report = await found.add([PlainChunk("p3", "x", vector=[0, 0]), PlainChunk("p4", " ")])
        assert [failure.code for failure in report.failed] == ["dimension-mismatch", "empty"]

    run(test())


def test_passages_with_vectors_of_a_known_model():
    """Vectors made elsewhere by the model that is here are searched as if it had made them."""

    async def test():
        concepts = ConceptEmbedder()
        (vector,) = await concepts.embed(["gold in the river"], "passage")
        found = await collection(embedder=concepts)
        model = concepts.info.model
        report = await found.add(
            [
                PlainChunk("p1", "nuggets", vector=vector, model=model),
                PlainChunk("p2", "short", vector=vector[:-1], model=model),
                PlainChunk("p3", "first", vector=[1, 0], model="other/1"),
                PlainChunk("p4", "second", vector=[1, 0, 0], model="other/1"),
            ]
        )
        assert [failure.path for failure in report.failed] == ["p2", "p4"]
        assert {failure.code for failure in report.failed} == {"dimension-mismatch"}
        report = await found.add([PlainChunk("p5", "third", vector=[1, 0, 0], model="other/1")])
        assert [failure.code for failure in report.failed] == ["dimension-mismatch"]
        result = await found.search("gold in the river", {"mode": "vector"})
        assert result.hits[0].id == "p1"
        assert "other/1 is not available" in result.notes[0]

    run(test())


def test_stats():
    """Numbers of live documents only."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(NOTES)
        stats = await found.stats()
        assert (stats.documents, stats.chunks, stats.segments) == (3, 3, 1)
        assert [(m.model, m.chunks) for m in stats.models] == [("concept/1", 3)]
        assert stats.bytes > 1000 and stats.terms > 15 and stats.storage == "memory"

    run(test())


def test_context():
    """Passages within the budget, numbered, each with its source."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(NOTES)
        context = await found.context("puppy sofa", 60)
        assert context.text.startswith("[1] pets.txt, line 1\nThe puppy sleeps")
        assert "[2] Garage\n" in context.text
        assert context.tokens <= 60
        assert [source.number for source in context.sources] == list(
            range(1, len(context.sources) + 1)
        )
        assert context.sources[0].path == "pets.txt"

    run(test())


def test_closed():
    """After closing every call says so."""

    async def test():
        found = await collection()
        await found.close()
        await found.close()
        for call in (found.search("x"), found.add(NOTES), found.remove(["x"]), found.stats()):
            with pytest.raises(ClosedError):
                await call

    run(test())


def test_follower():
    """A collection opened for reading sees another's commits after a refresh, and writes none."""

    async def test():
        store = MemoryStore()
        writer = await collection(store)
        reader = await collection(store, read_only=True)
        await writer.add(NOTES)
        assert (await reader.stats()).documents == 0
        assert await reader.refresh() is True
        assert await reader.refresh() is False
        assert paths(await reader.search("tyres", {"mode": "keyword"})) == ["garage.md"]
        with pytest.raises(StorageError) as caught:
            await reader.remove(["pets.txt"])
        assert caught.value.code == "read-only"

    run(test())
