"""Scores of stored rows: first nearly, by kernels over all of them, then exactly, for a few.

Nearly means with a slack that is known, so that no row that belongs to the best is lost. What
decides a rank is added up in float64 and rounded to float32, and is the same on every machine.
Here the nearer of two rows always has the larger score: distances are negative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import (
    Coded,
    Float32s,
    Float64s,
    chosen_rows,
    encode,
    integers,
    query_codes,
    squared_lengths,
    squares,
)
from app.core.dense.near import Asked, Near
from app.core.kernels import VectorKernels
from app.core.kernels.numpy_vectors import batches
from app.core.kernels.parts import edges_of
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


class Rows:
    """Coded rows, in one part or one after another, and what their scores by a metric need.

    For the cosine all rows have length 1; `unit_scales` makes them so.
    """

    def __init__(
        self, coded: Coded | Sequence[Coded], metric: Metric, kernels: VectorKernels
    ) -> None:
        self.parts = [coded] if isinstance(coded, Coded) else list(coded)
        self.metric = metric
        self.edges = edges_of([part.codes for part in self.parts])
        self._dtype = self.parts[0].dtype
        self._kernels = kernels
        self._codes = [part.codes for part in self.parts]
        self._scales = [part.scales for part in self.parts]
        self._halves: Float32s | None = None
        self._longest = 1.0
        if metric != "cosine":
            squared = np.concatenate([squared_lengths(part, kernels) for part in self.parts])
            self._longest = float(np.sqrt(squared.max(initial=0.0)))
            self._halves = (squared / 2).astype(np.float32)
        self._longest *= 1.0 + 2.0**-20

    def __len__(self) -> int:
        return self.edges[-1]

    @property
    def coded(self) -> Coded:
        """The rows, where they are in one part."""
        (coded,) = self.parts
        return coded

    def asked(self, queries: Matrix) -> Asked:
        """Queries (q, dim) for `near`."""
        values = np.empty((0, 0), np.int16)
        steps = errors = np.ones(len(queries))
        if self._dtype in {"int8", "int4"} and self.metric != "manhattan" and len(queries):
            width = self._codes[0].shape[1] * (2 if self._dtype == "int4" else 1)
            each = [query_codes(query, width) for query in queries]
            values = np.stack([one[0] for one in each])
            steps, errors = np.array([one[1:] for one in each]).T
        return Asked(queries, _lengths(queries), values, steps, errors)

    def near(self, asked: Asked, chosen: Uint32s | None = None) -> list[Near]:
        """Of each query its scores of the rows, all or those chosen, which rise."""
        queries = asked.queries
        if self._dtype == "binary":
            return [Near(self._alike(query, chosen), 0.0, 0.0, 1.0) for query in queries]
        if self._dtype == "float32":
            return self._by_floats(self._codes, asked, chosen)
        if self.metric == "manhattan":
            return self._by_differences(asked, chosen)
        return self._by_integers(asked, chosen)

    def true(self, near: Near, score: float, length: float) -> float:
        """About what `near`'s score of a query of this length is as a true one."""
        value = score * near.unit
        if self.metric != "euclidean" or self._dtype == "float32":
            return value
        return -math.sqrt(max(0.0, length * length - 2 * value))

    def _by_floats(
        self, rows: Sequence[NDArray[np.generic]], asked: Asked, chosen: Uint32s | None
    ) -> list[Near]:
        measure, queries = _MEASURES[self.metric], asked.queries
        scores = self._kernels.float32(rows, queries, measure, chosen)  # type: ignore[arg-type]
        off = 2 * (queries.shape[1] + 10) * _EPSILON
        if measure != "product":
            return [Near(-row, 0.0, 2 * off, 1.0) for row in scores]
        slacks = (off * self._longest * asked.lengths).tolist()
        return [Near(row, slack, 0.0, 1.0) for row, slack in zip(scores, slacks, strict=True)]

    def _by_differences(self, asked: Asked, chosen: Uint32s | None) -> list[Near]:
        """Distances that are no sums of products: each code is a float for a moment."""
        queries, kernels = asked.queries, self._kernels
        if self._dtype == "int4":
            more = 2 * self._codes[0].shape[1] - queries.shape[1]
            queries = np.pad(queries, ((0, 0), (0, more)))
            scores = kernels.int4_apart(self._codes, self._scales, queries, chosen)  # type: ignore[arg-type]
        else:
            scores = kernels.int8_apart(self._codes, self._scales, queries, chosen)  # type: ignore[arg-type]
        off = 4 * (queries.shape[1] + 10) * _EPSILON
        return [Near(-row, 0.0, off, 1.0) for row in scores]

    def _alike(self, query: Float32s, chosen: Uint32s | None) -> Float32s:
        """The cosine of the signs: from 1, all equal, to -1."""
        codes = self._codes if chosen is None else [chosen_rows(self.parts, chosen).codes]
        bits = encode(query[np.newaxis], "binary").codes.view(np.uint8)
        apart = self._kernels.hamming([some.view(np.uint8) for some in codes], bits).distances[0]
        return np.asarray(1.0 - 2.0 * apart / self.parts[0].dim, dtype=np.float32)

    def slack(self, length: float, error: float) -> float:
        """How far scores may be off, of a query with this length and error, in units of 1."""
        off = 2 * self._longest * (error + 8 * _EPSILON * length)
        if self.metric != "euclidean":
            return off
        return off + 16 * _EPSILON * self._longest * (self._longest + length)

    def _by_integers(self, asked: Asked, chosen: Uint32s | None) -> list[Near]:
        scan = self._kernels.int4 if self._dtype == "int4" else self._kernels.int8
        scores = scan(self._codes, self._scales, asked.values, chosen)  # type: ignore[arg-type]
        found = []
        told = (asked.lengths.tolist(), asked.steps.tolist(), asked.errors.tolist())
        for row, length, step, error in zip(scores, *told, strict=True):
            slack = self.slack(length, error)
            if self.metric != "euclidean" or self._halves is None:
                found.append(Near(row, slack / step, 0.0, step))
            else:
                halves = self._halves if chosen is None else self._halves[chosen]
                found.append(Near(row * np.float32(step) - halves, slack, 0.0, 1.0))
        return found

    def exact(self, query: Float32s, rows: Uint32s) -> Float32s:
        """True scores of some rows, which rise, right to the last bit of float32."""
        if self._dtype == "binary":
            return self._alike(query, rows)
        wide = query.astype(np.float64)
        scores = np.empty(len(rows), np.float32)
        for part in batches(len(rows)):
            scores[part] = self._exact(wide, chosen_rows(self.parts, rows[part]))
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
        """How far nearly right scores may reasonably be from those of the rows before coding."""
        if self._dtype not in {"int8", "int4"}:
            return 0.0
        largest = max(float(scales.max(initial=0.0)) for scales in self._scales)
        return _DEVIATIONS * self._deviation(query) * largest

    def spreads(self, query: Float32s, rows: Uint32s) -> Float64s:
        """Standard deviations of the same, of int8 or int4 rows that rise."""
        scales = chosen_rows(self._scales, rows)
        return self._deviation(query) * scales.astype(np.float64)

    def _deviation(self, query: Float32s) -> float:
        """That of a score, for a row with a scale of 1.

        The roundings of the dims are as good as independent of each other.
        """
        if self.metric == "manhattan":
            return float(np.sqrt(self.parts[0].dim / 12))
        length = float(np.sqrt(np.square(query.astype(np.float64)).sum()))
        return (length + (self._longest if self.metric == "euclidean" else 0.0)) / 12**0.5


def unit_scales(coded: Coded, kernels: VectorKernels) -> Coded:
    """The same int8 or int4 codes with the scales that make each row's length 1.

    Rows of zeros stay so.
    """
    lengths = np.sqrt(squares(coded, kernels), dtype=np.float64)
    scales = np.divide(1.0, lengths, out=np.zeros(len(coded), np.float64), where=lengths > 0)
    return Coded(coded.dtype, coded.dim, coded.codes, scales.astype(np.float32))


def _lengths(rows: Matrix) -> Float64s:
    return np.asarray(np.sqrt(np.square(rows.astype(np.float64)).sum(axis=1)))
