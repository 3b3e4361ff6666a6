"""What is damaged is found, named and set aside; the rest is there, and nothing is lost of it."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import StorageError
from app.storage import loading, sections, segment_file, tombstones
from app.storage.snapshot import SetAside
from app.storage.writer import IndexWriter
from tests.forms import some
from tests.storage.helpers import DyingStore, entry, new_segment

FIRST, SECOND = "seg-00000001", "seg-00000002"


async def built():
    """The files of two segments of two documents, one of the first deleted."""
    store = DyingStore()
    writer = await IndexWriter.open(store)
    one = [entry("a", "alpha beta"), entry("b", "gamma delta")]
    two = [entry("c", "epsilon"), entry("d", "zeta eta")]
    await writer.commit([new_segment(writer.new_segment_name(), one)])
    await writer.commit([new_segment(writer.new_segment_name(), two)])
    await writer.commit(deletes={0: [1]})
    await writer.sweep()
    return store.files()


FILES = asyncio.run(built())
TOMBSTONES = next(name for name in FILES if ".dead-" in name)


def ids(snapshot):
    """Ids of the live documents."""
    return [row.id for _, row in snapshot.documents()]


async def opened(**changed):
    """A store of the files, some of them changed, or gone where None; and what is in it."""
    files = {**FILES, **{name.replace("_", "-"): data for name, data in changed.items()}}
    store = DyingStore({name: data for name, data in files.items() if data is not None})
    return store, await loading.load(store)


def flipped(data, place, change=1):
    """The data with one byte changed."""
    broken = bytearray(data)
    broken[place] ^= change
    return bytes(broken)


async def all_rows(store, snapshot):
    """Ask for all vectors."""
    for live in snapshot.segments:
        for block in live.segment.vectors:
            await block.load(store)


def test_the_rest_is_there():
    """A missing segment is named with what is lost; the other documents are there."""

    async def test():
        _, snapshot = await opened(**{FIRST: None})
        assert ids(snapshot) == ["c", "d"]
        (damage,) = snapshot.damage
        assert (damage.kind, damage.file, damage.part) == ("segment", FIRST, "file")
        assert (damage.documents, damage.chunks) == (1, 2)
        assert damage.message.startswith("One document cannot be searched: the index file seg-")
        assert "Add their files again" in damage.hint

    asyncio.run(test())


@pytest.mark.parametrize("change", [1, 0x80, 0xFF])
@pytest.mark.exhaustive
def test_every_flipped_byte_of_a_segment(change):
    """Each is found, at the latest when vectors are asked for, and named; the rest is there."""
    table = sections.read_table(FILES[FIRST], FIRST)

    async def test(place):
        store, snapshot = await opened(**{FIRST: flipped(FILES[FIRST], place, change)})
        await all_rows(store, snapshot)
        (damage,) = snapshot.damage
        assert damage.file == FIRST
        assert [live.name for live in snapshot.segments][-1:] == [SECOND]
        assert ids(snapshot)[-2:] == ["c", "d"]
        section = table.sections.get(damage.part)
        if section is None:
            assert damage.part == "header"
            assert place < sections.table_length(FILES[FIRST], FIRST)
        else:
            assert section.offset - section.gap <= place < section.offset + section.length

    for place in some(range(len(FILES[FIRST])), 7):
        asyncio.run(test(place))


def test_every_flipped_byte_of_tombstones():
    """Without its tombstones a segment would show what was deleted, so it is set aside."""

    async def test(place):
        _, snapshot = await opened(**{TOMBSTONES: flipped(FILES[TOMBSTONES], place)})
        assert ids(snapshot) == ["c", "d"]
        assert [damage.file for damage in snapshot.damage] == [TOMBSTONES]

    for place in range(len(FILES[TOMBSTONES])):
        asyncio.run(test(place))


@pytest.mark.parametrize("name", [FIRST, TOMBSTONES])
@pytest.mark.exhaustive
def test_every_cut(name):
    """A file that ends too soon, or that something was added to."""

    async def test(data):
        _, snapshot = await opened(**{name: data})
        assert ids(snapshot) == ["c", "d"]
        assert [damage.file for damage in snapshot.damage] == [name]

    for length in some(range(len(FILES[name])), 7):
        asyncio.run(test(FILES[name][:length]))
    asyncio.run(test(FILES[name] + b"\0"))
    asyncio.run(test(None))


def test_another_file_of_the_same_form():
    """A whole segment under the name of another is not taken for it."""

    async def test():
        _, snapshot = await opened(**{FIRST: FILES[SECOND]})
        assert ids(snapshot) == ["c", "d"]
        assert [damage.file for damage in snapshot.damage] == [FIRST]

    asyncio.run(test())


def test_damaged_vectors_leave_the_words():
    """A flipped byte in the rows costs the vectors and nothing else."""
    rows = sections.read_table(FILES[FIRST], FIRST).sections["vectors.0.rows"]

    async def test():
        store, snapshot = await opened(**{FIRST: flipped(FILES[FIRST], rows.offset)})
        assert snapshot.damage == ()
        await all_rows(store, snapshot)
        (damage,) = snapshot.damage
        assert (damage.kind, damage.part, damage.chunks) == ("vectors", "vectors.0.rows", 4)
        assert ids(snapshot) == ["a", "c", "d"]
        assert [live.segment.is_whole for live in snapshot.segments] == [False, True]
        assert snapshot.stretches() == [range(1, 2)]

    asyncio.run(test())


def test_every_segment_damaged():
    """An index of which nothing can be read can be opened, and added to."""

    async def test():
        store, snapshot = await opened(**{FIRST: b"", SECOND: b""})
        assert ids(snapshot) == [] and len(snapshot.damage) == 2
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), [entry("e", "theta")])])
        assert ids(await loading.load(store)) == ["e"]

    asyncio.run(test())


def test_what_cannot_be_read_keeps_its_place():
    """Commits, merges and starts leave its files alone; read again, it is as it was."""

    async def test():
        store, _ = await opened(**{FIRST: b""})
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), [entry("e", "theta")])])
        await writer.commit(deletes={0: [1]})
        await writer.sweep()
        assert ids(writer.snapshot) == ["c", "e"]
        assert [isinstance(part, SetAside) for part in writer.snapshot.parts] == [
            True,
            False,
            False,
        ]
        await store.write(FIRST, [FILES[FIRST]])
        writer = await IndexWriter.open(store)
        assert ids(writer.snapshot) == ["a", "c", "e"]
        assert writer.snapshot.damage == ()
        await writer.commit(deletes={2: [0]})
        assert ids(await loading.load(store)) == ["a", "c"]
        assert not any(item.aside for item in writer.snapshot.manifest.segments)

    asyncio.run(test())


def test_newer_wins():
    """What was replaced or removed while a segment could not be read stays so."""

    async def test(read_again):
        store, _ = await opened(**{SECOND: None})
        writer = await IndexWriter.open(store)
        newer = [entry("c", "a newer text"), entry("e", "theta")]
        await writer.commit([new_segment(writer.new_segment_name(), newer)])
        await writer.commit(removed=["d", "nobody"])
        await writer.commit(removed=["e"], deletes={1: [1]})
        await store.write(SECOND, [FILES[SECOND]])
        snapshot = await read_again(store)
        assert ids(snapshot) == ["a", "c"]
        number, ordinal = snapshot.place("c")
        assert snapshot.segments[number].document(ordinal).text_length == len("a newer text")
        return store

    async def written(store):
        writer = await IndexWriter.open(store)
        await writer.commit([new_segment(writer.new_segment_name(), [entry("z", "x")])])
        await writer.commit(deletes={writer.snapshot.place("z")[0]: [0]})
        await writer.sweep()
        snapshot = await loading.load(store)
        assert not any(item.aside or item.removed for item in snapshot.manifest.segments)
        return snapshot

    asyncio.run(test(loading.load))
    store = asyncio.run(test(written))
    assert SECOND not in store.files(), "nothing in it is newer, so it goes"


def test_given_up():
    """A part that is dropped by name is gone with its files."""

    async def test():
        store, _ = await opened(**{FIRST: b""})
        writer = await IndexWriter.open(store)
        await writer.commit(drop=[FIRST])
        await writer.sweep()
        assert writer.snapshot.damage == ()
        assert not any(name.startswith(FIRST) for name in await store.names())
        assert ids(await loading.load(store)) == ["c", "d"]

    asyncio.run(test())


@pytest.mark.parametrize("code", ["storage-unavailable", "storage-damaged"])
def test_a_failing_device(code):
    """A file that the device does not give is set aside as one that is damaged."""

    class Failing(DyingStore):
        async def read(self, name, offset=0, length=None):
            if name == FIRST:
                raise StorageError("Input/output error.", code=code)
            return await super().read(name, offset, length)

    async def test():
        snapshot = await loading.load(Failing(FILES))
        assert ids(snapshot) == ["c", "d"]
        (damage,) = snapshot.damage
        assert damage.message.endswith("Input/output error.")

    asyncio.run(test())


def test_either_manifest_gone():
    """One slot is enough after a sweep; without both, the error names the way out."""

    async def test():
        for slot in ("manifest-a", "manifest-b"):
            for data in (None, b"", flipped(FILES[slot], 40), flipped(FILES[slot], 20)):
                _, snapshot = await opened(**{slot: data})
                assert ids(snapshot) == ["a", "c", "d"]
        for data in (None, b"", b"x" * 100):
            with pytest.raises(StorageError) as caught:
                await opened(manifest_a=data, manifest_b=data)
            assert caught.value.code == "storage-damaged"
            assert "Delete the collection" in caught.value.hint
            with pytest.raises(StorageError):
                await IndexWriter.open(
                    DyingStore({n: d for n, d in FILES.items() if not n.startswith("manifest")})
                )

    asyncio.run(test())


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=300)
def test_any_bytes(data, with_magic):
    """Bytes that nobody wrote are damage, whatever they are."""
    raw = sections.MAGIC + data if with_magic else data
    for read in (segment_file.decode, lambda raw, name: tombstones.decode(raw, name, 3)):
        with pytest.raises(StorageError):
            read(raw, FIRST)
