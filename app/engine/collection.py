"""A collection: documents that are added, found, read and removed. The engine's way in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import date
from typing import Any

from app.core.kernels import Kernels, NumpyKernels
from app.core.lexical import Wanted
from app.core.model import Corrected, QueryProblem, SearchResult, Suggestions
from app.engine import listing, passages, selecting
from app.engine.context import pack
from app.engine.embedding import EmbedderChain
from app.engine.group import Group
from app.engine.indexer import PARTS as INDEX_PARTS
from app.engine.indexer import Indexer, Rhythm
from app.engine.options import SearchOptions
from app.engine.progress import Cancellation, Meter, OnProgress, Pacer
from app.engine.reading import Reader
from app.engine.reports import AddReport, Context, DocumentInfo, Passage, Stats
from app.engine.searcher import PARTS as SEARCH_PARTS
from app.engine.searcher import Searcher
from app.engine.sources import PdfReader, PlainChunk, Source
from app.engine.state import State
from app.engine.suggesting import PARTS as SUGGEST_PARTS
from app.engine.suggesting import suggest
from app.engine.timing import Timings
from app.errors import CancelledError
from app.ports import Clock, Embedder, Store, TokenCounter
from app.storage.merge import MergePolicy
from app.storage.segment import VectorBlock

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
        pdf_reader: PdfReader | None,
        rhythm: Rhythm,
        today: Callable[[], date],
    ) -> None:
        self._state = state
        self._chain = chain
        self._clock = clock
        self._count_tokens = count_tokens
        self._pdf_reader = pdf_reader
        self._rhythm = rhythm
        self._today = today
        self._adding: set[Indexer] = set()

    @classmethod
    async def open(
        cls,
        store: Store,
        *,
        embedder: Embedder | EmbedderChain | None,
        clock: Clock,
        count_tokens: TokenCounter,
        pdf_reader: PdfReader | None = None,
        read_only: bool = False,
        policy: MergePolicy | None = None,
        rhythm: Rhythm | None = None,
        kernels: Kernels | None = None,
        today: Callable[[], date] = date.today,
    ) -> Collection:
        """Open the index of a store, or begin one.

        `embedder` None means: words only. A `read_only` collection follows another writer, see
        `refresh`. `kernels` None means: those of NumPy. `today` is what "yesterday" in a query
        counts from. Raises `StorageError`: `storage-damaged`, `index-version`,
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
            pdf_reader=pdf_reader,
            rhythm=rhythm or Rhythm(),
            today=today,
        )

    @property
    def chain(self) -> EmbedderChain:
        """The embedders in use."""
        return self._chain

    @property
    def kernels(self) -> Kernels:
        """What the hot loops of search run on."""
        return self._state.kernels

    @property
    def generation(self) -> int:
        """Number of the commit that searches see."""
        return self._state.view.snapshot.generation

    async def add(
        self,
        sources: Sequence[Source | PlainChunk],
        *,
        on_progress: OnProgress | None = None,
        cancel: Cancellation | None = None,
    ) -> AddReport:
        """Index sources; a path or id that is there already is replaced, unless unchanged.

        A source that cannot be read is listed in `failed` and the others go on; a document that
        it would have replaced stays. Raises `CancelledError` and `StorageError`
        (`quota-exceeded`, `read-only`); what was committed until then stays.
        """
        self._state.writable()
        indexer = self._indexer(len(sources), on_progress, cancel or Cancellation())
        self._adding.add(indexer)
        try:
            return await indexer.run(sources)
        except CancelledError:
            self._state.check()
            raise
        finally:
            self._adding.discard(indexer)

    async def remove(self, ids: Iterable[str]) -> int:
        """Delete documents by id or path; answers how many there were."""
        return await self._state.delete(ids)

    async def search(self, query: str, options: Options = None) -> SearchResult:
        """The best passages for a query. Raises `InputError` for options that are off."""
        if not isinstance(options, SearchOptions):
            options = SearchOptions.of(options)
        async with self._state.reading() as view:
            timings = Timings(self._clock, SEARCH_PARTS)
            searcher = await Searcher.prepare(
                view,
                query,
                options,
                chain=self._chain,
                timings=timings,
                today=self._today(),
            )
            ranking, chosen = selecting.best(searcher)
            wanted = Wanted.by(ranking.plan.scored, view.keyword.segments)
            with timings.part("facets"):
                matches = ranking.matches
                counted = None if matches is None else view.facets.count(matches, options.facets)
            show = passages.Show(view, self._state.store, wanted)
            with timings.part("fetch"):
                hits = [await show.hit(found, rank) for rank, found in enumerate(chosen, start=1)]
            notes = tuple(dict.fromkeys(searcher.notes))
            result = SearchResult(
                tuple(hits),
                ranking.total,
                timings.milliseconds(),
                notes,
                problems=tuple(QueryProblem(**asdict(error)) for error in searcher.errors),
                corrected=tuple(Corrected(*astuple(each)) for each in ranking.plan.corrections),
            )
            return result if counted is None else counted.told(result)

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
        """A document by its id, or a passage by its own. Raises `InputError("not-found")`."""
        async with self._state.reading() as view:
            return await passages.passage(view, self._state.store, wanted)

    async def documents(self) -> list[DocumentInfo]:
        """All documents, in order of path."""
        async with self._state.reading() as view:
            return listing.documents(view)

    async def stats(self) -> Stats:
        """What the collection holds."""
        async with self._state.reading() as view:
            return await listing.statistics(view, self._state.store, self._chain)

    async def context(self, query: str, max_tokens: int = 2000, options: Options = None) -> Context:
        """The best passages for a query, packed into `max_tokens` tokens, with their sources."""
        result = await self.search(query, SearchOptions(k=50) if options is None else options)
        return pack(result, max_tokens, self._count_tokens)

    async def refresh(self) -> bool:
        """Follow another writer to its last commit; answers whether there was a newer one."""
        return await self._state.refresh()

    async def close(self) -> None:
        """Stop adding, let the commit under way finish, and close the store."""
        for indexer in self._adding:
            indexer.stop()
        if not self._state.closed:
            await self._state.close()

    def _indexer(
        self, n_sources: int, on_progress: OnProgress | None, cancel: Cancellation
    ) -> Indexer:
        timings = Timings(self._clock, INDEX_PARTS)
        pacer = Pacer(self._clock)
        reader = Reader(
            count_tokens=self._count_tokens,
            pdf_reader=self._pdf_reader,
            timings=timings,
            pacer=pacer,
            dim_of=lambda model: self._chain.dim(model) or self._state.view.dim(model),
        )

        async def commit(group: Group, vectors: Sequence[VectorBlock]) -> int:
            return await self._state.commit(group, vectors, timings)

        return Indexer(
            reader=reader,
            chain=self._chain,
            commit=commit,
            snapshot=lambda: self._state.view.snapshot,
            timings=timings,
            clock=self._clock,
            pacer=pacer,
            meter=Meter(self._clock, on_progress, n_sources),
            cancel=cancel,
            rhythm=self._rhythm,
            kernels=self.kernels,
        )
