"""The kernels in NumPy: the reference, and what runs where there is no WebAssembly with SIMD."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import matching, scoring
from app.core.kernels.indexing import Indexing, Texts
from app.core.kernels.merging import Merging, NumpyMerging
from app.core.kernels.numpy_indexing import NumpyIndexing
from app.core.kernels.numpy_vectors import NumpyVectors
from app.core.kernels.port import (
    Best,
    Bytes,
    Flags,
    Float32s,
    Gathered,
    Languages,
    Near,
    PostingArrays,
    Ranked,
    Uint32s,
    Uint64s,
)
from app.core.kernels.vectors import VectorKernels


class NumpyKernels:
    """`Kernels` in NumPy; it has no state."""

    name = "numpy"
    indexing: Indexing = NumpyIndexing()
    merging: Merging = NumpyMerging()
    vectors: VectorKernels = NumpyVectors()

    def crc32(self, data: Bytes, crc: int = 0) -> int:
        """The checksum, by zlib."""
        return zlib.crc32(data.data, crc)

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
        """The union of each clause's posting lists."""
        clauses = clause_offsets, starts, ends, weights
        return scoring.gather(postings, live, *clauses, field_weights, languages)

    def add_scores(
        self, gathered: Gathered, factors: Float32s, norms: Float32s, scores: Float32s
    ) -> None:
        """Add what each clause gives to each chunk."""
        scoring.add_scores(gathered, factors, norms, scores)

    def cover(self, gathered: Gathered, factors: Float32s, share: float, scores: Float32s) -> None:
        """Scale each score by how much of the clauses its chunk holds."""
        scoring.cover(gathered, factors, share, scores)

    def top_k(self, scores: Float32s, mask: Flags | None, k: int) -> Best:
        """The k best of the scores above 0."""
        return scoring.top_k(scores, mask, k)

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
        """Scores and the best of them."""
        scores = np.zeros(len(norms), dtype=np.float32)
        scoring.add_scores(gathered, factors, norms, scores)
        if share:
            scoring.cover(gathered, factors, share, scores)
        np.maximum(scores, np.float32(least), out=scores)
        return Ranked(scoring.top_k(scores, mask, k), scores)

    def find(self, blob: Bytes, offsets: Uint32s, names: Texts) -> NDArray[np.int64]:
        """Places of names in a sorted dictionary."""
        return matching.find(blob, offsets, names)

    def positions(
        self,
        stream: Bytes,
        postings: PostingArrays,
        start: int,
        end: int,
        byte_start: int,
        wanted: Flags | None,
    ) -> Uint64s:
        """Keys of all positions of a term."""
        return matching.positions(stream, postings, start, end, byte_start, wanted)

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
        """How near the words of a query stand to their neighbours."""
        lists = list(zip(starts.tolist(), ends.tolist(), byte_starts.tolist(), strict=True))
        return matching.closest(stream, postings, chunks, list_offsets, lists, allowed)

    def near(self, slots: Sequence[Uint64s], slack: int, ordered: bool) -> Near:
        """Chunks in which all slots stand close together."""
        return matching.near(slots, slack, ordered)
