"""A column of strings as two arrays: one UTF-8 blob and offsets into it, decoded on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ERRORS = "surrogatepass"
"""File names of a host may hold lone surrogates; they go in and come out as they are."""


@dataclass(frozen=True, slots=True)
class StringTable:
    """`n` strings: row i is `blob[at[i]:at[i + 1]]`."""

    blob: NDArray[np.uint8]
    """All strings in UTF-8, one after another."""
    at: NDArray[Any]
    """Shape (n + 1,): uint32, or uint64 where the blob passes 4 GiB."""

    @classmethod
    def build(cls, strings: Iterable[str]) -> StringTable:
        """A table of the strings in their order."""
        encoded = [string.encode("utf-8", _ERRORS) for string in strings]
        lengths = np.fromiter(map(len, encoded), dtype=np.uint64, count=len(encoded))
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), _offsets(lengths))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> StringTable:
        """The table that `to_arrays` wrote under this name."""
        return cls(arrays[f"{name}.blob"], arrays[f"{name}.at"])

    def to_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The sections of this table."""
        return {f"{name}.blob": self.blob, f"{name}.at": self.at}

    def __len__(self) -> int:
        return len(self.at) - 1

    def __getitem__(self, row: int) -> str:
        start, end = int(self.at[row]), int(self.at[row + 1])
        return bytes(self.blob[start:end]).decode("utf-8", _ERRORS)

    def __iter__(self) -> Iterator[str]:
        blob = self.blob.tobytes()
        bounds = self.at.tolist()
        for start, end in pairwise(bounds):
            yield blob[start:end].decode("utf-8", _ERRORS)

    def take(self, rows: NDArray[np.int64]) -> StringTable:
        """A table of the given rows, in that order."""
        at = self.at.astype(np.int64)
        starts = at[:-1][rows]
        lengths = at[1:][rows] - starts
        return StringTable(self.blob[spread(starts, lengths)], _offsets(lengths.astype(np.uint64)))

    @staticmethod
    def concat(tables: Sequence[StringTable]) -> StringTable:
        """All rows of all tables, one table after another."""
        lengths = [table.at[1:].astype(np.uint64) - table.at[:-1] for table in tables]
        return StringTable(
            np.concatenate([table.blob for table in tables]), _offsets(np.concatenate(lengths))
        )


def spread(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of many stretches, one after another.

    >>> spread(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    shifts: NDArray[np.int64] = np.repeat(starts - (ends - lengths), lengths.astype(np.intp))
    return np.arange(total, dtype=np.int64) + shifts


def _offsets(lengths: NDArray[np.uint64]) -> NDArray[Any]:
    at = np.zeros(len(lengths) + 1, dtype=np.uint64)
    np.cumsum(lengths, out=at[1:])
    return at if int(at[-1]) > 0xFFFFFFFF else at.astype(np.uint32)
