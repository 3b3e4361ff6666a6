"""What a search leaves to rows of float32 that are not at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.core.dense.codes import Coded, Matrix
from app.core.dense.scan import Metric, Rows, Uint32s
from app.core.dense.scanner import Hits, best
from app.core.kernels import VectorKernels
from app.core.unique import unique_values


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Of each query (q, dim) the rows that may be among its k nearest, rising.

    `moves` are those of the table when it was searched: after another one its rows have other
    numbers.
    """

    queries: Matrix
    k: int
    found: list[Hits]
    moves: int

    @property
    def rows(self) -> Uint32s:
        """All of them, rising, none twice."""
        none = np.empty(0, np.uint32)
        return unique_values(np.concatenate([none, *(hits.rows for hits in self.found)]))

    def decided(self, vectors: Matrix, metric: Metric, kernels: VectorKernels) -> list[Hits]:
        """The hits by the vectors (m, dim) of `rows`."""
        rows = self.rows
        coded = Coded("float32", vectors.shape[1], vectors, np.empty(0, np.float32))
        exact = Rows(coded, metric, kernels)
        hits = []
        for query, (some, _) in zip(self.queries, self.found, strict=True):
            places = np.searchsorted(rows, some).astype(np.uint32)
            hits.append(best(some, exact.exact(query, places), self.k))
        return hits
