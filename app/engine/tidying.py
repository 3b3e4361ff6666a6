"""Keeping segments few, beside the work that people wait for: merges run between other things."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from app.core.kernels import Kernels
from app.errors import StorageError
from app.ports import Store
from app.storage.merge import MergePolicy, merge
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.writer import IndexWriter, Merged

_log = logging.getLogger(__name__)

_CROWD = 3
"""So many times more segments than a merge takes, and adding waits until there are fewer."""


class Tidying:
    """Merges segments, one run at a time, as long as the policy finds some; then sweeps.

    `replace` commits a merged segment, `sweep` removes files that nobody reads. What a merge
    reads is immutable, so commits go on beside it; what they delete meanwhile is deleted in the
    merged segment as well.
    """

    def __init__(
        self,
        store: Store,
        writer: IndexWriter,
        policy: MergePolicy,
        *,
        replace: Callable[[Merged], Awaitable[None]],
        sweep: Callable[[], Awaitable[None]],
        kernels: Kernels | None = None,
    ) -> None:
        self._store = store
        self.writer = writer
        self._policy = policy
        self._kernels = kernels
        self._replace = replace
        self._sweep = sweep
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self.turn = asyncio.Lock()
        """Who holds it may change segments without a merge that does not know of it."""
        self.is_reading = False
        """Whether files of segments are being read."""

    def wake(self) -> None:
        """Look soon whether there is something to do."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def settled(self) -> None:
        """Wait until there is nothing to do."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def room(self) -> None:
        """Wait as long as there are far too many segments, because merges lag behind."""
        most = _CROWD * self._policy.factor
        while len(self.writer.snapshot.segments) > most and self._task and not self._task.done():
            await asyncio.wait([self._task], timeout=0.05)

    async def stop(self) -> None:
        """End the merge under way; a commit of its result is not cut short."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def rewrite(self, parts: Sequence[LiveSegment]) -> bool:
        """Merge these neighbours. False if that cannot be done, as for damage that it has found."""
        async with self.turn:
            self.is_reading = True
            try:
                name = self.writer.new_segment_name()
                new = await merge(self._store, parts, name, self._kernels)
            except StorageError as error:
                _log.warning("segments were left unmerged: %s", error.message)
                return False
            finally:
                self.is_reading = False
            await asyncio.shield(self._replace(Merged(parts, new)))
            return True

    async def _run(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._merge()
                await self._sweep()
            except StorageError as error:  # a full device, mostly; adding will tell of it
                _log.warning("segments were left unmerged: %s", error.message)
            except Exception:
                _log.exception("merging failed")

    async def _merge(self) -> None:
        while (run := self._planned(self.writer.snapshot)) is not None:
            parts = self.writer.snapshot.segments[run.start : run.stop]
            done = await self.rewrite(parts)
            if not done and all(part.is_whole for part in parts):
                return

    def _planned(self, snapshot: Snapshot) -> range | None:
        """Neighbours to merge."""
        for stretch in snapshot.stretches():
            segments = snapshot.segments[stretch.start : stretch.stop]
            run = self._policy.plan(
                [live.n_live for live in segments], [len(live.segment.chunks) for live in segments]
            )
            if run is not None:
                return range(stretch.start + run.start, stretch.start + run.stop)
        return None
