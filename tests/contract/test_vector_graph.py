"""Searches over neighbour graphs in WebAssembly: recall, filters, deletes; the same as NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.dense.codes import encode
from app.core.dense.graph import Graph
from app.core.dense.graph_options import PRESETS, GraphOptions
from app.core.dense.vector_index import VectorIndex
from tests.contract import kernels_hosts

METRICS = ("cosine", "dot", "euclidean")
N, DIM = 6000, 32


@pytest.fixture(scope="module")
def wasm():
    """`wasm()`: the loops in WebAssembly, over an empty memory."""
    fresh = kernels_hosts.here().fresh
    return lambda: fresh()[0].vectors


def clustered(n=N, dim=DIM, seed=5):
    """Rows about a few hundred points, as passages on subjects are; queries near them."""
    chosen = np.random.default_rng(seed)
    middles = chosen.standard_normal((n // 20, dim))
    rows = middles[chosen.integers(0, len(middles), n)] + 0.5 * chosen.standard_normal((n, dim))
    rows *= np.exp(0.5 * chosen.standard_normal((n, 1)))
    queries = middles[:100] + 0.7 * chosen.standard_normal((100, dim))
    return rows.astype(np.float32), queries.astype(np.float32)


def filled(index, rows):
    """The index with these rows under their numbers."""
    index.add_batch([str(n) for n in range(len(rows))], rows)
    return index


def recall(index, exact, queries, k=10, **options):
    """Share of the exact k that are found."""
    found = index.search_batch(queries, k, **options)
    wanted = exact.search_batch(queries, k, **options)
    pairs = list(zip(found, wanted, strict=True))
    assert all(len(one) == len(other) for one, other in pairs)
    return np.mean([len(set(one.ids) & set(other.ids)) / len(other) for one, other in pairs])


@pytest.mark.lengthy
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("preset", "least"), [("fast", 0.95), ("balanced", 0.98)])
def test_recall_of_presets(wasm, preset, least, metric):
    """Each finds the share of the nearest ten that it promises, of vectors in clusters."""
    rows, queries = clustered()
    index = filled(VectorIndex(DIM, metric=metric, graph=preset, kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, metric=metric, recall=1), rows)
    assert index.stats().candidates == PRESETS[preset].ef_search
    assert recall(index, exact, queries) >= least


@pytest.mark.lengthy
@pytest.mark.parametrize("metric", METRICS)
def test_recall_of_the_highest_preset(wasm, metric):
    """It finds all but one in two hundred, by a walk and not by a scan."""
    rows, queries = clustered()
    options = PRESETS["high-recall"]
    kernels = wasm()
    index = filled(VectorIndex(DIM, metric=metric, graph=options, kernels=kernels), rows)
    exact = filled(VectorIndex(DIM, metric=metric, recall=1), rows)
    walks = []
    search = kernels.graph.search
    kernels.graph.search = lambda *given: walks.append(given[4]) or search(*given)
    assert recall(index, exact, queries) >= 0.995
    assert walks == [options.ef_search]


def test_more_candidates_find_more(wasm):
    """`ef_search` is what it says, and so is `ef_construction`."""
    rows, queries = clustered()
    exact = filled(VectorIndex(DIM, recall=1), rows)

    def of(**options):
        graph = GraphOptions(M=3, **options)
        return recall(filled(VectorIndex(DIM, graph=graph, kernels=wasm()), rows), exact, queries)

    shallow, deep = of(ef_search=10), of(ef_search=80)
    assert shallow + 0.1 < deep
    assert of(ef_search=10, ef_construction=8) + 0.05 < shallow


@pytest.mark.parametrize("share", [0.9, 0.3, 0.02, 0.001])
def test_filters_lose_nothing(wasm, share):
    """Wide ones are walked through, narrow ones scanned: k come back whenever k are let through."""
    rows, queries = clustered()
    chosen = np.random.default_rng(2)
    index = filled(VectorIndex(DIM, graph="fast", kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, recall=1), rows)
    among = [str(n) for n in np.flatnonzero(chosen.random(N) < share)]
    assert recall(index, exact, queries[:20], among=among) >= 0.95
    some = index.search(queries[0], len(among), among=among)
    assert set(some.ids) == set(among)


def test_a_filter_far_from_the_query(wasm):
    """Half of all vectors are let through, and none of those near the query is."""
    rows, queries = clustered()
    index = filled(VectorIndex(DIM, graph="fast", kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, recall=1), rows)
    near = np.argsort(-(rows / np.linalg.norm(rows, axis=1, keepdims=True)) @ queries[0])
    far = [str(n) for n in near[N // 2 :]]
    found = index.search(queries[0], 10, among=far)
    assert len(found) == 10
    assert set(found.ids) <= set(far)
    assert found.scores[0] <= exact.search(queries[0], 1, among=far).scores[0]


@pytest.mark.lengthy
@pytest.mark.parametrize("metric", METRICS)
def test_deleted_vectors_are_led_past(wasm, metric):
    """Before and after a vacuum, when those next to them have been led to each other."""
    rows, queries = clustered()
    index = filled(VectorIndex(DIM, metric=metric, graph="fast", kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, metric=metric, recall=1), rows)
    gone = [str(n) for n in np.random.default_rng(3).permutation(N)[: N * 4 // 10]]
    for each in (index, exact):
        each.remove(gone)
    assert index.stats().removed == len(gone)
    assert recall(index, exact, queries) >= 0.95
    index.vacuum()
    assert index.stats().removed == 0
    assert recall(index, exact, queries) >= 0.95
    more = [str(n) for n in range(N, N + 500)]
    for each in (index, exact):
        each.add_batch(more, rows[:500] * 0.9)
    assert recall(index, exact, queries) >= 0.95


def test_most_vectors_go(wasm):
    """The vacuum comes by itself, and the graph of those that are left finds them."""
    rows, queries = clustered()
    index = filled(VectorIndex(DIM, graph=GraphOptions(ef_search=40), kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, recall=1), rows)
    for each in (index, exact):
        each.remove(map(str, range(0, 4500)))
    assert index.stats().removed == exact.stats().removed == 0
    assert recall(index, exact, queries) >= 0.95


def test_equal_vectors_are_all_found(wasm):
    """A thousand copies of one vector hang together, and hide no others."""
    rows, queries = clustered()
    rows[1000:2000] = rows[1000]
    index = filled(VectorIndex(DIM, graph="fast", kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, recall=1), rows)
    assert recall(index, exact, queries) >= 0.95
    assert recall(index, exact, rows[1000:1001], k=60) == 1
    index.remove(map(str, range(900, 1500)))
    assert index.search(rows[1000], 3).ids == ("1500", "1501", "1502")


def test_the_audit_deepens_searches(wasm):
    """Too few candidates are found out, and more are taken from then on."""
    rows, queries = clustered()
    queries = queries[:30]
    graph = GraphOptions(M=3, ef_construction=20, ef_search=10)
    index = filled(VectorIndex(DIM, graph=graph, recall=0.95, kernels=wasm()), rows)
    exact = filled(VectorIndex(DIM, recall=1), rows)
    assert recall(index, exact, queries) < 0.9
    audit = index.audit(queries)
    assert audit.recall >= 0.95
    assert 10 < audit.candidates == index.stats().candidates
    assert recall(index, exact, queries) == pytest.approx(audit.recall)
    index.add("more", rows[0])
    index.search(queries[0])
    assert index.stats().candidates == audit.candidates


@pytest.mark.lengthy
@pytest.mark.parametrize("metric", METRICS)
def test_the_same_as_numpy(wasm, metric):
    """Graph and hits after adding, removing, a vacuum and adding again, bit for bit."""
    chosen = np.random.default_rng(9)
    rows = (chosen.integers(-40, 41, (400, 12)) * chosen.uniform(0.5, 2, (400, 1))).astype("f4")
    queries = rows[:20] + np.float32(3)
    graph = GraphOptions(M=4, ef_construction=20, ef_search=8, seed=3)
    answers = []
    for kernels in (wasm(), None):
        index = VectorIndex(12, metric=metric, graph=graph, kernels=kernels)
        index.add_batch([str(n) for n in range(300)], rows[:300])
        found = index.search_batch(queries, 5)
        index.remove(map(str, range(0, 300, 3)))
        found += index.search_batch(queries, 5)
        index.vacuum()
        index.add_batch([str(n) for n in range(300, 400)], rows[300:])
        found += index.search_batch(queries, 5, among=[str(n) for n in range(1, 400, 2)])
        answers.append([(hits.ids, hits.scores.tobytes()) for hits in found])
    assert answers[0] == answers[1]


def test_a_graph_is_the_same_on_every_machine(wasm):
    """The arrays of a graph of whole numbers have one checksum, wherever it is made."""
    values = np.arange(3000 * 16, dtype=np.uint32) * np.uint32(2654435761) >> np.uint32(24)
    rows = (values.reshape(3000, 16).astype(np.float32) - 128) / 128
    graph = Graph("euclidean", GraphOptions(M=8, ef_construction=40), wasm())
    graph.extend(encode(rows, "int8"))
    links = graph.links
    weights = np.arange(1, links.links.size + 1, dtype=np.uint64)
    total = int((links.links.ravel().astype(np.uint64) * weights).sum(dtype=np.uint64))
    assert (links.entry, len(links.upper), total) == (410, 444, 4072036425398193268)
