"""A collection that follows another writer, and goes on in its place."""

import pytest

from app.engine.state import State
from app.errors import StorageError
from app.storage.manifest import MANIFEST_SLOTS
from app.storage.memory_store import MemoryStore
from app.storage.names import is_index_file
from tests.engine.helpers import collection, paths, run, source

WORDS = {"mode": "keyword"}
NOTES = [
    source("pets.txt", "The hound sleeps all day."),
    source("garage.md", "# Garage\n\nThe tyres of the car are flat."),
    source("bank.txt", "Cash is kept in the vault."),
]


def view_of(opened) -> State:
    """The commits of a collection as they are used."""
    return opened._state


async def killed_between(store):
    """A writer that has replaced what it had, and was killed before the old files went."""
    writer = await collection(store)
    await writer.add(NOTES)
    reader = await collection(store, read_only=True)
    leftover = {name: store._files[name] for name in store._files if is_index_file(name)}
    await writer.remove(["garage.md"])
    await writer.vacuum()
    store._files.update(leftover)
    return reader


def test_takes_over():
    """A follower whose writer has gone writes on from the last commit, which it had not seen."""

    async def test():
        store = MemoryStore()
        reader = await killed_between(store)
        with pytest.raises(StorageError):
            await reader.remove(["pets.txt"])
        await reader.take_over()
        await reader.take_over()  # once is enough
        assert paths(await reader.search("tyres", WORDS)) == []
        assert (await reader.add(NOTES)).added == 1
        assert await reader.remove(["pets.txt"]) == 1
        await reader.settle()
        again = await collection(store, read_only=True)
        documents = [document.path for document in await again.documents()]
        assert "garage.md" in documents and "pets.txt" not in documents
        named = view_of(again).view.snapshot.manifest.files()
        assert {name for name in store._files if is_index_file(name)} == named

    run(test())


def test_searches_under_way_keep_their_files():
    """What only a search of the follower reads is removed after it, not by taking over."""

    async def test():
        store = MemoryStore()
        reader = await killed_between(store)
        before = view_of(reader).view.snapshot.manifest.files()
        async with view_of(reader).reading() as view:
            await reader.take_over()
            await reader.settle()
            assert view is not view_of(reader).view
            assert before <= set(store._files)
        await reader.settle()
        after = view_of(reader).view.snapshot.manifest.files()
        assert after == {name for name in store._files if is_index_file(name)}

    run(test())


def test_commits_are_told():
    """The commit in use is told at once, then every other one, by whoever made it."""

    async def test():
        store = MemoryStore()
        writer = await collection(store)
        reader = await collection(store, read_only=True)
        told: dict[str, list[tuple[int, int]]] = {"writer": [], "reader": []}
        writer.on_commit(lambda *commit: told["writer"].append(commit))
        reader.on_commit(lambda *commit: told["reader"].append(commit))
        await writer.add(NOTES)
        await reader.refresh()
        await writer.remove(["pets.txt"])
        await reader.take_over()
        n = len(NOTES)
        assert told["writer"][0][1] == 0
        assert told["writer"][-2:] == told["reader"][1:] == [(2, n), (3, n - 1)]
        assert told["reader"][0] == told["writer"][0]

    run(test())


class Torn(MemoryStore):
    """Gives half of the newest manifest so many times, as while it is being written."""

    torn = 0

    async def read(self, name, offset=0, length=None):
        """The bytes, or half of them."""
        data = await super().read(name, offset, length)
        if name in MANIFEST_SLOTS and self.torn > 0:
            self.torn -= 1
            return bytes(data)[:-3] + b"???"
        return data


def test_half_a_commit_is_read_again():
    """A manifest that was being written while it was read is no damage; one that stays so is."""

    async def test():
        store = Torn()
        writer = await collection(store)
        await writer.add(NOTES)
        reader = await collection(store, read_only=True)
        await writer.remove(["pets.txt"])
        store.torn = 2
        assert await reader.refresh()
        assert (await reader.stats()).damage == ()
        store.torn = 10**9
        with pytest.raises(StorageError, match="damaged"):
            await collection(store, read_only=True)

    run(test())


def test_refused_take_over():
    """Where the store cannot be read it stays a follower, and searches on."""

    async def test():
        store = Torn()
        writer = await collection(store)
        await writer.add(NOTES)
        reader = await collection(store, read_only=True)
        store.torn = 10**9
        with pytest.raises(StorageError):
            await reader.take_over()
        with pytest.raises(StorageError) as caught:
            await reader.remove(["pets.txt"])
        assert caught.value.code == "read-only"
        assert paths(await reader.search("tyres", WORDS)) == ["garage.md"]
        store.torn = 0
        await reader.take_over()
        assert await reader.remove(["pets.txt"]) == 1

    run(test())
