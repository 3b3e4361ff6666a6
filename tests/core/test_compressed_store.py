"""A store that tells what its vectors take, and is searched without unpacking them."""

import numpy as np
import pytest

from app.core.dense.compressed_store import CompressedVectorStore
from app.core.dense.vector_index import VectorIndex
from app.errors import InputError

DIM, N = 96, 300
ROWS = np.random.default_rng(2).standard_normal((N, DIM)).astype(np.float32)
IDS = [f"{number}" for number in range(N)]


@pytest.mark.parametrize(
    ("bits", "dtype", "bytes_each"),
    [
        (1, "binary", DIM // 8 + 4),
        (4, "int4", DIM // 2 + 4),
        (8, "int8", DIM + 4),
        (32, "float32", DIM * 4),
    ],
)
def test_what_it_takes_and_finds(bits, dtype, bytes_each):
    """Bytes of codes, scales and a flag each, their ratio, and the hits of a whole scan."""
    store = CompressedVectorStore(DIM, bits)
    assert (len(store), store.memory_bytes, store.compression_ratio) == (0, 0, 0)
    store.add_batch(IDS, ROWS)
    assert store.memory_bytes == pytest.approx(N * (bytes_each + 1), rel=0.02)
    assert store.compression_ratio == pytest.approx(4 * DIM * N / store.memory_bytes)
    plain = VectorIndex(DIM, dtype=dtype, recall=1)
    plain.add_batch(IDS, ROWS)
    for query in ROWS[:5] + 0.1:
        found, wanted = store.search(query, 20), plain.search(query, 20)
        assert (found.ids, found.scores.tolist()) == (wanted.ids, wanted.scores.tolist())
    assert store.memory_bytes == pytest.approx(N * (bytes_each + 1), rel=0.02)


@pytest.mark.parametrize(("bits", "near"), [(1, 0.7), (4, 0.98), (8, 0.999), (32, 0.999999)])
def test_what_comes_back(bits, near):
    """The more bits, the nearer to what was put in; what is taken out is gone."""
    store = CompressedVectorStore(DIM, bits)
    store.add("one", ROWS[0])
    back = store.get("one")
    cosine = back @ ROWS[0] / np.linalg.norm(back) / np.linalg.norm(ROWS[0])
    assert cosine > near
    assert "one" in store and store.remove("one") == 1 and "one" not in store


def test_other_bits():
    """Are refused."""
    with pytest.raises(InputError, match="1, 4, 8 and 32"):
        CompressedVectorStore(DIM, 3)
