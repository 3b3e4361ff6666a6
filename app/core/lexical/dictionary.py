"""The sorted term dictionary of a segment: one UTF-8 blob, searched where it lies.

Nothing is decoded when it is opened; a lookup bisects the blob in about 20 steps. UTF-8 sorts
by bytes as Python sorts by code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


class TermDictionary:
    """Terms in order; a term's number is its place among them.

    `blob` is uint8[bytes], `offsets` uint32[terms + 1] into it.
    """

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.uint32]) -> None:
        self._blob = blob.data
        self._offsets = offsets.data

    @staticmethod
    def pack(terms: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """`blob` and `offsets` of terms that are sorted and differ from each other."""
        encoded = [term.encode() for term in terms]
        offsets = np.zeros(len(encoded) + 1, dtype=np.uint32)
        np.cumsum(np.fromiter(map(len, encoded), np.uint32, len(encoded)), out=offsets[1:])
        return np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._bytes(number).decode()

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def find(self, term: str) -> int | None:
        """The number of `term`, None if it is not there."""
        key = term.encode()
        number = self._bisect(key)
        return number if number < len(self) and self._bytes(number) == key else None

    def with_prefix(self, prefix: str) -> range:
        """Numbers of the terms that start with `prefix`."""
        key = prefix.encode()
        # No UTF-8 byte is 0xff, so this key sorts behind every term with the prefix.
        return range(self._bisect(key), self._bisect(key + b"\xff"))

    def containing(self, part: str) -> Iterable[int]:
        """Numbers of the terms that have `part` somewhere inside; reads the whole blob."""
        key = part.encode()
        blob = bytes(self._blob)
        at, number = blob.find(key), 0
        while key and at >= 0:
            number = int(np.searchsorted(self._offsets, at, side="right")) - 1
            if at + len(key) <= self._offsets[number + 1]:
                yield number
                at = blob.find(key, self._offsets[number + 1])
            else:
                at = blob.find(key, at + 1)

    def _bytes(self, number: int) -> bytes:
        return bytes(self._blob[self._offsets[number] : self._offsets[number + 1]])

    def _bisect(self, key: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low
