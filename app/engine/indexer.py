"""Adding: files are read and cut while the embedder works on those before them.

Documents gather in a group. When the embedder is free and some time has passed, or when a group
holds what the embedder can do in a few seconds, it is embedded, written and committed, and is
searchable from then on. A kill loses the groups under way and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.kernels import Kernels
from app.core.lexical import Vocabulary
from app.engine.embedding import EmbedderChain
from app.engine.group import Group
from app.engine.keeping_step import KeepingStep
from app.engine.progress import Cancellation, Meter, Pacer
from app.engine.reading import PassageReader, document, plain_digest
from app.engine.reading_ahead import Job, ReadAhead, jobs
from app.engine.reports import AddReport, Failure
from app.engine.sources import FileParser, PlainChunk
from app.engine.timing import Timings
from app.errors import FossickError
from app.formats.parsing import Known, Parsed
from app.formats.sources import Source
from app.ports import Clock, TokenCounter
from app.storage.snapshot import Snapshot
from app.storage.vectors import VectorBlock

MOST_FORMS = 500_000
"""Forms that are remembered before all are forgotten: each takes some hundred bytes."""

PARTS = ("read", "analyse", "embed", "write", "merge")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often to commit."""

    seconds: float = 3.0
    """Aim: this long between commits."""
    first_chunks: int = 32
    """Size of a group before the embedder's speed is known."""
    smallest: int = 32
    largest: int = 16_384


Remove = Callable[[Iterable[str]], Awaitable[int]]
"""Deletes documents; answers how many there were."""
Outcome = tuple[Job, Sequence[Parsed]] | PlainChunk
Commit = Callable[[Group, Sequence[VectorBlock]], Awaitable[int]]
"""Makes a group searchable; answers how many of its documents replaced older ones."""


class Indexer:
    """One call of `add`."""

    def __init__(
        self,
        *,
        parser: FileParser,
        passages: PassageReader,
        chain: EmbedderChain,
        count_tokens: TokenCounter,
        commit: Commit,
        remove: Remove,
        step: KeepingStep,
        snapshot: Callable[[], Snapshot],
        timings: Timings,
        clock: Clock,
        pacer: Pacer,
        meter: Meter,
        cancel: Cancellation,
        rhythm: Rhythm,
        kernels: Kernels,
    ) -> None:
        self._ahead = ReadAhead(parser)
        self._passages = passages
        self._chain = chain
        self._count_tokens = count_tokens
        self._commit = commit
        self._remove = remove
        self._step = step
        self._snapshot = snapshot
        self._timings = timings
        self._clock = clock
        self._pacer = pacer
        self._meter = meter
        self._cancel = cancel
        self._stopped = Cancellation()
        self._rhythm = rhythm
        self._kernels = kernels
        self._vocabulary = Vocabulary(kernels)
        self._group = Group(self._vocabulary, count_tokens)
        self._flushing: asyncio.Task[None] | None = None
        self._flushed_at = clock()
        self._room = rhythm.first_chunks
        self._settled = 0
        self._skipped = 0
        self._added = 0
        self._updated = 0
        self._chunks = 0
        self._failed: list[Failure] = []
        self._moved = 0
        self._removed = 0

    def stop(self) -> None:
        """Make `run` end with `CancelledError` at its next step."""
        self._stopped.cancel()

    async def run(self, sources: Sequence[Source | PlainChunk]) -> AddReport:
        """Add the sources in order. Raises `CancelledError`, `ClosedError`, `StorageError`."""
        notes_before = len(self._chain.notes)
        try:
            changed = await self._changed(sources)
            outcomes = self._ahead.outcomes(jobs(changed, map(self._known, changed)))
            async for outcome in self._waited(outcomes):
                self._check()
                if isinstance(outcome, PlainChunk):
                    self._take_passage(outcome)
                else:
                    for parsed in outcome[1]:
                        await self._take(outcome[0], parsed)
                self._meter.tell()
                await self._pacer.pause()
                if self._is_time():
                    await self._hand_over()
            await self._hand_over()
            await self._flushed()
            self._check()
            gone = self._step.gone
            self._removed = await self._remove(gone) - self._moved if gone else 0
        finally:
            await self._ahead.close()
            await self._abandon()
        self._meter.tell(last=True)
        return AddReport(
            added=self._added,
            updated=self._updated,
            skipped=self._skipped,
            failed=tuple(self._failed),
            chunks=self._chunks,
            seconds=self._timings.elapsed,
            timings=self._timings.seconds(),
            notes=tuple(self._chain.notes[notes_before:]),
            removed=self._removed,
            moved=self._moved,
        )

    async def _changed(self, sources: Sequence[Source | PlainChunk]) -> list[Source | PlainChunk]:
        """What is to be read, as far as that can be told by size and time."""
        changed: list[Source | PlainChunk] = []
        for source in sources:
            if isinstance(source, PlainChunk) or not self._looks_unchanged(source):
                changed.append(source)
            elif (entry := self._step.refused(source)) and entry.code:
                self._failed.append(Failure(entry.path, entry.code, entry.message, entry.hint))
                self._settle(1)
            else:
                self._skipped += 1
                self._settle(1)
                self._meter.tell()
            await self._pacer.pause()
        return changed

    async def _waited(self, outcomes: AsyncIterator[Outcome]) -> AsyncIterator[Outcome]:
        """The outcomes; the time that they are waited for is that of reading."""
        while True:
            with self._timings.part("read"):
                outcome = await anext(outcomes, None)
            if outcome is None:
                return
            yield outcome

    def _take_passage(self, plain: PlainChunk) -> None:
        """Prepare a passage, or note why there is nothing to do."""
        self._meter.path = plain.id
        if self._is_known(plain.id, plain_digest(plain)):
            self._skipped += 1
            self._settle(1)
            return
        try:
            self._group.add(self._passages.passage(plain))
            self._group.sources += 1
        except FossickError as error:
            self._failed.append(Failure.of(plain.id, error))
            self._settle(1)

    async def _take(self, job: Job, parsed: Parsed) -> None:
        """Note what became of a file, or of one inside of it."""
        self._meter.path = parsed.path
        self._step.note(job, parsed)
        if parsed.problem is not None:
            self._failed.append(Failure.of(parsed.path, parsed.problem))
        elif parsed.document is None:
            self._skipped += parsed.members is None
        elif self._is_known(parsed.path, parsed.digest):
            self._skipped += 1
        else:
            prepared = document(parsed)
            prepared.vectors = await self._step.vectors(prepared)
            self._moved += bool(prepared.vectors)
            self._group.add(prepared)
        if not job.ends(parsed):
            return
        if self._group.chunks:
            self._group.sources += 1
        else:
            self._settle(1)

    def _known(self, source: Source | PlainChunk) -> Known:
        """What is indexed of a file and of those inside of it."""
        if isinstance(source, PlainChunk):
            return {}
        known = self._snapshot().digests_below(f"{source.path}/")
        place = self._sound_place(source.path)
        if place is not None:
            table = self._snapshot().segments[place[0]].segment.documents
            known[source.path] = table.digest[place[1]].tobytes()
        return self._step.known(source, known)

    def _looks_unchanged(self, source: Source) -> bool:
        """Whether size and time are known and those of the document: no need to read it."""
        if self._step.refused(source):
            return True
        place = self._sound_place(source.path)
        if place is None or source.size is None or source.modified is None:
            return False
        table, row = self._snapshot().segments[place[0]].segment.documents, place[1]
        same = int(table.size[row]) == source.size and table.modified[row] == source.modified
        return same and self._group.digest(source.path) is None

    def _sound_place(self, document_id: str) -> tuple[int, int] | None:
        """Where a document stands, unless something of it is damaged: then it is made anew."""
        place = self._snapshot().place(document_id)
        if place is None or not self._snapshot().segments[place[0]].segment.is_sound(place[1]):
            return None
        return place

    def _is_known(self, document_id: str, digest: bytes) -> bool:
        waiting = self._group.digest(document_id)
        if waiting is not None:
            return waiting == digest
        place = self._sound_place(document_id)
        if place is None:
            return False
        row = self._snapshot().segments[place[0]].segment.documents.digest[place[1]]
        return bool(np.array_equal(row, np.frombuffer(digest, dtype=np.uint8)))

    def _is_time(self) -> bool:
        if self._group.chunks >= self._room:
            return True
        is_free = self._flushing is None or self._flushing.done()
        waited = self._clock() - self._flushed_at >= self._rhythm.seconds
        return is_free and waited and self._group.chunks > 0

    async def _hand_over(self) -> None:
        """Start on the group at hand as soon as the one before it is committed."""
        await self._flushed()
        self._check()
        if len(self._vocabulary) > MOST_FORMS:
            self._vocabulary = Vocabulary(self._kernels)
        group, self._group = self._group, Group(self._vocabulary, self._count_tokens)
        if group.chunks:
            self._flushing = asyncio.ensure_future(self._flush(group))
        self._flushed_at = self._clock()

    async def _flushed(self) -> None:
        task, self._flushing = self._flushing, None
        if task is not None:
            await task

    async def _abandon(self) -> None:
        """After a failure or a cancel: wait for the group under way to notice, and drop it."""
        if self._flushing is not None:
            self.stop()
            await asyncio.wait([self._flushing])
            self._flushing.exception()
            self._flushing = None

    def _check(self) -> None:
        self._stopped.check()
        self._cancel.check()

    async def _flush(self, group: Group) -> None:
        began, ready = self._clock(), 0

        def done(chunks: int) -> None:
            nonlocal ready
            self._check()
            ready += chunks
            self._meter.chunks = self._chunks + ready
            self._meter.done = self._settled + group.sources * ready / group.chunks * 0.99
            self._meter.tell()

        with self._timings.part("embed"):
            vectors = await group.embed(self._chain, done)
        self._check()
        updated = await self._commit(group, vectors)
        self._updated += updated
        self._added += len(group.ids()) - updated
        self._skipped += group.files - len(group.ids())
        self._chunks += group.chunks
        self._settle(group.sources)
        self._set_room(group.chunks, self._clock() - began)

    def _settle(self, files: int) -> None:
        self._settled += files
        self._meter.done = max(self._meter.done, self._settled)

    def _set_room(self, chunks: int, seconds: float) -> None:
        """As many chunks as take about the wanted time between commits."""
        wanted = int(chunks / max(seconds, 1e-3) * self._rhythm.seconds)
        self._room = min(max(wanted, self._rhythm.smallest), self._rhythm.largest)
