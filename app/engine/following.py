"""Reading the commits of another writer, who goes on while one of them is read."""

from __future__ import annotations

import asyncio

from app.core.analysis import VERSION
from app.errors import StorageError
from app.ports import Store
from app.storage import loading
from app.storage.snapshot import Snapshot

_ATTEMPTS = 6
_PAUSE = 0.05
"""Seconds between two attempts: about as long as a commit takes."""


async def newest(store: Store, before: Snapshot | None = None) -> Snapshot | None:
    """The last commit, None where there is none; segments that `before` has open are taken over.

    What looks damaged may have been written, or merged away, while it was read. A look shortly
    afterwards finds it whole, or a commit without it; only what stays damaged is told of.
    """
    known = before.damage if before else ()
    for left in reversed(range(_ATTEMPTS)):
        try:
            found = await loading.load(store, analysis=VERSION, before=before)
            if not left or found is None or found.damage in ((), known):
                return found
        except StorageError as error:
            if not left or error.code == "index-version":
                raise
        await asyncio.sleep(_PAUSE)
    raise AssertionError("the last attempt answers")  # pragma: no cover
