"""Which of some passages, best first, stand for others that are near to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def leaders(near: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each of n passages the column of the first one before it that stands for it, or its own.

    `near` bool (n, leaders + n): the first columns are passages that stand for themselves and come
    before, the others the n themselves, in their order. What goes with another stands for none,
    so that a chain of small changes does not end up as one.

    >>> leaders(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=np.bool_)).tolist()
    [0, 0, 2]
    """
    n, width = near.shape
    before = width - n
    leads = np.arange(width) < before
    found = np.empty(n, dtype=np.intp)
    for row in range(n):
        own = before + row
        first = int(np.argmax(near[row, :own] & leads[:own])) if own else 0
        is_led = own > 0 and bool(near[row, first] and leads[first])
        found[row] = first if is_led else own
        leads[own] = not is_led
    return found
