"""Sealed portable files: only a passphrase opens them, and no byte can change unnoticed."""

import json
import random

import pytest

from app.core.analysis import VERSION
from app.errors import FossickError, StorageError
from app.host import cli
from app.host.ciphers import HostCiphers, HostFileKeys
from app.storage.portable import (
    Archive,
    BytesRanges,
    PortableStore,
    SealedRanges,
    SealingSink,
    take,
    unlocked,
    unlocked_with,
)
from app.storage.portable import sealed as layout
from app.storage.sealing import lock as locks
from app.storage.sealing.ciphers import BLOCK, TAG
from app.storage.sealing.sealed_file import HEADER, PIECE
from tests.engine.helpers import collection, run, source
from tests.storage.portable_helpers import (
    WORDS,
    BytesSink,
    ConceptEmbedder,
    KeptStore,
    answers,
    exported,
    filled,
    queries,
    with_vectors,
)

SECRET = "correct horse battery"
ASKED = queries(40)


class Ciphers(HostCiphers):
    """This host's, which do not stretch the same passphrase twice; tests open many files."""

    def __init__(self):
        self.known = {}

    async def stretch(self, secret, salt, **cost):
        """As the host's."""
        key = (secret, salt, *cost.values())
        if key not in self.known:
            self.known[key] = await super().stretch(secret, salt, **cost)
        return self.known[key]


CIPHERS = Ciphers()


async def sealed(data, passphrase=SECRET):
    """What the sealed file of a plain one is."""
    sink = BytesSink()
    sealing = SealingSink(sink, passphrase, CIPHERS)
    for at in range(0, len(data), 1_000_003):
        await sealing.write(data[at : at + 1_000_003])
    await sealing.end()
    assert sealing.bytes == len(sink.data)
    return sink.data


async def content(data, passphrase=SECRET):
    """All that is in a sealed file."""
    ranges = await unlocked(BytesRanges(data), passphrase, CIPHERS)
    return bytes(await ranges.read(0, ranges.size))


async def code(awaitable):
    """Code of the failure, None if there was none."""
    try:
        await awaitable
    except FossickError as error:
        assert error.hint
        return error.code
    return None


async def opened(data, passphrase=SECRET):
    """A collection over the file itself."""
    archive = await Archive.open(await unlocked(BytesRanges(data), passphrase, CIPHERS))
    return await collection(PortableStore(archive), ConceptEmbedder(), read_only=True)


async def full():
    """A collection with all that there can be in a file, and the plain file of it."""
    store = KeptStore()
    found = await filled(store)
    faces = await with_vectors(store)
    sink, _ = await exported(found, sources=["notes"], settings={"theme": "zanzibar"})
    await faces.close()
    return found, sink.data


@pytest.fixture(scope="module")
def small():
    """A plain file of two documents."""

    async def made():
        found = await collection(KeptStore(), ConceptEmbedder())
        await found.add(
            [source("notes/a.md", "# Gold\n\nGold does not rust."), source("b.md", "A")]
        )
        return (await exported(found))[0].data

    return run(made())


@pytest.mark.lengthy
def test_there_and_back():
    """Searched where it lies, and imported: the same answers as of the collection itself."""

    async def test():
        found, plain = await full()
        right = await answers(found, ASKED)
        data = await sealed(plain)
        assert await content(data) == plain
        assert await answers(await opened(data), ASKED) == right
        store = KeptStore()
        archive = await Archive.open(await unlocked(BytesRanges(data), SECRET, CIPHERS))
        done = await take(archive, store, analysis=VERSION)
        assert (done.vector_indexes, done.settings) == (("faces",), {"theme": "zanzibar"})
        assert await answers(await collection(store, ConceptEmbedder()), ASKED) == right

    run(test())


def test_nothing_is_in_the_open():
    """No word, path or part of it, not twice the same bytes, and no part of the plain file."""

    async def test():
        _, plain = await full()
        data = await sealed(plain)
        for word in (*WORDS, "notes/", "zanzibar", "manifest", "index/seg", "PK\x03\x04"):
            found = {word, word.title(), word.upper()}
            assert not [form for form in found if len(form) > 4 and form.encode() in data], word
        pieces = {plain[at : at + 16] for at in range(0, len(plain) - 16, 16)}
        seen = {data[at : at + 16] for at in range(layout.FRONT, len(data) - HEADER)}
        assert not {piece for piece in pieces & seen if len(set(piece)) > 2}
        other = await sealed(plain)
        assert (
            len(other)
            == len(data)
            == layout.FRONT + len(plain) + HEADER + TAG * -(-len(plain) // BLOCK)
        )
        again = {other[at : at + 16] for at in range(layout.FRONT, len(other) - HEADER)}
        assert not seen & again

    run(test())


@pytest.mark.lengthy
def test_every_byte(small):
    """One that is flipped, wherever, is refused, or changes nothing of the content."""

    async def test():
        data = await sealed(small)
        harmless = 0
        for at in range(len(data)):
            flipped = bytearray(data)
            flipped[at] ^= 1 << at % 8
            try:
                assert await content(bytes(flipped)) == small
                harmless += 1
            except FossickError as error:
                codes = {"damaged", "index-version"} if at >= 15 else {"bad-option"}
                assert error.code in codes, at
            if at < 15:
                assert await code(Archive.open(BytesRanges(bytes(flipped)))) == "unsupported"
        assert harmless == 2 * layout.SLOT  # each lock stands for the other

    run(test())


def test_both_locks(small):
    """A byte of each lock is too much; a whole one of another passphrase is not in the way."""

    async def test():
        data = bytearray(await sealed(small))
        first, second = len(layout.LINE), len(layout.LINE) + layout.SLOT
        other = await sealed(small, "another")
        data[first:second] = other[first:second]
        assert await content(bytes(data)) == small
        assert await code(content(bytes(data), "another")) == "damaged"
        data[first + 9] ^= 1
        data[second + 9] ^= 1
        assert await code(content(bytes(data))) == "damaged"

    run(test())


def test_cut_off_moved_and_longer(small):
    """A file that ends anywhere before its end, or behind it, or has its blocks elsewhere."""

    async def test():
        data = await sealed(small)
        for end in range(len(data)):
            # Without its beginning it counts as plain: then a passphrase is too much for it.
            expected = "damaged" if end >= 15 else "bad-option"
            assert await code(content(data[:end])) == expected, end
        for more in (b"\0", data[-HEADER:], bytes(BLOCK + TAG)):
            assert await code(content(data + more)) == "damaged"
        plain = random.Random(1).randbytes(3 * BLOCK + 5)
        data = await sealed(plain)
        step, front = BLOCK + TAG, layout.FRONT
        blocks = [data[front + n * step :][:step] for n in range(3)]
        rest = data[front + 3 * step :]
        assert data == data[:front] + b"".join(blocks) + rest
        for order in ((1, 0, 2), (0, 0, 2), (0, 2, 1)):
            moved = data[:front] + b"".join(blocks[n] for n in order) + rest
            assert await code(content(moved)) == "damaged"
        assert await code(content(data[:front] + blocks[0] + blocks[2] + rest)) == "damaged"
        theirs = await sealed(plain)
        mixed = data[: front + step] + theirs[front + step :]
        assert await code(content(mixed)) == "damaged"
        assert await code(content(theirs[:front] + data[front:])) == "damaged"

    run(test())


def test_damage_in_the_midst_is_contained():
    """Where a file is searched as it lies, a damaged block never makes a wrong answer."""

    async def test():
        _, plain = await full()
        data = await sealed(plain)
        right = await answers(await opened(data), ASKED[:8], collapse=False)
        rng, told = random.Random(3), 0
        for _ in range(12):
            flipped = bytearray(data)
            flipped[rng.randrange(layout.FRONT, len(data) - HEADER)] ^= 1
            try:
                found = await opened(bytes(flipped))
                got = await answers(found, ASKED[:8], collapse=False)
            except FossickError as error:
                assert error.code in {"damaged", "storage-damaged"}
                told += 1
                continue
            if (await found.stats()).damage:
                told += 1
                continue
            shown = [hit for query in ASKED[:8] for hit in (await found.search(query)).hits]
            assert got == right or any(hit.problem for hit in shown)
            refused = BytesRanges(bytes(flipped))
            archive = await Archive.open(await unlocked(refused, SECRET, CIPHERS))
            assert await code(take(archive, KeptStore(), analysis=VERSION)) == "damaged"
        assert told > 3

    run(test())


def test_passphrases(small):
    """None, another, an empty one, and one for a file that needs none."""

    async def test():
        data = await sealed(small, "caf\u00e9")
        assert await content(data, "cafe\u0301") == small
        assert await code(content(data, None)) == "locked"
        assert await code(content(data, "Caf\u00e9")) == "wrong-passphrase"
        assert await code(content(data, "")) == "bad-option"
        assert await code(sealed(small, "")) == "bad-option"
        assert await code(content(small)) == "bad-option"
        assert await content(small, None) == small
        plain = await unlocked_with(BytesRanges(small), HostFileKeys(bytes(32)))
        assert await plain.read(0, 2) == b"PK"
        assert await code(unlocked_with(BytesRanges(data), HostFileKeys(bytes(32)))) == "damaged"

    run(test())


def test_a_former_program(small):
    """One that knows of no sealed files says that it is none of ours, and means this one."""

    async def test():
        with pytest.raises(FossickError) as caught:
            await Archive.open(BytesRanges(await sealed(small)))
        assert caught.value.code == "unsupported"

    run(test())


def test_a_forged_lock(small):
    """What would take the memory or the day is refused before it is tried; so is a later format."""

    class Never(HostCiphers):
        async def stretch(self, secret, salt, **cost):
            raise AssertionError(cost)

    async def test():
        data = await sealed(small)
        for cost in ({"memory": 524_288, "passes": 1}, {"memory": 131_072, "passes": 64}):
            forged = locks.Lock(bytes(16), bytes(12), bytes(48), **cost)
            slot = locks.encode(forged).ljust(layout.SLOT)
            other = BytesRanges(layout.LINE + slot + slot + data[layout.FRONT :])
            assert await code(unlocked(other, SECRET, Never())) == "damaged"
        later = BytesRanges(b"fossick-sealed 2\n" + data[len(layout.LINE) :])
        assert await code(unlocked(later, SECRET, Never())) == "index-version"

    run(test())


def test_written_and_read_piece_by_piece():
    """However much it is, little of it is in memory at a time; small reads open no block twice."""

    class Counting:
        def __init__(self, data=b""):
            self.parts, self.reads = [data], []

        async def write(self, data):
            self.parts.append(bytes(data))

        @property
        def size(self):
            return len(self.parts[0])

        async def read(self, offset, length):
            self.reads.append(length)
            return self.parts[0][offset : offset + length]

    async def test():
        sink, rng = Counting(), random.Random(5)
        sealing = SealingSink(sink, SECRET, CIPHERS)
        plain = rng.randbytes(5 * PIECE + BLOCK + 77)
        at = 0
        while at < len(plain):
            size = rng.choice([0, 1, 100, BLOCK, 3 * PIECE])
            await sealing.write(memoryview(plain)[at : at + size])
            at += size
            assert len(sealing._gathered) < PIECE
        await sealing.end()
        assert max(map(len, sink.parts)) == PIECE + TAG * PIECE // BLOCK
        file = Counting(b"".join(sink.parts))
        ranges = await unlocked(file, SECRET, CIPHERS)
        assert isinstance(ranges, SealedRanges) and ranges.size == len(plain)
        edges = [0, 1, BLOCK - 1, BLOCK, PIECE - 1, PIECE, 2 * PIECE + 9, len(plain) - 1]
        for start in edges:
            for length in (0, 1, 30, BLOCK, PIECE, 2 * PIECE + 1, len(plain)):
                assert bytes(await ranges.read(start, length)) == plain[start : start + length]
        assert bytes(await ranges.read(len(plain), 5)) == b""
        assert max(file.reads) == PIECE + TAG * PIECE // BLOCK
        await ranges.read(PIECE, 10)
        before = len(file.reads)
        for offset in range(PIECE, PIECE + BLOCK - 100, 100):
            await ranges.read(offset, 100)
        assert len(file.reads) == before

    run(test())


def test_a_sink_that_fails(small):
    """A full device is told as it is."""

    class Full:
        async def write(self, data):
            raise StorageError("full", code="quota-exceeded", hint="x")

    async def test():
        sealing = SealingSink(Full(), SECRET, CIPHERS)
        assert await code(sealing.write(small)) == "quota-exceeded"

    run(test())


@pytest.fixture
def folder(tmp_path, capsys):
    """An index, and files with passphrases."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "gold.md").write_text("# Gold\n\nGold does not rust.\n")
    (tmp_path / "right").write_text(f"{SECRET}\n")
    (tmp_path / "wrong").write_text("staple\n")
    assert call(capsys, "index", notes, "--index", tmp_path / "index", "--embedder", "hash")[0] == 0
    return tmp_path


def call(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    exit_code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return exit_code, captured.out, captured.err


def test_commands(folder, capsys):
    """Export, search and import with the passphrase of the file; what is off is named."""
    file, option = folder / "a.fossick", "--file-passphrase-file"
    exit_code, out, err = call(
        capsys, "export", folder / "index", file, option, folder / "right", "--json"
    )
    assert exit_code == 0 and json.loads(out)["bytes"] == file.stat().st_size
    data = file.read_bytes()
    assert data.startswith(layout.LINE) and b"gold" not in data.lower()
    search = ("search", "rust", "--from", file, "--embedder", "hash", "--json")
    exit_code, out, _ = call(capsys, *search, option, folder / "right")
    assert [hit["path"] for hit in json.loads(out)["hits"]] == [str(folder / "notes" / "gold.md")]
    for passphrase, expected in ((), "locked"), ((option, folder / "wrong"), "wrong-passphrase"):
        exit_code, out, err = call(capsys, *search, *passphrase)
        assert exit_code == 1 and expected in out + err
        exit_code, out, err = call(capsys, "import", file, folder / "other", *passphrase)
        assert exit_code == 1 and expected in out + err and not (folder / "other").exists()
    assert call(capsys, "import", file, folder / "other", option, folder / "right")[0] == 0
    found = call(capsys, "search", "rust", "--index", folder / "other", "--embedder", "hash")
    assert found[0] == 0
    assert call(capsys, "search", "rust", option, folder / "right")[0] == 2
    for name in ("a.jsonl", "a.md", "a.zip", "a.parquet"):
        exit_code, _, err = call(
            capsys, "export", folder / "index", folder / name, option, folder / "right"
        )
        assert exit_code == 2 and "portable file can be sealed" in err
        assert not (folder / name).exists()
    plain = folder / "plain.fossick"
    assert call(capsys, "export", folder / "index", plain)[0] == 0
    assert call(capsys, "import", plain, folder / "third", option, folder / "right")[0] == 2
