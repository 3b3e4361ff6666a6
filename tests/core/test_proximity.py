"""Words that stand near each other raise a hit, a little."""

from __future__ import annotations

import pytest

from app.core.lexical import Lexicon, Ranker, Reading, parse, plan
from tests.fixtures.keyword import TODAY, bodies, index_of


def scores(index, query):
    """Score by ordinal."""
    made = plan(parse(query, TODAY).tree, Lexicon(index.segments), Reading())
    found = index.search(made, 10)
    return dict(zip(found.ordinals.tolist(), found.scores.tolist(), strict=True)), found.ceiling


TEXTS = bodies(
    "gold mine in deep water here", "gold in deep mine water here", "mine here gold in deep water"
)


def test_shares_by_hand():
    """Side by side 1, three apart a third, in any order; added as a share of the score."""
    near, ceiling = scores(index_of(TEXTS, ranker=Ranker(proximity=0.3)), "gold mine")
    flat, least = scores(index_of(TEXTS, ranker=Ranker(proximity=0.0)), "gold mine")
    for ordinal, share in enumerate([1, 1 / 3, 1 / 2]):
        assert near[ordinal] == pytest.approx(flat[ordinal] * (1 + 0.3 * share))
    assert list(near) == [0, 2, 1]
    assert ceiling == pytest.approx(1.3 * least)


def test_other_endings_count():
    """A pair of stems is a pair."""
    texts = bodies("golden mines deep", "mines deep in golden water")
    found, _ = scores(index_of(texts), "mine golden")
    assert found[0] > found[1]


def test_what_has_no_place_counts_nothing():
    """One word, a phrase, a word of one field and a wildcard are scored as before."""
    for query in ("gold", '"gold mine"', "body:gold mine", "gol* mine", "gold -mine"):
        near, _ = scores(index_of(TEXTS, ranker=Ranker(proximity=0.5)), query)
        flat, _ = scores(index_of(TEXTS, ranker=Ranker(proximity=0.0)), query)
        assert near == flat
