"""Searches of an index: by a plan that is made when it is needed, and audited."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.dense.auditing import Audit, tallied
from app.core.dense.calibration import SAMPLE
from app.core.dense.codes import Dtype, Matrix, decode
from app.core.dense.graph import Graph
from app.core.dense.graph_options import GraphOptions
from app.core.dense.graph_search import GraphScanner
from app.core.dense.plan import EVERYTHING
from app.core.dense.planner import Planner
from app.core.dense.scan import Metric, Rows, Uint32s
from app.core.dense.scanner import Hits, Scanner, Searcher, best
from app.core.dense.shortlist import Shortlist
from app.core.dense.table import Table
from app.core.kernels import VectorKernels


class Finder:
    """Finds the nearest rows of a table.

    The table's first dtype is searched, float32 decides where it is the second. With `defers`
    float32 rows that are not here decide, and a shortlist has all that they are to be asked of.
    """

    def __init__(
        self,
        table: Table,
        metric: Metric,
        kernels: VectorKernels,
        *,
        recall: float,
        graph: GraphOptions | None,
        defers: bool,
    ) -> None:
        self._table = table
        self._metric = metric
        self._kernels = kernels
        self._recall = recall
        self._defers = defers
        self._has_fine = defers or len(table.dtypes) > 1
        self._scanner: Searcher | None = None
        self.graph = Graph(metric, graph, kernels) if graph else None
        self.planner = Planner(kernels, table.dtypes[0], recall, graph)
        self.wider = 1
        """How many times as many candidates as that audits have found to be needed."""

    def forget(self) -> None:
        """The rows have changed."""
        self._scanner = None

    def found(self, queries: Matrix, k: int, mask: NDArray[np.uint8] | None) -> Shortlist:
        """The hits of queries (q, dim) by the plan, or what may be among them."""
        found = self.ready().search(queries, k, mask, self.planner.plan)
        return Shortlist(queries, k, found, self._table.moves)

    def settled(self, short: Shortlist) -> list[Hits]:
        """The hits by what is here."""
        if not self._defers:
            return short.found
        exact = self._rows().exact
        pairs = zip(short.queries, short.found, strict=True)
        return [best(rows, exact(query, rows), short.k) for query, (rows, _) in pairs]

    def nearest(self, queries: Matrix, k: int) -> tuple[list[Uint32s], Dtype]:
        """The rows that are truly nearest by what is here, and the dtype that told."""
        dtype = self._table.dtypes[-1]
        rows = Rows(self._table.coded(len(self._table.dtypes) - 1), self._metric, self._kernels)
        found = Scanner(self._kernels, rows).search(queries, k, self._table.live, EVERYTHING)
        return [hits.rows for hits in found], dtype

    def typical(self) -> Matrix:
        """Some live rows (m, dim), as they are coded."""
        there = np.flatnonzero(self._table.live)
        some = there[np.linspace(0, len(there) - 1, min(SAMPLE, len(there))).astype(np.intp)]
        return decode(self._table.coded(0)[some.astype(np.uint32)])

    def tally(
        self,
        found: Sequence[Hits],
        wanted: Sequence[Uint32s],
        k: int,
        *,
        reference: Dtype,
        before: Audit | None,
    ) -> Audit:
        """The audit of the present plan: what it found for each query, and the nearest rows."""
        return tallied(
            [hits.rows for hits in found],
            wanted,
            k=k,
            plan=self.planner.plan,
            reference=reference,
            before=before.before if before else None,
        )

    def widen(self, audit: Audit) -> bool:
        """Look at more rows from now on if an audit missed the target, and if there are more."""
        if audit.recall >= self._recall:
            return False
        self.ready()
        if not self.planner.widen(len(self._table), has_fine=self._has_fine):
            return False
        self.wider *= 2
        return True

    def ready(self) -> Searcher:
        """What finds rows of the table as it is."""
        if self._scanner is None:
            rows = self._rows()
            self.planner.fit(rows, self._table, self.wider)
            fine = None
            if len(self._table.dtypes) > 1:
                fine = Rows(self._table.coded(1), self._metric, self._kernels)
            signs = [self.planner.signs] if self.planner.signs else []
            scanner = Scanner(self._kernels, rows, signs=signs, fine=fine, defers=self._defers)
            self._scanner = scanner
            if self.graph:
                self.graph.extend(rows.coded)  # where the table was filled without it
                self._scanner = GraphScanner(self.graph, rows, scanner)
        return self._scanner

    def _rows(self) -> Rows:
        return Rows(self._table.coded(0), self._metric, self._kernels)
