"""How good a ranking is, as trec_eval and BEIR count it.

A ranking is a list of document ids, best first; judgements map document ids to grades, 0 or
below for not relevant. Documents without a judgement count as not relevant. All functions give
0 where nothing is judged relevant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Judgements = Mapping[str, int]


def ndcg(ranking: Sequence[str], judgements: Judgements, k: int = 10) -> float:
    """Normalised discounted cumulative gain, the gain being the grade itself.

    Järvelin and Kekäläinen (2002): DCG = sum of grade / log2(rank + 1), over that of the best
    possible order.

    >>> round(ndcg(["b", "a"], {"a": 1}), 4)
    0.6309
    """
    ideal = _dcg(sorted(judgements.values(), reverse=True)[:k])
    gained = _dcg([judgements.get(document, 0) for document in ranking[:k]])
    return gained / ideal if ideal else 0.0


def recall(ranking: Sequence[str], judgements: Judgements, k: int = 10) -> float:
    """Share of the relevant documents that are among the first k.

    >>> recall(["a", "x"], {"a": 1, "b": 2}, 10)
    0.5
    """
    relevant = _relevant(judgements)
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def mrr(ranking: Sequence[str], judgements: Judgements, k: int = 10) -> float:
    """1 / rank of the first relevant document among the first k; its mean is the MRR.

    >>> mrr(["x", "a"], {"a": 1})
    0.5
    """
    for rank, document in enumerate(ranking[:k], start=1):
        if judgements.get(document, 0) > 0:
            return 1 / rank
    return 0.0


def average_precision(ranking: Sequence[str], judgements: Judgements) -> float:
    """Mean over the relevant documents of the precision at their ranks; its mean is the MAP.

    >>> round(average_precision(["a", "x", "b"], {"a": 1, "b": 1}), 4)
    0.8333
    """
    relevant = _relevant(judgements)
    found, total = 0, 0.0
    for rank, document in enumerate(ranking, start=1):
        if document in relevant:
            found += 1
            total += found / rank
    return total / len(relevant) if relevant else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return sum(max(0, grade) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _relevant(judgements: Judgements) -> set[str]:
    return {document for document, grade in judgements.items() if grade > 0}
