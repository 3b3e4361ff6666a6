"""Quick vectors at first, better ones in the background: what is found, and what is kept."""

import asyncio
import functools
from functools import partial

import numpy as np
import pytest

from app.engine import Cancellation, EmbedderChain, PlainChunk
from app.engine import upgrading as job
from app.engine.searcher import STILL_LOADING
from app.errors import CancelledError, ClosedError, EmbedderError
from app.ports import EmbedderInfo
from tests.engine.helpers import (
    ConceptEmbedder,
    KeptStore,
    collection,
    flip,
    paths,
    run,
    source,
)


def asynchronous(test):
    """The test as one that pytest can call."""

    @functools.wraps(test)
    def called(*args, **more):
        run(test(*args, **more))

    return called


BEST = "concept/1"
QUICK = "static/test"


class QuickEmbedder:
    """Knows that a dog is a dog, and nothing of puppies."""

    def __init__(self):
        self.info = EmbedderInfo(QUICK, 8, "numpy", "int8", quick=True)
        self.texts = 0

    async def embed(self, texts, role):
        """Vectors by the letters of words."""
        self.texts += len(texts) if role == "passage" else 0
        rows = np.full((len(texts), 8), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                row[sum(word.encode()) % 8] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def tiers(**more):
    """Both embedders, the better one first."""
    best = ConceptEmbedder(**more)
    return best, EmbedderChain([best, QuickEmbedder()])


async def models(found):
    """Number of passages by model."""
    return {each.model: each.chunks for each in (await found.stats()).models}


async def spoil(store, place):
    """Change a byte of the better vectors; the name of their file."""
    (name,) = [name for name in await store.names() if ".vec-" in name]
    await flip(store, name, place)
    return name


SOURCES = [
    source("dog.txt", "A dog barks at night."),
    source("car.txt", "The car is in the garage."),
    source("cash.txt", "Cash is kept in the drawer."),
]


@asynchronous
async def test_quick_first_then_the_best():
    """Adding waits for no network; afterwards the better model has taken over everywhere."""
    store, (best, chain) = KeptStore(), tiers()
    found = await collection(store, chain)
    await found.add(SOURCES)
    assert not best.batches
    assert await models(found) == {QUICK: 3}
    assert found.lesser == 3
    assert paths(await found.search("barks", {"mode": "vector"}))[0] == "dog.txt"
    told = []
    done = await found.upgrade(on_progress=told.append)
    assert (done.chunks, found.lesser, await models(found)) == (3, 0, {BEST: 3})
    assert {each.phase for each in told} == {"upgrade"}
    assert (told[-1].done, told[-1].total) == (3, 3)
    assert paths(await found.search("puppy", {"mode": "vector"}))[0] == "dog.txt"
    assert (await found.upgrade()).chunks == 0
    await found.close()
    again = await collection(store, chain)
    assert await models(again) == {BEST: 3}
    assert paths(await again.search("puppy", {"mode": "vector"}))[0] == "dog.txt"
    assert not (await again.check()).damage


@asynchronous
async def test_both_are_searched_meanwhile():
    """Each model with its own vector of the query; no passage comes twice."""
    _, chain = tiers()
    found = await collection(embedder=chain)
    await found.add(SOURCES)
    await found.upgrade()
    await found.add([source("hound.txt", "The hound runs."), source("bank.txt", "A bank.")])
    assert await models(found) == {BEST: 3, QUICK: 2}
    result = await found.search("puppy hound", {"mode": "vector"})
    assert {"dog.txt", "hound.txt"} == set(paths(result)[:2])
    assert len(set(paths(result))) == len(result.hits) == 5
    hybrid = await found.search("hound runs")
    assert paths(hybrid)[0] == "hound.txt"


@asynchronous
async def test_stopped_and_gone_on(monkeypatch):
    """What was committed stays; the next run does the rest and nothing twice."""
    monkeypatch.setattr(job, "SECONDS", 0.0)
    monkeypatch.setattr(job, "POOL", 4)
    store, (best, chain) = KeptStore(), tiers(delay=0.01)
    found = await collection(store, chain)
    await found.add([source(f"{n}.txt", f"The vehicle number {n} is green.") for n in range(20)])
    stop = Cancellation()
    upgrading = asyncio.ensure_future(found.upgrade(cancel=stop))
    while len(best.batches) < 3:
        await asyncio.sleep(0.001)
    stop.cancel()
    with pytest.raises(CancelledError):
        await upgrading
    done = (await models(found))[BEST]
    assert 8 <= done < 20
    await found.close()
    again = await collection(store, chain)
    assert await models(again) == {BEST: done, QUICK: 20 - done}
    assert (await again.upgrade()).chunks == 20 - done
    texts = [text for batch in best.batches for text in batch]
    assert len(texts) == len(set(texts)) == 20


@asynchronous
async def test_what_was_asked_about_comes_first(monkeypatch):
    """Then the newest."""
    monkeypatch.setattr(job, "POOL", 1)
    best, chain = tiers()
    found = await collection(embedder=chain)
    await found.add([source(f"{n}.txt", f"Item {n} of the list.") for n in range(5)])
    await found.search("item 2", {"mode": "keyword", "k": 1})
    await found.upgrade()
    order = [batch[0].rpartition("Item ")[2][0] for batch in best.batches]
    assert order == ["2", "4", "3", "1", "0"]


@asynchronous
async def test_merged_meanwhile(monkeypatch):
    """Vectors find their passages although the segments that they were made for have gone."""
    _, chain = tiers(delay=0.05)
    found = await collection(embedder=chain)
    for number in range(4):
        await found.add([source(f"{number}.txt", f"The vehicle {number} is green.")])
    upgrading = asyncio.ensure_future(found.upgrade())
    await asyncio.sleep(0.02)
    await found.remove(["1.txt"])
    await found.add([source("2.txt", "It is another text by now.")])
    await found.vacuum()
    await upgrading
    await found.upgrade()
    assert await models(found) == {BEST: 3}
    hit = (await found.search("vehicle", {"mode": "vector"})).hits[0]
    assert hit.path in ("0.txt", "3.txt")
    assert not (await found.check()).damage


@asynchronous
async def test_merging_keeps_what_was_renewed():
    """A merge reads the better vectors, and the files they were in go with their segments."""
    store, (_, chain) = KeptStore(), tiers()
    found = await collection(store, chain)
    for number in range(3):
        await found.add([source(f"{number}.txt", f"The vehicle {number} is green.")])
        await found.upgrade()
    await found.remove(["1.txt"])
    await found.vacuum()
    assert await models(found) == {BEST: 2}
    await found.close()
    again = await collection(store, chain)
    assert await models(again) == {BEST: 2}
    files = [name for name in await store.names() if ".vec-" in name]
    assert len(files) <= (await again.stats()).segments


@asynchronous
async def test_held_up():
    """While it is held up nothing is embedded; adding holds it up by itself."""
    best, chain = tiers()
    found = await collection(embedder=chain)
    await found.add(SOURCES)
    found.gate.hold("battery")
    upgrading = asyncio.ensure_future(found.upgrade())
    await asyncio.sleep(0.05)
    assert not best.batches
    await found.add([source("more.txt", "More of it.")])
    assert not best.batches
    found.gate.free("battery")
    await upgrading
    assert await models(found) == {BEST: 4}


@asynchronous
async def test_closed_meanwhile():
    """Closing ends it, held up or not."""
    _, chain = tiers()
    found = await collection(embedder=chain)
    await found.add(SOURCES)
    found.gate.hold("battery")
    upgrading = asyncio.ensure_future(found.upgrade())
    await asyncio.sleep(0.02)
    await found.close()
    with pytest.raises(ClosedError):
        await upgrading


@asynchronous
async def test_the_better_model_fails():
    """The quick vectors stay, and search goes on by them; nothing is lost."""
    _, chain = tiers(fails_after=0)
    found = await collection(embedder=chain)
    await found.add(SOURCES)
    assert (await found.upgrade()).chunks == 0
    assert await models(found) == {QUICK: 3}
    assert "concept/1 failed" in chain.notes[-1]
    assert paths(await found.search("barks", {"mode": "vector"}))[0] == "dog.txt"


@asynchronous
async def test_another_model():
    """Changing the model makes all vectors anew, and the old ones serve until then."""
    store = KeptStore()
    found = await collection(store, ConceptEmbedder(model="concept/1"))
    await found.add(SOURCES)
    await found.close()
    both = EmbedderChain([ConceptEmbedder(model="concept/2"), ConceptEmbedder(model="concept/1")])
    again = await collection(store, both)
    assert paths(await again.search("puppy", {"mode": "vector"}))[0] == "dog.txt"
    assert again.lesser == 3
    await again.upgrade()
    assert await models(again) == {"concept/2": 3}


class Shelf:
    """Former models of a device: those that are on it, and what became of them."""

    def __init__(self, *models, fails=False):
        self.there = {model: ConceptEmbedder(model=model) for model in models}
        self.fails = fails
        self.loading = set()
        self.asked = []
        self.kept = None

    def is_ready(self, model):
        """Whether it has come."""
        return model not in self.loading

    async def embed_query(self, model, text):
        """By the model of that name."""
        self.asked.append(model)
        if self.fails or model not in self.there:
            raise EmbedderError(f"there is no {model}", code="model-missing")
        return (await self.there[model].embed([text], "query"))[0]

    def keep(self, models):
        """Note what is still wanted."""
        self.kept = set(models)


async def changed(shelf, *embedders):
    """A collection of one model that is opened with another one."""
    store = KeptStore()
    found = await collection(store, ConceptEmbedder(model="concept/1"))
    await found.add(SOURCES)
    await found.close()
    best = embedders or [ConceptEmbedder(model="concept/2")]
    return await collection(store, EmbedderChain(best, shelf))


@asynchronous
async def test_the_former_model_serves():
    """Queries go to it until the last of its vectors has been made anew; texts never do."""
    shelf = Shelf("concept/1")
    found = await changed(shelf)
    by_meaning = await found.search("puppy", {"mode": "vector"})
    assert paths(by_meaning)[0] == "dog.txt" and not by_meaning.notes
    assert shelf.kept == {"concept/1"}
    await found.add([source("hound.txt", "A hound sleeps.")])
    assert await models(found) == {"concept/1": 3, "concept/2": 1}
    both = await found.search("puppy", {"mode": "vector"})
    assert paths(both)[0] == "dog.txt" and "hound.txt" in paths(both)
    await found.upgrade()
    assert await models(found) == {"concept/2": 4}
    await found.search("puppy", {"mode": "vector"})
    assert shelf.kept == {"concept/2"}
    assert set(shelf.asked) == {"concept/1"}
    assert shelf.there["concept/1"].batches == [["puppy"]]


@asynchronous
async def test_a_former_model_that_loads():
    """Who waits for nothing gets words meanwhile, and is told."""
    shelf = Shelf("concept/1")
    shelf.loading.add("concept/1")
    found = await changed(shelf)
    told = await found.search("dog barks", {"wait": False})
    assert paths(told) == ["dog.txt"] and STILL_LOADING in told.notes
    shelf.loading.clear()
    assert not (await found.search("dog barks", {"wait": False})).notes


@pytest.mark.parametrize("fails", [False, True])
@asynchronous
async def test_no_former_model(fails):
    """It is looked for once, and the search says whose vectors were left out."""
    shelf = Shelf(*(["concept/1"] if fails else []), fails=fails)
    found = await changed(shelf)
    for _ in range(2):
        told = await found.search("barks")
        assert paths(told) == ["dog.txt"]
        assert "concept/1" in told.notes[0]
    assert shelf.asked == ["concept/1"]
    found.chain.retry()
    await found.search("barks")
    assert len(shelf.asked) == 2


@asynchronous
async def test_a_former_model_that_is_another():
    """Vectors of another size, or not of length 1, are compared with none."""
    shelf = Shelf("concept/1")
    for row in (np.float32([1, 0]), np.float32([3, *[0] * 15])):
        shelf.embed_query = partial(asyncio.sleep, 0, row)
        found = await changed(shelf)
        told = await found.search("barks")
        assert paths(told) == ["dog.txt"] and "concept/1" in told.notes[0]


@asynchronous
async def test_former_models_are_networks():
    """No device is asked for a model of given, static or hashed vectors."""
    shelf = Shelf()
    store = KeptStore()
    found = await collection(store, QuickEmbedder())
    await found.add([PlainChunk("own", "gold", vector=np.float32([1, 0])), SOURCES[0]])
    await found.close()
    again = await collection(store, EmbedderChain([ConceptEmbedder()], shelf))
    assert paths(await again.search("barks")) == ["dog.txt"]
    assert not shelf.asked


@asynchronous
async def test_what_is_left_alone():
    """Vectors that somebody gave, and learned vectors where only a lesser model is there."""
    store, (_, chain) = KeptStore(), tiers()
    found = await collection(store, ConceptEmbedder())
    await found.add([PlainChunk("own", "gold", vector=np.float32([1, 0])), SOURCES[0]])
    await found.close()
    lesser = await collection(store, EmbedderChain([QuickEmbedder()]))
    assert (lesser.lesser, (await lesser.upgrade()).chunks) == (0, 0)
    await lesser.close()
    again = await collection(store, chain)
    await again.upgrade()
    assert await models(again) == {BEST: 1, "given/2": 1}


@asynchronous
async def test_passages_as_they_stand():
    """A vector that was made for one is made anew by another model; one that was given stays."""
    store = KeptStore()
    found = await collection(store, ConceptEmbedder(model="concept/1"))
    given = np.zeros(found.chain.dim("concept/1"), dtype=np.float32)
    given[0] = 1
    await found.add(
        [
            PlainChunk("made", "a puppy barks"),
            PlainChunk("named", "a kitten", vector=given, model="concept/1"),
            PlainChunk("own", "gold", vector=np.float32([1, 0])),
        ]
    )
    await found.close()
    again = await collection(store, ConceptEmbedder(model="concept/2"))
    assert (again.lesser, (await again.upgrade()).chunks) == (1, 1)
    assert await models(again) == {"concept/1": 1, "concept/2": 1, "given/2": 1}
    assert paths(await again.search("puppy", {"mode": "vector"}))[0] == "made"


@asynchronous
async def test_damaged_better_vectors():
    """They are named, the quick ones serve, and they are made anew."""
    store, (_, chain) = KeptStore(), tiers()
    found = await collection(store, chain)
    await found.add(SOURCES)
    await found.upgrade()
    await found.close()
    name = await spoil(store, 20)
    again = await collection(store, chain)
    (damage,) = (await again.stats()).damage
    assert (damage.kind, damage.file) == ("vectors", name)
    assert await models(again) == {QUICK: 3}
    assert paths(await again.search("barks", {"mode": "vector"}))[0] == "dog.txt"
    await again.upgrade()
    assert (await again.stats()).damage == ()
    assert await models(again) == {BEST: 3}


@asynchronous
async def test_repair_keeps_the_documents():
    """Damaged rows of better vectors cost nobody a document."""
    store, (_, chain) = KeptStore(), tiers()
    found = await collection(store, chain)
    await found.add(SOURCES)
    await found.upgrade()
    await found.close()
    await spoil(store, -1)
    again = await collection(store, chain)
    done = await again.repair()
    assert (done.documents, [each.kind for each in done.damage]) == (0, ["vectors"])
    assert (await again.stats()).damage == ()
    assert again.lesser == 3
    await again.upgrade()
    assert await models(again) == {BEST: 3}
