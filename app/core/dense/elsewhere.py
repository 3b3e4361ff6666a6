"""Float32 rows of a table that somebody else keeps: which of them wait, and where they lie.

A row's place is how many were added before it. The rows of a table move together when dead ones
are let go; their places stay until `settle`, when whoever keeps them has done the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Matrix

Places = NDArray[np.intp]


class Elsewhere:
    """What an index knows of rows that it does not keep.

    >>> rows = Elsewhere()
    >>> rows.add(np.float32([[1], [2], [3]]), rows.grown(3))
    >>> rows.move(rows.left(np.array([True, False, True])))
    >>> rows.places(np.array([0, 1])).tolist(), rows.n, rows.has_moved
    ([0, 2], 3, True)
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """There are none."""
        self.n = 0
        """Places that were given."""
        self.waiting: list[Matrix] = []
        """The rows of the last places, as long as nobody keeps them."""
        self._moved: Places | None = None

    @property
    def has_moved(self) -> bool:
        """Whether rows have other numbers than their places."""
        return self._moved is not None

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self.n if self._moved is None else len(self._moved)

    @property
    def n_kept(self) -> int:
        """Places of rows that do not wait."""
        return self.n - sum(map(len, self.waiting))

    def grown(self, n: int) -> Places | None:
        """The places when n more rows have been added; None where they are the rows' numbers."""
        if self._moved is None:
            return None
        return np.concatenate([self._moved, np.arange(self.n, self.n + n, dtype=np.intp)])

    def add(self, rows: Matrix, places: Places | None) -> None:
        """Rows that were added to the table, (n, dim); `places` as `grown` gave them before."""
        self._moved = places
        self.n += len(rows)
        self.waiting.append(rows)

    def left(self, kept: NDArray[np.bool_]) -> Places:
        """The places when of the rows of the table only these are left."""
        before = np.arange(self.n, dtype=np.intp) if self._moved is None else self._moved
        return before[kept]

    def move(self, places: Places) -> None:
        """Rows of the table have gone; `places` as `left` gave them before. Cannot fail."""
        self._moved = places

    def places(self, rows: NDArray[np.integer]) -> Places:
        """Where rows of the table lie, in the same order."""
        return rows.astype(np.intp) if self._moved is None else self._moved[rows]

    def settle(self, n: int) -> None:
        """All rows of the table, n by now, are kept in their order."""
        self.clear()
        self.n = n
