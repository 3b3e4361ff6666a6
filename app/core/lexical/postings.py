"""The inverted index of one segment, in arrays that are stored and opened as they are.

Term t has the posting list ``ordinals[posting_offsets[t]:posting_offsets[t + 1]]``: the chunks
it stands in, rising, with its frequency in the body beside it. Few terms of a chunk stand in its
title or headings as well; those frequencies are kept apart, each with the place of its posting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary
from app.errors import StorageError

FIELDS = ("title", "headings", "body")
"""Fields of a chunk, in the order of every per-field tuple."""

MAX_FREQUENCY = 255
"""Counts beyond are stored as this; BM25 is as good as saturated there."""

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class Postings:
    """Arrays of one segment: t terms, p postings, n chunks. Not to be written to.

    >>> from app.core.lexical.build import build_postings
    >>> postings = build_postings([(["gold"], [], ["dig", "gold"]), ([], [], ["dig"])])
    >>> [(postings.terms[t], postings.ordinals[postings.slice_of(t)].tolist()) for t in range(2)]
    [('dig', [0, 1]), ('gold', [0])]
    """

    term_blob: NDArray[np.uint8]
    """UTF-8 of all terms, sorted, end to end."""
    term_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `term_blob`."""
    posting_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `ordinals` and `body_frequencies`."""
    ordinals: NDArray[np.uint32]
    """(p,) chunk ordinals in 0..n-1, rising within a term."""
    body_frequencies: NDArray[np.uint8]
    """(p,) occurrences of the term in the chunk's body, at most `MAX_FREQUENCY`, 0 if in none."""
    title_postings: NDArray[np.uint32]
    """Places in `ordinals`, rising, of the postings whose term stands in the title."""
    title_frequencies: NDArray[np.uint8]
    """For each of `title_postings`: occurrences in the title, 1 to `MAX_FREQUENCY`."""
    headings_postings: NDArray[np.uint32]
    headings_frequencies: NDArray[np.uint8]
    """The same for the headings."""
    title_lengths: NDArray[np.uint32]
    headings_lengths: NDArray[np.uint32]
    body_lengths: NDArray[np.uint32]
    """(n,) each: terms in that field of the chunk."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, all of one dimension; `from_arrays` is the way back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Postings:
        """Postings over the very arrays given; copies nothing, reads only sizes.

        Raises `StorageError("storage-damaged")` if an array is missing or sizes do not agree.
        """
        missing = [field.name for field in fields(cls) if field.name not in arrays]
        if missing:
            raise StorageError(f"The postings lack {', '.join(missing)}.", code="storage-damaged")
        postings = cls(**{field.name: arrays[field.name] for field in fields(cls)})
        if not postings._sizes_agree():
            raise StorageError("The sizes of the postings do not agree.", code="storage-damaged")
        return postings

    @classmethod
    def from_columns(
        cls,
        names: Sequence[str],
        posting_counts: NDArray[np.int64],
        ordinals: NDArray[np.int64],
        frequencies: Sequence[NDArray[np.uint8]],
        lengths: Sequence[NDArray[np.uint32]],
    ) -> Postings:
        """Postings of sorted terms, posting_counts[t] each, from full columns for each of `FIELDS`.

        `frequencies` are (p,) each, `lengths` (n,) each.
        """
        term_blob, term_offsets = TermDictionary.pack(names)
        posting_offsets = np.zeros(len(names) + 1, dtype=np.uint32)
        np.cumsum(posting_counts, out=posting_offsets[1:])
        title, headings = (np.flatnonzero(column).astype(np.uint32) for column in frequencies[:2])
        return cls(
            term_blob,
            term_offsets,
            posting_offsets,
            ordinals.astype(np.uint32),
            np.ascontiguousarray(frequencies[2]),
            *(title, frequencies[0][title], headings, frequencies[1][headings]),
            *map(np.ascontiguousarray, lengths),
        )

    @property
    def n_chunks(self) -> int:
        """Chunks in the segment, deleted ones included."""
        return len(self.body_lengths)

    @cached_property
    def terms(self) -> TermDictionary:
        """The term dictionary over `term_blob`."""
        return TermDictionary(self.term_blob, self.term_offsets)

    @property
    def lengths(self) -> tuple[NDArray[np.uint32], ...]:
        """(n,) lengths of each field, in the order of `FIELDS`."""
        return self.title_lengths, self.headings_lengths, self.body_lengths

    def slice_of(self, number: int) -> slice:
        """Where the postings of term `number` lie in `ordinals`."""
        return slice(int(self.posting_offsets[number]), int(self.posting_offsets[number + 1]))

    def frequencies(self, at: slice) -> list[NDArray[np.uint8]]:
        """Frequencies of the postings `at` as one full column for each of `FIELDS`."""
        columns = []
        for places, counts in self._sparse:
            column = np.zeros(at.stop - at.start, dtype=np.uint8)
            here = slice(*np.searchsorted(places, (at.start, at.stop)).tolist())
            column[places[here] - at.start] = counts[here]
            columns.append(column)
        return [*columns, self.body_frequencies[at]]

    def weighted_frequencies(self, at: slice, weights: Sequence[float]) -> Float64Array:
        """Sum over fields of weight * frequency for the postings `at`, shape (postings,)."""
        total = self.body_frequencies[at] * np.float64(weights[2])
        for (places, counts), weight in zip(self._sparse, weights[:2], strict=True):
            here = slice(*np.searchsorted(places, (at.start, at.stop)).tolist())
            total[places[here] - at.start] += counts[here] * np.float64(weight)
        return total

    @property
    def _sparse(self) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint8]], ...]:
        return (
            (self.title_postings, self.title_frequencies),
            (self.headings_postings, self.headings_frequencies),
        )

    def _sizes_agree(self) -> bool:
        return (
            len(self.term_offsets) == len(self.posting_offsets) > 0
            and int(self.term_offsets[-1]) == len(self.term_blob)
            and int(self.posting_offsets[-1]) == len(self.ordinals) == len(self.body_frequencies)
            and all(len(places) == len(counts) for places, counts in self._sparse)
            and len(set(map(len, self.lengths))) == 1
        )
