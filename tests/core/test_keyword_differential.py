"""The keyword leg beside a search that looks at every document: the same hits, the same order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.lexical import (
    KeywordIndex,
    Lexicon,
    Ranker,
    Reading,
    Row,
    SearchedSegment,
    build_postings,
    merge_postings,
    plan,
    tree,
)
from tests.fixtures.naive import COVERAGE, Naive, Text

WORDS = [
    *("gold", "Gold", "GOLD", "golden", "gild", "glod", "mine", "mining", "mines", "the"),
    *("résumé", "resume", "e-mail", "email", "mail", "goldMine", "state-of-the-art", "art"),
    *("v1.2.3", "Häuser", "Haus", "我爱你", "爱你", "snake_case", "and/or", "US", "us"),
]
BODIES = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
SHORT = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
TEXTS = st.lists(
    st.builds(Text, BODIES, SHORT, SHORT, SHORT, st.sampled_from(["en", "de"])),
    min_size=1,
    max_size=8,
)
STOPPED = {"the", "and/or", "us", "state-of-the-art"}
QUERY_WORDS = st.sampled_from(
    [*sorted(set(WORDS) - STOPPED), "silver", "golds", "haus", "stateoftheart"]
)
"""Without stop words, which a query leaves out where it has others."""


def node_strategy():
    """Trees as the grammar makes them."""
    word = st.builds(tree.Word, QUERY_WORDS)
    glob = st.builds(
        tree.Wildcard, st.sampled_from(["go*", "*ld", "g?ld", "*in*", "r?s*", "us*", "x*"])
    )
    phrase = st.builds(
        tree.Phrase,
        st.lists(st.one_of(word, glob), min_size=1, max_size=3).map(tuple),
        st.integers(0, 3),
        st.booleans(),
    )
    fuzzy = st.builds(
        tree.Fuzzy, st.sampled_from(["gold", "glod", "mine", "resume"]), st.integers(0, 2)
    )
    regex = st.builds(tree.Regex, st.sampled_from(["g.ld", "mi(ne|ning)", "[a-e].*"]))
    leaf = st.one_of(word, word, phrase, glob, fuzzy, regex)

    def grown(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(tree.And, several),
            st.builds(tree.Or, several),
            st.builds(tree.Sequence, several),
            st.builds(tree.Not, inner),
            st.builds(tree.Required, inner),
            st.builds(tree.Boost, inner, st.sampled_from([0.5, 2.0])),
            st.builds(tree.Field, st.sampled_from(["title", "heading", "body"]), inner),
        )

    return st.recursive(leaf, grown, max_leaves=5)


def rows_of(texts):
    """The rows of the texts."""
    return [
        Row("", text.body, text.headings, text.title, text.path, text.language) for text in texts
    ]


def segment_of(texts, live=None, postings=None):
    """A segment of the texts, with their languages."""
    if postings is None:
        postings = build_postings(rows_of(texts))
    names = tuple(sorted({text.language for text in texts})) or ("en",)
    languages = np.array([names.index(text.language) for text in texts], dtype=np.uint8)
    return SearchedSegment(postings, live, languages if len(names) > 1 else None, names)


SCANNED = Ranker(coverage=COVERAGE, proximity=0.0)
"""What the scan does too."""


def search(segments, query, k=100, ranker=None, **reading):
    """Ordinals and scores."""
    index = KeywordIndex(segments, ranker=ranker or SCANNED)
    made = plan(query, Lexicon(index.segments), Reading(correct=False, **reading))
    return index.search(made, k)


def check_equal(found, expected):
    """The same hits; the order of the scores, ties and the last digits aside."""
    assert set(found.ordinals.tolist()) == set(expected)
    assert found.total == len(expected)
    scores = [expected[ordinal] for ordinal in found.ordinals.tolist()]
    assert found.scores.tolist() == pytest.approx(scores, rel=1e-4, abs=1e-6)
    assert all(a >= b - 1e-5 for a, b in pairwise(scores))


@settings(max_examples=1500, deadline=None)
@given(TEXTS, node_strategy(), st.booleans())
def test_every_query_finds_what_a_scan_finds(texts, query, all_words):
    """Any tree, over any texts, in one segment."""
    naive = Naive(texts, all_words=all_words)
    check_equal(search([segment_of(texts)], query, all_words=all_words), naive.search(query))


@settings(max_examples=300, deadline=None)
@given(TEXTS, node_strategy(), st.data())
def test_the_cut_into_segments_changes_nothing(texts, query, data):
    """Any split, with deleted texts in it, ranks as a fresh index of what lives, merged or not."""
    alive = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(texts)), max_size=3)))
    bounds = [0, *cuts, len(texts)]
    kept = [text for text, lives in zip(texts, alive, strict=True) if lives]
    fresh = search([segment_of(kept)], query, ranker=Ranker())
    parts, originals, flags = [], [], []
    for first, last in pairwise(bounds):
        originals.append(build_postings(rows_of(texts[first:last])))
        flags.append(np.array(alive[first:last], dtype=np.bool_))
        parts.append(segment_of(texts[first:last], flags[-1], originals[-1]))
    cut = search(parts, query, ranker=Ranker())
    renumbered = np.cumsum(alive)[cut.ordinals] - 1
    assert renumbered.tolist() == fresh.ordinals.tolist()
    assert cut.scores.tolist() == fresh.scores.tolist()
    merged = merge_postings(zip(originals, flags, strict=True))
    again = search([segment_of(kept, postings=merged)], query, ranker=Ranker())
    assert again.ordinals.tolist() == fresh.ordinals.tolist()
    assert again.scores.tolist() == fresh.scores.tolist()
