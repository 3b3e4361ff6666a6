"""The inverted index of one segment, in arrays that are stored and opened as they are.

Term t has the posting list ``ordinals[posting_offsets[t]:posting_offsets[t + 1]]``: the chunks
it stands in, rising, with its frequency in each field beside it. In one line:
``term -> [(ordinal, frequency in title, in headings, in body)]``.
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


@dataclass(frozen=True)
class Postings:
    """Arrays of one segment: t terms, p postings, n chunks. Not to be written to.

    >>> from app.core.lexical.build import build_postings
    >>> postings = build_postings([(["gold"], [], ["dig", "gold"]), ([], [], ["dig"])])
    >>> [(postings.terms[t], postings.ordinals_of(t).tolist()) for t in range(2)]
    [('dig', [0, 1]), ('gold', [0])]
    """

    term_blob: NDArray[np.uint8]
    """UTF-8 of all terms, sorted, end to end."""
    term_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `term_blob`."""
    posting_offsets: NDArray[np.uint32]
    """(t + 1,) offsets into `ordinals` and the frequencies."""
    ordinals: NDArray[np.uint32]
    """(p,) chunk ordinals in 0..n-1, rising within a term."""
    title_frequencies: NDArray[np.uint8]
    headings_frequencies: NDArray[np.uint8]
    body_frequencies: NDArray[np.uint8]
    """(p,) each: occurrences of the term in that field of the chunk, at most `MAX_FREQUENCY`."""
    title_lengths: NDArray[np.uint32]
    headings_lengths: NDArray[np.uint32]
    body_lengths: NDArray[np.uint32]
    """(n,) each: terms in that field of the chunk."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, all of one dimension; `from_arrays` is the way back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Postings:
        """Postings over the very arrays given; reads nothing, copies nothing.

        Raises `StorageError("storage-damaged")` if an array is missing or sizes do not agree.
        """
        try:
            postings = cls(**{field.name: arrays[field.name] for field in fields(cls)})
            postings._check_sizes()
        except (KeyError, IndexError) as error:
            raise StorageError(
                f"Postings lack the array {error}.", code="storage-damaged"
            ) from error
        return postings

    @classmethod
    def from_columns(
        cls,
        dictionary: tuple[NDArray[np.uint8], NDArray[np.uint32]],
        posting_offsets: NDArray[np.uint32],
        ordinals: NDArray[np.uint32],
        *,
        frequencies: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
        lengths: Sequence[NDArray[np.uint32]] | NDArray[np.uint32],
    ) -> Postings:
        """Postings from a packed dictionary and one array of counts for each of `FIELDS`."""
        title_tf, headings_tf, body_tf = map(np.ascontiguousarray, frequencies)
        title_len, headings_len, body_len = map(np.ascontiguousarray, lengths)
        blob, term_offsets = dictionary
        return cls(
            *(blob, term_offsets, posting_offsets, ordinals),
            *(title_tf, headings_tf, body_tf, title_len, headings_len, body_len),
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
    def frequencies(self) -> tuple[NDArray[np.uint8], ...]:
        """(p,) frequencies of each field, in the order of `FIELDS`."""
        return self.title_frequencies, self.headings_frequencies, self.body_frequencies

    @property
    def lengths(self) -> tuple[NDArray[np.uint32], ...]:
        """(n,) lengths of each field, in the order of `FIELDS`."""
        return self.title_lengths, self.headings_lengths, self.body_lengths

    def slice_of(self, number: int) -> slice:
        """Where the postings of term `number` lie in the posting arrays."""
        return slice(int(self.posting_offsets[number]), int(self.posting_offsets[number + 1]))

    def ordinals_of(self, number: int) -> NDArray[np.uint32]:
        """Chunks that hold term `number`, rising."""
        return self.ordinals[self.slice_of(number)]

    def _check_sizes(self) -> None:
        n_postings, n_chunks = len(self.ordinals), len(self.body_lengths)
        agree = (
            len(self.term_offsets) == len(self.posting_offsets) > 0
            and int(self.term_offsets[-1]) == len(self.term_blob)
            and int(self.posting_offsets[-1]) == n_postings
            and all(len(counts) == n_postings for counts in self.frequencies)
            and all(len(lengths) == n_chunks for lengths in self.lengths)
        )
        if not agree:
            raise StorageError("Sizes of the postings do not agree.", code="storage-damaged")
