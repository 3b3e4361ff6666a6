"""Progress that is told, work that can be stopped or held up, and a loop that is not held up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import CancelledError
from app.ports import Clock


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work is; `phase` is one of `PHASES` in `static/protocol.js`."""

    phase: str
    done: int
    total: int
    unit: str = "files"
    rate: float = 0.0
    """Units a second so far."""
    seconds_left: float | None = None
    """None while it cannot be told."""
    path: str = ""
    """What is being worked on."""
    chunks: int = 0
    """Chunks that are ready so far."""
    message: str = ""
    paused: bool = False
    """Whether it waits to be let go on."""


OnProgress = Callable[[Progress], None]


class Cancellation:
    """A wish to stop, passed to a call and looked at between its steps."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next step; calling it again changes nothing."""
        self._event.set()

    def check(self) -> None:
        """Raise `CancelledError` once `cancel` was called."""
        if self.cancelled:
            raise CancelledError("Stopped; what was committed before is kept.")


class Gate:
    """Lets background work through unless somebody holds it up."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._open = asyncio.Event()
        self._open.set()

    @property
    def is_open(self) -> bool:
        """Whether nobody holds it up."""
        return self._open.is_set()

    def hold(self, reason: str) -> None:
        """Hold the work up, until as many calls of `free`."""
        self._held[reason] += 1
        self._open.clear()

    def free(self, reason: str) -> None:
        """Take back a `hold`; one that never was is no error."""
        self._held[reason] -= 1
        self._held = +self._held
        if not self._held:
            self._open.set()

    def turn(self, reason: str, held: bool) -> None:
        """Hold the work up for a reason, or no longer; saying so twice is saying it once."""
        if held and not self._held[reason]:
            self.hold(reason)
        elif not held:
            self.free(reason)

    def end(self) -> None:
        """Open it for good, so that what waits notices that all is over."""
        self._open.set()

    async def wait(self) -> None:
        """Wait until it is open."""
        await self._open.wait()

    async def passed(self, seconds: float) -> bool:
        """Wait no longer than that; whether it is open."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._open.wait(), seconds)
        return self.is_open


class Pacer:
    """Gives way to other work on the event loop after every `step` seconds of our own."""

    def __init__(self, clock: Clock, *, step: float = 0.025) -> None:
        self._clock = clock
        self._step = step
        self._since = clock()

    async def pause(self) -> None:
        """Let others run, if it is time; cheap enough for every turn of a loop."""
        if self._clock() - self._since >= self._step:
            await asyncio.sleep(0)
            self._since = self._clock()


class Meter:
    """Turns counts into `Progress`, no more often than every `interval` seconds."""

    def __init__(
        self,
        clock: Clock,
        on_progress: OnProgress | None,
        total: int,
        *,
        interval: float = 0.1,
        unit: str = "files",
    ) -> None:
        self._clock = clock
        self._on_progress = on_progress
        self._interval = interval
        self._unit = unit
        self._started = clock()
        self._told = float("-inf")
        self._paused_at: float | None = None
        self.total = total
        self.done = 0.0
        self.chunks = 0
        self.path = ""

    @property
    def elapsed(self) -> float:
        """Seconds since it began, without those in which it was paused."""
        return (self._clock() if self._paused_at is None else self._paused_at) - self._started

    def pause(self, paused: bool) -> None:
        """Say that the work waits, or goes on; that time does not count."""
        now = self._clock()
        if self._paused_at is not None:
            self._started += now - self._paused_at
        self._paused_at = now if paused else None
        self._told = float("-inf")
        self.tell()

    def tell(self, *, phase: str = "index", last: bool = False, message: str = "") -> None:
        """Report, if it is time or the last word."""
        now = self._clock()
        if self._on_progress is None or (now - self._told < self._interval and not last):
            return
        self._told = now
        elapsed = self.elapsed
        rate = self.done / elapsed if elapsed > 0 else 0.0
        left = (self.total - self.done) / rate if rate > 0 else None
        done = self.total if last else min(int(self.done), self.total)
        place = self.path, self.chunks, message, self._paused_at is not None
        self._on_progress(Progress(phase, done, self.total, self._unit, rate, left, *place))
