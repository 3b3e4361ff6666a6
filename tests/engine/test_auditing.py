"""What searches by meaning find, measured by the collection itself."""

import numpy as np
import pytest

from app.browser.bridge import Bridge
from app.browser.requests import Request
from app.core.dense.flat import RECALL
from app.core.dense.plan import Plan
from app.core.dense.pooling import l2_normalise
from app.engine import PlainChunk
from app.errors import CancelledError, InputError
from app.storage import tuning
from tests.engine.helpers import collection, run
from tests.storage.helpers import DyingStore

N, DIM = 5000, 64


@pytest.fixture(scope="module")
def rows():
    """Passages on some hundred subjects."""
    chosen = np.random.default_rng(5)
    middles = chosen.standard_normal((100, DIM))
    noise = chosen.standard_normal((N, DIM))
    return l2_normalise((middles[np.arange(N) % 100] + 0.7 * noise).astype(np.float32))


@pytest.fixture(scope="module")
def files(rows):
    """The files of a collection of them, made once."""

    async def scenario():
        store = DyingStore()
        await filled(rows, store)
        return store.files()

    return run(scenario())


@pytest.fixture
def short_sighted(monkeypatch):
    """A calibration that takes too few candidates by far."""
    monkeypatch.setattr("app.core.dense.flat.calibrated", lambda *_: Plan(30))


async def filled(rows, store=None):
    """A collection of passages with these vectors."""
    opened = await collection(store)
    chunks = [PlainChunk(f"p{n}", f"passage {n}", vector=row) for n, row in enumerate(rows)]
    await opened.add(chunks)
    await opened.settle()
    return opened


async def recall(opened, rows, k=10):
    """Of the true nearest of some rows, what a search for ten finds: by the plainest means."""
    await opened.search("", {"mode": "vector", "vector": rows[0]})
    index = opened._state.view.vectors(f"given/{DIM}")
    stored = np.rint(rows * (127 / np.abs(rows).max(axis=1, keepdims=True))).astype(np.float64)
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)
    right, asked = 0, range(0, len(rows), 40)
    for own in asked:
        scores = stored @ stored[own]
        scores[own] = -2
        wanted = np.argsort(-scores, kind="stable")[:k]
        found, _ = index.search(stored[own].astype(np.float32), k + 1)
        right += len(np.intersect1d(found[1:], wanted))
    return right / (k * len(asked))


def test_an_audit_measures_what_searches_find(rows, files):
    """Beside a plain count of the same; nothing has to be mended."""

    async def scenario():
        opened = await collection(DyingStore(files))
        told = []
        return told, await opened.audit(on_progress=told.append), await recall(opened, rows)

    told, audit, counted = run(scenario())
    assert (audit.model, audit.vectors) == (f"given/{DIM}", N)
    assert (audit.queries, audit.k, audit.reference) == (200, 10, "int8")
    assert audit.recall == pytest.approx(counted, abs=0.01)
    assert audit.recall == audit.before >= RECALL
    assert 0.98 < audit.low < audit.recall <= audit.high <= 1
    assert audit.candidates < N / 4
    assert {(one.phase, one.total, one.unit) for one in told} == {("audit", 200, "passages")}


def test_too_few_candidates_become_more_and_stay_so(rows, files, short_sighted):
    """For searches, for commits to come, and for the next time the collection is opened."""

    async def scenario():
        store = DyingStore(files)
        opened = await collection(store)
        poor = await recall(opened, rows)
        audit = await opened.audit()
        rich = await recall(opened, rows)
        await opened.add([PlainChunk("one more", "more", vector=rows[0])])
        grown = await opened.audit(sample=50)
        later = await (await collection(store)).audit(sample=50, k=3)
        return poor, audit, rich, grown, later, await tuning.load(store)

    poor, audit, rich, grown, later, kept = run(scenario())
    assert poor < min(RECALL, audit.low)
    assert audit.before == pytest.approx(poor, abs=0.05)
    assert audit.recall == pytest.approx(rich, abs=0.01)
    assert audit.recall >= RECALL
    assert audit.candidates in {60, 120, 240, 480, 960}
    assert kept == {f"given/{DIM}": audit.candidates // 30}
    assert grown.candidates == later.candidates == audit.candidates
    assert (later.queries, later.k, later.before) == (50, 3, later.recall)


def test_what_was_tuned_is_no_matter_of_life_and_death(rows, files, short_sighted):
    """A file that cannot be read costs what it says, and nothing else."""

    async def scenario(damage):
        store = DyingStore(files)
        opened = await collection(store)
        await opened.audit(sample=50)
        data = bytearray(await store.read(tuning.NAME))
        data[damage] ^= 1
        await store.write(tuning.NAME, [data])
        opened = await collection(store)
        first = await opened.search("", {"mode": "vector", "vector": rows[3]})
        checked = await opened.check()
        kinds = [one.kind for one in checked.damage]
        kept = await tuning.load(store)
        repaired = await opened.repair()
        assert (repaired.documents, repaired.damage) == (0, checked.damage)
        assert (await opened.check()).damage == ()
        return first.hits[0].id, first.damage, kinds, kept

    for damage in (0, 40, -1):
        assert run(scenario(damage)) == ("p3", (), ["tuning"], {})


@pytest.mark.parametrize("n", [0, 1, 30])
def test_few_vectors_are_all_looked_at(rows, n):
    """Nothing can be missed; where there is nothing, nothing was measured."""

    async def scenario():
        return await (await filled(rows[:n])).audit()

    audit = run(scenario())
    assert (audit.queries, audit.vectors, audit.candidates) == (n, n, None)
    assert (audit.recall, audit.before, audit.high) == (1, 1, 1)
    assert audit.low == pytest.approx(0 if n < 2 else 0.987, abs=0.001)
    assert (audit.model is None) == (n == 0)


@pytest.mark.parametrize(
    "options", [{"sample": 0}, {"sample": 10**6}, {"k": 0}, {"k": 2.5}, {"k": "10"}, {"k": True}]
)
def test_what_is_off_is_said(options):
    """Numbers that mean nothing are refused before anything is done."""

    async def scenario():
        with pytest.raises(InputError) as caught:
            await (await collection()).audit(**options)
        return caught.value

    error = run(scenario())
    assert error.code == "bad-option"
    assert str(next(iter(options.values()))) in error.message


def test_the_page_is_answered_plainly(files):
    """The bridge's answer, for a collection that is opened for reading as well."""

    async def scenario(store, **more):
        bridge = Bridge(await collection(store, **more), follows=bool(more))
        told = []
        return await bridge.audit(Request(1, told.append), sample=40), told

    store = DyingStore(files)
    for more in ({}, {"read_only": True}):
        answer, told = run(scenario(store, **more))
        assert set(answer) == {
            *("model", "vectors", "recall", "low", "high", "queries", "k"),
            *("candidates", "reference", "before"),
        }
        assert (answer["queries"], told[0]["unit"]) == (40, "passages")


def test_a_reader_keeps_nothing(files, short_sighted):
    """What it finds holds while it is open; the store is another's."""

    async def scenario():
        store = DyingStore(files)
        reader = await collection(store, read_only=True)
        audit = await reader.audit(sample=50)
        return audit, await reader.audit(sample=50), await store.names()

    audit, again, names = run(scenario())
    assert audit.before < audit.recall == again.before
    assert tuning.NAME not in names


def test_an_audit_that_is_stopped_leaves_nothing_behind(rows, files, short_sighted):
    """Whoever asked gives up; searches and commits go on."""

    async def scenario():
        opened = await collection(DyingStore(files))

        def stop(_progress):
            raise CancelledError("enough")

        with pytest.raises(CancelledError):
            await opened.audit(on_progress=stop)
        await opened.add([PlainChunk("one more", "more", vector=rows[0])])
        await opened.vacuum()
        return len((await opened.search("", {"mode": "vector", "vector": rows[0]})).hits)

    assert run(scenario()) == 10
