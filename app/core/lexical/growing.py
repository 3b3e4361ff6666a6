"""Arrays that grow at their end while an index is built."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import Uint32s


class Growing:
    """A uint32 array that grows at its end; what it held before is copied now and then only.

    >>> numbers = Growing([0])
    >>> numbers.extend([3, 5])
    >>> len(numbers), numbers.items.tolist()
    (3, [0, 3, 5])
    """

    def __init__(self, items: Sequence[int] = ()) -> None:
        self._room = np.array(items, dtype=np.uint32)
        self._size = len(items)

    def __len__(self) -> int:
        return self._size

    @property
    def items(self) -> Uint32s:
        """What it holds now: a view, to be read only, that sees nothing of what comes later."""
        return self._room[: self._size]

    def extend(self, items: Sequence[int] | NDArray[np.uint32]) -> None:
        """Put items behind the last one."""
        size = self._size + len(items)
        if size > len(self._room):
            room = np.empty(max(size, 2 * len(self._room)), dtype=np.uint32)
            room[: self._size] = self.items
            self._room = room
        self._room[self._size : size] = items
        self._size = size
