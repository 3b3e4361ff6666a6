"""Searches over a neighbour graph, and over all rows where that is quicker or finds more."""

from __future__ import annotations

from math import ceil

import numpy as np

from app.core.dense.codes import Matrix
from app.core.dense.graph import Graph
from app.core.dense.near import Near
from app.core.dense.plan import Plan
from app.core.dense.scan import Rows
from app.core.dense.scanner import Flags, Hits, Scanner

WORTH = 16
"""What a row costs that a walk meets, beside one of a scan, times the neighbours of each."""


class GraphScanner:
    """Searches like a `Scanner`, among the candidates that a graph gives.

    `plan.candidates` are `ef_search`. Of the candidates the hits are chosen by their true scores.
    """

    def __init__(self, graph: Graph, rows: Rows, exact: Scanner) -> None:
        self._graph = graph
        self._rows = rows
        self._exact = exact

    def search(self, queries: Matrix, k: int, mask: Flags | None, plan: Plan) -> list[Hits]:
        """The k nearest rows to each query (q, dim), of those that the mask (n,) lets through.

        A walk goes on until it has met enough rows that the mask lets through; where they are so
        few that it would meet most others first, they are all scored, and so they are if a walk
        ends with fewer hits than there are.
        """
        n = self._graph.n_rows
        live = n if mask is None else int(np.count_nonzero(mask))
        if plan.candidates is None or not len(queries) or not min(k, live):
            return self._exact.search(queries, k, mask, plan)
        ef = min(max(plan.candidates, ceil(plan.candidates * k / plan.k), k), live)
        if not worth_walking(ef, live, n):
            return self._exact.search(queries, k, mask, plan)
        found, errors = self._graph.search(self._rows.coded, queries, ef, mask)
        hits: list[Hits] = []
        for query, (rows, scores), error in zip(queries, found, errors, strict=True):
            if len(rows) < min(k, live):
                hits += self._exact.search(query[np.newaxis], k, mask, plan)
            else:
                slack = self._rows.slack(float(np.linalg.norm(query)), error)
                near = Near(scores, slack, 0.0, 1.0)
                hits.append(self._exact.falling(query, min(k, live), near, rows, plan))
        return hits


def worth_walking(ef: int, live: int, n: int) -> bool:
    """Whether a walk for `ef` of `live` rows among n meets fewer of them than a scan.

    It passes n / live rows for each that counts, and looks at the neighbours of all.

    >>> worth_walking(100, 1000, 1000), worth_walking(100, 50_000, 100_000)
    (False, True)
    >>> worth_walking(100, 5_000, 100_000)
    False
    """
    return WORTH * ef * n < live * live
