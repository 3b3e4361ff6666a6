"""From passages that say nearly the same to documents that do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from app.core.unique import unique_counts
from app.engine.ordering import documents_of_chunks
from app.engine.reports import DocumentVersion
from app.engine.view import View

SHARE = 0.7
"""Of the passages of two versions, how many are in both at least."""


def versions(view: View, groups: Sequence[Sequence[int]]) -> list[tuple[DocumentVersion, ...]]:
    """Documents that are versions of each other, most versions first.

    `groups`: global ordinals of chunks, rising, near-copies of the first of each. A document is
    compared with those that its passages are near-copies of, and belongs to the earliest of which
    it holds enough and that belongs to none itself.
    """
    owners = documents_of_chunks(view)
    sizes = np.bincount(owners, minlength=1)  # passages that say different things
    shared: Counter[tuple[int, int]] = Counter()
    for group in groups:
        documents = owners[list(group)]
        distinct, counts = unique_counts(documents)
        sizes[distinct] -= counts - 1
        first = int(documents[0])
        shared.update((int(other), first) for other in distinct if other != first)
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    led: set[int] = set()
    for (document, first), count in sorted(shared.items()):
        share = count / max(int(sizes[document]), int(sizes[first]))
        if share >= SHARE and not led & {document, first} and document not in found:
            found[first].append((document, share))
            led.add(document)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        tuple(_version(view, *each) for each in [(first, 1.0), *others])
        for first, others in ordered
    ]


def _version(view: View, number: int, share: float) -> DocumentVersion:
    """A document by its number through all segments."""
    for live in view.snapshot.segments:
        if number < len(live.dead):
            row = live.document(number)
            return DocumentVersion(row.id, row.path, row.title, share)
        number -= len(live.dead)
    raise IndexError(number)
