"""Exact vector search over blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dense.flat import FlatIndex, VectorBlock
from app.core.dense.pooling import l2_normalise
from app.errors import InputError


def unit_rows(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    """Random unit rows, the same for the same seed."""
    return l2_normalise(np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32))


def test_finds_the_nearest_in_order():
    """A row finds itself first; the others follow by their cosine in float64."""
    rows = unit_rows(200)
    ordinals, scores = FlatIndex([VectorBlock(rows, np.arange(200))]).search(rows[17], 10)
    exact = rows.astype(np.float64) @ rows[17].astype(np.float64)
    assert ordinals.tolist() == np.argsort(-exact)[:10].tolist()
    assert scores == pytest.approx(exact[ordinals], abs=1e-6)
    assert ordinals.dtype == np.int64
    assert scores.dtype == np.float32


@given(st.lists(st.integers(0, 60), max_size=4), st.integers(0, 5), st.integers(1, 70))
def test_the_cut_into_blocks_does_not_matter(cuts, distinct, k):
    """Many equal vectors, any cut: same ordinals and the very same scores."""
    rows = unit_rows(distinct + 1, 48)[np.arange(60) % (distinct + 1)]
    edges = [0, *sorted(cuts), 60]
    blocks = [VectorBlock(rows[a:b], np.arange(a, b)) for a, b in pairwise(edges)]
    whole = FlatIndex([VectorBlock(rows, np.arange(60))]).search(rows[0], k)
    parts = FlatIndex(blocks).search(rows[0], k)
    assert parts[0].tolist() == whole[0].tolist()
    assert parts[1].tolist() == whole[1].tolist()


def test_equal_vectors_stand_in_the_order_of_their_ordinals():
    """Ties are broken by ordinal across blocks, whatever the order of the blocks."""
    row = unit_rows(1)
    index = FlatIndex(
        [VectorBlock(row.repeat(2, 0), np.array([5, 9])), VectorBlock(row, np.array([2]))]
    )
    assert index.search(row[0], 2)[0].tolist() == [2, 5]


def test_the_mask_applies_before_the_cut_to_k():
    """k live rows come back although nearer ones are dead."""
    rows = unit_rows(50)
    live = np.zeros(60, dtype=bool)
    live[[12, 40, 59]] = True
    index = FlatIndex([VectorBlock(rows, np.arange(10, 60))])
    ordinals, _ = index.search(rows[0], 3, live)
    assert sorted(ordinals.tolist()) == [12, 40, 59]
    assert index.search(rows[0], 3, np.zeros(60, dtype=bool))[0].tolist() == []


def test_an_empty_index_finds_nothing():
    """No blocks, or blocks without rows, are no error."""
    assert FlatIndex([]).search(np.ones(4, np.float32), 3)[0].tolist() == []
    empty = VectorBlock(np.empty((0, 4), np.float32), np.empty(0, np.int64))
    assert len(FlatIndex([empty])) == 0
    assert FlatIndex([empty]).search(np.ones(4, np.float32), 3)[0].tolist() == []


def test_dimensions_are_checked():
    """Blocks of different dimension, ordinals too few, or a query of another model are named."""
    a = VectorBlock(unit_rows(2, 4), np.arange(2))
    b = VectorBlock(unit_rows(2, 5), np.arange(2))
    for make in (
        lambda: FlatIndex([a, b]),
        lambda: FlatIndex([VectorBlock(unit_rows(2, 4), np.arange(3))]),
        lambda: FlatIndex([a]).search(np.ones(5, np.float32), 1),
    ):
        with pytest.raises(InputError) as caught:
            make()
        assert caught.value.code == "dimension-mismatch"


def test_blocks_are_not_copied_or_changed():
    """The rows stay the memory of the segment, read-only as it may be."""
    rows = unit_rows(20)
    rows.flags.writeable = False
    before = rows.copy()
    FlatIndex([VectorBlock(rows, np.arange(20))]).search(rows[3], 5, np.ones(20, dtype=bool))
    assert (rows == before).all()


def test_cosines_of_chosen_chunks():
    """In the order asked, 0 for a chunk without a vector, the same as a search gives."""
    rows = unit_rows(6)
    blocks = [
        VectorBlock(rows[:3], np.array([1, 4, 9])),
        VectorBlock(rows[3:], np.array([10, 12, 15])),
    ]
    index = FlatIndex(blocks)
    found = dict(zip(*(part.tolist() for part in index.search(rows[4], 6)), strict=True))
    asked = np.array([15, 0, 4, 12, 99])
    expected = [found[15], 0.0, found[4], found[12], 0.0]
    assert index.cosines(rows[4], asked).tolist() == expected
