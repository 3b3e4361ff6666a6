"""What every store must do, as plain coroutines that take an empty store.

No test framework is imported here, so that the same functions run inside Pyodide over the
browser's stores: `for check in CHECKS: await check(store)` with a fresh store each.
"""

from app.errors import InputError, StorageError
from app.storage.streaming import write_stream


async def _code(awaitable):
    try:
        await awaitable
    except StorageError as error:
        return error.code
    return None


async def starts_empty(store):
    """A new store has no files, and says what it is."""
    assert await store.names() == []
    assert store.kind in {"opfs", "indexeddb", "memory", "directory"}


async def reads_back(store):
    """Parts come back as one file, and its size is theirs together."""
    await store.write("a", [b"one", bytearray(b"two"), memoryview(b"three")])
    assert bytes(await store.read("a")) == b"onetwothree"
    assert await store.size("a") == 11


async def takes_no_parts(store):
    """A file may be empty."""
    await store.write("empty", [])
    assert await store.size("empty") == 0
    assert bytes(await store.read("empty")) == b""


async def replaces(store):
    """A second write replaces the first wholly, also when it is shorter."""
    await store.write("a", [b"a long first version"])
    await store.write("a", [b"short"])
    assert bytes(await store.read("a")) == b"short"
    assert await store.size("a") == 5


async def reads_ranges(store):
    """Ranges are cut where the file ends, and never raise."""
    await store.write("a", [b"0123456789"])
    assert bytes(await store.read("a", 3, 4)) == b"3456"
    assert bytes(await store.read("a", 8, 100)) == b"89"
    assert bytes(await store.read("a", 4)) == b"456789"
    assert bytes(await store.read("a", 10, 5)) == b""
    assert bytes(await store.read("a", 50)) == b""
    assert bytes(await store.read("a", 2, 0)) == b""


async def lists_sorted(store):
    """Names come sorted, and a name may hold dots, hyphens and underscores."""
    for name in ("seg-00000002", "manifest-a", "seg-00000001.txt", "z_1"):
        await store.write(name, [b"x"])
    assert await store.names() == ["manifest-a", "seg-00000001.txt", "seg-00000002", "z_1"]


async def removes(store):
    """A removed file is gone; removing what is not there is no error."""
    await store.write("a", [b"x"])
    await store.write("b", [b"y"])
    await store.remove("a")
    await store.remove("a")
    await store.remove("never-there")
    assert await store.names() == ["b"]
    assert await store.size("a") is None


async def names_the_missing(store):
    """Reading a file that is not there is `storage-damaged`, its size is None."""
    assert await _code(store.read("missing")) == "storage-damaged"
    assert await store.size("missing") is None


async def refuses_bad_names(store):
    """A name that could leave the store, or meet another system's rules, is refused."""
    for name in ("", "../a", "a/b", "A", ".hidden", "a b", "ä", "x" * 201):
        for call in (store.read(name), store.write(name, [b"x"]), store.remove(name)):
            try:
                await call
            except InputError:
                continue
            raise AssertionError(f"{name!r} was taken")
    assert await store.names() == []


async def keeps_large_files(store):
    """Some megabytes in many parts come back byte for byte."""
    part = bytes(range(256)) * 256
    await store.write("large", [part] * 64)
    assert await store.size("large") == 64 * len(part)
    assert bytes(await store.read("large")) == part * 64
    assert bytes(await store.read("large", 5_000_000, 512)) == (part * 64)[5_000_000:5_000_512]


async def reads_large_ranges(store):
    """A range of megabytes, in a file that is open and in one that is not, and over its end."""
    data = bytes(range(251)) * 20_000
    for name in ("a", "b"):
        await store.write(name, [data])
        for _ in range(2):
            assert bytes(await store.read(name, 1001, 3_000_000)) == data[1001:3_001_001]
            assert bytes(await store.read(name, 4_000_000, 2_000_000)) == data[4_000_000:]
            assert bytes(await store.read(name, 9_000_000, 2_000_000)) == b""


async def takes_pieces(store):
    """A file comes piece by piece; where the pieces end with an error, it is raised."""

    async def pieces(count, error=None):
        for number in range(count):
            yield bytes([number]) * 100_000
        if error:
            raise error

    await write_stream(store, "a", pieces(3))
    assert await store.size("a") == 300_000
    assert bytes(await store.read("a", 199_999, 2)) == b"\x01\x02"
    await write_stream(store, "none", pieces(0))
    assert await store.size("none") == 0
    try:
        await write_stream(store, "b", pieces(2, InputError("the pieces broke")))
    except InputError as error:
        assert error.message == "the pieces broke"
    else:
        raise AssertionError("nothing was raised")


async def data_is_a_copy(store):
    """What is written later into a part does not reach the file."""
    part = bytearray(b"first")
    await store.write("a", [part])
    part[:] = b"other"
    assert bytes(await store.read("a")) == b"first"


async def ends_when_closed(store):
    """A closed store answers every call with `storage-unavailable`."""
    await store.write("a", [b"x"])
    await store.close()
    assert await _code(store.names()) == "storage-unavailable"
    assert await _code(store.read("a")) == "storage-unavailable"
    assert await _code(store.write("a", [b"y"])) == "storage-unavailable"


CHECKS = (
    starts_empty,
    reads_back,
    takes_no_parts,
    replaces,
    reads_ranges,
    lists_sorted,
    removes,
    names_the_missing,
    refuses_bad_names,
    keeps_large_files,
    reads_large_ranges,
    takes_pieces,
    data_is_a_copy,
    ends_when_closed,
)
