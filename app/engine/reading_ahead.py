"""Files go to the parser in jobs, several ahead of what the indexer takes, and come back in order.

Small files share a job, so that what a job costs is paid once for many; so do passages as they
stand, which nobody has to parse. How much lies ahead is bounded in files and in bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.engine.sources import FileParser, PlainChunk
from app.formats.parsing import Known, Parsed
from app.formats.sources import Source

JOB_FILES = 32
JOB_BYTES = 1 << 20
"""A job takes no further file once it holds so many, or so many bytes."""
MOST_BYTES = 64 << 20
"""Bytes of sources that are begun ahead of time; one alone may be larger."""
PASSAGES = 64
"""As they stand, that come together."""
MOST_OPEN = 16
"""Jobs, and lots of passages, that are taken ahead of time."""

Passages = list[PlainChunk]


@dataclass(frozen=True)
class Job:
    """Sources that are parsed one after another, and what is known of them."""

    sources: Sequence[Source]
    known: Known

    def ends(self, parsed: Parsed) -> bool:
        """Whether this is what became of a source itself, after all that is inside of it."""
        return parsed.path in self.paths

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of the sources."""
        return frozenset(source.path for source in self.sources)

    @cached_property
    def ordered(self) -> Sequence[str]:
        """Paths of what is known, sorted."""
        return sorted(self.known)

    @cached_property
    def size(self) -> int:
        """Bytes, as far as they are known."""
        return sum(source.size or 0 for source in self.sources)


def jobs(
    sources: Iterable[Source | PlainChunk], known: Iterable[Known]
) -> Iterator[Job | Passages]:
    """The sources in their order, small ones together. `known` has one entry for each."""
    files: list[Source] = []
    passages: Passages = []
    facts: dict[str, bytes] = {}
    size = 0
    for source, fact in zip(sources, known, strict=True):
        is_plain = isinstance(source, PlainChunk)
        if files and (is_plain or len(files) == JOB_FILES or size >= JOB_BYTES):
            yield Job(files, facts)
            files, facts, size = [], {}, 0
        if passages and (not is_plain or len(passages) == PASSAGES):
            yield passages
            passages = []
        if isinstance(source, PlainChunk):
            passages.append(source)
        else:
            files.append(source)
            facts.update(fact)
            size += JOB_BYTES if source.size is None else source.size
    if files:
        yield Job(files, facts)
    if passages:
        yield passages


class ReadAhead:
    """Runs jobs through a parser."""

    def __init__(self, parser: FileParser) -> None:
        self._parser = parser
        self._open: deque[_Running | Passages] = deque()
        self._running = 0
        self._bytes = 0

    async def outcomes(
        self, waiting: Iterator[Job | Passages]
    ) -> AsyncIterator[tuple[Job, Sequence[Parsed]] | Passages]:
        """What becomes of each job, in order; passages as they stand come through."""
        if self._parser.ahead == 0:
            for job in waiting:
                if isinstance(job, list):
                    yield job
                    continue
                async for some in self._parser.parse(job.sources, job.known):
                    yield job, some
            return
        while self._fill(waiting):
            first = self._open[0]
            if isinstance(first, list):
                self._open.popleft()
                yield first
                continue
            while (batch := await first.next()) is not None:
                yield first.job, batch
                self._fill(waiting)
            self._open.popleft()
            self._running -= 1
            self._bytes -= first.job.size

    async def close(self) -> None:
        """Give up what is under way."""
        running = [one for one in self._open if isinstance(one, _Running)]
        self._open.clear()
        for one in running:
            await one.close()

    def _fill(self, waiting: Iterator[Job | Passages]) -> bool:
        """Begin as many jobs as may be under way; whether there is anything left."""
        while len(self._open) < MOST_OPEN:
            is_full = self._bytes > MOST_BYTES and self._running > 0
            if self._running > self._parser.ahead or is_full:
                return True
            job = next(waiting, None)
            if job is None:
                return bool(self._open)
            if isinstance(job, list):
                self._open.append(job)
                continue
            self._open.append(_Running(self._parser, job))
            self._running += 1
            self._bytes += job.size
        return True


class _Running:
    """A job under way: one batch of outcomes waits while the next is made."""

    def __init__(self, parser: FileParser, job: Job) -> None:
        self.job = job
        self._queue: asyncio.Queue[Sequence[Parsed] | None] = asyncio.Queue(maxsize=1)
        self._task = asyncio.ensure_future(self._pump(parser))

    async def next(self) -> Sequence[Parsed] | None:
        """The next outcomes, None at the end; raises what the parser has raised."""
        some = await self._queue.get()
        if some is None:
            await self._task
        return some

    async def _pump(self, parser: FileParser) -> None:
        try:
            async for some in parser.parse(self.job.sources, self.job.known):
                await self._queue.put(some)
        finally:
            if not _is_cancelling():
                await self._queue.put(None)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._task


def _is_cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
