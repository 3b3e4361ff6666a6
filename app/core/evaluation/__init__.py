"""How good the search is: judged collections, runs and metrics."""

from app.core.evaluation.beir import JudgedCollection, JudgedDocument, load_beir
from app.core.evaluation.metrics import average_precision, mrr, ndcg, recall
from app.core.evaluation.runs import Qrels, Run, by_query, evaluate, ranking
from app.core.evaluation.significance import paired_randomisation

__all__ = [
    "JudgedCollection",
    "JudgedDocument",
    "Qrels",
    "Run",
    "average_precision",
    "by_query",
    "evaluate",
    "load_beir",
    "mrr",
    "ndcg",
    "paired_randomisation",
    "ranking",
    "recall",
]
