"""The kernels by hand-made examples, and WebAssembly against NumPy bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.kernels import ANY, Gathered, Languages, NumpyKernels, PostingArrays
from app.core.kernels.indexing import joined
from app.core.kernels.wasm import WasmKernels
from app.core.lexical.dictionary import TermDictionary
from app.errors import InputError, StorageError
from tests.contract import kernels_hosts, kernels_suite

TWIN = NumpyKernels()
SIZES = st.sampled_from([1, 2, 31, 32, 33, 300, 5000, 2**20])
SEEDS = st.integers(0, 2**32 - 1)
COUNTS = (1, 1, 1, 2, 3, 17, 254, 255)


@pytest.fixture(scope="module")
def wasm():
    """`wasm()`: the kernels of WebAssembly, and what places arrays for them."""
    return kernels_hosts.here().fresh


@pytest.fixture(params=["numpy", "wasm"])
def kernels(request):
    """Each implementation."""
    return TWIN if request.param == "numpy" else request.getfixturevalue("wasm")()[0]


@pytest.mark.parametrize("check", kernels_suite.CHECKS, ids=lambda check: check.__name__)
def test_by_hand(kernels, check):
    """Each implementation gives what was worked out by hand."""
    check(kernels)


def test_scores_by_hand(wasm):
    """The one kernel that writes into what it is given."""
    kernels_suite.adds_scores(TWIN, np.copy)
    kernels_suite.adds_scores(*wasm())


def rising(chosen, size, n):
    """`size` different ordinals below n, rising."""
    if size * 4 > n:
        return np.sort(chosen.permutation(n)[:size]).astype(np.uint32)
    return np.unique(chosen.integers(0, n, size, np.uint32))


def postings_of(chosen, n, n_lists, longest, share):
    """Lists over n chunks, each term in each field with this share of its postings."""
    parts = [
        rising(chosen, int(chosen.integers(0, min(n, longest) + 1)), n) for _ in range(n_lists)
    ]
    ordinals = np.concatenate([np.empty(0, np.uint32), *parts])
    edges = np.cumsum([0, *map(len, parts)]).astype(np.uint32)
    counts = chosen.choice(np.uint8(COUNTS), len(ordinals))
    sparse = []
    for _ in range(3):
        places = np.flatnonzero(chosen.random(len(ordinals)) < share).astype(np.uint32)
        sparse.append((places, chosen.choice(np.uint8(COUNTS), len(places))))
    return PostingArrays(ordinals, counts, tuple(sparse)), edges


def flags_of(chosen, kind, n):
    """No flags, or none, all or some of them set, with any value that counts as set."""
    if kind == "absent":
        return None
    share = {"none": 0, "all": 1, "some": 0.5}[kind]
    return np.where(chosen.random(n) < share, chosen.integers(1, 256, n), 0).astype(np.uint8)


FLAGS = st.sampled_from(["absent", "none", "all", "some"])


def same(one, other):
    """Both are the same values of the same types, bit for bit."""
    for a, b in zip(one, other, strict=True):
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            assert a.tobytes() == b.tobytes()
        else:
            assert a == b


@given(
    seed=SEEDS,
    n=SIZES,
    clauses=st.lists(st.integers(0, 4), max_size=5),
    longest=st.sampled_from([0, 1, 40, 2000]),
    share=st.sampled_from([0, 0.05, 1]),
    live=FLAGS,
    spoken=st.booleans(),
    least=st.sampled_from([0, 1e-38, 0.5]),
)
def test_gather_and_scores(wasm, seed, n, clauses, longest, share, live, spoken, least):
    """Unions of lists, some in chunks of one language alone, and the scores made of them."""
    chosen = np.random.default_rng(seed)
    postings, edges = postings_of(chosen, n, sum(clauses), longest, share)
    order = chosen.permutation(sum(clauses))
    weights = chosen.choice(np.float32([0, 1, 0.3, 1e-30, 7e8]), sum(clauses))
    arguments = (
        flags_of(chosen, live, n),
        np.cumsum([0, *clauses]).astype(np.uint32),
        edges[order],
        edges[order + 1],
        weights,
        chosen.choice(np.float32([0, 1, 1.7, 3, 1e-20]), 4),
    )
    if spoken:
        of_lists = chosen.choice(np.uint8([0, 1, 2, ANY]), sum(clauses))
        arguments += (Languages(chosen.integers(0, 2, n, np.uint8), of_lists),)
    kernels, place = wasm()
    found, expected = kernels.gather(postings, *arguments), TWIN.gather(postings, *arguments)
    same(found, expected)
    factors = chosen.random(len(clauses), np.float32) * 9
    norms = chosen.random(n, np.float32) * 2
    scores = chosen.random(n, np.float32) * (chosen.random(n) < 0.5)
    placed = place(scores)
    kernels.add_scores(found, factors, norms, placed)
    TWIN.add_scores(Gathered(*expected), factors, norms, scores)
    same([placed], [scores])
    if len(expected.ordinals):
        kernels.cover(found, factors, 0.3, placed)
        TWIN.cover(Gathered(*expected), factors, 0.3, scores)
        same([placed], [scores])
    mask, part = flags_of(chosen, "some", n), 0.3 if len(expected.ordinals) else 0.0
    ours, twin = (
        each.rank(Gathered(*expected), factors, norms, part, mask, 5, least=least)
        for each in (kernels, TWIN)
    )
    same([*ours.best, ours.scores], [*twin.best, twin.scores])


@given(st.lists(st.text("abé東-", min_size=1, max_size=5), unique=True), st.randoms())
def test_finding_equals_numpy(wasm, names, chance):
    """Names that are there, and others."""
    there = [name for name in names if chance.random() < 0.6]
    blob, offsets = TermDictionary.pack(sorted(there))
    asked = joined(name.encode() for name in names)
    expected = [sorted(there).index(name) if name in there else -1 for name in names]
    assert TWIN.find(blob, offsets, asked).tolist() == expected
    assert wasm()[0].find(blob, offsets, asked).tolist() == expected


@given(
    seed=SEEDS,
    n=st.sampled_from([0, 1, 15, 16, 17, 300, 5000, 2**20]),
    k=st.sampled_from([0, 1, 2, 10, 100, 4000]),
    values=st.sampled_from(["ties", "many", "tiny", "zero"]),
    mask=FLAGS,
)
def test_top_k(wasm, seed, n, k, values, mask):
    """Few scores or many, all the same or all different, in any order."""
    chosen = np.random.default_rng(seed)
    made = {
        "ties": lambda: chosen.choice(np.float32([-1, 0, 0.5, 0.5, 3]), n),
        "many": lambda: chosen.random(n, np.float32) - np.float32(0.1),
        "tiny": lambda: chosen.choice(np.float32([1e-45, 2e-45, 1e-38, 3e38, np.inf]), n),
        "zero": lambda: np.zeros(n, np.float32),
    }
    scores, flags = made[values](), flags_of(chosen, mask, n)
    same(wasm()[0].top_k(scores, flags, k), TWIN.top_k(scores, flags, k))


def encoded(differences):
    """LEB128 of each number, end to end."""
    data = bytearray()
    for value in differences:
        left = value
        while left >= 0x80:
            data.append(0x80 | left & 0x7F)
            left >>= 7
        data.append(left)
    return np.frombuffer(bytes(data), np.uint8)


@given(
    seed=SEEDS,
    n=SIZES,
    size=st.sampled_from([0, 1, 20, 300]),
    largest=st.sampled_from([1, 0x7F, 0x80, 1 << 14, 1 << 24]),
    wanted=FLAGS,
)
def test_positions(wasm, seed, n, size, largest, wanted):
    """Numbers of one to four bytes, the whole term or some chunks of it."""
    chosen = np.random.default_rng(seed)
    ordinals = rising(chosen, min(size, n), n)
    counts = chosen.choice(np.uint8(COUNTS), len(ordinals))
    postings = PostingArrays(ordinals, counts, (kernels_suite.NOWHERE,) * 3)
    before = [int(chosen.integers(300)) for _ in range(3)]
    steps = chosen.integers(1, largest + 1, int(counts.sum(dtype=np.int64))).tolist()
    stream, start = encoded([*before, *steps]), len(encoded(before))
    flags = flags_of(chosen, wanted, n)
    given_ = (stream, postings, 0, len(ordinals), start, flags)
    found = wasm()[0].positions(*given_)
    same([found], [TWIN.positions(*given_)])
    if flags is None:
        assert (np.diff(found.astype(np.float64)) > 0).all()


@given(
    seed=SEEDS,
    shape=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    chunks=st.sampled_from([1, 3, 200]),
    positions=st.sampled_from([2, 12, 3000]),
    slack=st.sampled_from([0, 1, 2, 7, 5000, 2**40]),
    ordered=st.booleans(),
)
def test_near(wasm, seed, shape, chunks, positions, slack, ordered):
    """Rare and common words, words given twice, chains and windows."""
    chosen = np.random.default_rng(seed)
    words = []
    for _ in range(3):
        size = int(chosen.choice([1, 5, 60, 900]))
        made = chosen.integers(0, chunks, size, np.uint64) << np.uint64(32)
        words.append(np.unique(made | chosen.integers(0, positions, size, np.uint64)))
    slots = [words[number] for number in shape]
    same(wasm()[0].near(slots, slack, ordered), TWIN.near(slots, slack, ordered))


@pytest.mark.parametrize("share", [0.02, 0.5, 1])
@pytest.mark.parametrize("live", ["absent", "some"])
def test_long_lists(wasm, share, live):
    """Thousands of postings a list, as one clause and as many."""
    chosen = np.random.default_rng(5)
    postings, edges = postings_of(chosen, 30_000, 6, 20_000, share)
    flags = flags_of(chosen, live, 30_000)
    weights, fields = chosen.random(6, np.float32), np.float32([1, 2.5, 1.3, 0.6])
    for offsets in ([0, 6], [0, 1, 2, 3, 4, 5, 6], [0, 4, 5, 6]):
        lists = (flags, np.uint32(offsets), edges[:-1], edges[1:], weights, fields)
        same(wasm()[0].gather(postings, *lists), TWIN.gather(postings, *lists))


@pytest.mark.parametrize("seed", range(60))
def test_garbage_stays_inside(wasm, seed):
    """Postings of any bytes give an error or some result, and nothing else is written or moved."""
    chosen = np.random.default_rng(seed)
    kernels, place = wasm()
    arena = getattr(place, "__self__", None)
    size, n = int(chosen.integers(1, 3000)), int(chosen.choice([1, 17, 4000]))
    beyond = chosen.choice([n, n + 1, 2 * n, 2**32])

    def any_numbers(dtype, count, largest):
        return place(chosen.integers(0, largest, count, np.uint64).astype(dtype))

    sparse = [
        (any_numbers(np.uint32, size, size + 5), any_numbers(np.uint8, size, 256)) for _ in range(3)
    ]
    postings = PostingArrays(
        any_numbers(np.uint32, size, beyond), any_numbers(np.uint8, size, 256), tuple(sparse)
    )
    starts = any_numbers(np.uint32, 4, size)
    ends = place(
        np.minimum(starts + chosen.integers(0, size, 4, np.uint32), size + (seed % 7 == 0))
    )
    stream, live = any_numbers(np.uint8, 5 * size, 256), place(np.ones(n, np.uint8))
    one = place(np.ones(4, np.float32))
    scores, norms = place(np.zeros(n, np.float32)), place(np.ones(n, np.float32))
    keys = any_numbers(np.uint64, 300, 2**40)

    def attempt(call):
        try:
            return call()
        except StorageError:
            return None

    for flags in (None, live):
        for offsets in (np.uint32([0, 4]), np.uint32([0, 1, 2, 3, 4])):
            lists = (postings, flags, offsets, starts, ends, one, one)
            spoken = Languages(live[: n // 2 + 1], np.uint8([0, 1, ANY, 1]))
            attempt(lambda given=lists, by=spoken: kernels.gather(*given, by))
            if found := attempt(lambda given=lists: kernels.gather(*given)):
                factors = one[: len(offsets) - 1]
                attempt(lambda f=found, by=factors: kernels.rank(f, by, norms, 0.1, None, 9))
                attempt(lambda f=found, by=factors: kernels.add_scores(f, by, norms, scores))
        attempt(lambda f=flags: kernels.positions(stream, postings, 0, size, 0, f))
    kernels.find(stream, postings.ordinals, joined([b"gold", stream[:9].tobytes()]))
    for ordered in (True, False):
        kernels.near([keys, keys[::-1].copy(), keys[:50], keys], 9, ordered)
    assert arena is None or not arena.strayed()
    kernels_suite.gathers_unions(kernels)


@given(
    seed=SEEDS, words=st.integers(1, 4), n=st.sampled_from([1, 3, 40]), longest=st.integers(0, 60)
)
def test_closest(wasm, seed, words, n, longest):
    """Words of several lists, more positions than are looked at, lists that do not count."""
    chosen = np.random.default_rng(seed)
    texts = [
        [chosen.integers(0, 2 * words, chosen.integers(0, longest + 1)).tolist()] for _ in range(n)
    ]
    rows = [(number, place) for number, text in enumerate(texts) for place in text[0]]
    sizes = np.uint32([size for text in texts for size in (0, len(text[0]), 0, 0, 0)])
    numbers = np.uint32([form for _, form in rows])
    held = 2 * words
    found = TWIN.indexing.invert(numbers, sizes, np.arange(held, dtype=np.uint32), held, 256, 255)
    none = np.empty(0, np.uint32), np.empty(0, np.uint8)
    postings = PostingArrays(found.ordinals, found.counts, (none, none, none))
    chunks = np.flatnonzero(chosen.random(n) < 0.7).astype(np.uint32)
    offsets = np.arange(0, held + 1, 2, dtype=np.uint32)
    allowed = (chosen.random((held, len(chunks))) < 0.9).astype(np.uint8)
    given_ = (
        *(found.positions, postings, chunks, offsets),
        *(found.posting_offsets[:-1].copy(), found.posting_offsets[1:].copy()),
        *(found.position_offsets[:-1].copy(), allowed),
    )
    ours, twin = wasm()[0].closest(*given_), TWIN.closest(*given_)
    assert ours.shape == twin.shape == (words - 1, len(chunks))
    assert ours.tolist() == twin.tolist()


def test_what_does_not_fit_is_refused(wasm):
    """The module takes sizes and types on trust, so they are looked at before."""
    kernels = wasm()[0]
    scores = np.ones(8, np.float32)
    with pytest.raises(InputError, match="float32 is needed, not of float64"):
        kernels.top_k(scores.astype(np.float64), None, 3)
    with pytest.raises(InputError, match="has gaps"):
        kernels.top_k(scores[::2], None, 3)
    with pytest.raises(InputError, match="does not fit"):
        kernels.top_k(scores, np.ones(7, np.uint8), 3)
    with pytest.raises(InputError, match="lengths"):
        kernels.add_scores(
            Gathered(np.uint32([0]), np.float32([1]), np.uint32([0, 1])),
            np.float32([1, 2]),
            scores,
            scores,
        )


def test_another_version_is_refused():
    """A module that was built from other sources is not called."""

    class Other:
        def version(self):
            return 0

    with pytest.raises(ValueError, match="version 0"):
        WasmKernels(Other(), kernels_hosts)
