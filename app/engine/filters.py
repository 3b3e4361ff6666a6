"""Filters of a search: which chunks may be found at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

from app.engine.options import SearchOptions
from app.storage.document_table import DocumentTable
from app.storage.snapshot import Snapshot
from app.storage.strings import StringTable

Mask = NDArray[np.bool_]


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
