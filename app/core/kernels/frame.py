"""How arrays of NumPy are handed to the WebAssembly module: by their addresses, in a frame."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import Flags, PostingArrays, Uint32s
from app.errors import InputError

U8 = np.dtype(np.uint8)
U32 = np.dtype(np.uint32)
U64 = np.dtype(np.uint64)
F32 = np.dtype(np.float32)
F64 = np.dtype(np.float64)

_WORDS = 40
_POSTING_WORDS = 12
Item = TypeVar("Item", bound=np.generic)
Function = Callable[[int], int]
"""A function of the module: it takes the address of a frame."""


class Memory(Protocol):
    """The memory that the module was given."""

    def empty(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array in it, with any content."""

    def address(self, array: NDArray[Any]) -> int:
        """Where a contiguous array starts."""


class Frame:
    """The words that a function of the module reads its arguments from, and those it answers in.

    Addresses are taken anew for each call, and an array never moves, so that it does not matter
    when the memory grows.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.empty = memory.empty
        self._words = memory.empty(_WORDS, np.uint32)
        self._address = memory.address(self._words)
        self._bytes = self._words.data.cast("B")
        self._described: WeakKeyDictionary[PostingArrays, Uint32s] = WeakKeyDictionary()

    def call(self, function: Function, layout: Struct, *words: float) -> int:
        """What the function answers to these arguments."""
        layout.pack_into(self._bytes, 0, *words)
        return function(self._address)

    def word(self, number: int) -> int:
        """A word as the last call left it."""
        return int(self._words[number])

    def zeros(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array of zeros where the module reaches it."""
        array = self.empty(size, dtype)
        array.fill(0)
        return array

    def at(self, array: NDArray[Any], dtype: np.dtype[Any], size: int | None = None) -> int:
        """The address of an array, after a look at what the module will take on trust.

        `InputError` if type or size are others, or the array has gaps.
        """
        kind = array.dtype
        if kind != dtype and (dtype is not U8 or kind.itemsize != 1):
            raise InputError(f"An array of {dtype} is needed, not of {kind}.")
        if not array.flags.c_contiguous or (size is not None and len(array) != size):
            raise InputError(f"An array of shape {array.shape} does not fit, or has gaps.")
        return self._memory.address(array)

    def flags(self, flags: Flags | None) -> tuple[int, int]:
        """Address and size of flags, both 0 for none."""
        return (0, 0) if flags is None else (self.at(flags, U8), len(flags))

    def postings(self, postings: PostingArrays) -> int:
        """The address of the struct of these postings, which is made once."""
        known = self._described.get(postings)
        if known is None:
            known = self.empty(_POSTING_WORDS, np.uint32)
            known[:] = self._description(postings)
            self._described[postings] = known
        return self._memory.address(known)

    def _description(self, postings: PostingArrays) -> list[int]:
        words = []
        for numbers, counts in ((postings.ordinals, postings.counts), *postings.sparse):
            same_length(len(numbers), len(counts))
            words += [self.at(numbers, U32), self.at(counts, U8), len(numbers)]
        return words


def same_length(*lengths: int) -> None:
    """`InputError` unless arrays that belong together have one length."""
    if len(set(lengths)) > 1:
        raise InputError(f"Arrays that belong together have the lengths {lengths}.")


def cut(array: NDArray[Item], size: int) -> NDArray[Item]:
    """The first items; a copy where a view would hold on to much more memory than it shows.

    >>> cut(np.arange(8), 2).tolist()
    [0, 1]
    """
    if size == len(array):
        return array
    return array[:size].copy() if 2 * size < len(array) else array[:size]
