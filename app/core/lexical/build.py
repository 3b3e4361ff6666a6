"""Chunks to postings: numbers in place of forms, then one sort in NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import STAY, Numbering
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.keys import DEFAULT_LANGUAGE, FOLD, other_keys, pack
from app.core.lexical.postings import GAP, MAX_COUNT, Postings

Numbers = Sequence[int]
"""Numbers of forms as `Numbering` gives them."""

_PARTS = 5
"""Parts of a row: the two of the body, headings, title, path."""


@dataclass(frozen=True, slots=True)
class Row:
    """The forms of one chunk, field by field."""

    repeated: Numbers
    """Of the beginning of the body, which the chunk before of the same document ends with."""
    body: Numbers
    """Of the rest of the body."""
    headings: Numbers = ()
    title: Numbers = ()
    path: Numbers = ()
    language: str = DEFAULT_LANGUAGE
    """ISO 639-1: decides which stems its forms have."""

    def parts(self) -> tuple[Numbers, ...]:
        """The parts in the order of their positions."""
        return self.repeated, self.body, self.headings, self.title, self.path


def build_postings(rows: Iterable[Row], numbering: Numbering) -> Postings:
    """Postings of the chunks in `rows`, whose ordinals are their places in it."""
    rows = list(rows)
    parts = [part for row in rows for part in row.parts()]
    sizes = np.fromiter(map(len, parts), np.int64, len(parts))
    raw = np.fromiter(chain.from_iterable(parts), np.uint32, int(sizes.sum()))
    positions, starts = _positions(raw, sizes)
    names, terms = _sorted_names(raw & np.uint32(STAY - 1), numbering)
    part = np.repeat(np.arange(len(parts), dtype=np.int64), sizes.astype(np.intp))
    columns = _columns(terms, part, positions, len(names))
    languages = [row.language for row in rows]
    groups = _groups(names, terms, part // _PARTS, languages)
    blob, term_offsets = TermDictionary.pack(names)
    by_part = sizes.reshape(-1, _PARTS)
    return Postings(
        term_blob=blob,
        term_offsets=term_offsets,
        **columns,
        body_lengths=(by_part[:, 0] + by_part[:, 1]).astype(np.uint32),
        headings_lengths=_short(by_part[:, 2]),
        title_lengths=_short(by_part[:, 3]),
        path_lengths=_short(by_part[:, 4]),
        repeated_lengths=by_part[:, 0].astype(np.uint32),
        field_starts=starts,
        **pack(groups),
    )


def encode_positions(
    positions: NDArray[np.int64], is_first: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """LEB128 of positions, differences but for the first of a posting, and each one's bytes.

    >>> stream, sizes = encode_positions(np.array([3, 5, 300]), np.array([True, False, True]))
    >>> stream.tolist(), sizes.tolist()
    ([3, 2, 172, 2], [1, 1, 2])
    """
    values = np.diff(positions, prepend=0)
    values[is_first] = positions[is_first]
    sizes = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += values >= 1 << bits
    ends = np.cumsum(sizes)
    stream = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - sizes
    for byte in range(5):
        has = sizes > byte
        more = np.where(sizes[has] > byte + 1, 0x80, 0)
        stream[starts[has] + byte] = (values[has] >> 7 * byte & 0x7F) | more
    return stream, sizes


def _positions(
    raw: NDArray[np.uint32], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Position of every occurrence, and where the fields of every chunk begin, (n, 3)."""
    steps = np.cumsum(raw < STAY)
    ends = np.cumsum(sizes)
    at_end = np.concatenate([[0], steps])[ends].reshape(-1, _PARTS)
    words = np.diff(at_end.ravel(), prepend=0).reshape(-1, _PARTS)
    starts = np.zeros_like(words)
    starts[:, 1] = words[:, 0]
    starts[:, 2] = starts[:, 1] + words[:, 1] + GAP
    starts[:, 3] = starts[:, 2] + words[:, 2] + GAP
    starts[:, 4] = starts[:, 3] + words[:, 3] + GAP
    shift = starts.ravel() - (at_end - words).ravel() - 1
    positions = steps + np.repeat(shift, sizes.astype(np.intp))
    return positions.astype(np.int64), starts[:, 2:].astype(np.uint32)


def _sorted_names(
    numbers: NDArray[np.uint32], numbering: Numbering
) -> tuple[list[str], NDArray[np.int64]]:
    """The forms that occur, sorted, and every occurrence as a place among them."""
    all_names = numbering.names()
    used = np.zeros(len(all_names), dtype=np.bool_)
    used[numbers] = True
    held = np.flatnonzero(used).tolist()
    order = sorted(held, key=all_names.__getitem__)
    rank = np.zeros(len(all_names), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return [all_names[number] for number in order], rank[numbers]


def _columns(
    terms: NDArray[np.int64],
    part: NDArray[np.int64],
    positions: NDArray[np.int64],
    n_terms: int,
) -> dict[str, Any]:
    """The arrays of `Postings` with one row a posting or an occurrence."""
    # Occurrences come chunk by chunk in order of position, so a stable sort by form is all.
    order = np.argsort(terms, kind="stable")
    terms, part, positions = terms[order], part[order], positions[order]
    chunks, field = np.divmod(part, _PARTS)
    is_first = _is_new(terms, chunks)
    run = np.cumsum(is_first) - 1
    # The last MAX_COUNT of a run stay: headings, title and path come after the body.
    lengths = np.diff(np.flatnonzero(is_first), append=len(terms))
    left = np.cumsum(lengths)[run] - np.arange(len(terms))
    if len(lengths) and lengths.max() > MAX_COUNT:
        kept = left <= MAX_COUNT
        terms, chunks, field, positions, run = (
            array[kept] for array in (terms, chunks, field, positions, run)
        )
        is_first = _is_new(terms, chunks)
    starts = np.flatnonzero(is_first)
    counts = np.diff(starts, append=len(terms))
    stream, sizes = encode_positions(positions, is_first)
    heads = terms[starts]
    columns: dict[str, Any] = {
        "posting_offsets": offsets_of(np.bincount(_intp(heads), minlength=n_terms)),
        "ordinals": chunks[starts].astype(np.uint32),
        "counts": counts.astype(np.uint8),
        "position_offsets": offsets_of(
            np.bincount(_intp(terms), sizes, minlength=n_terms).astype(np.int64)
        ),
        "positions": stream,
    }
    for name, number in (("repeated", 0), ("headings", 2), ("title", 3), ("path", 4)):
        places, found = np.unique(run[field == number], return_counts=True)
        columns[f"{name}_postings"] = places.astype(np.uint32)
        columns[f"{name}_counts"] = found.astype(np.uint8)
    return columns


def _groups(
    names: Sequence[str],
    terms: NDArray[np.int64],
    chunks: NDArray[np.int64],
    languages: Sequence[str],
) -> dict[str, list[int]]:
    """Forms by key, each in the languages of the chunks that it stands in."""
    known = sorted(set(languages))
    numbers = np.array([known.index(language) for language in languages], dtype=np.int64)
    seen = np.zeros((len(names), max(1, len(known))), dtype=np.bool_)
    seen[terms, numbers[chunks]] = True
    groups: dict[str, list[int]] = {}
    for place, kind in ((None, FOLD), *enumerate(known)):
        here = range(len(names)) if place is None else np.flatnonzero(seen[:, place]).tolist()
        for number in here:
            for key in other_keys(names[number], kind):
                groups.setdefault(key, []).append(number)
    return groups


def _is_new(terms: NDArray[np.int64], chunks: NDArray[np.int64]) -> NDArray[np.bool_]:
    changed: NDArray[np.bool_] = (np.diff(terms, prepend=-1) != 0) | (
        np.diff(chunks, prepend=-1) != 0
    )
    return changed


def offsets_of(counts: NDArray[Any]) -> NDArray[np.uint32]:
    """(n + 1,) where stretches of these sizes begin, one after another."""
    offsets = np.zeros(len(counts) + 1, dtype=np.uint32)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _short(lengths: NDArray[np.int64]) -> NDArray[np.uint16]:
    return np.minimum(lengths, 0xFFFF).astype(np.uint16)


def _intp(numbers: NDArray[np.int64]) -> NDArray[np.intp]:
    """For bincount(), which takes 32 bits only in a browser."""
    return numbers.astype(np.intp)
