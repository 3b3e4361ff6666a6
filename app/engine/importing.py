"""Importing a portable file into a store that no collection has open."""

from __future__ import annotations

import time

from app.core.analysis import VERSION
from app.engine.exporting import telling
from app.engine.progress import Cancellation, Meter, OnProgress
from app.ports import Clock, Store
from app.storage.portable import Archive, Imported, take


async def bring_in(
    archive: Archive,
    store: Store,
    *,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
    cancel: Cancellation | None = None,
    clock: Clock = time.perf_counter,
) -> Imported:
    """Make a store hold what a portable file has; `app.storage.portable.take` says what it raises.

    `CancelledError` where that is wished for before it stands.
    """
    total = sum(file.bytes for file in archive.contents.files)
    meter = Meter(clock, on_progress, total, unit="bytes")
    tell = telling(meter, cancel or Cancellation(), "import")
    done = await take(archive, store, analysis=VERSION, overwrite=overwrite, tell=tell)
    meter.tell(phase="import", last=True)
    return done
