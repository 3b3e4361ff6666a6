"""The commits of a collection as it is used: who reads which, who writes the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import numpy as np

from app.core.analysis import VERSION
from app.core.kernels import Kernels
from app.engine.group import Group
from app.engine.timing import Timings
from app.engine.view import View
from app.errors import ClosedError, StorageError
from app.ports import Store
from app.storage import snapshot as snapshots
from app.storage.merge import MergePolicy, merge
from app.storage.segment import VectorBlock
from app.storage.snapshot import Snapshot
from app.storage.writer import IndexWriter


class State:
    """The view that searches use now, and the writer behind it, None for a follower.

    Commits take turns; a search keeps the view it began with, and the files of that view stay
    until no search is under way.
    """

    def __init__(
        self,
        store: Store,
        snapshot: Snapshot,
        writer: IndexWriter | None,
        policy: MergePolicy,
        kernels: Kernels,
    ) -> None:
        self.store = store
        self.kernels = kernels
        self.view = View(snapshot, kernels)
        self.closed = False
        self._writer = writer
        self._policy = policy
        self._lock = asyncio.Lock()
        self._readers = 0

    @classmethod
    async def open(
        cls, store: Store, *, read_only: bool, policy: MergePolicy, kernels: Kernels
    ) -> State:
        """Load the last commit, or begin an index."""
        if read_only:
            snapshot = await snapshots.load(store, analysis=VERSION)
            return cls(store, snapshot or Snapshot(), None, policy, kernels)
        writer = await IndexWriter.open(store, analysis=VERSION)
        return cls(store, writer.snapshot, writer, policy, kernels)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[View]:
        """The view as it is now; its files stay until the block ends."""
        self.check()
        self._readers += 1
        try:
            yield self.view
        finally:
            self._readers -= 1
            if not self._lock.locked():
                await self._sweep()

    async def commit(self, group: Group, vectors: Sequence[VectorBlock], timings: Timings) -> int:
        """Make a group searchable; answers how many documents it replaced.

        A caller that is cancelled meanwhile does not cut the commit short: half of one could
        not be told from one that failed.
        """
        return await asyncio.shield(self._commit(group, vectors, timings))

    async def delete(self, ids: Iterable[str]) -> int:
        """Delete documents; answers how many of the ids there were."""
        return await asyncio.shield(self._delete(ids))

    async def refresh(self) -> bool:
        """Follow another writer to its last commit; answers whether there was a newer one."""
        self.check()
        if self._writer is not None:
            return False
        found = await snapshots.load(self.store, analysis=VERSION)
        if found is None or found.generation == self.view.snapshot.generation:
            return False
        self.view = View(found, self.kernels)
        return True

    async def close(self) -> None:
        """Let the commit under way finish, then close the store."""
        self.closed = True
        async with self._lock:
            await self.store.close()

    def check(self) -> None:
        """Raise `ClosedError` after `close`."""
        if self.closed:
            raise ClosedError("The collection was closed.")

    def writable(self) -> IndexWriter:
        """The writer; `StorageError("read-only")` for a follower."""
        self.check()
        if self._writer is None:
            raise StorageError(
                "This collection is open for reading only.",
                code="read-only",
                hint="Another tab or program writes to it; add files there.",
            )
        return self._writer

    async def _commit(self, group: Group, vectors: Sequence[VectorBlock], timings: Timings) -> int:
        async with self._lock:
            writer = self.writable()
            deletes = self._places(group.ids())
            with timings.part("analyse"):
                postings = await group.postings()
            with timings.part("write"):
                new = await group.build(writer.new_segment_name(), postings, vectors)
                await asyncio.sleep(0)
                await writer.commit([new], deletes=deletes)
            self.view = View(writer.snapshot, self.kernels, self.view)
            with timings.part("merge"):
                await self._tidy(writer)
            return sum(map(len, deletes.values()))

    async def _delete(self, ids: Iterable[str]) -> int:
        async with self._lock:
            writer = self.writable()
            deletes = self._places(ids)
            if deletes:
                await writer.commit(deletes=deletes)
                self.view = View(writer.snapshot, self.kernels, self.view)
                await self._tidy(writer)
            return sum(map(len, deletes.values()))

    def _places(self, ids: Iterable[str]) -> dict[int, list[int]]:
        """Ordinals of the documents that are there, by segment."""
        found: dict[int, list[int]] = {}
        for document_id in set(ids):
            place = self.view.snapshot.place(document_id)
            if place is not None:
                found.setdefault(place[0], []).append(place[1])
        return found

    async def _tidy(self, writer: IndexWriter) -> None:
        """Keep segments few, and remove files that nobody reads."""
        while (run := self._planned(writer.snapshot)) is not None:
            parts = writer.snapshot.segments[run.start : run.stop]
            merged = await merge(self.store, parts, writer.new_segment_name())
            await writer.commit(merged=(run, merged))
            self.view = View(writer.snapshot, self.kernels, self.view)
        await self._sweep()

    def _planned(self, snapshot: Snapshot) -> range | None:
        return self._policy.plan(
            [int(np.count_nonzero(live.live_chunks)) for live in snapshot.segments],
            [len(live.segment.chunks) for live in snapshot.segments],
        )

    async def _sweep(self) -> None:
        if self._writer is not None and self._readers == 0 and not self.closed:
            await self._writer.sweep()
