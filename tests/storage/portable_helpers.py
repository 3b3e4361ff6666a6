"""Collections that are exported and imported, with vectors, deletes, merges and vector indexes."""

import random

import numpy as np

from app.core.analysis import VERSION
from app.engine import Vectors
from app.storage.merge import MergePolicy
from app.storage.portable import Archive, BytesRanges, PortableStore, Portion, about, take
from tests.engine.helpers import (
    ConceptEmbedder,
    KeptStore,
    collection,
    source,
)

WORDS = (
    *("gold", "silver", "copper", "river", "stone", "mountain", "engine", "valley", "puppy"),
    *("hound", "dog", "car", "automobile", "money", "cash", "currency", "harbour", "winter"),
    *("summer", "letter", "garden", "window", "kitchen", "bridge", "paper", "candle"),
)
NO_MERGES = MergePolicy(factor=1000)


class BytesSink:
    """A file in memory; `room` is how many bytes it takes."""

    def __init__(self):
        self.parts = []

    async def write(self, data):
        """Append bytes."""
        self.parts.append(bytes(data))

    @property
    def data(self):
        """All of them."""
        return b"".join(self.parts)


def files(count, seed=1, folder="notes"):
    """Files of some passages each, the same for the same seed."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        lines = [
            f"# {rng.choice(WORDS).title()} {number}",
            *(" ".join(rng.choices(WORDS, k=60)) + "." for _ in range(rng.randint(1, 4))),
        ]
        text = "\n\n".join(lines)
        found.append(source(f"{folder}/{seed}-{number}.md", text, modified=float(number)))
    return found


def queries(count, seed=5):
    """Queries of one to three words, some of them phrases, filters and with typos."""
    rng = random.Random(seed)
    shapes = (
        lambda: " ".join(rng.choices(WORDS, k=rng.randint(1, 3))),
        lambda: f'"{rng.choice(WORDS)} {rng.choice(WORDS)}"',
        lambda: f"{rng.choice(WORDS)[:-1]}x {rng.choice(WORDS)}",
        lambda: f"path:letters {rng.choice(WORDS)}",
        lambda: f"{rng.choice(WORDS)[:3]}* -{rng.choice(WORDS)}",
    )
    return [rng.choice(shapes)() for _ in range(count)]


async def filled(store):
    """A collection of several segments, some documents of which were replaced and removed."""
    found = await collection(store, ConceptEmbedder(), policy=NO_MERGES)
    for seed in (1, 2, 3):
        await found.add(files(12, seed))
        await found.add(files(4, seed, folder="letters"))
    await found.add([*files(6, seed=2)[:3], source("notes/1-4.md", "Gold again, and cash.")])
    await found.remove(["notes/2-5.md", "letters/3-1.md"])
    await found.add([source("notes/blank.pdf", "")])
    return found


async def with_vectors(store, name="faces", rows=50):
    """A vector index beside it, changed now and then."""
    vectors = await Vectors.open(store, name, dim=8, graph="fast")
    table = np.random.default_rng(3).normal(size=(rows, 8)).astype(np.float32)
    await vectors.add_batch([f"v{row}" for row in range(rows)], table)
    await vectors.remove(["v3", "v4"])
    await vectors.add("late", table[0] * 2)
    return vectors


async def exported(found, portion=None, **more):
    """The bytes of a portable file of a collection, and what was said of it."""
    sink = BytesSink()
    told = about(app="test", collection="default", portion=portion or Portion(), **more)
    return sink, await found.export(told, sink)


async def archive(data):
    """A portable file in memory."""
    return await Archive.open(BytesRanges(data))


async def imported(data, store=None, **more):
    """A collection of a portable file in a store of its own, and what was said of it."""
    store = store or KeptStore()
    done = await take(await archive(data), store, analysis=VERSION, **more)
    return await collection(store, ConceptEmbedder()), done


async def looked_into(data):
    """A collection over the file itself."""
    store = PortableStore(await archive(data))
    return await collection(store, ConceptEmbedder(), read_only=True)


async def answers(found, asked, **options):
    """What a collection answers, as far as it is the same everywhere."""
    told = []
    for query in asked:
        result = await found.search(query, options)
        hits = [
            (
                hit.id,
                hit.path,
                hit.title,
                hit.text,
                hit.score,
                hit.highlights,
                hit.address,
                hit.legs,
            )
            for hit in result.hits
        ]
        told.append((hits, result.total, result.damage))
    return told
