"""What every implementation of the kernels must give, worked out by hand; no test framework needed.

Each check takes the kernels and a function that places an array where they can reach it.
"""

import numpy as np

from app.core.kernels import Gathered, PostingArrays
from app.errors import FossickError

NOWHERE = (np.empty(0, np.uint32), np.empty(0, np.uint8))
ALIKE = np.float32([1, 1, 1, 1])


def lists(ordinals, counts, headings=NOWHERE, title=NOWHERE, path=NOWHERE):
    """Postings of plain numbers."""
    sparse = tuple(
        (np.uint32(places), np.uint8(found)) for places, found in (headings, title, path)
    )
    return PostingArrays(np.uint32(ordinals), np.uint8(counts), sparse)


def gathered(kernels, postings, clauses, weights=None, live=None, fields=ALIKE):
    """What `gather` gives as [[(ordinal, frequency)...] for each clause], clauses as lists of
    (start, end).
    """
    edges = [edge for clause in clauses for edge in clause]
    found = kernels.gather(
        postings,
        live,
        np.uint32(np.cumsum([0, *map(len, clauses)])),
        np.uint32([start for start, _ in edges]),
        np.uint32([end for _, end in edges]),
        np.float32([1] * len(edges) if weights is None else weights),
        fields,
    )
    assert found.ordinals.dtype == found.offsets.dtype == np.uint32
    assert found.frequencies.dtype == np.float32
    assert found.offsets.tolist()[-1] == len(found.ordinals) == len(found.frequencies)
    views = (found.clause(number) for number in range(len(clauses)))
    return [list(zip(*(view.tolist() for view in pair), strict=True)) for pair in views]


def keys(*pairs):
    """Keys of (ordinal, position)."""
    return np.array([ordinal << 32 | position for ordinal, position in pairs], dtype=np.uint64)


def near(kernels, slots, slack, ordered):
    """What `near` gives as {ordinal: count}."""
    found = kernels.near(slots, slack, ordered)
    assert found.ordinals.dtype == found.counts.dtype == np.uint32
    return dict(zip(found.ordinals.tolist(), found.counts.tolist(), strict=True))


def refused(call, code):
    """The call raises an error with this code."""
    try:
        call()
    except FossickError as error:
        assert error.code == code
    else:
        raise AssertionError("nothing was raised")


def gathers_one_list(kernels):
    """Occurrences in a field count with its weight, all of it with that of the list."""
    postings = lists(
        [0, 1, 5], [3, 4, 9], headings=([1], [2]), title=([1, 2], [1, 9]), path=([1], [1])
    )
    fields = np.float32([1, 10, 100, 1000])
    # Chunk 1: 4 in all, of which 2, 1 and 1 elsewhere, none in the body. Chunk 5: all in the title.
    assert gathered(kernels, postings, [[(0, 3)]], [0.5], None, fields) == [
        [(0, 1.5), (1, 560.0), (5, 450.0)]
    ]
    # A list that starts in the middle of the postings.
    assert gathered(kernels, postings, [[(2, 3)]], fields=fields) == [[(5, 900.0)]]


def gathers_unions(kernels):
    """Chunks that stand in several lists add up; chunks that are dead or have 0 are left out."""
    postings = lists([0, 3, 40, 3, 7, 40, 99], [1, 1, 1, 2, 2, 2, 5])
    clauses = [[(0, 3), (3, 6)], [], [(6, 7)], [(6, 6), (6, 7), (6, 7)]]
    weights = [1, 0.25, 1, 1, 1, 2]
    whole = [[(0, 1.0), (3, 1.5), (7, 0.5), (40, 1.5)], [], [(99, 5.0)], [(99, 15.0)]]
    assert gathered(kernels, postings, clauses, weights) == whole
    live = np.ones(100, np.uint8)
    live[[3, 99]] = 0
    assert gathered(kernels, postings, clauses, weights, live) == [
        [(0, 1.0), (7, 0.5), (40, 1.5)],
        [],
        [],
        [],
    ]
    assert gathered(kernels, postings, clauses, weights, live > 0)[0] == [
        (0, 1.0),
        (7, 0.5),
        (40, 1.5),
    ]
    assert gathered(kernels, postings, clauses, [0] * 6) == [[], [], [], []]
    # Sums of the call before must not show.
    assert gathered(kernels, postings, clauses, weights) == whole
    assert gathered(kernels, postings, []) == []


def gathers_body_alone(kernels):
    """With weight for the body alone, chunks with the term elsewhere alone are left out."""
    postings = lists([0, 1], [2, 2], title=([1], [2]))
    only = np.float32([1, 0, 0, 0])
    assert gathered(kernels, postings, [[(0, 2)], [(0, 1), (1, 2)]], fields=only) == [
        [(0, 2.0)],
        [(0, 2.0)],
    ]


def counts_that_end_at_255(kernels):
    """More occurrences in the fields than in all, as all counts end at 255: none in the body."""
    postings = lists([4], [255], headings=([0], [200]), title=([0], [100]))
    assert gathered(kernels, postings, [[(0, 1)]]) == [[(4, 300.0)]]


def refuses_damaged_lists(kernels):
    """Ordinals and edges outside the arrays are an error, and do no harm to the next call."""
    postings = lists([0, 9, 1], [1, 1, 1])
    live = np.ones(5, np.uint8)
    for clauses in ([[(0, 2)]], [[(0, 1), (1, 2)]], [[(0, 4)]], [[(2, 1)]], [[(0, 1), (0, 4)]]):
        refused(
            lambda clauses=clauses: gathered(kernels, postings, clauses, live=live),
            "storage-damaged",
        )
    assert gathered(kernels, postings, [[(0, 1), (2, 3)]], live=live) == [[(0, 1.0), (1, 1.0)]]
    for n in (5, 15, 16, 31, 64):
        for beyond in (n, n + 1, n + 40, n + 4000, 2**32 - 2):
            postings, live = lists([0, beyond], [1, 1]), np.ones(n, np.uint8)
            for clause in ([(0, 2)], [(0, 1), (1, 2)]):
                refused(
                    lambda p=postings, c=clause, n=live: gathered(kernels, p, [c], live=n),
                    "storage-damaged",
                )


def gathers_long_lists(kernels):
    """Lists longer than what is worked on at a time, every posting in the title as well."""
    n = 5000
    postings = lists(range(0, 2 * n, 2), [3] * n, title=(range(n), [1] * n))
    fields = np.float32([1, 0, 10, 0])
    for clause in ([(0, n)], [(0, n), (n, n)]):
        assert gathered(kernels, postings, [clause], fields=fields) == [
            [(ordinal, 12.0) for ordinal in range(0, 2 * n, 2)]
        ]


def adds_scores(kernels, place):
    """Five chunks, so that four go together and one alone; the second clause meets the first."""
    scores = place(np.float32([0, 0, 0, 0, 0, 1]))
    norms = place(np.float32([1, 1, 1, 1, 3, 1]))
    found = Gathered(
        np.uint32([0, 1, 2, 3, 4, 0]), np.float32([1, 3, 1, 3, 1, 1]), np.uint32([0, 5, 5, 6])
    )
    kernels.add_scores(found, np.float32([4, 9, 2]), norms, scores)
    assert scores.tolist() == [3.0, 3.0, 2.0, 3.0, 1.0, 1.0]
    refused(
        lambda: kernels.add_scores(found, np.float32([4, 9, 2]), norms[:3], scores[:3]),
        "storage-damaged",
    )


def takes_the_best(kernels):
    """Best first, ties by lower ordinal, nothing of 0 or masked, all of them counted."""
    scores = np.float32([0, 2, 1, 2, -1, 3, 2, 0.5] * 5)
    best = kernels.top_k(scores, None, 7)
    assert best.ordinals.tolist() == [5, 13, 21, 29, 37, 1, 3]
    assert best.scores.tolist() == [3.0] * 5 + [2.0] * 2
    assert best.matched == 30
    assert best.ordinals.dtype == np.uint32
    assert best.scores.dtype == np.float32
    mask = np.zeros(40, np.uint8)
    mask[[0, 7, 20, 38, 39]] = 1, 255, 1, 1, 7
    for kind in (mask, mask > 0):
        best = kernels.top_k(scores, kind, 10)
        assert best.ordinals.tolist() == [38, 7, 39]
        assert best.matched == 3
    assert kernels.top_k(scores, None, 0).matched == 30
    assert len(kernels.top_k(scores, None, 0).ordinals) == 0
    assert len(kernels.top_k(scores, None, 10_000).ordinals) == 30
    assert kernels.top_k(scores[:0], None, 3).ordinals.tolist() == []
    refused(lambda: kernels.top_k(scores, None, -1), "bad-option")


def reads_positions(kernels):
    """Differences add up within a posting; numbers of several bytes; postings passed over."""
    postings = lists([7, 1, 4, 2**20], [9, 2, 1, 2])
    #        not of this term | 1: 3, 3 + 2 | 4: 300 | 2^20: 2^32 - 2, + 1
    stream = np.uint8([9, 9, 3, 2, 0x80 | 44, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 1, 9])
    whole = [(1, 3), (1, 5), (4, 300), (2**20, 2**32 - 2), (2**20, 2**32 - 1)]
    assert kernels.positions(stream, postings, 1, 4, 2, None).tolist() == keys(*whole).tolist()
    wanted = np.zeros(2**20 + 1, np.uint8)
    wanted[[4, 2**20]] = 1
    assert (
        kernels.positions(stream, postings, 1, 4, 2, wanted).tolist() == keys(*whole[2:]).tolist()
    )
    assert (
        kernels.positions(stream, postings, 1, 3, 2, wanted > 0).tolist() == keys(whole[2]).tolist()
    )
    assert kernels.positions(stream, postings, 1, 2, 2, wanted).tolist() == []
    assert kernels.positions(stream, postings, 2, 2, 2, None).dtype == np.uint64


def refuses_damaged_streams(kernels):
    """Streams that end too early, numbers without end, edges and ordinals out of range."""
    postings = lists([0, 8], [2, 40])
    for stream, end, start, wanted in (
        (np.uint8([1]), 1, 0, None),
        (np.uint8([1, 0x80]), 1, 0, None),
        (np.uint8([0x80] * 20), 1, 0, None),
        (np.uint8([1] * 30), 2, 0, None),
        (np.uint8([1] * 60), 3, 0, None),
        (np.uint8([1] * 60), 2, 61, None),
        (np.uint8([1] * 60), 2, -1, None),
        (np.uint8([1] * 60), 2, 0, np.ones(8, np.uint8)),
        (np.uint8([0x80] * 5 + [1] * 60), 1, 0, None),
    ):
        refused(
            lambda s=stream, e=end, b=start, w=wanted: kernels.positions(s, postings, 0, e, b, w),
            "storage-damaged",
        )


def finds_phrases(kernels):
    """In order: side by side, with slack, across chunks never, a word twice in a row."""
    a = keys((0, 1), (0, 5), (1, 9), (3, 0), (3, 4))
    b = keys((0, 2), (0, 8), (2, 10), (3, 1), (3, 5), (3, 6))
    assert near(kernels, [a, b], 0, True) == {0: 1, 3: 2}
    assert near(kernels, [a, b], 1, True) == {0: 1, 3: 2}
    assert near(kernels, [a, b], 2, True) == {0: 2, 3: 2}
    assert near(kernels, [b, a], 0, True) == {}
    assert near(kernels, [b, a], 2, True) == {0: 1, 3: 1}
    assert near(kernels, [b, b], 0, True) == {3: 1}
    assert near(kernels, [a, b, b], 0, True) == {3: 1}
    # From 0 the chain 0, 1, 5 skips three; from 4 the chain 4, 5, 6 skips none.
    assert near(kernels, [a, b, b], 3, True) == {3: 2}
    # The chain of 0 is too long by far; that of 3 ends at the same position and fits exactly.
    assert near(kernels, [keys((0, 0), (0, 2), (0, 3)), keys((0, 5))], 1, True) == {0: 1}
    assert near(kernels, [a], 0, True) == {0: 2, 1: 1, 3: 2}
    assert near(kernels, [a, a[:0]], 9, True) == {}
    assert near(kernels, [], 9, True) == {}
    refused(lambda: kernels.near([a, b], -1, True), "bad-option")


def finds_windows(kernels):
    """In any order: windows of n + slack, the first slot counted, a word twice in two places."""
    a = keys((0, 1), (0, 5), (1, 9), (3, 0), (3, 4), (3, 30))
    b = keys((0, 2), (0, 8), (2, 10), (3, 1), (3, 5), (3, 6), (3, 34))
    assert near(kernels, [a, b], 0, False) == {0: 1, 3: 2}
    assert near(kernels, [b, a], 0, False) == {0: 1, 3: 2}
    assert near(kernels, [b, a], 1, False) == {0: 1, 3: 3}
    assert near(kernels, [a, b], 2, False) == {0: 2, 3: 2}
    assert near(kernels, [a, b], 3, False) == {0: 2, 3: 3}
    assert near(kernels, [b, b], 0, False) == {3: 2}
    assert near(kernels, [b, b, b], 2, False) == {}
    assert near(kernels, [b, b, b], 3, False) == {3: 3}
    assert near(kernels, [b, b, b, b], 50, False) == {3: 4}
    assert near(kernels, [a, b, b], 0, False) == {3: 1}
    # Two words that always share a position are two words: a window of two holds both.
    assert near(kernels, [a, a.copy()], 0, False) == {0: 2, 1: 1, 3: 3}
    # What lies in a window with a match counts, also where the match is without it.
    c = keys((5, 10), (5, 11), (5, 13))
    assert near(kernels, [c, keys((5, 11))], 1, False) == {5: 3}
    assert near(kernels, [c, keys((5, 11))], 2**40, False) == {5: 3}
    assert near(kernels, [a], 0, False) == {0: 2, 1: 1, 3: 3}
    assert near(kernels, [b, a[:0]], 9, False) == {}


CHECKS = [
    gathers_one_list,
    gathers_unions,
    gathers_body_alone,
    counts_that_end_at_255,
    refuses_damaged_lists,
    gathers_long_lists,
    takes_the_best,
    reads_positions,
    refuses_damaged_streams,
    finds_phrases,
    finds_windows,
]
"""`adds_scores` aside, which needs to place its result."""
