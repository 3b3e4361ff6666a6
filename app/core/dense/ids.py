"""Ids of rows: those that were read stay in their bytes until somebody asks for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError


class Strings(Protocol):
    """Strings that are decoded one by one, or all in their order."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> str: ...
    def __iter__(self) -> Iterator[str]: ...


class Ids:
    """The id of each row, and the row of each id that lives.

    `read`: ids in parts, as they were stored; `live` uint8 (n,): 1 where a row of them lives. Of a
    million ids a list and a dict take a hundred megabytes and a second; they are made when an id
    is looked up.

    >>> ids = Ids([("a", "b"), ("a",)], np.uint8([0, 1, 1]))
    >>> ids.extend(["c"])
    >>> ids.of(2), len(ids), ids.rows
    ('a', 4, {'b': 1, 'a': 2, 'c': 3})
    """

    def __init__(self, read: Sequence[Strings], live: NDArray[np.uint8]) -> None:
        self._read = list(read)
        self._edges = [0, *accumulate(map(len, self._read))]
        self._live = live
        self._more: list[str] = []
        self._rows: dict[str, int] | None = None

    def __len__(self) -> int:
        return self._edges[-1] + len(self._more)

    def __iter__(self) -> Iterator[str]:
        for part in self._read:
            yield from part
        yield from self._more

    def since(self, first: int) -> Iterator[str]:
        """The ids of the rows from this one on."""
        behind = first - self._edges[-1]
        return iter(self._more[behind:]) if behind >= 0 else islice(self, first, None)

    def of(self, row: int) -> str:
        """The id of a row, also of one that is dead."""
        if row >= self._edges[-1]:
            return self._more[row - self._edges[-1]]
        part = bisect_right(self._edges, row) - 1
        return self._read[part][row - self._edges[part]]

    @property
    def rows(self) -> dict[str, int]:
        """The row of each id that lives."""
        if self._rows is None:
            self._more, self._read, self._edges = list(self), [], [0]
            there = np.flatnonzero(self._live).tolist()
            rows = {self._more[row]: row for row in there}
            if len(rows) < len(there):
                raise StorageError("An id stands there twice.", code="storage-damaged")
            self._rows = rows
        return self._rows

    def extend(self, ids: Sequence[str]) -> None:
        """Ids of further rows, which live; they are new, and all different."""
        n = len(self)
        self.rows.update(zip(ids, range(n, n + len(ids)), strict=True))
        self._more.extend(ids)
