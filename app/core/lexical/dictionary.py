"""The sorted term dictionary of a segment: one UTF-8 blob, searched where it lies.

Nothing is decoded when it is opened; a lookup bisects the blob in about 20 steps. UTF-8 sorts
by bytes as Python sorts by code points.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.kernels.indexing import Texts
from app.core.lexical.distance import Characters
from app.core.lexical.sketch import Hashes, Sketch, hashes
from app.core.unique import unique_values


class TermDictionary:
    """Terms in order; a term's number is its place among them.

    `blob` is uint8[bytes], `offsets` uint32[terms + 1] into it.
    """

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.uint32]) -> None:
        self._blob = blob.data
        self._offsets = offsets.data
        self._last = "", range(len(self))

    @staticmethod
    def pack(terms: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """`blob` and `offsets` of terms that are sorted and differ from each other.

        >>> blob, offsets = TermDictionary.pack(["gold", "öl"])
        >>> blob.tobytes(), offsets.tolist()
        (b'gold\xc3\xb6l', [0, 4, 7])
        """
        # No UTF-8 byte is 0xff.
        joined = np.frombuffer(b"\xff".join([*map(str.encode, terms), b""]), dtype=np.uint8)
        ends = np.flatnonzero(joined == 0xFF)
        offsets = np.zeros(len(terms) + 1, dtype=np.uint32)
        offsets[1:] = ends - np.arange(len(terms))
        return joined[joined != 0xFF], offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._bytes(number).decode()

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def find(self, term: str) -> int | None:
        """The number of `term`, None if it is not there."""
        key = term.encode()
        number = self._bisect(key, self._around(term))
        return number if number < len(self) and self._bytes(number) == key else None

    def find_all(self, terms: Texts, kernels: Kernels) -> list[int]:
        """The number of each of the terms; -1 for one that is not there."""
        if not len(terms.ends):
            return []
        blob, offsets = np.asarray(self._blob), np.asarray(self._offsets)
        found: list[int] = kernels.find(blob, offsets, terms).tolist()
        return found

    def with_prefix(self, prefix: str) -> range:
        """Numbers of the terms that start with `prefix`."""
        key, around = prefix.encode(), self._around(prefix)
        # No UTF-8 byte is 0xff, so this key sorts behind every term with the prefix.
        found = range(self._bisect(key, around), self._bisect(key + b"\xff", around))
        self._last = prefix, found
        return found

    def _around(self, text: str) -> range:
        """Where to look for a term: while one is typed, inside of what began as it does."""
        prefix, found = self._last
        return found if text.startswith(prefix) else range(len(self))

    def containing(self, part: str, among: range) -> NDArray[np.int64]:
        """Numbers of the terms in `among` that `part` stands in, rising."""
        offsets, blob = np.asarray(self._offsets), np.asarray(self._blob)
        base = int(offsets[among.start])
        text = blob[base : offsets[among.stop]]
        first, *rest = part.encode()
        places = np.flatnonzero(text == first)
        for place, byte in enumerate(rest, 1):
            places = places[: np.searchsorted(places, len(text) - place)]
            places = places[text[places + place] == byte]
        starts = offsets[among.start : among.stop + 1]
        numbers = np.searchsorted(starts, places + base, side="right") - 1
        inside = places + base + len(rest) < starts[numbers + 1]
        return unique_values(numbers[inside]) + among.start

    def ending(self, part: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the terms `numbers` that end with `part`."""
        offsets, blob, own = np.asarray(self._offsets), np.asarray(self._blob), part.encode()
        ends = offsets[numbers + 1].astype(np.int64)
        numbers, ends = (each[ends - offsets[numbers] >= len(own)] for each in (numbers, ends))
        for place, byte in enumerate(reversed(own), 1):
            alike = blob[ends - place] == byte
            numbers, ends = numbers[alike], ends[alike]
        return numbers

    def lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Characters of each of the terms `numbers`, same shape; 255 for more."""
        lengths: NDArray[np.uint8] = self._sketch.lengths[numbers]
        return lengths

    def resembling(
        self, word: str, limit: int, keep: int = 0, *, is_begun: bool = False
    ) -> NDArray[np.int64]:
        """Numbers, rising, of the terms that may be at most `limit` edits from `word`.

        They begin with the same `keep` characters, and with `is_begun` may go on after the word.
        """
        among = self.with_prefix(word[:keep])
        return self._sketch.resembling(word, limit, among, is_begun=is_begun)

    def characters(self, numbers: NDArray[np.int64], width: int) -> Characters:
        """The first `width` characters of each of the terms `numbers`."""
        offsets = np.asarray(self._offsets)
        starts = offsets[numbers].astype(np.int64)
        sizes = offsets[numbers + 1] - starts
        firsts = np.cumsum(sizes) - sizes
        places = np.repeat(starts - firsts, sizes.astype(np.intp)) + np.arange(sizes.sum())
        text = np.asarray(self._blob)[places]
        begins = np.concatenate([[0], np.cumsum((text & 0xC0) != 0x80)])
        lengths = begins[firsts + sizes] - begins[firsts]
        codes = np.frombuffer(text.tobytes().decode().encode("utf-32-le"), np.uint32)
        return Characters.cut(codes, lengths.astype(np.int64), width)

    def hashes(self, among: range) -> Hashes:
        """A hash of each of the terms in `among`, the same in every dictionary."""
        offsets = np.asarray(self._offsets)[among.start : among.stop + 1]
        return hashes(np.asarray(self._blob), offsets)

    def tails(self, among: range, skip: int) -> TermDictionary:
        """The terms in `among` without the first `skip` bytes, which they have in common."""
        offsets = np.asarray(self._offsets)[among.start : among.stop + 1].astype(np.int64)
        kept = np.ones(int(offsets[-1] - offsets[0]), dtype=np.bool_)
        kept[(offsets[:-1, None] - offsets[0] + np.arange(skip)).ravel()] = False
        blob = np.asarray(self._blob)[offsets[0] : offsets[-1]][kept]
        shorter = offsets - offsets[0] - skip * np.arange(len(offsets))
        return TermDictionary(blob, shorter.astype(np.uint32))

    @cached_property
    def _sketch(self) -> Sketch:
        return Sketch.of(np.asarray(self._blob), np.asarray(self._offsets))

    def _bytes(self, number: int) -> bytes:
        return bytes(self._blob[self._offsets[number] : self._offsets[number + 1]])

    def _bisect(self, key: bytes, around: range) -> int:
        return bisect_left(range(len(self)), key, around.start, around.stop, key=self._bytes)
