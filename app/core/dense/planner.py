"""The plan of an index's searches, and the signs that they look at first, as its rows change."""

from __future__ import annotations

from dataclasses import replace

from app.core.dense.calibration import FEWEST_ROWS, STRICTER, calibrated, widened
from app.core.dense.codes import Dtype
from app.core.dense.graph_options import GraphOptions
from app.core.dense.plan import EVERYTHING, Plan
from app.core.dense.scan import Rows
from app.core.dense.signs import Signs, signs_of
from app.core.dense.table import Table
from app.core.kernels import VectorKernels

_GROWN = 1.5
"""How much an index grows until its plan is made anew."""

_LEAST_MISSED = 1e-9
"""Stricter than that nothing needs to be."""


class Planner:
    """Makes a plan for rows of a dtype by a recall; with a graph by its `ef_search` alone.

    `plan` is the one that holds now; `signs` are those it needs. `wider` is how many times as many
    candidates as first thought there are to be.
    """

    def __init__(
        self, kernels: VectorKernels, dtype: Dtype, recall: float, graph: GraphOptions | None
    ) -> None:
        self._kernels = kernels
        self._looks = dtype in {"int8", "int4"} and recall < 1 and not graph
        self._recall = recall
        self._graph = graph
        self._missed = (1 - recall) / STRICTER
        self.clear(1)

    def clear(self, wider: int) -> None:
        """Begin anew, without rows."""
        self.signs: Signs | None = None
        first = Plan(wider * self._graph.ef_search) if self._graph else EVERYTHING
        self.plan: Plan = replace(first, missed=self._missed / wider)
        self._planned = 0, 0
        """Vectors that there were when the plan was made, and moves of the table."""

    def fit(self, rows: Rows, table: Table, wider: int) -> None:
        """Make signs and plan, or go on with those there are while they still fit."""
        n, coded = len(table), rows.coded
        if not self._looks or n < FEWEST_ROWS:
            self.clear(wider)
            return
        planned, moves = self._planned
        if moves != table.moves or not planned / _GROWN < n < planned * _GROWN:
            self.signs = signs_of(self._kernels, coded, table.live)
            plan = calibrated(self._kernels, rows, [self.signs], table.live, self._recall)
            wide = widened(plan, wider * (plan.candidates or 0), n)
            self.plan = replace(wide, missed=self._missed / wider)
            self._planned = n, table.moves
        elif self.signs and len(self.signs.bits) < len(coded):
            self.signs = self.signs.extended(self._kernels, coded[len(self.signs.bits) :])
        if self.plan.candidates is None:
            self.signs = None

    def widen(self, n: int, *, has_fine: bool) -> bool:
        """Twice as many candidates among n rows, and half of what float32 may miss, if it decides.

        False where nothing is left to be widened.
        """
        plan = self.plan
        misses = has_fine and plan.missed > _LEAST_MISSED
        if plan.candidates is None and not misses:
            return False
        wide = widened(plan, 2 * (plan.candidates or 0), n)
        self.plan = replace(wide, missed=plan.missed / 2)
        return True
