"""Where the time goes, by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.ports import Clock


class Timings:
    """Sums of seconds under names; parts may be timed again and again, and nested."""

    def __init__(self, clock: Clock, names: tuple[str, ...]) -> None:
        self._clock = clock
        self._started = clock()
        self._seconds = dict.fromkeys(names, 0.0)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add the time that the block takes, awaits included."""
        begin = self._clock()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + self._clock() - begin

    @property
    def elapsed(self) -> float:
        """Seconds since this was made."""
        return self._clock() - self._started

    def deadline(self, seconds: float) -> Callable[[], bool]:
        """Whether that many seconds have passed, to be asked now and then."""
        return lambda: self.elapsed > seconds

    def seconds(self) -> Mapping[str, float]:
        """Seconds by part."""
        return dict(self._seconds)

    def milliseconds(self) -> Mapping[str, float]:
        """Milliseconds by part, and "total" since this was made."""
        parts = {name: 1000 * value for name, value in self._seconds.items()}
        return {**parts, "total": 1000 * self.elapsed}
