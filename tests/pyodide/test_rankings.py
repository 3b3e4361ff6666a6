"""Rankings are the same on CPython and in Pyodide: by words, by vectors, and fused."""

from __future__ import annotations

import numpy as np

from app.core.evaluation import evaluate, load_beir
from tests.pyodide import probes, texts


def test_postings(same):
    """The arrays of an index are the same bytes."""
    arrays = same(probes.postings, texts.documents(300))
    assert arrays["ordinals"][0] == "<u4"
    same(probes.postings, [])


def test_keyword_rankings(same):
    """BM25 over three segments with deletes: ordinals, scores and totals."""
    found = same(probes.keyword_rankings, texts.documents(400), (150, 151), texts.queries(150), 25)
    assert sum(total for _, _, total in found) > 1000


def test_scifact(same, fossick_data):
    """5,183 abstracts, 300 questions: the first ten are the same, and they are good."""
    judged = load_beir(fossick_data / "eval" / "scifact")
    collection = [(document.id, document.title, document.text) for document in judged.documents]
    rankings = same(probes.best_ids, collection, list(judged.queries.values()), 10)
    run = {query: dict(ranking) for query, ranking in zip(judged.queries, rankings, strict=True)}
    assert evaluate(run, judged.qrels)["ndcg@10"] > 0.66


def test_highlights(same):
    """What is marked in a passage, and where it is cut."""
    same(probes.highlighted, texts.documents(200), texts.queries(50))


def test_hash_vectors(same):
    """The embedder without a model gives the same bytes."""
    bodies = [body for _, _, body in texts.documents(200)]
    same(probes.hash_vectors, [*bodies, *texts.SCRIPTS.values()])


def test_nearest(same):
    """Exact vector search over blocks: many rows tie, some are deleted."""
    chosen = np.random.default_rng(3)
    matrix = chosen.normal(size=(2000, 384)).astype(np.float32)
    matrix[500:900] = matrix[1500:1900]
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    same(probes.nearest, matrix, matrix[480:540], (700, 701), 20)


def test_fusion(same):
    """Ranks of several legs to one ranking."""
    chosen = np.random.default_rng(4)
    rankings = [chosen.permutation(500)[:200].tolist() for _ in range(3)]
    same(probes.fused, rankings, (1.0, 0.7, 0.3))
