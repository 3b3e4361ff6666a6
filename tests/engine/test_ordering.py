"""Other orders than by relevance: all that matches, ties by relevance, the unknown last."""

import random
from datetime import datetime

import pytest

from app.engine import PlainChunk
from app.engine.columns import natural_key
from app.engine.committing import Rhythm
from app.errors import InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import ConceptEmbedder, collection, paths, run, source

SMALL = {
    "rhythm": Rhythm(seconds=0.0, first_chunks=2, smallest=2, largest=2),
    "policy": MergePolicy(factor=1000),
}


def stamp(year):
    """Seconds since 1970 in a year."""
    return datetime(year, 6, 1).timestamp()


FILES = [
    source("z/Part 10.txt", "gold", modified=stamp(2020)),
    source("z/part 9.txt", "gold gold mine and more of it", modified=stamp(2024)),
    source("a/Änderung.txt", "gold and some other words", modified=stamp(2022)),
    source("b/über.txt", "gold mine", modified=stamp(2022)),
    source("c/unknown.txt", "gold, date unknown and long, quite long, longest of all"),
    source("d/other.txt", "silver", modified=stamp(2025)),
]


@pytest.mark.parametrize("cut", [{}, SMALL], ids=["one segment", "many"])
@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"sort": "date"}, ["part 9", "über", "Änderung", "Part 10", "unknown"]),
        ({"sort": "date", "order": "desc"}, ["part 9", "über", "Änderung", "Part 10", "unknown"]),
        ({"sort": "date", "order": "asc"}, ["Part 10", "über", "Änderung", "part 9", "unknown"]),
        ({"sort": "name"}, ["Änderung", "part 9", "Part 10", "über", "unknown"]),
        ({"sort": "name", "order": "desc"}, ["unknown", "über", "Part 10", "part 9", "Änderung"]),
        ({"sort": "size"}, ["unknown", "part 9", "Änderung", "über", "Part 10"]),
        ({"sort": "size", "order": "asc"}, ["Part 10", "über", "Änderung", "part 9", "unknown"]),
    ],
)
def test_orders(options, names, mode, cut):
    """Date, name and size, each way round; the two of 2022 by relevance."""

    async def test():
        library = await collection(embedder=ConceptEmbedder(), **cut)
        await library.add(FILES)
        result = await library.search("gold mine ", {"mode": mode, **options})
        assert [path.split("/")[1].removesuffix(".txt") for path in paths(result)] == names
        assert (result.total, result.documents) == (5, 5)
        assert [hit.rank for hit in result.hits] == [1, 2, 3, 4, 5]
        by_relevance = await library.search("gold mine ", {"mode": "keyword"})
        legs = {hit.path: hit.legs["keyword"] for hit in by_relevance.hits}
        assert {hit.path: hit.legs["keyword"] for hit in result.hits} == legs
        assert (await library.search("gold mine ", {"mode": mode, "k": 2, **options})).hits == (
            result.hits[:2]
        )

    run(test())


def test_all_matches_are_sorted_not_the_best():
    """The oldest of a thousand is found, however low it ranks."""

    async def test():
        library = await collection()
        plenty = [
            source(f"{n}.txt", "gold " * 9 + str(n), modified=stamp(2000 + n % 20))
            for n in range(300)
        ]
        low = source("low.txt", "gold among very many other words here", modified=stamp(1990))
        await library.add([*plenty, low])
        options = {"mode": "keyword", "sort": "date", "order": "asc", "k": 1}
        result = await library.search("gold ", options)
        assert (paths(result), result.total) == (["low.txt"], 301)

    run(test())


def test_grouped_the_best_passage_of_each_stands_for_it():
    """And copies are shown once, as without an order."""

    async def test():
        library = await collection()
        long = "\n\n".join(["gold dust. " * 60] * 20 + ["gold mine " * 60])
        await library.add(
            [
                source("long.txt", long, modified=stamp(2024)),
                source("a.txt", "gold mine", modified=stamp(2023)),
                source("b.txt", "gold mine", modified=stamp(2022)),
                source("c.txt", "gold", modified=stamp(2021)),
            ]
        )
        options = {"mode": "keyword", "sort": "date", "k": 3}
        flat = await library.search("gold mine ", options)
        assert paths(flat) == ["long.txt"] * 3
        assert "mine" in flat.hits[0].text
        grouped = await library.search("gold mine ", {**options, "groupBy": "document"})
        assert paths(grouped) == ["long.txt", "a.txt", "c.txt"]
        assert "mine" in grouped.hits[0].text
        assert grouped.hits[1].also_at == ("b.txt",)
        assert grouped.documents == 4

    run(test())


def test_what_is_near_in_meaning_is_sorted_where_no_words_match():
    """By meaning alone, or with words that nothing holds."""

    async def test():
        library = await collection(embedder=ConceptEmbedder())
        await library.add(
            [
                source("b.txt", "puppy", modified=stamp(2020)),
                source("a.txt", "cash", modified=stamp(2024)),
            ]
        )
        for mode in ("hybrid", "vector"):
            options = {"mode": mode, "sort": "date"}
            result = await library.search("hound", options)
            assert paths(result) == ["a.txt", "b.txt"]
            assert all(set(hit.legs) == {"vector"} for hit in result.hits)
        listed = await library.search("type:text", {"mode": "vector", "sort": "name"})
        assert paths(listed) == ["a.txt", "b.txt"]
        words = await library.search("puppy", {"sort": "date"})
        assert paths(words) == ["b.txt"]

    run(test())


def test_names_in_their_natural_order():
    """Numbers by value, whatever their zeros; no case, no diacritics."""
    names = [
        "1.md",
        "02.md",
        "a.md",
        "A2b.md",
        "a10.md",
        "Ä11.md",
        "b.md",
        "v1.9",
        "v1.10",
        "東.md",
    ]
    mixed = random.Random(3).sample(names, len(names))
    assert sorted(mixed, key=natural_key) == names
    assert natural_key("x/01 A.txt") == natural_key("y/1 a.TXT")
    assert natural_key("9" * 200) < natural_key("1" + "0" * 200)


def test_passages_as_they_stand_have_a_name_and_a_size():
    """Their id and their text; no date."""

    async def test():
        library = await collection()
        await library.add([PlainChunk("b", "gold"), PlainChunk("a", "gold gold gold gold")])
        for sort, ids in (("name", ["a", "b"]), ("size", ["a", "b"])):
            found = await library.search("gold ", {"mode": "keyword", "sort": sort})
            assert [hit.id for hit in found.hits] == ids

    run(test())


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_new_documents_gain_where_that_is_wanted(mode):
    """Of documents with the same words the newest comes first, and the unknown gains nothing."""

    async def test():
        library = await collection(embedder=ConceptEmbedder())
        years = {"old": 1995, "older": 1990, "new": 2100}
        files = [
            source(f"{name}.txt", f"gold mine {name}", modified=stamp(year))
            for name, year in years.items()
        ]
        await library.add([source("unknown.txt", "gold mine in the deep"), *files])
        plain = await library.search("gold mine ", {"mode": mode})
        recent = await library.search("gold mine ", {"mode": mode, "recency": 0.5})
        before, after = ({hit.path: hit.score for hit in result.hits} for result in (plain, recent))
        assert paths(recent)[0] == "new.txt"
        assert after["new.txt"] == pytest.approx(1.5 * before["new.txt"])
        assert after["unknown.txt"] == before["unknown.txt"]
        assert after["old.txt"] == pytest.approx(before["old.txt"], rel=1e-3)
        with pytest.raises(InputError, match="recency"):
            await library.search("gold", {"recency": 2})

    run(test())


def test_grouped_hits_are_of_whole_documents():
    """Two words that are both required may stand pages apart; total counts documents."""

    async def test():
        library = await collection()
        apart = "Gold is here. " + "Nothing else is said. " * 400 + "The mine is there."
        await library.add([source("apart.txt", apart), source("gold.txt", "gold gold gold")])
        query = "gold AND mine"
        assert (await library.search(query, {"mode": "keyword"})).total == 0
        grouped = await library.search(query, {"mode": "keyword", "groupBy": "document"})
        assert paths(grouped) == ["apart.txt"]
        assert grouped.total == 1

    run(test())
