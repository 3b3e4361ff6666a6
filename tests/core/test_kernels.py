"""The NumPy kernels against plain loops that follow the words of their definition."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.core.kernels import Gathered, NumpyKernels, PostingArrays
from app.core.kernels.port import distinct

KERNELS = NumpyKernels()
FIELDS = np.float32([1, 1.5, 2.3, 0.7])
F32 = np.float32


def slots_of(*words):
    """Keys from {chunk: positions}."""
    made = []
    for word in words:
        pairs = sorted((chunk, at) for chunk, places in word.items() for at in places)
        made.append(np.array([chunk << 32 | at for chunk, at in pairs], np.uint64))
    return made


WORD = st.dictionaries(
    st.integers(0, 2), st.sets(st.integers(0, 12), min_size=1, max_size=5), max_size=3
)
SHAPE = st.lists(st.integers(0, 2), min_size=1, max_size=3)
SLACK = st.integers(0, 6)


def expected(count_in, words, shape):
    """{chunk: count} where the count is not 0."""
    counts = {}
    for chunk in range(3):
        slots = [words[number].get(chunk, set()) for number in shape]
        if all(slots) and (count := count_in(slots)):
            counts[chunk] = count
    return counts


def found(words, shape, slack, ordered):
    """What the kernel says; a word given twice is the same array twice."""
    arrays = slots_of(*words)
    near = KERNELS.near([arrays[number] for number in shape], slack, ordered)
    return dict(zip(near.ordinals.tolist(), near.counts.tolist(), strict=True))


@given(st.tuples(WORD, WORD, WORD), SHAPE, SLACK)
def test_ordered_nearness(words, shape, slack):
    """Every way to take one position of each slot is tried."""

    def count_in(slots):
        starts = set()
        for chain in product(*slots):
            rises = all(a < b for a, b in pairwise(chain))
            if rises and chain[-1] - chain[0] - (len(chain) - 1) <= slack:
                starts.add(chain[0])
        return len(starts)

    assert found(words, shape, slack, True) == expected(count_in, words, shape)


@given(st.tuples(WORD, WORD, WORD), SHAPE, SLACK)
def test_unordered_nearness(words, shape, slack):
    """Every window is tried."""
    width = len(shape) + slack

    def count_in(slots):
        inside = set()
        for start in range(-width, 14):
            window = set(range(start, start + width))
            if all(
                len(slot & window) >= shape.count(number)
                for number, slot in zip(shape, slots, strict=True)
            ):
                inside |= slots[0] & window
        return len(inside)

    assert found(words, shape, slack, False) == expected(count_in, words, shape)


@st.composite
def segments(draw):
    """Up to four lists over ten chunks: [{chunk: (all, headings, title, path)}...]."""
    count = st.sampled_from([0, 0, 1, 2, 7])
    posting = st.tuples(count, count, count, count).filter(any)
    return draw(st.lists(st.dictionaries(st.integers(0, 9), posting, max_size=5), max_size=4))


def arrays_of(lists):
    """The same as postings, with the edges of the lists."""
    rows = [(chunk, *counts) for one in lists for chunk, counts in sorted(one.items())]
    columns = np.array(rows, np.uint32).reshape(-1, 5).T
    sparse = []
    for column in columns[2:]:
        places = np.flatnonzero(column).astype(np.uint32)
        sparse.append((places, column[places].astype(np.uint8)))
    counts = columns[1:].sum(axis=0).astype(np.uint8)
    edges = np.cumsum([0, *map(len, lists)]).astype(np.uint32)
    return PostingArrays(columns[0].copy(), counts, tuple(sparse)), edges


@given(segments(), st.lists(st.booleans(), min_size=10, max_size=10))
def test_gather(lists, live):
    """Chunk by chunk, in float32, each operation as it is written; all lists in one clause."""
    postings, edges = arrays_of(lists)
    weights = np.float32([0.3, 1, 0, 2.7][: len(lists)])
    flags = np.array(live)
    gathered = KERNELS.gather(
        postings, flags, np.uint32([0, len(lists)]), edges[:-1], edges[1:], weights, FIELDS
    )
    sums = {}
    for weight, one in zip(weights, lists, strict=True):
        for chunk, counts in one.items():
            value = FIELDS[0] * F32(counts[0])
            for field, count in zip(FIELDS[1:], counts[1:], strict=True):
                value = value + field * F32(count)
            sums[chunk] = sums.get(chunk, F32(0)) + weight * value
    wanted = {chunk: value for chunk, value in sorted(sums.items()) if value > 0 and live[chunk]}
    assert gathered.ordinals.tolist() == list(wanted)
    assert gathered.frequencies.tolist() == [float(value) for value in wanted.values()]
    assert gathered.offsets.tolist() == [0, len(wanted)]


def test_scores_are_those_of_bm25():
    """Against the formula in float64, within what float32 can hold."""
    frequencies, norms = np.float32([1, 2.5, 30]), np.float32([0.3, 1.2, 4, 9])
    gathered = Gathered(np.uint32([0, 2, 3]), frequencies, np.uint32([0, 3]))
    scores = np.zeros(4, np.float32)
    KERNELS.add_scores(gathered, np.float32([1.7]), norms, scores)
    wide = frequencies.astype(np.float64)
    exact = 1.7 * wide / (wide + norms.astype(np.float64)[[0, 2, 3]])
    assert np.allclose(scores[[0, 2, 3]], exact, rtol=1e-6)
    assert scores[1] == 0


@given(st.lists(st.integers(-1, 4), max_size=40), st.integers(0, 50), st.integers(0, 2))
def test_top_k(values, k, modulus):
    """As a sort of all that count."""
    scores = np.array(values, np.float32) / 2
    mask = np.arange(len(values)) % (modulus + 1) == 0 if modulus else None
    best = KERNELS.top_k(scores, mask, k)
    counted = [
        (-score, at)
        for at, score in enumerate(scores.tolist())
        if score > 0 and (mask is None or mask[at])
    ]
    assert best.matched == len(counted)
    ranked = sorted(counted)[:k]
    assert list(zip((-best.scores).tolist(), best.ordinals.tolist(), strict=True)) == ranked


def test_a_word_twice_is_told_from_two_alike():
    """By which array it is, in the order in which they come."""
    a, b = np.array([1]), np.array([1])
    counted = distinct([b, a, b])
    assert counted[0][0] is b
    assert counted[1][0] is a
    assert [times for _, times in counted] == [2, 1]
