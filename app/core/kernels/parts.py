"""Rows that lie in several arrays, one for each segment, and are numbered through."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError

Item = TypeVar("Item", bound=np.generic)
Parts = NDArray[Item] | Sequence[NDArray[Item]]
"""Rows in one array, or in one array after another; one at least."""


def listed(rows: Parts[Item]) -> list[NDArray[Item]]:
    """The arrays that rows lie in.

    >>> len(listed(np.zeros((3, 8)))), len(listed([np.zeros((3, 8)), np.zeros((0, 8))]))
    (1, 2)
    """
    return [rows] if isinstance(rows, np.ndarray) else list(rows)


def edges_of(parts: Sequence[NDArray[Any]]) -> list[int]:
    """The numbers at which parts begin, and behind them how many rows there are.

    >>> edges_of([np.zeros((3, 8)), np.zeros((2, 8))])
    [0, 3, 5]
    """
    return [0, *accumulate(map(len, parts))]


def spans(chosen: NDArray[np.uint32] | None, edges: Sequence[int]) -> list[tuple[int, int]]:
    """Where the chosen rows of each part begin and end among all that are chosen; None: all are.

    `InputError` for a row that is not there, and for rows of several parts that do not rise.

    >>> spans(np.uint32([0, 2, 4]), [0, 3, 5]), spans(None, [0, 3, 5])
    ([(0, 2), (2, 3)], [(0, 3), (3, 5)])
    """
    if chosen is None:
        return list(pairwise(edges))
    if len(chosen) and int(chosen.max()) >= edges[-1]:
        raise InputError(f"Row {int(chosen.max())} is asked for; there are {edges[-1]}.")
    if len(edges) == 2:
        return [(0, len(chosen))]
    if (chosen[1:] < chosen[:-1]).any():
        raise InputError("Rows that are chosen of several parts must rise.")
    return list(pairwise(np.searchsorted(chosen, edges).tolist()))
