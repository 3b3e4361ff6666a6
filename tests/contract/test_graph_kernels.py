"""The loops of neighbour graphs: by hand, and WebAssembly against Python, bit for bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.kernels import NumpyKernels
from app.core.kernels.graph import HIGHEST, NOTHING, Links, Points
from app.core.kernels.vectors import largest_query
from app.errors import InputError, StorageError
from tests.contract import kernels_hosts

TWIN = NumpyKernels().vectors.graph
SEEDS = st.integers(0, 2**32 - 1)
ONE = np.ones(1, np.float32)


@pytest.fixture(scope="module")
def wasm():
    """`wasm()`: the loops in WebAssembly, and what places arrays for them."""
    fresh = kernels_hosts.here().fresh

    def make():
        kernels, place = fresh()
        return kernels.vectors.graph, place

    return make


@pytest.fixture(params=["numpy", "wasm"])
def graph(request):
    """Each implementation, and what places arrays for it."""
    return (TWIN, np.copy) if request.param == "numpy" else request.getfixturevalue("wasm")()


def points_of(values, halves=True):
    """Points as they are, by half the squared distance, or by the product."""
    codes = np.int8(values).reshape(len(values), -1)
    squares = np.square(codes.astype(np.float32)).sum(axis=1)
    return Points(codes, np.ones(len(codes), np.float32), squares / 2 if halves else None)


def empty(levels, m, place=np.copy):
    """Links that nothing is in yet."""
    levels = np.uint8(levels)
    starts = np.concatenate([[0], np.cumsum(levels)])[:-1].astype(np.uint32)
    links = np.full((len(levels), 2 * m), 7, np.uint32)
    upper = np.full((int(levels.sum(dtype=np.uint32)), m), 7, np.uint32)
    equals = placed(place, np.full(len(levels), 7, np.uint32))
    return Links(levels, starts, placed(place, links), placed(place, upper), equals, NOTHING)


def placed(place, array):
    """A copy where the loops can change it."""
    return place(array.reshape(-1)).reshape(array.shape)


def lists(table):
    """The neighbours in each list."""
    return [[other for other in row if other != NOTHING] for row in table.tolist()]


def chosen_points(chosen, n, dim, halves):
    """Rows of chance, some of them alike, with scales that differ."""
    most = int(chosen.choice([1, 3, 127]))
    codes = chosen.integers(-most, most + 1, (n, dim)).astype(np.int8)
    if n > 3:
        codes[chosen.integers(0, n, n // 3)] = codes[0]
    scales = chosen.choice(np.float32([0.5, 1, 1.7, 1e-3]), n)
    squares = np.square(codes.astype(np.float64)).sum(axis=1) * scales.astype(np.float64) ** 2
    return Points(codes, scales, (squares / 2).astype(np.float32) if halves else None)


def same(one, other):
    """Two graphs are equal to the bit."""
    assert one.entry == other.entry
    assert (one.links == other.links).all()
    assert (one.upper == other.upper).all()
    assert (one.equals == other.equals).all()


def test_links_by_hand(graph):
    """Points on a line: each leads to those next to it, and not past them."""
    loops, place = graph
    points, links = points_of([0, 9, 3, 6]), empty([0, 0, 0, 0], 2, place)
    loops.insert(points, links, 0, 4, 8)
    assert links.entry == 0
    # The last leads to the two that it lies between, and not to 0; what was led to before stays
    # while there is room.
    assert lists(links.links) == [[1, 2], [0, 2, 3], [0, 1, 3], [1, 2]]


def test_levels_by_hand(graph):
    """A row above all others becomes the entry once it is linked; walks go down from there."""
    loops, place = graph
    points, links = points_of([0, 50, 100, 51]), empty([0, 1, 2, 1], 1, place)
    loops.insert(points, links, 0, 4, 8)
    assert links.entry == 2
    # Of 1, which gave up 2 for the nearer 3; of 2 on both its levels; of 3.
    assert lists(links.upper) == [[3], [1], [], [1]]
    query = np.int16([[52]])
    # Halves of squares are of the rows alone: this is a product less half a square.
    (found,) = loops.search(points, links, query, ONE, 2)
    assert found.rows.tolist() == [3, 1]
    assert found.scores.tolist() == [52 * 51 - 51 * 51 / 2, 52 * 50 - 50 * 50 / 2]


def test_full_lists_by_hand(graph):
    """A full list keeps the near ones in different directions, and drops who stands behind."""
    loops, place = graph
    points = points_of([[0, 0], [10, 0], [-10, 0], [5, 0]])
    links = empty([0, 0, 0, 0], 1, place)
    loops.insert(points, links, 0, 4, 8)
    assert lists(links.links)[0] == [3, 2]


def test_equal_rows_by_hand(graph):
    """Rows that are equal hang on the first, which leads to others; all of them are found."""
    loops, place = graph
    points = points_of([*[[5, 5]] * 40, [9, 0], [0, 9], [-9, 0]])
    links = empty([0] * 43, 2, place)
    loops.insert(points, links, 0, 43, 16)
    assert lists(links.links)[1:40] == [[]] * 39
    assert links.equals[[0, 1, 38, 39, 40]].tolist() == [39, 2, 39, 1, NOTHING]
    query, mask = np.int16([[5, 5]]), np.ones(43, np.uint8)
    mask[:30] = 0
    (some,) = loops.search(points, links, query, ONE, 20)
    assert some.rows.tolist() == list(range(20))
    (some,) = loops.search(points, links, query, ONE, 20, mask)
    assert some.rows.tolist()[:10] == list(range(30, 40))
    for row in (40, 41, 42):
        query = points.codes[row : row + 1].astype(np.int16)
        (found,) = loops.search(points, links, query, ONE, 4)
        assert found.rows[0] == row


def test_masks_by_hand(graph):
    """Rows that are left out are walked across; none let through is none found."""
    loops, place = graph
    points = points_of(list(range(0, 100, 2)))
    links = empty([0] * 50, 2, place)
    loops.insert(points, links, 0, 50, 8)
    far = np.zeros(50, np.uint8)
    far[[0, 1]] = 1, 255
    query = np.int16([[98], [0]])
    found = loops.search(points, links, query, np.ones(2, np.float32), 3, far)
    assert [one.rows.tolist() for one in found] == [[1, 0], [0, 1]]
    none = loops.search(points, links, query, ONE.repeat(2), 3, far * 0)
    assert [len(one.rows) for one in none] == [0, 0]


def test_mending_by_hand(graph):
    """The rows on both sides of dead ones lead to each other."""
    loops, place = graph
    points = points_of([0, 10, 20, 30, 40])
    links = empty([0] * 5, 1, place)
    loops.insert(points, links, 0, 5, 8)
    loops.mend(points, links, np.uint8([1, 1, 0, 0, 1]), 8)
    held = lists(links.links)
    assert (held[1], held[4]) == ([0, 4], [1])
    assert held[2] != []


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=st.sampled_from([0, 1, 2, 9, 60, 150]),
    dim=st.sampled_from([1, 2, 7, 8, 9, 33]),
    m=st.sampled_from([1, 2, 5]),
    ef=st.sampled_from([1, 3, 20]),
    halves=st.booleans(),
)
def test_the_same_graph(wasm, seed, n, dim, m, ef, halves):
    """Rows put in by parts, searched, mended and searched again."""
    chosen = np.random.default_rng(seed)
    points = chosen_points(chosen, n, dim, halves)
    levels = np.minimum(chosen.geometric(0.6, n) - 1, HIGHEST).astype(np.uint8)
    loops, place = wasm()
    ours, twin = empty(levels, m, place), empty(levels, m)
    edges = sorted({0, n // 3, n})
    for first, last in pairwise(edges):
        loops.insert(points, ours, first, last, ef)
        TWIN.insert(points, twin, first, last, ef)
    same(ours, twin)
    most = largest_query(dim)
    queries = chosen.integers(-most, most + 1, (3, dim)).astype(np.int16)
    steps = chosen.random(3, np.float32)
    mask = (chosen.random(n) < chosen.choice([0, 0.2, 0.8])).astype(np.uint8) * np.uint8(9)
    for _ in range(2 if n else 0):
        for flags in (None, mask):
            found = loops.search(points, ours, queries, steps, ef, flags)
            wanted = TWIN.search(points, twin, queries, steps, ef, flags)
            for one, other in zip(found, wanted, strict=True):
                assert one.rows.tolist() == other.rows.tolist()
                assert one.scores.tobytes() == other.scores.tobytes()
                assert (np.diff(one.scores) <= 0).all()
        loops.mend(points, ours, mask, ef)
        TWIN.mend(points, twin, mask, ef)
        same(ours, twin)
    live = np.append(mask != 0, True)
    for row, held in enumerate(lists(twin.links)):
        assert not live[row] or n == 0 or live[held].all()
        assert row not in held
        assert len(set(held)) == len(held)


def test_parts_do_not_matter(graph):
    """Rows one at a time give the graph of all at once."""
    loops, place = graph
    chosen = np.random.default_rng(5)
    points = chosen_points(chosen, 80, 12, False)
    levels = np.minimum(chosen.geometric(0.7, 80) - 1, HIGHEST).astype(np.uint8)
    whole, parts = empty(levels, 3, place), empty(levels, 3, place)
    loops.insert(points, whole, 0, 80, 10)
    for row in range(80):
        loops.insert(points, parts, row, row + 1, 10)
    same(whole, parts)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_graphs(graph, seed):
    """Whatever stands in the lists, the answer is rows or an error, and nothing else is written."""
    loops, place = graph
    arena = getattr(place, "__self__", None)
    chosen = np.random.default_rng(seed)
    points = chosen_points(chosen, 40, 16, seed % 2 == 0)
    levels = np.minimum(chosen.geometric(0.5, 40) - 1, HIGHEST).astype(np.uint8)
    links = empty(levels, 3, place)
    loops.insert(points, links, 0, 40, 9)
    for table in (links.links, links.upper):
        wrong = chosen.random(table.shape) < 0.05
        table[wrong] = chosen.choice(np.uint32([0, 39, 40, 2**31, NOTHING]), int(wrong.sum()))
    wrong = chosen.random(40) < 0.2
    links.equals[wrong] = chosen.choice(np.uint32([0, 39, 40, 2**31]), int(wrong.sum()))
    if seed % 5 == 0:
        links.starts[:] = chosen.integers(0, 2**32, 40, np.uint32)
    if seed % 4 == 0:
        links.entry = int(chosen.choice([40, 2**31, NOTHING, 3]))
    queries = chosen.integers(-999, 999, (4, 16)).astype(np.int16)
    live = (chosen.random(40) < 0.6).astype(np.uint8)
    for call in (
        lambda: loops.search(points, links, queries, np.ones(4, np.float32), 7),
        lambda: loops.mend(points, links, live, 7),
        lambda: loops.insert(points, links, 30, 40, 7),
    ):
        try:
            for found in call() or []:
                assert (found.rows < 40).all()
        except StorageError as error:
            assert error.code == "storage-damaged"
    assert arena is None or not arena.strayed()


def test_what_does_not_fit_is_refused(graph):
    """Sizes that differ, and walks that keep nothing."""
    loops, place = graph
    points, links = points_of([1, 2, 3]), empty([0, 0, 0], 2, place)
    loops.insert(points, links, 0, 3, 4)
    query = np.int16([[1]])
    for call in (
        lambda: loops.search(points, links, np.int16([[1, 2]]), ONE, 4),
        lambda: loops.search(points, links, query, ONE.repeat(2), 4),
        lambda: loops.search(points, links, query, ONE, 0),
        lambda: loops.search(points, links, query, ONE, 4, np.ones(2, np.uint8)),
        lambda: loops.search(points_of([1, 2]), links, query, ONE, 4),
        lambda: loops.insert(points, links, 0, 4, 4),
        lambda: loops.mend(points, links, np.ones(2, np.uint8), 4),
        lambda: loops.search(points._replace(halves=ONE), links, query, ONE, 4),
    ):
        with pytest.raises(InputError):
            call()
