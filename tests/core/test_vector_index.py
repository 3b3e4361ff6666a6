"""The vector index beside a plain evaluation of every vector."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dense import graph, table
from app.core.dense.codes import DTYPES
from app.core.dense.elsewhere import Elsewhere
from app.core.dense.graph import Graph
from app.core.dense.plan import Plan
from app.core.dense.scan import DISTANCES, METRICS
from app.core.dense.table import Column
from app.core.dense.vector_index import VectorIndex
from app.errors import FossickError, InputError, StorageError

KINDS = [(m, d) for m in METRICS for d in DTYPES if d != "binary" or m == "cosine"]
SEEDS = st.integers(0, 2**32 - 1)
EXAMPLES = 4 if sys.platform == "emscripten" else 30


def plain_scores(index, ids, query):
    """What each vector scores, in float64 and the plainest way, larger for nearer."""
    stored = np.stack([index.get(key) for key in ids]).astype(np.float64)
    query = np.asarray(query, np.float64)
    if index.metric in {"cosine", "dot"}:
        if index.dtype == "binary":
            return (stored * np.where(query > 0, 1, -1)).mean(axis=1)
        return stored @ (query / np.linalg.norm(query) if index.metric == "cosine" else query)
    order = {"euclidean": 2, "manhattan": 1}[index.metric]
    return -np.linalg.norm(stored - query, ord=order, axis=1)


def check(index, ids, query, found, k):
    """The hits are the k nearest of these ids, in order, with their scores."""
    assert len(found) == min(k, len(ids)) == len(set(found.ids))
    assert found.scores.dtype == np.float32
    if not len(found):
        return
    scores = dict(zip(ids, plain_scores(index, ids, query), strict=True))
    sign = -1 if index.metric in DISTANCES else 1
    near = 1e-5 * (1 + max(map(abs, scores.values())))
    ours = sign * found.scores.astype(np.float64)
    assert ours == pytest.approx([scores[key] for key in found.ids], abs=near)
    order = [(-score, ids.index(key)) for score, key in zip(ours, found.ids, strict=True)]
    assert order == sorted(order)
    left = [score for key, score in scores.items() if key not in found.ids]
    assert max(left, default=-np.inf) <= ours[-1] + near


def rows_of(chosen, n, dim):
    """Few different rows, so that many are equally near."""
    rows = chosen.integers(-2, 3, (n, dim)).astype(np.float32)
    rows[:, 0] += 0.5
    return rows * chosen.choice(np.float32([0.5, 1, 100]), (n, 1))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
@pytest.mark.parametrize(("metric", "dtype"), KINDS)
def test_any_history(metric, dtype, data):
    """Vectors are added, removed and added again; every search is that of a plain list."""
    dim = data.draw(st.sampled_from([1, 2, 33, 64]))
    chosen = np.random.default_rng(data.draw(SEEDS))
    index = VectorIndex(dim, metric=metric, dtype=dtype)
    model: list[str] = []
    for step in range(data.draw(st.integers(1, 6))):
        act = data.draw(st.sampled_from(["add", "add", "remove", "clear", "again"]))
        if act == "add":
            new = [f"{step}/{n}" for n in range(int(chosen.integers(0, 20)))]
            index.add_batch(new, rows_of(chosen, len(new), dim))
            model += new
        elif act == "clear":
            index.clear()
            model = []
        else:
            gone = [key for key in model if chosen.random() < 0.4]
            assert index.remove([*gone, "never there"]) == len(gone)
            model = [key for key in model if key not in gone]
            for key in gone if act == "again" else []:
                index.add(key, rows_of(chosen, 1, dim)[0])
                model.append(key)
        assert len(index) == index.stats().count == len(model)
        queries, k = rows_of(chosen, 2, dim), int(chosen.integers(0, 25))
        for query, found in zip(queries, index.search_batch(queries, k), strict=True):
            check(index, model, query, found, k)
        some = [key for key in model if chosen.random() < 0.5]
        found = index.search(queries[0], k, among=[*some, "never there", *some[:1]])
        check(index, some, queries[0], found, k)
        page = index.page(queries[0], 3, 4)
        assert page.ids == index.search(queries[0], 7).ids[3:]


@pytest.mark.parametrize(("metric", "dtype"), KINDS)
def test_a_row_finds_itself(metric, dtype):
    """And by a distance, at none or hardly any."""
    chosen = np.random.default_rng(3)
    rows = chosen.standard_normal((300, 48)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = VectorIndex(48, metric=metric, dtype=dtype)
    index.add_batch([str(n) for n in range(300)], rows)
    for n in (0, 17, 299):
        assert index.search(rows[n], 1).ids == (str(n),)


@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_float32_beside_codes_has_the_last_word(dtype):
    """With float32 kept, hits and scores are those of an index of float32."""
    chosen = np.random.default_rng(4)
    rows = chosen.standard_normal((500, 96)).astype(np.float32)
    ids = [str(n) for n in range(500)]
    for metric in METRICS:
        exact = VectorIndex(96, metric=metric, dtype="float32")
        ours = VectorIndex(96, metric=metric, dtype=dtype, keep_float32=True)
        for index in (exact, ours):
            index.add_batch(ids, rows)
        for query in chosen.standard_normal((5, 96)):
            one, other = exact.search(query, 10), ours.search(query, 10)
            assert one.ids == other.ids
            assert one.scores.tolist() == other.scores.tolist()
        assert (ours.get("7") == exact.get("7")).all()
        assert ours.stats().keeps_float32


def clustered(n, dim=128, seed=5):
    """Rows about a few hundred points, as passages on subjects are; queries near them."""
    chosen = np.random.default_rng(seed)
    middles = chosen.standard_normal((n // 20, dim))
    rows = middles[chosen.integers(0, len(middles), n)] + 0.5 * chosen.standard_normal((n, dim))
    queries = middles[:40] + chosen.standard_normal((40, dim))
    return rows.astype(np.float32), queries.astype(np.float32)


@pytest.fixture(scope="module")
def large():
    """An index that is searched by signs first, its rows, and queries."""
    rows, queries = clustered(9000)
    index = VectorIndex(128)
    index.add_batch([str(n) for n in range(len(rows))], rows)
    return index, rows, queries


def recall(index, exact, queries, **options):
    """Share of the exact ten that are found."""
    found = index.search_batch(queries, 10, **options)
    wanted = exact.search_batch(queries, 10, **options)
    pairs = zip(found, wanted, strict=True)
    return np.mean([len(set(one.ids) & set(other.ids)) / 10 for one, other in pairs])


def test_candidates_reach_the_recall(large):
    """A part of the rows is scored, and what is found is nearly all there is."""
    index, rows, queries = large
    exact = VectorIndex(128, recall=1)
    exact.add_batch([str(n) for n in range(len(rows))], rows)
    index.search(queries[0])
    candidates = index.stats().candidates
    assert candidates is not None
    assert 10 < candidates < len(rows) / 4
    assert exact.search(queries[0], 3).ids == exact.search_batch(queries, 3)[0].ids
    assert exact.stats().candidates is None
    assert recall(index, exact, queries) >= 0.98
    live = [str(n) for n in range(0, len(rows), 2)]
    assert recall(index, exact, queries, among=live) >= 0.98
    few = [str(n) for n in range(0, len(rows), 500)]
    assert recall(index, exact, queries, among=few) == 1.0


def test_hits_come_whenever_they_are_there(large):
    """Filters apply before the cut: k of those let through, k larger than the index, none."""
    index, rows, queries = large
    among = [str(n) for n in range(3000, 9000)]
    found = index.search(queries[0], 300, among=among)
    assert len(found) == 300
    assert set(found.ids) <= set(among)
    assert len(index.search(queries[0], 10**6)) == len(rows)
    assert len(index.search(queries[0], 5, among=["8999", "x"])) == 1
    assert len(index.search(queries[0], 5, among=[])) == 0
    assert len(index.search(queries[0], 0)) == 0


def test_the_plan_goes_with_the_index():
    """Signs of rows that are added later are looked at too, and removed rows never come."""
    rows, queries = clustered(6000)
    index = VectorIndex(128)
    index.add_batch([str(n) for n in range(5000)], rows[:5000])
    index.search(queries[0])
    before = index.stats().candidates
    index.add_batch([str(n) for n in range(5000, 6000)], rows[5000:])
    assert index.search(rows[5999], 1).ids == ("5999",)
    assert index.stats().candidates == before
    first = index.search(queries[0], 20).ids
    assert index.remove(first) == 20
    assert not set(index.search(queries[0], 20).ids) & set(first)
    index.remove(map(str, range(3500)))
    assert index.stats().removed == 0  # the others have moved together
    assert index.search(rows[5998], 1).ids == ("5998",)
    assert index.stats().candidates is None  # too few to look at signs


def test_queries_unlike_any_vector():
    """Their neighbours are far, and signs tell less of that: more candidates are scored."""
    rows, _ = clustered(9000)
    queries = np.random.default_rng(8).standard_normal((50, 128)).astype(np.float32)
    index, exact = VectorIndex(128), VectorIndex(128, recall=1)
    for each in (index, exact):
        each.add_batch([str(n) for n in range(len(rows))], rows)
    assert recall(index, exact, queries) >= 0.99


def test_an_audit_measures_and_mends(monkeypatch):
    """A plan with too few candidates finds less; the audit says so, and widens it."""
    monkeypatch.setattr("app.core.dense.planner.calibrated", lambda *_: Plan(30))
    rows, _ = clustered(9000)
    queries = np.random.default_rng(8).standard_normal((50, 128)).astype(np.float32)
    ids = [str(n) for n in range(len(rows))]
    index, before, exact = VectorIndex(128), VectorIndex(128), VectorIndex(128, recall=1)
    for each in (index, before, exact):
        each.add_batch(ids, rows)
    index.search_batch(queries)
    planned = index.stats().candidates
    audit = index.audit()
    assert audit.queries == 50
    assert audit.low <= audit.recall <= audit.high
    assert audit.recall >= 0.99 > recall(before, exact, queries)
    assert audit.candidates is None or audit.candidates > planned
    assert audit.candidates == index.stats().candidates
    assert recall(index, exact, queries) == pytest.approx(audit.recall)
    again = index.audit(queries[:10], k=5)
    assert (again.queries, again.k) == (10, 5)


def test_an_audit_without_queries():
    """Vectors stand for them; an empty index has nothing to miss."""
    index = VectorIndex(4)
    assert index.audit().recall == 1.0
    index.add_batch(["a", "b"], np.eye(4)[:2])
    assert index.audit().queries == 2


def test_what_an_index_holds():
    """True bytes: codes, scales, signs, flags of the living, and float32 if it is kept."""
    rows, queries = clustered(6000)
    sizes = {}
    for dtype in DTYPES:
        index = VectorIndex(128, dtype=dtype)
        index.add_batch([str(n) for n in range(6000)], rows)
        index.search(queries[0])
        sizes[dtype] = index.stats().bytes / 6000
        assert index.stats().ratio == pytest.approx(512 / sizes[dtype])
    signs, live = 16, 1
    assert sizes == {
        "float32": 512 + live,
        "int8": 128 + 4 + live + signs,
        "int4": 64 + 4 + live + signs,
        "binary": 16 + live,
    }
    index = VectorIndex(128, keep_float32=True)
    index.add_batch(["a"], rows[:1])
    assert index.stats().bytes == 512 + 132 + 1
    assert VectorIndex(8).stats().ratio == 0.0


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (lambda index: index.add("x", [1, 2]), "dimension-mismatch", "(3,)"),
        (lambda index: index.add_batch(["x"], [[1, 2]]), "dimension-mismatch", "(n, 3)"),
        (lambda index: index.search([1, 2, 3, 4]), "dimension-mismatch", "(3,)"),
        (lambda index: index.search_batch(np.ones((2, 2, 3))), "dimension-mismatch", "(n, 3)"),
        (lambda index: index.add_batch(["x", "y"], [[1, 2, 3], [1, NAN, 3]]), "bad-option", "at 1"),
        (lambda index: index.add("x", [1, INF, 3]), "bad-option", "infinity"),
        (lambda index: index.add("x", [1, 1e300, 3]), "bad-option", "infinity"),
        (lambda index: index.add("x", [1, 1e30, 3]), "bad-option", "longer"),
        (lambda index: index.search([NAN, 0, 0]), "bad-option", "query"),
        (lambda index: index.add("x", [0, 0, 0]), "bad-option", "zeros"),
        (lambda index: index.search([0, 0, 0]), "bad-option", "zeros"),
        (lambda index: index.add("x", "abc"), "bad-option", "numbers"),
        (lambda index: index.add("x", [[1, 2], [3]]), "bad-option", "numbers"),
        (lambda index: index.add("x", np.array([1j, 0, 0])), "bad-option", "numbers"),
        (lambda index: index.add("here", [1, 2, 3]), "bad-option", "already"),
        (lambda index: index.add_batch(["x", "x"], np.ones((2, 3))), "bad-option", "already"),
        (lambda index: index.add_batch(["x"], np.ones((2, 3))), "bad-option", "2 vectors and 1"),
        (lambda index: index.add_batch("xy", np.ones((2, 3))), "bad-option", "ids"),
        (lambda index: index.add_batch([7], np.ones((1, 3))), "bad-option", "string"),
        (lambda index: index.search([1, 2, 3], -1), "bad-option", "k is -1"),
        (lambda index: index.page([1, 2, 3], -1), "bad-option", "offset"),
        (lambda index: index.get("x"), "not-found", "'x'"),
    ],
)
def test_what_is_off_is_said(call, code, message):
    """Each mistake has a code and a sentence, and nothing has changed after it."""
    index = VectorIndex(3)
    index.add("here", [1, 2, 2])
    with pytest.raises(InputError) as caught:
        call(index)
    assert caught.value.code == code
    assert message in caught.value.message
    assert len(index) == 1
    assert "x" not in index
    assert index.search([1, 2, 2]).ids == ("here",)


@pytest.mark.parametrize(
    "options",
    [
        {"dim": 0},
        {"dim": 20_000},
        {"dim": 3, "metric": "hamming"},
        {"dim": 3, "dtype": "int3"},
        {"dim": 3, "dtype": "binary", "metric": "dot"},
        {"dim": 3, "dtype": "binary", "keep_float32": True},
        {"dim": 3, "recall": 0},
        {"dim": 3, "recall": 1.5},
    ],
)
def test_what_no_index_can_be(options):
    """Options that are off are said when the index is made."""
    with pytest.raises(InputError):
        VectorIndex(**options)


def test_zeros_where_no_direction_is_asked_for():
    """Distances and products know what zeros are."""
    for metric in ("dot", "euclidean", "manhattan"):
        for dtype in ("float32", "int8", "int4"):
            index = VectorIndex(3, metric=metric, dtype=dtype)
            index.add_batch(["zeros", "ones"], [[0, 0, 0], [1, 1, 1]])
            assert set(index.search([0, 0, 0]).ids) == {"zeros", "ones"}


def test_an_empty_index():
    """Finds nothing, removes nothing, and holds nothing."""
    index = VectorIndex(3)
    assert index.search([1, 2, 3]).ids == ()
    assert index.page([1, 2, 3], 5, 5).ids == ()
    assert index.search_batch(np.empty((0, 3))) == []
    assert index.remove("x") == 0
    index.add_batch([], np.empty((0, 3)))
    index.add_batch([], [])
    assert len(index) == index.stats().bytes == 0


def test_no_memory_loses_nothing(monkeypatch):
    """Memory that cannot be had is an error, and all that was there stays."""
    index = VectorIndex(3)
    index.add("here", [1, 2, 2])

    def full(*_):
        raise MemoryError

    monkeypatch.setattr(Column, "grown", full)
    with pytest.raises(StorageError) as caught:
        index.add("more", [1, 0, 0])
    assert caught.value.code == "quota-exceeded"
    assert isinstance(caught.value, FossickError)
    assert index.search([1, 2, 2]).ids == ("here",)


KEPT = {"keep_float32": True, "is_elsewhere": True}
GRAPH = {"graph": "fast"}


@pytest.mark.parametrize(
    ("options", "owner", "name", "passing"),
    [
        (GRAPH, Column, "kept", 0),
        (GRAPH, Column, "kept", 2),
        (GRAPH, table, "Ids", 0),
        (GRAPH, Graph, "_reserve", 0),
        (GRAPH, graph, "_renumbered", 0),
        (KEPT, Column, "kept", 1),
        (KEPT, Elsewhere, "left", 0),
    ],
)
def test_no_memory_to_let_go_of_rows(monkeypatch, options, owner, name, passing):
    """Whichever copy cannot be had: what is found stays, and later there is room again."""
    chosen = np.random.default_rng(5)
    rows, queries = rows_of(chosen, 60, 8), rows_of(chosen, 5, 8)
    index = VectorIndex(8, **options)
    index.add_batch([f"{number}" for number in range(60)], rows)
    index.remove(f"{number}" for number in range(0, 60, 3))

    def seen():
        hits = [(one.ids, one.scores.tolist()) for one in index.search_batch(queries, 10)]
        places = None
        if index.elsewhere:
            places = index.elsewhere.places(np.flatnonzero(index.table.live)).tolist()
        return hits, [index.get(key).tolist() for key in ("1", "59")], places

    real, calls = getattr(owner, name), []

    def short(*given):
        calls.append(given)
        if len(calls) > passing:
            raise MemoryError
        return real(*given)

    before = seen()
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, short)
        with pytest.raises(MemoryError):
            index.vacuum()
    assert (len(index), index.stats().removed) == (40, 20)
    assert seen() == before
    index.vacuum()
    assert (len(index), index.stats().removed) == (40, 0)
    assert seen() == before
    index.add("more", rows[0])
    assert "more" in index.search(rows[0], 60).ids
