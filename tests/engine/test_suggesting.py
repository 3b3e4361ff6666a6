"""Suggestions over a collection: words as people write them, values that documents have."""

import doctest

import pytest

from app.engine import PlainChunk, values, written
from app.engine.committing import Rhythm
from app.errors import ClosedError, InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import collection, run, source

AUTHORED = "---\nauthor: {}\n---\n# {}\n\n{}"
FILES = [
    source("work/Reports/annual.md", AUTHORED.format("Ada Lovelace", "Annual", "Gold and silver.")),
    source("work/Reports/draft.md", AUTHORED.format("Alan Turing", "Draft", "Golden E-mail 😀.")),
    source("work/notes/mine.txt", "A gold mine; GitHub has getUserName() and an e-mail."),
    source("home/My notes/häuser.txt", "Die alten Häuser am Fluss und der Garten mit dem Hund."),
]


async def library(**options):
    """The files above in a collection."""
    made = await collection(**options)
    await made.add(FILES)
    return made


def test_examples():
    """Those in the docstrings are true."""
    for module in (values, written):
        assert doctest.testmod(module).failed == 0


async def told(made, text, limit=8):
    """Texts and counts of the completions."""
    found = await made.suggest(text, limit)
    return [(each.text, each.count) for each in found.completions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gol", [("gold", 2), ("golden", 1)]),
        ("ema", [("e-mail", 2)]),
        ("gith", [("GitHub", 1)]),
        ("getUs", [("getUserName", 1)]),
        ("haus", [("häuser", 1), ("häuser.txt", 1)]),
        ("type:", [("type:markdown", 2), ("type:text", 2)]),
        ("gold type:m", [("gold type:markdown", 2)]),
        ("gold -type:markdown,te", [("gold -type:markdown,text", 2)]),
        ("type:(markdown OR t", [("type:(markdown OR text", 2)]),
        ("type:text", []),
        ("lang:d", [("lang:de", 1)]),
        ("author:love", [('author:"Ada Lovelace"', 1)]),
        ("author:A", [('author:"Ada Lovelace"', 1), ('author:"Alan Turing"', 1)]),
        ('author:"Ada L', [('author:"Ada Lovelace"', 1)]),
        ("dir:", [("dir:work", 3), ("dir:home", 1)]),
        ("dir:work/", [("dir:work/Reports", 2), ("dir:work/notes", 1)]),
        ("dir:rep", [("dir:work/Reports", 2)]),
        ("dir:my", [('dir:"home/My notes"', 1)]),
        ("path:wo", []),
        ("ext:", []),
        ("date:", []),
        ("", []),
    ],
)
def test_completions(text, expected):
    """What completes a query, and in how many passages or documents it is."""

    async def test():
        assert await told(await library(), text) == expected

    run(test())


def test_a_completed_value_is_its_filter():
    """Each completion of a value lets through as many documents as it says."""

    async def test():
        made = await library()
        texts = ["type:", "lang:", "author:", "dir:", "dir:work/", "dir:my"]
        for text in texts:
            found = await made.suggest(text)
            assert found.completions or text == "lang:"
            for each in found.completions:
                result = await made.search(each.text + " ", {"mode": "keyword"})
                assert len({hit.document_id for hit in result.hits}) == each.count, each.text

    run(test())


def test_counts_follow_adds_and_deletes_over_segments():
    """In many segments or one, after documents have gone and others have come."""

    async def test():
        small = Rhythm(seconds=0.0, first_chunks=2, smallest=2, largest=2)
        many = await collection(rhythm=small, policy=MergePolicy(factor=1000))
        one = await collection()
        first = [PlainChunk(str(n), f"gold {'golden' if n % 3 else 'Gold'}") for n in range(9)]
        for made in (many, one):
            await made.add(first)
            assert await told(made, "gol") == [("gold", 9), ("golden", 6)]
            await made.remove(["1", "2", "3"])
            await made.add([PlainChunk("x", "golden goldsmith"), PlainChunk("4", "nothing")])
            assert await told(made, "gol") == [("gold", 5), ("golden", 4), ("goldsmith", 1)]
        assert (await many.stats()).segments > 3
        assert await told(many, "gol") == await told(one, "gol")

    run(test())


def test_corrections():
    """The whole query with its words put right; a search corrects the same."""

    async def test():
        made = await library()
        found = await made.suggest("slver and glod ")
        assert [(each.text, each.count, each.changed) for each in found.corrections] == [
            ("silver and gold ", 1, ((0, 6), (11, 15)))
        ]
        assert (await made.suggest("gold ")).corrections == ()
        result = await made.search("slver and glod ", {"mode": "keyword"})
        assert [(each.from_, each.to) for each in result.corrected] == [
            ("slver", ("silver",)),
            ("glod", ("gold",)),
        ]

    run(test())


def test_known_and_timings():
    """How sure it is that the last word is finished, and where the time went."""

    async def test():
        made = await library()
        assert ((await made.suggest("gold")).known, (await made.suggest("gol")).known) == (2, 0)
        timings = (await made.suggest("gol")).timings
        assert set(timings) == {"parse", "complete", "correct", "total"}

    run(test())


@pytest.mark.parametrize("limit", [-1, 51])
def test_limits_that_are_off(limit):
    """They are refused by name."""

    async def test():
        made = await library()
        with pytest.raises(InputError, match=str(limit)):
            await made.suggest("gold", limit)
        await made.close()
        with pytest.raises(ClosedError):
            await made.suggest("gold")

    run(test())


@pytest.mark.parametrize("text", ["", " ", "*", "(" * 99, "x" * 70_000, "a " * 5000, "\x00", "é̂"])
def test_odd_texts(text):
    """Whatever is typed, there is an answer, also over nothing."""

    async def test():
        for made in (await library(), await collection()):
            await made.suggest(text)

    run(test())
