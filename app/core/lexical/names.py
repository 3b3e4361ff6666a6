"""Names by numbers while an index is built: of forms, and of the keys of their groups."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels
from app.core.kernels.indexing import LINE_FEED, lines_of, texts_of
from app.core.kernels.merging import MergedNames
from app.core.kernels.port import Bytes, Uint32s
from app.core.kernels.scoring import offsets_of, ranges

SIGN, CAPITAL, HIGH = 1, 2, 4
"""What names have besides lower-case ASCII letters: digits and signs, capitals, other bytes."""

_OF_BYTE = np.full(256, SIGN, np.uint8)
_OF_BYTE[ord("a") : ord("z") + 1] = _OF_BYTE[LINE_FEED] = 0
_OF_BYTE[ord("A") : ord("Z") + 1] = CAPITAL
_OF_BYTE[0x80:] = HIGH


class Names:
    """Numbers names from 0 in the order in which they are asked for; none is empty.

    >>> from app.core.kernels import NumpyKernels
    >>> names = Names(NumpyKernels())
    >>> names.numbers_of(["ore", "Gold", "ore"]).tolist(), names.texts(np.uint32([1, 0]))
    ([0, 1, 0], ['Gold', 'ore'])
    >>> names.traits.tolist(), names.sorted(np.uint32([0, 1])).tolist()
    ([0, 2], [1, 0])
    """

    def __init__(self, kernels: Kernels) -> None:
        self._indexing = kernels.indexing
        self.table = self._indexing.new_names()
        self._traits = np.empty(0, np.uint8)

    def __len__(self) -> int:
        return len(self.table)

    def numbers_of(self, names: Iterable[str]) -> Uint32s:
        """The numbers of some names; new ones get theirs."""
        return self.table.numbers(lines_of(names))

    def texts(self, numbers: NDArray[np.unsignedinteger] | None = None) -> list[str]:
        """The names of numbers, or all there are."""
        return texts_of(self.table.packed().lines if numbers is None else self.lines(numbers))

    def lines(self, numbers: NDArray[np.unsignedinteger]) -> Bytes:
        """The names of numbers, each with a line feed behind."""
        lines, starts = self.table.packed()
        return self._indexing.cut_out(lines, starts[numbers], starts[numbers + 1])

    def packed(self, numbers: Uint32s) -> tuple[Bytes, Uint32s]:
        """The names of numbers end to end, and where each begins, and the last ends.

        >>> from app.core.kernels import NumpyKernels
        >>> names = Names(NumpyKernels())
        >>> blob, offsets = names.packed(names.numbers_of(["ore", "dig"]))
        >>> blob.tobytes(), offsets.tolist()
        (b'oredig', [0, 3, 6])
        """
        lines, starts = self.table.packed()
        begins, ends = starts[numbers], starts[numbers + 1] - np.uint32(1)
        return self._indexing.cut_out(lines, begins, ends), _offsets(begins, ends)

    def sorted(self, numbers: Uint32s) -> Uint32s:
        """Numbers, sorted by the names."""
        # A line feed is below all bytes of names, and so changes no order.
        return self._indexing.sort_names(*self.table.packed(), numbers)

    @property
    def traits(self) -> Bytes:
        """Of each name which of `SIGN`, `CAPITAL` and `HIGH` it has."""
        known = len(self._traits)
        if known < len(self):
            lines, starts = self.table.packed()
            fresh = starts[known:-1] - starts[known]
            traits = np.bitwise_or.reduceat(_OF_BYTE[lines[starts[known] :]], fresh.astype(np.intp))
            self._traits = np.concatenate([self._traits, traits])
        return self._traits


def chosen(merged: MergedNames, numbers: Uint32s) -> tuple[Bytes, Uint32s]:
    """`blob` and `offsets` of some of the names, in the order of `numbers`."""
    starts, ends = merged.offsets[numbers], merged.offsets[numbers + 1]
    return merged.blob[ranges(starts, ends)], _offsets(starts, ends)


def _offsets(starts: Uint32s, ends: Uint32s) -> Uint32s:
    return offsets_of(ends - starts).astype(np.uint32)
