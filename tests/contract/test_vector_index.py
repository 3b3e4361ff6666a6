"""An index of vectors finds the same over either kernels, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.dense.codes import DTYPES
from app.core.dense.scan import METRICS
from app.core.dense.vector_index import VectorIndex
from tests.contract import kernels_hosts

KINDS = [(m, d) for m in METRICS for d in DTYPES if d != "binary" or m == "cosine"]


@pytest.fixture(scope="module")
def wasm():
    """`wasm()`: the loops in WebAssembly."""
    fresh = kernels_hosts.here().fresh
    return lambda: fresh()[0].vectors


def answers(index, ids, rows, queries):
    """Hits, scores and plan after adding, removing and adding again."""
    index.add_batch(ids[:-200], rows[:-200])
    found = index.search_batch(queries, 12)
    index.remove(found[0].ids)
    index.add_batch(ids[-200:], rows[-200:])
    found += index.search_batch(queries, 3, among=ids[::3])
    plan = index.stats().candidates
    return [(hits.ids, hits.scores.tobytes()) for hits in found], plan


@pytest.mark.parametrize(("metric", "dtype"), KINDS)
@pytest.mark.parametrize("n", [700, 5000])
def test_the_same_over_either(wasm, metric, dtype, n):
    """Few rows, which are all scored, and more, of which signs leave some."""
    chosen = np.random.default_rng(n)
    middles = chosen.integers(-3, 4, (n // 50, 72)) + 0.125
    noise = chosen.integers(-8, 9, (n, 72)) / 8
    rows = (middles[chosen.integers(0, len(middles), n)] + noise).astype(np.float32)
    rows[100:110] = rows[100]
    queries = rows[[100, 7, 8]] + np.float32(0.25)
    ids = [str(number) for number in range(n)]
    one = VectorIndex(72, metric=metric, dtype=dtype, kernels=wasm())
    other = VectorIndex(72, metric=metric, dtype=dtype)
    ours, twin = (answers(index, ids, rows, queries) for index in (one, other))
    assert ours == twin
    assert (twin[1] is not None) == (n == 5000 and dtype in {"int8", "int4"})
