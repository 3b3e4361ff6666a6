"""Scores beside those of another implementation, bm25s (Lù, 2024), on judged collections.

Given the same forms, with all field weights 1 and no share for coverage, every score of every
document for every third query is the same but for the rounding of float32.
"""

from __future__ import annotations

import bm25s
import numpy as np
import pytest

from app.core.analysis import entries
from app.core.evaluation import load_beir
from app.core.lexical import KeywordIndex, Ranker, Row, SearchedSegment, build_postings
from app.core.lexical.index import of_forms

PLAIN = Ranker(weights=(1.0, 1.0, 1.0, 1.0), k1=1.2, b=0.75, coverage=0.0, proximity=0.0)


def own_scores(rows, queries):
    """(queries, documents): scores over two segments."""
    half = len(rows) // 2
    segments = [
        SearchedSegment(build_postings(part), names=("",)) for part in (rows[:half], rows[half:])
    ]
    index = KeywordIndex(segments, ranker=PLAIN)
    scores = np.zeros((len(queries), len(rows)))
    for row, query in zip(scores, queries, strict=True):
        hits = index.search(of_forms(query), len(rows))
        row[hits.ordinals] = hits.scores
    return scores


def their_scores(rows, queries):
    """The same from bm25s, with title and text joined."""
    joined = [
        [entry.form for text in (row.title, row.body) for entry in entries(text)] for row in rows
    ]
    reference = bm25s.BM25(k1=PLAIN.k1, b=PLAIN.b, method="lucene", dtype="float64")
    reference.index(joined, create_empty_token=False, show_progress=False)
    return np.array([reference.get_scores(query) for query in queries])


@pytest.mark.lengthy
@pytest.mark.parametrize("name", [pytest.param("scifact", marks=pytest.mark.long), "cranfield"])
def test_scores_are_those_of_bm25s(fossick_data, name):
    """Within 1e-4 of each other, and zero for the same documents."""
    collection = load_beir(fossick_data / "eval" / name)
    texts = list(collection.queries.values())[::3]
    queries = [[entry.form for entry in entries(text)] for text in texts]
    rows = [Row("", each.text, title=each.title, language="") for each in collection.documents]
    own, theirs = own_scores(rows, queries), their_scores(rows, queries)
    assert own.shape == theirs.shape
    assert np.count_nonzero(own) > 10 * len(queries)
    assert np.array_equal(own > 0, theirs > 0)
    np.testing.assert_allclose(own, theirs, rtol=1e-4)
