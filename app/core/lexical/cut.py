"""How documents were cut into chunks, and what neighbours among these share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cut:
    """How the documents of a segment were cut, u32[n] each."""

    document: NDArray[np.uint32]
    """The document of each chunk, rising from 0; none is without chunks."""
    heading: NDArray[np.uint32]
    """A number for its heading path."""

    @cached_property
    def first(self) -> NDArray[np.uint8]:
        """u8[n]: whether a chunk is the first of its document."""
        return _changes(self.document)

    @cached_property
    def begins(self) -> NDArray[np.uint8]:
        """u8[n]: whether a chunk has another heading path than the one before."""
        return self.first | _changes(self.heading)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """int64[documents + 1]: the first chunk of each document, and the number of chunks."""
        return np.append(np.flatnonzero(self.first), len(self.document))


def _changes(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """u8[n]: whether a number differs from the one before."""
    return np.not_equal(np.diff(numbers.astype(np.int64), prepend=-1), 0).astype(np.uint8)
