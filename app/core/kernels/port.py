"""What the hot loops of the keyword leg are given, what they give, and what each must do.

All arrays are C-contiguous. Every operation of floats is one of float32, in the order in which it
is written, so that any two implementations give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError, StorageError

if TYPE_CHECKING:
    from app.core.kernels.indexing import Indexing, Texts
    from app.core.kernels.merging import Merging
    from app.core.kernels.vectors import VectorKernels

Bytes = NDArray[np.uint8]
Float32s = NDArray[np.float32]
Uint32s = NDArray[np.uint32]
Uint64s = NDArray[np.uint64]

ROOM = 32
"""Positions of a word in a chunk that `Kernels.closest` looks at."""

NOWHERE = 0xFFFF_FFFF
"""The distance of words that do not stand in one chunk."""

ANY = 255
"""In place of a language: every one."""

Flags = NDArray[np.uint8] | NDArray[np.bool_]
"""(n,) one byte a chunk; it counts where that is not 0."""

Sparse = tuple[Uint32s, Bytes]
"""(s,) places of postings, rising, and (s,) the term's occurrences in one field there, 1..255."""


@dataclass(frozen=True, eq=False)
class PostingArrays:
    """The posting lists of one segment, one after the other.

    `ordinals` (p,): the chunk of each posting, rising within a list. `counts` (p,): occurrences
    in all fields together, 1..255. `sparse`: the few postings whose term stands in the headings,
    the title or the path, in this order; what is left of the count stands in the body.
    """

    ordinals: Uint32s
    counts: Bytes
    sparse: tuple[Sparse, Sparse, Sparse]


class Languages(NamedTuple):
    """Lists that count in chunks of one language: numbers u8 of those of chunks (n,), and of lists.

    A list with `ANY` counts everywhere.
    """

    of_chunks: Bytes
    of_lists: Bytes


class Gathered(NamedTuple):
    """Chunks that clauses match, with weighted frequencies: clause j has `offsets[j:j + 2]`.

    `ordinals` (m,) rise within a clause; `frequencies` (m,) are above 0; `offsets` (clauses + 1,).
    """

    ordinals: Uint32s
    frequencies: Float32s
    offsets: Uint32s

    def clause(self, number: int) -> tuple[Uint32s, Float32s]:
        """Ordinals and frequencies of one clause, as views."""
        here = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
        return self.ordinals[here], self.frequencies[here]


class Best(NamedTuple):
    """The best chunks, best first, and how many counted at all."""

    ordinals: Uint32s
    scores: Float32s
    matched: int


class Ranked(NamedTuple):
    """The best chunks, and the score of every chunk, (n,)."""

    best: Best
    scores: Float32s


class Near(NamedTuple):
    """Chunks with a match, rising, and the number of matches in each, from 1."""

    ordinals: Uint32s
    counts: Uint32s


class Kernels(Protocol):
    """One implementation; a call does all of a query at once where it can.

    Methods raise `StorageError("storage-damaged")` when values that come from a segment point
    outside the arrays they belong to, and `InputError` for arguments that are off.
    """

    @property
    def name(self) -> str:
        """What it runs on: "numpy" or "wasm"."""

    @property
    def indexing(self) -> Indexing:
        """The loops of indexing."""

    @property
    def merging(self) -> Merging:
        """The loops of merging segments."""

    @property
    def vectors(self) -> VectorKernels:
        """The loops of the vector leg."""

    def crc32(self, data: Bytes, crc: int = 0) -> int:
        """The CRC-32 of contiguous bytes (n,) behind others with the checksum `crc`, as zlib's."""

    def gather(
        self,
        postings: PostingArrays,
        live: Flags | None,
        clause_offsets: Uint32s,
        starts: Uint32s,
        ends: Uint32s,
        weights: Float32s,
        field_weights: Float32s,
        languages: Languages | None = None,
    ) -> Gathered:
        """The union of each clause's posting lists.

        Clause j has the lists ``clause_offsets[j]:clause_offsets[j + 1]``; list i is the postings
        ``starts[i]:ends[i]`` with weight ``weights[i]``. The frequency of a posting is
        ``weight * (w0 * body + w1 * headings + w2 * title + w3 * path)``, where `field_weights`
        (4,) are the w, finite and not negative; it is 0 in a chunk of another language than that
        of the list. Frequencies of a chunk add up in the order of the lists. Chunks with frequency
        0, and those not in `live` (None: all are), are left out.
        """

    def add_scores(
        self, gathered: Gathered, factors: Float32s, norms: Float32s, scores: Float32s
    ) -> None:
        """``scores[o] += factor * (f / (f + norm[o]))``, in place, clause by clause.

        `factors` (clauses,); `norms` and `scores` (n,).
        """

    def cover(self, gathered: Gathered, factors: Float32s, share: float, scores: Float32s) -> None:
        """``scores[o] *= (1 - share) + share * (c / sum of factors)``, in place.

        c is the sum of the factors of the clauses that hold o, added clause by clause. `factors`
        (clauses,) with a sum above 0; `scores` (n,).
        """

    def top_k(self, scores: Float32s, mask: Flags | None, k: int) -> Best:
        """The k best of the scores above 0 that `mask` lets through; ties by lower ordinal."""

    def rank(
        self,
        gathered: Gathered,
        factors: Float32s,
        norms: Float32s,
        share: float,
        mask: Flags | None,
        k: int,
        *,
        least: float = 0.0,
    ) -> Ranked:
        """`add_scores` to zeros, `cover` if `share` is above 0, then `top_k`.

        Scores below `least` are raised to it before the best are chosen.
        """

    def find(self, blob: Bytes, offsets: Uint32s, names: Texts) -> NDArray[np.int64]:
        """Places of names in a sorted dictionary; -1 for one not there.

        Number i is ``blob[offsets[i]:offsets[i + 1]]``; sorted by bytes.
        """

    def positions(
        self,
        stream: Bytes,
        postings: PostingArrays,
        start: int,
        end: int,
        byte_start: int,
        wanted: Flags | None,
    ) -> Uint64s:
        """Keys ``ordinal << 32 | position`` of the postings ``start:end``, rising.

        From `byte_start` on, `stream` holds for each posting its count of LEB128 numbers of up to
        32 bits: the first position, then differences. Chunks not `wanted` (None: all are) are
        passed over.
        """

    def closest(
        self,
        stream: Bytes,
        postings: PostingArrays,
        chunks: Uint32s,
        list_offsets: Uint32s,
        starts: Uint32s,
        ends: Uint32s,
        byte_starts: Uint32s,
        allowed: Flags,
    ) -> Uint32s:
        """How near the words of a query stand to their neighbours, (words - 1, chunks).

        Word j has the lists ``list_offsets[j]:list_offsets[j + 1]``, of postings and positions as
        in `positions`; ``allowed[i, c]`` tells whether list i counts in ``chunks[c]``; `chunks`
        rise. Of a word's positions in a chunk the first `ROOM` count, in the order of its lists.
        The smallest distance of two positions that differ, `NOWHERE` where there is none.
        """

    def near(self, slots: Sequence[Uint64s], slack: int, ordered: bool) -> Near:
        """Chunks in which n slots stand close together, n = ``len(slots)``, each of rising keys.

        Ordered: ``p1 < p2 < ... < pn`` with ``pn - p1 - (n - 1) <= slack``; what is counted is
        the number of p1 that such a chain starts from.
        Not ordered: a window of ``n + slack`` positions holds a position of every slot; what is
        counted is the positions of the first slot inside such windows. The same array given m
        times needs m different positions; arrays that only look alike do not.
        """


def damaged() -> StorageError:
    """Postings that point outside what they belong to."""
    return StorageError("The posting lists of the index are damaged.", code="storage-damaged")


def not_negative(name: str, value: int) -> int:
    """The value; `InputError` if it is below 0."""
    if value < 0:
        raise InputError(f"{name} is {value}; it must be 0 or more.")
    return value


def distinct(slots: Sequence[NDArray[Any]]) -> list[tuple[NDArray[Any], int]]:
    """Each array once, in the order of its first place, and how often it is given.

    What counts is which array it is. Words that share all their positions in one segment have
    equal arrays there, and are still two words.

    >>> a, b = np.array([1]), np.array([1])
    >>> [times for _, times in distinct([a, b, a])]
    [2, 1]
    """
    times: dict[int, int] = {}
    arrays = {id(slot): slot for slot in slots}
    for slot in slots:
        times[id(slot)] = times.get(id(slot), 0) + 1
    return [(arrays[key], count) for key, count in times.items()]
