"""The vector leg of a collection: int8 codes of unit vectors, one part for each segment.

How the rows are cut into segments has no effect on the result. The signs are those of the codes
themselves, about no centre, so that what is made of a segment holds whatever comes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.calibration import FEWEST_ROWS, calibrated, widened
from app.core.dense.codes import Coded, chosen_rows, decode, encode
from app.core.dense.plan import EVERYTHING, Plan
from app.core.dense.scan import Rows, Uint32s, unit_scales
from app.core.dense.scanner import Scanner
from app.core.dense.signs import Signs
from app.core.kernels import NumpyKernels, VectorKernels
from app.core.unique import unique_inverse
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
        self.coded = unit_scales(coded, kernels)

    @cached_property
    def signs(self) -> Signs:
        """One bit a dim: whether it is above zero."""
        coded = self.coded
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
    `wider`: how many times as many of these as calibration says, where audits have found that it
    takes more.

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
        wider: int = 1,
    ) -> None:
        for block in blocks:
            _check(block, blocks[0].vectors.coded.dim)
        held = [block for block in blocks if len(block.ordinals)]
        self._blocks = sorted(held, key=lambda block: int(block.ordinals[0]))
        self._kernels = kernels or NumpyKernels().vectors
        self._live = live
        self.wider = wider
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
        (hits,) = self._scanner.search(query[np.newaxis], k, self._mask(live), self.plan)
        return self._ordinals[hits.rows], hits.scores

    def cosines(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """Cosine of each of these chunks, 0 for one that has no row here. Shape as `ordinals`."""
        cosines = np.zeros(len(ordinals), np.float32)
        if not self._blocks:
            return cosines
        self._fits(query)
        here, rows, back = self._rows_of(ordinals)
        cosines[here] = self._scanner.exact(query, rows)[back]
        return cosines

    def vectors(self, ordinals: Ordinals) -> Coded | None:
        """The int8 rows of these chunks, zeros for one that has none; None if no chunk has one."""
        here, rows, back = self._rows_of(ordinals)
        if not len(rows):
            return None
        some = chosen_rows(self._rows.parts, rows)
        codes = np.zeros((len(ordinals), some.dim), np.int8)
        scales = np.zeros(len(ordinals), np.float32)
        codes[here], scales[here] = some.codes[back], some.scales[back]
        return Coded("int8", some.dim, codes, scales)

    def _rows_of(
        self, ordinals: Ordinals
    ) -> tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.intp]]:
        """Which of the ordinals have a row, all these rows, rising, and the place of each there."""
        if not len(self._ordinals):
            none = np.empty(0, np.intp)
            return none, none.astype(np.uint32), none
        places = np.searchsorted(self._ordinals, ordinals)
        places[places == len(self._ordinals)] = 0
        here = np.flatnonzero(self._ordinals[places] == ordinals)
        rows, back = unique_inverse(places[here])
        return here, rows.astype(np.uint32), back

    @property
    def plan(self) -> Plan:
        """How many candidates a search takes."""
        if self._calibrated.candidates is None:
            return EVERYTHING
        return widened(self._calibrated, self.wider * self._calibrated.candidates, self._n_live)

    def sample(self, n: int) -> Uint32s:
        """Numbers of n live rows, or of as many as there are, rising.

        One by lot out of each n-th part of them, the same whenever the rows are.
        """
        if not self._blocks:
            return np.empty(0, np.uint32)
        live = self._mask(self._live)
        there = np.arange(len(self)) if live is None else np.flatnonzero(live)
        if n >= len(there):
            return there.astype(np.uint32)
        lots = np.random.default_rng(len(there)).random(n)
        return there[((np.arange(n) + lots) * (len(there) / n)).astype(np.intp)].astype(np.uint32)

    def neighbours(self, rows: Uint32s, k: int, *, exact: bool = False) -> list[Uint32s]:
        """The k live rows nearest to each of these (rising), themselves aside.

        `exact`: all rows are scored; otherwise it is what a search for k finds.
        """
        queries = decode(chosen_rows(self._rows.parts, rows))
        # One hit more, with the candidates that k hits have.
        plan = EVERYTHING if exact else replace(self.plan, k=self.plan.k + 1)
        found = self._scanner.search(queries, k + 1, self._mask(self._live), plan)
        pairs = zip(found, rows.tolist(), strict=True)
        return [hits.rows[hits.rows != own][:k] for hits, own in pairs]

    @cached_property
    def _calibrated(self) -> Plan:
        """By live rows alone, so that it does not matter which dead ones are still there."""
        if self._n_live < FEWEST_ROWS:
            return EVERYTHING
        live = self._mask(self._live)
        flags = np.ones(len(self), np.uint8) if live is None else live
        return calibrated(self._kernels, self._rows, self._signs, flags, RECALL)

    @cached_property
    def _n_live(self) -> int:
        live = self._mask(self._live)
        return len(self) if live is None else int(np.count_nonzero(live))

    @cached_property
    def _scanner(self) -> Scanner:
        signs = self._signs if len(self) >= FEWEST_ROWS else []
        return Scanner(self._kernels, self._rows, signs=signs)

    @cached_property
    def _rows(self) -> Rows:
        return Rows([block.vectors.coded for block in self._blocks], "cosine", self._kernels)

    @property
    def _signs(self) -> list[Signs]:
        return [block.vectors.signs for block in self._blocks]

    def _mask(self, live: NDArray[np.bool_] | None) -> NDArray[np.uint8] | None:
        """A mask by ordinal as one by row, None where it leaves nothing out."""
        if live is None or live.all():
            return None
        whole = len(self._ordinals) == len(live) == int(self._ordinals[-1]) + 1
        mask = np.ascontiguousarray(live) if whole else live[self._ordinals]
        return mask.view(np.uint8)

    def _fits(self, query: NDArray[np.float32]) -> None:
        dim = self._blocks[0].vectors.coded.dim
        if query.shape != (dim,):
            raise InputError(
                f"The query has shape {query.shape}; the vectors have {dim} dims.",
                code="dimension-mismatch",
                hint="Embed the query with the model that made the vectors.",
            )


def _check(block: VectorBlock, dim: int) -> None:
    coded = block.vectors.coded
    if coded.dim != dim or block.ordinals.shape != (len(coded),):
        raise InputError(
            f"Vectors of shape {coded.codes.shape} with ordinals of shape {block.ordinals.shape} "
            f"do not fit an index of dimension {dim}.",
            code="dimension-mismatch",
        )
