"""Documents on their way into one segment: their vectors, then the segment itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.core.lexical import Postings, PostingsBuilder, Vocabulary
from app.engine.ahead import ahead
from app.engine.embedding import EmbedderChain
from app.engine.reading import Prepared
from app.engine.texts import embedding_texts, rows
from app.ports import Float32Matrix, TokenCounter
from app.storage.builder import SegmentBuilder
from app.storage.segment import NewSegment
from app.storage.vectors import VectorBlock

BATCH_TOKENS = 2048
"""Padded tokens that an embedder gets at once: under a second of work even on WASM, so that the
vector of a query does not wait for long behind it."""
_LARGEST_BATCH = 64
STRETCH = 128
"""Chunks that are embedded before the clock is looked at, at least those of one document."""
_BATCH_TEXT = 300_000
"""Characters that are analysed at a time: some hundredths of a second."""


class Group:
    """Prepared documents, the latest of each id, and the vectors of their chunks."""

    def __init__(self, vocabulary: Vocabulary, count_tokens: TokenCounter) -> None:
        self._vocabulary = vocabulary
        self._count_tokens = count_tokens
        self._documents: dict[str, Prepared] = {}
        self.chunks = 0
        self.files = 0
        self.units = 0
        """Files that are done when the group is: its own, and those that nothing came of."""
        self._fingerprints: NDArray[np.uint64] | None = None

    def add(self, prepared: Prepared) -> None:
        """Take in a document; one of the same id that came before goes."""
        before = self._documents.pop(prepared.entry.id, None)
        if before is not None:
            self.chunks -= len(before.entry.chunks)
        self._documents[prepared.entry.id] = prepared
        self.chunks += len(prepared.entry.chunks)
        self.files += 1

    @property
    def documents(self) -> list[Prepared]:
        """The documents in the order of adding."""
        return list(self._documents.values())

    def digest(self, document_id: str) -> bytes | None:
        """Digest of a document that waits here."""
        waiting = self._documents.get(document_id)
        return None if waiting is None else waiting.entry.digest

    def ids(self) -> list[str]:
        """Ids of the documents."""
        return list(self._documents)

    async def embed(
        self,
        chain: EmbedderChain,
        done: Callable[[int], None],
        is_late: Callable[[], bool] = lambda: False,
    ) -> tuple[list[VectorBlock], Group]:
        """Vectors of all chunks, one block a model; `done` hears how many chunks are ready.

        Quick vectors, where the chain has such. Of some documents at a time, texts of like length
        share a batch, and a text that returns is embedded once. Chunks for which no embedder is
        left have no vector. When it is late, documents that have none yet leave this group for
        the one that comes with the answer.
        """
        vectors = _Vectors()
        waiting: dict[str, list[int]] = {}
        ordinal = documents = 0
        begun = 0
        for prepared in self._documents.values():
            for model, given in prepared.vectors.items():
                vectors.put(model, list(range(ordinal, ordinal + len(given))), given)
            if not prepared.vectors and chain.info is not None:
                texts = embedding_texts(prepared.entry, self._count_tokens)
                for number, text in enumerate(texts, ordinal):
                    waiting.setdefault(text, []).append(number)
            ordinal += len(prepared.entry.chunks)
            documents += 1
            if ordinal - begun >= STRETCH:
                await self._embed_some(chain, ordinal - begun, waiting, vectors, done)
                begun, waiting = ordinal, {}
                if is_late():
                    break
        await self._embed_some(chain, ordinal - begun, waiting, vectors, done)
        return vectors.blocks(), self._without(documents)

    async def _embed_some(
        self,
        chain: EmbedderChain,
        chunks: int,
        waiting: Mapping[str, Sequence[int]],
        vectors: _Vectors,
        done: Callable[[int], None],
    ) -> None:
        """Embed texts that `chunks` chunks consist of, unless they have vectors already."""
        done(chunks - sum(map(len, waiting.values())))
        embed = partial(chain.embed, quick=True)
        async with aclosing(ahead(embed, batches(list(waiting)))) as results:
            async for batch, found in results:
                places = [waiting[text] for text in batch]
                if found is not None:
                    flat = [ordinal for same in places for ordinal in same]
                    rows = np.repeat(found.rows, [len(same) for same in places], axis=0)
                    vectors.put(found.model, flat, rows)
                done(sum(map(len, places)))

    def _without(self, documents: int) -> Group:
        """Keep the first documents; the rest, as a group."""
        rest = Group(self._vocabulary, self._count_tokens)
        for document_id in self.ids()[documents:]:
            rest.add(self._documents.pop(document_id))
        if rest.files:
            share = rest.chunks / self.chunks
            self.chunks -= rest.chunks
            self.files -= rest.files
            rest.units = int(self.units * share)
            self.units -= rest.units
        return rest

    async def postings(self) -> Postings:
        """The words of all chunks, and their fingerprints for `build`; gives way now and then."""
        builder = PostingsBuilder(self._vocabulary)
        for batch in self._batches():
            texts = [prepared.entry.text for prepared in batch]
            for prepared, language in zip(batch, self._vocabulary.languages(texts), strict=True):
                prepared.entry = replace(prepared.entry, language=language)
            builder.add(row for prepared in batch for row in rows(prepared.entry))
            await asyncio.sleep(0)
        postings = builder.build()
        self._fingerprints = builder.fingerprints
        return postings

    def _batches(self) -> Iterator[list[Prepared]]:
        """The documents, some `_BATCH_TEXT` characters at a time."""
        batch: list[Prepared] = []
        size = 0
        for prepared in self._documents.values():
            batch.append(prepared)
            size += len(prepared.entry.text)
            if size >= _BATCH_TEXT:
                yield batch
                batch, size = [], 0
        yield batch

    async def build(
        self, name: str, postings: Postings, vectors: Sequence[VectorBlock]
    ) -> NewSegment:
        """The segment of these documents, after `postings`; gives way between its parts."""
        builder = SegmentBuilder()
        for number, prepared in enumerate(self._documents.values()):
            builder.add(prepared.entry)
            if number % 64 == 63:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return builder.build(name, postings, vectors, self._fingerprints)


class _Vectors:
    """Rows as they come, by model."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[list[int], Float32Matrix]]] = {}

    def put(self, model: str, ordinals: list[int], rows: Float32Matrix) -> None:
        self._found.setdefault(model, []).append((ordinals, rows))

    def blocks(self) -> list[VectorBlock]:
        """One block a model, in the order of the chunks."""
        blocks: list[VectorBlock] = []
        for model, parts in self._found.items():
            ordinals = np.array([n for part, _ in parts for n in part], dtype=np.uint32)
            order = np.argsort(ordinals, kind="stable")
            rows = np.concatenate([rows for _, rows in parts])
            blocks.append(VectorBlock(model, ordinals[order], rows[order]))
        return blocks


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in batches, longest first, each within `BATCH_TOKENS` when padded.

    >>> [len(batch) for batch in batches(["a b " * 900, "a", "b"])]
    [1, 2]
    """
    batch: list[str] = []
    widest = 0
    for text in sorted(texts, key=lambda text: (-rough_tokens(text), text)):
        widest = widest or rough_tokens(text)
        if batch and ((len(batch) + 1) * widest > BATCH_TOKENS or len(batch) == _LARGEST_BATCH):
            yield batch
            batch, widest = [], rough_tokens(text)
        batch.append(text)
    if batch:
        yield batch


def rough_tokens(text: str) -> int:
    """About how many tokens a text has: near enough to sort by, and quick.

    A token has about four bytes of UTF-8 in English and three in Chinese; models cut at 256.
    """
    return min(len(text.encode("utf-8", "replace")) // 4 + 2, 256)
