"""Search over segments: the same as over one, whatever was cut or deleted."""

from __future__ import annotations

import math
from collections import Counter
from itertools import compress, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis import Analyzer
from app.core.lexical import KeywordIndex, build_postings, expand, parse
from app.errors import InputError

ANALYZER = Analyzer()
WORDS = ["gold", "golden", "go", "goldfish", "dig", "digger", "the", "river", "sand", "我爱", "爱"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
CHUNKS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=14)
QUERIES = st.lists(st.sampled_from([*WORDS, "gol", "d", "爱我", "x"]), max_size=4).map(" ".join)


def rows_of(chunks):
    """The terms of each field of each chunk."""
    return [tuple(ANALYZER.terms(text) for text in chunk) for chunk in chunks]


def index_of(*texts):
    """An index of one segment whose chunks have a body only."""
    return KeywordIndex([(build_postings(rows_of([("", "", text) for text in texts])), None)])


def naive_bm25(rows, query, weights=(2.0, 1.5, 1.0), k1=1.2, b=0.75):
    """BM25 by the book, one chunk and one term at a time."""
    tf = []
    for row in rows:
        counts = Counter()
        for weight, terms in zip(weights, row, strict=True):
            for term in terms:
                counts[term] += weight
        tf.append(counts)
    dl = [counts.total() for counts in tf]
    avgdl = sum(dl) / max(1, len(rows))
    scores = {}
    for i, counts in enumerate(tf):
        for term in query:
            df = sum(term in others for others in tf)
            if term in counts:
                weight = math.log(1 + (len(rows) - df + 0.5) / (df + 0.5))
                norm = k1 * (1 - b + b * dl[i] / avgdl)
                scores[i] = scores.get(i, 0) + weight * counts[term] / (counts[term] + norm)
    return scores


@given(CHUNKS, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_scores_are_bm25(chunks, words):
    """Every score is what the textbook loop gives, and nothing else is found."""
    rows = rows_of(chunks)
    terms = [term for word in words for term in ANALYZER.terms(word)]
    hits = KeywordIndex([(build_postings(rows), None)]).search(terms, 100)
    expected = naive_bm25(rows, terms)
    assert dict(zip(hits.ordinals.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(
        expected, abs=1e-7
    )
    assert hits.total == len(expected)


@given(CHUNKS, st.integers(0, 2**14 - 1), st.sets(st.integers(0, 14)), QUERIES, st.booleans())
def test_ranking_does_not_depend_on_the_cut(chunks, live_bits, cuts, text, typing):
    """Any split into segments with any deletions ranks and scores as one fresh index does."""
    rows = rows_of(chunks)
    live = [bool(live_bits >> i & 1) for i in range(len(rows))]
    kept = [i for i, alive in enumerate(live) if alive]
    fresh = KeywordIndex([(build_postings([rows[i] for i in kept]), None)])
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(rows)), len(rows)]
    segments = [
        (build_postings(rows[start:end]), np.array(live[start:end], dtype=np.bool_))
        for start, end in pairwise(bounds)
    ]
    query = parse(text, ANALYZER, typing=typing)
    expected, found = fresh.search(query, 100), KeywordIndex(segments).search(query, 100)
    assert found.ordinals.tolist() == [kept[i] for i in expected.ordinals.tolist()]
    assert found.scores.tolist() == expected.scores.tolist()
    assert found.total == expected.total


@given(CHUNKS, QUERIES, st.integers(0, 5))
def test_fewer_hits_are_the_first_of_more(chunks, text, k):
    """k only cuts the ranking; equal scores stand by ordinal."""
    index = KeywordIndex([(build_postings(rows_of(chunks)), None)])
    query = parse(text, ANALYZER)
    few, all_of_them = index.search(query, k), index.search(query, 100)
    assert few.ordinals.tolist() == all_of_them.ordinals[:k].tolist()
    assert few.total == all_of_them.total
    pairs = [(-s, o) for o, s in zip(all_of_them.ordinals, all_of_them.scores, strict=True)]
    assert pairs == sorted(pairs)


@given(CHUNKS, QUERIES, st.integers(0, 2**14 - 1))
def test_mask_filters_without_changing_scores(chunks, text, bits):
    """A filter takes hits away and leaves the others as they were."""
    index = KeywordIndex([(build_postings(rows_of(chunks)), None)])
    query = parse(text, ANALYZER)
    mask = np.array([bool(bits >> i & 1) for i in range(len(chunks))], dtype=np.bool_)
    every, some = index.search(query, 100), index.search(query, 100, mask)
    kept = mask[every.ordinals]
    assert some.ordinals.tolist() == every.ordinals[kept].tolist()
    assert some.scores.tolist() == every.scores[kept].tolist()
    assert some.total == np.count_nonzero(kept)


@given(CHUNKS, st.permutations(["gold", "dig", "river", "sand", "gold"]))
def test_word_order_does_not_matter(chunks, words):
    """Not even in the last digit of a score."""
    index = KeywordIndex([(build_postings(rows_of(chunks)), None)])
    one, other = index.search(words, 100), index.search(sorted(words), 100)
    assert one.ordinals.tolist() == other.ordinals.tolist()
    assert one.scores.tolist() == other.scores.tolist()


def test_expansion_of_an_unknown_last_word():
    """Here "gol" is no word here, so what it may become is searched for, as one term."""
    index = index_of("gold", "golden goldfish", "dig")
    hits = index.search(parse("gol", ANALYZER))
    assert sorted(hits.ordinals.tolist()) == [0, 1]
    assert [clause.terms for clause in index.expand(parse("gol", ANALYZER)).clauses] == [
        ("gold", "golden", "goldfish")
    ]


def test_a_known_word_is_completed_only_while_typing():
    """The word "gold" alone means gold; while it is typed it may still become goldfish."""
    index = index_of("gold", "goldfish")
    assert index.search(parse("gold", ANALYZER)).ordinals.tolist() == [0]
    assert index.search(parse("gold", ANALYZER, typing=True)).ordinals.tolist() == [0, 1]
    assert index.search(parse("gold ", ANALYZER, typing=True)).ordinals.tolist() == [0]


def test_typing_through_a_word_never_loses_it():
    """Every beginning of "organizations" finds it, though the index holds only its stem."""
    index = index_of("organizations", "other things")
    for length in range(1, len("organizations") + 1):
        hits = index.search(parse("organizations"[:length], ANALYZER, typing=True))
        assert 0 in hits.ordinals.tolist(), "organizations"[:length]


def test_one_character_finds_the_pairs_it_is_in():
    """A Chinese word of one character is found first, in the middle and last in a run."""
    index = index_of("猫很好", "我爱猫", "我猫好", "猫", "狗")
    assert sorted(index.search(parse("猫", ANALYZER)).ordinals.tolist()) == [0, 1, 2, 3]


@given(
    st.lists(st.lists(st.sampled_from([f"pre{i:02}" for i in range(60)]), max_size=9), max_size=30),
    st.sets(st.integers(0, 30), max_size=3),
    st.integers(0, 2**30 - 1),
)
def test_completions_are_the_most_frequent(bodies, cuts, live_bits):
    """Looking at frequent terms only misses none of the most frequent over all segments."""
    live = [bool(live_bits >> i & 1) for i in range(len(bodies))]
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(bodies)), len(bodies)]
    segments = [
        (build_postings([((), (), terms) for terms in bodies[a:b]]), np.array(live[a:b], np.bool_))
        for a, b in pairwise(bounds)
    ]
    counts = Counter(t for terms in compress(bodies, live) for t in set(terms))
    expected = sorted(counts, key=lambda term: (-counts[term], term))[: expand.MAX_EXPANSIONS]
    (clause,) = KeywordIndex(segments).expand(parse("pre", ANALYZER)).clauses
    assert list(clause.terms) == (expected or ["pre"])


def test_nothing_to_search():
    """No segments, no chunks, no terms, no live chunk: no hits, no error."""
    empty = build_postings([])
    dead = (build_postings([((), (), ["gold"])]), np.array([False]))
    for index in (KeywordIndex([]), KeywordIndex([(empty, None)]), KeywordIndex([dead])):
        hits = index.search(parse("gold", ANALYZER))
        assert (hits.ordinals.tolist(), hits.scores.tolist(), hits.total) == ([], [], 0)
    assert index_of("gold").search(parse("?!", ANALYZER)).total == 0


def test_weightless_fields_do_not_match():
    """A field of weight 0 is as if it were not there, for any k1."""
    postings = build_postings([(["gold"], (), ["dig"]), ((), (), ["gold"])])
    index = KeywordIndex([(postings, None)], weights=(0.0, 1.0, 1.0), k1=0.0)
    assert index.search(["gold"]).ordinals.tolist() == [1]


@pytest.mark.parametrize(
    "options",
    [{"weights": (1.0, 1.0)}, {"weights": (1.0, -1.0, 1.0)}, {"k1": -1.0}, {"b": 1.5}],
)
def test_bad_parameters_are_refused(options):
    """The message comes at once, not as a strange ranking later."""
    with pytest.raises(InputError):
        KeywordIndex([], **options)


def test_live_flags_of_another_segment_are_refused():
    """A mask of the wrong length would delete the wrong chunks."""
    with pytest.raises(InputError, match="live flags"):
        KeywordIndex([(build_postings([((), (), ["gold"])]), np.ones(2, np.bool_))])


def test_no_score_reaches_the_ceiling():
    """A word that is nowhere still counts in what a query could give at most."""
    index = KeywordIndex([(build_postings([([], [], ["gold"] * 50), ([], [], ["ore"])]), None)])
    alone, beside = index.search(["gold"]), index.search(["gold", "unheard"])
    assert 0.9 * alone.ceiling < alone.scores[0] < alone.ceiling
    assert beside.scores.tolist() == alone.scores.tolist()
    assert beside.ceiling > 2 * alone.ceiling
