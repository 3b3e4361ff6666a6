"""Adding: files are read and cut while the embedder works on those before them.

Documents gather in a group. When the embedder is free and some time has passed, or when a group
holds what the embedder can do in a few seconds, it is embedded, written and committed, and is
searchable from then on. A kill loses the groups under way and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from app.core.kernels import Kernels
from app.core.lexical import Vocabulary
from app.engine.committing import Commit, Committer, Rhythm, Tally
from app.engine.embedding import EmbedderChain
from app.engine.group import Group
from app.engine.keeping_step import KeepingStep
from app.engine.progress import Cancellation, Gate, Meter, Pacer
from app.engine.reading import PassageReader, document, plain_digest
from app.engine.reading_ahead import Job, Passages, ReadAhead, jobs
from app.engine.reports import AddReport, Failure
from app.engine.sources import FileParser, PlainChunk
from app.engine.timing import Timings
from app.errors import FossickError
from app.formats.parsing import Known, Parsed
from app.formats.sources import Source
from app.ports import Clock, TokenCounter
from app.storage.snapshot import Snapshot

MOST_FORMS = 500_000
"""Forms that are remembered before all are forgotten: each takes some hundred bytes."""

LOOK = 0.25
"""Seconds between looks at the clock and at wishes to stop while a file is waited for."""

PARTS = ("read", "analyse", "embed", "write", "merge")

Remove = Callable[[Iterable[str]], Awaitable[int]]
"""Deletes documents; answers how many there were."""
Outcome = tuple[Job, Sequence[Parsed]] | Passages


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
        gate: Gate,
        rhythm: Rhythm,
        kernels: Kernels,
    ) -> None:
        self._ahead = ReadAhead(parser)
        self._passages = passages
        self._chain = chain
        self._count_tokens = count_tokens
        self._remove = remove
        self._step = step
        self._snapshot = snapshot
        self._timings = timings
        self._pacer = pacer
        self._meter = meter
        self._cancel = cancel
        self._gate = gate
        self._stopped = Cancellation()
        self._kernels = kernels
        self._vocabulary = Vocabulary(kernels)
        self._group = Group(self._vocabulary, count_tokens)
        self._tally = Tally(meter)
        self._committer = Committer(
            chain=chain,
            commit=commit,
            tally=self._tally,
            timings=timings,
            clock=clock,
            rhythm=rhythm,
            check=self._check,
        )
        self._sources = meter.total
        self._inner = 0

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
                if isinstance(outcome, list):
                    for plain in outcome:
                        self._take_passage(plain)
                        await self._hand_over_in_time()
                else:
                    for parsed in outcome[1]:
                        await self._take(outcome[0], parsed)
                self._meter.tell()
                await self._pacer.pause()
                await self._hand_over_in_time()
            await self._hand_over()
            await self._committer.done()
            self._check()
            gone = self._step.gone
            removed = await self._remove(gone) - self._tally.moved if gone else 0
        finally:
            self.stop()
            await self._ahead.close()
            await self._committer.abandon()
        self._meter.tell(last=True)
        tally = self._tally
        return AddReport(
            added=tally.added,
            updated=tally.updated,
            skipped=tally.skipped,
            failed=tuple(tally.failed),
            chunks=tally.chunks,
            seconds=self._timings.elapsed,
            timings=self._timings.seconds(),
            notes=tuple(self._chain.notes[notes_before:]),
            removed=removed,
            moved=tally.moved,
        )

    async def _changed(self, sources: Sequence[Source | PlainChunk]) -> list[Source | PlainChunk]:
        """What is to be read, as far as that can be told by size and time."""
        changed: list[Source | PlainChunk] = []
        for source in sources:
            if isinstance(source, PlainChunk) or not self._looks_unchanged(source):
                changed.append(source)
            elif (entry := self._step.refused(source)) and entry.code:
                failure = Failure(entry.path, entry.code, entry.message, entry.hint)
                self._tally.failed.append(failure)
                self._tally.settle(1)
            else:
                self._tally.skipped += 1
                self._tally.settle(1)
                self._meter.tell()
            await self._pacer.pause()
        return changed

    async def _waited(self, outcomes: AsyncIterator[Outcome]) -> AsyncIterator[Outcome]:
        """The outcomes; the time that they are waited for is that of reading.

        Meanwhile what has gathered goes on its way.
        """
        while True:
            await self._held_up()
            reading = asyncio.ensure_future(anext(outcomes, None))
            try:
                while not reading.done():
                    with self._timings.part("read"):
                        await asyncio.wait([reading], timeout=LOOK)
                    self._check()
                    await self._held_up()
                    if not reading.done():
                        await self._hand_over_in_time()
            finally:
                reading.cancel()
                await asyncio.wait([reading])
            outcome = reading.result()
            if outcome is None:
                return
            yield outcome

    async def _held_up(self) -> None:
        """While adding is paused: commit what has gathered, and wait."""
        if self._gate.is_open:
            return
        await self._hand_over()
        await self._committer.done()
        self._meter.pause(True)
        while not await self._gate.passed(LOOK):
            self._check()
        self._meter.pause(False)

    def _take_passage(self, plain: PlainChunk) -> None:
        """Prepare a passage, or note why there is nothing to do."""
        self._meter.path = plain.id
        if self._is_known(plain.id, plain_digest(plain)):
            self._tally.skipped += 1
            self._tally.settle(1)
            return
        try:
            self._group.add(self._passages.passage(plain))
            self._group.units += 1
        except FossickError as error:
            self._tally.failed.append(Failure.of(plain.id, error))
            self._tally.settle(1)

    async def _take(self, job: Job, parsed: Parsed) -> None:
        """Note what became of a file, or of one inside of it."""
        self._meter.path = parsed.path
        self._step.note(job, parsed)
        tally = self._tally
        if parsed.problem is not None:
            tally.failed.append(Failure.of(parsed.path, parsed.problem))
        elif parsed.document is None:
            tally.skipped += parsed.members is None
        elif self._is_known(parsed.path, parsed.digest):
            tally.skipped += 1
        else:
            prepared = document(parsed)
            prepared.vectors = await self._step.vectors(prepared)
            tally.moved += bool(prepared.vectors)
            self._group.add(prepared)
        self._inner += not job.ends(parsed)
        self._meter.total = self._sources + self._inner + parsed.left
        if self._group.chunks:
            self._group.units += 1
        else:
            tally.settle(1)

    def _known(self, source: Source | PlainChunk) -> Known:
        """What is indexed of a file and of those inside of it."""
        if isinstance(source, PlainChunk):
            return {}
        known = self._snapshot().digests_below(f"{source.path}/")
        own = self._snapshot().digest(source.path)
        if own is not None:
            known[source.path] = own
        return self._step.known(source, known)

    def _looks_unchanged(self, source: Source) -> bool:
        """Whether size and time are known and those of the document: no need to read it."""
        if self._step.refused(source):
            return True
        if self._step.lacks_some(source.path):
            return False
        place = self._snapshot().sound_place(source.path)
        if place is None or source.size is None or source.modified is None:
            return False
        table, row = self._snapshot().segments[place[0]].segment.documents, place[1]
        same = int(table.size[row]) == source.size and table.modified[row] == source.modified
        return same and self._group.digest(source.path) is None

    def _is_known(self, document_id: str, digest: bytes) -> bool:
        waiting = self._group.digest(document_id)
        if waiting is not None:
            return waiting == digest
        return self._snapshot().digest(document_id) == digest

    async def _hand_over_in_time(self) -> None:
        if self._committer.is_time(self._group):
            await self._hand_over()

    async def _hand_over(self) -> None:
        """Have the group at hand committed, as soon as the one before it is."""
        if len(self._vocabulary) > MOST_FORMS:
            self._vocabulary = Vocabulary(self._kernels)
        group, self._group = self._group, Group(self._vocabulary, self._count_tokens)
        await self._committer.take(group)

    def _check(self) -> None:
        self._stopped.check()
        self._cancel.check()
