"""The full check: every byte is read, both legs are compared, and what is damaged is read again."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from app.core.lexical import build_postings
from app.core.lexical.soundness import contradiction
from app.engine import Cancellation
from app.engine.vectors import Vectors
from app.errors import CancelledError
from app.storage import ledger, sections, tuning
from app.storage import manifest as manifests
from tests.engine.helpers import (
    ConceptEmbedder,
    KeptStore,
    again,
    collection,
    contents,
    flip,
    paths,
    run,
    slots,
    source,
)

PETS = source("pets.txt", "The puppy sleeps on the old sofa.", modified=1.0)
GARAGE = source("notes/garage.txt", "The automobile needs new tyres.", modified=1.0)
MONEY = source("notes/money.txt", "Cash is kept in the drawer.", modified=1.0)
FIRST = "seg-00000001"


async def stored():
    """A store with two documents in one segment and one in another, one deleted, one refused."""
    store = KeptStore()
    found = await again(store)
    await found.add([PETS, GARAGE])
    await found.add([MONEY, source("gone.txt", "Gone.")])
    await found.add([source("odd.bin", "\0\1\2" * 99)])
    await found.remove(["gone.txt"])
    await found._state.widen("concept/1", 3)
    await found.close()
    return store


async def remade(store, name, section, change):
    """Another array in place of one, with checksums that agree."""
    arrays = sections.unpack(bytes(await store.read(name)), name)
    arrays[section] = change(arrays[section].copy())
    await store.write(name, sections.pack(arrays))


def test_all_is_well():
    """Every file is read to its last byte; the numbers are those of the collection."""

    async def test():
        store, told = await stored(), []
        found = await again(store)
        checked = await found.check(on_progress=told.append)
        sizes = [await store.size(name) for name in await store.names()]
        assert checked.damage == checked.again == ()
        assert (checked.documents, checked.chunks, checked.segments) == (3, 3, 2)
        assert (checked.vectors, checked.words_only) == (3, 0)
        assert checked.files == len(sizes)
        assert checked.bytes == sum(sizes) - len("Gone.")
        assert {one.phase for one in told} == {"verify"}
        assert (told[-1].done, told[-1].unit) == (told[-1].total, "bytes")
        postings = found._state.view.snapshot.segments[0].segment.postings
        assert checked.postings > len(postings.ordinals) > 0

    run(test())


def test_words_alone():
    """Passages without a vector are counted, and are no damage."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(fails_after=0))
        await found.add([PETS])
        checked = await found.check()
        assert (checked.damage, checked.vectors + checked.words_only) == ((), 1)

    run(test())


@pytest.mark.parametrize(
    ("name", "section", "kind", "again"),
    [
        (FIRST, "lex.ordinals", "segment", ["notes/garage.txt", "pets.txt"]),
        (FIRST, "chunk.crc", "segment", ["notes/garage.txt", "pets.txt"]),
        (FIRST, "vectors.0.rows", "vectors", ["notes/garage.txt", "pets.txt"]),
        (f"{FIRST}.txt", None, "texts", ["pets.txt"]),
        ("seg-00000002", "doc.id.blob", "segment", ["notes/money.txt"]),
        (ledger.NAME, "entries", "ledger", []),
        (tuning.NAME, "wider", "tuning", []),
        ("manifest-a", None, "manifest", []),
        ("manifest-b", None, "manifest", []),
    ],
)
def test_damaged_while_it_is_open(name, section, kind, again):
    """What was read at the start and is damaged since is found; a repair leaves nothing of it."""

    async def test():
        store = await stored()
        found = await collection(store, ConceptEmbedder())
        await flip(store, name, 40 if kind == "manifest" else 2, section=section)
        assert len((await found.search("puppy tyres drawer")).hits) == 3
        checked = await found.check()
        assert [one.kind for one in checked.damage] == [kind]
        assert checked.damage[0].file.startswith(name)
        assert list(checked.again) == again
        repaired = await found.repair()
        assert list(repaired.removed) == again
        await found.settle()
        assert (await found.check()).damage == ()
        for one in (found, await collection(store, ConceptEmbedder())):
            left = {info.path for info in await one.documents()}
            assert left == {"pets.txt", "notes/garage.txt", "notes/money.txt"} - set(again)
            assert (await one.check()).damage == ()

    run(test())


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("lex.ordinals", lambda array: array[::-1]),
        ("lex.positions", lambda array: array | 0x80),
        ("lex.counts", lambda array: array + 1),
        ("lex.body_lengths", lambda array: array + 1),
        ("chunk.byte_end", lambda array: array + 1000),
        ("chunk.crc", lambda array: array ^ 1),
        ("doc.text_crc", lambda array: array ^ 1),
    ],
)
def test_what_does_not_fit_together(section, change):
    """Files whose checksums agree and which contradict themselves: a program's fault."""

    async def test():
        store = await stored()
        await remade(store, FIRST, section, change)
        crc = sections.read_table(bytes(await store.read(FIRST)), FIRST).crc
        await named(store, crc)
        found = await again(store)
        checked = await found.check()
        assert {one.kind for one in checked.damage} <= {"segment", "texts"}
        assert list(checked.again) == ["notes/garage.txt", "pets.txt"]
        report = await found.add([PETS, GARAGE])
        assert (report.updated + report.added, report.skipped) == (2, 0)
        assert (await found.check()).damage == ()

    run(test())


async def named(store, crc):
    """Let both manifests name the first segment's file as it is now."""
    newest = (await manifests.read_newest(store)).manifest
    first, *rest = newest.segments
    changed = replace(newest, segments=(replace(first, crc=crc), *rest))
    await manifests.write(store, changed)
    await manifests.seal(store, changed)


def test_a_document_twice():
    """Of one that lives in two segments the older is damage; added again it stands once."""

    async def test():
        store = await stored()
        for suffix in ("", ".txt"):
            await store.write(f"seg-00000009{suffix}", [await store.read(f"{FIRST}{suffix}")])
        newest = (await manifests.read_newest(store)).manifest
        twin = replace(newest.segments[0], name="seg-00000009")
        both = replace(newest, segments=(*newest.segments, twin), next_number=10)
        await manifests.write(store, both)
        await manifests.seal(store, both)
        found = await again(store)
        checked = await found.check()
        assert [(one.kind, one.file, one.part) for one in checked.damage] == [
            ("segment", FIRST, "doc.id")
        ]
        await found.repair()
        assert (await found.check()).damage == ()
        assert len(await found.documents()) == 3

    run(test())


def test_read_again_by_itself():
    """What is damaged is read again when its folder is next brought into step, unchanged as it is;
    a segment that cannot be read goes when all of it has come back."""

    async def test():
        store = await stored()
        await flip(store, FIRST, section="lex.ordinals")
        await flip(store, "seg-00000002.txt", 1)
        found = await again(store)
        stats = await found.stats()
        assert [one.kind for one in stats.damage] == ["segment"]
        assert stats.again == ("notes/garage.txt", "pets.txt")
        checked = await found.check()
        assert checked.again == ("notes/garage.txt", "notes/money.txt", "pets.txt")
        report = await found.add([GARAGE, MONEY], whole=["notes"])
        assert (report.added, report.updated, report.skipped) == (1, 1, 0)
        assert (await found.stats()).again == ("pets.txt",)
        assert FIRST in await store.names()
        await found.add([PETS])
        assert (await found.stats()).damage == ()
        await found.settle()
        assert FIRST not in await store.names()
        assert (await found.check()).damage == ()
        assert len(await found.documents()) == 3

    run(test())


def test_removed_is_settled_as_well():
    """A document that is removed while its segment cannot be read is waited for no longer."""

    async def test():
        store = await stored()
        await flip(store, FIRST, section="lex.ordinals")
        found = await again(store)
        await found.remove(["pets.txt"])
        assert (await found.stats()).again == ("notes/garage.txt",)
        await found.remove(["notes/garage.txt"])
        assert (await found.stats()).damage == ()

    run(test())


def test_repair_names_what_it_lets_go():
    """Also of a segment that cannot be read, where its table of documents can."""

    async def test():
        store = await stored()
        await flip(store, FIRST, section="lex.ordinals")
        repaired = await (await again(store)).repair()
        assert (repaired.documents, repaired.removed) == (2, ("notes/garage.txt", "pets.txt"))

    run(test())


def test_damaged_text_of_what_is_gone():
    """It is nobody's loss: no damage, and a vacuum takes it away."""

    async def test():
        store = await stored()
        await flip(store, "seg-00000001.txt", 1)
        found = await again(store)
        assert [one.kind for one in (await found.check()).damage] == ["texts"]
        await found.add([source("pets.txt", "The hound is awake.")])
        assert (await found.stats()).damage == ()
        await found.vacuum()
        assert (await found.check()).damage == ()
        assert (await found.stats()).deleted == 0

    run(test())


def test_a_commit_that_may_come_back():
    """Files of a commit whose manifest cannot be read for now stay until the next commit."""

    async def test():
        store = KeptStore()
        found = await again(store)
        await found.add([PETS])
        await found.settle()
        before = await contents(store)
        await found.add([GARAGE])
        after = await contents(store)
        newest, other = slots(found)
        await found.close()
        await store.write(other, [before[other]])
        await flip(store, newest, 40)
        found = await again(store)
        assert [one.kind for one in (await found.stats()).damage] == ["manifest"]
        await found.settle()
        await found.close()
        await store.write(newest, [after[newest]])
        found = await again(store)
        assert len(await found.documents()) == 2, "readable again, and all of it there"
        await found.close()
        await flip(store, newest, 40)
        await store.write(other, [before[other]])
        found = await again(store)
        await found.add([MONEY])
        await found.settle()
        snapshot = found._state.view.snapshot
        names = {name for name in await store.names() if name.startswith("seg-")}
        assert names == snapshot.manifest.files()
        assert [info.path for info in await found.documents()] == ["notes/money.txt", "pets.txt"]
        assert (await found.check()).damage == ()

    run(test())


def test_searches_and_commits_go_on():
    """While a check reads, and it can be stopped."""

    async def test():
        store = await stored()
        found = await again(store)
        checking = asyncio.ensure_future(found.check())
        report = await found.add([source("new.txt", "A vehicle in the garage.")])
        assert report.added == 1 and paths(await found.search("vehicle"))
        assert (await checking).damage == ()
        cancel = Cancellation()
        cancel.cancel()
        with pytest.raises(CancelledError):
            await found.check(cancel=cancel)
        with pytest.raises(CancelledError):
            await found.repair(cancel=cancel)
        assert len(await found.documents()) == 4

    run(test())


def test_vector_indexes_are_read_too():
    """One that has a name of its own is named when it is damaged."""

    async def test():
        store = await stored()
        vectors = await Vectors.open(store, name="faces", dim=4)
        await vectors.add_batch(["a", "b"], np.eye(2, 4, dtype=np.float32))
        found = await again(store)
        assert (await found.check()).damage == ()
        (part,) = [name for name in await store.names() if name.startswith("vec-faces.0")]
        await flip(store, part, section="codes")
        (damage,) = (await found.check()).damage
        assert (damage.kind, damage.file) == ("vector-index", part)
        assert "The vector index faces is damaged" in damage.message

    run(test())


def test_no_words():
    """Nothing contradicts itself where there is nothing."""
    assert contradiction(build_postings([])) == ""
