"""A commit made ready to be searched: both legs over all of its segments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.dense.flat import CodedVectors, FlatIndex, VectorBlock
from app.core.kernels import Kernels, NumpyKernels, VectorKernels
from app.core.lexical import Cut, DocumentIndex, KeywordIndex, Lexicon, SearchedSegment
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.core.unique import unique_values
from app.engine.columns import Columns
from app.engine.facets import FacetCounter
from app.engine.filters import Filters
from app.engine.reports import ModelStats
from app.ports import Store
from app.storage.document_table import digest_head
from app.storage.segment import Segment
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.vectors import VectorBlock as Block

Place = tuple[int, int]
"""Segment number and document ordinal in it."""

Words = tuple[int, int]
"""Identity of what the words of a segment and the deletes in it are: its vectors aside."""

_MOST_LANGUAGES = 255
"""Languages that have a number in a byte; no honest index has as many."""


class View:
    """The indexes of one snapshot, each made when it is first needed and kept.

    What a `before` of the same collection has made of segments that are still as they were is
    taken over, so that a commit costs what is new in it.
    """

    def __init__(
        self, snapshot: Snapshot, kernels: Kernels | None = None, *, before: View | None = None
    ) -> None:
        self.snapshot = snapshot
        self._kernels = kernels
        self._flat: dict[str, FlatIndex] = {}
        self.wider: dict[str, int] = before.wider if before else {}
        """By model, how many times as many candidates audits have found to be needed."""
        self.written: dict[str, str] = {}
        """Forms as they stand in a text, as far as that was asked for (`engine.written`)."""
        here = {_words(live) for live in snapshot.segments}
        made = before._searched if before else {}
        self._searched: dict[Words, SearchedSegment] = {
            words: one for words, one in made.items() if words in here
        }
        names = {live.name for live in snapshot.segments}
        kept = before._columns if before else {}
        self._columns: dict[str, Columns] = {
            name: columns for name, columns in kept.items() if name in names
        }
        blocks = {block for live in snapshot.segments for block in live.segment.vectors}
        coded = before._coded if before else {}
        self._coded: dict[Block, CodedVectors] = {
            block: vectors for block, vectors in coded.items() if block in blocks
        }

    @cached_property
    def keyword(self) -> KeywordIndex:
        """The keyword leg."""
        for live in self.snapshot.segments:
            if _words(live) not in self._searched:
                self._searched[_words(live)] = _searched(live, self._kernels)
        segments = [self._searched[_words(live)] for live in self.snapshot.segments]
        return KeywordIndex(segments, kernels=self._kernels)

    @cached_property
    def documents(self) -> DocumentIndex:
        """The keyword leg over whole documents."""
        return DocumentIndex(self.keyword)

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
                alive = int(np.count_nonzero(live.live_chunks[block.ordinals]))
                counts[block.model] = counts.get(block.model, 0) + alive
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ModelStats(model, count) for model, count in ordered if count)

    def dim(self, model: str) -> int | None:
        """Dimension of a model's vectors, None where there are none of it."""
        dims = (
            block.dim
            for live in self.snapshot.segments
            for block in live.segment.vectors
            if block.model == model
        )
        return next(dims, None)

    async def load_vectors(self, store: Store, models: Iterable[str]) -> None:
        """Read the vectors of models that no search has asked for yet; `vectors` needs them.

        What is damaged is left out, and stands in the snapshot's `damage`.
        """
        for model in models:
            if model in self._flat:
                continue
            blocks = []
            bases = self.snapshot.bases.tolist()
            for live, base in zip(self.snapshot.segments, bases, strict=False):
                for block in live.segment.vectors:
                    rows = await block.load(store) if block.model == model else None
                    if rows is not None:
                        if block not in self._coded:
                            self._coded[block] = CodedVectors(rows, self.vector_kernels)
                        ordinals = block.ordinals.astype(np.int64) + base
                        blocks.append(VectorBlock(self._coded[block], ordinals))
            live_chunks = self.snapshot.live_chunks
            self._flat[model] = FlatIndex(
                blocks, self.vector_kernels, live_chunks, self.wider.get(model, 1)
            )

    def widen(self, model: str, wider: int) -> None:
        """Have searches of this view and of those after it take more candidates."""
        self.wider[model] = wider
        if model in self._flat:
            self._flat[model].wider = wider

    @property
    def vector_kernels(self) -> VectorKernels:
        """What the loops over vectors run on."""
        return (self._kernels or NumpyKernels()).vectors

    def vectors(self, model: str) -> FlatIndex:
        """The vector leg of a model that `load_vectors` was asked for."""
        return self._flat[model]

    def copies(self, place: Place) -> list[Place]:
        """Live documents with the content of this one, oldest first, itself among them."""
        number, ordinal = place
        digest = self.snapshot.segments[number].segment.documents.digest[ordinal]
        if int.from_bytes(digest[:8].tobytes(), "big") not in self._repeated:
            return [place]
        return [
            (other, row)
            for other, live in enumerate(self.snapshot.segments)
            for row in live.segment.of_digest(digest)
            if not live.dead[row]
        ]

    @cached_property
    def _repeated(self) -> frozenset[int]:
        """Heads of digests that more than one live document has."""
        parts = [
            digest_head(live.segment.documents.digest[~live.dead])
            for live in self.snapshot.segments
        ]
        heads = np.sort(np.concatenate([np.empty(0, np.uint64), *parts]))
        return frozenset(heads[1:][heads[1:] == heads[:-1]].tolist())

    def fingerprints(self, ordinals: NDArray[np.int64]) -> NDArray[np.uint64]:
        """What the words of chunks leave behind, by global ordinal: `core.duplicates`."""
        bases = self.snapshot.bases
        numbers = np.searchsorted(bases, ordinals, side="right") - 1
        found = np.empty(len(ordinals), dtype=np.uint64)
        for number in unique_values(numbers).tolist():
            here = numbers == number
            column = self.snapshot.segments[number].segment.chunks.fingerprint
            found[here] = column[ordinals[here] - bases[number]]
        return found

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
        found: list[NDArray[np.uint64]] = []
        segments = (live.segment for live in self.snapshot.segments)
        for segment in sorted(segments, key=lambda one: -len(one.term_keys)):
            new = np.ones(len(segment.term_keys), dtype=np.bool_)
            for keys in found:
                places = np.searchsorted(keys, segment.term_keys)
                places[places == len(keys)] = 0
                new &= keys[places] != segment.term_keys
            found.append(segment.term_keys[new])
            found = [keys for keys in found if len(keys)]
        return sum(map(len, found))


def _words(live: LiveSegment) -> Words:
    return id(live.segment.postings), id(live.dead)


def _searched(live: LiveSegment, kernels: Kernels | None) -> SearchedSegment:
    """A segment for the keyword leg, with the language and the document of each chunk."""
    names, languages = _languages(live.segment)
    dead = live.live_chunks if live.dead.any() else None
    chunks = live.segment.chunks
    cut = Cut(chunks.document, chunks.heading)
    return SearchedSegment(live.segment.postings, dead, languages, names, cut, kernels=kernels)


def _languages(segment: Segment) -> tuple[tuple[str, ...], NDArray[np.uint8] | None]:
    """The languages of a segment, and the number of each chunk's, None if all have one."""
    found, numbers = segment.languages
    spoken = [language or DEFAULT_LANGUAGE for language in found[:_MOST_LANGUAGES]]
    spoken += [DEFAULT_LANGUAGE] * (len(found) - len(spoken))
    names = tuple(sorted(set(spoken))) or (DEFAULT_LANGUAGE,)
    if len(names) == 1:
        return names, None
    own = np.array([names.index(language) for language in spoken], dtype=np.uint8)
    return names, own[numbers][segment.chunks.document]
