"""Float32 rows of named vector indexes: in the store, read by range, and the last word."""

import asyncio

import numpy as np
import pytest

from app.core.dense.plan import Plan
from app.core.dense.scan import METRICS
from app.core.dense.vector_index import VectorIndex
from app.engine import Vectors
from app.errors import StorageError
from app.storage import sections, vectors_floats
from app.storage.memory_store import MemoryStore
from app.storage.names import of_vectors
from app.storage.vectors_file import VectorsFile
from tests.engine.helpers import run

DIM = 16


def rows_of(n, seed=0):
    """Some vectors about a few points, so that many are nearly as near as others."""
    chosen = np.random.default_rng(seed)
    middles = chosen.standard_normal((max(n // 50, 1), DIM))
    rows = middles[chosen.integers(0, len(middles), n)]
    return (rows + 0.02 * chosen.standard_normal((n, DIM))).astype(np.float32)


def numbered(first, last):
    """Ids."""
    return [str(number) for number in range(first, last)]


def plain(found):
    """Neighbours as lists."""
    return [(one.ids, one.scores.tolist()) for one in found]


async def files_of(store, section="float32"):
    """Names of the parts with such a section, and the rows of each."""
    found = {}
    for name in await store.names():
        if of_vectors(name)[1] not in "ab":
            arrays = sections.unpack(await store.read(name), name)
            if section in arrays:
                found[name] = len(arrays[section])
    return found


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_hits_and_scores_are_those_of_float32(metric, dtype):
    """After additions, deletes that move rows, and opening again; with filters, by page."""
    rows, queries = rows_of(3000), rows_of(8, 1)
    exact = VectorIndex(DIM, metric=metric, dtype="float32")
    exact.add_batch(numbered(0, 3000), rows)

    async def scenario():
        store = MemoryStore()
        options = {"metric": metric, "dtype": dtype, "keep_float32": True, "recall": 0.99999}
        vectors = await Vectors.open(store, "faces", dim=DIM, **options)
        for first in range(0, 3000, 500):
            await vectors.add_batch(numbered(first, first + 500), rows[first : first + 500])
        assert plain(await vectors.search_batch(queries, 7)) == plain(
            exact.search_batch(queries, 7)
        )
        few = numbered(10, 400)
        assert plain([await vectors.search(queries[0], 7, among=few)]) == plain(
            [exact.search(queries[0], 7, among=few)]
        )
        assert plain([await vectors.page(queries[1], 3, 5)]) == plain(
            [exact.page(queries[1], 3, 5)]
        )
        assert (await vectors.get("77")).tolist() == exact.get("77").tolist()
        gone = [str(number) for number in range(3000) if number % 3]
        exact.remove(gone)
        await vectors.remove(gone)
        for again in range(3):
            assert plain(await vectors.search_batch(queries, 7)) == plain(
                exact.search_batch(queries, 7)
            )
            if again == 1:
                await vectors.add_batch(["x", "y"], rows[1:3])
                exact.add_batch(["x", "y"], rows[1:3])
            vectors = await Vectors.open(store, "faces") if again else vectors
        assert sum((await files_of(store)).values()) == len(exact)
        assert (await vectors.audit()).reference == "float32"

    run(scenario())


def test_memory_holds_the_codes_alone():
    """`bytes` is what there is without float32; the store has the rest."""

    async def scenario(keeps):
        store = MemoryStore()
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=keeps)
        await vectors.add_batch(numbered(0, 100), rows_of(100))
        size = sum([await store.size(name) for name in await store.names()])
        stats = (await Vectors.open(store, "faces")).index.stats()
        return stats.bytes, stats.keeps_float32, size

    (held, _, small), (also, keeps, large) = run(scenario(False)), run(scenario(True))
    assert (held, keeps) == (also, True)
    assert 100 * 4 * DIM <= large - small < 100 * 4 * DIM + 1000


def test_parts_are_as_large_as_may_be_at_once(monkeypatch):
    """Small ones are written together, up to a limit, also when rows have moved."""
    monkeypatch.setattr(vectors_floats, "MOST_BYTES", 600 * 4 * DIM)
    rows = rows_of(3000)

    async def scenario():
        store = MemoryStore()
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=True)
        for first in range(0, 3000, 100):
            ids = numbered(first, first + 100)
            await vectors.add_batch(ids, rows[first : first + 100])
        sizes = [list((await files_of(store)).values())]
        await vectors.remove(numbered(0, 1600))
        await vectors.add("new", rows[0])
        sizes.append(list((await files_of(store)).values()))
        found = await vectors.search(rows[2000], 1)
        return sizes, found.ids

    (before, after), found = run(scenario())
    assert found == ("2000",)
    assert sum(before) == 3000 and max(before) <= 600 and len(before) <= 12
    assert sum(after) == 1401 and len(after) <= 3


def test_an_index_of_format_7_goes_on():
    """Its float32 rows lie beside the codes; with the next change they get parts of their own."""
    rows, queries = rows_of(300), rows_of(5, 1)
    former = VectorIndex(DIM, keep_float32=True)
    former.add_batch(numbered(0, 300), rows)
    former.remove("5")

    async def scenario():
        store = MemoryStore()
        await VectorsFile(store, "faces").save(former)
        assert await versions(store) == {7}
        vectors = await Vectors.open(store, "faces")
        assert vectors.index.stats().bytes < former.stats().bytes / 2
        found = [plain(await vectors.search_batch(queries, 9))]
        await vectors.add("new", rows[0])
        assert sum((await files_of(store)).values()) == 301
        assert not set(await files_of(store)) & set(await files_of(store, "codes"))
        await vectors.remove("new")
        both = vectors, await Vectors.open(store, "faces")
        return found + [plain(await one.search_batch(queries, 9)) for one in both]

    wanted = plain(former.search_batch(queries, 9))
    assert run(scenario()) == [wanted] * 3


async def versions(store):
    """Formats of all files."""
    return {
        sections.read_table(await store.read(name), name).version for name in await store.names()
    }


def test_a_format_that_says_so():
    """What earlier programs read goes on being written; what they cannot is of another format."""

    async def scenario(keeps):
        store = MemoryStore()
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=keeps)
        await vectors.add("a", rows_of(1)[0])
        await vectors.add("b", rows_of(1)[0])
        return await versions(store)

    assert run(scenario(False)) == {7}
    assert run(scenario(True)) == {7, 8}


@pytest.mark.parametrize("low", [True, False])
def test_damage_is_told(low):
    """A search sees rows that have not their codes, an audit and a merge every byte."""

    async def scenario():
        store, rows = MemoryStore(), rows_of(50)
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=True)
        await vectors.add_batch(numbered(0, 50), rows)
        (name,) = await files_of(store)
        data = bytearray(await store.read(name))
        start = len(data) - 50 * 4 * DIM
        for at in range(start, len(data), 4 * DIM):
            data[at + (0 if low else 3)] ^= 1 if low else 0x40
        await store.write(name, [data])
        told = []
        for call in (vectors.search(rows[0], 5), vectors.get("3"), vectors.audit()):
            try:
                await call
                told.append("")
            except StorageError as error:
                assert name in error.message
                told.append(error.code)
        found = await Vectors.open(store, "faces")
        with pytest.raises(StorageError):
            await found.add_batch(numbered(50, 120), rows_of(70, 1))
        assert len(found.index) == 50
        return told

    code = "storage-damaged"
    assert run(scenario()) == (["", "", code] if low else [code] * 3)


class SlowStore(MemoryStore):
    """A store that others get their turn beside."""

    meanwhile = None

    async def read(self, name, offset=0, length=None):
        """Read, after something else."""
        if self.meanwhile and offset:
            act, self.meanwhile = self.meanwhile, None
            await act()
        await asyncio.sleep(0)
        return await super().read(name, offset, length)


@pytest.mark.parametrize("act", ["add", "move", "clear"])
def test_a_change_beside_a_search(act):
    """The search is of what there was, or of what there is, and fails for neither."""
    rows = rows_of(2500)

    async def scenario():
        store = SlowStore()
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=True)
        await vectors.add_batch(numbered(0, 2400), rows[:2400])

        async def change():
            if act == "add":
                await vectors.add_batch(numbered(2400, 2500), rows[2400:])
                await vectors.add_batch(numbered(2500, 5000), rows)
            elif act == "move":
                await vectors.remove(numbered(0, 2300))
                await vectors.add("new", rows[0])
            else:
                await vectors.clear()

        store.meanwhile = change
        found = await vectors.search(rows[2350], 3)
        assert store.meanwhile is None
        return found.ids

    assert run(scenario())[:1] == (() if act == "clear" else ("2350",))


def test_a_reader_goes_on_when_files_are_gone():
    """Who only reads opens what the writer has made of them."""
    rows = rows_of(2500)

    async def scenario():
        store = MemoryStore()
        writer = await Vectors.open(store, "faces", dim=DIM, keep_float32=True)
        await writer.add_batch(numbered(0, 2400), rows[:2400])
        reader = await Vectors.open(store, "faces", read_only=True)
        await writer.remove(numbered(0, 2300))
        await writer.add("new", rows[0])
        return (await reader.search(rows[2350], 1)).ids, len(reader.index)

    assert run(scenario()) == (("2350",), 101)


def test_an_audit_sees_what_the_last_stage_misses():
    """It is beside all of float32, and asks more of it until the target is met."""
    chosen = np.random.default_rng(3)
    rows = chosen.standard_normal(DIM) + 0.003 * chosen.standard_normal((2000, DIM))
    queries = rows[::100] + 0.003 * chosen.standard_normal((20, DIM))

    async def scenario():
        store = MemoryStore()
        vectors = await Vectors.open(store, "faces", dim=DIM, keep_float32=True, recall=0.95)
        await vectors.add_batch(numbered(0, 2000), rows)
        await vectors.search(queries[0])
        vectors.index.finder.planner.plan = Plan(None, missed=0.6)
        found = await vectors.audit(queries)
        again = await Vectors.open(store, "faces")
        return found, again.index.wider, (await again.audit(queries)).before

    found, wider, later = run(scenario())
    assert found.before < 0.9
    assert found.recall >= 0.95
    assert wider > 1
    assert later >= 0.95
