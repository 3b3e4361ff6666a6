"""Filters: which chunks may be found at all, by what is known of their documents."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold
from app.core.lexical import tree
from app.core.lexical.intervals import Interval
from app.engine.columns import Columns, folder_key, name_key
from app.engine.days import midnight, midnight_after
from app.engine.options import SearchOptions
from app.engine.sources import PLAIN
from app.formats import FAMILIES
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.strings import StringTable

Mask = NDArray[np.bool_]

KINDS = frozenset({*FAMILIES, PLAIN})
"""What documents can be; any other value of `type:` is taken for the end of a name."""

MAX_KEPT = 64
"""Filters of a view whose bitmaps are kept; the one that was not asked for longest goes first."""


@dataclass(frozen=True, slots=True)
class PathIs:
    """Documents under a prefix, or matching a glob (option `filter.path`)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class KindIs:
    """Documents of one of some families (option `filter.type`)."""

    kinds: tuple[str, ...]


Wanted = tree.Filter | tree.Dates | tree.Sizes | tree.Pages | PathIs | KindIs


class Filters:
    """The filters of one snapshot: each is worked out once, and kept as a bit a chunk.

    Both legs, the facets and later searches share what was worked out. `columns` are those of
    the snapshot's segments, in order.
    """

    def __init__(self, snapshot: Snapshot, columns: Sequence[Columns]) -> None:
        self._snapshot = snapshot
        self._columns = columns
        self._kept: OrderedDict[tuple[int, Wanted], NDArray[np.uint8]] = OrderedDict()

    def mask(self, number: int, wanted: Wanted) -> Mask:
        """Chunks, bool[n], of segment `number` that pass."""
        key, live = (number, wanted), self._snapshot.segments[number]
        bits = self._kept.get(key)
        if bits is None:
            bits = np.packbits(_passing(live, self._columns[number], wanted))
            self._kept[key] = bits
            if len(self._kept) > MAX_KEPT * len(self._snapshot.segments):
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return np.unpackbits(bits, count=len(live.segment.chunks)).view(np.bool_)

    def allowed(self, options: SearchOptions) -> Mask | None:
        """Mask over all chunks of the snapshot, None where the options have no filter."""
        wanted: list[Wanted] = []
        if options.path:
            wanted.append(PathIs(options.path))
        if options.type:
            wanted.append(KindIs(options.type))
        masks = [
            np.concatenate(
                [np.zeros(0, np.bool_), *(self.mask(number, each) for number in self._numbers)]
            )
            for each in wanted
        ]
        return np.logical_and.reduce(masks) if masks else None

    @property
    def _numbers(self) -> range:
        return range(len(self._snapshot.segments))


def path_test(pattern: str) -> Callable[[str], bool]:
    """Whether a path is under a prefix, or matches a glob where the pattern holds ``*?[``.

    >>> [path_test(p)("notes/a.md") for p in ("notes/", "*.md", "*.pdf")]
    [True, True, False]
    """
    if re.search(r"[*?\[]", pattern):
        match = re.compile(translate(pattern)).match
        return lambda path: match(path) is not None
    return lambda path: path.startswith(pattern)


def _passing(live: LiveSegment, columns: Columns, wanted: Wanted) -> Mask:
    documents, chunks = live.segment.documents, live.segment.chunks
    match wanted:
        case tree.Pages(intervals):
            return _any(
                _within(chunks.end_page, i.first, None)
                & _within(chunks.page, None, i.last)
                & (chunks.page > 0)
                for i in intervals
            )
        case tree.Sizes(intervals):
            known = documents.size >= 0
            mask = _any(known & _within(documents.size, i.first, i.last) for i in intervals)
        case tree.Dates(intervals):
            mask = _any(_dated(documents.modified, interval) for interval in intervals)
        case tree.Filter(name, values):
            mask = _valued(columns, documents.path, name, values)
        case PathIs(pattern):
            mask = _where(documents.path, path_test(pattern))
        case KindIs(kinds):
            mask = columns.type.where(lambda kind: kind in kinds)
    passing: Mask = mask[chunks.document]
    return passing


def _valued(columns: Columns, paths: StringTable, name: str, values: tuple[str, ...]) -> Mask:
    """Documents for which one of the values holds."""
    folded = [fold(value.strip()) for value in values]
    match name:
        case "type":
            mask = columns.type.where(lambda kind: kind in folded)
            endings = tuple(value for value in folded if value and value not in KINDS)
            return mask | _ending(paths, endings) if endings else mask
        case "lang":
            return columns.language.where(lambda language: language in folded)
        case "author":
            return columns.author.where(_any_of(map(_name_test, values)))
        case "dir":
            mask = columns.folder.where(_any_of(map(_folder_test, values)))
            return mask | any(set(value.strip()) == {"/"} for value in values)  # the top itself
        case "ext":
            return _ending(paths, folded)
        case _:
            test = _any_of(map(_path_part_test, folded))
            return _where(paths, lambda path: test(fold(path)))


def _ending(paths: StringTable, endings: Iterable[str]) -> Mask:
    dotted = tuple(f".{ending.lstrip('.')}" for ending in endings)
    return _where(paths, lambda path: path.lower().endswith(dotted))


def _any_of(tests: Iterable[Callable[[str], bool]]) -> Callable[[str], bool]:
    either = tuple(tests)
    return lambda text: any(test(text) for test in either)


def _name_test(name: str) -> Callable[[str], bool]:
    """Whether a name holds a part, or is the whole behind an equals sign."""
    key = name_key(name.strip().removeprefix("="))
    return key.__eq__ if name.strip().startswith("=") else lambda other: key in other


def _folder_test(folder: str) -> Callable[[str], bool]:
    """Whether a folder is one or lies in it, given from any level of the tree on.

    With a slash in front it is given from the top.
    """
    body = translate(folder_key(folder)).removesuffix(r"\Z").removesuffix(r"\z")
    above = "" if folder.strip().startswith("/") else "(?:.*/)?"
    match = re.compile(f"{above}{body}/").match
    return lambda path: match(f"{path}/") is not None


def _path_part_test(part: str) -> Callable[[str], bool]:
    """Whether a path holds a text, or matches a glob from some level of the tree on."""
    if not re.search(r"[*?\[]", part):
        return lambda path: part in path
    match = re.compile(rf"(?:.*/)?{translate(part)}").match
    return lambda path: match(path) is not None


def _dated(modified: NDArray[np.float64], interval: Interval[date]) -> Mask:
    mask = ~np.isnan(modified)
    if interval.first:
        mask &= modified >= midnight(interval.first)
    if interval.last:
        mask &= modified < midnight_after(interval.last)
    return mask


def _within(values: NDArray[np.integer], first: int | None, last: int | None) -> Mask:
    mask = np.ones(len(values), dtype=np.bool_)
    if first is not None:
        mask &= values >= first
    if last is not None:
        mask &= values <= last
    return mask


def _any(masks: Iterable[Mask]) -> Mask:
    first, *others = masks
    for mask in others:
        first = first | mask
    return first


def _where(column: StringTable, test: Callable[[str], bool]) -> Mask:
    return np.fromiter(map(test, column), dtype=np.bool_, count=len(column))
