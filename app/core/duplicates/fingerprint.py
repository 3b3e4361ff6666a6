"""A number of 64 bits for a passage, which differs in few bits from that of a nearly equal one.

MinHash over shingles of three words (Broder, "On the resemblance and containment of documents",
1997), by one permutation (Li, Owen and Zhang, "One Permutation Hashing", 2012), of which one bit is
kept a bin (Li and König, "b-Bit Minwise Hashing", 2010). Two passages whose shingles have the
resemblance J (those in common over those in either) have the same bit in a bin with a chance of
(1 + J) / 2, so that they differ in 32 * (1 - J) bits more or less: none if their words are the
same, about 32 if they have nothing in common.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Uint64s = NDArray[np.uint64]

BITS = 64
SHINGLE = 3
"""Words of a shingle."""
NEAR = 10
"""Bits in which nearly equal passages differ at most: a resemblance of 0.69, more or less."""
UNKNOWN = 0
"""The fingerprint of a passage without a word, and where there is none."""

_NONE = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_ODDS = np.array(
    [0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB], dtype=np.uint64
)
"""Multiplying by an odd number loses nothing and spreads what differs."""
_PIECE = 1 << 14
"""Words that are looked at at a time, so that little memory is taken."""


def fingerprints(words: Uint64s, counts: NDArray[Any]) -> Uint64s:
    """Fingerprints of passages, uint64 (passages,).

    `words`: a hash of each word, passage after passage; `counts` (passages,): how many each has.

    >>> ore, of, gold = np.random.default_rng(1).integers(2**64, size=3, dtype=np.uint64)
    >>> found = fingerprints(np.array([ore, of, gold, ore, of, gold, gold]), np.array([3, 3, 1, 0]))
    >>> bool(found[0] == found[1]), bool(found[0] == found[2]), int(found[3])
    (True, False, 0)
    """
    ends = np.cumsum(counts, dtype=np.intp)
    found = np.full(len(ends), UNKNOWN, dtype=np.uint64)
    first = at = 0
    while first < len(ends):
        last = max(int(np.searchsorted(ends, at + _PIECE, side="right")), first + 1)
        sizes = np.asarray(counts[first:last], dtype=np.intp)
        there = first + np.flatnonzero(sizes)
        found[there] = _of_piece(words[at : ends[last - 1]], sizes[sizes > 0])
        first, at = last, int(ends[last - 1])
    return found


def distance(one: Uint64s, other: Uint64s) -> NDArray[np.uint8]:
    """In how many bits fingerprints differ; they are broadcast.

    >>> distance(np.uint64([0b1011]), np.uint64([0b0001, 0b1011])).tolist()
    [2, 0]
    """
    return np.asarray(np.bitwise_count(one ^ other), dtype=np.uint8)


def _of_piece(words: Uint64s, sizes: NDArray[np.intp]) -> Uint64s:
    """Of passages with one word at least."""
    if not len(sizes):
        return np.empty(0, np.uint64)
    hashes, counts = _shingles(words, sizes)
    places = (hashes >> np.uint64(58)).astype(np.intp)
    places += np.repeat(np.arange(len(sizes)) * BITS, counts)
    bins = np.full(len(sizes) * BITS, _NONE)
    np.minimum.at(bins, places, hashes)
    filled = _filled(bins.reshape(-1, BITS))
    salts = np.arange(1, BITS + 1, dtype=np.uint64) * _ODDS[0]
    bits = (_mixed(filled + salts) >> np.uint64(63)).astype(np.uint8)
    packed = np.packbits(bits, axis=1, bitorder="little").view("<u8").ravel()
    return np.maximum(packed.astype(np.uint64), 1)


def _shingles(words: Uint64s, sizes: NDArray[np.intp]) -> tuple[Uint64s, NDArray[np.intp]]:
    """Hashes of shingles, and how many each passage has; one of too few words is a shingle."""
    hashes = words * _ODDS[0]
    for step in range(1, SHINGLE):
        hashes[:-step] += words[step:] * _ODDS[step]
    ends = np.cumsum(sizes)
    whole = np.ones(len(words), dtype=np.bool_)
    for step in range(1, SHINGLE):
        whole[ends - step] = False
    short = np.flatnonzero(sizes < SHINGLE)
    first = (ends - sizes)[short]
    whole[first] = True
    hashes[first] = words[first] * _ODDS[0]
    two = first[sizes[short] == 2]
    hashes[two] += words[two + 1] * _ODDS[1]
    return _mixed(hashes[whole]), np.maximum(sizes - (SHINGLE - 1), 1)


def _filled(bins: Uint64s) -> Uint64s:
    """Empty bins with what the next one has that has something, round about.

    As in Shrivastava and Li, "Densifying One Permutation Hashing" (2014).
    """
    places = np.where(bins == _NONE, 2 * BITS, np.arange(BITS))
    twice = np.concatenate([places, np.minimum(places + BITS, 2 * BITS)], axis=1)
    following = np.minimum.accumulate(twice[:, ::-1], axis=1)[:, ::-1]
    return np.take_along_axis(bins, following[:, :BITS] % BITS, axis=1)


def _mixed(values: Uint64s) -> Uint64s:
    """Every bit of a value spread over all bits: the end of SplitMix64."""
    values = values ^ (values >> np.uint64(30))
    values *= _ODDS[1]
    values ^= values >> np.uint64(27)
    values *= _ODDS[2]
    values ^= values >> np.uint64(31)
    return values
