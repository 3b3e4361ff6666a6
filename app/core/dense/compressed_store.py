"""Vectors kept in few bits a dimension, and searched as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.core.dense.codes import Dtype
from app.core.dense.reports import Neighbours
from app.core.dense.scan import Metric
from app.core.dense.vector_index import VectorIndex
from app.core.kernels import VectorKernels
from app.errors import InputError

_DTYPES: Final[dict[int, Dtype]] = {1: "binary", 4: "int4", 8: "int8", 32: "float32"}


class CompressedVectorStore:
    """Vectors of one dimension in 1, 4, 8 or 32 bits a dimension.

    A `VectorIndex` that scores every vector on every search, so that all its bytes are the codes;
    it has the errors of that. Vectors of 1 bit are compared by the cosine alone.

    >>> store = CompressedVectorStore(64, bits=4)
    >>> store.add_batch(["x", "y"], np.eye(2, 64, dtype=np.float32))
    >>> store.search(np.eye(1, 64)[0], k=1).ids, store.memory_bytes
    (('x',), 74)
    >>> round(store.compression_ratio, 2)
    6.92
    """

    def __init__(
        self,
        dim: int,
        bits: int = 8,
        *,
        metric: Metric = "cosine",
        kernels: VectorKernels | None = None,
    ) -> None:
        dtype = _DTYPES.get(bits)
        if dtype is None:
            raise InputError(f"There are vectors of 1, 4, 8 and 32 bits, not of {bits!r}.")
        self.bits = bits
        self._index = VectorIndex(dim, metric=metric, dtype=dtype, recall=1, kernels=kernels)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, key: str) -> bool:
        return key in self._index

    @property
    def index(self) -> VectorIndex:
        """What searches: pages, batches, audits, filters."""
        return self._index

    @property
    def memory_bytes(self) -> int:
        """Bytes of codes, scales and a flag each, spare room too; ids are not counted."""
        return self._index.stats().bytes

    @property
    def compression_ratio(self) -> float:
        """How many times as much the vectors take as float32; 0 where there are none."""
        return self._index.stats().ratio

    def add(self, key: str, vector: ArrayLike) -> None:
        """Add one vector (dim,)."""
        self._index.add(key, vector)

    def add_batch(self, ids: Sequence[str], vectors: ArrayLike) -> None:
        """Add vectors (n, dim), one for each id; all of them or, with an error, none."""
        self._index.add_batch(ids, vectors)

    def remove(self, keys: str | Iterable[str]) -> int:
        """Take vectors out; how many of them were there."""
        return self._index.remove(keys)

    def get(self, key: str) -> NDArray[np.float32]:
        """A vector (dim,) as far as its codes tell."""
        return self._index.get(key)

    def search(self, query: ArrayLike, k: int = 10) -> Neighbours:
        """The k nearest by the codes, which are not unpacked."""
        return self._index.search(query, k)
