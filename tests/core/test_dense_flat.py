"""The vector leg of a collection: codes of several segments, searched as one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dense import calibration
from app.core.dense.flat import CodedVectors, FlatIndex, VectorBlock, direction_codes
from app.core.dense.pooling import l2_normalise
from app.core.kernels import NumpyKernels
from app.errors import InputError

KERNELS = NumpyKernels().vectors


def block(rows: np.ndarray, ordinals: np.ndarray) -> VectorBlock:
    """Rows as a segment holds them."""
    return VectorBlock(CodedVectors(direction_codes(rows), KERNELS), ordinals)


def stored(rows: np.ndarray) -> np.ndarray:
    """What the codes of rows stand for, float64, each of length 1."""
    codes = direction_codes(rows).astype(np.float64)
    return codes / np.linalg.norm(codes, axis=1, keepdims=True)


def unit_rows(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    """Random unit rows, the same for the same seed."""
    return l2_normalise(np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32))


def test_finds_the_nearest_in_order():
    """A row finds itself first; the others follow by the cosine of their codes."""
    rows = unit_rows(200)
    ordinals, scores = FlatIndex([block(rows, np.arange(200))]).search(rows[17], 10)
    exact = stored(rows) @ rows[17].astype(np.float64)
    assert ordinals.tolist() == np.argsort(-exact)[:10].tolist()
    assert scores == pytest.approx(exact[ordinals], abs=1e-6)
    assert ordinals.dtype == np.int64
    assert scores.dtype == np.float32


@given(st.lists(st.integers(0, 60), max_size=4), st.integers(0, 5), st.integers(1, 70))
def test_the_cut_into_blocks_does_not_matter(cuts, distinct, k):
    """Many equal vectors, any cut: same ordinals and the very same scores."""
    rows = unit_rows(distinct + 1, 48)[np.arange(60) % (distinct + 1)]
    edges = [0, *sorted(cuts), 60]
    blocks = [block(rows[a:b], np.arange(a, b)) for a, b in pairwise(edges)]
    whole = FlatIndex([block(rows, np.arange(60))]).search(rows[0], k)
    parts = FlatIndex(blocks).search(rows[0], k)
    assert parts[0].tolist() == whole[0].tolist()
    assert parts[1].tolist() == whole[1].tolist()


def test_equal_vectors_stand_in_the_order_of_their_ordinals():
    """Ties are broken by ordinal across blocks, whatever the order of the blocks."""
    row = unit_rows(1)
    index = FlatIndex([block(row.repeat(2, 0), np.array([5, 9])), block(row, np.array([2]))])
    assert index.search(row[0], 2)[0].tolist() == [2, 5]


def test_the_mask_applies_before_the_cut_to_k():
    """k live rows come back although nearer ones are dead."""
    rows = unit_rows(50)
    live = np.zeros(60, dtype=bool)
    live[[12, 40, 59]] = True
    index = FlatIndex([block(rows, np.arange(10, 60))])
    ordinals, _ = index.search(rows[0], 3, live)
    assert sorted(ordinals.tolist()) == [12, 40, 59]
    assert index.search(rows[0], 3, np.zeros(60, dtype=bool))[0].tolist() == []


def test_an_empty_index_finds_nothing():
    """No blocks, or blocks without rows, are no error."""
    assert FlatIndex([]).search(np.ones(4, np.float32), 3)[0].tolist() == []
    empty = block(np.empty((0, 4), np.float32), np.empty(0, np.int64))
    assert len(FlatIndex([empty])) == 0
    assert FlatIndex([empty]).search(np.ones(4, np.float32), 3)[0].tolist() == []


def test_dimensions_are_checked():
    """Blocks of different dimension, ordinals too few, or a query of another model are named."""
    a = block(unit_rows(2, 4), np.arange(2))
    b = block(unit_rows(2, 5), np.arange(2))
    for make in (
        lambda: FlatIndex([a, b]),
        lambda: FlatIndex([block(unit_rows(2, 4), np.arange(3))]),
        lambda: FlatIndex([a]).search(np.ones(5, np.float32), 1),
    ):
        with pytest.raises(InputError) as caught:
            make()
        assert caught.value.code == "dimension-mismatch"


def test_codes_are_not_copied_or_changed():
    """The rows stay the memory of the segment, read-only as it may be."""
    codes = direction_codes(unit_rows(20))
    codes.flags.writeable = False
    vectors = CodedVectors(codes, KERNELS)
    assert np.shares_memory(vectors.coded.codes, codes)
    index = FlatIndex([VectorBlock(vectors, np.arange(20))])
    index.search(unit_rows(1)[0], 5, np.ones(20, dtype=bool))


@pytest.fixture(scope="module")
def large():
    """Rows about some hundred points, enough of them for signs to be looked at; queries."""
    middles, noise = unit_rows(300, 128), unit_rows(6000, 128, seed=1)
    rows = l2_normalise(middles[np.arange(6000) % 300] + 0.6 * noise)
    return rows, l2_normalise(middles[:30] + 0.8 * unit_rows(30, 128, seed=2))


@pytest.mark.parametrize("edges", [[0, 6000], [0, 1, 2500, 2501, 6000]])
def test_many_rows_are_looked_at_by_their_signs(large, edges):
    """Nearly all of the nearest are found, the same however the rows are cut, none that is dead."""
    rows, queries = large
    live = np.random.default_rng(3).random(6000) < 0.8
    blocks = [block(rows[a:b], np.arange(a, b)) for a, b in pairwise(edges)]
    index = FlatIndex(blocks, KERNELS, live)
    whole = FlatIndex([block(rows, np.arange(6000))], KERNELS, live)
    exact = np.where(live, queries @ stored(rows).T, -1)
    right = 0
    for query, scores in zip(queries, exact, strict=True):
        ordinals, cosines = index.search(query, 10, live)
        assert live[ordinals].all()
        assert cosines == pytest.approx(scores[ordinals], abs=1e-6)
        assert [part.tolist() for part in whole.search(query, 10, live)] == [
            ordinals.tolist(),
            cosines.tolist(),
        ]
        right += len(np.intersect1d(ordinals, np.argsort(-scores)[:10]))
    assert right >= 0.98 * 300
    few = np.zeros(6000, dtype=bool)
    few[[5, 2500, 5999]] = True
    assert sorted(index.search(queries[0], 10, few)[0].tolist()) == [5, 2500, 5999]


def test_a_part_of_many_rows_is_scored(large, monkeypatch):
    """Else the test above would show nothing."""
    rows, queries = large
    seen = []

    def calibrated(*given):
        seen.append(plan := ORIGINAL(*given))
        return plan

    monkeypatch.setattr("app.core.dense.flat.calibrated", calibrated)
    index = FlatIndex([block(rows, np.arange(6000))])
    index.search(queries[0], 10)
    index.search(queries[1], 10)
    (plan,) = seen
    assert plan.candidates is not None
    assert plan.candidates < 1500


ORIGINAL = calibration.calibrated


def test_cosines_of_chosen_chunks():
    """In the order asked, 0 for a chunk without a vector, the same as a search gives."""
    rows = unit_rows(6)
    blocks = [
        block(rows[:3], np.array([1, 4, 9])),
        block(rows[3:], np.array([10, 12, 15])),
    ]
    index = FlatIndex(blocks)
    found = dict(zip(*(part.tolist() for part in index.search(rows[4], 6)), strict=True))
    asked = np.array([15, 0, 4, 12, 99])
    expected = [found[15], 0.0, found[4], found[12], 0.0]
    assert index.cosines(rows[4], asked).tolist() == expected
