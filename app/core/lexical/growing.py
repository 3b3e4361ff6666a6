"""Arrays and rows of numbers that grow at their end while an index is built."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.indexing import NONE
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


class GrowingRows:
    """Rows of numbers, one after another: row i is ``numbers[offsets[i]:offsets[i + 1]]``.

    >>> rows = GrowingRows()
    >>> rows.extend(np.uint32([7, 8, 9]), np.uint32([2, NONE, 1, NONE]), [5], [1, 0])
    >>> rows.numbers.tolist(), rows.offsets.tolist()
    ([7, 8, 5, 9], [0, 2, 3, 4, 4])
    """

    def __init__(self) -> None:
        self._numbers = Growing()
        self._offsets = Growing([0])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def numbers(self) -> Uint32s:
        """The numbers of all rows: a view, as of `Growing`."""
        return self._numbers.items

    @property
    def offsets(self) -> Uint32s:
        """Where rows begin, and the last one ends."""
        return self._offsets.items

    def extend(
        self,
        numbers: Uint32s,
        sizes: Uint32s,
        others: Sequence[int] | Uint32s,
        other_sizes: Sequence[int] | Uint32s,
    ) -> None:
        """Put rows behind the last one, those whose size is `NONE` out of `others`."""
        is_other = sizes == NONE
        sizes = sizes.copy()
        sizes[is_other] = other_sizes
        ends = np.cumsum(sizes, dtype=np.int64)
        from_others = np.repeat(is_other, sizes.astype(np.intp))
        every = np.empty(len(from_others), dtype=np.uint32)
        every[~from_others] = numbers
        every[from_others] = others
        before = len(self._numbers)
        self._numbers.extend(every)
        self._offsets.extend((before + ends).astype(np.uint32))
