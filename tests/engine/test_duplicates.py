"""Groups of near-copies in a collection."""

import asyncio

import pytest

from app.engine import PlainChunk
from app.errors import InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import collection, run, source
from tests.engine.test_collapsing import edited, passage


def paths_of(found):
    """Paths of each group."""
    return [[passage.path for passage in group.passages] for group in found.groups]


def test_versions_and_copies_are_groups():
    """The largest group first, its passages in the order of adding; others are in none."""

    async def test():
        found = await collection(embedder=None)
        one, other = passage(1), passage(2)
        await found.add(
            [
                source("a.txt", one),
                source("b.txt", other),
                source("c.txt", edited(one, 1)),
                source("d.txt", passage(3)),
                source("e.txt", edited(other, 2)),
                source("f.txt", one),
            ]
        )
        groups = await found.duplicates()
        assert paths_of(groups) == [["a.txt", "c.txt", "f.txt"], ["b.txt", "e.txt"]]
        assert (groups.total, groups.passages) == (2, 3)
        for group in groups.groups:
            for each in group.passages:
                assert (await found.get(each.id)).path == each.path
        fewer = await found.duplicates(limit=1)
        assert (len(fewer.groups), fewer.total, fewer.passages) == (1, 2, 3)

    run(test())


def test_documents_are_versions_by_most_of_their_passages():
    """Half of a document is none, nor is a document that holds another among much else."""

    async def test():
        found = await collection(embedder=None)
        parts = [passage(seed) for seed in range(20, 30)]
        text = "\n\n".join(parts)
        await found.add(
            [
                source("first.txt", text),
                source("other.txt", "\n\n".join(passage(seed) for seed in range(30, 36))),
                source("second.txt", text.replace(parts[4], passage(40))),
                source("half.txt", "\n\n".join([*parts[:5], *map(passage, range(50, 55))])),
                source("one.txt", parts[0]),
                source("copy.txt", text),
            ]
        )
        groups = (await found.duplicates()).documents
        assert [[each.path for each in group] for group in groups] == [
            ["first.txt", "second.txt", "copy.txt"]
        ]
        shares = [each.share for each in groups[0]]
        assert shares[0] == shares[2] == 1
        assert 0.7 <= shares[1] < 1
        assert (await found.duplicates(limit=0)).documents == ()

    run(test())


def test_what_is_removed_is_in_no_group():
    """Deleted passages do not count, wherever they still lie."""

    async def test():
        found = await collection(embedder=None, policy=MergePolicy(factor=1000))
        text = passage(4)
        for name in ("a.txt", "b.txt", "c.txt"):
            await found.add([source(name, text)])
        await found.remove(["a.txt"])
        assert paths_of(await found.duplicates()) == [["b.txt", "c.txt"]]
        await found.remove(["b.txt"])
        assert paths_of(await found.duplicates()) == []

    run(test())


def test_a_chain_of_small_changes_is_not_one_group():
    """Each member is near to the first of its group."""

    async def test():
        found = await collection(embedder=None)
        texts = [passage(5)]
        for step in range(30):
            texts.append(edited(texts[-1], 4, seed=step))
        await found.add([PlainChunk(f"p{n:02}", text) for n, text in enumerate(texts)])
        groups = paths_of(await found.duplicates())
        assert len(groups) > 3
        assert all(
            int(group[-1][1:]) - int(group[0][1:]) < 15 for group in groups if len(group) > 1
        )

    run(test())


def test_every_pair_of_versions_among_many_is_found():
    """A thousand passages, a hundred of them with a version; nothing else is told."""

    async def test():
        found = await collection(embedder=None)
        texts = [passage(seed) for seed in range(1000)]
        versions = [edited(text, 2, seed=number) for number, text in enumerate(texts[:100])]
        await found.add([PlainChunk(f"p{n}", text) for n, text in enumerate([*texts, *versions])])
        groups = paths_of(await found.duplicates(limit=1000))
        expected = [[f"p{n}", f"p{1000 + n}"] for n in range(100)]
        assert all(group in expected for group in groups)
        assert len(groups) >= 97

    run(test())


def test_searches_are_answered_meanwhile():
    """Looking through a collection gives way."""

    async def test():
        found = await collection(embedder=None)
        await found.add([PlainChunk(f"p{n}", passage(n % 50)) for n in range(200)])
        looking = asyncio.ensure_future(found.duplicates())
        await asyncio.sleep(0)
        result = await found.search("gold")
        assert result.hits
        assert not looking.done()
        assert (await looking).passages == 150

    run(test())


def test_an_empty_collection_and_a_bad_limit():
    """None, and an error."""

    async def test():
        found = await collection(embedder=None)
        assert (await found.duplicates()).groups == ()
        await found.add([PlainChunk("a", "gold"), PlainChunk("b", "!!!")])
        assert (await found.duplicates()).groups == ()
        with pytest.raises(InputError):
            await found.duplicates(-1)

    run(test())
