"""From posting lists to the best chunks, in NumPy: the reference for `gather` to `top_k`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import (
    ANY,
    Best,
    Bytes,
    Flags,
    Float32s,
    Gathered,
    Languages,
    PostingArrays,
    Uint32s,
    damaged,
    not_negative,
)


def gather(
    postings: PostingArrays,
    live: Flags | None,
    clause_offsets: Uint32s,
    starts: Uint32s,
    ends: Uint32s,
    weights: Float32s,
    field_weights: Float32s,
    languages: Languages | None = None,
) -> Gathered:
    """The union of each clause's posting lists; see `Kernels.gather`.

    Two lists, of the chunks 0, 1 and of 1, 2; the last posting stands once in the title and twice
    in the body. One clause of both:

    >>> none = np.empty(0, np.uint32), np.empty(0, np.uint8)
    >>> title = np.uint32([3]), np.uint8([1])
    >>> lists = PostingArrays(np.uint32([0, 1, 1, 2]), np.uint8([1, 2, 1, 3]), (none, title, none))
    >>> edges = np.uint32([0, 2]), np.uint32([0, 2]), np.uint32([2, 4])
    >>> found = gather(lists, None, *edges, np.float32([1, 0.5]), np.float32([1, 1, 4, 1]))
    >>> found.ordinals.tolist(), found.frequencies.tolist(), found.offsets.tolist()
    ([0, 1, 2], [1.0, 2.5, 3.0], [0, 3])
    """
    if len(starts) and (np.any(starts > ends) or ends.max() > len(postings.ordinals)):
        raise damaged()
    ordinals = postings.ordinals[ranges(starts, ends)]
    frequencies = list_frequencies(postings, starts, ends, weights, field_weights)
    if languages is not None:
        own = np.repeat(languages.of_lists, lengths_of(starts, ends))
        frequencies[_is_foreign(ordinals, own, languages.of_chunks)] = 0
    edges = offsets_of(lengths_of(starts, ends))[clause_offsets]
    parts = [
        _clause(ordinals[low:high], frequencies[low:high], live, n_lists)
        for (low, high), n_lists in zip(
            pairwise(edges.tolist()), np.diff(clause_offsets).tolist(), strict=True
        )
    ]
    return Gathered(
        np.concatenate([np.empty(0, np.uint32), *(part for part, _ in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part for _, part in parts)]),
        offsets_of(np.array([len(part) for part, _ in parts], np.intp)).astype(np.uint32),
    )


def _is_foreign(ordinals: Uint32s, own: Bytes, of_chunks: Bytes) -> NDArray[np.bool_]:
    """Postings whose chunk is in another language than the one that they count in."""
    told = own != ANY
    if told.any() and ordinals[told].max() >= len(of_chunks):
        raise damaged()
    foreign: NDArray[np.bool_] = told.copy()
    foreign[told] = of_chunks[ordinals[told]] != own[told]
    return foreign


def _clause(
    ordinals: Uint32s, frequencies: Float32s, live: Flags | None, n_lists: int
) -> tuple[Uint32s, Float32s]:
    """Sums over the lists of a clause, of live chunks alone."""
    if live is not None and len(ordinals) and ordinals.max() >= len(live):
        raise damaged()
    if n_lists > 1 and len(ordinals):
        sums = np.zeros(int(ordinals.max()) + 1, dtype=np.float32)
        np.add.at(sums, ordinals, frequencies)  # in the order of the lists, as reduceat is not
        ordinals = np.flatnonzero(sums).astype(np.uint32)
        frequencies = sums[ordinals]
    kept = frequencies > 0
    if live is not None:
        kept &= live[ordinals] != 0
    return ordinals[kept], frequencies[kept]


def list_frequencies(
    postings: PostingArrays,
    starts: Uint32s,
    ends: Uint32s,
    weights: Float32s,
    field_weights: Float32s,
) -> Float32s:
    """Weighted frequencies of the postings of all lists, list after list, float32.

    Counts end at 255, so those of the fields may be more than the one of all: the body has 0 then.
    """
    lengths = lengths_of(starts, ends)
    shifts = offsets_of(lengths)[:-1] - starts.astype(np.intp)
    body = postings.counts[ranges(starts, ends)].astype(np.int32)
    fields = []
    for places, counts in postings.sparse:
        low, high = np.searchsorted(places, starts), np.searchsorted(places, ends)
        here = ranges(low, high)
        at = places[here].astype(np.intp) + np.repeat(shifts, high - low)
        fields.append((at, counts[here].astype(np.float32)))
        body[at] -= counts[here]
    total = field_weights[0] * np.maximum(body, 0).astype(np.float32)
    for (at, found), weight in zip(fields, field_weights[1:], strict=True):
        total[at] += weight * found
    frequencies: Float32s = np.repeat(weights, lengths) * total
    return frequencies


def add_scores(gathered: Gathered, factors: Float32s, norms: Float32s, scores: Float32s) -> None:
    """``scores[o] += factor * (f / (f + norm[o]))``; see `Kernels.add_scores`.

    >>> scores = np.zeros(3, np.float32)
    >>> found = Gathered(np.uint32([0, 2]), np.float32([1, 3]), np.uint32([0, 2]))
    >>> add_scores(found, np.float32([8]), np.float32([1, 1, 1]), scores)
    >>> scores.tolist()
    [4.0, 0.0, 6.0]
    """
    if len(gathered.ordinals) and gathered.ordinals.max() >= len(scores):
        raise damaged()
    for number, factor in enumerate(factors):
        ordinals, frequencies = gathered.clause(number)
        scores[ordinals] += factor * (frequencies / (frequencies + norms[ordinals]))


def cover(gathered: Gathered, factors: Float32s, share: float, scores: Float32s) -> None:
    """Scale each score by how much of the clauses its chunk holds; see `Kernels.cover`.

    >>> scores = np.float32([1, 1, 1])
    >>> found = Gathered(np.uint32([0, 2, 2]), np.float32([1, 1, 1]), np.uint32([0, 2, 3]))
    >>> cover(found, np.float32([1, 3]), 0.5, scores)
    >>> scores.tolist()
    [0.625, 0.5, 1.0]
    """
    if len(gathered.ordinals) and gathered.ordinals.max() >= len(scores):
        raise damaged()
    covered = np.zeros(len(scores), np.float32)
    for number, factor in enumerate(factors):
        covered[gathered.clause(number)[0]] += factor
    part = np.float32(share)
    scores *= (1 - part) + part * (covered / factors.sum())


def top_k(scores: Float32s, mask: Flags | None, k: int) -> Best:
    """The k best of the scores above 0; see `Kernels.top_k`.

    >>> best = top_k(np.float32([0.5, 0, 2, 2]), None, 2)
    >>> best.ordinals.tolist(), best.scores.tolist(), best.matched
    ([2, 3], [2.0, 2.0], 3)
    """
    not_negative("k", k)
    counted = scores > 0
    if mask is not None:
        counted &= mask != 0
    places = np.flatnonzero(counted)
    matched = len(places)
    values = scores[places]
    if k == 0:
        places, values = places[:0], values[:0]
    elif k < matched:
        # partition() finds the k-th value but picks arbitrarily among its ties: take all of them.
        kept = values >= np.partition(values, matched - k)[matched - k]
        places, values = places[kept], values[kept]
    order = np.argsort(-values, kind="stable")[:k]
    return Best(places[order].astype(np.uint32), values[order], matched)


def offsets_of(lengths: NDArray[Any]) -> NDArray[np.intp]:
    """Where pieces of these lengths start when laid end to end, and their end.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    offsets = np.zeros(len(lengths) + 1, dtype=np.intp)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def lengths_of(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.intp]:
    """Lengths of intervals, in the type that sizes have on this machine.

    >>> lengths_of(np.uint32([4, 0]), np.uint32([6, 3])).tolist()
    [2, 3]
    """
    return ends.astype(np.intp) - starts.astype(np.intp)


def ranges(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.intp]:
    """All numbers of the intervals, one interval after the other.

    >>> ranges(np.array([4, 0]), np.array([6, 3])).tolist()
    [4, 5, 0, 1, 2]
    """
    lengths = lengths_of(starts, ends)
    offsets = offsets_of(lengths)
    shifts = starts.astype(np.intp) - offsets[:-1]
    return np.arange(offsets[-1], dtype=np.intp) + np.repeat(shifts, lengths)
