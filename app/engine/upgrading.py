"""Better vectors in place of quick ones, beside the work that people wait for.

What was asked about comes first, then what was added last. Every few seconds what is ready is
committed: a kill loses that and nothing else, and the next run goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.chunking import context, embedding_text
from app.core.dense import hash_embedder, static_embedder
from app.engine.ahead import ahead
from app.engine.embedding import Embedded, EmbedderChain
from app.engine.group import batches
from app.engine.progress import Cancellation, Gate, Meter
from app.engine.reading import MADE
from app.engine.renewing import Fresh, Key
from app.engine.reports import Upgraded
from app.engine.sources import PLAIN
from app.engine.state import State
from app.engine.timing import Timings
from app.errors import StorageError
from app.ports import Clock, TokenCounter
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.texts import read_chunk

_log = logging.getLogger(__name__)

PARTS = ("read", "embed", "write")

POOL = 256
"""Passages that are chosen at a time: enough for batches of like length."""
SECONDS = 3.0
"""Between commits, at least."""
LONGEST = 30.0
"""Between commits, at most."""
PATIENCE = 1.0
"""Seconds of being held up after which what is ready is committed."""
_REWRITTEN = 16
"""So many times more vectors may be written as are new before a commit is put off."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that waits for a better vector."""

    key: Key
    digest: bytes
    """Of its document: another one is not what was embedded."""
    text: str


class Upgrader:
    """One run, until every passage has a vector of the best embedder that works.

    `seen` counts documents that were among the hits of searches; `gate` is passed before each
    batch.
    """

    def __init__(
        self,
        state: State,
        chain: EmbedderChain,
        *,
        count_tokens: TokenCounter,
        clock: Clock,
        meter: Meter,
        seen: Counter[str],
        gate: Gate,
        cancel: Cancellation,
    ) -> None:
        self._state = state
        self._chain = chain
        self._count_tokens = count_tokens
        self._clock = clock
        self._meter = meter
        self._seen = seen
        self._gate = gate
        self._cancel = cancel
        self._ready: dict[Key, Fresh] = {}
        self._unreadable: set[Key] = set()
        self._committed_at = clock()
        self._renewed = 0
        self._timings = Timings(clock, PARTS)

    async def run(self) -> Upgraded:
        """Embed and commit until nothing is left. Raises `CancelledError` and `StorageError`;
        what is ready is committed before."""
        try:
            while pool := await self._pool():
                if not await self._embed(pool):
                    break
        finally:
            if self._ready and not self._state.closed:
                await self._commit()
        self._meter.tell(phase="upgrade", last=True)
        return Upgraded(self._renewed, self._timings.elapsed, self._timings.seconds())

    async def _embed(self, pool: list[Passage]) -> bool:
        """Embed passages; False if there is no embedder for them any more."""
        model = self._chain.info
        waiting: dict[str, list[Passage]] = {}
        for passage in pool:
            waiting.setdefault(passage.text, []).append(passage)
        await self._pass()
        async with aclosing(ahead(self._chain.embed, batches(list(waiting)))) as results:
            while (step := await self._next(results)) is not None:
                batch, found = step
                if found is None or model is None:
                    return False
                if found.model != model.model:
                    return True  # the model has failed: what is still to be done has changed
                for text, row in zip(batch, found.rows, strict=True):
                    for passage in waiting[text]:
                        self._ready[passage.key] = Fresh(found.model, passage.digest, row)
                self._tell()
                await self._commit_in_time()
                await self._pass()
        return True

    async def _next(
        self, results: AsyncIterator[tuple[list[str], Embedded | None]]
    ) -> tuple[list[str], Embedded | None] | None:
        with self._timings.part("embed"):
            return await anext(results, None)

    async def _pass(self) -> None:
        """Go on when nothing is more urgent; what is ready does not wait for that."""
        self._cancel.check()
        if not self._gate.is_open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._gate.wait(), PATIENCE)
        if not self._gate.is_open:
            if self._ready:
                await self._commit()
            await self._gate.wait()
        self._state.check()
        self._cancel.check()

    def _tell(self) -> None:
        self._meter.done = self._renewed + len(self._ready)
        self._meter.tell(phase="upgrade")

    async def _commit_in_time(self) -> None:
        """Commit what is ready, unless that would write far more than what is new."""
        waited = self._clock() - self._committed_at
        if waited < SECONDS:
            return
        snapshot = self._state.view.snapshot
        touched = {place[0] for key in self._ready if (place := snapshot.place(key[0]))}
        size = sum(len(snapshot.segments[number].segment.chunks) for number in touched)
        if waited >= LONGEST or size <= _REWRITTEN * len(self._ready):
            await self._commit()

    async def _commit(self) -> None:
        ready, self._ready = self._ready, {}
        with self._timings.part("write"):
            self._renewed += await self._state.renew(ready)
        self._committed_at = self._clock()

    async def _pool(self) -> list[Passage]:
        """The next passages, with their texts; empty when all is done."""
        best = self._chain.info
        if best is None:
            return []
        async with self._state.reading() as view:
            snapshot = view.snapshot
            waiting = [lesser(live, best.model) for live in snapshot.segments]
            left = sum(int(np.count_nonzero(mask)) for mask in waiting)
            self._meter.total = self._renewed + left
            self._leave_out(snapshot, waiting)
            found: list[Passage] = []
            with self._timings.part("read"):
                for number, chunk in self._order(snapshot, waiting):
                    passage = await self._passage(snapshot.segments[number], chunk)
                    found += [] if passage is None else [passage]
                    if len(found) == POOL:
                        break
            return found

    def _leave_out(self, snapshot: Snapshot, waiting: list[NDArray[np.bool_]]) -> None:
        """Passages that are ready, or cannot be read, wait no more."""
        for document_id, number in (*self._ready, *self._unreadable):
            place = snapshot.place(document_id)
            if place is not None:
                first = int(snapshot.segments[place[0]].first_chunks[place[1]])
                waiting[place[0]][first + number : first + number + 1] = False

    def _order(
        self, snapshot: Snapshot, waiting: list[NDArray[np.bool_]]
    ) -> Iterator[tuple[int, int]]:
        """Number of segment and of chunk of all that waits: the most seen, then the newest."""
        for document_id, _ in self._seen.most_common():
            place = snapshot.place(document_id)
            if place is None:
                continue
            live, mask = snapshot.segments[place[0]], waiting[place[0]]
            first = int(live.first_chunks[place[1]])
            own = slice(first, first + int(live.segment.documents.chunks[place[1]]))
            for chunk in (np.flatnonzero(mask[own]) + first).tolist():
                yield place[0], chunk
            mask[own] = False
        for number in reversed(range(len(waiting))):
            for chunk in np.flatnonzero(waiting[number])[::-1].tolist():
                yield number, chunk

    async def _passage(self, live: LiveSegment, ordinal: int) -> Passage | None:
        """A passage with its text; None for one that cannot be read."""
        chunk = live.segment.chunks.row(ordinal)
        document = live.document(chunk.document)
        key = document.id, ordinal - document.first_chunk
        try:
            body = await read_chunk(self._state.store, live.name, document, chunk)
        except StorageError as error:
            _log.warning("a passage of %s keeps its vector: %s", document.path, error.message)
            self._unreadable.add(key)
            return None
        about = context(document.title, chunk.address.heading, self._count_tokens)
        return Passage(key, document.digest, embedding_text(about, body))


def lesser(live: LiveSegment, best: str) -> NDArray[np.bool_]:
    """Live chunks whose vectors a model could better, bool (chunks,).

    Vectors that came with a passage of somebody's own stay.
    """
    segment = live.segment
    ranks = np.zeros(len(segment.chunks), dtype=np.int8)
    for block in segment.vectors:
        if block.damage is None:
            ranks[block.ordinals] = _BEST if block.model == best else _rank(block.model)
    rank = _rank(best)
    mask: NDArray[np.bool_] = live.live_chunks & (
        (ranks < rank) | ((ranks == rank) & (rank == _LEARNED))
    )
    if mask.any() and PLAIN in (kinds := segment.documents.kind.distinct())[0]:
        ours = (segment.documents.digest[:, -len(MADE) :] == list(MADE)).all(axis=1)
        given = (kinds[1] == kinds[0].index(PLAIN)) & ~ours
        mask &= ~(given[segment.chunks.document] & (ranks >= _LEARNED))
    return mask


_HASH, _STATIC, _LEARNED, _BEST = 1, 2, 3, 4


def _rank(model: str) -> int:
    """How good vectors of a model are: networks are not told apart."""
    if model.startswith(hash_embedder.MODEL):
        return _HASH
    return _STATIC if model.startswith(static_embedder.MODEL) else _LEARNED
