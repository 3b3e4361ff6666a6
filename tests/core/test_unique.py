"""The different values of an array: as NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.core.unique import unique_counts, unique_inverse, unique_values

DTYPES = (np.uint8, np.uint32, np.int64, np.uint64)
VALUES = st.sampled_from(DTYPES).flatmap(
    lambda dtype: (
        arrays.arrays(dtype, st.integers(0, 40), elements=st.integers(0, 9))
        | arrays.arrays(dtype, st.integers(0, 40))
    )
)


@given(values=VALUES)
def test_as_numpy(values):
    """Values, places and counts, of the same types."""
    before = values.copy()
    found = [unique_values(values), *unique_inverse(values), *unique_counts(values)]
    wanted = [
        np.unique(values),
        *np.unique(values, return_inverse=True),
        *np.unique(values, return_counts=True),
    ]
    assert [each.tolist() for each in found] == [each.tolist() for each in wanted]
    assert [each.dtype for each in found] == [each.dtype for each in wanted]
    assert np.array_equal(values, before)


@pytest.mark.parametrize("dtype", DTYPES)
def test_none(dtype):
    """Of nothing there are none."""
    none = np.empty(0, dtype)
    assert unique_values(none).dtype == dtype
    assert [len(each) for each in (*unique_inverse(none), *unique_counts(none))] == [0] * 4
