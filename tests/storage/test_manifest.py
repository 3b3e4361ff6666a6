"""Two slots that take turns: the newest whole one wins."""

import asyncio
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StorageError
from app.storage import manifest as manifests
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.memory_store import MemoryStore
from app.storage.names import is_index_file, segment_name

SEGMENTS = (
    SegmentEntry("seg-00000001", "seg-00000001.dead-00000003", 77, 12, 345),
    SegmentEntry("seg-00000002", None, 78, 1, 2, aside=True, removed=("a", "\udcff")),
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


def run(coroutine):
    """What a coroutine gives."""
    return asyncio.run(coroutine)


def of_version(monkeypatch, manifest, version):
    """A whole slot as a program of another format writes it."""
    with monkeypatch.context() as patch:
        patch.setattr(manifests, "VERSION", version)
        return manifests.encode(manifest)


async def newest(store):
    """The newest manifest, and which slot is told to be damaged."""
    found = await manifests.read_newest(store)
    return found.manifest.generation, found.damage and found.damage.file


def test_slots_take_turns():
    """Each commit leaves the one before in the other slot."""

    async def test():
        store = MemoryStore()
        assert await manifests.read_newest(store) is None
        for generation in (1, 2, 3):
            await manifests.write(store, Manifest(generation))
        slots = [manifests.decode(await store.read(name), name) for name in await store.names()]
        assert sorted(slot.generation for slot in slots) == [2, 3]
        assert await newest(store) == (3, None)

    run(test())


def test_a_torn_slot_was_never_a_commit():
    """What a kill leaves of a slot, however much, is passed over without a word."""

    async def test():
        store = MemoryStore()
        await manifests.write(store, Manifest(2))
        whole = manifests.encode(Manifest(3, 4, SEGMENTS))
        for length in range(len(whole)):
            await store.write(Manifest(3).slot, [whole[:length]])
            assert await newest(store) == (2, None)

    run(test())


def test_a_damaged_slot_is_told_of():
    """The commit before stands, with a word that there was a later one; an older one is silent."""

    async def test():
        store = MemoryStore()
        slots = {number: manifests.encode(Manifest(number, 4, SEGMENTS)) for number in (6, 7)}
        for broken, expected in ((7, (6, "manifest-b")), (6, (7, None))):
            for number, whole in slots.items():
                data = bytearray(whole)
                data[-1] ^= number == broken
                await store.write(Manifest(number).slot, [data])
            assert await newest(store) == expected

    run(test())


def test_sealed():
    """After sealing, either slot alone tells of the commit."""

    async def test():
        for lost in ("manifest-a", "manifest-b"):
            store = MemoryStore()
            await manifests.write(store, Manifest(1))
            await manifests.write(store, Manifest(2))
            await manifests.seal(store, Manifest(2))
            await store.write(lost, [b"half"])
            assert await newest(store) == (2, None)

    run(test())


@pytest.mark.parametrize("left", [b"half", None])
def test_no_slot_is_whole(left):
    """Nothing was begun if there are no segments; with some, that is damage with a way out."""

    async def test():
        store = MemoryStore()
        if left is not None:
            await store.write("manifest-b", [left])
        assert await manifests.read_newest(store) is None
        await store.write("seg-00000001", [b"x"])
        with pytest.raises(StorageError) as caught:
            await manifests.read_newest(store)
        assert caught.value.code == "storage-damaged"
        assert "Delete the collection" in caught.value.hint

    run(test())


@pytest.mark.parametrize("version", [1, 2, manifests.VERSION + 1])
def test_other_formats(version, monkeypatch):
    """A newer slot of another format is not overlooked in favour of an older one of ours."""

    async def test():
        store = MemoryStore()
        await manifests.write(store, Manifest(1))
        await store.write("manifest-a", [of_version(monkeypatch, Manifest(2), version)])
        with pytest.raises(StorageError) as caught:
            await manifests.read_newest(store)
        assert caught.value.code == "index-version"
        await manifests.write(store, Manifest(3))
        assert await newest(store) == (3, None)

    run(test())


def test_slot_of_format_two():
    """Its checksum did not cover the version; it is told for what it is all the same."""
    payload = b'{"analysis":"forms/1","next_number":2,"segments":[]}'
    covered = struct.pack("<QQ", 9, len(payload))
    crc = zlib.crc32(payload, zlib.crc32(covered))
    with pytest.raises(StorageError) as caught:
        manifests.decode(
            struct.pack("<8sII", manifests.MAGIC, 2, crc) + covered + payload, "manifest-b"
        )
    assert caught.value.code == "index-version"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "name": JSON | st.sampled_from(["seg-00000001", "seg-0000000١", "../manifest-a"]),
        "crc": JSON | st.just(1),
        "documents": JSON | st.just(1),
        "chunks": JSON | st.just(1),
        "tombstones": JSON | st.sampled_from(["seg-00000001.dead-00000002", "seg-00000001"]),
        "aside": JSON | st.fixed_dictionaries({"removed": JSON}),
    },
)
CONTENT = JSON | st.fixed_dictionaries(
    {},
    optional={
        "analysis": JSON | st.just("x"),
        "next_number": JSON | st.sampled_from([1, 2, 3, 10**9]),
        "segments": JSON | st.lists(ENTRY, max_size=3),
    },
)


@given(CONTENT)
def test_forged_payloads(content):
    """Whatever stands behind a right checksum: a manifest that can be used, or damage."""
    payload = json.dumps(content).encode()
    covered = struct.pack("<IQQ", manifests.VERSION, 1, len(payload))
    crc = zlib.crc32(payload, zlib.crc32(covered))
    data = manifests.MAGIC + covered[:4] + struct.pack("<I", crc) + covered[4:] + payload
    try:
        found = manifests.decode(data, "manifest-b")
    except StorageError as error:
        assert error.code == "storage-damaged"
    else:
        assert manifests.decode(manifests.encode(found), "manifest-b") == found
        assert all(is_index_file(name) for name in found.files())
        assert segment_name(found.next_number) not in found.files()


@given(st.binary(max_size=80))
def test_any_bytes(data):
    """Bytes that nobody wrote are damage, whatever they are."""
    for raw in (data, manifests.MAGIC + data):
        with pytest.raises(StorageError):
            manifests.decode(raw, "manifest-a")
