"""Filters: which chunks may be found at all, by what is known of their documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from fnmatch import translate
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold
from app.core.lexical import tree
from app.core.lexical.intervals import Interval
from app.engine.options import SearchOptions
from app.storage.document_table import DocumentTable
from app.storage.snapshot import LiveSegment, Snapshot
from app.storage.strings import StringTable

Mask = NDArray[np.bool_]
Wanted = tree.Filter | tree.Dates | tree.Sizes | tree.Pages


def allowed(snapshot: Snapshot, options: SearchOptions) -> Mask | None:
    """Mask over all chunks of the snapshot, None where the options have no filter."""
    if not options.path and not options.type:
        return None
    masks = [
        _documents(live.segment.documents, options)[live.segment.chunks.document]
        for live in snapshot.segments
    ]
    return np.concatenate(masks) if masks else np.zeros(0, dtype=np.bool_)


def path_test(pattern: str) -> Callable[[str], bool]:
    """Whether a path is under a prefix, or matches a glob where the pattern holds ``*?[``.

    >>> [path_test(p)("notes/a.md") for p in ("notes/", "*.md", "*.pdf")]
    [True, True, False]
    """
    if re.search(r"[*?\[]", pattern):
        match = re.compile(translate(pattern)).match
        return lambda path: match(path) is not None
    return lambda path: path.startswith(pattern)


class Filters:
    """The filters that are written in queries, over one snapshot; each is worked out once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._masks: dict[tuple[int, Wanted], Mask] = {}

    def mask(self, number: int, wanted: Wanted) -> Mask:
        """Chunks, bool[n], of segment `number` that pass."""
        if (number, wanted) not in self._masks:
            self._masks[number, wanted] = _passing(self._snapshot.segments[number], wanted)
        return self._masks[number, wanted]


def _passing(live: LiveSegment, wanted: Wanted) -> Mask:
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
            mask = _valued(documents, name, values)
    passing: Mask = mask[chunks.document]
    return passing


def _valued(documents: DocumentTable, name: str, values: Iterable[str]) -> Mask:
    """Documents for which one of the values holds."""
    folded = [fold(value.strip()) for value in values]
    match name:
        case "type":
            return _where(documents.kind, lambda kind: kind in folded)
        case "lang":
            return _where(documents.language, lambda language: language in folded)
        case "ext":
            endings = tuple(f".{value.lstrip('.')}" for value in folded)
            return _where(documents.path, lambda path: path.lower().endswith(endings))
        case "author":
            return _where(
                documents.metadata, lambda text: any(v in fold(_author(text)) for v in folded)
            )
        case "dir":
            tests = [_folder_test(value.strip("/")) for value in folded]
            return _where(documents.path, lambda path: any(t(fold(path)) for t in tests))
        case _:
            tests = [_path_part_test(value) for value in folded]
            return _where(documents.path, lambda path: any(t(fold(path)) for t in tests))


def _folder_test(folder: str) -> Callable[[str], bool]:
    """Whether a path lies below a folder, given from any level of the tree on."""
    body = translate(folder).removesuffix(r"\Z").removesuffix(r"\z")
    match = re.compile(rf"(?:^|.*/){body}/").match
    return lambda path: match(path) is not None


def _path_part_test(part: str) -> Callable[[str], bool]:
    """Whether a path holds a text, or matches a glob from some level of the tree on."""
    if not re.search(r"[*?\[]", part):
        return lambda path: part in path
    match = re.compile(rf"(?:.*/)?{translate(part)}").match
    return lambda path: match(path) is not None


def _author(metadata: str) -> str:
    found = re.search(r'"author":"((?:[^"\\]|\\.)*)"', metadata)
    return found[1].encode().decode("unicode_escape") if found else ""


def _dated(modified: NDArray[np.float64], interval: Interval[date]) -> Mask:
    first = _midnight(interval.first) if interval.first else None
    last = _midnight(interval.last + timedelta(days=1)) if interval.last else None
    mask = ~np.isnan(modified)
    if first is not None:
        mask &= modified >= first
    if last is not None:
        mask &= modified < last
    return mask


@lru_cache(maxsize=64)
def _midnight(day: date) -> float:
    """Seconds since 1970 at which a day begins where the user is."""
    try:
        return datetime.combine(day, time()).timestamp()
    except (OverflowError, OSError, ValueError):  # the years 1 and 9999
        return float((day - date(1970, 1, 1)).days * 86_400)


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


def _documents(table: DocumentTable, options: SearchOptions) -> Mask:
    mask = np.ones(len(table), dtype=np.bool_)
    if options.path:
        mask &= _where(table.path, path_test(options.path))
    if options.type:
        wanted = frozenset(options.type)
        mask &= _where(table.kind, lambda kind: kind in wanted)
    return mask


def _where(column: StringTable, test: Callable[[str], bool]) -> Mask:
    return np.fromiter(map(test, column), dtype=np.bool_, count=len(column))
