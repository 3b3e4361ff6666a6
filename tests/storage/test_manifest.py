"""Two slots that take turns: the newest whole one wins."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StorageError
from app.storage import manifest as manifests
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.memory_store import MemoryStore

SEGMENTS = (
    SegmentEntry("seg-00000001", "seg-00000001.dead-00000003"),
    SegmentEntry("seg-00000002"),
)


def test_round_trip():
    """A manifest reads back as it was."""
    manifest = Manifest(7, 4, SEGMENTS)
    assert manifests.decode(manifests.encode(manifest), "m") == manifest
    assert manifest.files() == {
        "seg-00000001",
        "seg-00000001.txt",
        "seg-00000001.dead-00000003",
        "seg-00000002",
        "seg-00000002.txt",
    }


@given(st.data())
def test_damage_is_noticed(data):
    """No cut and no flipped byte passes for a manifest."""
    whole = manifests.encode(Manifest(7, 4, SEGMENTS))
    if data.draw(st.booleans()):
        broken = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        place = data.draw(st.integers(0, len(whole) - 1))
        flipped = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
        broken = whole[:place] + flipped + whole[place + 1 :]
    with pytest.raises(StorageError):
        manifests.decode(broken, "manifest-a")


def test_slots_take_turns():
    """Each commit leaves the one before in the other slot."""

    async def run():
        store = MemoryStore()
        assert await manifests.read_newest(store) is None
        for generation in (1, 2, 3):
            await manifests.write(store, Manifest(generation))
        slots = [manifests.decode(await store.read(name), name) for name in await store.names()]
        assert sorted(slot.generation for slot in slots) == [2, 3]
        assert (await manifests.read_newest(store)).generation == 3
        await store.write(Manifest(3).slot, [b"half"])
        assert (await manifests.read_newest(store)).generation == 2

    asyncio.run(run())


def test_first_commit_cut_off():
    """With no whole slot: nothing begun if there are no segments, damage if there are."""

    async def run():
        store = MemoryStore()
        await store.write("manifest-b", [b"half"])
        assert await manifests.read_newest(store) is None
        await store.write("seg-00000001", [b"x"])
        with pytest.raises(StorageError) as caught:
            await manifests.read_newest(store)
        assert caught.value.code == "storage-damaged"

    asyncio.run(run())


def test_newer_program():
    """A slot of a newer format is not overlooked in favour of an older one."""

    async def run():
        store = MemoryStore()
        await manifests.write(store, Manifest(1))
        newer = bytearray(manifests.encode(Manifest(2)))
        newer[8] += 1
        await store.write("manifest-a", [newer])
        with pytest.raises(StorageError) as caught:
            await manifests.read_newest(store)
        assert caught.value.code == "index-version"

    asyncio.run(run())
