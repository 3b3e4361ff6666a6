"""Files that are cut off, broken or forged: refused with a code, and nothing of them stays."""

import io
import json
import random
import zipfile

import pytest

from app.errors import FossickError
from app.storage.portable import Archive
from app.storage.portable.archive import _DIRECTORY
from tests.engine.helpers import collection, run, source
from tests.forms import some
from tests.storage.portable_helpers import (
    ConceptEmbedder,
    KeptStore,
    answers,
    archive,
    exported,
    imported,
    looked_into,
    with_vectors,
)

QUERIES = ["gold", "puppy cash", '"copper river"', "path:notes silver"]


async def small():
    """The bytes of a file with two segments, a vector index and a ledger."""
    store = KeptStore()
    found = await collection(store, ConceptEmbedder())
    await found.add([source("notes/a.md", "# Gold\n\nGold does not rust. Silver does.")])
    await found.add([source("notes/b.md", "A puppy for cash, copper river."), source("c.pdf", "")])
    await with_vectors(store, rows=12)
    return (await exported(found))[0].data


@pytest.fixture(scope="module")
def data():
    """A portable file."""
    return run(small())


async def code_of(data, store=None):
    """The code that an import fails with; nothing may be left in the store then."""
    store = store or KeptStore()
    before = {name: await store.read(name) for name in await store.names()}
    with pytest.raises(FossickError) as caught:
        await imported(data, store)
    assert {name: await store.read(name) for name in await store.names()} == before
    return caught.value.code


def forged(data, change=lambda told: None, entries=lambda found: found, **more):
    """The file with another `manifest.json` or other entries."""
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        found = {info.filename: given.read(info) for info in given.infolist()}
    told = json.loads(found.pop("manifest.json"))
    found = entries(found)
    change(told)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in found.items():
            made.writestr(zipfile.ZipInfo(name), content, **more)
        made.writestr(zipfile.ZipInfo("manifest.json"), json.dumps(told))
    return out.getvalue()


def test_other_files():
    """What Fossick has not exported is told from what is broken."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as made:
        made.writestr("a.txt", "Gold.")
    for other in (b"", b"Gold.", b"PK\x05\x06", bytes(50_000), plain.getvalue()):
        assert run(code_of(other)) == "unsupported"


def test_cut_off(data):
    """A file that ends too soon, wherever, is damaged; cut off at its front it is none at all."""
    for end in range(100, len(data), 997):
        assert run(code_of(data[:end])) == "damaged"
    assert run(code_of(data[200:])) in {"damaged", "unsupported"}
    assert run(code_of(data + b"PK\x05\x06")) in {"damaged", "unsupported"}


def test_every_flipped_byte_is_found(data):
    """A byte that is changed anywhere is found, or changes nothing of what is imported."""

    async def test():
        found, _ = await imported(data)
        right = await answers(found, QUERIES)
        rng = random.Random(11)
        refused = 0
        for place in rng.sample(range(len(data)), 250):
            flipped = bytearray(data)
            flipped[place] ^= 1 << rng.randrange(8)
            try:
                found, told = await imported(bytes(flipped))
            except FossickError as error:
                assert error.code in {"damaged", "unsupported", "index-version"}
                refused += 1
                continue
            assert await answers(found, QUERIES) == right
            assert told.documents == 2
        assert refused > 200

    run(test())


@pytest.mark.exhaustive
def test_a_flipped_byte_where_it_lies(data):
    """A file that is searched without import has no wrong results either."""

    async def test():
        right = await answers(await looked_into(data), QUERIES, collapse=False)
        rng = random.Random(12)
        for place in some(rng.sample(range(len(data)), 150), 4):
            flipped = bytearray(data)
            flipped[place] ^= 1 << rng.randrange(8)
            try:
                found = await looked_into(bytes(flipped))
                told = await answers(found, QUERIES, collapse=False)
            except FossickError:
                continue
            if any(damage for _, _, damage in told) or (await found.stats()).damage:
                continue
            problems = [
                hit.problem for query in QUERIES for hit in (await found.search(query)).hits
            ]
            if not any(problems):
                assert told == right

    run(test())


@pytest.mark.parametrize(
    "name",
    [
        "../seg-00000009",
        "index/../../x",
        "/etc/passwd",
        "index/",
        "index/evil.exe",
        "index\\a",
        "x",
    ],
)
def test_strange_names(data, name):
    """Names that lead elsewhere, or that no index has, are refused, listed or not."""
    with_it = forged(data, entries=lambda found: {**found, name: b"x"})
    assert run(code_of(with_it)) == "damaged"

    def listed(told):
        told["files"].append({"name": name, "bytes": 1, "sha256": "0" * 64})

    assert run(code_of(forged(data, listed, lambda found: {**found, name: b"x"}))) == "damaged"


def test_compressed_entries(data):
    """What is packed could be a bomb; entries are stored, and none is larger than the file."""
    packed = forged(data, compress_type=zipfile.ZIP_DEFLATED)
    assert run(code_of(packed)) == "damaged"
    bomb = forged(
        data,
        entries=lambda found: {**found, "index/ledger": bytes(50_000_000)},
        compress_type=zipfile.ZIP_DEFLATED,
    )
    assert len(bomb) < 1_000_000 and run(code_of(bomb)) == "damaged"


def test_entries_twice_and_overlapping(data):
    """Two entries of a name, or two that share their bytes, are refused."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("index/manifest-a", b"x")
        made.writestr("index/manifest-a", b"y")
    assert run(code_of(out.getvalue())) == "damaged"
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        infos = [info for info in given.infolist() if info.filename.startswith("index/seg")]
        first, second = sorted(infos, key=lambda info: info.header_offset)[:2]
    moved = data[: data.index(b"PK\x01\x02")]
    directory = data[len(moved) :].replace(
        second.header_offset.to_bytes(4, "little"), first.header_offset.to_bytes(4, "little")
    )
    assert directory != data[len(moved) :]
    assert run(code_of(moved + directory)) == "damaged"


def test_wrong_lists(data):
    """Sizes, checksums and names in the list must be those of what is there."""

    def size(told):
        told["files"][0]["bytes"] += 1

    def checksum(told):
        told["files"][0]["sha256"] = "0" * 64

    def missing(told):
        told["files"].pop()

    def twice(told):
        told["files"].append(told["files"][0])

    def no_list(told):
        told["files"] = {"name": 3}

    def negative(told):
        told["documents"] = -1

    def no_index(told):
        told["vector_indexes"] = []

    for change in (size, checksum, missing, twice, no_list, negative, no_index):
        assert run(code_of(forged(data, change))) == "damaged"


def test_missing_parts(data):
    """A commit without one of its files, or with a file too many, is none."""
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        names = [name for name in given.namelist() if name.startswith("index/")]
    for name in names:
        if name in {"index/ledger", "index/tuning"}:
            continue

        def without(told, name=name):
            told["files"] = [file for file in told["files"] if file["name"] != name]

        gone = forged(
            data, without, lambda found, name=name: {k: v for k, v in found.items() if k != name}
        )
        assert run(code_of(gone)) == "damaged"


def test_versions(data):
    """A file of a newer format, or of other terms, says so."""

    def newer(told):
        told["version"] = 2

    def old(told):
        told["version"] = 0

    def other(told):
        told["format"] = "another"

    assert run(code_of(forged(data, newer))) == "index-version"
    assert run(code_of(forged(data, old))) == "damaged"
    assert run(code_of(forged(data, other))) == "unsupported"

    async def analysis():
        from app.storage.portable import take

        with pytest.raises(FossickError) as caught:
            await take(await archive(data), KeptStore(), analysis="forms/99")
        assert caught.value.code == "index-version"

    run(analysis())


def test_what_is_read_at_once_is_bounded(data):
    """A directory or a list that would fill the memory is refused before it is read."""

    class Watched:
        def __init__(self, size):
            self.size = size
            self.largest = 0

        async def read(self, offset, length):
            self.largest = max(self.largest, length)
            end = b"PK\x05\x06" + bytes(4) + b"\xff\xff" * 2 + (2**31).to_bytes(4, "little")
            tail = end + bytes(6)
            whole_from = self.size - len(tail)
            return (bytes(max(0, min(whole_from, offset + length) - offset)) + tail)[:length]

    ranges = Watched(4 << 30)
    with pytest.raises(FossickError):
        run(Archive.open(ranges))
    assert ranges.largest <= _DIRECTORY
