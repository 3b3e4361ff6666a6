"""Where a table may be on a PDF page: neighbouring lines that share columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from app.formats.pdf_columns import Column, across, whole
from app.formats.pdf_lines import Line, Run

__all__ = ["CONTINUED", "FULL", "Row", "Zone"]

FULL = 0.85
"""Share of a column, or of a table, that a full line takes."""
CONTINUED = 1.7
"""Font sizes from one line of a cell to the next at most."""
_FIRST_STEP = 3.0
"""Font sizes from the first row to the second at most."""
_STEP_SHARE = 2.2
"""How much more than the usual step of a table the next may be."""
_USUAL = 50
"""Steps that tell the usual one."""
_SAME_BASELINE = 0.3
_SIZES = 0.3
"""Shares of the font size within which baselines and font sizes are the same."""
_MOST_BETWEEN = 2
_MOST_WORDS_BETWEEN = 10
"""Lines without gaps that a table may hold in one place, and their words: more are prose."""
_MOST_LINES_OF_ROW = 12
_MOST_COLUMNS = 60


@dataclass(slots=True)
class Row:
    """What stands on one baseline: the run and the line of each column."""

    y: float
    runs: dict[int, Run]


class Zone:
    """Neighbouring lines from one with wide gaps on, for as long as they share its columns."""

    def __init__(self, page: Sequence[Line], start: int) -> None:
        """`page[start]` has wide gaps; `end` is the place behind the last line of the zone."""
        self.end = start + 1
        self.size = page[start].size
        self.columns = [Column(run.left, run.right, [run]) for run in across(page[start])]
        self.rows = [Row(page[start].y, dict(enumerate(across(page[start]))))]
        self.steps: list[float] = []
        """From one row to the next that has its first cell."""
        between: list[Line] = []
        for at in range(start + 1, len(page)):
            line = page[at]
            if not self._is_near(line, between):
                break
            if len(across(line)) > 1 or self._goes_on(line) or self._is_beside(line, between):
                if not self._take(between, line):
                    break
                between, self.end = [], at + 1
            elif len(between) < _MOST_BETWEEN and not self._is_full(line):
                between.append(line)
            else:
                break

    def _is_near(self, line: Line, between: Sequence[Line]) -> bool:
        """Whether a line is of the same size and not too far from the last."""
        last = between[-1].y if between else self.rows[-1].y
        most = _FIRST_STEP * self.size
        if self.steps:
            most = max(_STEP_SHARE * median(self.steps[-_USUAL:]), CONTINUED * self.size)
        back = max(row.y for row in self.rows[-_MOST_LINES_OF_ROW:]) + _SAME_BASELINE * self.size
        return (
            abs(line.size - self.size) <= _SIZES * self.size
            and last - line.y <= most
            and line.y <= back
        )

    def _goes_on(self, line: Line) -> bool:
        """Whether a line without gaps stands in one column, and in that behind the first."""
        run = whole(line)
        over = [n for n, column in enumerate(self.columns) if column.overlap(run) > 0]
        if len(over) != 1:
            return bool(not over and self._row_at(line.y))
        beside = self._row_at(line.y)
        if beside is not None:
            return over[0] not in beside.runs
        step = self.rows[-1].y - line.y
        return over[0] > 0 and 0 < step <= CONTINUED * self.size

    def _is_beside(self, line: Line, between: Sequence[Line]) -> bool:
        """Whether a line stands behind one of the first column that may be of the table."""
        return any(
            abs(one.y - line.y) <= _SAME_BASELINE * self.size and line.left > one.right
            for one in between
        )

    def _is_full(self, line: Line) -> bool:
        """Whether a line without gaps goes from edge to edge, as in prose."""
        left = min(column.left for column in self.columns)
        right = max(column.right for column in self.columns)
        words = len(line.text.split())
        wide = min(line.right, right) - max(line.left, left) >= FULL * (right - left)
        return words > _MOST_WORDS_BETWEEN or (wide and words > 1)

    def _row_at(self, y: float) -> Row | None:
        """The row on this baseline, of the last ones."""
        for row in reversed(self.rows[-_MOST_LINES_OF_ROW:]):
            if abs(row.y - y) <= _SAME_BASELINE * self.size:
                return row
        return None

    def _take(self, between: Sequence[Line], line: Line) -> bool:
        """Whether the lines between, and this one, are rows of the table; they are then in it."""
        runs, places = across(line), self._places(across(line))
        if places is None:
            return False
        kept = len(self.rows)
        for one in between:
            run = whole(one)
            over = (n for n, column in enumerate(self.columns) if column.overlap(run) > 0)
            self._put(Row(one.y, {}), [next(over, 0)], [run], grows=False)
        row = self._row_at(line.y)
        if (line.y > self.rows[-1].y) if row is None else (set(places) & set(row.runs)):
            del self.rows[kept:]
            return False
        if row is None:
            row = Row(line.y, {})
        self._put(row, places, runs, grows=True)
        return True

    def _places(self, runs: Sequence[Run]) -> list[float] | None:
        """The column of each run; halves for new ones; None where two would have the same."""
        places: list[float] = []
        matched = 0
        for run in runs:
            best = max(range(len(self.columns)), key=lambda n: self.columns[n].overlap(run))
            if self.columns[best].overlap(run) > 0:
                places.append(best)
                matched += 1
            else:
                places.append(sum(column.right <= run.left for column in self.columns) - 0.5)
        if any(after <= before for before, after in pairwise(places)):
            return None
        most = len(self.columns) + len(runs) - matched
        return places if matched and most <= _MOST_COLUMNS else None

    def _put(self, row: Row, places: Sequence[float], runs: Sequence[Run], *, grows: bool) -> None:
        for place, run in reversed(list(zip(places, runs, strict=True))):
            at = math.ceil(place)
            if at != place:
                self.columns.insert(at, Column(run.left, run.right))
                for other in (*self.rows, row):
                    other.runs = {n + (n >= at): each for n, each in other.runs.items()}
            row.runs[at] = run
            if grows:
                self.columns[at].add(run)
        if not any(row is other for other in self.rows):
            if grows and 0 in row.runs and len(row.runs) > 1:
                self.steps.append(self.rows[-1].y - row.y)
            self.rows.append(row)
