"""How near the engine is to the end of its memory: adding stops before it, and searches go on."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import FossickError

Memory = Callable[[], tuple[int, int]]
"""Bytes that the engine has taken, and the most that it can have."""

RESERVE = 320 << 20
"""Bytes that are left for the searches, and the merge of what is there already."""

_HINT = (
    "What is finished is kept. Reload the page and add the same again: it goes on where it "
    "stopped. If it stops at once, remove something from the collection."
)


def check_room(memory: Memory | None) -> None:
    """Raise `FossickError("memory")` where too little is left to index more.

    >>> check_room(lambda: (1 << 30, 2 << 30))
    >>> check_room(lambda: (1_900_000_000, 2 << 30))
    Traceback (most recent call last):
    app.errors.FossickError: The engine has taken 1.8 of the 2.0 GB of memory that it can use.
    """
    if memory is None:
        return
    taken, most = memory()
    if most - taken < RESERVE:
        gigabytes = f"{taken / 2**30:.1f} of the {most / 2**30:.1f} GB"
        raise FossickError(
            f"The engine has taken {gigabytes} of memory that it can use.",
            code="memory",
            hint=_HINT,
        )
