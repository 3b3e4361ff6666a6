"""The commits of a collection as it is used: who reads which, who writes the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from app.core.analysis import VERSION
from app.core.kernels import Kernels
from app.engine import following, repairing
from app.engine.group import Group
from app.engine.renewing import Fresh, Key, renewed
from app.engine.repairing import Look
from app.engine.reports import Checked, Repaired, Vacuumed
from app.engine.tidying import Tidying
from app.engine.timing import Timings
from app.engine.view import View
from app.errors import ClosedError, StorageError
from app.ports import Store
from app.storage import ledger, tuning
from app.storage.ledger import Unread
from app.storage.merge import MergePolicy
from app.storage.snapshot import Snapshot
from app.storage.vectors import VectorBlock
from app.storage.writer import IndexWriter, Merged


class State:
    """The view that searches use now, and the writer behind it, None for a follower.

    Commits take turns; a search keeps the view it began with, and the files of that view stay
    until no search is under way. Merges run beside both.
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
        self.on_show: Callable[[Snapshot], None] = lambda snapshot: None
        """Told of every commit that searches see from now on, of this writer or another."""
        self._policy = policy
        self._tidying = None if writer is None else self._tidying_after(writer)
        self._lock = asyncio.Lock()
        self._tuned = False
        self._ledger: dict[str, Unread] | None = None
        self._readers = 0
        self._unread = asyncio.Event()

    @classmethod
    async def open(
        cls, store: Store, *, read_only: bool, policy: MergePolicy, kernels: Kernels
    ) -> State:
        """Load the last commit, or begin an index."""
        if read_only:
            snapshot = await following.newest(store)
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
            if self._readers == 0:
                self._unread.set()
                if self._tidying and not self._tidying.writer.is_swept:
                    self._tidying.wake()

    async def load_vectors(self, view: View, models: Collection[str]) -> None:
        """Have the vectors of models at hand, from now on in every commit."""
        if models and self._tidying:
            self._tidying.writer.keep_rows = True
        if models and not self._tuned:
            self._tuned = True
            view.wider.update(await tuning.load(self.store))
        await view.load_vectors(self.store, models)

    async def widen(self, model: str, wider: int) -> None:
        """Take so many times as many candidates in searches of a model's vectors, for good."""
        self.view.widen(model, wider)
        if self._tidying:
            async with self._lock:
                await tuning.save(self.store, self.view.wider)

    async def ledger(self) -> dict[str, Unread]:
        """Files that are no documents, by path; the writer's own, which `keep_ledger` keeps."""
        if self._ledger is None or self._tidying is None:
            self._ledger = await ledger.load(self.store)
        return self._ledger

    async def keep_ledger(self) -> None:
        """Write down what was changed in it; what cannot be is found anew next time."""
        if self._ledger is None or self.closed:
            return
        async with self._lock:
            await ledger.save(self.store, self._ledger)

    async def commit(self, group: Group, vectors: Sequence[VectorBlock], timings: Timings) -> int:
        """Make a group searchable; answers how many documents it replaced.

        A caller that is cancelled meanwhile does not cut the commit short: half of one could
        not be told from one that failed.
        """
        return await asyncio.shield(self._commit(group, vectors, timings))

    async def renew(self, ready: Mapping[Key, Fresh]) -> int:
        """Put fresh vectors in place of those that passages have; answers of how many.

        Waits for the merge under way, so that none of them is lost in it.
        """
        return await asyncio.shield(self._renew(ready))

    async def delete(self, ids: Iterable[str]) -> int:
        """Delete documents; answers how many of the ids there were."""
        return await asyncio.shield(self._delete(ids))

    async def refresh(self) -> bool:
        """Follow another writer to its last commit; answers whether there was a newer one."""
        self.check()
        if self._tidying is not None:
            return False
        before = self.view.snapshot
        found = await following.newest(self.store, before)
        now = self.view.snapshot.generation
        if found is None or self._tidying is not None or found.generation <= now:
            return False
        self._show(found)
        return True

    async def take_over(self) -> None:
        """Become the writer, from what is in the store now; for a follower whose writer has gone.

        Searches under way finish on their view; what nobody else needs is removed after them.
        Raises `StorageError`; it is a follower still then.
        """
        async with self._lock:
            self.check()
            if self._tidying is not None:
                return
            before = self.view.snapshot
            writer = await IndexWriter.open(self.store, analysis=VERSION, before=before)
            self._tidying = self._tidying_after(writer)
            self._ledger = None
            self._show(writer.snapshot)
        self._tidying.wake()

    async def settle(self) -> None:
        """Wait until the merging that commits have brought about is done."""
        self.check()
        if self._tidying:
            await self._tidying.settled()

    async def vacuum(self) -> Vacuumed:
        """Rewrite all segments with deleted documents, and wait until the old files are gone."""
        tidying = self.writable()
        await tidying.settled()
        writer = tidying.writer
        size, deleted = await repairing.size(self.store), writer.snapshot.n_deleted
        while parts := [one for one in writer.snapshot.segments if one.is_rewritable]:
            if not await tidying.rewrite(parts[:1]):
                break
        while not writer.is_swept:
            await tidying.settled()
            await self._unused()
            await self._sweep()
        gone = deleted - writer.snapshot.n_deleted
        return Vacuumed(gone, size - await repairing.size(self.store))

    async def examine(self, look: Look) -> Checked:
        """Look at everything."""
        async with self.reading() as view:
            return await look(view.snapshot)

    async def repair(self, look: Look) -> Repaired:
        """Look at everything, and take out what is damaged; what is left is whole."""
        self.writable()
        return await asyncio.shield(self._repair(look))

    async def close(self) -> None:
        """Let the commit under way finish, then close the store; merges are given up."""
        self.closed = True
        if self._tidying:
            await self._tidying.stop()
        async with self._lock:
            if self._tidying and self._readers == 0:
                await self._tidying.writer.sweep()
            await self.store.close()

    def check(self) -> None:
        """Raise `ClosedError` after `close`."""
        if self.closed:
            raise ClosedError("The collection was closed.")

    def writable(self) -> Tidying:
        """The writer and who tidies after it; `StorageError("read-only")` for a follower."""
        self.check()
        if self._tidying is None:
            raise StorageError(
                "This collection is open for reading only.",
                code="read-only",
                hint="Another tab or program writes to it; add files there.",
            )
        return self._tidying

    async def _commit(self, group: Group, vectors: Sequence[VectorBlock], timings: Timings) -> int:
        with timings.part("merge"):
            await self.writable().room()
        async with self._lock:
            tidying = self.writable()
            writer = tidying.writer
            deletes = self._places(group.ids())
            with timings.part("analyse"):
                postings = await group.postings()
            with timings.part("write"):
                new = await group.build(writer.new_segment_name(), postings, vectors)
                await asyncio.sleep(0)
                await writer.commit([new], deletes=deletes)
            self._show(writer.snapshot)
        tidying.wake()
        return sum(map(len, deletes.values()))

    async def _renew(self, ready: Mapping[Key, Fresh]) -> int:
        async with self.writable().turn, self._lock:
            writer = self.writable().writer
            vectors = await renewed(self.store, writer.snapshot, ready)
            if vectors:
                await writer.commit(vectors=vectors)
                self._show(writer.snapshot)
        return len(ready)

    async def _delete(self, ids: Iterable[str]) -> int:
        async with self._lock:
            tidying = self.writable()
            writer, wanted = tidying.writer, list(ids)
            deletes = self._places(wanted)
            # What cannot be read may hold them as well, and must not bring them back one day.
            removed = wanted if writer.snapshot.aside else []
            if deletes or removed:
                await writer.commit(deletes=deletes, removed=removed)
                self._show(writer.snapshot)
        tidying.wake()
        return sum(map(len, deletes.values()))

    async def _replace(self, merged: Merged) -> None:
        """Put a merged segment in place of its parts."""
        async with self._lock:
            writer = self.writable().writer
            await writer.commit(merged=merged)
            self._show(writer.snapshot)

    async def _repair(self, look: Look) -> Repaired:
        async with self._lock:
            tidying = self.writable()
            repaired = await repairing.repair(tidying.writer, look)
            if repaired.damage:
                self._show(tidying.writer.snapshot)
        tidying.wake()
        return repaired

    async def _sweep(self) -> None:
        """Remove files that no commit needs, unless somebody may be reading them."""
        async with self._lock:
            tidying = self._tidying
            if tidying and not (self.closed or self._readers or tidying.is_reading):
                await tidying.writer.sweep()

    async def _unused(self) -> None:
        """Wait until no search is under way."""
        while self._readers:
            self._unread.clear()
            await self._unread.wait()

    def _show(self, snapshot: Snapshot) -> None:
        self.view = View(snapshot, self.kernels, before=self.view)
        self.on_show(snapshot)

    def _tidying_after(self, writer: IndexWriter) -> Tidying:
        return Tidying(
            *(self.store, writer, self._policy),
            replace=self._replace,
            sweep=self._sweep,
            kernels=self.kernels,
        )

    def _places(self, ids: Iterable[str]) -> dict[int, list[int]]:
        """Ordinals of the documents that are there, by segment."""
        found: dict[int, list[int]] = {}
        for document_id in set(ids):
            place = self.view.snapshot.place(document_id)
            if place is not None:
                found.setdefault(place[0], []).append(place[1])
        return found
