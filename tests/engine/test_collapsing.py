"""Near-copies among hits: shown with the best of them, and never at the cost of other hits."""

import random

import numpy as np
import pytest

from app.engine import PlainChunk, SearchOptions
from app.errors import InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import collection, paths, run, source

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdklmnrt"]


def passage(seed, length=120):
    """A text of its own that holds gold once."""
    words = random.Random(seed).choices(WORDS, k=length)
    words[length // 2] = "gold"
    return " ".join(words)


def edited(text, changes, seed=7):
    """The text with some words replaced, none of them gold."""
    chance, words = random.Random(seed), text.split()
    places = [place for place, word in enumerate(words) if word != "gold"]
    for place in chance.sample(places, changes):
        words[place] = f"{chance.choice(WORDS)}s"
    return " ".join(words)


def test_near_copies_are_shown_with_the_best():
    """Three versions of a text are one hit, which names the others; another text is its own."""

    async def test():
        found = await collection()
        text = passage(1)
        await found.add(
            [
                source("a.txt", text),
                source("b.txt", edited(text, 2)),
                source("c.txt", edited(text, 1, seed=8)),
                source("other.txt", passage(2)),
            ]
        )
        for mode in ("keyword", "hybrid", "vector"):
            result = await found.search(f"gold {text.split()[3]}", {"mode": mode})
            assert len(result.hits) == 2
            first = next(hit for hit in result.hits if hit.path != "other.txt")
            near = [copy.path for copy in first.near_copies]
            assert sorted([first.path, *near]) == ["a.txt", "b.txt", "c.txt"]
            assert [hit.rank for hit in result.hits] == [1, 2]
            for copy in first.near_copies:
                assert (await found.get(copy.id)).path == copy.path
            apart = await found.search(f"gold {text.split()[3]}", {"mode": mode, "collapse": False})
            assert len(apart.hits) == 4
            assert all(hit.near_copies == () for hit in apart.hits)
            assert apart.total == result.total

    run(test())


def test_the_words_are_enough():
    """Without vectors copies are found by their words, whatever their case and their line ends."""

    async def test():
        found = await collection()
        text = passage(3)
        shouted = "\n".join(text.upper().split())
        await found.add([source("a.txt", text), source("b.txt", f"“{shouted}”, it said.")])
        (hit,) = (await found.search("gold", {"mode": "keyword"})).hits
        assert len(hit.near_copies) == 1

    run(test())


def test_k_hits_are_found_behind_any_number_of_copies():
    """However many copies stand before them, k different hits are found."""

    async def test():
        found = await collection()
        text = passage(4, length=40)
        copies = [PlainChunk(f"copy/{n}", f"{text} gold gold tail{n}") for n in range(600)]
        others = [PlainChunk(f"other/{n}", passage(100 + n)) for n in range(12)]
        await found.add([*copies, *others])
        result = await found.search("gold", {"mode": "keyword", "k": 10})
        assert len(result.hits) == 10
        assert [path.startswith("copy/") for path in paths(result)] == [True] + [False] * 9
        assert len(result.hits[0].near_copies) > 300
        assert len({copy.id for copy in result.hits[0].near_copies}) == len(
            result.hits[0].near_copies
        )

    run(test())


def test_files_with_the_same_content_are_one_near_copy():
    """Of a near-copy that stands at two places, the second is named with it."""

    async def test():
        found = await collection()
        text = passage(5)
        other = edited(text, 2)
        await found.add([source("a.txt", text), source("b.txt", other), source("c/b.txt", other)])
        (hit,) = (await found.search(text)).hits
        assert (hit.path, hit.also_at) == ("a.txt", ())
        (copy,) = hit.near_copies
        assert (copy.path, copy.also_at) == ("b.txt", ("c/b.txt",))

    run(test())


def test_documents_are_collapsed_by_their_best_passages():
    """Grouped by document, each document is in one place only, hit or near-copy."""

    async def test():
        found = await collection()
        more = [passage(seed).replace("gold", "lead") for seed in (7, 8)]
        text = "\n\n".join([passage(6), *more])
        await found.add([source("a.txt", text), source("b.txt", edited(text, 3))])
        result = await found.search("gold", {"groupBy": "document"})
        assert len(result.hits) == 1
        assert [copy.path for copy in result.hits[0].near_copies] == [
            {"a.txt": "b.txt", "b.txt": "a.txt"}[result.hits[0].path]
        ]

    run(test())


def test_lists_in_another_order_show_everything():
    """Sorted by name, near-copies stand where their names belong."""

    async def test():
        found = await collection()
        text = passage(9)
        await found.add([source("a.txt", text), source("b.txt", edited(text, 1))])
        result = await found.search("gold", {"sort": "name"})
        assert paths(result) == ["a.txt", "b.txt"]

    run(test())


def test_meaning_decides_where_words_are_in_doubt():
    """With a tenth of the words changed, equal vectors make a near-copy and others do not."""

    async def test():
        found = await collection()
        text = passage(10)
        one, other = np.eye(4, dtype=np.float32)[:2]
        await found.add(
            [
                PlainChunk("a", text, vector=one),
                PlainChunk("b", edited(text, 11), vector=one),
                PlainChunk("c", edited(text, 11, seed=10), vector=other),
                PlainChunk("d", passage(11), vector=one),
            ]
        )
        result = await found.search("", {"mode": "vector", "vector": one})
        near = {hit.id: [copy.id for copy in hit.near_copies] for hit in result.hits}
        assert near == {"a": ["b"], "c": [], "d": []}

    run(test())


@pytest.mark.parametrize("collapse", ["yes", 2, []])
def test_collapse_is_yes_or_no(collapse):
    """Nothing else is taken for either."""
    with pytest.raises(InputError):
        SearchOptions.of({"collapse": collapse})


def test_the_cut_into_segments_does_not_show():
    """One segment or many, merged or not: the same hits with the same copies."""

    async def test():
        texts = [passage(seed % 9) for seed in range(40)]
        chunks = [
            PlainChunk(f"p{number}", edited(text, number % 3, seed=number))
            for number, text in enumerate(texts)
        ]
        one, many = await collection(), await collection(policy=MergePolicy(factor=1000))
        await one.add(chunks)
        for chunk in chunks:
            await many.add([chunk])
        merged = await collection(policy=MergePolicy(factor=2, floor=1))
        for chunk in chunks:
            await merged.add([chunk])
        await merged.settle()
        for mode in ("keyword", "hybrid"):
            found = [await each.search("gold", {"mode": mode}) for each in (one, many, merged)]
            rows = [[(h.id, [c.id for c in h.near_copies]) for h in r.hits] for r in found]
            assert rows[0] == rows[1] == rows[2]
            assert len(rows[0]) == 9

    run(test())
