"""Search over segments: the same as over one, whatever was cut or deleted."""

from __future__ import annotations

from collections import Counter
from itertools import compress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lexical import KeywordIndex, Lexicon, Ranker, SearchedSegment
from app.core.lexical.index import of_forms
from app.errors import InputError
from tests.fixtures.keyword import ask, bodies, found, index_of, planned, postings_of

WORDS = ["gold", "golden", "go", "goldfish", "dig", "digger", "the", "river", "sand", "我爱", "爱"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
CHUNKS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=14)
QUERIES = st.lists(st.sampled_from([*WORDS, "gol", "d", "爱我", "x"]), max_size=4).map(" ".join)


@given(CHUNKS, st.integers(0, 2**14 - 1), st.sets(st.integers(0, 14)), QUERIES, st.booleans())
def test_ranking_does_not_depend_on_the_cut(chunks, live_bits, cuts, text, typing):
    """Any split into segments with any deletions ranks and scores as one fresh index does."""
    live = [bool(live_bits >> i & 1) for i in range(len(chunks))]
    kept = [i for i, alive in enumerate(live) if alive]
    fresh = ask(index_of([chunks[i] for i in kept]), text, typing=typing)
    cut = ask(index_of(chunks, cut_at=cuts, live=live), text, typing=typing)
    assert cut.ordinals.tolist() == [kept[i] for i in fresh.ordinals.tolist()]
    assert cut.scores.tolist() == fresh.scores.tolist()
    assert (cut.total, cut.ceiling) == (fresh.total, fresh.ceiling)


@given(CHUNKS, QUERIES, st.integers(0, 5))
def test_fewer_hits_are_the_first_of_more(chunks, text, k):
    """k only cuts the ranking; equal scores stand by ordinal; no score passes the ceiling."""
    index = index_of(chunks, cut_at=[3])
    few, every = ask(index, text, k), ask(index, text)
    assert few.ordinals.tolist() == every.ordinals[:k].tolist()
    assert few.total == every.total
    pairs = [(-s, o) for o, s in zip(every.ordinals, every.scores, strict=True)]
    assert pairs == sorted(pairs)
    assert all(score < every.ceiling for score in every.scores.tolist())


@given(CHUNKS, QUERIES, st.integers(0, 2**14 - 1))
def test_mask_filters_without_changing_scores(chunks, text, bits):
    """A filter takes hits away and leaves the others as they were."""
    index = index_of(chunks, cut_at=[5])
    mask = np.array([bool(bits >> i & 1) for i in range(len(chunks))], dtype=np.bool_)
    made = planned(index, text)
    every, some = index.search(made, 100), index.search(made, 100, mask)
    kept = mask[every.ordinals]
    assert some.ordinals.tolist() == every.ordinals[kept].tolist()
    assert some.scores.tolist() == every.scores[kept].tolist()
    assert some.total == np.count_nonzero(kept)


@given(CHUNKS, st.permutations(["gold", "dig", "river", "sand", "gold"]))
def test_word_order_does_not_matter(chunks, words):
    """Not even in the last digit of a score, but for which words are neighbours."""
    index = index_of(chunks, ranker=Ranker(proximity=0.0))
    one, other = index.search(of_forms(words), 100), index.search(of_forms(sorted(words)), 100)
    assert one.ordinals.tolist() == other.ordinals.tolist()
    assert one.scores.tolist() == other.scores.tolist()


def test_an_exact_form_is_above_its_stem_and_that_above_an_error():
    """The same word in other forms, one chunk each, of one length."""
    index = index_of(bodies("minned ore", "mining ore", "mines ore", "mine ore"))
    assert found(index, "mine")[0] == 3
    assert found(index, "mines") == [2, 1, 3]
    assert found(index, "mined~2")[-1] == 0 or 0 not in found(index, "mine")


def test_an_unknown_last_word_is_completed():
    """Here "gol" is no word, so what it may become is searched for."""
    index = index_of(bodies("gold", "golden goldfish", "dig"))
    assert sorted(found(index, "gol")) == [0, 1]


def test_a_known_word_is_completed_only_while_typing():
    """The word "gold" alone means gold; while it is typed it may still become goldfish."""
    index = index_of(bodies("gold", "goldfish"))
    assert found(index, "gold") == [0]
    assert found(index, "gold", typing=True) == [0, 1]
    assert found(index, "gold ", typing=True) == [0]


def test_typing_through_a_word_never_loses_it():
    """Every beginning of "organizations" finds it."""
    index = index_of(bodies("organizations", "other things"))
    for length in range(1, len("organizations") + 1):
        assert 0 in found(index, "organizations"[:length], typing=True), length


def test_an_unknown_word_is_taken_for_an_error():
    """One error in short words, two in long ones, none in very short ones and numbers."""
    index = index_of(bodies("receive the parcel", "organization", "cat", "2024"))
    assert found(index, "recieve ") == [0]
    assert found(index, "organisatoin ") == [1]
    assert found(index, "cta ") == []
    assert found(index, "2025 ") == []
    assert ask(index, "recieve ", correct=False).total == 0


def test_one_character_finds_the_pairs_it_is_in():
    """A Chinese word of one character is found first, in the middle and last in a run."""
    index = index_of(bodies("猫很好", "我爱猫", "我猫好", "猫", "狗"))
    assert sorted(found(index, "猫")) == [0, 1, 2, 3]


@given(
    st.lists(st.lists(st.sampled_from([f"pre{i:02}" for i in range(60)]), max_size=9), max_size=30),
    st.sets(st.integers(0, 30), max_size=3),
    st.integers(0, 2**30 - 1),
)
def test_completions_are_the_most_frequent(lists, cuts, live_bits):
    """Over all segments together, by the chunks that live."""
    live = [bool(live_bits >> i & 1) for i in range(len(lists))]
    index = index_of(bodies(*map(" ".join, lists)), cut_at=cuts, live=live)
    counts = Counter(form for forms in compress(lists, live) for form in set(forms))
    expected = sorted(counts, key=lambda form: (-counts[form], form))[:20]
    found = Lexicon(index.segments).completions("pre", 20)
    assert [(word.text, word.count) for word in found] == [
        (form, counts[form]) for form in expected
    ]


def test_nothing_to_search():
    """No segments, no chunks, no forms, no live chunk: no hits, no error."""
    dead = SearchedSegment(postings_of(bodies("gold")), np.array([False]))
    for index in (KeywordIndex([]), index_of([]), KeywordIndex([dead])):
        for text in ("gold", '"gold rush"', "go*", "-gold"):
            hits = ask(index, text)
            assert (hits.ordinals.tolist(), hits.scores.tolist(), hits.total) == ([], [], 0)
    assert ask(index_of(bodies("gold")), "?!").total == 0


def test_weightless_fields_do_not_match():
    """A field of weight 0 is as if it were not there, for any k1."""
    ranker = Ranker(weights=(1.0, 1.0, 0.0, 1.0), k1=0.0)
    index = index_of([("gold", "", "dig"), ("", "", "gold")], ranker=ranker)
    assert found(index, "gold") == [1]
    assert found(index, "title:gold") == [0], "unless it is asked for"


@pytest.mark.parametrize(
    "options",
    [
        {"weights": (1.0, 1.0)},
        {"weights": (1.0, -1.0, 1.0, 1.0)},
        {"k1": -1.0},
        {"b": 1.5},
        {"coverage": 2.0},
    ],
)
def test_bad_parameters_are_refused(options):
    """The message comes at once, not as a strange ranking later."""
    with pytest.raises(InputError):
        Ranker(**options)
