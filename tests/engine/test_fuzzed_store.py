"""A collection one byte of whose files is another: every byte of every file, in turn.

It opens and answers, or refuses with a code; what it answers is right, and where something is
missing or is made anew, that is said. FOSSICK_FLIPS=all tries every byte (a few minutes), without
it a part of them; docs/reliability.md has the counts.
"""

import asyncio
import logging
import os
import time
from collections import Counter

import pytest

from app.engine import EmbedderChain
from app.errors import FossickError, StorageError
from app.storage import ledger, tuning
from tests.engine.helpers import (
    ConceptEmbedder,
    KeptStore,
    collection,
    source,
)
from tests.engine.test_upgrading import QuickEmbedder

STRIDE = 1 if os.environ.get("FOSSICK_FLIPS") == "all" else 61
CHANGES = (0x01, 0x80, 0xFF, 0x20)
LONGEST = 20.0
"""Seconds that nothing may take, on a machine that has much else to do."""
QUERIES = [
    ("puppy", {}), ("hound", {"mode": "vector"}), ('"old sofa"', {"mode": "keyword"}),
    ("garag*", {}), ("the", {"facets": True, "sort": "name"}), ("title:money", {}),
]  # fmt: skip
TEXTS = {
    "pets.txt": "The puppy sleeps on the old sofa.",
    "notes/garage.md": "# Garage\n\nThe automobile needs new tyres, größer als vorher.",
    "money.txt": "Cash is kept in the drawer.",
    "later.txt": "The vehicle was sold for cash.",
}
TALLY: Counter[str] = Counter()


async def again(store):
    """A start on the store."""
    return await collection(store, EmbedderChain([ConceptEmbedder(), QuickEmbedder()]))


async def built():
    """The files of a collection with everything that one can have."""
    store = KeptStore()
    found = await again(store)
    first = [source(path, text, modified=1.0) for path, text in list(TEXTS.items())[:3]]
    await found.add([*first, source("gone.txt", "Gone.")])
    await found.upgrade()
    await found.remove(["gone.txt"])
    await found.add([source("later.txt", TEXTS["later.txt"], modified=1.0)])
    await found.add([source("odd.bin", "\0\1\2" * 9)])
    await found._state.widen("concept/1", 3)
    await found.settle()
    await found.close()
    return store.files()


FILES = asyncio.run(built())
KINDS = {
    name: "manifest" if name.startswith("manifest") else "texts" if name.endswith(".txt")
    else "tombstones" if ".dead-" in name else "vectors" if ".vec-" in name
    else "segment" if name.startswith("seg-") else name
    for name in FILES
}  # fmt: skip


def test_everything_is_there():
    """What is tried has each kind of file."""
    assert set(KINDS.values()) == {
        *("manifest", "segment", "texts", "tombstones", "vectors", ledger.NAME, tuning.NAME)
    }


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.exhaustive
def test_every_flipped_byte(name):
    """Found, or without consequence; never a wrong answer, no other error, and no hang."""
    right = asyncio.run(answers(FILES))
    for place in range(len(name) % STRIDE, len(FILES[name]), STRIDE):
        broken = bytearray(FILES[name])
        broken[place] ^= CHANGES[place % len(CHANGES)]
        began = time.monotonic()
        asyncio.run(judged({**FILES, name: bytes(broken)}, name, right))
        assert time.monotonic() - began < LONGEST


async def judged(files, name, right):
    """Try a store, and count what came of it."""
    TALLY[f"{KINDS[name]}: flips"] += 1
    try:
        found = await answers(files)
    except StorageError as error:
        assert error.code in {"storage-damaged", "index-version"}
        TALLY[f"{KINDS[name]}: refused"] += 1
        return
    for query, hits in found["hits"].items():
        for hit, text in hits.items():
            assert right["hits"][query].get(hit) == text or (text == "" and found["problems"])
    for path, text in found["texts"].items():
        assert text is None or text == TEXTS[path]
    assert found["unread"] in (right["unread"], [])
    whole = {key: found[key] == right[key] for key in ("hits", "texts", "unread", "wider")}
    if found["damage"] or found["checked"]:
        TALLY[f"{KINDS[name]}: named"] += 1
    else:
        assert all(whole.values()), (name, whole)
        TALLY[f"{KINDS[name]}: harmless"] += 1
        # Nothing is read any more of what better vectors replaced, and of a deleted text.
        assert KINDS[name] in {"segment", "texts"}
    assert found["checked"] or not found["damage"]


async def answers(files):
    """What a collection over these files says, as far as it may be compared."""
    store = KeptStore(files)
    found = await again(store)
    hits, problems = {}, False
    for query, options in QUERIES:
        result = await found.search(query, options)
        hits[query] = {hit.id: hit.text for hit in result.hits}
        problems |= any(hit.problem for hit in result.hits)
    texts = {}
    for info in await found.documents():
        try:
            texts[info.path] = (await found.get(info.id)).text
        except FossickError as error:
            assert error.code == "storage-damaged"
            texts[info.path] = None
    return {
        "hits": hits,
        "problems": problems,
        "texts": texts,
        "unread": [one.path for one in await found.unread()],
        "wider": await tuning.load(store),
        "damage": [one.kind for one in (await found.stats()).damage],
        "checked": [one.kind for one in (await found.check()).damage],
    }


if __name__ == "__main__":
    logging.disable()
    for one in sorted(FILES):
        test_every_flipped_byte(one)
    for line, count in sorted(TALLY.items()):
        print(f"{line}: {count:,}")
