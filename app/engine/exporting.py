"""Exporting a collection while it is used: the commit that is there when it begins."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.progress import Cancellation, Meter
from app.engine.publishing import Publication, Writer
from app.engine.state import State
from app.storage.portable import Contents, Export, Exported, Sink
from app.storage.portable.exporting import Hold, as_it_is


async def export(
    state: State,
    about: Contents,
    sink: Sink,
    *,
    hold: Hold | None,
    meter: Meter,
    cancel: Cancellation,
) -> Exported:
    """Write a portable file of what searches see now; its files stay until it is done."""
    async with state.reading() as view:
        export = Export(
            state.store,
            about,
            snapshot=view.snapshot,
            kernels=state.kernels,
            hold=hold or as_it_is,
            tell=telling(meter, cancel, "export"),
        )
        meter.total = await export.size()
        done = await export.run(sink)
    meter.tell(phase="export", last=True)
    return done


async def publish(
    state: State, about: Contents, sink: Sink, *, write: Writer, meter: Meter, cancel: Cancellation
) -> Exported:
    """The same in a format for others."""
    async with state.reading() as view:
        meter.total = sum(live.live_documents for live in view.snapshot.segments)
        publication = Publication(view, state.store, about, write)
        done = await publication.run(sink, telling(meter, cancel, "export"))
    meter.tell(phase="export", last=True)
    return done


def telling(meter: Meter, cancel: Cancellation, phase: str) -> Callable[[int], None]:
    """Counts bytes, tells of them now and then, and stops where that is wished for."""

    def tell(count: int) -> None:
        cancel.check()
        meter.done += count
        meter.tell(phase=phase)

    return tell
