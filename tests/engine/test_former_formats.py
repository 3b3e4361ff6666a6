"""Indexes of former formats are read and go on in the present one.

The vectors of format 3 are float32; neither it nor format 4 has fingerprints.
"""

import numpy as np
import pytest

from app.core.dense.flat import direction_codes
from app.engine import PlainChunk
from app.storage import sections
from app.storage.memory_store import MemoryStore
from tests.engine.helpers import collection, contents, paths, run

ROWS = 0.8 * np.eye(8, dtype=np.float32) + 0.6 * np.eye(8, k=1, dtype=np.float32)
ROWS[7, 7] = 1
LIVE = ["p0", "p1", "p2", "p4", "p5", "p6", "p7"]


TYPES = {3: "float32", 4: "int8"}
"""Of the vectors of each format."""


@pytest.fixture(params=TYPES)
def version(request):
    """Each format."""
    return request.param


@pytest.fixture
def old(root, version):
    """The files that a program of it wrote: eight passages in two segments, p3 deleted."""
    folder = root / "tests" / "fixtures" / f"index_format_{version}"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


async def store_of(files):
    """A store with these files."""
    store = MemoryStore()
    for name, data in files.items():
        await store.write(name, [data])
    return store


async def nearest(found, row):
    """Paths of all passages by their cosine, and that of the first."""
    result = await found.search("", {"mode": "vector", "vector": row, "k": 8})
    return paths(result), result.hits[0].score


async def formats(store):
    """Formats of the files that have one in their header, and types of vectors in them."""
    versions, types = set(), set()
    for name in await store.names():
        data = bytes(await store.read(name))
        if data[:8] in {sections.MAGIC, b"\x89FOSSMAN"}:
            versions.add(data[8])
        if name.startswith("seg-") and "." not in name:
            types.add(str(sections.read_table(data, name).sections["vectors.0.rows"].dtype))
    return versions, types


def test_an_old_index_is_searched_as_it_is(old, version):
    """Words and vectors are found, deleted passages are not, and nothing is written."""

    async def test():
        store = await store_of(old)
        found = await collection(store)
        assert sorted(paths(await found.search("gold", {"mode": "keyword"}))) == LIVE[:4]
        for number in (0, 2, 6):
            first, score = await nearest(found, ROWS[number])
            assert first[0] == f"p{number}"
            assert score == pytest.approx(1, abs=1e-4)
            assert sorted(first) == LIVE
        assert (await found.check()).damage == ()
        assert await contents(store) == old
        assert await formats(store) == ({version}, {TYPES[version]})

    run(test())


def test_it_goes_on_in_the_present_format(old, version):
    """What is added is written in codes beside it, and a merge leaves nothing of the old."""

    async def test():
        store = await store_of(old)
        found = await collection(store)
        before = await nearest(found, ROWS[4])
        await found.add([PlainChunk("new", "gold new", vector=-ROWS[0])])
        assert await formats(store) == ({version, sections.VERSION}, {TYPES[version], "int8"})
        after, score = await nearest(found, ROWS[4])
        assert ([path for path in after if path != "new"], score) == before
        await found.remove(["new", "p7"])
        await found.vacuum()
        assert (await nearest(found, ROWS[4]))[0] == [p for p in before[0] if p != "p7"]
        assert await formats(store) == ({sections.VERSION}, {"int8"})

    run(test())


def test_old_passages_have_no_fingerprint(old):
    """What is new has one, and both keep what they have when they are merged."""

    async def test():
        found = await collection(await store_of(old))
        await found.add([PlainChunk("new", "gold new", vector=-ROWS[0])])
        await found.remove(["p7"])
        await found.vacuum()
        segments = found._state.view.snapshot.segments
        known = np.concatenate([live.segment.chunks.fingerprint > 0 for live in segments])
        assert known.tolist() == [False] * 6 + [True]
        result = await found.search("gold", {"mode": "keyword"})
        assert sorted(paths(result)) == ["new", *LIVE[:4]]

    run(test())


def test_all_formats_give_the_same_codes(old):
    """Float32 is coded when it is read as it is when it is written."""

    async def test():
        found = await collection(await store_of(old))
        await nearest(found, ROWS[0])
        blocks = [live.segment.vectors[0] for live in found._state.view.snapshot.segments]
        codes = np.concatenate([block.rows for block in blocks])
        assert codes.dtype == np.int8
        assert (codes == direction_codes(ROWS)).all()

    run(test())
