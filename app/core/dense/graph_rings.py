"""Rings of equal rows in a neighbour graph: the first is in the graph, the others hang on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.dense.scan import Uint32s
from app.core.kernels.graph import NOTHING


def highest(levels: NDArray[np.uint8], equals: Uint32s) -> int:
    """The first row with the highest level that hangs on no other; `NOTHING` if there is none.

    >>> highest(np.uint8([0, 2, 3, 2]), ringed([[0, 2]], 4)), highest(*[np.uint8([])] * 2)
    (1, 4294967295)
    """
    ranks = levels.astype(np.int16)
    ranks[hanging(equals)] = -1
    return int(ranks.argmax()) if len(ranks) else NOTHING


def hanging(equals: Uint32s) -> NDArray[np.bool_]:
    """(n,) whether a row hangs on another one, before it in its ring."""
    flags = np.zeros(len(equals), np.bool_)
    flags[equals[equals != NOTHING]] = True
    return flags


def rings_of(equals: Uint32s) -> list[list[int]]:
    """The rows of each ring, rising.

    >>> rings_of(ringed([[0, 3, 4], [1, 2]], 6))
    [[0, 3, 4], [1, 2]]
    """
    rings = []
    for head in np.flatnonzero((equals != NOTHING) & ~hanging(equals)).tolist():
        last = int(equals[head])
        ring = [head, int(equals[last])]
        while ring[-1] != last:
            ring.append(int(equals[ring[-1]]))
        rings.append(ring)
    return rings


def ringed(rings: Sequence[Sequence[int]], n: int) -> Uint32s:
    """(n,) the ways along rings; of those of one row there are none.

    >>> ringed([[0, 2, 3], [1]], 4).tolist()
    [3, 4294967295, 3, 2]
    """
    equals = np.full(n, NOTHING, np.uint32)
    for head, *others in (ring for ring in rings if len(ring) > 1):
        equals[[head, *others]] = [others[-1], *others[1:], others[0]]
    return equals
