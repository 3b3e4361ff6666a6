"""The inverted index of one segment, in arrays that are stored and opened as they are.

Terms are *forms*: words as they are spelt, but for case (`app.core.analysis`). Form t has the
posting list ``ordinals[posting_offsets[t]:posting_offsets[t + 1]]``: the chunks it stands in,
rising, with its occurrences in all fields beside it. Few forms of a chunk stand in its headings,
title or path as well; those occurrences are kept apart, each with the place of its posting.

Positions count words. The fields of a chunk lie in one space, the body first, then headings,
title and path, each `GAP` behind the one before, so that no phrase runs from one into another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import PostingArrays
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.keys import KeyTable
from app.core.lexical.soundness import fault
from app.errors import StorageError

FIELDS = ("body", "headings", "title", "path")
"""Fields of a chunk, in the order of every per-field tuple."""

MAX_COUNT = 255
"""Occurrences of a form in a chunk that are kept, the last ones; BM25 is saturated there."""

GAP = 256
"""Positions left free between two fields: more than any slack of a proximity query."""

Places = NDArray[np.uint32]
Counts = NDArray[np.uint8]
Sparse = tuple[Places, Counts]


@dataclass(frozen=True)
class Postings:
    """Arrays of one segment: t forms, p postings, n chunks. Not to be written to."""

    term_blob: NDArray[np.uint8]
    """UTF-8 of all forms, sorted, end to end."""
    term_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `term_blob`."""
    posting_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `ordinals` and `counts`."""
    ordinals: NDArray[np.uint32]
    """(p,) chunk ordinals in 0..n-1, rising within a form."""
    counts: Counts
    """(p,) occurrences of the form in the chunk, 1 to `MAX_COUNT`."""
    headings_postings: Places
    """Places in `ordinals`, rising, of the postings whose form stands in the headings."""
    headings_counts: Counts
    """For each of `headings_postings`: occurrences there, 1 to `MAX_COUNT`."""
    title_postings: Places
    title_counts: Counts
    path_postings: Places
    path_counts: Counts
    """The same for title and path."""
    repeated_postings: Places
    repeated_counts: Counts
    """The same for what the body of the chunk before, of the same document, holds as well."""
    position_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `positions`."""
    positions: NDArray[np.uint8]
    """LEB128 numbers, `counts` of them a posting: its first position, then differences."""
    body_lengths: NDArray[np.uint32]
    headings_lengths: NDArray[np.uint16]
    title_lengths: NDArray[np.uint16]
    path_lengths: NDArray[np.uint16]
    """(n,) each: forms in that field of the chunk."""
    repeated_lengths: NDArray[np.uint32]
    """(n,): forms of the body that stand in the chunk before as well."""
    field_starts: NDArray[np.uint32]
    """(n, 3): positions at which headings, title and path begin."""
    key_blob: NDArray[np.uint8]
    key_offsets: NDArray[np.uint32]
    key_form_offsets: NDArray[np.uint32]
    key_forms: NDArray[np.uint32]
    """The groups of forms that count as one word, see `keys.KeyTable`."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name; `from_arrays` is the way back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Postings:
        """Postings over the very arrays given; copies and parses nothing.

        Raises `StorageError("storage-damaged")` if an array is missing or does not fit the others.
        """
        missing = [field.name for field in fields(cls) if field.name not in arrays]
        if missing:
            raise StorageError(f"The postings lack {', '.join(missing)}.", code="storage-damaged")
        postings = cls(**{field.name: arrays[field.name] for field in fields(cls)})
        if name := fault(postings):
            raise StorageError(f"The postings do not fit their {name}.", code="storage-damaged")
        return postings

    @property
    def n_chunks(self) -> int:
        """Chunks in the segment, deleted ones included."""
        return len(self.body_lengths)

    @cached_property
    def terms(self) -> TermDictionary:
        """The dictionary of forms over `term_blob`."""
        return TermDictionary(self.term_blob, self.term_offsets)

    @cached_property
    def keys(self) -> KeyTable:
        """Which forms count as one word."""
        return KeyTable(
            TermDictionary(self.key_blob, self.key_offsets), self.key_form_offsets, self.key_forms
        )

    @property
    def lengths(self) -> tuple[NDArray[Any], ...]:
        """(n,) lengths of each field, in the order of `FIELDS`."""
        return self.body_lengths, self.headings_lengths, self.title_lengths, self.path_lengths

    @property
    def sparse(self) -> tuple[Sparse, Sparse, Sparse]:
        """Postings and their occurrences in headings, title and path."""
        return (
            (self.headings_postings, self.headings_counts),
            (self.title_postings, self.title_counts),
            (self.path_postings, self.path_counts),
        )

    @cached_property
    def arrays(self) -> PostingArrays:
        """The posting lists as kernels take them; one object, for they remember where it lies."""
        return PostingArrays(self.ordinals, self.counts, self.sparse)

    @property
    def repeated(self) -> tuple[Places, Counts]:
        """Postings and those of their occurrences that the chunk before holds as well."""
        return self.repeated_postings, self.repeated_counts

    def slice_of(self, number: int) -> slice:
        """Where the postings of form `number` lie in `ordinals`."""
        return slice(int(self.posting_offsets[number]), int(self.posting_offsets[number + 1]))
