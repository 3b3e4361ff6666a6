"""The vector leg of a collection: int8 codes of unit vectors, one part for each segment.

How the rows are cut into segments has no effect on the result. The signs are those of the codes
themselves, about no centre, so that what is made of a segment holds whatever comes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.calibration import FEWEST_ROWS, calibrated
from app.core.dense.codes import Coded, encode
from app.core.dense.plan import EVERYTHING, Plan, Scanner
from app.core.dense.scan import Rows, unit_scales
from app.core.dense.signs import Signs
from app.core.kernels import NumpyKernels, VectorKernels
from app.errors import InputError

Ordinals = NDArray[np.int64]
Scores = NDArray[np.float32]
Int8s = NDArray[np.int8]

RECALL = 0.99
"""The share of the nearest chunks that a search of a large collection is to find."""


def direction_codes(rows: NDArray[Any]) -> Int8s:
    """Unit vectors (n, dim) as int8: what a row stands for is the row divided by its length.

    >>> direction_codes(np.float32([[0.6, 0.8]])).tolist()
    [[95, 127]]
    """
    return np.asarray(encode(rows, "int8").codes, dtype=np.int8)


class CodedVectors:
    """The vectors of one segment, int8 (n, dim), and what a search makes of them, once."""

    def __init__(self, codes: Int8s, kernels: VectorKernels) -> None:
        self._kernels = kernels
        coded = Coded("int8", codes.shape[1], codes, np.empty(0, np.float32))
        self.rows = Rows(unit_scales(coded, kernels), "cosine", kernels)

    @cached_property
    def signs(self) -> Signs:
        """One bit a dim: whether it is above zero."""
        coded = self.rows.coded
        centre = np.zeros(coded.dim, np.float32)
        return Signs(np.empty((0, 0), np.uint8), centre).extended(self._kernels, coded)


@dataclass(frozen=True, slots=True)
class VectorBlock:
    """Vectors of one segment and the chunks they belong to."""

    vectors: CodedVectors
    ordinals: Ordinals
    """Shape (n,), the global ordinal of each row's chunk, ascending, none twice."""


class FlatIndex:
    """Cosine search over the vectors of several segments, whose ordinals do not interleave.

    `live`: a mask by global ordinal, of chunks that are not deleted; None: all live. Up to some
    thousands of vectors every one is scored; of more, those that a look at the signs leaves.

    >>> kernels = NumpyKernels().vectors
    >>> vectors = CodedVectors(direction_codes(np.eye(2, dtype=np.float32)), kernels)
    >>> index = FlatIndex([VectorBlock(vectors, np.array([4, 7]))], kernels)
    >>> ordinals, scores = index.search(np.float32([0, 1]), k=1)
    >>> ordinals.tolist(), scores.tolist()
    ([7], [1.0])
    """

    def __init__(
        self,
        blocks: Sequence[VectorBlock],
        kernels: VectorKernels | None = None,
        live: NDArray[np.bool_] | None = None,
    ) -> None:
        for block in blocks:
            _check(block, blocks[0].vectors.rows.coded.dim)
        held = [block for block in blocks if len(block.ordinals)]
        self._blocks = sorted(held, key=lambda block: int(block.ordinals[0]))
        self._kernels = kernels or NumpyKernels().vectors
        self._live = live
        none = np.empty(0, np.int64)
        self._ordinals = np.concatenate([none, *(block.ordinals for block in self._blocks)])

    def __len__(self) -> int:
        return len(self._ordinals)

    def search(
        self, query: NDArray[np.float32], k: int, live: NDArray[np.bool_] | None = None
    ) -> tuple[Ordinals, Scores]:
        """The k nearest rows: their chunks' ordinals and cosines, best first.

        `query` has shape (dim,) and length 1. `live`, if given, is a mask by global ordinal:
        chunks that are deleted or filtered out are left aside before the k best are chosen, so k
        rows come back whenever k are live. Equal cosines stand in the order of their ordinals.
        Raises `InputError("dimension-mismatch")` when the query is of another dimension.
        """
        if not self._blocks:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self._fits(query)
        (hits,) = self._scanner.search(query[np.newaxis], k, self._mask(live), self._plan)
        return self._ordinals[hits.rows], hits.scores

    def cosines(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """Cosine of each of these chunks, 0 for one that has no row here. Shape as `ordinals`."""
        cosines = np.zeros(len(ordinals), np.float32)
        if not self._blocks:
            return cosines
        self._fits(query)
        places = np.searchsorted(self._ordinals, ordinals)
        places[places == len(self._ordinals)] = 0
        here = np.flatnonzero(self._ordinals[places] == ordinals)
        rows, back = np.unique(places[here], return_inverse=True)
        cosines[here] = self._scanner.exact(query, rows.astype(np.uint32))[back]
        return cosines

    @cached_property
    def _plan(self) -> Plan:
        """By live rows alone, so that it does not matter which dead ones are still there."""
        live = self._mask(self._live)
        n = len(self) if live is None else int(np.count_nonzero(live))
        if n < FEWEST_ROWS:
            return EVERYTHING
        flags = np.ones(len(self), np.uint8) if live is None else live
        return calibrated(self._kernels, self._parts, self._signs, flags, RECALL)

    @cached_property
    def _scanner(self) -> Scanner:
        signs = self._signs if len(self) >= FEWEST_ROWS else []
        return Scanner(self._kernels, self._parts, signs=signs)

    @property
    def _parts(self) -> list[Rows]:
        return [block.vectors.rows for block in self._blocks]

    @property
    def _signs(self) -> list[Signs]:
        return [block.vectors.signs for block in self._blocks]

    def _mask(self, live: NDArray[np.bool_] | None) -> NDArray[np.uint8] | None:
        """A mask by ordinal as one by row."""
        if live is None:
            return None
        whole = len(self._ordinals) == len(live) == int(self._ordinals[-1]) + 1
        mask = np.ascontiguousarray(live) if whole else live[self._ordinals]
        return mask.view(np.uint8)

    def _fits(self, query: NDArray[np.float32]) -> None:
        dim = self._blocks[0].vectors.rows.coded.dim
        if query.shape != (dim,):
            raise InputError(
                f"The query has shape {query.shape}; the vectors have {dim} dims.",
                code="dimension-mismatch",
                hint="Embed the query with the model that made the vectors.",
            )


def _check(block: VectorBlock, dim: int) -> None:
    coded = block.vectors.rows.coded
    if coded.dim != dim or block.ordinals.shape != (len(coded),):
        raise InputError(
            f"Vectors of shape {coded.codes.shape} with ordinals of shape {block.ordinals.shape} "
            f"do not fit an index of dimension {dim}.",
            code="dimension-mismatch",
        )
