"""Pooling: padding must not be felt."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.dense.pooling import cls, l2_normalise, maximum, mean
from app.errors import InputError

TOKENS = np.array(
    [[[1, -2], [3, -4], [np.nan, 9]], [[5, 6], [np.inf, 9], [9, 9]], [[9, 9]] * 3], dtype=np.float32
)
MASK = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [(mean, [[2, -3], [5, 6], [0, 0]]), (maximum, [[3, -2], [5, 6], [0, 0]])],
)
def test_only_what_the_mask_shows_counts(pooling, expected):
    """Padding cells may hold anything, NaN included, and a text without tokens gives zeros."""
    assert pooling(TOKENS, MASK).tolist() == expected


def test_cls_is_the_first_token():
    """CLS pooling takes the first vector as it is."""
    assert cls(TOKENS, MASK).tolist() == [[1, -2], [5, 6], [9, 9]]


def test_l2_normalise():
    """Rows get length 1, except zeros, and stay float32."""
    rows = l2_normalise(np.array([[3, 4], [0, 0], [1e-15, 0]], dtype=np.float32))
    assert rows.tolist() == [
        [pytest.approx(0.6), pytest.approx(0.8)],
        [0, 0],
        [pytest.approx(1), 0],
    ]
    assert rows.dtype == np.float32


@pytest.mark.parametrize(
    ("tokens", "mask"), [((2, 3), (2, 3)), ((1, 2, 3), (1, 3)), ((1, 0, 3), (1, 0))]
)
def test_shapes_must_fit(tokens, mask):
    """A mask of another shape is named."""
    with pytest.raises(InputError) as caught:
        mean(np.zeros(tokens, np.float32), np.zeros(mask))
    assert caught.value.code == "dimension-mismatch"
