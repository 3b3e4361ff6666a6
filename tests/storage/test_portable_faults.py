"""Exports of damaged collections, and imports that are stopped, killed or have no room."""

import pytest

from app.engine import Cancellation, Vectors
from app.errors import CancelledError, FossickError
from app.storage import vectors_file
from app.storage.portable import about
from tests.engine.helpers import (
    KeptStore,
    again,
    collection,
    flip,
    paths,
    run,
    source,
)
from tests.storage.portable_helpers import (
    BytesSink,
    ConceptEmbedder,
    exported,
    imported,
    with_vectors,
)


async def stored(count=3):
    """A store with a segment for each of some files, and a vector index."""
    store = KeptStore()
    found = await collection(store, ConceptEmbedder())
    for number in range(count):
        text = f"Number {number}: gold, a puppy and cash."
        await found.add([source(f"{number}.md", text), source(f"{number}b.md", "Copper.")])
    await with_vectors(store, rows=20)
    await found.close()
    return store


def test_a_damaged_text_is_left_out():
    """The document whose text cannot be read is named; all others go, and what goes is whole."""

    async def test():
        store = await stored()
        await flip(store, "seg-00000001.txt", 3)
        sink, done = await exported(await again(store))
        (left,) = done.left_out
        assert (left.what, left.documents, left.paths) == ("documents", 1, ("0.md",))
        found, told = await imported(sink.data)
        assert told.left_out == done.left_out
        assert sorted(info.path for info in await found.documents()) == [
            "0b.md", "1.md", "1b.md", "2.md", "2b.md",
        ]  # fmt: skip
        assert (await found.check()).damage == ()

    run(test())


def test_damaged_vectors_are_left_out():
    """Passages whose vectors are damaged go without them."""

    async def test():
        store = await stored()
        await flip(store, "seg-00000001", -1)
        sink, done = await exported(await again(store))
        assert [(left.what, left.name) for left in done.left_out] == [("vectors", "seg-00000001")]
        found, _ = await imported(sink.data)
        assert len(await found.documents()) == 6 and (await found.check()).damage == ()
        assert "0.md" in paths(await found.search("number 0", {"mode": "keyword"}))

    run(test())


def test_a_damaged_segment_is_left_out():
    """A segment that cannot be opened is named with the number of its documents."""

    async def test():
        store = await stored()
        await flip(store, "seg-00000002", 4000)
        sink, done = await exported(await again(store))
        (left,) = done.left_out
        assert (left.what, left.name, left.documents) == ("segment", "seg-00000002", 2)
        found, _ = await imported(sink.data)
        assert len(await found.documents()) == 4 and (await found.stats()).damage == ()

    run(test())


def test_a_damaged_vector_index_is_left_out():
    """A vector index that cannot be read is named; one whose graph alone is damaged goes."""

    async def test():
        store = await stored()
        parts = [name for name in await store.names() if name.startswith("vec-faces.0")]
        rows, graphs = [], []
        for name in parts:
            (graphs if b"graph." in bytes(await store.read(name)) else rows).append(name)
        await flip(store, graphs[0], -1)
        sink, done = await exported(await again(store))
        assert done.left_out == ()
        other = KeptStore()
        await imported(sink.data, other)
        assert len((await Vectors.open(other, "faces")).index) == 19
        await flip(store, rows[0], -1)
        _, done = await exported(await again(store))
        assert [(left.what, left.name) for left in done.left_out] == [("vector-index", "faces")]

    run(test())


def test_export_can_be_stopped():
    """An export that is given up fails with `cancelled`."""

    async def test():
        found = await again(await stored())
        cancel = Cancellation()

        class Stopping(BytesSink):
            async def write(self, data):
                await super().write(data)
                cancel.cancel()

        with pytest.raises(CancelledError):
            await found.export(about(app="test", collection="x"), Stopping(), cancel=cancel)
        assert paths(await found.search("gold"))

    run(test())


class KilledError(BaseException):
    """The end of the process, as far as a test can have it."""


class FailingStore(KeptStore):
    """Fails at its n-th change: once, or from then on for good as when the process is killed."""

    def __init__(self, changes, *, for_good):
        super().__init__()
        self.changes = changes
        self.for_good = for_good

    def _count(self):
        self.changes -= 1
        if self.changes == 0 or (self.for_good and self.changes < 0):
            raise KilledError if self.for_good else OSError("the wire was pulled")

    async def write(self, name, parts):
        """Fail, or write."""
        self._count()
        await super().write(name, parts)

    async def remove(self, name):
        """Fail, or remove."""
        if self.for_good:
            self._count()
        await super().remove(name)


@pytest.mark.parametrize("for_good", [False, True], ids=["fails", "killed"])
def test_an_import_that_ends_anywhere(for_good):
    """It is there as a whole, or nothing of it is; a second one finishes what was left."""

    async def test():
        sink, _ = await exported(await again(await stored()))
        outcomes = []
        for changes in range(1, 100):
            store = FailingStore(changes, for_good=for_good)
            try:
                await imported(sink.data, store)
                break
            except (OSError, KilledError):
                pass
            after = store._files.copy()
            if not for_good and not (await store.size("seg-00000001")):
                assert after == {}
            store.changes = 10_000
            found = await again(store)
            documents = await found.documents()
            assert len(documents) in (0, 6) and (await found.stats()).damage == ()
            assert (await found.check()).damage == ()
            outcomes.append(len(documents))
            assert any(outcomes) or not await vectors_file.names(store)
            done, _ = await imported(sink.data, store, overwrite=bool(documents))
            assert len(await done.documents()) == 6
            assert len((await Vectors.open(store, "faces")).index) == 19
        assert len(outcomes) == changes - 1 > 8
        assert outcomes == sorted(outcomes) and outcomes[0] == 0 and outcomes[-1] == 6

    run(test())


def test_a_collection_that_is_there_is_kept():
    """Nothing is overwritten unless that is asked for, and then in one step."""

    async def test():
        sink, _ = await exported(await again(await stored()))
        for changes in range(1, 100):
            store = FailingStore(10_000, for_good=True)
            own = await again(store)
            await own.add([source("own.md", "A candle.")])
            await own.close()
            before = store._files.copy()
            with pytest.raises(FossickError) as caught:
                await imported(sink.data, store)
            assert caught.value.code == "collection-exists" and store._files == before
            store.changes = changes
            try:
                await imported(sink.data, store, overwrite=True)
                break
            except KilledError:
                store.changes = 10_000
            found = await again(store)
            listed = [info.path for info in await found.documents()]
            assert listed == ["own.md"] or (len(listed) == 6 and "own.md" not in listed)
            assert (await found.check()).damage == ()
        store.changes = 10_000
        found = await again(store)
        assert len(await found.documents()) == 6 and paths(await found.search("candle")) != [
            "own.md"
        ]
        assert await found.unread() == []
        assert sorted(name for name in await store.names() if name.endswith(".txt")) == [
            "seg-00000002.txt", "seg-00000003.txt", "seg-00000004.txt",
        ]  # fmt: skip

    run(test())


def test_without_room():
    """Where the device is full the import fails, and gives back what it took."""

    async def test():
        sink, _ = await exported(await again(await stored()))
        store = KeptStore(quota=9000)
        with pytest.raises(FossickError) as caught:
            await imported(sink.data, store)
        assert caught.value.code == "quota-exceeded" and await store.names() == []

    run(test())
