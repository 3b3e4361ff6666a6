"""The loops of merging segments: what they are given, what they give, and both in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import Bytes, Sparse, Uint32s
from app.core.kernels.scoring import offsets_of, ranges

GONE = 0xFFFF_FFFF
"""In place of the new ordinal of a chunk that is left out."""

Dictionary = tuple[Bytes, Uint32s]
"""Sorted names: number i is ``blob[offsets[i]:offsets[i + 1]]``."""

SparseFields = tuple[Sparse, Sparse, Sparse, Sparse]
"""Of what is repeated, headings, title and path."""

_BLOCK = 1 << 20


class MergedNames(NamedTuple):
    """All names of several dictionaries, and for each of these the new numbers of its names."""

    blob: Bytes
    offsets: Uint32s
    numbers: list[Uint32s]


class Part(NamedTuple):
    """The posting lists of one segment, as columns of `Postings`, on their way into another one."""

    terms: Uint32s
    """The new number of each term, rising."""
    chunks: Uint32s
    """The new ordinal of each chunk, or `GONE`; rising from part to part."""
    posting_offsets: Uint32s
    ordinals: Uint32s
    counts: Bytes
    position_offsets: Uint32s
    positions: Bytes
    sparse: SparseFields


class MergedLists(NamedTuple):
    """Posting lists of all terms; some may be empty."""

    posting_offsets: Uint32s
    ordinals: Uint32s
    counts: Bytes
    position_offsets: Uint32s
    positions: Bytes
    sparse: SparseFields


class Merging(Protocol):
    """One implementation; `StorageError("storage-damaged")` for what points outside of itself."""

    def names(self, dictionaries: Sequence[Dictionary]) -> MergedNames:
        """The names of all dictionaries, each once, sorted by bytes."""

    def lists(self, parts: Sequence[Part], n_terms: int) -> MergedLists:
        """The posting lists of all parts but for chunks that are gone."""


class NumpyMerging:
    """`Merging` in NumPy."""

    def names(self, dictionaries: Sequence[Dictionary]) -> MergedNames:
        """The names of all dictionaries.

        >>> one = np.frombuffer(b"goldore", np.uint8), np.uint32([0, 4, 7])
        >>> two = np.frombuffer(b"dirtore", np.uint8), np.uint32([0, 4, 7])
        >>> merged = NumpyMerging().names([one, two])
        >>> merged.blob.tobytes(), [numbers.tolist() for numbers in merged.numbers]
        (b'dirtgoldore', [[1, 2], [0, 2]])
        """
        given = [_names(*each) for each in dictionaries]
        names = sorted({name for each in given for name in each})
        number_of = {name: number for number, name in enumerate(names)}
        sizes = np.fromiter(map(len, names), np.int64, len(names))
        return MergedNames(
            np.frombuffer(b"".join(names), np.uint8),
            offsets_of(sizes).astype(np.uint32),
            [np.array([number_of[name] for name in each], dtype=np.uint32) for each in given],
        )

    def lists(self, parts: Sequence[Part], n_terms: int) -> MergedLists:
        """The posting lists of all parts."""
        kept = [part.chunks[part.ordinals] != GONE for part in parts]
        sizes = [_position_bytes(part) for part in parts]
        columns = [_columns(*each) for each in zip(parts, kept, sizes, strict=True)]
        none = np.empty(0, np.int64)
        terms, ordinals, counts, bytes_ = (
            np.concatenate([none, *(each[column] for each in columns)]) for column in range(4)
        )
        # A posting of a later part has a higher ordinal, so sorting by term is all.
        order = np.argsort(terms, kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        stream = np.concatenate(
            [
                np.empty(0, np.uint8),
                *(
                    part.positions[np.repeat(stays, size.astype(np.intp))]
                    for part, stays, size in zip(parts, kept, sizes, strict=True)
                ),
            ]
        )
        of_terms = np.bincount(terms.astype(np.intp), minlength=n_terms)
        bytes_of_terms = np.bincount(terms.astype(np.intp), bytes_, minlength=n_terms)
        begins = np.cumsum(bytes_) - bytes_
        repeated, headings, title, path = (_sparse(parts, kept, field, place) for field in range(4))
        return MergedLists(
            offsets_of(of_terms).astype(np.uint32),
            ordinals[order].astype(np.uint32),
            counts[order].astype(np.uint8),
            offsets_of(bytes_of_terms.astype(np.int64)).astype(np.uint32),
            _moved(stream, begins[order], bytes_[order]),
            (repeated, headings, title, path),
        )


def _names(blob: Bytes, offsets: Uint32s) -> list[bytes]:
    data, edges = blob.tobytes(), offsets.tolist()
    return [data[start:end] for start, end in pairwise(edges)]


def _position_bytes(part: Part) -> NDArray[np.int64]:
    """(p,) bytes that the positions of each posting take."""
    ends = np.flatnonzero(part.positions < 0x80)
    last = np.cumsum(part.counts, dtype=np.int64) - 1
    return np.diff(ends[last] + 1, prepend=0)


def _columns(
    part: Part, kept: NDArray[np.bool_], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """Term, new ordinal, count and bytes of positions of every posting that stays."""
    terms = np.repeat(part.terms, np.diff(part.posting_offsets).astype(np.intp))
    columns = terms, part.chunks[part.ordinals], part.counts, sizes
    return tuple(column[kept].astype(np.int64) for column in columns)


def _sparse(
    parts: Sequence[Part], kept: Sequence[NDArray[np.bool_]], field: int, place: NDArray[np.int64]
) -> Sparse:
    """The postings of a field; `place` is where postings that stay went."""
    places, counts = [np.empty(0, np.int64)], [np.empty(0, np.uint8)]
    first = 0
    for part, stays in zip(parts, kept, strict=True):
        at, found = part.sparse[field]
        here = stays[at]
        places.append(place[first + (np.cumsum(stays) - 1)[at[here]]])
        counts.append(found[here])
        first += int(np.count_nonzero(stays))
    joined = np.concatenate(places)
    order = np.argsort(joined)
    return joined[order].astype(np.uint32), np.concatenate(counts)[order]


def _moved(stream: Bytes, begins: NDArray[Any], sizes: NDArray[Any]) -> Bytes:
    """The stretches of a stream in another order; some at a time, to spare memory."""
    parts = [np.empty(0, np.uint8)]
    for first in range(0, len(sizes), _BLOCK):
        block = slice(first, first + _BLOCK)
        parts.append(stream[ranges(begins[block], begins[block] + sizes[block])])
    return np.concatenate(parts)
