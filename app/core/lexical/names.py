"""Names by numbers while an index is built: of forms, and of the keys of their groups."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np

from app.core.kernels.merging import MergedNames
from app.core.kernels.port import Bytes, Uint32s
from app.core.kernels.scoring import offsets_of, ranges
from app.core.lexical.dictionary import TermDictionary

LETTERS, FOLDED, OTHER = 0, 1, 2
"""A name in lower-case ASCII letters; any that folds to itself, being ASCII; another."""

_OF_BYTE = np.full(256, FOLDED, np.uint8)
_OF_BYTE[ord("a") : ord("z") + 1] = LETTERS
_OF_BYTE[ord("A") : ord("Z") + 1] = _OF_BYTE[0x80:] = OTHER


class Packed(NamedTuple):
    """Names in UTF-8: number i has ``blob[offsets[i]:offsets[i + 1]]`` and is of ``kinds[i]``."""

    blob: Bytes
    offsets: Uint32s
    kinds: Bytes


class Names(dict[str, int]):
    """Numbers names from 0 in the order in which they are asked for; none is empty.

    >>> names = Names()
    >>> names.numbers_of(["ore", "Gold", "ore"]).tolist(), names.number("Gold"), list(names)
    ([0, 1, 0], 1, ['ore', 'Gold'])
    >>> packed = names.packed()
    >>> packed.blob.tobytes(), packed.offsets.tolist(), packed.kinds.tolist()
    (b'oreGold', [0, 3, 7], [0, 2])
    """

    def __init__(self) -> None:
        super().__init__()
        self._packed = Packed(np.empty(0, np.uint8), np.zeros(1, np.uint32), np.empty(0, np.uint8))

    def number(self, name: str) -> int:
        """The number of a name."""
        return self.setdefault(name, len(self))

    def numbers_of(self, names: Iterable[str]) -> Uint32s:
        """The numbers of several."""
        number = self.setdefault
        return np.array([number(name, len(self)) for name in names], dtype=np.uint32)

    def packed(self) -> Packed:
        """All names there are; those packed before are not looked at again."""
        known = self._packed
        if len(known.kinds) < len(self):
            blob, offsets = TermDictionary.pack(list(islice(self, len(known.kinds), None)))
            kinds = np.maximum.reduceat(_OF_BYTE[blob], offsets[:-1].astype(np.intp))
            self._packed = Packed(
                np.concatenate([known.blob, blob]),
                np.concatenate([known.offsets, offsets[1:] + known.offsets[-1]]),
                np.concatenate([known.kinds, kinds]),
            )
        return self._packed


def chosen(packed: Packed | MergedNames, numbers: Uint32s) -> tuple[Bytes, Uint32s]:
    """`blob` and `offsets` of some of the names, in the order of `numbers`.

    >>> names = Names()
    >>> numbers = names.numbers_of(["ore", "Gold", "dig"])
    >>> blob, offsets = chosen(names.packed(), numbers[::2])
    >>> blob.tobytes(), offsets.tolist()
    (b'oredig', [0, 3, 6])
    """
    starts, ends = packed.offsets[numbers], packed.offsets[numbers + 1]
    return packed.blob[ranges(starts, ends)], offsets_of(ends - starts).astype(np.uint32)
