"""Searching: options, filters, groups, modes, and that the cut into segments does not show."""

import numpy as np
import pytest

from app.engine import EmbedderChain, PlainChunk, SearchOptions
from app.engine.committing import Rhythm
from app.engine.filters import path_test
from app.errors import InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import ConceptEmbedder, chain, collection, paths, run, source

PETS = [
    source("pets/dogs.md", "# Dogs\n\nA hound is a dog."),
    source("pets/cats.txt", "A cat is no dog at all."),
    source("cars/list.txt", "No dog here, but a car."),
]


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0},
        {"k": 1001},
        {"k": "3"},
        {"mode": "magic"},
        {"filter": {"colour": "red"}},
        {"filter": "notes/"},
        {"groupBy": "folder"},
        {"deep": True},
    ],
)
def test_bad_options(options):
    """An option that is off is named."""
    with pytest.raises(InputError):
        SearchOptions.of(options)


@pytest.mark.parametrize("vector", [[], [0, 0], [[1, 2]], ["a"], [float("nan"), 1], "text"])
def test_bad_vectors(vector):
    """A vector that cannot be searched with is refused."""
    with pytest.raises(InputError) as caught:
        SearchOptions.of({"vector": vector})
    assert caught.value.code == "dimension-mismatch"


def test_filters():
    """Path prefix, glob and type are applied before the best are taken."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(PETS)
        wanted = {
            "pets/": ["pets/cats.txt", "pets/dogs.md"],
            "*.txt": ["cars/list.txt", "pets/cats.txt"],
            "pets/c?ts.txt": ["pets/cats.txt"],
            "nowhere/": [],
        }
        for mode in ("hybrid", "keyword", "vector"):
            for path, expected in wanted.items():
                result = await found.search(
                    "dog", {"mode": mode, "k": 1000, "filter": {"path": path}}
                )
                assert sorted(paths(result)) == expected
            result = await found.search("dog", {"mode": mode, "filter": {"type": "markdown"}})
            assert paths(result) == ["pets/dogs.md"]

    run(test())


def test_filter_reaches_deep():
    """A filter that leaves one of many finds it, however low it ranks."""

    async def test():
        found = await collection()
        plenty = [PlainChunk(f"a/{n}", "gold gold gold") for n in range(400)]
        await found.add([*plenty, PlainChunk("b/1", "some gold among many other words here")])
        result = await found.search("gold", {"mode": "keyword", "k": 5, "filter": {"path": "b/"}})
        assert paths(result) == ["b/1"]
        assert result.total == 1

    run(test())


def test_path_test():
    """A bracket makes a glob, a plain text a prefix."""
    assert path_test("a[bc].txt")("ab.txt")
    assert not path_test("a[bc].txt")("ad.txt")
    assert path_test("")("anything")


def test_group_by_document():
    """The best passage of each document, and as many documents as asked for."""

    async def test():
        found = await collection()
        long = "\n\n".join(["gold gold gold. " * 40] * 80)
        await found.add(
            [source("long.txt", long), source("a.txt", "gold"), source("b.txt", "some gold")]
        )
        flat = await found.search("gold", {"k": 3, "mode": "keyword", "collapse": False})
        grouped = await found.search("gold", {"k": 3, "mode": "keyword", "groupBy": "document"})
        assert len({hit.document_id for hit in flat.hits}) < 3
        assert sorted(paths(grouped)) == ["a.txt", "b.txt", "long.txt"]

    run(test())


def test_cut_into_segments_does_not_show():
    """One segment or twenty, the same hits with the same scores in the same order."""

    async def test():
        rng = np.random.default_rng(7)
        words = [f"word{n}" for n in range(40)]
        plain = [PlainChunk(f"d{n}", " ".join(rng.choice(words, 12))) for n in range(100)]
        never = MergePolicy(factor=1000)
        small = Rhythm(seconds=0.0, first_chunks=5, smallest=5, largest=5)
        one = await collection(rhythm=Rhythm(seconds=1000, first_chunks=1000))
        many = await collection(rhythm=small, policy=never)
        merged = await collection(rhythm=small)
        for each in (one, many, merged):
            await each.add(plain)
        assert (await one.stats()).segments == 1
        assert (await many.stats()).segments >= 20
        for query in ("word1 word2", "word7", "word3 word3 word9 word30"):
            for mode in ("keyword", "vector", "hybrid"):
                results = [
                    await each.search(query, {"mode": mode, "k": 30})
                    for each in (one, many, merged)
                ]
                rows = [[(h.id, round(h.score, 6), h.rank) for h in r.hits] for r in results]
                assert rows[0] == rows[1] == rows[2]
                assert len({result.total for result in results}) == 1

    run(test())


def test_what_is_known_of_a_segment_outlives_a_commit():
    """Frequencies are counted once for a segment, and again when its documents are deleted."""

    async def test():
        found = await collection(policy=MergePolicy(factor=1000))
        await found.add([PlainChunk("a", "gold"), PlainChunk("b", "golden")])
        first = found._state.view.keyword.segments[0]
        await found.add([PlainChunk("c", "gold")])
        view = found._state.view
        assert [segment is first for segment in view.keyword.segments] == [True, False]
        assert view.lexicon.frequencies(["gold"]) == {"gold": 2}
        await found.remove(["a"])
        view = found._state.view
        assert [segment is first for segment in view.keyword.segments] == [False, False]
        assert view.lexicon.frequencies(["gold"]) == {"gold": 1}

    run(test())


def test_ranks_and_legs():
    """Ranks count from 1; a hit names each leg that ranked it."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(PETS)
        result = await found.search("dog")
        assert [hit.rank for hit in result.hits] == [1, 2, 3]
        assert all(set(hit.legs) == {"keyword", "vector"} for hit in result.hits)
        assert sorted(hit.legs["vector"].rank for hit in result.hits) == [1, 2, 3]
        assert -1 <= result.hits[0].legs["vector"].score <= 1.001
        scores = [hit.score for hit in result.hits]
        assert scores == sorted(scores, reverse=True)

    run(test())


def test_model_that_is_gone():
    """Vectors of a model that is not there are left out, with a note; words still find."""

    async def test():
        from app.storage.memory_store import MemoryStore

        store = MemoryStore()
        await (await collection(store, chain(ConceptEmbedder()))).add(PETS)
        later = await collection(store, EmbedderChain([]))
        result = await later.search("hound")
        assert paths(result) == ["pets/dogs.md"]
        assert any("concept/1" in note for note in result.notes)
        assert (await later.search("hound", {"mode": "vector"})).hits == ()

    run(test())


@pytest.mark.parametrize("query", ["", "   ", "?!", "the", "😀", "a" * 5000, "\x00"])
def test_odd_queries(query):
    """Whatever is typed, there is an answer."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add(PETS)
        for mode in ("hybrid", "keyword", "vector"):
            await found.search(query, {"mode": mode})

    run(test())


def test_empty_collection():
    """Nothing in it, nothing found."""

    async def test():
        found = await collection()
        result = await found.search("gold")
        assert (result.hits, result.total) == ((), 0)
        assert await found.documents() == []
        assert (await found.stats()).chunks == 0
        assert (await found.context("gold", 100)).text == ""

    run(test())


def test_a_hit_tells_which_stretch_shows_it_best():
    """A sentence with the words, in a passage of many."""

    async def test():
        library = await collection()
        filler = "Nothing of the kind stands in here. "
        text = f"{filler * 12}The gold lies near the old mine. {filler * 12}"
        await library.add([PlainChunk("a", text), PlainChunk("b", "gold mine")])
        hits = {hit.id: hit for hit in (await library.search("gold mine")).hits}
        start, end = hits["a"].snippet
        assert text[start:end].startswith("The gold lies near the old mine.")
        assert end - start <= 240
        assert hits["b"].snippet == (0, 9)

    run(test())
