"""Vectors from a table that is fetched when a text first comes, and what goes wrong with it."""

import asyncio

import numpy as np
import pytest

from app.core.analysis.wordpiece import WordPiece
from app.core.dense.static_embedder import BUNDLED, DIM, StaticTable
from app.engine import EmbedderChain, StaticEmbedder
from app.errors import EmbedderError
from tests.engine.helpers import ConceptEmbedder, collection, source

WORDS = ["[UNK]", "gold", "silver", "tax", "form"]


def table():
    """Metals are near to each other; what is unknown says nothing."""
    rows = np.zeros((len(WORDS), DIM))
    rows[1, 0] = rows[2, 0] = 3.0
    rows[1, 1] = rows[2, 2] = 1.0
    rows[3, 3] = rows[4, 4] = 2.0
    return StaticTable.of(rows, BUNDLED).to_bytes()


class Fetched:
    """Counts how often the table is fetched."""

    def __init__(self, data=None):
        self.data = data
        self.times = 0

    async def __call__(self):
        """The table, or an error where there is none."""
        self.times += 1
        if self.data is None:
            raise EmbedderError("The table is missing.", code="model-missing")
        return self.data


def embedder(fetch):
    """Over a vocabulary of five."""
    return StaticEmbedder(fetch, WordPiece(WORDS), probe=None)


def test_fetched_once_and_late():
    """Not before a text comes, and once for several at the same time."""

    async def test():
        fetch = Fetched(table())
        one = embedder(fetch)
        assert (one.info.quick, fetch.times) == (True, 0)
        both = await asyncio.gather(
            one.embed(["gold"] * 70, "passage"), one.embed(["silver"], "query")
        )
        assert fetch.times == 1
        assert both[0].shape == (70, DIM)
        assert (both[0] @ both[1].T).min() > 0.8

    asyncio.run(test())


def test_weights():
    """What counts little turns the vector little; without any weight there is no direction."""

    async def test():
        one = embedder(Fetched(table()))
        weights = {"gold": 1.0, "form": 0.1}
        (row,) = await one.embed_weighted("gold form", weights.__getitem__)
        (gold,), (form,) = [await one.embed([word], "query") for word in weights]
        assert row @ gold > 0.99 > row @ form > 0
        assert not (await one.embed_weighted("gold", lambda _: 0.0)).any()

    asyncio.run(test())


def test_texts_without_a_known_token():
    """They get no direction, are found by words, and do not end the embedder."""

    async def test():
        chain = EmbedderChain([embedder(Fetched(table()))])
        found = await collection(embedder=chain)
        await found.add([source("a.txt", "Бабочки летают."), source("b.txt", "gold silver")])
        assert chain.notes == []
        by_words = await found.search("бабочки")
        assert by_words.hits[0].path == "a.txt"
        assert (await found.search("silver", {"mode": "vector"})).hits[0].path == "b.txt"

    asyncio.run(test())


@pytest.mark.parametrize("data", [None, b"no table", table()[:1000]])
def test_no_table(data):
    """The next embedder takes over, and it is said why."""

    async def test():
        chain = EmbedderChain([embedder(Fetched(data)), ConceptEmbedder()])
        found = await collection(embedder=chain)
        await found.add([source("a.txt", "A dog barks.")])
        assert [each.model for each in (await found.stats()).models] == ["concept/1"]
        assert len(chain.notes) == 1 and BUNDLED in chain.notes[0]

    asyncio.run(test())
