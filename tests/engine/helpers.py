"""Collections in memory for the tests of the engine, and embedders that fail on demand."""

import asyncio
import time

import numpy as np

from app.core.analysis.wordpiece import estimate_tokens
from app.engine import BytesSource, Collection, EmbedderChain, HashEmbedder
from app.errors import EmbedderError
from app.ports import EmbedderInfo
from app.storage import sections
from app.storage.memory_store import MemoryStore

CONCEPTS = {
    "dog": 0, "puppy": 0, "hound": 0,
    "car": 1, "automobile": 1, "vehicle": 1,
    "money": 2, "cash": 2, "currency": 2,
}  # fmt: skip


class KeptStore(MemoryStore):
    """A store that is not forgotten when it is closed; `files` are there already."""

    def __init__(self, files=(), **more):
        super().__init__(**more)
        self._files = dict(files)

    async def close(self):
        """Nothing."""

    def files(self):
        """What is there now."""
        return dict(self._files)


class ConceptEmbedder:
    """A tiny model that knows synonyms; fails from its `fails_after`-th batch on."""

    def __init__(self, *, model="concept/1", fails_after=None, delay=0.0):
        self.info = EmbedderInfo(model, 16, "numpy", "float32")
        self.fails_after = fails_after
        self.delay = delay
        self.batches = []

    async def embed(self, texts, role):
        """Count the concepts of each text."""
        await asyncio.sleep(self.delay)
        if self.fails_after is not None and len(self.batches) >= self.fails_after:
            raise EmbedderError("the device was lost")
        self.batches.append(list(texts))
        rows = np.full((len(texts), 16), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                row[CONCEPTS.get(word, 3 + sum(word.encode()) % 13)] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def source(path, text, **more):
    """A file of text."""
    return BytesSource(path, text.encode(), **more)


async def collection(store=None, embedder=None, **more):
    """A collection over a store, with the hash embedder unless told otherwise."""
    return await Collection.open(
        store or MemoryStore(),
        embedder=embedder or HashEmbedder(),
        clock=time.perf_counter,
        count_tokens=estimate_tokens,
        **more,
    )


def chain(*embedders):
    """A chain that ends with the hash embedder."""
    return EmbedderChain([*embedders, HashEmbedder()])


def run(coroutine):
    """Run a test's coroutine."""
    return asyncio.run(coroutine)


def paths(result):
    """Paths of the hits in order."""
    return [hit.path for hit in result.hits]


async def flip(store, name, place=None, *, section=None):
    """Change a byte of a file: at a place, or the first of a section."""
    data = bytearray(await store.read(name))
    if section is not None:
        place = sections.read_table(data, name).sections[section].offset
    data[place] ^= 1
    await store.write(name, [data])


async def contents(store):
    """Every file with its bytes."""
    return {name: bytes(await store.read(name)) for name in await store.names()}


def slots(found):
    """Names of the manifest of the last commit and of the one before."""
    names = ("manifest-a", "manifest-b")
    return names[found.generation % 2], names[1 - found.generation % 2]


async def again(store):
    """Another start on the store."""
    return await collection(store, ConceptEmbedder())
