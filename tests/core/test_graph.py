"""Neighbour graphs over int8 codes: how they are made, kept and mended."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dense.codes import Coded, encode
from app.core.dense.graph import Graph
from app.core.dense.graph_arrays import from_arrays, to_arrays
from app.core.dense.graph_options import PRESETS, GraphOptions
from app.core.dense.graph_rings import hanging, highest, rings_of
from app.core.dense.graph_rows import drawn_levels
from app.core.dense.graph_search import worth_walking
from app.core.dense.scan import unit_scales
from app.core.dense.vector_index import VectorIndex
from app.core.kernels import NumpyKernels
from app.core.kernels.graph import NOTHING
from app.errors import InputError, StorageError

KERNELS = NumpyKernels().vectors
METRICS = ("cosine", "dot", "euclidean")
SMALL = GraphOptions(M=3, ef_construction=16, ef_search=6, seed=1)
EXAMPLES = 2 if sys.platform == "emscripten" else 25
SEEDS = st.integers(0, 2**32 - 1)


def rows_of(chosen, n, metric="dot", dim=8):
    """Vectors of different lengths, for the cosine of length 1, some of them equal, as codes."""
    rows = chosen.standard_normal((n, dim)) * chosen.uniform(0.2, 4, (n, 1))
    if n > 20:
        rows[chosen.integers(0, n, 6)] = rows[chosen.integers(0, n, 2)[[0, 0, 0, 1, 1, 1]]]
    coded = encode(rows.astype(np.float32), "int8")
    return unit_scales(coded, KERNELS) if metric == "cosine" else coded


def made(metric, coded, options=SMALL):
    """The graph of these rows."""
    graph = Graph(metric, options, KERNELS)
    graph.extend(coded)
    return graph


def rows_near(graph, coded, queries, ef):
    """Lists of the rows that are found."""
    return [found.rows.tolist() for found in graph.search(coded, queries, ef)[0]]


def same(one, other):
    """Two graphs are equal to the bit."""
    pairs = zip(to_arrays(one).items(), to_arrays(other).items(), strict=True)
    for (name, array), (_, wanted) in pairs:
        assert array.dtype == wanted.dtype
        assert array.tobytes() == wanted.tobytes(), name


def reached(graph):
    """Rows that lead on from the entry on the lowest level, with those that hang on them."""
    lists = graph.links.links.tolist()
    seen, ahead = {graph.entry}, [graph.entry]
    for row in ahead:
        fresh = set(lists[row]) - seen - {NOTHING}
        seen |= fresh
        ahead += fresh
    rings = rings_of(graph.links.equals)
    assert not seen & {row for ring in rings for row in ring[1:]}
    return len(seen) + sum(len(ring) - 1 for ring in rings if ring[0] in seen)


def test_levels_hang_on_the_seed_and_the_number():
    """However rows are cut; one in M is above 0, and another seed gives others."""
    whole = drawn_levels(SMALL, 0, 5000)
    parts = [drawn_levels(SMALL, first, first + 500) for first in range(0, 5000, 500)]
    assert (np.concatenate(parts) == whole).all()
    assert np.mean(whole >= 1) == pytest.approx(1 / 3, abs=0.03)
    assert np.mean(whole >= 3) == pytest.approx(1 / 27, abs=0.01)
    other = drawn_levels(GraphOptions(M=3, seed=2), 0, 5000)
    assert (other != whole).any()
    assert drawn_levels(SMALL, 7, 7).tolist() == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, metric=st.sampled_from(METRICS), data=st.data())
def test_parts_do_not_matter(seed, metric, data):
    """Rows that come in parts give the graph of all at once."""
    coded = rows_of(np.random.default_rng(seed), 60, metric)
    parts = Graph(metric, SMALL, KERNELS)
    for end in sorted({*data.draw(st.lists(st.integers(1, 60), max_size=4)), 60}):
        parts.extend(coded[:end])
    whole = made(metric, coded)
    same(parts, whole)
    assert whole.links.levels[whole.entry] == max(whole.links.levels[~hanging(whole.links.equals)])


@pytest.mark.lengthy
@pytest.mark.parametrize("metric", METRICS)
def test_rows_can_be_reached(metric):
    """All of them by lists as long as the presets have, nearly all by lists of three or six."""
    seeds = range(2 if sys.platform == "emscripten" else 20)
    many = [rows_of(np.random.default_rng(seed), 60, metric) for seed in seeds]
    assert np.mean([reached(made(metric, coded)) for coded in many]) >= 57
    assert {reached(made(metric, coded, PRESETS["fast"])) for coded in many[:5]} == {60}


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, metric=st.sampled_from(METRICS), share=st.sampled_from([0, 0.3, 0.8, 1]))
def test_a_vacuum(seed, metric, share):
    """What is left leads to what is left, under its new numbers, and can be added to."""
    chosen = np.random.default_rng(seed)
    coded, more = rows_of(chosen, 60, metric), rows_of(chosen, 20, metric)
    live = (chosen.random(60) >= share).astype(np.uint8)
    graph = made(metric, coded)
    graph.vacuum(coded, live)
    n = int(live.sum())
    links = graph.links
    assert graph.n_rows == n == len(links.levels)
    assert graph.entry == highest(links.levels, links.equals)
    for table in (links.links, links.upper):
        assert ((table < n) | (table == NOTHING)).all()
        assert (np.sort(table == NOTHING, axis=1) == (table == NOTHING)).all()
    for row, held in enumerate(links.links.tolist()):
        assert row not in held
    assert n < 2 or reached(graph) >= 0.8 * n
    kept = coded[live > 0]
    codes = np.concatenate([kept.codes, more.codes])
    joined = Coded("int8", 8, codes, np.concatenate([kept.scales, more.scales]))
    graph.extend(joined)
    found = rows_near(graph, joined, np.float32(more.codes) * more.scales[:, np.newaxis], 10)
    if metric == "euclidean":
        assert np.mean([n + at in rows for at, rows in enumerate(found)]) >= 0.7


def test_the_first_of_equal_rows_goes():
    """The next one takes its place and its lists; the last one alone has no ring."""
    rows = np.random.default_rng(8).standard_normal((40, 8)).astype(np.float32)
    rows[[11, 20, 39]] = rows[5]
    coded = encode(rows, "int8")
    graph = made("euclidean", coded)
    assert rings_of(graph.links.equals) == [[5, 11, 20, 39]]
    for gone, ring in ((5, [10, 19, 38]), (19, [10, 37]), (10, [])):
        live = np.ones(len(coded), np.uint8)
        live[gone] = 0
        graph.vacuum(coded, live)
        coded = coded[live > 0]
        assert rings_of(graph.links.equals) == ([ring] if ring else [])
        wanted = ring or [36]
        assert rows_near(graph, coded, rows[5:6], 4)[0][: len(wanted)] == wanted
        from_arrays(to_arrays(graph), coded, "euclidean", KERNELS)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, metric=st.sampled_from(METRICS), n=st.sampled_from([0, 1, 40]))
def test_arrays_are_the_graph(seed, metric, n):
    """A graph over arrays of a file finds the same, and is added to and mended in the same way."""
    chosen = np.random.default_rng(seed)
    coded = rows_of(chosen, n + 10, metric)
    graph = made(metric, coded[:n])
    held = {}
    for name, array in to_arrays(graph).items():
        file = np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)
        assert not file.flags.writeable
        held[name] = file
    again = from_arrays(held, coded[:n], metric, KERNELS)
    same(graph, again)
    assert again.options == SMALL
    assert np.shares_memory(again.links.links, held["links"]) or not n
    queries = chosen.standard_normal((4, 8)).astype(np.float32)
    for _ in range(2):
        if graph.n_rows:
            rows = coded[: graph.n_rows]
            assert rows_near(graph, rows, queries, 6) == rows_near(again, rows, queries, 6)
        graph.extend(coded)
        again.extend(coded)
        same(graph, again)
    live = (chosen.random(n + 10) < 0.5).astype(np.uint8)
    third = from_arrays(to_arrays(graph), coded, metric, KERNELS)
    for each in (again, third):
        each.vacuum(coded, live)
    same(again, third)


DAMAGE = {
    "layout": lambda arrays: arrays["head"].__setitem__(0, 2),
    "rows": lambda arrays: arrays["head"].__setitem__(1, 39),
    "M": lambda arrays: arrays["head"].__setitem__(2, 4),
    "M of none": lambda arrays: arrays["head"].__setitem__(2, 0),
    "ef": lambda arrays: arrays["head"].__setitem__(4, 0),
    "entry": lambda arrays: arrays["head"].__setitem__(6, 40),
    "no entry": lambda arrays: arrays["head"].__setitem__(6, NOTHING),
    "low entry": lambda arrays: arrays["head"].__setitem__(6, int(arrays["levels"].argmin())),
    "metric": lambda arrays: arrays["head"].__setitem__(7, 3),
    "level": lambda arrays: arrays["levels"].__setitem__(3, 16),
    "link": lambda arrays: arrays["links"].__setitem__((5, 0), 40),
    "gap": lambda arrays: arrays["links"].__setitem__((5, 0), NOTHING),
    "upper link": lambda arrays: arrays["upper"].__setitem__((0, 0), 2**31),
    "lower row": lambda arrays: arrays["upper"].__setitem__((0, 0), int(arrays["levels"].argmin())),
    "way": lambda arrays: arrays["equals"].__setitem__(3, 40),
    "ring of one": lambda arrays: arrays["equals"].__setitem__(3, 3),
    "ring of strangers": lambda arrays: arrays["equals"].__setitem__([3, 4], 4),
    "open ring": lambda arrays: arrays["equals"].__setitem__(arrays["equals"].argmin(), 39),
    "ring without a first": lambda arrays: arrays["equals"].__setitem__([3, 4], [4, 3]),
    "ways": lambda arrays: arrays.update(equals=arrays["equals"][:-1]),
    "head": lambda arrays: arrays.update(head=arrays["head"][:-1]),
    "levels": lambda arrays: arrays.update(levels=arrays["levels"][:-1]),
    "links": lambda arrays: arrays.update(links=arrays["links"][:, :-1].copy()),
    "upper": lambda arrays: arrays.update(upper=arrays["upper"][:-1]),
    "type": lambda arrays: arrays.update(links=arrays["links"].astype(np.int64)),
    "sign": lambda arrays: arrays.update(links=arrays["links"].view(np.int32)),
    "missing": lambda arrays: arrays.pop("upper"),
    "order": lambda arrays: arrays.update(links=np.asfortranarray(arrays["links"])),
}


@pytest.fixture(scope="module")
def kept():
    """Rows, and the arrays of their graph."""
    coded = rows_of(np.random.default_rng(6), 40)
    return coded, to_arrays(made("dot", coded))


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_arrays_are_refused(kept, damage):
    """Before anything is read by them."""
    coded, whole = kept
    arrays = {name: array.copy() for name, array in whole.items()}
    assert from_arrays(arrays, coded, "dot", KERNELS).n_rows == 40
    DAMAGE[damage](arrays)
    with pytest.raises((StorageError, InputError)) as caught:
        from_arrays(arrays, coded, "dot", KERNELS)
    assert caught.value.code == ("bad-option" if damage == "rows" else "storage-damaged")


def test_arrays_of_others_are_refused():
    """Of other rows, or by another metric."""
    coded = rows_of(np.random.default_rng(6), 40, "cosine")
    arrays = to_arrays(made("cosine", coded))
    for rows, metric in ((coded[:39], "cosine"), (coded, "euclidean")):
        with pytest.raises(InputError):
            from_arrays(arrays, rows, metric, KERNELS)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, metric=st.sampled_from(METRICS), data=st.data())
def test_any_history(seed, metric, data):
    """Whatever was added and removed: k hits whenever there are, all live, with true scores."""
    chosen = np.random.default_rng(seed)
    index = VectorIndex(8, metric=metric, graph=SMALL, keep_float32=data.draw(st.booleans()))
    plain = VectorIndex(8, metric=metric, recall=1)
    model = set()
    for step in range(data.draw(st.integers(1, 5))):
        act = data.draw(st.sampled_from(["add", "add", "remove", "vacuum", "clear"]))
        if act == "add":
            new = [f"{step}/{n}" for n in range(int(chosen.integers(0, 120)))]
            rows = chosen.standard_normal((len(new), 8)) + 0.1
            for each in (index, plain):
                each.add_batch(new, rows)
            model.update(new)
        elif act == "clear":
            model.clear()
            index.clear()
            plain.clear()
        elif act == "remove":
            gone = [key for key in sorted(model) if chosen.random() < 0.4]
            assert index.remove([*gone, "never there"]) == plain.remove(gone) == len(gone)
            model.difference_update(gone)
        else:
            index.vacuum()
            assert index.stats().removed == 0
        assert len(index) == index.stats().count == len(model)
        k = data.draw(st.integers(0, 12))
        some = [key for key in sorted(model) if chosen.random() < 0.7]
        for query in chosen.standard_normal((2, 8)):
            for among in (None, some):
                found = index.search(query, k, among=among)
                there = model if among is None else set(some)
                assert len(found) == len(set(found.ids)) == min(k, len(there))
                assert set(found.ids) <= there
                everything = plain.search(query, len(model))
                scores = dict(zip(everything.ids, everything.scores.tolist(), strict=True))
                wanted = [scores[key] for key in found.ids]
                assert found.scores == pytest.approx(wanted, abs=0.1)
                assert sorted(found.scores, reverse=metric != "euclidean") == found.scores.tolist()


def test_no_memory_loses_nothing(monkeypatch):
    """Room that cannot be had for the graph is an error, and all that was there stays."""
    index = VectorIndex(8, graph=SMALL)
    rows = np.random.default_rng(3).standard_normal((40, 8))
    index.add_batch([str(n) for n in range(40)], rows)
    before = index.search(rows[0], 3).ids

    def full(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(KERNELS.graph.__class__, "room", full)
        with pytest.raises(StorageError) as caught:
            index.add_batch([str(n) for n in range(40, 900)], np.ones((860, 8)))
    assert caught.value.code == "quota-exceeded"
    assert len(index) == 40
    assert index.search(rows[0], 3).ids == before
    index.add_batch([str(n) for n in range(40, 50)], rows[:10])
    assert index.search(rows[0], 2).ids == ("0", "40")


def test_rows_of_another_table_are_put_in():
    """A table that was filled at once, as from a file, has its graph at the first search."""
    rows = np.random.default_rng(3).standard_normal((200, 8))
    ids = [str(n) for n in range(200)]
    one, other = (VectorIndex(8, graph=SMALL) for _ in range(2))
    one.add_batch(ids, rows)
    for each in (one, other):
        if each is other:
            each.table.restore([ids], [one.table.coded(0)], one.table.live.copy())
        each.remove(ids[:50])
    other.vacuum()
    one.vacuum()
    assert other.search_batch(rows[:9])[3].ids == one.search_batch(rows[:9])[3].ids
    assert other.stats().bytes == one.stats().bytes


def test_what_is_held_is_counted():
    """Links, levels and what goes with them, in bytes and in words."""
    index = VectorIndex(8, graph=SMALL)
    index.add_batch([str(n) for n in range(64)], np.random.default_rng(3).random((64, 8)))
    upper = int(drawn_levels(SMALL, 0, 64).sum())
    assert index.stats().bytes == 64 * (8 + 4 + 1 + 1 + 4 + 4 + 4 * 6) + 4 * 3 * upper
    assert index.stats().graph == SMALL
    assert index.stats().candidates == SMALL.ef_search


@pytest.mark.parametrize(
    "options",
    [
        {"graph": "quick"},
        {"graph": "fast", "metric": "manhattan"},
        {"graph": "fast", "dtype": "int4"},
        {"graph": "fast", "dtype": "float32"},
        {"graph": "fast", "recall": 1},
    ],
)
def test_what_no_graph_can_be(options):
    """Options that do not go together are said when the index is made."""
    with pytest.raises(InputError) as caught:
        VectorIndex(8, **options)
    assert caught.value.hint


@pytest.mark.parametrize(
    "options", [{"M": 1}, {"M": 129}, {"ef_construction": 0}, {"ef_search": 0}, {"seed": -1}]
)
def test_what_options_there_are(options):
    """Numbers that are off are named."""
    with pytest.raises(InputError, match=next(iter(options))):
        GraphOptions(**options)


def test_narrow_filters_are_scanned():
    """A walk is worth it where it meets fewer rows than there are."""
    assert worth_walking(96, 100_000, 100_000)
    assert not worth_walking(96, 1000, 1000)
    assert not worth_walking(96, 1000, 100_000)
    assert not worth_walking(100_000, 100_000, 100_000)
