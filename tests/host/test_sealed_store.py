"""Sealed files: nothing of their content is to be seen, and no byte can change unnoticed."""

import asyncio
import os

import pytest

from app.errors import StorageError
from app.host.ciphers import HostFileKeys
from app.host.disk_store import DirectoryStore
from app.storage.memory_store import MemoryStore
from app.storage.sealing import SealedStore, sealed_file
from app.storage.sealing.ciphers import BLOCK, TAG
from app.storage.sealing.sealed_file import HEADER, PIECE

KEY = HostFileKeys(bytes(range(32)))
LENGTHS = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 5)


def content(length):
    """Bytes that say where they stand."""
    return b"".join(number.to_bytes(4, "big") for number in range(length // 4 + 1))[:length]


async def written(length, name="a"):
    """A store beneath, and the sealed one over it with a file of that length."""
    inner = MemoryStore()
    sealed = SealedStore(inner, KEY)
    await sealed.write(name, [content(length)])
    return inner, sealed


async def code(awaitable):
    """Code of the failure, None if there was none."""
    try:
        await awaitable
    except StorageError as error:
        return error.code
    return None


@pytest.mark.parametrize("length", LENGTHS)
def test_reads_back_across_blocks(length):
    """Whole, and every range about the borders of the blocks."""

    async def run():
        inner, sealed = await written(length)
        expected = content(length)
        assert bytes(await sealed.read("a")) == expected
        assert await sealed.size("a") == length
        assert await inner.size("a.sealed") == HEADER + length + TAG * -(-length // BLOCK)
        edges = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK, 3 * BLOCK + 5]
        for start in edges:
            for end in (end for end in edges if end >= start):
                found = bytes(await sealed.read("a", start, end - start))
                assert found == expected[start:end], (start, end)
            assert bytes(await sealed.read("a", start)) == expected[start:]

    asyncio.run(run())


def test_two_writes_have_nothing_in_common():
    """The same content under the same name twice: no block is the same, nor is the salt."""

    async def run():
        inner, sealed = await written(2 * BLOCK)
        first = bytes(await inner.read("a.sealed"))
        await sealed.write("a", [content(2 * BLOCK)])
        second = bytes(await inner.read("a.sealed"))
        assert len(first) == len(second)
        front = 20  # magic, version and length
        pieces = {data[at : at + 16] for data in (first, second) for at in range(front, 4000, 16)}
        assert len(pieces) == 2 * len(range(front, 4000, 16))

    asyncio.run(run())


def test_a_file_that_another_store_replaces():
    """Neither the header nor the length that is known of a file outlives it."""

    async def run():
        inner, sealed = await written(3 * BLOCK)
        other = SealedStore(inner, KEY)
        assert bytes(await other.read("a", BLOCK, 5)) == content(3 * BLOCK)[BLOCK:][:5]
        for length in (3 * BLOCK, BLOCK + 9, 2 * BLOCK + 1):
            changed = bytes(reversed(content(length)))
            await sealed.write("a", [changed])
            assert bytes(await other.read("a", 7, 2)) == changed[7:9]
            assert bytes(await other.read("a", BLOCK)) == changed[BLOCK:]
            await sealed.write("a", [changed])
            assert await other.size("a") == length
            assert bytes(await other.read("a")) == changed

    asyncio.run(run())


def test_fills_what_is_there():
    """Bytes go where they stay, as many as fit or are there; across the pieces of a large file."""
    import numpy as np

    async def run():
        length = 2 * PIECE + 12_345
        _, sealed = await written(length)
        expected = content(length)
        for offset, size in ((0, length), (PIECE - 3, 10), (5, 2 * PIECE), (length - 4, 99)):
            into = np.full(size, 7, np.uint8)
            count = await sealed.fill("a", offset, into)
            assert count == min(size, length - offset)
            assert into[:count].tobytes() == expected[offset : offset + count]
            assert (into[count:] == 7).all()
        assert await sealed.fill("a", length, np.zeros(3, np.uint8)) == 0

    asyncio.run(run())


def test_a_large_file_is_written_in_pieces(tmp_path):
    """It is the same file as one that was sealed in memory, and too few bytes are no file."""

    async def run():
        store = SealedStore(DirectoryStore(tmp_path), KEY)
        length = 9 * PIECE + 5
        await store.write("a", [content(length)])
        assert bytes(await store.read("a")) == content(length)

        async def pieces():
            yield content(PIECE)

        with pytest.raises(ValueError, match="came, not"):
            await store.write_sized("b", length, pieces())
        assert await store.names() == ["a"]

    asyncio.run(run())


def test_every_flipped_byte_is_noticed():
    """Header, tag or block: what is read through the flipped byte is refused, never wrong."""

    async def run():
        inner, sealed = await written(300)
        whole = bytes(await inner.read("a.sealed"))
        for at in range(len(whole)):
            flipped = bytearray(whole)
            flipped[at] ^= 0x40
            await inner.write("a.sealed", [flipped])
            found = {await code(sealed.read("a")), await code(sealed.read("a", 10, 20))}
            assert found <= {"storage-damaged", "index-version"}, (at, found)

    asyncio.run(run())


def test_a_flip_costs_its_block_alone():
    """The others are still read, so that the damage stays as small as in a plain file."""

    async def run():
        inner, sealed = await written(3 * BLOCK)
        whole = bytearray(await inner.read("a.sealed"))
        whole[HEADER + BLOCK + TAG + 77] ^= 1
        await inner.write("a.sealed", [whole])
        assert bytes(await sealed.read("a", 0, BLOCK)) == content(3 * BLOCK)[:BLOCK]
        assert bytes(await sealed.read("a", 2 * BLOCK, 9)) == content(3 * BLOCK)[2 * BLOCK :][:9]
        for offset, length in ((BLOCK, 1), (BLOCK - 1, 2), (0, None)):
            with pytest.raises(StorageError, match="block 1") as caught:
                await sealed.read("a", offset, length)
            assert caught.value.code == "storage-damaged"

    asyncio.run(run())


def test_blocks_cannot_change_places():
    """Neither inside a file, nor from another file or another write of the same one."""

    async def run():
        inner, sealed = await written(2 * BLOCK)
        before = bytes(await inner.read("a.sealed"))
        one, two = HEADER + BLOCK + TAG, HEADER + 2 * (BLOCK + TAG)
        await inner.write("a.sealed", [before[:HEADER], before[one:two], before[HEADER:one]])
        assert await code(sealed.read("a", 0, 1)) == "storage-damaged"
        await inner.write("a.sealed", [before])
        await sealed.write("b", [content(2 * BLOCK)])
        other = bytes(await inner.read("b.sealed"))
        await inner.write("a.sealed", [before[:one], other[one:]])
        assert await code(sealed.read("a", 0, 1)) is None
        assert await code(sealed.read("a", BLOCK, 1)) == "storage-damaged"
        await inner.write("b.sealed", [before])
        assert await code(sealed.read("b", 0, 1)) == "storage-damaged"
        assert await code(sealed.size("b")) == "storage-damaged"

    asyncio.run(run())


def test_a_file_that_was_cut_off_ends_early():
    """A kill while it is written: whole blocks are read, as much as of a plain file, no more."""

    async def run():
        inner, sealed = await written(2 * BLOCK + 5)
        whole = bytes(await inner.read("a.sealed"))
        cuts = {0: 0, 51: 0, HEADER: 0, HEADER + BLOCK: 0, HEADER + BLOCK + TAG: BLOCK,
                len(whole) - 1: 2 * BLOCK}  # fmt: skip
        for size, left in cuts.items():
            await inner.write("a.sealed", [whole[:size]])
            assert await sealed.size("a") == left, size
            assert bytes(await sealed.read("a")) == content(left)
            assert bytes(await sealed.read("a", 1, 10**6)) == content(left)[1:]
        await inner.write("a.sealed", [whole, b"x"])
        assert await code(sealed.size("a")) == "storage-damaged"
        assert await code(sealed.read("a")) == "storage-damaged"

    asyncio.run(run())


def test_another_key_opens_nothing():
    """Files of one collection are noise to another."""

    async def run():
        inner, _ = await written(100)
        other = SealedStore(inner, HostFileKeys(os.urandom(32)))
        assert await code(other.read("a")) == "storage-damaged"

    asyncio.run(run())


def test_plain_files_are_not_looked_at():
    """What has no suffix is none of the store's."""

    async def run():
        inner, sealed = await written(10)
        await inner.write("plain", [b"x"])
        assert await sealed.names() == ["a"]
        assert await sealed.size("plain") is None

    asyncio.run(run())


def test_arrays_of_any_type():
    """Parts are counted in bytes, whatever their items are; empty ones count nothing."""
    import numpy as np

    parts = [np.arange(3, dtype=np.int64).data, np.zeros(0, np.float32).data, memoryview(b"ab")]
    assert b"".join(sealed_file.in_pieces(parts)) == np.arange(3).astype(np.int64).tobytes() + b"ab"
