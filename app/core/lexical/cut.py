"""How documents were cut into chunks, and what neighbours among these share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.postings import GAP, Postings


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


class Overlap(NamedTuple):
    """What the chunks of a segment repeat of the one before, int64[n] each."""

    body: NDArray[np.int64]
    """Positions in the body."""
    forms: NDArray[np.int64]
    """Forms that are repeated: as many as positions, or more."""
    least: NDArray[np.int64]
    """Positions that are repeated, or fewer: without forms that may share one with another."""

    @classmethod
    def of(cls, postings: Postings) -> Overlap:
        """The overlap of chunks, as far as their lengths tell it."""
        body = postings.field_starts[:, 0].astype(np.int64) - GAP
        forms = postings.repeated_lengths.astype(np.int64)
        more = postings.body_lengths.astype(np.int64) - body
        shared = np.minimum(more, np.concatenate([more[:1], more[:-1]]))
        return cls(body, forms, np.maximum(forms - shared, np.minimum(forms, 1)))


def _changes(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """u8[n]: whether a number differs from the one before."""
    return np.not_equal(np.diff(numbers.astype(np.int64), prepend=-1), 0).astype(np.uint8)
