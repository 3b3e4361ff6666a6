"""Vectors that are kept under a name: after any history, any fault, and any byte."""

import asyncio
import contextlib
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dense import calibration
from app.core.dense.graph import Graph
from app.core.dense.graph_options import GraphOptions
from app.core.dense.plan import Plan
from app.core.dense.vector_index import VectorIndex
from app.engine import Vectors
from app.errors import ClosedError, InputError, StorageError
from app.storage import vectors_file
from app.storage.memory_store import MemoryStore
from app.storage.names import of_vectors
from tests.engine.helpers import collection, run
from tests.forms import some
from tests.storage.helpers import DyingStore, FullStore

KINDS = [("cosine", "int8", True), ("cosine", "binary", False), ("dot", "int4", False)]
KINDS += [("euclidean", "float32", False), ("manhattan", "int8", False), ("dot", "int4", True)]
KINDS += [("cosine", "graph", False), ("dot", "graph", True)]
GRAPH = GraphOptions(M=3, ef_construction=8, ef_search=4, seed=3)
EXAMPLES = 4 if sys.platform == "emscripten" else 25
QUERIES = np.random.default_rng(1).standard_normal((3, 5))


def rows_of(n, seed=0, dim=5):
    """Some vectors."""
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


async def content(vectors):
    """Everything that can be told of an index: ids, what is stored, hits and scores."""
    index = vectors.index
    ids = [key for key in index.table.ids if key in index]
    hits = [*await vectors.search_batch(QUERIES, 3), *await vectors.search_batch(QUERIES, 1000)]
    return (
        {key: (await vectors.get(key)).tolist() for key in ids},
        [(found.ids, found.scores.tolist()) for found in hits],
        (index.dim, index.metric, index.dtype, index.recall, index.wider, index.stats().graph),
    )


async def opened(store, **options):
    """The vectors under the name that all tests use."""
    return await Vectors.open(store, "faces", **options)


@pytest.mark.lengthy
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
@pytest.mark.parametrize(("metric", "dtype", "keeps"), KINDS)
def test_any_history_is_found_again(metric, dtype, keeps, data):
    """After each change, what is opened is what there is; and it can be gone on with."""
    steps = data.draw(st.lists(st.integers(0, 2**31), min_size=1, max_size=8))

    async def scenario():
        store = MemoryStore()
        options = {"dim": 5, "metric": metric, "dtype": dtype, "keep_float32": keeps}
        if dtype == "graph":
            options |= {"dtype": "int8", "graph": GRAPH}
        vectors = await opened(store, **options, recall=0.9)
        model = []
        for number, seed in enumerate(steps):
            chosen = np.random.default_rng(seed)
            act = chosen.choice(["add", "add", "one", "remove", "vacuum", "clear", "reopen"])
            if act == "add":
                new = [f"{number}/{n} ö" for n in range(int(chosen.integers(0, 30)))]
                await vectors.add_batch(new, rows_of(len(new), seed))
                model += new
            elif act == "one":
                await vectors.add(f"one {number}", rows_of(1, seed)[0])
                model.append(f"one {number}")
            elif act == "remove":
                gone = [key for key in model if chosen.random() < 0.4]
                assert await vectors.remove([*gone, "never there"]) == len(gone)
                model = [key for key in model if key not in gone]
            elif act == "vacuum":
                await vectors.vacuum()
                assert vectors.index.table.n_rows == len(model)
            elif act == "clear":
                await vectors.clear()
                model = []
            else:
                vectors = await opened(store)
            assert sorted((await content(vectors))[0]) == sorted(model)
            assert await content(await opened(store)) == await content(vectors)

    run(scenario())


def test_parts_stay_few_and_rows_are_seldom_written():
    """A thousand additions of one: some parts, none of them left over."""

    async def scenario():
        store = DyingStore()
        vectors = await opened(store, dim=5)
        for n, row in enumerate(rows_of(1000)):
            await vectors.add(str(n), row)
        names = await store.names()
        return len(names), store.spent, sum([await store.size(name) for name in names])

    parts, written, kept = run(scenario())
    assert parts <= 2 + 10
    assert written < 1000 * 2000  # slots and tables are most of it
    assert kept < 40_000


def test_removed_vectors_leave_the_store_when_most_are_gone():
    """The rows that are left are written together; what they lay in goes."""

    async def scenario():
        store = MemoryStore()
        vectors = await opened(store, dim=5)
        await vectors.add_batch([str(n) for n in range(3000)], rows_of(3000))
        full = sum([await store.size(name) for name in await store.names()])
        await vectors.remove(map(str, range(2500)))
        await vectors.add("new", rows_of(1)[0])
        left = sum([await store.size(name) for name in await store.names()])
        assert await content(await opened(store)) == await content(vectors)
        return full, left, len(vectors.index)

    full, left, n = run(scenario())
    assert (n, left < full / 4) == (501, True)


def test_vacuum_gives_back_the_room():
    """What was taken out goes from memory and store, and is written once."""

    async def scenario():
        store = DyingStore()
        vectors = await opened(store, dim=5)
        await vectors.add_batch([str(n) for n in range(3000)], rows_of(3000))
        await vectors.remove(map(str, range(1000)))
        assert vectors.index.table.n_rows == 3000
        before = await content(vectors)
        await vectors.vacuum()
        assert vectors.index.table.n_rows == 2000
        assert await content(vectors) == before == await content(await opened(store))
        spent = store.spent
        await vectors.vacuum()
        return store.spent - spent, sum([await store.size(name) for name in await store.names()])

    again, kept = run(scenario())
    assert (again, kept < 2000 * 40) == (0, True)


class KilledError(BaseException):
    """The end; unlike an interrupt from the keyboard it stays inside of the event loop."""


class MortalStore(DyingStore):
    """A store that is killed in the middle of a task."""

    async def write(self, name, parts):
        """Write, or die."""
        try:
            await super().write(name, parts)
        except KeyboardInterrupt:
            raise KilledError from None

    async def remove(self, name):
        """Remove, or die."""
        try:
            await super().remove(name)
        except KeyboardInterrupt:
            raise KilledError from None


async def history(store, told, **options):
    """A life of an index; `told` gets what it holds whenever a call has returned."""
    vectors = await opened(store, dim=5, **options)
    told.append(await content(vectors))
    for act in (
        lambda: vectors.add_batch(["a", "b", "c"], rows_of(3)),
        lambda: vectors.add("d", rows_of(1, 4)[0]),
        lambda: vectors.remove(["b", "c"]),
        lambda: vectors.add_batch(["b", "e", "f", "g"], rows_of(4, 5)),
        vectors.clear,
        lambda: vectors.add("h", rows_of(1, 6)[0]),
    ):
        await act()
        told.append(await content(vectors))


@pytest.mark.lengthy
@pytest.mark.parametrize("keeps", [False, True])
def test_killed_at_any_byte(keeps):
    """What is opened is what there was after the last call that returned, or after the next."""

    async def whole():
        store, told = DyingStore(), []
        await history(store, told, keep_float32=keeps)
        return store.spent, told

    async def killed(budget):
        store, told = MortalStore(budget=budget), []
        with contextlib.suppress(KilledError):
            await history(store, told, keep_float32=keeps)
        after = DyingStore(store.files())
        try:
            found = await opened(after)
        except InputError as error:
            assert error.code == "not-found" and not told
            return len(told), None
        owners = [of_vectors(name)[1] for name in await after.names()]
        needed = {f"{part.number:08d}" for part in found._file._head.all_parts}
        assert {owner for owner in owners if owner not in "ab"} == needed
        await found.add("gone on with", rows_of(1, 9)[0])
        assert "gone on with" in (await opened(after)).index
        found.index.remove("gone on with")
        return len(told), await content(found)

    spent, states = run(whole())
    for budget in some(range(0, spent, 7), 5):
        done, found = run(killed(budget))
        assert found in (None if done == 0 else states[done - 1], states[done])


@pytest.mark.parametrize("keeps", [False, True])
def test_a_full_device_changes_nothing(keeps):
    """Whichever write is refused: the call fails, and all is as it was, here and in the store."""

    async def scenario(refused):
        store, states = FullStore([refused]), []
        vectors = await opened(store, dim=5, keep_float32=keeps)
        acts = [
            lambda: vectors.add_batch(["a", "b", "c"], rows_of(3)),
            lambda: vectors.add("d", rows_of(1, 4)[0]),
            lambda: vectors.remove(["b", "c"]),
            vectors.clear,
        ]
        failed = 0
        for act in acts:
            states.append(await content(vectors))
            try:
                await act()
            except StorageError as error:
                assert error.code == "quota-exceeded"
                failed += 1
                assert await content(vectors) == states[-1] == await content(await opened(store))
                await act()
            assert await content(await opened(store)) == await content(vectors)
        return failed

    failures = [run(scenario(refused)) for refused in range(2, 9)]
    assert sum(failures) >= 5


@pytest.mark.parametrize("place", [0, 40, 150, 300, -1])
@pytest.mark.parametrize("file", ["slots", "part"])
def test_damage_is_told_and_can_be_deleted(file, place):
    """Every flipped byte is noticed; deleting needs no reading."""

    async def scenario():
        store = MemoryStore()
        vectors = await opened(store, dim=5)
        await vectors.add_batch(["a", "b", "c"], rows_of(3))
        await vectors.clear()
        await vectors.add_batch(["a", "b", "c"], rows_of(3))
        for name in await store.names():
            if (of_vectors(name)[1] in "ab") == (file == "slots"):
                data = bytearray(await store.read(name))
                data[place] ^= 1
                await store.write(name, [data])
        with pytest.raises(StorageError) as caught:
            await opened(store)
        assert await vectors_file.names(store) == ["faces"]
        await vectors_file.delete(store, "faces")
        return caught.value, await store.names()

    error, left = run(scenario())
    assert error.code in {"storage-damaged", "index-version"}
    assert "vec-faces." in error.message
    assert left == []


def test_one_damaged_slot_of_two_is_no_loss():
    """The older commit is opened, whose parts are still there."""

    async def scenario(slot):
        store = MemoryStore()
        vectors = await opened(store, dim=5)
        await vectors.add("a", rows_of(1)[0])
        await store.write(f"vec-faces.{slot}", [b"half a wri"])
        return list((await content(await opened(store)))[0])

    assert sorted(run(scenario(slot)) for slot in "ab") == [[], ["a"]]


def test_what_an_audit_mends_is_kept(monkeypatch):
    """So is a plan that takes more candidates."""
    monkeypatch.setattr("app.core.dense.planner.calibrated", lambda *_: Plan(30))
    rows = np.random.default_rng(2).standard_normal((calibration.FEWEST_ROWS, 32))

    async def scenario():
        store = MemoryStore()
        vectors = await opened(store, dim=32)
        await vectors.add_batch([str(n) for n in range(len(rows))], rows)
        found = await vectors.audit(rows[:20])
        again = await opened(store)
        return found, again.index.wider, (await again.audit(rows[:20])).before

    found, wider, later = run(scenario())
    assert found.before < 0.99 <= found.recall
    assert wider > 1
    assert later == pytest.approx(found.recall)


def test_options_of_what_is_there():
    """Those that are given must be its own; a name must be one."""

    async def scenario():
        store = MemoryStore()
        with pytest.raises(InputError) as caught:
            await opened(store)
        assert caught.value.code == "not-found"
        await opened(store, dim=5, dtype="float32", keep_float32=True)
        await opened(store, dim=5, dtype="float32", keep_float32=True)
        for options, code in (
            ({"dim": 6}, "dimension-mismatch"),
            ({"metric": "dot"}, "bad-option"),
            ({"dtype": "int8"}, "bad-option"),
            ({"recall": 1}, "bad-option"),
            ({"graph": "fast"}, "bad-option"),
        ):
            with pytest.raises(InputError) as caught:
                await opened(store, **options)
            assert caught.value.code == code
        for name in ("", "Faces", "a.b", "a/b", "x" * 65, 7):
            with pytest.raises(InputError):
                await Vectors.open(store, name, dim=5)
        with pytest.raises(InputError) as caught:
            await vectors_file.delete(store, "voices")
        assert caught.value.code == "not-found"
        return await vectors_file.names(store)

    assert run(scenario()) == ["faces"]


@pytest.mark.lengthy
def test_a_graph_is_kept_and_can_be_lost():
    """It is opened without being built; damaged, it is built again, the same."""

    async def scenario(monkeypatch):
        store = MemoryStore()
        vectors = await opened(store, dim=5, graph=GRAPH)
        rows = rows_of(500, 3)
        await vectors.add_batch([str(n) for n in range(400)], rows[:400])
        await vectors.add_batch([str(n) for n in range(400, 450)], rows[400:450])
        await vectors.remove(map(str, range(30)))
        wanted = await content(vectors)
        linked = vectors._file._head.linked
        put_in = []
        monkeypatch.setattr(Graph, "extend", lambda self, coded: put_in.append(self.n_rows))
        await opened(store)
        monkeypatch.undo()
        assert await content(await opened(store)) == wanted
        name = f"vec-faces.{linked.number:08d}"
        await store.write(name, [(await store.read(name))[:-1]])
        assert await content(await opened(store)) == wanted
        await vectors.add_batch([str(n) for n in range(450, 500)], rows[450:])
        assert await content(await opened(store)) == await content(vectors)
        assert vectors._file._head.linked.rows == 500
        return linked.rows, put_in

    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run(scenario(monkeypatch)) == (400, [400])


def test_indexes_do_not_meet():
    """Names that begin alike, and a collection beside them."""

    async def scenario():
        store = MemoryStore()
        names = ["a", "a-a", "a-00000001", "ab"]
        made = [await Vectors.open(store, name, dim=5) for name in names]
        for number, vectors in enumerate(made):
            await vectors.add_batch(["x", str(number)], rows_of(2, number))
        await vectors_file.delete(store, "a")
        assert await vectors_file.names(store) == sorted(names[1:])
        for name, vectors in zip(names[1:], made[1:], strict=True):
            assert await content(await Vectors.open(store, name)) == await content(vectors)

    run(scenario())


def test_what_a_collection_takes_has_them_in_it():
    """`stats().bytes` counts vectors under a name, all of their files."""

    async def scenario():
        store = MemoryStore()
        beside = await collection(store)
        bytes_of = [(await beside.stats()).bytes]
        await (await opened(store, dim=5)).add_batch(["a", "b"], rows_of(2))
        names = [name for name in await store.names() if of_vectors(name)]
        kept = sum([await store.size(name) for name in names])
        bytes_of.append((await beside.stats()).bytes)
        await vectors_file.delete(store, "faces")
        bytes_of.append((await beside.stats()).bytes)
        await beside.close()
        return bytes_of, kept

    (before, there, after), kept = run(scenario())
    assert there - before == kept > 40
    assert after == before


def test_in_memory_and_closed():
    """Without a store it is the same; after `close` every call says so."""

    async def scenario():
        vectors = Vectors(VectorIndex(5))
        await vectors.add_batch(["a", "b"], rows_of(2))
        assert await vectors.remove("a") == 1
        assert (await vectors.audit()).recall == 1
        await vectors.clear()
        assert len(vectors.index) == 0
        await vectors.close()
        await vectors.close()
        for call in (lambda: vectors.add("x", rows_of(1)[0]), vectors.clear):
            with pytest.raises(ClosedError):
                await call()

    run(scenario())


def test_a_call_that_is_given_up_is_done_all_the_same():
    """Half of one could not be told from one that failed."""

    async def scenario():
        store = MemoryStore()
        vectors = await opened(store, dim=5)
        call = asyncio.ensure_future(vectors.add("a", rows_of(1)[0]))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await vectors.add("b", rows_of(1)[0])
        return sorted((await content(await opened(store)))[0])

    assert run(scenario()) == ["a", "b"]
