"""Vectors in few bytes, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dense.codes import (
    DTYPES,
    decode,
    encode,
    integers,
    items_of,
    query_codes,
    squared_lengths,
)
from app.core.dense.scan import unit_scales
from app.core.kernels import NumpyKernels
from app.core.kernels.vectors import largest_query

KERNELS = NumpyKernels().vectors
SEEDS = st.integers(0, 2**32 - 1)
DIMS = st.sampled_from([1, 3, 16, 31, 32, 33, 65, 384])
SIZES = st.sampled_from([1e-30, 1e-3, 1, 1e6, 1e17])


def rows_of(seed, dim, size=1.0, n=7):
    """Rows of chance, one of them zeros."""
    rows = (np.random.default_rng(seed).standard_normal((n, dim)) * size).astype(np.float32)
    rows[3] = 0
    return rows


@settings(deadline=None)
@given(SEEDS, DIMS, SIZES)
def test_each_value_is_off_by_half_a_step_at_most(seed, dim, size):
    """The largest value of a row is kept as it is, others to the nearest step."""
    rows = rows_of(seed, dim, size)
    for dtype, most in (("int8", 127), ("int4", 7)):
        coded = encode(rows, dtype)
        steps = np.abs(rows).max(axis=1) / most
        assert coded.scales == pytest.approx(steps, rel=1e-6)
        off = np.abs(decode(coded).astype(np.float64) - rows).max(axis=1)
        assert (off <= steps * 0.5001 + np.abs(rows).max(axis=1) * 1e-6).all()
        assert np.abs(integers(coded)).max() <= most
    assert (decode(encode(rows, "float32")) == rows).all()


@settings(deadline=None)
@given(SEEDS, DIMS)
def test_binary_is_the_sign(seed, dim):
    """Zero counts as negative; bits past the last dim are not set."""
    rows = rows_of(seed, dim)
    coded = encode(rows, "binary")
    assert (decode(coded) == np.where(rows > 0, 1, -1)).all()
    assert not np.unpackbits(coded.codes, axis=1, bitorder="little")[:, dim:].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_take_the_bytes_that_are_said(dtype):
    """384 dims: 1536, 388, 196 and 48 bytes; without a row none."""
    coded = encode(rows_of(1, 384), dtype)
    kind, items = items_of(dtype, 384)
    assert coded.codes.shape == (7, items)
    assert coded.codes.dtype == kind
    wanted = {"float32": 1536, "int8": 388, "int4": 196, "binary": 48}[dtype]
    assert coded.nbytes == 7 * wanted
    assert encode(np.empty((0, 384), np.float32), dtype).nbytes == 0
    assert len(coded[2:5]) == len(coded[np.uint32([0, 6, 0])]) == 3


@settings(deadline=None)
@given(SEEDS, DIMS)
def test_lengths_are_those_of_the_codes(seed, dim):
    """Squared lengths, and scales that make every row a unit, rows of zeros left aside."""
    rows = rows_of(seed, dim)
    for dtype in ("int8", "int4"):
        coded = encode(rows, dtype)
        squares = np.square(decode(coded).astype(np.float64)).sum(axis=1)
        assert squared_lengths(coded, KERNELS) == pytest.approx(squares, rel=1e-5)
        lengths = np.linalg.norm(decode(unit_scales(coded, KERNELS)).astype(np.float64), axis=1)
        assert lengths == pytest.approx((rows != 0).any(axis=1).astype(float), rel=1e-5)


@settings(deadline=None)
@given(SEEDS, st.sampled_from([1, 32, 384, 4096]), SIZES)
def test_a_query_is_nearly_exact(seed, dim, size):
    """Its numbers fit the sums, and the error that is told is the true one."""
    query = rows_of(seed, dim, size, n=4)[0]
    values, step, error = query_codes(query, dim)
    assert int(np.abs(values.astype(int)).max()) == largest_query(dim)
    off = np.linalg.norm(values * step - query.astype(np.float64))
    assert error == pytest.approx(off, rel=1e-6, abs=1e-50)
    assert error <= np.linalg.norm(query.astype(np.float64)) * 1e-3
    assert query_codes(np.zeros(dim, np.float32), dim)[0].tolist() == [0] * dim


def test_the_same_bytes_everywhere():
    """A checksum of codes, the same on CPython and in a browser."""
    chosen = np.random.default_rng(5).integers(-1000, 1001, (7, 100))
    rows = (chosen / 997).astype(np.float32)
    sums = {name: int(encode(rows, name).codes.view(np.uint8).sum()) for name in DTYPES[1:]}
    assert sums == {"int8": 91_076, "int4": 61_891, "binary": 10_278}
