"""Metrics against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.dense.metric import cosine, dot, euclidean, manhattan
from app.errors import InputError

ROWS = np.array([[1, 0], [3, 4], [-1, -1], [0, 0]], dtype=np.float32)
QUERY = np.array([2, 1], dtype=np.float32)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (dot, [2, 10, -3, 0]),
        (cosine, [2 / 5**0.5, 10 / (5 * 5**0.5), -3 / (2 * 5) ** 0.5, 0]),
        (euclidean, [2**0.5, 10**0.5, 13**0.5, 5**0.5]),
        (manhattan, [2, 4, 5, 3]),
    ],
)
def test_values(metric, expected):
    """Each metric gives what pen and paper give, a zero vector included."""
    assert metric(QUERY, ROWS).tolist() == pytest.approx(expected)
    assert metric(QUERY, ROWS).dtype == np.float32


def test_cosine_of_a_zero_query_is_zero():
    """There is no angle with nothing; 0 and no NaN."""
    assert cosine(np.zeros(2, np.float32), ROWS).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("metric", [dot, cosine, euclidean, manhattan])
@pytest.mark.parametrize(
    ("query", "rows"), [((3,), (4, 2)), ((2, 1), (4, 2)), ((2,), (2,)), ((1,), (4, 2))]
)
def test_dimensions_must_agree(metric, query, rows):
    """A mismatch is named, never broadcast."""
    with pytest.raises(InputError) as caught:
        metric(np.zeros(query, np.float32), np.zeros(rows, np.float32))
    assert caught.value.code == "dimension-mismatch"
