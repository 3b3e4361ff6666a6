"""What a row brings into a neighbour graph beside its code: its level, and half its square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s, Float64s
from app.core.dense.graph_options import GraphOptions
from app.core.dense.scan import Metric
from app.core.kernels.graph import HIGHEST

GRAPH_METRICS: tuple[Metric, ...] = ("cosine", "dot", "euclidean")
"""The metrics that there are graphs by; in arrays they are told by their number here."""

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)


def drawn_levels(options: GraphOptions, first: int, last: int) -> NDArray[np.uint8]:
    """Levels of rows with these numbers: l or more with the probability M ** -l.

    Whole numbers alone decide, so that they are the same everywhere (splitmix64, Steele 2014).

    >>> levels = drawn_levels(GraphOptions(M=4), 0, 10_000)
    >>> [int((levels >= level).sum()) for level in (1, 2, 3)]
    [2569, 628, 170]
    """
    numbers = np.arange(first + 1, last + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        mixed = (numbers + (np.uint64(options.seed) << np.uint64(32))) * _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
        mixed ^= mixed >> np.uint64(31)
    limits = [2**64 // options.M**level for level in range(HIGHEST, 0, -1)]
    below = np.searchsorted(np.array(limits, np.uint64), mixed, side="right")
    return (HIGHEST - below).astype(np.uint8)


def halves_of(squared: Float64s) -> Float32s:
    """Half of squared lengths.

    >>> halves_of(np.array([4.0, 3.0])).tolist()
    [2.0, 1.5]
    """
    return (squared / 2).astype(np.float32)
