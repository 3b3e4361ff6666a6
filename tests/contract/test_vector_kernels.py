"""The loops of the vector leg: by hand, at the extremes, and WebAssembly against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dense.codes import encode
from app.core.kernels import NumpyKernels
from app.core.kernels.numpy_vectors import unpacked_int4
from app.core.kernels.parts import spans
from app.core.kernels.vectors import (
    MEASURES,
    NO_DISTANCE,
    int4_width,
    largest_query,
    words_of,
)
from app.errors import InputError
from tests.contract import kernels_hosts

TWIN = NumpyKernels().vectors
SEEDS = st.integers(0, 2**32 - 1)
ROWS = st.sampled_from([0, 1, 3, 4, 5, 63, 64, 65, 131])
DIMS = st.sampled_from([1, 2, 7, 8, 9, 16, 31, 33, 100, 384, 1027])
SHIFTS = st.integers(0, 17)


@pytest.fixture(scope="module")
def wasm():
    """`wasm()`: the loops in WebAssembly, and what places arrays for them."""
    fresh = kernels_hosts.here().fresh

    def make():
        kernels, place = fresh()
        return kernels.vectors, place

    return make


@pytest.fixture(params=["numpy", "wasm"])
def vectors(request):
    """Each implementation."""
    return TWIN if request.param == "numpy" else request.getfixturevalue("wasm")()[0]


def shifted(place, array, shift):
    """The same array, `shift` bytes behind a multiple of sixteen."""
    size = array.dtype.itemsize
    flat = np.concatenate([np.zeros(shift, np.uint8), array.reshape(-1).view(np.uint8)])
    placed = place(flat)[shift:]
    assert size == 1 or shift % size == 0
    return placed.view(array.dtype).reshape(array.shape)


def same(one, other):
    """Both have the same values of the same type and shape, bit for bit."""
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


def some_rows(chosen, n, subset):
    """None for all rows, or some in any order, some of them twice."""
    return chosen.integers(0, n, 2 * n, np.uint32)[: n + 3] if subset and n else None


def cut(array, places):
    """The array in parts, cut at these places, some of which may be the same."""
    return np.split(array, sorted(places))


@pytest.mark.parametrize("n", [28, 31, 32, 33, 63, 64, 65, 68, 95, 96, 100, 127, 128, 131, 200])
@pytest.mark.parametrize("n_queries", [1, 3])
def test_blocks_of_the_models_dims(wasm, n, n_queries):
    """384 dims have loops of their own, over whole blocks of rows and the rows behind them."""
    chosen = np.random.default_rng(n)
    kernels, place = wasm()
    codes = chosen.integers(-127, 128, (n, 384), np.int8)
    scales = chosen.random(n, np.float32)
    queries = chosen.integers(-32767, 32768, (n_queries, 384), np.int16)
    placed = [shifted(place, array, 0) for array in (codes, scales, queries)]
    same(kernels.int8(*placed), TWIN.int8(codes, scales, queries))
    bits, asked = (chosen.integers(0, 256, (m, 48), np.uint8) for m in (n, n_queries))
    found = kernels.hamming(shifted(place, bits, 0), shifted(place, asked, 0))
    wanted = TWIN.hamming(bits, asked)
    same(found.distances, wanted.distances)
    same(found.histogram, wanted.histogram)


def test_int8_by_hand(vectors):
    """Sums of products, times the scale of the row; rows in the order asked for."""
    codes = np.int8([[1, -2, 3], [127, 127, -127], [0, 0, 0]])
    scales, queries = np.float32([0.5, 2, 9]), np.int16([[3, 4, 1], [-100, 0, 1000]])
    assert vectors.int8(codes, scales, queries).tolist() == [
        [-1.0, 2 * 127 * 6.0, 0.0],
        [0.5 * 2900, 2 * -127 * 1100.0, 0.0],
    ]
    rows = np.uint32([2, 0, 0])
    assert vectors.int8(codes, scales, queries[:1], rows).tolist() == [[0.0, -1.0, -1.0]]


def test_int4_by_hand(vectors):
    """Dims 0 and 16 share a byte; what fills the block is 8, a zero."""
    codes = np.full((1, 32), 0x88, np.uint8)
    codes[0, 0], codes[0, 17] = 0xF1, 0x6A  # dims 0, 16: -7, 7; dims 33, 49: 2, -2
    query = np.zeros((1, 64), np.int16)
    query[0, [0, 16, 33, 49, 63]] = 10, 100, 1, 5, 3000
    assert vectors.int4(codes, np.float32([0.5]), query).tolist() == [[0.5 * (-70 + 700 + 2 - 10)]]


def test_floats_by_hand(vectors):
    """Products, squares and sizes of differences."""
    rows = np.float32([[1, 2, 3, 4, 5], [0, 0, 0, 0, 0]])
    query = np.float32([[1, 1, 1, 1, -1]])
    found = {measure: vectors.float32(rows, query, measure).tolist() for measure in MEASURES}
    assert found == {"product": [[5, 0]], "square": [[50, 5]], "absolute": [[12, 5]]}


def test_hamming_by_hand(vectors):
    """Bits that differ; rows left out have no distance and are not counted."""
    codes = np.zeros((4, 16), np.uint8)
    codes[1, :3], codes[2], codes[3, 15] = 0xFF, 0xFF, 0x81
    query = np.zeros((2, 16), np.uint8)
    query[1, 0] = 0x0F
    found = vectors.hamming(codes, query)
    assert found.distances.tolist() == [[0, 24, 128, 2], [4, 20, 124, 6]]
    assert np.flatnonzero(found.histogram[0]).tolist() == [0, 2, 24, 128]
    assert found.histogram.sum() == 8
    masked = vectors.hamming(codes, query[:1], np.uint8([0, 1, 255, 0]))
    assert masked.distances.tolist() == [[NO_DISTANCE, 24, 128, NO_DISTANCE]]
    assert np.flatnonzero(masked.histogram[0]).tolist() == [24, 128]
    assert vectors.within(found.distances[0], 24).tolist() == [0, 1, 3]
    assert vectors.within(masked.distances[0], 2**40).tolist() == [1, 2]


def test_floor_and_reach_by_hand(vectors):
    """Negative scores count as others do; what is not there does not."""
    scores = np.float32([-3, np.nan, 2, -np.inf, 2, -1, np.inf] + [-9] * 20)
    assert [vectors.floor(scores, None, k) for k in (1, 2, 3, 4, 5)] == [np.inf, 2, 2, -1, -3]
    assert vectors.floor(scores, None, 26) == vectors.floor(scores, None, 0) == -np.inf
    assert vectors.floor(scores[:0], None, 1) == -np.inf
    assert vectors.reaching(scores, None, -1).tolist() == [2, 4, 5, 6]
    assert len(vectors.reaching(scores, None, -np.inf)) == 25
    mask = np.uint8([7, 1, 0, 1, 1, 0, 0] + [0] * 20)
    assert vectors.floor(scores, mask, 2) == -3
    assert vectors.floor(scores, mask, 3) == -np.inf
    assert vectors.reaching(scores, mask > 0, -np.inf).tolist() == [0, 4]


@pytest.mark.parametrize("dim", [1, 8, 384, 1536, 4096, 16_384])
@pytest.mark.parametrize("sign", [1, -1])
def test_extremes_do_not_overflow(vectors, dim, sign):
    """The largest codes against the largest query, with and without a rest of dims."""
    most = largest_query(dim)
    scales = np.ones(2, np.float32)
    for code in (127, -127, -128):
        codes = np.full((2, dim), code, np.int8)
        assert vectors.squares(codes).tolist() == [code * code * dim] * 2
        query = np.full((1, dim), sign * most, np.int16)
        assert abs(code * most * dim) < 2**31
        assert vectors.int8(codes, scales, query).tolist() == [
            [float(np.float32(sign * code * most * dim))] * 2
        ]
    for byte, value in ((0x11, -7), (0xFF, 7), (0x00, -8)):
        width = int4_width(dim)
        packed = np.full((2, width // 2), byte, np.uint8)
        query = np.full((1, width), sign * largest_query(width), np.int16)
        total = sign * value * largest_query(width) * width
        assert vectors.int4(packed, scales, query).tolist() == [[float(np.float32(total))] * 2]


@settings(deadline=None)
@given(seed=SEEDS, n=ROWS, dim=DIMS, n_queries=st.integers(1, 3), subset=st.booleans(), by=SHIFTS)
def test_int8(wasm, seed, n, dim, n_queries, subset, by):
    """Any number of rows and dims, anywhere in memory."""
    chosen = np.random.default_rng(seed)
    codes = chosen.integers(-128, 128, (n, dim)).astype(np.int8)
    scales = chosen.random(n, np.float32)
    most = largest_query(dim)
    queries = chosen.integers(-most, most + 1, (n_queries, dim)).astype(np.int16)
    vectors, place = wasm()
    given_ = shifted(place, codes, by), scales, shifted(place, queries, by // 2 * 2)
    rows = some_rows(chosen, n, subset)
    same(vectors.int8(*given_, rows), TWIN.int8(codes, scales, queries, rows))
    same(vectors.squares(given_[0]), TWIN.squares(codes))


@settings(deadline=None)
@given(seed=SEEDS, n=ROWS, dim=DIMS, n_queries=st.integers(1, 3), subset=st.booleans(), by=SHIFTS)
def test_int4(wasm, seed, n, dim, n_queries, subset, by):
    """The same for halves of bytes."""
    chosen = np.random.default_rng(seed)
    width = int4_width(dim)
    codes = chosen.integers(0, 256, (n, width // 2)).astype(np.uint8)
    scales = chosen.random(n, np.float32)
    most = largest_query(width)
    queries = chosen.integers(-most, most + 1, (n_queries, width)).astype(np.int16)
    vectors, place = wasm()
    rows = some_rows(chosen, n, subset)
    given_ = shifted(place, codes, by), scales, queries, rows
    same(vectors.int4(*given_), TWIN.int4(codes, scales, queries, rows))


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=ROWS,
    dim=DIMS,
    measure=st.sampled_from(MEASURES),
    size=st.sampled_from([1e-12, 1, 3e7]),
    subset=st.booleans(),
    by=st.sampled_from([0, 4, 8, 12]),
)
def test_floats(wasm, seed, n, dim, measure, size, subset, by):
    """Within a millionth of what is added up, without regard to signs."""
    chosen = np.random.default_rng(seed)
    rows = (chosen.standard_normal((n, dim)) * size).astype(np.float32)
    queries = (chosen.standard_normal((2, dim)) * size).astype(np.float32)
    vectors, place = wasm()
    only = some_rows(chosen, n, subset)
    found = vectors.float32(shifted(place, rows, by), queries, measure, only)
    kept = rows if only is None else rows[only]
    pairs = kept.astype(np.float64)[np.newaxis], queries.astype(np.float64)[:, np.newaxis]
    parts = {
        "product": pairs[0] * pairs[1],
        "square": (pairs[0] - pairs[1]) ** 2,
        "absolute": np.abs(pairs[0] - pairs[1]),
    }[measure]
    bound = 1e-6 * np.abs(parts).sum(axis=2) + 1e-30
    for got in (found, TWIN.float32(rows, queries, measure, only)):
        assert got.dtype == np.float32
        assert (np.abs(got - parts.sum(axis=2)) <= bound).all()


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=ROWS,
    dim=DIMS,
    size=st.sampled_from([1e-12, 1, 3e7]),
    subset=st.booleans(),
    by=SHIFTS,
)
def test_differences(wasm, seed, n, dim, size, subset, by):
    """Of codes times their scale and floats, within a millionth of what is added up."""
    chosen = np.random.default_rng(seed)
    width = int4_width(dim)
    codes = chosen.integers(-128, 128, (n, dim)).astype(np.int8)
    packed = chosen.integers(0, 256, (n, width // 2)).astype(np.uint8)
    scales = (chosen.random(n) * size / 99).astype(np.float32)
    queries = (chosen.standard_normal((2, width)) * size).astype(np.float32)
    vectors, place = wasm()
    only = some_rows(chosen, n, subset)
    asked = np.ascontiguousarray(queries[:, :dim])
    given_ = shifted(place, codes, by), scales, shifted(place, asked, by // 4 * 4), only
    halves = shifted(place, packed, by), scales, queries, only
    for each in (vectors, TWIN):
        close_to(each.int8_apart(*given_), codes, scales, asked, only)
        close_to(each.int4_apart(*halves), unpacked_int4(packed), scales, queries, only)


def close_to(found, values, scales, queries, only):
    """Sums of sizes of differences are those of float64, nearly."""
    known = (values.astype(np.float32) * scales[:, np.newaxis]).astype(np.float64)
    kept = known if only is None else known[only]
    sums = np.abs(kept[np.newaxis] - queries.astype(np.float64)[:, np.newaxis]).sum(axis=2)
    assert (found.dtype, found.shape) == (np.float32, sums.shape)
    assert (np.abs(found - sums) <= 1e-6 * sums + 1e-30).all()


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=ROWS,
    dim=DIMS,
    n_queries=st.integers(1, 3),
    share=st.sampled_from([None, 0, 0.5, 1]),
    by=st.sampled_from([0, 8]),
)
def test_hamming(wasm, seed, n, dim, n_queries, share, by):
    """Distances, counts of them and the rows within a limit."""
    chosen = np.random.default_rng(seed)
    width = 8 * words_of(dim)
    codes = chosen.integers(0, 256, (n, width)).astype(np.uint8)
    queries = chosen.integers(0, 256, (n_queries, width)).astype(np.uint8)
    mask = None if share is None else (chosen.random(n) < share).astype(np.uint8) * np.uint8(3)
    vectors, place = wasm()
    found = vectors.hamming(shifted(place, codes, by), queries, mask)
    expected = TWIN.hamming(codes, queries, mask)
    same(found.distances, expected.distances)
    same(found.histogram, expected.histogram)
    limit = int(chosen.integers(0, 8 * width))
    same(vectors.within(found.distances[0], limit), TWIN.within(expected.distances[0], limit))


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=ROWS,
    dim=DIMS,
    n_queries=st.integers(1, 3),
    places=st.lists(st.integers(0, 131), max_size=4),
    subset=st.booleans(),
)
def test_parts(wasm, seed, n, dim, n_queries, places, subset):
    """How rows are cut into parts changes nothing, of all rows or of some that rise."""
    chosen = np.random.default_rng(seed)
    vectors, _ = wasm()
    most, scales = largest_query(dim), chosen.random(n, np.float32)
    codes = chosen.integers(-128, 128, (n, dim)).astype(np.int8)
    queries = chosen.integers(-most, most + 1, (n_queries, dim)).astype(np.int16)
    rows = np.sort(some_rows(chosen, n, True)) if subset and n else None
    whole = TWIN.int8(codes, scales, queries, rows)
    for each in (vectors, TWIN):
        same(each.int8(cut(codes, places), cut(scales, places), queries, rows), whole)
    bits = TWIN.signs(codes, scales, np.zeros(dim, np.float32))
    mask = (chosen.random(n) < 0.5).astype(np.uint8) if subset else None
    asked = chosen.integers(0, 256, (n_queries, 8 * words_of(dim))).astype(np.uint8)
    expected = TWIN.hamming(bits, asked, mask)
    for each in (vectors, TWIN):
        found = each.hamming(cut(bits, places), asked, mask)
        same(found.distances, expected.distances)
        same(found.histogram, expected.histogram)
    floats = codes.astype(np.float32)
    sums = TWIN.float32(floats, floats[:1], "absolute", rows) if n else None
    packed = encode(floats, "int4").codes
    wide = chosen.integers(-99, 100, (n_queries, int4_width(dim))).astype(np.int16)
    products = TWIN.int4(packed, scales, wide, rows)
    apart = TWIN.int8_apart(codes, scales, queries.astype(np.float32), rows)
    halves = TWIN.int4_apart(packed, scales, wide.astype(np.float32), rows)
    for each in (vectors, TWIN):
        same(each.int4(cut(packed, places), cut(scales, places), wide, rows), products)
        those = cut(codes, places), cut(scales, places), queries.astype(np.float32), rows
        assert each.int8_apart(*those) == pytest.approx(apart, rel=1e-6)
        those = cut(packed, places), cut(scales, places), wide.astype(np.float32), rows
        assert each.int4_apart(*those) == pytest.approx(halves, rel=1e-6)
        if sums is not None:
            found = each.float32(cut(floats, places), floats[:1], "absolute", rows)
            assert found == pytest.approx(sums, rel=1e-6)


@settings(deadline=None)
@given(seed=SEEDS, n=ROWS, dim=DIMS, by=SHIFTS)
def test_signs(wasm, seed, n, dim, by):
    """Bits of codes, also of values that lie on the centre."""
    chosen = np.random.default_rng(seed)
    codes = chosen.integers(-3, 4, (n, dim)).astype(np.int8)
    scales = chosen.choice(np.float32([0, 0.1, 1]), n)
    centre = chosen.choice(np.float32([0, 0.1, 0.2, -1]), dim)
    vectors, place = wasm()
    bits = TWIN.signs(codes, scales, centre)
    same(vectors.signs(shifted(place, codes, by), scales, centre), bits)
    unpacked = np.unpackbits(bits, axis=1, bitorder="little")
    above = codes.astype(np.float32) * scales[:, np.newaxis] > centre
    assert (unpacked[:, :dim] == above).all()
    assert not unpacked[:, dim:].any()


@settings(deadline=None)
@given(
    seed=SEEDS,
    n=st.sampled_from([0, 1, 15, 16, 17, 300, 5000]),
    k=st.sampled_from([0, 1, 2, 10, 300, 6000]),
    kind=st.sampled_from(["ties", "many", "odd"]),
    share=st.sampled_from([None, 0, 0.5, 1]),
)
def test_floor_and_reach(wasm, seed, n, k, kind, share):
    """Few scores or many, all the same or all different."""
    chosen = np.random.default_rng(seed)
    made = {
        "ties": lambda: chosen.choice(np.float32([-1, 0, 0.5, 3]), n),
        "many": lambda: chosen.standard_normal(n).astype(np.float32),
        "odd": lambda: chosen.choice(np.float32([np.nan, np.inf, -np.inf, -0.0, 1e-45]), n),
    }
    scores = made[kind]()
    mask = None if share is None else (chosen.random(n) < share).astype(np.uint8)
    vectors, _ = wasm()
    floor = TWIN.floor(scores, mask, k)
    assert vectors.floor(scores, mask, k) == floor
    for least in (floor, floor - 0.25):
        same(vectors.reaching(scores, mask, least), TWIN.reaching(scores, mask, least))


def test_what_does_not_fit_is_refused(vectors):
    """Sizes that differ, rows that are not there, dims that sums would not hold for."""
    codes, scales = np.zeros((3, 4), np.int8), np.ones(3, np.float32)
    bits, scores = np.zeros((3, 8), np.uint8), np.zeros(3, np.float32)
    for call in (
        lambda: vectors.int8(codes, scales, np.zeros((1, 5), np.int16)),
        lambda: vectors.int8(codes, scales[:2], np.zeros((1, 4), np.int16)),
        lambda: vectors.int8(codes, scales, np.zeros((1, 4), np.int16), np.uint32([0, 3])),
        lambda: vectors.int8([codes, codes[:, :3]], [scales] * 2, np.zeros((1, 4), np.int16)),
        lambda: vectors.int8([codes, codes], [scales], np.zeros((1, 4), np.int16)),
        lambda: vectors.int8(
            [codes] * 2, [scales] * 2, np.zeros((1, 4), np.int16), np.uint32([4, 1])
        ),
        lambda: vectors.int4(bits, scales, np.zeros((1, 8), np.int16)),
        lambda: vectors.int8_apart(codes, scales[:2], np.zeros((1, 4), np.float32)),
        lambda: vectors.int8_apart(codes, scales, np.zeros((1, 4), np.float32), np.uint32([3])),
        lambda: vectors.int4_apart(bits, scales, np.zeros((1, 16), np.float32)),
        lambda: vectors.float32(codes.astype(np.float32), np.zeros((1, 3), np.float32), "product"),
        lambda: vectors.hamming(bits, np.zeros((1, 16), np.uint8)),
        lambda: vectors.hamming(bits, bits[:1], np.ones(2, np.uint8)),
        lambda: vectors.signs(codes, scales, np.zeros(3, np.float32)),
        lambda: vectors.floor(scores, None, -1),
        lambda: vectors.floor(scores, np.ones(2, np.uint8), 1),
        lambda: vectors.within(np.zeros(3, np.uint16), -1),
        lambda: largest_query(0),
        lambda: largest_query(16_385),
        lambda: spans(np.uint32([9]), [0, 9]),
        lambda: spans(np.uint32([5, 4]), [0, 3, 9]),
    ):
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize("seed", range(20))
def test_nothing_else_is_written(wasm, seed):
    """All loops write into their results alone, whatever the codes hold."""
    chosen = np.random.default_rng(seed)
    vectors, place = wasm()
    arena = getattr(place, "__self__", None)
    n, dim = int(chosen.integers(1, 140)), int(chosen.integers(1, 140))
    codes = shifted(place, chosen.integers(-128, 128, (n, dim)).astype(np.int8), seed)
    scales = place(chosen.standard_normal(n).astype(np.float32))
    query = chosen.integers(-9999, 9999, (2, dim)).astype(np.int16)
    scores = vectors.int8(codes, scales, query)
    vectors.int8(codes, scales, query, np.uint32([n - 1, 0]))
    bits = vectors.signs(codes, scales, np.zeros(dim, np.float32))
    found = vectors.hamming(bits, bits[:1].copy())
    vectors.within(found.distances[0], dim)
    packed = chosen.integers(0, 256, (n, int4_width(dim) // 2)).astype(np.uint8)
    vectors.int4(packed, scales, np.zeros((1, int4_width(dim)), np.int16))
    vectors.int8_apart(codes, scales, np.ones((2, dim), np.float32))
    vectors.int4_apart(packed, scales, np.ones((2, int4_width(dim)), np.float32))
    vectors.float32(np.ones((n, dim), np.float32), np.ones((1, dim), np.float32), "absolute")
    vectors.reaching(scores[0], None, vectors.floor(scores[0], None, 3))
    assert arena is None or not arena.strayed()
