"""Vectors of an index under their ids: arrays that grow, rows that are dead until enough are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Dtype, empty
from app.core.dense.ids import Ids, Strings
from app.errors import InputError, StorageError

Item = TypeVar("Item", bound=np.generic)

_GROWTH = 1.25
_MOST_DEAD = 0.5
_FEW = 1024
"""Dead rows that are never worth moving the others for."""


class Column:
    """Rows that can be appended to; a growth that fails changes nothing."""

    def __init__(self, like: NDArray[np.generic]) -> None:
        self._room = like
        self._n = len(like)

    @property
    def rows(self) -> NDArray[np.generic]:
        """The rows, a view."""
        return self._room[: self._n]

    @property
    def nbytes(self) -> int:
        """Bytes that are held, spare ones too."""
        return self._room.nbytes

    def grown(self, more: NDArray[np.generic]) -> Column:
        """With more rows; where there is room they are written into it."""
        n = self._n + len(more)
        column = Column(self._room)
        if n > len(self._room):
            size = n if not self._n else max(n, int(n * _GROWTH))
            column._room = np.empty((size, *self._room.shape[1:]), self._room.dtype)
            column._room[: self._n] = self.rows
        column._room[self._n : n] = more
        column._n = n
        return column

    def kept(self, which: NDArray[np.bool_]) -> Column:
        """Only these rows."""
        return Column(self.rows[which])


class Living(NamedTuple):
    """What a table is without its dead rows."""

    columns: list[tuple[Column, Column]]
    live: Column
    ids: Ids


def no_memory(n: int) -> StorageError:
    """The error for n vectors that there is no room for."""
    return StorageError(
        f"There is no memory for {n:,} more vectors.",
        code="quota-exceeded",
        hint="Add fewer at a time, remove some, or store them as int8 or int4.",
    )


class Table:
    """Coded rows with ids; row numbers rise in the order in which vectors were added."""

    def __init__(self, dim: int, dtypes: Sequence[Dtype]) -> None:
        self._dim = dim
        self._dtypes = tuple(dtypes)
        self.moves = 0
        """Changes of what row numbers stand for."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._columns: list[tuple[Column, Column]] = []
        for dtype in self._dtypes:
            none = empty(dtype, self._dim)
            self._columns.append((Column(none.codes), Column(none.scales)))
        self._live = Column(np.empty(0, np.uint8))
        self._ids = Ids([], self.live)
        self._n_live = 0
        self.moves += 1

    def __len__(self) -> int:
        return self._n_live

    def __contains__(self, key: object) -> bool:
        return key in self._ids.rows

    @property
    def n_rows(self) -> int:
        """Rows, dead ones too."""
        return len(self._ids)

    @property
    def live(self) -> NDArray[np.uint8]:
        """(n_rows,) 1 where a row lives."""
        return self._live.rows.view(np.uint8)

    @property
    def ids(self) -> Ids:
        """The id of each row; of a dead one that which it had."""
        return self._ids

    @property
    def dtypes(self) -> tuple[Dtype, ...]:
        """What rows are stored as."""
        return self._dtypes

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        pairs = (column for pair in self._columns for column in pair)
        return self._live.nbytes + sum(column.nbytes for column in pairs)

    def coded(self, number: int) -> Coded:
        """All rows in the dtype of this number, as views."""
        return self._viewed(number, *self._columns[number])

    def _viewed(self, number: int, codes: Column, scales: Column) -> Coded:
        return Coded(
            self._dtypes[number],
            self._dim,
            codes.rows,  # type: ignore[arg-type]
            scales.rows.view(np.float32),
        )

    def id_of(self, row: int) -> str:
        """The id of a row."""
        return self._ids.of(row)

    def row_of(self, key: str) -> int:
        """The row of an id; `InputError("not-found")` if there is none."""
        try:
            return self._ids.rows[key]
        except KeyError:
            raise InputError(f"There is no vector {key!r}.", code="not-found") from None

    def add(
        self,
        ids: Sequence[str],
        coded: Sequence[Coded],
        follow: Callable[[Coded], None] | None = None,
    ) -> None:
        """Append rows, in each dtype; all or nothing. The ids are new and all different.

        `follow` is called with all rows of the first dtype before they count; what it raises
        leaves the table as it was.
        """
        try:
            columns = [
                (codes.grown(one.codes), scales.grown(one.scales))
                for (codes, scales), one in zip(self._columns, coded, strict=True)
            ]
            live = self._live.grown(np.ones(len(ids), np.uint8))
            if follow:
                follow(self._viewed(0, *columns[0]))
        except MemoryError:
            raise no_memory(len(ids)) from None
        self._columns, self._live = columns, live
        self._ids.extend(ids)
        self._n_live += len(ids)

    @property
    def is_sparse(self) -> bool:
        """Whether so many rows are dead that the others should move together."""
        dead = len(self._ids) - self._n_live
        return dead > _FEW and dead > _MOST_DEAD * len(self._ids)

    def restore(
        self, ids: Sequence[Strings], coded: Sequence[Coded], live: NDArray[np.uint8]
    ) -> None:
        """Take over rows of another table, dead ones too; this one has none yet.

        `ids` in parts; `live` (n,): 1 where a row lives. Ids of rows that live are all different;
        if not, `StorageError` ("storage-damaged") when one is looked up.
        """
        self._columns = [(Column(one.codes), Column(one.scales)) for one in coded]
        self._live = Column(live)
        self._ids, self._n_live = Ids(ids, self.live), int(np.count_nonzero(live))
        self.moves += 1

    def remove(self, keys: Iterable[str]) -> int:
        """Let those die that are there; how many that were."""
        known = self._ids.rows
        rows = [known.pop(key) for key in set(keys) & known.keys()]
        self.live[rows] = 0
        self._n_live -= len(rows)
        return len(rows)

    def mask(self, keys: Iterable[str] | None) -> NDArray[np.uint8]:
        """(n_rows,) 1 for live rows, of these ids alone if they are given."""
        if keys is None:
            return self.live
        mask = np.zeros(len(self._ids), np.uint8)
        known = self._ids.rows
        mask[[known[key] for key in keys if key in known]] = 1
        return mask

    def living(self) -> Living:
        """Copies of the live rows, for `take`; the table stays as it is."""
        kept = self.live.astype(np.bool_)
        columns = [(a.kept(kept), b.kept(kept) if b.nbytes else b) for a, b in self._columns]
        live = self._live.kept(kept)
        ids = [key for key, lives in zip(self._ids, kept.tolist(), strict=True) if lives]
        return Living(columns, live, Ids([ids], live.rows.view(np.uint8)))

    def take(self, living: Living) -> None:
        """Let go of dead rows; the others are numbered anew, in the same order. Cannot fail."""
        self._columns, self._live, self._ids = living
        self.moves += 1
