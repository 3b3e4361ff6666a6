"""Small segments for the tests of the storage, and a store that dies on demand."""

import hashlib
from itertools import pairwise

import numpy as np

from app.core.lexical import Row, build_postings
from app.core.model import Address, Chunk
from app.errors import StorageError
from app.storage.builder import DocumentEntry, SegmentBuilder
from app.storage.memory_store import MemoryStore
from app.storage.vectors import VectorBlock


def entry(document_id, text, *, parts=2, **more):
    """A document cut into `parts` chunks of about equal length."""
    cuts = [round(i * len(text) / parts) for i in range(parts + 1)]
    chunks = [
        Chunk(start, end, Address(line=number + 1, heading=("Top", f"Part {number % 2}")))
        for number, (start, end) in enumerate(pairwise(cuts))
    ]
    digest = hashlib.sha256(text.encode()).digest()
    return DocumentEntry(
        id=document_id,
        path=document_id,
        title=f"Title of {document_id}",
        kind="text",
        digest=digest,
        text=text,
        chunks=chunks,
        **more,
    )


def postings(entries):
    """Postings of each chunk's fields."""
    return build_postings(
        Row("", e.text[c.start : c.end], "top", e.title) for e in entries for c in e.chunks
    )


def new_segment(name, entries, *, model="test/1", dim=4):
    """A segment of the entries; vector row i is filled from the chunk's text."""
    builder = SegmentBuilder()
    for item in entries:
        builder.add(item)
    texts = [e.text[c.start : c.end] for e in entries for c in e.chunks]
    vectors = np.array([vector(text, dim) for text in texts], dtype=np.float32).reshape(-1, dim)
    block = VectorBlock(model, np.arange(len(texts), dtype=np.uint32), vectors)
    return builder.build(name, postings(entries), [block])


def vector(text, dim=4):
    """Some unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
    raw = np.random.default_rng(seed).normal(size=dim)
    return (raw / np.linalg.norm(raw)).astype(np.float32)


class DyingStore(MemoryStore):
    """A memory store that is killed after `budget` written bytes or removed files.

    The write under way leaves the bytes that were within the budget, as a power cut would.
    """

    def __init__(self, files=None, budget=None):
        super().__init__()
        self._files = dict(files or {})
        self.budget = budget
        self.spent = 0

    async def write(self, name, parts):
        """Write all of it or, at the end of the budget, a part."""
        data = b"".join(parts)
        if self.budget is not None and self.spent + len(data) > self.budget:
            self._files[name] = data[: self.budget - self.spent]
            self.spent = self.budget
            raise KeyboardInterrupt
        self.spent += len(data)
        await super().write(name, [data])

    async def remove(self, name):
        """Remove a file; costs one byte."""
        if self.budget is not None and self.spent + 1 > self.budget:
            raise KeyboardInterrupt
        self.spent += 1
        await super().remove(name)

    def files(self):
        """What a later start finds."""
        return dict(self._files)


class FullStore(MemoryStore):
    """A memory store that refuses the writes whose numbers are listed."""

    def __init__(self, refuse):
        super().__init__()
        self.refuse = set(refuse)
        self.count = 0

    async def write(self, name, parts):
        """Refuse, or write."""
        self.count += 1
        if self.count in self.refuse:
            raise StorageError("The device is full.", code="quota-exceeded")
        await super().write(name, parts)
