"""A column of strings as two arrays: one UTF-8 blob and offsets into it, decoded on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.soundness import divides

_ERRORS = "surrogatepass"
"""File names of a host may hold lone surrogates; they go in and come out as they are."""

_KEY_BYTES = 7
"""Bytes of a string that have room beside its length in 64 bits."""


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
        """The table that `to_arrays` wrote under this name.

        `KeyError` with the name of an array that is missing or does not divide the bytes.
        """
        blob, at = arrays[f"{name}.blob"], arrays[f"{name}.at"]
        if blob.dtype != np.uint8 or blob.ndim != 1:
            raise KeyError(f"{name}.blob")
        if at.dtype not in (np.uint32, np.uint64) or not divides(at, len(blob)):
            raise KeyError(f"{name}.at")
        return cls(blob, at)

    def to_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The sections of this table."""
        return {f"{name}.blob": self.blob, f"{name}.at": self.at}

    def __len__(self) -> int:
        return len(self.at) - 1

    def __getitem__(self, row: int) -> str:
        return decode(self.encoded(row))

    def __iter__(self) -> Iterator[str]:
        blob = self.blob.tobytes()
        bounds = self.at.tolist()
        for start, end in pairwise(bounds):
            yield decode(blob[start:end])

    def encoded(self, row: int) -> bytes:
        """The UTF-8 of a row."""
        return self.blob[int(self.at[row]) : int(self.at[row + 1])].tobytes()

    def all_encoded(self) -> list[bytes]:
        """The UTF-8 of all rows."""
        blob = self.blob.tobytes()
        return [blob[start:end] for start, end in pairwise(self.at.tolist())]

    def distinct(self) -> tuple[list[str], NDArray[np.intp]]:
        """The strings that occur, and for each row the place of its own among them.

        Made for columns of short strings, of which it decodes each different one once.

        >>> names, numbers = StringTable.build(["de", "", "en", "de"]).distinct()
        >>> names, numbers.tolist()
        (['', 'de', 'en'], [1, 0, 2, 1])
        """
        starts, lengths = self.at[:-1].astype(np.intp), np.diff(self.at)
        longest = int(lengths.max()) if len(self) else 0
        if longest > _KEY_BYTES:
            places: dict[str, int] = {}
            found = [places.setdefault(text, len(places)) for text in self]
            return list(places), np.array(found, dtype=np.intp)
        keys = lengths.astype(np.uint64)  # so that two strings with zeroes at the end differ
        for byte in range(longest):
            rows = lengths > byte
            keys[rows] |= self.blob[starts[rows] + byte].astype(np.uint64) << np.uint64(
                8 * (_KEY_BYTES - byte)
            )
        _, firsts, numbers = np.unique(keys, return_index=True, return_inverse=True)
        return [self[row] for row in firsts.tolist()], numbers

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


def decode(encoded: bytes) -> str:
    """The text of UTF-8; what is none, which only a forged file holds, is marked in it."""
    try:
        return encoded.decode("utf-8", _ERRORS)
    except UnicodeDecodeError:
        return encoded.decode("utf-8", "replace")


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
