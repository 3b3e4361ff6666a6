"""The truly nearest of float32 rows that come some at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Matrix
from app.core.dense.plan import EVERYTHING
from app.core.dense.scan import Metric, Rows, Uint32s
from app.core.dense.scanner import Hits, Scanner
from app.core.kernels import VectorKernels


class Nearest:
    """The k nearest rows to each query (q, dim), of all that were looked at.

    >>> from app.core.kernels import NumpyKernels
    >>> found = Nearest(np.float32([[1, 0]]), 1, "dot", NumpyKernels().vectors)
    >>> for number, row in enumerate(([3, 0], [9, 0], [5, 0])):
    ...     found.look(np.uint32([number]), np.float32([row]), np.uint8([1, 1, 1]))
    >>> found.rows[0].tolist()
    [1]
    """

    def __init__(self, queries: Matrix, k: int, metric: Metric, kernels: VectorKernels) -> None:
        self._queries = queries
        self._k = k
        self._metric: Metric = metric
        self._kernels = kernels
        none = Hits(np.empty(0, np.uint32), np.empty(0, np.float32))
        self._hits = [none for _ in queries]

    @property
    def rows(self) -> list[Uint32s]:
        """Of each query, nearest first."""
        return [hits.rows for hits in self._hits]

    def look(self, rows: Uint32s, vectors: Matrix, live: NDArray[np.uint8]) -> None:
        """More rows with numbers above all before, rising, and their vectors (m, dim).

        `live` (n,) tells by number which of them count.
        """
        coded = Coded("float32", vectors.shape[1], vectors, np.empty(0, np.float32))
        scanner = Scanner(self._kernels, Rows(coded, self._metric, self._kernels))
        found = scanner.search(self._queries, self._k, live[rows], EVERYTHING)
        for number, (held, more) in enumerate(zip(self._hits, found, strict=True)):
            numbers = np.concatenate([held.rows, rows[more.rows]])
            scores = np.concatenate([held.scores, more.scores])
            order = np.lexsort((numbers, -scores))[: self._k]
            self._hits[number] = Hits(numbers[order], scores[order])
