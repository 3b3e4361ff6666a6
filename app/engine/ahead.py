"""Work that waits for something else, with the next of it begun before the last has come back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def ahead(
    work: Callable[[Item], Awaitable[Result]], items: Iterable[Item], depth: int = 2
) -> AsyncGenerator[tuple[Item, Result]]:
    """Each item with what `work` makes of it, in order; `depth` of them are under way at a time.

    Where one fails, or the caller closes the generator, those under way are cancelled.
    """
    running: deque[tuple[Item, asyncio.Future[Result]]] = deque()
    try:
        for item in items:
            running.append((item, asyncio.ensure_future(work(item))))
            if len(running) == depth:
                begun, task = running.popleft()
                yield begun, await task
        while running:
            begun, task = running.popleft()
            yield begun, await task
    finally:
        for _, task in running:
            task.cancel()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)
