"""Groups on their way into the index: embedded, written and committed, one after another.

Whatever is handed over is committed every few seconds: a group for which that time is not enough
is committed in parts. A kill loses the part under way, and what gathers meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.engine.embedding import EmbedderChain
from app.engine.group import Group
from app.engine.progress import Meter
from app.engine.reports import Failure
from app.engine.timing import Timings
from app.ports import Clock
from app.storage.vectors import VectorBlock

Commit = Callable[[Group, Sequence[VectorBlock]], Awaitable[int]]
"""Makes a group searchable; answers how many of its documents replaced older ones."""

_GROWTH = 2
"""So many times larger than the last may a group be: what was quick need not stay so."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often to commit."""

    seconds: float = 3.0
    """Aim: this long between commits."""
    first_chunks: int = 32
    """Size of a group before the embedder's speed is known."""
    smallest: int = 32
    largest: int = 16_384


@dataclass(slots=True)
class Tally:
    """What has become of the sources so far."""

    meter: Meter
    settled: int = 0
    """Files of which nothing more is to be done, those in archives too."""
    skipped: int = 0
    added: int = 0
    updated: int = 0
    chunks: int = 0
    moved: int = 0
    failed: list[Failure] = field(default_factory=list)

    def settle(self, files: int) -> None:
        """So many files are done with."""
        self.settled += files
        self.meter.done = max(self.meter.done, self.settled)


class Committer:
    """Takes one group at a time."""

    def __init__(
        self,
        *,
        chain: EmbedderChain,
        commit: Commit,
        tally: Tally,
        timings: Timings,
        clock: Clock,
        rhythm: Rhythm,
        check: Callable[[], None],
    ) -> None:
        """`check` raises once nothing more is to be done."""
        self._chain = chain
        self._commit = commit
        self._tally = tally
        self._timings = timings
        self._clock = clock
        self._rhythm = rhythm
        self._check = check
        self._task: asyncio.Task[None] | None = None
        self._since = clock()
        self.room = rhythm.first_chunks
        """Chunks that are likely to take the wanted time between commits."""

    def is_time(self, group: Group) -> bool:
        """Whether to hand over what has gathered."""
        if group.chunks >= self.room:
            return True
        is_free = self._task is None or self._task.done()
        waited = self._clock() - self._since >= self._rhythm.seconds
        return is_free and waited and group.chunks > 0

    async def take(self, group: Group) -> None:
        """Start on a group as soon as the one before it is committed."""
        await self.done()
        self._check()
        if group.chunks:
            self._task = asyncio.ensure_future(self._run(group))
        self._since = self._clock()

    async def done(self) -> None:
        """Wait until what was taken is committed; raises what has failed."""
        task, self._task = self._task, None
        if task is not None:
            await task

    async def abandon(self) -> None:
        """Wait until the group under way has noticed that nothing more is to be done."""
        if self._task is not None:
            await asyncio.wait([self._task])
            self._task.exception()
            self._task = None

    async def _run(self, group: Group) -> None:
        while group.chunks:
            began = self._clock()
            vectors, rest = await self._embedded(group, began)
            self._check()
            updated = await self._commit(group, vectors)
            self._count(group, updated)
            self._set_room(group.chunks, self._clock() - began)
            group = rest

    async def _embedded(self, group: Group, began: float) -> tuple[list[VectorBlock], Group]:
        """The vectors of a group; documents that the time was not enough for go to the rest."""
        tally, ready = self._tally, 0

        def done(chunks: int) -> None:
            nonlocal ready
            self._check()
            ready += chunks
            tally.meter.chunks = tally.chunks + ready
            share = ready / group.chunks * 0.99
            tally.meter.done = max(tally.meter.done, tally.settled + group.units * share)
            tally.meter.tell()

        def is_late() -> bool:
            return self._clock() - began >= self._rhythm.seconds

        with self._timings.part("embed"):
            return await group.embed(self._chain, done, is_late)

    def _count(self, group: Group, updated: int) -> None:
        tally = self._tally
        tally.updated += updated
        tally.added += len(group.ids()) - updated
        tally.skipped += group.files - len(group.ids())
        tally.chunks += group.chunks
        tally.settle(group.units)

    def _set_room(self, chunks: int, seconds: float) -> None:
        wanted = int(chunks / max(seconds, 1e-3) * self._rhythm.seconds)
        most = min(self._rhythm.largest, _GROWTH * self.room)
        self.room = max(min(wanted, most), self._rhythm.smallest)
