"""Top-k: deterministic, with ties by ordinal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.selection import top_k
from app.errors import InputError

SCORES = st.lists(st.sampled_from([0.0, -1.0, 0.5, 2.0, 1e9, float("-inf")]), max_size=60)


@given(SCORES, st.integers(0, 70), st.sampled_from([np.float32, np.float64]))
def test_equals_a_full_sort(scores, k, dtype):
    """The k best by score, equal ones by ordinal, without those of -inf."""
    array = np.array(scores, dtype=dtype)
    expected = sorted(
        (n for n in range(len(scores)) if scores[n] > -np.inf), key=lambda n: (-array[n], n)
    )
    assert top_k(array, k).tolist() == expected[:k]


def test_integers_and_unsigned_integers():
    """Whole numbers are ordered as numbers, not by their bits turned over."""
    assert top_k(np.array([3, 0, 7], dtype=np.uint8), 2).tolist() == [2, 0]


def test_not_a_number_is_never_returned():
    """A broken score cannot push a good one out."""
    assert top_k(np.array([np.nan, 1.0, np.nan, 0.5]), 3).tolist() == [1, 3]


def test_bad_arguments():
    """A negative k and a matrix of scores are the caller's mistakes."""
    with pytest.raises(InputError):
        top_k(np.array([1.0]), -1)
    with pytest.raises(InputError):
        top_k(np.array([[1.0]]), 1)
