"""Files go to the parser in jobs, several ahead of what the indexer takes, and come back in order.

Small files share a job, so that what a job costs is paid once for many. How much lies ahead is
bounded in files and in bytes.
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

    @property
    def size(self) -> int:
        """Bytes, as far as they are known."""
        return sum(source.size or 0 for source in self.sources)


def jobs(
    sources: Iterable[Source | PlainChunk], known: Iterable[Known]
) -> Iterator[Job | PlainChunk]:
    """The sources in their order, small files together. `known` has one entry for each."""
    files: list[Source] = []
    facts: dict[str, bytes] = {}
    size = 0
    for source, fact in zip(sources, known, strict=True):
        is_plain = isinstance(source, PlainChunk)
        if files and (is_plain or len(files) == JOB_FILES or size >= JOB_BYTES):
            yield Job(files, facts)
            files, facts, size = [], {}, 0
        if isinstance(source, PlainChunk):
            yield source
        else:
            files.append(source)
            facts.update(fact)
            size += JOB_BYTES if source.size is None else source.size
    if files:
        yield Job(files, facts)


class ReadAhead:
    """Runs jobs through a parser."""

    def __init__(self, parser: FileParser) -> None:
        self._parser = parser
        self._open: deque[_Running | PlainChunk] = deque()

    async def outcomes(
        self, waiting: Iterator[Job | PlainChunk]
    ) -> AsyncIterator[tuple[Job, Sequence[Parsed]] | PlainChunk]:
        """What becomes of each job, in order; passages as they stand come through."""
        if self._parser.ahead == 0:
            for job in waiting:
                if isinstance(job, PlainChunk):
                    yield job
                    continue
                async for some in self._parser.parse(job.sources, job.known):
                    yield job, some
            return
        while self._fill(waiting):
            first = self._open[0]
            if isinstance(first, PlainChunk):
                self._open.popleft()
                yield first
                continue
            while (batch := await first.next()) is not None:
                yield first.job, batch
                self._fill(waiting)
            self._open.popleft()

    async def close(self) -> None:
        """Give up what is under way."""
        running = [one for one in self._open if isinstance(one, _Running)]
        self._open.clear()
        for one in running:
            await one.close()

    def _fill(self, waiting: Iterator[Job | PlainChunk]) -> bool:
        """Begin as many jobs as may be under way; whether there is anything left."""
        while True:
            running = [one for one in self._open if isinstance(one, _Running)]
            size = sum(one.job.size for one in running)
            if len(running) > self._parser.ahead or (running and size > MOST_BYTES):
                return True
            job = next(waiting, None)
            if job is None:
                return bool(self._open)
            self._open.append(job if isinstance(job, PlainChunk) else _Running(self._parser, job))


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
