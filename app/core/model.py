"""The values that travel through the engine: what a document, a block, a chunk and a hit are.

All offsets are in code points of a document's canonical `text`, start inclusive, end exclusive.
Pages, lines and ranks count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list", "table", "code"]
Mode = Literal["hybrid", "keyword", "vector"]
Sort = Literal["relevance", "date", "name", "size"]
Facet = Literal["type", "folder", "year", "language", "author"]


@dataclass(frozen=True, slots=True)
class Block:
    """A unit of structure: the slice `text[start:end]` of its document, never empty."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    """1..6 for headings, 0 for the rest."""
    page: int | None = None
    line: int | None = None
    """Line of the source file on which the block starts, where lines mean something."""
    place: str = ""
    """Where it stands in the words of its format, where page and line do not say it:
    "Budget!A2:D2" in a workbook, "items[3].name" in JSON, "0:01:23" in subtitles, "cell 4" in a
    notebook, "slide 3"."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file after reading: canonical text and the blocks in it, in order, not overlapping.

    Pages of a paged document are parted by a form feed (U+000C) in `text`.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    kind: str
    """Family of the format: a key of `app.formats.FAMILIES`, or "chunk"."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a chunk stands in its document; what does not apply is None or empty."""

    page: int | None = None
    end_page: int | None = None
    line: int | None = None
    end_line: int | None = None
    place: str | None = None
    """`Block.place` of its first block."""
    end_place: str | None = None
    """`Block.place` of its last block."""
    heading: tuple[str, ...] = ()
    """Heading path from the outermost to the innermost."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: `document.text[start:end]` and its address."""

    start: int
    end: int
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class LegResult:
    """Rank (from 1) and raw score of one hit in one leg."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class NearCopy:
    """A passage that says nearly the same as a hit, and is shown with it."""

    id: str
    document_id: str
    path: str
    title: str
    address: Address
    also_at: tuple[str, ...] = ()
    """Paths of other documents with the very same content."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found.

    `legs` has a key for every leg that ranked it ("keyword", "vector"), and "rerank" for what a
    reranker made of it.
    """

    id: str
    document_id: str
    path: str
    title: str
    text: str
    score: float
    rank: int
    highlights: tuple[tuple[int, int], ...]
    """Matched stretches of `text`, in code points, in order, not overlapping."""
    snippet: tuple[int, int]
    """The stretch of `text` that shows the match best, in code points; see `snippet.window`."""
    address: Address
    start: int
    """Offset of the passage in the document's text."""
    legs: Mapping[str, LegResult]
    also_at: tuple[str, ...] = ()
    """Paths of other documents with the very same content."""
    near_copies: tuple[NearCopy, ...] = ()
    """Passages further down that say nearly the same, best first (option `collapse`)."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    """Why `text` is empty, for people: its place in the index cannot be read."""
    explanation: object | None = None
    """Why it has its score (`engine.explaining.Explanation`), if that was asked for."""


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """Something in a query that was not taken as it may have been meant; it is searched anyway."""

    code: str
    message: str
    hint: str
    start: int
    end: int
    """The place: `query[start:end]`, in code points."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A word of a query that few passages hold, or none, and what was searched for besides."""

    from_: str
    """As it stands in the query: `query[start:end]`, in code points."""
    to: tuple[str, ...]
    """Likeliest first."""
    start: int
    end: int
    known: bool = False
    """Whether there are passages that hold it; they come first."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that documents of a result have, and how many of them."""

    value: str
    count: int
    """Documents."""
    filter: str
    """What leaves just these documents when it is put before the query, such as "type:pdf"."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of the index that cannot be read; the rest is searched without it."""

    kind: str
    """"segment": its documents are not found. "vectors": its passages are found by words only.
    "texts": documents are found and cannot be shown. "manifest": the last commit is lost, or one
    of its two copies. Only a check finds these: "ledger", files that could not be read are read
    again; "tuning", what audits have found is lost; "vector-index", one that has a name."""
    file: str
    part: str
    """Part of the file, "file" where all of it is missing."""
    message: str
    hint: str
    """The way out."""
    documents: int | None = None
    """Documents that suffer from it, None where that is not known."""
    chunks: int | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits best first, the number of passages that matched at all, and timings in milliseconds.

    `timings` has the keys parse, embed, keyword, vector, fuse, facets, fetch, total, and rerank
    where that was asked for.
    """

    hits: tuple[Hit, ...]
    total: int
    timings: Mapping[str, float]
    notes: tuple[str, ...] = ()
    """Sentences for the user, such as "The model is not loaded: searched by words only."."""
    problems: tuple[QueryProblem, ...] = ()
    """What of the query could not be taken as it is written, by place."""
    corrected: tuple[Corrected, ...] = ()
    """Words that were taken for typing errors, by place."""
    documents: int | None = None
    """Documents with a passage that matched; known where facets or an order were asked for."""
    facets: Mapping[Facet, tuple[FacetValue, ...]] | None = None
    """Of all that matched, by the facets that were asked for, most documents first."""
    more_facets: Mapping[Facet, int] | None = None
    """How many more values those facets have that were cut short."""
    damage: tuple[Damage, ...] = ()
    """What of the index could not be read, so that the result may lack something."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A query that may be meant."""

    text: str
    """The whole query."""
    count: int
    """What holds what is new in it; of several words the rarest counts."""
    changed: tuple[tuple[int, int], ...]
    """Stretches of `text` that are new, in code points, in order, not overlapping."""
    unit: Literal["passage", "document"] = "passage"
    """What is counted: documents where the value of a filter is new."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a query may become: its last word completed, or its wrong words put right.

    `timings` in milliseconds has the keys parse, complete, correct, total.
    """

    completions: tuple[Suggestion, ...]
    """The likeliest first."""
    corrections: tuple[Suggestion, ...]
    """The likeliest first; none if nothing seems wrong."""
    known: int
    """Passages that hold the last word as it stands, 0 if it is no unfinished one."""
    timings: Mapping[str, float]
