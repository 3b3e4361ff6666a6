"""Several segments' postings to one, without the text: for merges and vacuum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.keys import pack
from app.core.lexical.postings import Postings

Live = NDArray[np.bool_]
Int64Array = NDArray[np.int64]

_BLOCK = 1 << 20
"""Postings whose positions are moved at a time."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One segment on its way into the merged one."""

    postings: Postings
    live: Live
    numbers: Int64Array
    """(t,) new number of each form, before those that nothing holds any more are left out."""
    base: int
    """New ordinal of its first live chunk."""


def merge_postings(segments: Iterable[tuple[Postings, Live | None]]) -> Postings:
    """The live chunks of all segments in order, renumbered from 0 without gaps.

    The same as building the live chunks' rows afresh, but for forms that stood in a language only
    in deleted chunks: they stay in the groups of that language, where nothing is found by them.
    """
    given = [
        (postings, np.ones(postings.n_chunks, np.bool_) if live is None else live)
        for postings, live in segments
    ]
    names = sorted({name for postings, _ in given for name in postings.terms})
    parts = _parts(given, names)
    terms, ordinals, counts, byte_counts = (
        (
            np.concatenate([np.empty(0, np.int64), *columns])
            for columns in zip(*(_columns(part) for part in parts), strict=True)
        )
        if parts
        else (np.empty(0, np.int64),) * 4
    )
    # A posting of a later segment has a higher ordinal, so sorting by form is all.
    order = np.argsort(terms, kind="stable")
    held = np.unique(terms)
    renumbered = np.searchsorted(held, terms[order])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    blob, term_offsets = TermDictionary.pack([names[number] for number in held.tolist()])
    stream = _stream(parts)
    begins = np.cumsum(byte_counts) - byte_counts
    return Postings(
        term_blob=blob,
        term_offsets=term_offsets,
        posting_offsets=_offsets_of(np.bincount(renumbered.astype(np.intp), minlength=len(held))),
        ordinals=ordinals[order].astype(np.uint32),
        counts=counts[order].astype(np.uint8),
        **_sparse(parts, place),
        position_offsets=_offsets_of(
            np.bincount(renumbered.astype(np.intp), byte_counts[order], minlength=len(held)).astype(
                np.int64
            )
        ),
        positions=_moved(stream, begins[order], byte_counts[order]),
        **_per_chunk(parts),
        **pack(_groups(parts, held)),
    )


def byte_counts(postings: Postings) -> Int64Array:
    """(p,) bytes that the positions of each posting take."""
    ends = np.flatnonzero(postings.positions < 0x80)
    last = np.cumsum(postings.counts, dtype=np.int64) - 1
    return np.diff(ends[last] + 1, prepend=0)


def _parts(given: Sequence[tuple[Postings, Live]], names: Sequence[str]) -> list[_Part]:
    number_of = {name: number for number, name in enumerate(names)}
    parts, base = [], 0
    for postings, live in given:
        numbers = np.fromiter(
            map(number_of.__getitem__, postings.terms), np.int64, len(postings.terms)
        )
        parts.append(_Part(postings, live, numbers, base))
        base += int(np.count_nonzero(live))
    return parts


def _kept(part: _Part) -> Live:
    """(p,): postings of live chunks."""
    return part.live[part.postings.ordinals]


def _columns(part: _Part) -> tuple[Int64Array, ...]:
    """Form, new ordinal, count and bytes of positions of every live posting."""
    postings, kept = part.postings, _kept(part)
    terms = np.repeat(part.numbers, np.diff(postings.posting_offsets).astype(np.intp))
    ordinals = (np.cumsum(part.live) - 1 + part.base)[postings.ordinals]
    columns = (terms, ordinals, postings.counts.astype(np.int64), byte_counts(postings))
    return tuple(column[kept] for column in columns)


def _sparse(parts: Sequence[_Part], place: Int64Array) -> dict[str, Any]:
    """The columns of headings, title, path and repetitions; `place` is where postings went."""
    arrays: dict[str, Any] = {}
    firsts = np.cumsum([0, *(int(np.count_nonzero(_kept(part))) for part in parts)])
    for name in ("headings", "title", "path", "repeated"):
        places, counts = [np.empty(0, np.int64)], [np.empty(0, np.uint8)]
        for part, first in zip(parts, firsts.tolist(), strict=False):
            kept = _kept(part)
            at = getattr(part.postings, f"{name}_postings")
            stays = kept[at]
            places.append(place[first + (np.cumsum(kept) - 1)[at[stays]]])
            counts.append(getattr(part.postings, f"{name}_counts")[stays])
        joined = np.concatenate(places)
        order = np.argsort(joined)
        arrays[f"{name}_postings"] = joined[order].astype(np.uint32)
        arrays[f"{name}_counts"] = np.concatenate(counts)[order]
    return arrays


def _stream(parts: Sequence[_Part]) -> NDArray[np.uint8]:
    """The positions of all live postings, segment by segment."""
    streams = [
        part.postings.positions[np.repeat(_kept(part), byte_counts(part.postings).astype(np.intp))]
        for part in parts
    ]
    return np.concatenate([np.empty(0, np.uint8), *streams])


def _moved(stream: NDArray[np.uint8], begins: Int64Array, sizes: Int64Array) -> NDArray[np.uint8]:
    """The stretches of a stream in another order; some at a time, to spare memory."""
    ends = np.cumsum(sizes)
    moved = np.empty(len(stream), dtype=np.uint8)
    for first in range(0, len(sizes), _BLOCK):
        block = slice(first, first + _BLOCK)
        shifts = begins[block] - (ends[block] - sizes[block])
        low = int(ends[first] - sizes[first])
        high = int(ends[block][-1])
        moved[low:high] = stream[
            np.arange(low, high) + np.repeat(shifts, sizes[block].astype(np.intp))
        ]
    return moved


def _per_chunk(parts: Sequence[_Part]) -> dict[str, Any]:
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
        name: np.concatenate([empty, *(getattr(p.postings, name)[p.live] for p in parts)])
        for name, empty in shapes.items()
    }


def _groups(parts: Sequence[_Part], held: Int64Array) -> dict[str, list[int]]:
    """All groups joined, without the forms that nothing holds any more."""
    groups: dict[str, set[int]] = {}
    for part in parts:
        table = part.postings.keys
        keys, forms = table.members()
        wanted = part.numbers[forms]
        places = np.searchsorted(held, wanted)
        stays = places < len(held)
        stays[stays] = held[places[stays]] == wanted[stays]
        names = list(table.names)
        for key, number in zip(keys[stays].tolist(), places[stays].tolist(), strict=True):
            groups.setdefault(names[key], set()).add(number)
    return {key: list(numbers) for key, numbers in groups.items()}


def _offsets_of(counts: NDArray[Any]) -> NDArray[np.uint32]:
    """(n + 1,) where stretches of these sizes begin, one after another."""
    offsets = np.zeros(len(counts) + 1, dtype=np.uint32)
    np.cumsum(counts, out=offsets[1:])
    return offsets
