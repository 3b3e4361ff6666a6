"""A commit made ready to be searched: both legs over all of its segments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.dense.flat import FlatIndex, VectorBlock
from app.core.kernels import Kernels
from app.core.lexical import Cut, DocumentIndex, KeywordIndex, Lexicon, SearchedSegment
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.engine.columns import Columns
from app.engine.facets import FacetCounter
from app.engine.filters import Filters
from app.engine.reports import ModelStats
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.strings import StringTable

Place = tuple[int, int]
"""Segment number and document ordinal in it."""


class View:
    """The indexes of one snapshot, each made when it is first needed and kept."""

    def __init__(
        self,
        snapshot: Snapshot,
        kernels: Kernels | None = None,
        before: View | None = None,
    ) -> None:
        self.snapshot = snapshot
        self._kernels = kernels
        self._flat: dict[str, FlatIndex] = {}
        self.written: dict[str, str] = {}
        """Forms as they stand in a text, as far as that was asked for (`engine.written`)."""
        # By identity: both snapshots hold the segments, so that no other object can have their id.
        held: dict[int, SearchedSegment] = {} if before is None else before._searched
        known = held.keys() & set(map(id, snapshot.segments))
        self._searched: dict[int, SearchedSegment] = {number: held[number] for number in known}
        names = {live.name for live in snapshot.segments}
        kept: dict[str, Columns] = {} if before is None else before._columns
        self._columns: dict[str, Columns] = {
            name: columns for name, columns in kept.items() if name in names
        }

    @cached_property
    def keyword(self) -> KeywordIndex:
        """The keyword leg. What is known of a segment that the view before had too is kept."""
        for live in self.snapshot.segments:
            if id(live) not in self._searched:
                self._searched[id(live)] = _searched(live)
        segments = [self._searched[id(live)] for live in self.snapshot.segments]
        return KeywordIndex(segments, kernels=self._kernels)

    @cached_property
    def documents(self) -> DocumentIndex:
        """The keyword leg over whole documents."""
        tables = [live.segment.chunks for live in self.snapshot.segments]
        cuts = [Cut(chunks.document, chunks.heading) for chunks in tables]
        return DocumentIndex(self.keyword, cuts)

    @cached_property
    def filters(self) -> Filters:
        """The filters of queries and options."""
        return Filters(self.snapshot, self.columns)

    @cached_property
    def facets(self) -> FacetCounter:
        """What counts the values of documents."""
        return FacetCounter(self.snapshot, self.columns)

    @cached_property
    def columns(self) -> list[Columns]:
        """What is known of the documents of each segment, in order."""
        for live in self.snapshot.segments:
            if live.name not in self._columns:
                self._columns[live.name] = Columns(live.segment.documents)
        return [self._columns[live.name] for live in self.snapshot.segments]

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of the collection."""
        return Lexicon(self.keyword.segments)

    @cached_property
    def models(self) -> tuple[ModelStats, ...]:
        """Models whose vectors live chunks have, most chunks first."""
        counts: dict[str, int] = {}
        for live in self.snapshot.segments:
            for block in live.segment.vectors:
                alive = int(live.live_chunks[block.ordinals].sum())
                counts[block.model] = counts.get(block.model, 0) + alive
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ModelStats(model, count) for model, count in ordered if count)

    def dim(self, model: str) -> int | None:
        """Dimension of a model's vectors, None where there are none of it."""
        dims = (
            int(block.rows.shape[1])
            for live in self.snapshot.segments
            for block in live.segment.vectors
            if block.model == model
        )
        return next(dims, None)

    def vectors(self, model: str) -> FlatIndex:
        """The vector leg of one model."""
        if model not in self._flat:
            self._flat[model] = FlatIndex(
                [
                    VectorBlock(block.rows, block.ordinals.astype(np.int64) + base)
                    for live, base in zip(
                        self.snapshot.segments, self.snapshot.bases.tolist(), strict=False
                    )
                    for block in live.segment.vectors
                    if block.model == model
                ]
            )
        return self._flat[model]

    @cached_property
    def copies(self) -> Mapping[bytes, list[Place]]:
        """Live documents that share their content with another, by digest, oldest first."""
        places: dict[bytes, list[Place]] = {}
        for number, ordinal in self._suspects():
            digest = self.snapshot.segments[number].segment.documents.digest[ordinal].tobytes()
            places.setdefault(digest, []).append((number, ordinal))
        return {digest: same for digest, same in places.items() if len(same) > 1}

    def _suspects(self) -> list[Place]:
        """Live documents whose digest begins as another one's does."""
        segments = self.snapshot.segments
        alive = [np.flatnonzero(~live.dead) for live in segments]
        heads = [
            np.ascontiguousarray(live.segment.documents.digest[rows, :8]).view(np.uint64).ravel()
            for live, rows in zip(segments, alive, strict=True)
        ]
        if not heads:
            return []
        numbers = np.repeat(np.arange(len(segments)), [len(rows) for rows in alive])
        _, places, counts = np.unique(
            np.concatenate(heads), return_inverse=True, return_counts=True
        )
        shared = counts[places] > 1
        pairs = zip(numbers[shared].tolist(), np.concatenate(alive)[shared].tolist(), strict=True)
        return list(pairs)

    @cached_property
    def name_ranks(self) -> NDArray[np.int64]:
        """Place of each document's file name among all, int64[documents of all segments].

        Names that differ in nothing but case and diacritics share a place.
        """
        names = [name for columns in self.columns for name in columns.names]
        places = {name: place for place, name in enumerate(sorted(set(names)))}
        return np.fromiter(map(places.__getitem__, names), dtype=np.int64, count=len(names))

    @cached_property
    def n_terms(self) -> int:
        """Distinct terms over all segments."""
        terms: set[str] = set()
        for live in self.snapshot.segments:
            postings = live.segment.postings
            terms.update(StringTable(postings.term_blob, postings.term_offsets))
        return len(terms)


def _searched(live: LiveSegment) -> SearchedSegment:
    """A segment for the keyword leg, with the language of each chunk."""
    spoken = [language or DEFAULT_LANGUAGE for language in live.segment.documents.language]
    names = tuple(sorted(set(spoken))) or (DEFAULT_LANGUAGE,)
    languages = None
    if len(names) > 1:
        numbers = np.array([names.index(language) for language in spoken], dtype=np.uint8)
        languages = numbers[live.segment.chunks.document]
    dead = live.live_chunks if live.dead.any() else None
    return SearchedSegment(live.segment.postings, dead, languages, names)
