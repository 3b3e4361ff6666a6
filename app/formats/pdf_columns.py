"""Columns of a table of a PDF: runs of text that stand under each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from app.formats.delimited import is_value
from app.formats.pdf_lines import Line, Run

__all__ = ["FEWEST_ROWS", "Column", "across", "whole"]

FEWEST_ROWS = 3
_ALIGNED = 0.7
"""Share of a column's runs that stand alike."""
_EVEN = 0.25
"""Share of the font size by which the gaps of a stretched line differ at most."""
_PROSE_WORDS = 4.5
_PROSE_FILL = 0.7


@dataclass(slots=True)
class Column:
    """Runs that stand under each other."""

    left: float
    right: float
    runs: list[Run] = field(default_factory=list)

    def overlap(self, run: Run) -> float:
        """How much of the narrower of both they share."""
        shared = min(self.right, run.right) - max(self.left, run.left)
        return shared / max(min(self.right - self.left, run.right - run.left), 0.1)

    def add(self, run: Run) -> None:
        """Put a run under the others."""
        self.left, self.right = min(self.left, run.left), max(self.right, run.right)
        self.runs.append(run)

    def aligned(self, tolerance: float, *, within: bool = False) -> bool:
        """Whether most runs share their left edge, their middle, or (not `within`) their right."""
        edges: list[Callable[[Run], float]] = [
            lambda run: run.left,
            lambda run: (run.left + run.right) / 2,
        ]
        if not within:
            edges.append(lambda run: run.right)
        most = max(_most_alike([edge(run) for run in self.runs], tolerance) for edge in edges)
        return most >= max(FEWEST_ROWS, _ALIGNED * len(self.runs))

    def has_values(self) -> bool:
        """Whether most of its runs are numbers, amounts or dates."""
        return 2 * sum(is_value(run.text) for run in self.runs) > len(self.runs)

    def is_prose(self) -> bool:
        """Whether its runs are lines of a text that flows: many words, mostly to its edge."""
        if len(self.runs) < FEWEST_ROWS:
            return False
        words = median(len(run.text.split()) for run in self.runs)
        wide = max(self.right - self.left, 0.1)
        filled = median(run.right - run.left for run in self.runs) / wide
        return words >= _PROSE_WORDS and filled >= _PROSE_FILL


def across(line: Line) -> Sequence[Run]:
    """The runs of a line from left to right; leaders of dots belong to what stands before them."""
    runs: list[Run] = []
    for run in sorted(line.runs, key=lambda run: run.left):
        if runs and not run.text.strip(". …·_"):
            runs[-1] = Run(f"{runs[-1].text} {run.text}", runs[-1].left, run.right)
        else:
            runs.append(run)
    return runs if runs and not _is_stretched(runs, line.size) else [whole(line)]


def whole(line: Line) -> Run:
    """A line without its gaps."""
    return Run(line.text, line.left, line.right)


def _is_stretched(runs: Sequence[Run], size: float) -> bool:
    """Whether gaps are alike where words are not: those of a line that was stretched."""
    if len(runs) < FEWEST_ROWS:
        return False
    gaps = [after.left - before.right for before, after in pairwise(runs)]
    widths = [run.right - run.left for run in runs]
    return max(gaps) - min(gaps) <= _EVEN * size and max(widths) - min(widths) > size


def _most_alike(values: Sequence[float], tolerance: float) -> int:
    """How many of the values are within the tolerance of each other."""
    ordered = sorted(values)
    first = most = 0
    for last, value in enumerate(ordered):
        while value - ordered[first] > tolerance:
            first += 1
        most = max(most, last - first + 1)
    return most
