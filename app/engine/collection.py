"""A collection: documents that are added, found, read and removed. The engine's way in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from app.core.analysis import VERSION
from app.core.kernels import Kernels, NumpyKernels
from app.core.lexical import parse, tree
from app.core.model import SearchResult, Suggestions
from app.engine import auditing, exporting, listing, passages
from app.engine.answering import answer
from app.engine.checking import Checking
from app.engine.committing import Rhythm
from app.engine.context import pack
from app.engine.duplicates import duplicates as find_duplicates
from app.engine.embedding import Embedded, EmbedderChain
from app.engine.group import Group
from app.engine.indexer import PARTS as INDEX_PARTS
from app.engine.indexer import Indexer
from app.engine.keeping_step import KeepingStep
from app.engine.memory import Memory, check_room
from app.engine.options import SearchOptions
from app.engine.progress import Cancellation, Gate, Meter, OnProgress, Pacer
from app.engine.publishing import Writer
from app.engine.reading import PassageReader
from app.engine.reconsidering import reconsider
from app.engine.repairing import Look
from app.engine.reports import (
    AddReport,
    Checked,
    Context,
    DocumentInfo,
    Duplicates,
    Passage,
    Repaired,
    Stats,
    Upgraded,
    Vacuumed,
    VectorAudit,
)
from app.engine.reranking import RERANKED, reranked
from app.engine.searcher import PARTS as SEARCH_PARTS
from app.engine.searcher import Searcher
from app.engine.sources import FileParser, PlainChunk
from app.engine.state import State
from app.engine.suggesting import PARTS as SUGGEST_PARTS
from app.engine.suggesting import suggest
from app.engine.timing import Timings
from app.engine.upgrading import Upgrader, lesser
from app.errors import CancelledError, EmbedderError, StorageError
from app.formats.parsing import Parser
from app.formats.sources import InlineParser, Source
from app.ports import Clock, Embedder, Reranker, Store, TokenCounter
from app.storage.ledger import Unread
from app.storage.merge import MergePolicy
from app.storage.portable import Contents, Exported, Sink
from app.storage.portable.exporting import Hold
from app.storage.snapshot import Snapshot
from app.storage.vectors import VectorBlock

MOST_SEEN = 2000
"""Documents among hits that are remembered, for `upgrade` to begin with."""

Options = SearchOptions | Mapping[str, Any] | None


class Collection:
    """Documents in a store, searchable by words and by meaning.

    Searches run on the last commit while documents are added. Every method raises `ClosedError`
    after `close`.
    """

    def __init__(
        self,
        state: State,
        *,
        chain: EmbedderChain,
        clock: Clock,
        count_tokens: TokenCounter,
        parser: FileParser,
        reranker: Reranker | None,
        rhythm: Rhythm,
        today: Callable[[], date],
        memory: Memory | None,
    ) -> None:
        self._state = state
        self._chain = chain
        self._clock = clock
        self._count_tokens = count_tokens
        self._parser = parser
        self._reranker = reranker
        self._rhythm = rhythm
        self._today = today
        self._memory = memory
        self._adding: set[Indexer] = set()
        self._upgrading = asyncio.Lock()
        self._seen: Counter[str] = Counter()
        self.gate = Gate()
        """What `upgrade` passes before each batch: hold it up while there is something better to
        do, as while the collection is being added to, or on battery."""
        self.adding_gate = Gate()
        """What `add` passes before each file or few: held up, it commits what it has, and waits."""

    @classmethod
    async def open(
        cls,
        store: Store,
        *,
        embedder: Embedder | EmbedderChain | None,
        clock: Clock,
        count_tokens: TokenCounter,
        parser: FileParser | None = None,
        reranker: Reranker | None = None,
        read_only: bool = False,
        policy: MergePolicy | None = None,
        rhythm: Rhythm | None = None,
        kernels: Kernels | None = None,
        today: Callable[[], date] = date.today,
        memory: Memory | None = None,
    ) -> Collection:
        """Open the index of a store, or begin one.

        `embedder` None means: words only. A `read_only` collection follows another writer, see
        `refresh`. `parser` None means: files are read where they are added, PDFs not at all.
        `kernels` None means: those of NumPy. `today` is what "yesterday" in a query counts from.
        `memory` tells what the engine has and may have, where that is less than the machine has.
        What of the index is damaged is set aside, see `Stats.damage`. Raises
        `StorageError`: `storage-damaged` where nothing can be read, `index-version`,
        `storage-unavailable`.
        """
        if not isinstance(embedder, EmbedderChain):
            embedder = EmbedderChain([] if embedder is None else [embedder])
        return cls(
            await State.open(
                store,
                read_only=read_only,
                policy=policy or MergePolicy(),
                kernels=kernels or NumpyKernels(),
            ),
            chain=embedder,
            clock=clock,
            count_tokens=count_tokens,
            parser=parser or InlineParser(Parser(count_tokens=count_tokens)),
            reranker=reranker,
            rhythm=rhythm or Rhythm(),
            today=today,
            memory=memory,
        )

    @property
    def chain(self) -> EmbedderChain:
        """The embedders in use."""
        return self._chain

    async def embed(self, texts: Sequence[str]) -> tuple[Embedded, list[int]]:
        """Vectors of texts by the best embedder that works, and how many tokens each text has.

        Raises `EmbedderError("model-missing")` when no embedder is left.
        """
        found = await self._chain.embed(texts)
        if found is None:
            raise EmbedderError(
                "There is no embedder.", code="model-missing", hint="Open it with one."
            )
        return found, [self._count_tokens(text) for text in texts]

    @property
    def kernels(self) -> Kernels:
        """What the hot loops of search run on."""
        return self._state.kernels

    def on_commit(self, told: Callable[[int, int], object]) -> None:
        """Have the number of the commit that searches see, and that of documents in it, told:
        now, and whenever it is another one."""

        def tell(snapshot: Snapshot) -> None:
            told(snapshot.generation, sum(live.live_documents for live in snapshot.segments))

        self._state.on_show = tell
        tell(self._state.view.snapshot)

    @property
    def generation(self) -> int:
        """Number of the commit that searches see."""
        return self._state.view.snapshot.generation

    async def add(
        self,
        sources: Sequence[Source | PlainChunk],
        *,
        whole: Sequence[str] = (),
        ignored: Mapping[str, str] = MappingProxyType({}),
        on_progress: OnProgress | None = None,
        cancel: Cancellation | None = None,
    ) -> AddReport:
        """Index sources; a path or id that is there already is replaced, unless unchanged.

        `whole` names folders of which all files are among the sources: documents below them
        whose files are not are removed, and those that have moved keep their vectors. `ignored`
        are files and folders that a rule has left out, and why: `unread` tells of them.
        A source that cannot be read is listed in `failed` and the others go on; a document that
        it would have replaced stays. Raises `CancelledError`, `StorageError` (`quota-exceeded`,
        `read-only`) and `FossickError("memory")`; what was committed until then stays.
        """
        self._state.writable()
        check_room(self._memory)
        ledger = await self._state.ledger()
        step = KeepingStep(self._state, ledger, sources, whole)
        step.leave_out(ignored)
        meter = Meter(self._clock, on_progress, len(sources))
        indexer = self._indexer(step, meter, cancel or Cancellation())
        self._adding.add(indexer)
        self.gate.hold("adding")
        try:
            return await indexer.run(sources)
        except CancelledError:
            self._state.check()
            raise
        finally:
            self._adding.discard(indexer)
            self.gate.free("adding")
            if step.changed:
                await self._state.keep_ledger()

    async def upgrade(
        self, *, on_progress: OnProgress | None = None, cancel: Cancellation | None = None
    ) -> Upgraded:
        """Give every passage a vector of the best embedder that works, and commit now and then.

        What was added has quick vectors until then, or those of another model, and is found by
        them. Passages that were among the hits of searches come first, then the newest. It waits
        while the collection is added to. Ends early when the embedder fails. Raises
        `CancelledError` and `StorageError`; what was committed until then stays.
        """
        async with self._upgrading:
            self._state.writable()
            upgrader = Upgrader(
                *(self._state, self._chain),
                count_tokens=self._count_tokens,
                clock=self._clock,
                meter=Meter(self._clock, on_progress, 0, unit="passages"),
                seen=self._seen,
                gate=self.gate,
                cancel=cancel or Cancellation(),
            )
            return await upgrader.run()

    @property
    def lesser(self) -> int:
        """Passages of which the best embedder could make a better vector."""
        best = self._chain.info
        segments = self._state.view.snapshot.segments if best else ()
        return sum(int(lesser(live, best.model).sum()) for live in segments) if best else 0

    async def remove(self, ids: Iterable[str]) -> int:
        """Delete documents by id or path; answers how many there were."""
        self._state.writable()
        wanted = list(ids)
        ledger = await self._state.ledger()
        if [path for path in wanted if ledger.pop(path, None)]:
            await self._state.keep_ledger()
        return await self._state.delete(wanted)

    async def reconsider(self, paths: Iterable[str]) -> int:
        """Have files that were refused read again when they are added next, unchanged or not.

        Answers how many there were; `StorageError`.
        """
        self._state.writable()
        snapshot = self._state.view.snapshot
        ledger = await self._state.ledger()
        found = reconsider(ledger, paths, lambda path: snapshot.place(path) is not None)
        if found:
            await self._state.keep_ledger()
        return found

    async def search(self, query: str, options: Options = None) -> SearchResult:
        """The best passages for a query. Raises `InputError` for options that are off."""
        if not isinstance(options, SearchOptions):
            options = SearchOptions.of(options)
        if options.rerank:
            wide = replace(options, k=max(options.k, RERANKED), rerank=False)
            words = tree.words(parse(query, self._today()).tree)
            result = await self.search(query, wide)
            return await reranked(result, words, options.k, self._reranker, self._clock)
        self.gate.hold("searching")
        try:
            result = await self._search(query, options)
            if result.damage and await self._state.refresh():
                # What looked damaged may be what the other writer has merged away meanwhile.
                result = await self._search(query, options)
        finally:
            self.gate.free("searching")
        self._seen.update({hit.document_id for hit in result.hits})
        if len(self._seen) > MOST_SEEN:
            self._seen = Counter(dict(self._seen.most_common(MOST_SEEN // 2)))
        return result

    async def suggest(self, text: str, limit: int = 8) -> Suggestions:
        """What a query may become while it is typed: see `engine.suggesting`.

        `limit` is the number of completions wanted, 0 to 50; `InputError` for any other.
        """
        async with self._state.reading() as view:
            timings = Timings(self._clock, SUGGEST_PARTS)
            return await suggest(
                view, self._state.store, text, limit, today=self._today(), timings=timings
            )

    async def get(self, wanted: str) -> Passage:
        """A document by its id, or a passage by its own.

        Raises `InputError("not-found")`, and `StorageError` where its text is damaged.
        """
        try:
            return await self._get(wanted)
        except StorageError:
            if not await self._state.refresh():
                raise
            return await self._get(wanted)

    async def documents(self) -> list[DocumentInfo]:
        """All documents, in order of path."""
        async with self._state.reading() as view:
            return listing.documents(view)

    async def unread(self) -> list[Unread]:
        """Files that are no documents, and why, in order of path; archives are among them."""
        self._state.check()
        entries = (await self._state.ledger()).values()
        snapshot = self._state.view.snapshot
        unread = [one for one in entries if one.code or snapshot.place(one.path) is None]
        return sorted(unread, key=lambda entry: entry.path)

    async def stats(self) -> Stats:
        """What the collection holds."""
        async with self._state.reading() as view:
            return await listing.statistics(view, self._state.store, self._chain)

    async def audit(
        self,
        *,
        sample: int = auditing.SAMPLE,
        k: int = 10,
        on_progress: OnProgress | None = None,
    ) -> VectorAudit:
        """Measure what searches by meaning find, by the neighbours of a sample of passages.

        Of the model that most passages have vectors of. Where less than 99 % of the k nearest are
        found, searches look at more candidates from now on, which is kept with the collection.
        Passages stand for questions here; these are further from what they are near.
        """
        meter = Meter(self._clock, on_progress, sample, unit="passages")
        return await auditing.audit(self._state, sample, k, meter, Pacer(self._clock))

    async def duplicates(self, limit: int = 100) -> Duplicates:
        """The largest groups of passages that say nearly the same, by their words.

        Files of the same content count as well. Of 100,000 passages it takes about a second; those
        of which it is in doubt are read. Passages indexed by a former version are not looked at.
        Raises `InputError` for a limit below 0.
        """
        async with self._state.reading() as view:
            return await find_duplicates(view, self._state.store, limit)

    async def vacuum(self) -> Vacuumed:
        """Take what was deleted out of the store, texts and vectors too; it is gone afterwards.

        Merges do the same by and by, and rewrite a segment of which 30 % are deleted; until then
        deleted documents are in no result and still on the device. Raises `StorageError`.
        """
        return await self._state.vacuum()

    async def check(
        self, *, on_progress: OnProgress | None = None, cancel: Cancellation | None = None
    ) -> Checked:
        """Read everything, every byte, and see whether it is as it was written and fits together.

        Words and vectors must speak of passages that are there, and every passage must have its
        text. What is damaged is left out of nothing that still works, and the next `add` of its
        files reads them again although they are unchanged. Raises `CancelledError`.
        """
        return await self._state.examine(self._look(on_progress, cancel))

    async def repair(
        self, *, on_progress: OnProgress | None = None, cancel: Cancellation | None = None
    ) -> Repaired:
        """Take what is damaged out of the collection, having looked at everything as `check`.

        Documents of which any part is damaged are removed, and what cannot be read at all is
        given up, so that nothing of them is damaged afterwards. Adding their files again brings
        them back, before a repair as well as after it. Raises `CancelledError`, with which
        nothing was changed, and `StorageError`.
        """
        return await self._state.repair(self._look(on_progress, cancel))

    def _look(self, on_progress: OnProgress | None, cancel: Cancellation | None) -> Look:
        """Ready to look at a commit."""

        async def look(snapshot: Snapshot) -> Checked:
            checking = Checking(
                self._state.store,
                snapshot,
                dim=self._chain.dim,
                meter=Meter(self._clock, on_progress, 0, unit="bytes"),
                pacer=Pacer(self._clock),
                cancel=cancel or Cancellation(),
            )
            return await checking.run()

        return look

    async def settle(self) -> None:
        """Wait until the merging that commits have brought about is done."""
        await self._state.settle()

    async def export(
        self,
        about: Contents,
        sink: Sink,
        *,
        write: Writer | None = None,
        hold: Hold | None = None,
        on_progress: OnProgress | None = None,
        cancel: Cancellation | None = None,
    ) -> Exported:
        """Write the last commit, or the portion that `about` names, as one file.

        That is the portable file, or with `write` one in a format of `publishing.WRITERS`.
        `hold` keeps a vector index as it is while it is copied. What is damaged is left out and
        told. Raises `CancelledError`, `StorageError`, and what the sink raises.
        """
        meter = Meter(self._clock, on_progress, 0, unit="documents" if write else "bytes")
        told = replace(about, analysis=VERSION)
        stop = cancel or Cancellation()
        if write:
            return await exporting.publish(
                self._state, told, sink, write=write, meter=meter, cancel=stop
            )
        return await exporting.export(self._state, told, sink, hold=hold, meter=meter, cancel=stop)

    async def context(self, query: str, max_tokens: int = 2000, options: Options = None) -> Context:
        """The best passages for a query, packed into `max_tokens` tokens, with their sources."""
        result = await self.search(query, SearchOptions(k=50) if options is None else options)
        return pack(result, max_tokens, self._count_tokens)

    async def refresh(self) -> bool:
        """Follow another writer to its last commit; answers whether there was a newer one."""
        return await self._state.refresh()

    async def take_over(self) -> None:
        """Become the writer of a collection that was opened `read_only`, its writer having gone.

        There must be no other. Searches under way are not disturbed. Raises `StorageError`; it
        goes on following then.
        """
        await self._state.take_over()

    async def close(self) -> None:
        """Stop adding, let the commit under way finish, and close the store."""
        for indexer in self._adding:
            indexer.stop()
        if not self._state.closed:
            closing = self._state.close()
            self.gate.end()
            await closing

    async def _get(self, wanted: str) -> Passage:
        async with self._state.reading() as view:
            return await passages.passage(view, self._state.store, wanted)

    async def _search(self, query: str, options: SearchOptions) -> SearchResult:
        timings = Timings(self._clock, SEARCH_PARTS)
        async with self._state.reading() as view:
            searcher = await Searcher.prepare(
                view,
                query,
                options,
                chain=self._chain,
                timings=timings,
                today=self._today(),
            )
            with timings.part("vector"):
                await self._state.load_vectors(view, searcher.vectors)
            return await answer(searcher, self._state.store)

    def _indexer(self, step: KeepingStep, meter: Meter, cancel: Cancellation) -> Indexer:
        timings = Timings(self._clock, INDEX_PARTS)
        pacer = Pacer(self._clock)
        passages = PassageReader(
            lambda model: self._chain.dim(model) or self._state.view.dim(model)
        )

        async def commit(group: Group, vectors: Sequence[VectorBlock]) -> int:
            check_room(self._memory)
            return await self._state.commit(group, vectors, timings)

        return Indexer(
            parser=self._parser,
            passages=passages,
            chain=self._chain,
            count_tokens=self._count_tokens,
            commit=commit,
            remove=self._state.delete,
            step=step,
            snapshot=lambda: self._state.view.snapshot,
            timings=timings,
            clock=self._clock,
            pacer=pacer,
            meter=meter,
            cancel=cancel,
            gate=self.adding_gate,
            rhythm=self._rhythm,
            kernels=self.kernels,
        )
