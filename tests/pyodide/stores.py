"""The browser's stores under the suite that every store must pass."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import js

from app.browser.store import BrowserStore
from app.errors import StorageError
from tests.contract import store_suite
from tests.pyodide import index

_numbers = count()


async def opened(kind: str, *, writable: bool = True) -> BrowserStore:
    """A new, empty store of a kind."""
    return await reopened(kind, f"store-{next(_numbers)}", writable=writable)


async def reopened(kind: str, collection: str, *, writable: bool = True) -> BrowserStore:
    """The store of a collection."""
    return BrowserStore(await getattr(js.fossickStores, kind).open(collection), writable=writable)


async def check(kind: str, name: str) -> None:
    """Run one check of the suite."""
    await getattr(store_suite, name)(await opened(kind))


async def indexed(
    kind: str, sources: Sequence[tuple[str, bytes]], queries: Sequence[str]
) -> tuple[dict[str, bytes], list[Any]]:
    """Files of an index kept by the browser, and what searches over it give once reopened."""
    store = await reopened(kind, "indexed")
    files = await index.written(store, sources, [sources[0][0]])
    await store.close()
    return files, await index.searched_in(await reopened(kind, "indexed"), queries)


async def lasts(kind: str) -> bytes:
    """What is read by a second store over the same collection."""
    first = await reopened(kind, f"lasting {kind} / ü")
    await first.write("a", [b"still ", b"here"])
    await first.close()
    second = await reopened(kind, f"lasting {kind} / ü")
    data = bytes(await second.read("a"))
    await second.close()
    return data


async def two_at_once(kind: str) -> tuple[bytes, bytes]:
    """What a reading store sees of a file that a writing one replaces."""
    writer = await reopened(kind, "shared")
    reader = await reopened(kind, "shared", writable=False)
    await writer.write("a", [b"first"])
    first = bytes(await reader.read("a"))
    await reader.close()
    await writer.write("a", [b"second"])
    return first, bytes(await (await reopened(kind, "shared", writable=False)).read("a"))


async def read_while_changed(kind: str, rounds: int) -> set[bytes | str]:
    """What a reading store sees of a file that is written and removed again and again."""
    writer = await reopened(kind, "changing")
    reader = await reopened(kind, "changing", writable=False)
    seen: set[bytes | str] = set()

    async def change() -> None:
        for _ in range(rounds):
            await writer.write("a", [b"whole"])
            await writer.remove("a")

    async def read() -> None:
        while not changing.done():
            try:
                seen.add(bytes(await reader.read("a")))
            except StorageError as error:
                seen.add(error.message)

    changing = asyncio.ensure_future(change())
    await asyncio.gather(*(read() for _ in range(4)))
    await changing
    return seen


async def refused(kind: str) -> list[str | None]:
    """Codes of changes through a store that may not write."""
    store = await opened(kind, writable=False)
    codes = []
    for change in (store.write("a", [b"x"]), store.remove("a")):
        try:
            await change
            codes.append(None)
        except StorageError as error:
            codes.append(error.code)
    return codes
