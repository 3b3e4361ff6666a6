"""Several segments' postings to one, without the text: for merges and vacuum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Kernels, NumpyKernels
from app.core.kernels.merging import GONE, MergedNames, Merging, Part
from app.core.kernels.port import Uint32s
from app.core.kernels.scoring import offsets_of
from app.core.lexical.names import chosen
from app.core.lexical.postings import Postings
from app.core.unique import unique_counts, unique_values

Live = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Segment:
    """One segment on its way into the merged one."""

    postings: Postings
    live: Live
    chunks: Uint32s
    """(n,) new ordinal of each chunk, or `GONE`."""


def merge_postings(
    segments: Iterable[tuple[Postings, Live | None]], kernels: Kernels | None = None
) -> Postings:
    """The live chunks of all segments in order, renumbered from 0 without gaps.

    The same as building the live chunks' rows afresh, but for forms that stood in a language only
    in deleted chunks: they stay in the groups of that language, where nothing is found by them.
    """
    merging = (kernels or NumpyKernels()).merging
    given = _renumbered(segments)
    names = merging.names([(each.postings.term_blob, each.postings.term_offsets) for each in given])
    merged = merging.lists(
        [_part(each, terms) for each, terms in zip(given, names.numbers, strict=True)],
        len(names.offsets) - 1,
    )
    is_held = np.diff(merged.posting_offsets) > 0
    held = np.flatnonzero(is_held)
    blob, term_offsets = chosen(names, held.astype(np.uint32))
    columns: dict[str, Any] = {}
    for field, (places, counts) in zip(_SPARSE, merged.sparse, strict=True):
        columns[f"{field}_postings"], columns[f"{field}_counts"] = places, counts
    return Postings(
        term_blob=blob,
        term_offsets=term_offsets,
        posting_offsets=_without_empty(merged.posting_offsets, held),
        ordinals=merged.ordinals,
        counts=merged.counts,
        position_offsets=_without_empty(merged.position_offsets, held),
        positions=merged.positions,
        **columns,
        **_per_chunk(given),
        **_groups(given, names, is_held, merging),
    )


_SPARSE = ("repeated", "headings", "title", "path")


def _renumbered(segments: Iterable[tuple[Postings, Live | None]]) -> list[_Segment]:
    found, base = [], 0
    for postings, alive in segments:
        live = np.ones(postings.n_chunks, np.bool_) if alive is None else alive
        chunks = np.full(len(live), GONE, dtype=np.uint32)
        n_live = int(np.count_nonzero(live))
        chunks[live] = np.arange(base, base + n_live, dtype=np.uint32)
        found.append(_Segment(postings, live, chunks))
        base += n_live
    return found


def _part(segment: _Segment, terms: Uint32s) -> Part:
    postings = segment.postings
    headings, title, path = postings.sparse
    return Part(
        terms,
        segment.chunks,
        postings.posting_offsets,
        postings.ordinals,
        postings.counts,
        postings.position_offsets,
        postings.positions,
        (postings.repeated, headings, title, path),
    )


def _without_empty(offsets: Uint32s, held: NDArray[np.intp]) -> Uint32s:
    return np.append(offsets[held], offsets[-1:])


def _per_chunk(segments: Sequence[_Segment]) -> dict[str, Any]:
    """The columns with one row a chunk."""
    shapes = {
        "body_lengths": np.empty(0, np.uint32),
        "headings_lengths": np.empty(0, np.uint16),
        "title_lengths": np.empty(0, np.uint16),
        "path_lengths": np.empty(0, np.uint16),
        "repeated_lengths": np.empty(0, np.uint32),
        "field_starts": np.empty((0, 3), np.uint32),
    }
    return {
        name: np.concatenate([empty, *(getattr(s.postings, name)[s.live] for s in segments)])
        for name, empty in shapes.items()
    }


def _groups(
    segments: Sequence[_Segment], names: MergedNames, is_held: Live, merging: Merging
) -> dict[str, Any]:
    """All groups joined, without the forms that nothing holds any more."""
    keys = merging.names([(each.postings.key_blob, each.postings.key_offsets) for each in segments])
    places = np.cumsum(is_held) - 1
    n_terms = max(1, len(is_held))
    members = [np.empty(0, np.int64)]
    for segment, own_keys, terms in zip(segments, keys.numbers, names.numbers, strict=True):
        of_keys, forms = segment.postings.keys.members()
        wanted = terms[forms]
        stays = is_held[wanted]
        members.append(own_keys[of_keys[stays]].astype(np.int64) * n_terms + places[wanted[stays]])
    of_keys, forms = np.divmod(unique_values(np.concatenate(members)), n_terms)
    used, sizes = unique_counts(of_keys)
    blob, key_offsets = chosen(keys, used.astype(np.uint32))
    return {
        "key_blob": blob,
        "key_offsets": key_offsets,
        "key_form_offsets": offsets_of(sizes).astype(np.uint32),
        "key_forms": forms.astype(np.uint32),
    }
