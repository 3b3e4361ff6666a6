"""The formulas, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.lexical import Ranker
from app.core.lexical.bm25 import idf, length_norm, weigh
from app.core.lexical.index import of_forms
from tests.fixtures.keyword import bodies, index_of

PLAIN = Ranker(weights=(1.0, 1.0, 1.0, 1.0), coverage=0.0, proximity=0.0)


def test_idf_by_hand():
    """ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) = ln 1.6."""
    assert idf(3, 2) == pytest.approx(0.4700036, abs=1e-7)


def test_idf_is_positive_even_if_all_have_the_term():
    """Unlike in the formula of 1994, no match ever counts against a chunk."""
    assert 0 < idf(10, 10) < idf(10, 9) < idf(10, 1)


def test_score_by_hand():
    """Lengths 3, 1, 4: avgdl 8/3. "gold" in two of three.

    Chunk 0: norm 1.2 (0.25 + 0.75 * 3 / (8/3)) = 1.3125, score ln 1.6 * 2 / 3.3125 = 0.2837758.
    Chunk 1: norm 1.2 (0.25 + 0.75 * 1 / (8/3)) = 0.6375, score ln 1.6 * 1 / 1.6375 = 0.2870251.
    """
    index = index_of(bodies("gold gold dig", "gold", "dig river sand water"), ranker=PLAIN)
    hits = index.search(of_forms(["gold"]), 10)
    assert hits.ordinals.tolist() == [1, 0]
    assert hits.scores == pytest.approx([0.2870251, 0.2837758], abs=1e-7)
    assert hits.total == 2


def test_terms_add_up_by_hand():
    """Chunk 0 above also has "dig", in two of three as well: ln 1.6 / (1 + 1.3125) = 0.2032448."""
    index = index_of(bodies("gold gold dig", "gold", "dig river sand water"), ranker=PLAIN)
    hits = index.search(of_forms(["dig", "gold"]), 1)
    assert hits.ordinals.tolist() == [0]
    assert hits.scores == pytest.approx([0.2837758 + 0.2032448], abs=1e-7)
    assert hits.total == 3


def test_fields_are_weighed_before_saturation():
    """Title weight 2: tf 2 * 1 + 1 = 3, lengths 2 * 1 + 2 = 4 and 2; avgdl 3; N = 2, df = 1.

    norm 1.2 (0.25 + 0.75 * 4 / 3) = 1.5, score ln 2 * 3 / 4.5 = 0.4620981.
    """
    chunks = [("gold", "", "gold dig"), ("", "", "sand dig")]
    index = index_of(chunks, ranker=Ranker(weights=(1.0, 1.0, 2.0, 1.0)))
    assert index.avgdl == 3.0
    assert index.search(of_forms(["gold"])).scores == pytest.approx([0.4620981], abs=1e-7)


def test_covering_more_of_the_query_counts():
    """Two words of a share of a fifth: (0.8 + 0.2 * half) of the plain score for one of two."""
    chunks = bodies("gold ore sand", "gold dig sand", "water dig sand")
    plain = index_of(chunks, ranker=PLAIN).search(of_forms(["gold", "ore"]))
    index = index_of(chunks, ranker=replace(PLAIN, coverage=0.2))
    some = index.search(of_forms(["gold", "ore"]))
    gold, ore = idf(3, 2), idf(3, 1)
    assert some.scores[0] == pytest.approx(plain.scores[0])
    share = gold / (gold + ore)
    assert some.scores[1] == pytest.approx(plain.scores[1] * (0.8 + 0.2 * share))


def test_weights_of_one_are_plain_bm25():
    """Fields joined into one give the very same scores."""
    apart = [("gold", "ore", "dig gold"), ("dig", "", "sand")]
    joined = bodies("gold ore dig gold", "dig sand")
    found = [
        index_of(chunks, ranker=PLAIN).search(of_forms(["gold", "dig", "ore"]))
        for chunks in (apart, joined)
    ]
    assert found[0].ordinals.tolist() == found[1].ordinals.tolist()
    assert found[0].scores.tolist() == found[1].scores.tolist()


def test_length_norm_without_text():
    """An index of empty chunks divides nothing by zero."""
    assert length_norm(np.zeros(2), 0.0, k1=1.2, b=0.75).tolist() == [1.2, 1.2]


def test_weigh_sums_fields():
    """Two fields of small integers, without overflow."""
    counts = np.array([255, 1], dtype=np.uint8)
    assert weigh([counts, counts], [2.0, 1.5]).tolist() == [892.5, 3.5]
