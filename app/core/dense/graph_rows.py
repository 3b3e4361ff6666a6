"""What a row brings into a neighbour graph beside its code: a level, and an extra."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Float32s, Float64s
from app.core.dense.graph_options import GraphOptions
from app.core.dense.scan import Metric
from app.core.kernels.graph import HIGHEST, Extras

KINDS: dict[Metric, Extras] = {"cosine": "alone", "dot": "multiplied", "euclidean": "taken off"}
"""The metrics that there are graphs by."""

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


def lifted(metric: Metric, squared: Float64s, reach: int) -> Float32s:
    """The extras of rows with these squared lengths; none for the cosine.

    >>> lifted("euclidean", np.array([4.0]), 0), lifted("dot", np.array([7.0]), 4)
    (array([2.], dtype=float32), array([3.], dtype=float32))
    """
    if metric == "cosine":
        return np.empty(0, np.float32)
    extras = squared / 2 if metric == "euclidean" else np.sqrt(np.ldexp(1.0, reach) - squared)
    return extras.astype(np.float32)


def reach_of(squared: Float64s) -> int:
    """The least power of two that no squared length is above.

    >>> reach_of(np.array([3.0, 4.0])), reach_of(np.array([4.1])), reach_of(np.array([0.0]))
    (2, 3, -1074)
    """
    part, power = np.frexp(squared.max(initial=np.finfo(np.float64).smallest_subnormal))
    return int(power) - int(part == 0.5)
