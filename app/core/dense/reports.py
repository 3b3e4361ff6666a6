"""What a vector index answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Dtype
from app.core.dense.graph_options import GraphOptions
from app.core.dense.scan import Metric


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest vectors to a query, nearest first; equally near ones in the order of adding.

    `scores` float32 (m,): similarities, falling, or by Euclidean and Manhattan distances, rising.
    """

    ids: tuple[str, ...]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class VectorStats:
    """What an index holds.

    `bytes`: of all its arrays, spare room, removed vectors and signs included; ids are not.
    `ratio`: of the bytes that the `count` vectors take as float32 to these.
    `candidates`: rows that a search for ten hits scores after a look at their signs, or a walk
    over a graph; None where it scores all of them, or has not been asked yet.
    `graph`: how the neighbour graph was built, if there is one; `bytes` has its arrays.
    """

    count: int
    removed: int
    dim: int
    metric: Metric
    dtype: Dtype
    keeps_float32: bool
    bytes: int
    ratio: float
    candidates: int | None
    graph: GraphOptions | None = None
