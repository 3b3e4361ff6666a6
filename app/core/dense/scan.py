"""Scores of stored rows: first nearly, by kernels over all of them, then exactly, for a few.

Nearly means with a slack that is known, so that no row that belongs to the best is lost. What
decides a rank is added up in float64 and rounded to float32, and is the same on every machine.
Here the nearer of two rows always has the larger score: distances are negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import (
    Coded,
    Float32s,
    Float64s,
    decode,
    encode,
    integers,
    query_codes,
    squared_lengths,
)
from app.core.kernels import VectorKernels
from app.core.kernels.numpy_vectors import batches
from app.core.kernels.vectors import Measure

Metric = Literal["cosine", "dot", "euclidean", "manhattan"]
METRICS: tuple[Metric, ...] = get_args(Metric)
DISTANCES: frozenset[Metric] = frozenset({"euclidean", "manhattan"})

Uint32s = NDArray[np.uint32]
Matrix = NDArray[np.float32]

_MEASURES: dict[Metric, Measure] = {
    "cosine": "product",
    "dot": "product",
    "euclidean": "square",
    "manhattan": "absolute",
}
_EPSILON = 2.0**-24
_DEVIATIONS = 8
"""Standard deviations of what rounding to int8 does to a score that are allowed for."""


class Near(NamedTuple):
    """Scores that are nearly right.

    `scores` (n,), in steps of `unit`. A row of the k best has a score that is below the k-th best
    by `absolute` and `relative` times that score at most.
    """

    scores: Float32s
    absolute: float
    relative: float
    unit: float

    def lowest(self, floor: float, doubt: float = 0.0) -> float:
        """What a row must score to be among the best, the k-th of which has `floor` here."""
        if floor == -np.inf:
            return floor
        return floor - self.absolute - self.relative * abs(floor) - doubt / self.unit


def joined(parts: Sequence[Near]) -> Near:
    """Scores of rows end to end; of one query, and so in one unit."""
    if len(parts) == 1:
        return parts[0]
    return Near(
        np.concatenate([part.scores for part in parts]),
        max(part.absolute for part in parts),
        max(part.relative for part in parts),
        parts[0].unit,
    )


class Rows:
    """Coded rows and what their scores by a metric need.

    For the cosine all rows have length 1; `unit_scales` makes them so.
    """

    def __init__(self, coded: Coded, metric: Metric, kernels: VectorKernels) -> None:
        self.coded = coded
        self.metric = metric
        self._kernels = kernels
        self._halves: Float32s | None = None
        self._longest = 1.0
        if metric != "cosine":
            squared = squared_lengths(coded, kernels)
            self._longest = float(np.sqrt(squared.max(initial=0.0)))
            self._halves = (squared / 2).astype(np.float32)
        self._longest *= 1.0 + 2.0**-20

    def near(self, queries: Matrix, chosen: Uint32s | None = None) -> list[Near]:
        """Of each query (q, dim) its scores of the rows, all or those chosen."""
        if self.coded.dtype == "binary":
            return [Near(self._alike(query, chosen), 0.0, 0.0, 1.0) for query in queries]
        if self.coded.dtype == "float32":
            return self._by_floats(self.coded.codes, queries, chosen)
        if self.metric == "manhattan":
            return self._by_decoding(queries, chosen)
        return self._by_integers(queries, chosen)

    def _by_floats(
        self, rows: NDArray[np.generic], queries: Matrix, chosen: Uint32s | None
    ) -> list[Near]:
        measure = _MEASURES[self.metric]
        scores = self._kernels.float32(rows, queries, measure, chosen)  # type: ignore[arg-type]
        off = 2 * (queries.shape[1] + 10) * _EPSILON
        if measure != "product":
            return [Near(-row, 0.0, 2 * off, 1.0) for row in scores]
        lengths = _lengths(queries) * self._longest
        pairs = zip(scores, (off * lengths).tolist(), strict=True)
        return [Near(row, slack, 0.0, 1.0) for row, slack in pairs]

    def _by_decoding(self, queries: Matrix, chosen: Uint32s | None) -> list[Near]:
        """Distances that are no sums of products: the rows are decoded, some at a time."""
        coded = self.coded if chosen is None else self.coded[chosen]
        found = [
            self._by_floats(decode(coded[part]), queries, None) for part in batches(len(coded))
        ]
        if not found:
            return [Near(np.empty(0, np.float32), 0.0, 0.0, 1.0) for _ in queries]
        return [joined(parts) for parts in zip(*found, strict=True)]

    def _alike(self, query: Float32s, chosen: Uint32s | None) -> Float32s:
        """The cosine of the signs: from 1, all equal, to -1."""
        codes = self.coded.codes if chosen is None else self.coded.codes[chosen]
        bits = encode(query[np.newaxis], "binary").codes.view(np.uint8)
        apart = self._kernels.hamming(codes.view(np.uint8), bits).distances[0]
        return np.asarray(1.0 - 2.0 * apart / self.coded.dim, dtype=np.float32)

    def slack(self, length: float, error: float) -> float:
        """How far scores may be off, of a query with this length and error, in units of 1."""
        off = 2 * self._longest * (error + 8 * _EPSILON * length)
        if self.metric != "euclidean":
            return off
        return off + 16 * _EPSILON * self._longest * (self._longest + length)

    def _by_integers(self, queries: Matrix, chosen: Uint32s | None) -> list[Near]:
        coded, kernels = self.coded, self._kernels
        width = coded.codes.shape[1] * (2 if coded.dtype == "int4" else 1)
        asked = [query_codes(query, width) for query in queries]
        values = np.stack([each[0] for each in asked])
        scan = kernels.int4 if coded.dtype == "int4" else kernels.int8
        scores = scan(coded.codes, coded.scales, values, chosen)  # type: ignore[arg-type]
        lengths = _lengths(queries).tolist()
        found = []
        for row, length, (_, step, error) in zip(scores, lengths, asked, strict=True):
            slack = self.slack(length, error)
            if self.metric != "euclidean" or self._halves is None:
                found.append(Near(row, slack / step, 0.0, step))
            else:
                halves = self._halves if chosen is None else self._halves[chosen]
                found.append(Near(row * np.float32(step) - halves, slack, 0.0, 1.0))
        return found

    def exact(self, query: Float32s, rows: Uint32s) -> Float32s:
        """True scores of some rows, right to the last bit of float32."""
        if self.coded.dtype == "binary":
            return self._alike(query, rows)
        wide = query.astype(np.float64)
        scores = np.empty(len(rows), np.float32)
        for part in batches(len(rows)):
            scores[part] = self._exact(wide, self.coded[rows[part]])
        return scores

    def _exact(self, query: Float64s, coded: Coded) -> Float64s:
        # Sums along a row, not a product of matrices: equal rows must have equal sums.
        values = integers(coded).astype(np.float64)
        scales = coded.scales.astype(np.float64) if len(coded.scales) else np.ones(len(values))
        if self.metric not in DISTANCES:
            return np.asarray((values * query).sum(axis=1) * scales)
        apart = values * scales[:, np.newaxis] - query
        if self.metric == "euclidean":
            return np.asarray(-np.sqrt((apart * apart).sum(axis=1)))
        return np.asarray(-np.abs(apart).sum(axis=1))

    def doubt(self, query: Float32s) -> float:
        """How far nearly right scores may reasonably be from those of the rows before coding.

        The roundings of the dims are as good as independent of each other.
        """
        if not len(self.coded.scales):
            return 0.0
        spread = _DEVIATIONS * float(self.coded.scales.max()) / 12**0.5
        if self.metric == "manhattan":
            return spread * float(np.sqrt(self.coded.dim))
        length = float(np.linalg.norm(query.astype(np.float64)))
        return spread * (length + (self._longest if self.metric == "euclidean" else 0.0))


def unit_scales(coded: Coded, kernels: VectorKernels) -> Coded:
    """The same int8 or int4 codes with the scales that make each row's length 1.

    Rows of zeros stay so.
    """
    ones = np.ones(len(coded), np.float32)
    lengths = np.sqrt(squared_lengths(Coded(coded.dtype, coded.dim, coded.codes, ones), kernels))
    scales = np.divide(1.0, lengths, out=np.zeros(len(coded), np.float64), where=lengths > 0)
    return Coded(coded.dtype, coded.dim, coded.codes, scales.astype(np.float32))


def _lengths(rows: Matrix) -> Float64s:
    return np.asarray(np.sqrt(np.square(rows.astype(np.float64)).sum(axis=1)))
