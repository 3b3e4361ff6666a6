"""A call from the page while it runs: how to tell it of progress, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.engine import Cancellation

Tell = Callable[[Mapping[str, Any]], None]

CURRENT: ContextVar[int] = ContextVar("CURRENT", default=0)
"""Id of the request that the running task works for; tasks that it starts inherit it."""


@dataclass(slots=True)
class Request:
    """One call. `id` is the page's; it comes back in progress events and in `cancel`."""

    id: int
    tell: Tell
    cancellation: Cancellation = field(default_factory=Cancellation)
    stop: Callable[[], object] = lambda: None
    """Frees a call that waits for the model; set by who runs it."""
