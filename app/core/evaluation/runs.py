"""A run against its judgements: the mean of each metric over queries."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.evaluation.metrics import Judgements, average_precision, mrr, ndcg, recall

Run = Mapping[str, Mapping[str, float]]
"""Query id to the scores of the documents found for it."""

Qrels = Mapping[str, Judgements]
"""Query id to the judged documents."""


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Document ids by falling score; equal scores by falling id, as trec_eval has it.

    >>> ranking({"a": 1.0, "b": 1.0, "c": 2.0})
    ['c', 'b', 'a']
    """
    return sorted(scores, key=lambda document: (scores[document], document), reverse=True)


def evaluate(run: Run, qrels: Qrels) -> dict[str, float]:
    """Means over the queries that have judgements; a query without results counts as 0.

    Keys: "ndcg@10", "recall@10", "recall@100", "mrr@10", "map", and "queries", their number.
    """
    measured = by_query(run, qrels).values()
    names = _measure([], {})
    means = {name: sum(one[name] for one in measured) / max(1, len(measured)) for name in names}
    return {**means, "queries": len(measured)}


def by_query(run: Run, qrels: Qrels) -> dict[str, dict[str, float]]:
    """The metrics of `evaluate` for each query that has judgements."""
    return {query: _measure(ranking(run.get(query, {})), qrels[query]) for query in judged(qrels)}


def judged(qrels: Qrels) -> list[str]:
    """Queries that count: those with a judgement."""
    return [query for query, judgements in qrels.items() if judgements]


def _measure(found: list[str], judgements: Judgements) -> dict[str, float]:
    return {
        "ndcg@10": ndcg(found, judgements, 10),
        "recall@10": recall(found, judgements, 10),
        "recall@100": recall(found, judgements, 100),
        "mrr@10": mrr(found, judgements, 10),
        "map": average_precision(found, judgements),
    }
