"""Facets: how the documents of a result divide by what is known of them.

All that a search needs was made before, once for each segment (`columns`) and once for each
commit (values of all segments together): what is left is counting arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.core.lexical import tree
from app.core.lexical.intervals import Interval
from app.core.lexical.notation import to_text
from app.core.model import Facet, FacetValue, SearchResult
from app.core.selection import top_k
from app.engine.columns import UNKNOWN, Column, Columns
from app.engine.folders import FolderTree, literal
from app.storage.snapshot import Snapshot

MAX_VALUES = 20
"""Values of a facet that are told."""

Counts = NDArray[np.int64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a set of chunks comes to."""

    documents: int
    facets: dict[Facet, tuple[FacetValue, ...]]
    more: dict[Facet, int]
    """Values that were left out, for facets with more than `MAX_VALUES`."""

    def told(self, result: SearchResult) -> SearchResult:
        """The result with these numbers; without facets where none were asked for."""
        facets, more = (self.facets, self.more) if self.facets else (None, None)
        return replace(result, documents=self.documents, facets=facets, more_facets=more)


class FacetCounter:
    """The facets of one snapshot. `columns` are those of its segments, in order."""

    def __init__(self, snapshot: Snapshot, columns: Sequence[Columns]) -> None:
        self._snapshot = snapshot
        self._columns = columns
        self._values: dict[Facet, Values] = {}
        self._totals: dict[Facet, list[tuple[str, str, int]]] = {}

    def count(self, matches: NDArray[np.bool_], facets: Sequence[Facet]) -> Counted:
        """The facets of the documents that chunks belong to.

        `matches` bool[chunks] over all segments. Documents whose value is not known are left out
        of a facet. Folders are told at the first level at which they differ.
        """
        found = self._documents(matches)
        told: dict[Facet, tuple[FacetValue, ...]] = {}
        more: dict[Facet, int] = {}
        for facet in facets:
            spelled, counts = self._of(facet).told(found)
            known = np.flatnonzero(counts)
            best = known[top_k(counts[known], MAX_VALUES)]
            told[facet] = tuple(
                FacetValue(spelled[place], int(counts[place]), filter_of(facet, spelled[place]))
                for place in best.tolist()
            )
            if len(known) > len(best):
                more[facet] = len(known) - len(best)
        return Counted(sum(map(len, found)), told, more)

    def values(self, facet: Facet) -> list[tuple[str, str, int]]:
        """All known values: as they are compared, as they are written, and their live documents.

        Of folders at every level, each with what is in the folders in it.
        """
        if facet not in self._totals:
            values = self._of(facet)
            counts = values.totals([np.flatnonzero(~live.dead) for live in self._snapshot.segments])
            rows = zip(values.keys, values.spelled, counts.tolist(), strict=True)
            self._totals[facet] = [row for row in rows if row[0] != UNKNOWN and row[2]]
        return self._totals[facet]

    def _documents(self, matches: NDArray[np.bool_]) -> list[Rows]:
        """Ordinals of the documents of each segment with a chunk that matches."""
        found = []
        bases = self._snapshot.bases.tolist()
        for number, live in enumerate(self._snapshot.segments):
            mask = np.zeros(len(live.dead), dtype=np.bool_)
            # By places, as here and below: by a mask without a pattern it takes ten times as long.
            chunks = np.flatnonzero(matches[bases[number] : bases[number + 1]])
            mask[live.segment.chunks.document.take(chunks)] = True
            found.append(np.flatnonzero(mask))
        return found

    def _of(self, facet: Facet) -> Values:
        if facet not in self._values:
            columns: list[Column] = [getattr(each, facet) for each in self._columns]
            self._values[facet] = (Folders if facet == "folder" else Values)(columns)
        return self._values[facet]


class Values:
    """The values of all segments together, in the order of their keys, the unknown one first."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self.keys, self.spelled = self._joined()
        places = {key: place for place, key in enumerate(self.keys)}
        self._places = [np.array([places[key] for key in each.keys]) for each in columns]

    def told(self, found: Sequence[Rows]) -> tuple[Sequence[str], Counts]:
        """The values as they are written, and how many of the documents have each known one.

        `found` are ordinals of documents for each segment.
        """
        counts = self.counts(found)
        counts[0] = 0
        return self.spelled, counts

    def counts(self, found: Sequence[Rows]) -> Counts:
        """How many of the documents have each value, int64[values]."""
        counts = np.zeros(len(self.keys), dtype=np.int64)
        for column, places, rows in zip(self._columns, self._places, found, strict=True):
            counts[places] += np.bincount(column.codes.take(rows), minlength=len(places))
        return counts

    def totals(self, found: Sequence[Rows]) -> Counts:
        """How many of the documents have each value, or lie in it, int64[values]."""
        return self.counts(found)

    def _joined(self) -> tuple[list[str], list[str]]:
        spelled = {UNKNOWN: UNKNOWN}
        for column in self._columns:
            for key, value in zip(column.keys, column.spelled, strict=True):
                spelled[key] = min(value, spelled.get(key, value))
        keys = sorted(spelled)
        return keys, [spelled[key] for key in keys]


class Folders(Values):
    """Folders with all that they lie in, each right before what is in it."""

    def told(self, found: Sequence[Rows]) -> tuple[Sequence[str], Counts]:
        """The same at one level of the tree."""
        places, counts = self._tree.children(self.counts(found))
        return [self.spelled[place] for place in places.tolist()], counts

    def totals(self, found: Sequence[Rows]) -> Counts:
        """How many of the documents lie in each folder, however deep."""
        return self._tree.totals(self.counts(found))

    def _joined(self) -> tuple[list[str], list[str]]:
        self._tree = FolderTree(folder for column in self._columns for folder in column.spelled)
        return self._tree.keys, self._tree.spelled


def filter_of(facet: Facet, value: str) -> str:
    """The filter of the query language that lets through the documents with a value.

    >>> filter_of("folder", "My notes/a"), filter_of("year", "2024")
    ('dir:"/My notes/a"', 'date:2024')
    """
    node: tree.Node
    match facet:
        case "type":
            node = tree.Filter("type", (value,))
        case "language":
            node = tree.Filter("lang", (value,))
        case "author":
            node = tree.Filter("author", ("=" + value.replace('"', "'"),))
        case "folder":
            node = tree.Filter("dir", (f"/{literal(value)}",))
        case "year":
            year = int(value)
            node = tree.Dates((Interval(date(year, 1, 1), date(year, 12, 31)),))
    return to_text(node)
