"""Tables of a PDF page: lines whose runs stand under each other, as rows of cells.

A PDF says where letters stand, not what is a table. As Nurminen does (Algorithmic Extraction of
Data in Tables in PDF Documents, Tampere 2013) and pdfplumber by its strategy "text", columns are
told by runs of text that share an edge on neighbouring lines. Only the order in which a page is
drawn is followed: what is drawn column by column stays as it is, for so is prose in columns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from app.formats.delimited import is_header, is_value
from app.formats.pdf_lines import Line, Run

__all__ = ["Table", "with_tables"]

_FEWEST_ROWS = 3
_SAME_BASELINE = 0.3
_EDGE = 0.4
"""Shares of the font size within which baselines and edges are the same."""
_FIRST_STEP = 3.0
_CONTINUED = 1.7
"""Font sizes from one line of a table to the next at most: to the second row, within a cell."""
_STEP_SHARE = 2.2
"""How much more than the usual step of a table the next may be."""
_SIZES = 0.3
_EVEN = 0.25
_APART = 2.0
_ALIGNED = 0.7
_ALIGNED_COLUMNS = 0.5
_TIGHT = 0.87
_FULL = 0.85
_MOST_BETWEEN = 2
_MOST_WORDS_BETWEEN = 10
"""Lines without gaps that a table may hold in one place, and their words: more are prose."""
_MOST_LINES_OF_ROW = 12
_PROSE_WORDS = 4.5
_PROSE_FILL = 0.7
_LABEL = re.compile(
    r"\S|\d:|\(?[\dA-Za-z]{1,4}[.)]|\(\d{1,3}[a-z]?\)|\[\w{1,8}\]|§?\s?\d[\d.]{0,9}\s?\W?"
)
"""Bullets and numbers of items."""
_FORMULA = re.compile(r"\([A-Z]?[\d.]{1,6}[a-z]?\)")
_LISTED = 0.6
_NO_NAME = re.compile(r"\. ?\.|^\d{1,3} ?\w?$")
"""Leaders of dots, and numbers of lines in forms."""
Cell = list[str]
"""The lines of a cell, none where it is empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, all of one length; `header` says that the first names the columns."""

    rows: Sequence[Sequence[Cell]]
    header: bool
    size: float
    """The usual font size."""
    lines: int


def with_tables(page: Sequence[Line]) -> Iterator[Line | Table]:
    """The lines of a page in their order, with a table in the place of those that make one."""
    at = 0
    while at < len(page):
        if len(_across(page[at])) > 1:
            zone = _Zone(page, at)
            table = zone.table()
            if table is not None:
                yield table
                at = zone.end
                continue
            # What was long enough and is none would be none from its second line on either.
            for line in page[at : max(at + 1, zone.end - _FEWEST_ROWS)]:
                at += 1
                yield line
            continue
        yield page[at]
        at += 1


@dataclass(slots=True)
class _Column:
    """Runs that stand under each other."""

    left: float
    right: float
    runs: list[Run] = field(default_factory=list)

    def overlap(self, run: Run) -> float:
        """How much of the narrower of both they share."""
        shared = min(self.right, run.right) - max(self.left, run.left)
        return shared / max(min(self.right - self.left, run.right - run.left), 0.1)

    def add(self, run: Run) -> None:
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
        return most >= max(_FEWEST_ROWS, _ALIGNED * len(self.runs))

    def has_values(self) -> bool:
        """Whether most of its runs are numbers, amounts or dates."""
        return 2 * sum(is_value(run.text) for run in self.runs) > len(self.runs)

    def is_prose(self) -> bool:
        """Whether its runs are lines of a text that flows: many words, mostly to its edge."""
        if len(self.runs) < _FEWEST_ROWS:
            return False
        words = median(len(run.text.split()) for run in self.runs)
        filled = median(run.right - run.left for run in self.runs) / (self.right - self.left)
        return words >= _PROSE_WORDS and filled >= _PROSE_FILL


@dataclass(slots=True)
class _Row:
    """What stands on one baseline: the run and the line of each column."""

    y: float
    runs: dict[int, Run]


class _Zone:
    """Neighbouring lines from one with wide gaps on, for as long as they share its columns."""

    def __init__(self, page: Sequence[Line], start: int) -> None:
        self.end = start + 1
        self._size = page[start].size
        self._columns = [_Column(run.left, run.right, [run]) for run in _across(page[start])]
        self._rows = [_Row(page[start].y, dict(enumerate(_across(page[start]))))]
        self._steps: list[float] = []
        between: list[Line] = []
        for at in range(start + 1, len(page)):
            line = page[at]
            if not self._is_near(line, between):
                break
            if len(_across(line)) > 1 or self._goes_on(line) or self._is_beside(line, between):
                if not self._take(between, line):
                    break
                between, self.end = [], at + 1
            elif len(between) < _MOST_BETWEEN and not self._is_full(line):
                between.append(line)
            else:
                break

    def _is_near(self, line: Line, between: Sequence[Line]) -> bool:
        """Whether a line is of the same size and not too far from the last."""
        last = between[-1].y if between else self._rows[-1].y
        most = _FIRST_STEP * self._size
        if self._steps:
            most = max(_STEP_SHARE * median(self._steps), _CONTINUED * self._size)
        back = max(row.y for row in self._rows[-_MOST_LINES_OF_ROW:]) + _SAME_BASELINE * self._size
        return (
            abs(line.size - self._size) <= _SIZES * self._size
            and last - line.y <= most
            and line.y <= back
        )

    def _goes_on(self, line: Line) -> bool:
        """Whether a line without gaps stands in one column, and in that behind the first."""
        run = _whole(line)
        over = [n for n, column in enumerate(self._columns) if column.overlap(run) > 0]
        if len(over) != 1:
            return bool(not over and self._row_at(line.y))
        beside = self._row_at(line.y)
        if beside is not None:
            return over[0] not in beside.runs
        step = self._rows[-1].y - line.y
        return over[0] > 0 and 0 < step <= _CONTINUED * self._size

    def _is_beside(self, line: Line, between: Sequence[Line]) -> bool:
        """Whether a line stands behind one of the first column that may be of the table."""
        return any(
            abs(one.y - line.y) <= _SAME_BASELINE * self._size and line.left > one.right
            for one in between
        )

    def _is_full(self, line: Line) -> bool:
        """Whether a line without gaps goes from edge to edge, as in prose."""
        left = min(column.left for column in self._columns)
        right = max(column.right for column in self._columns)
        words = len(line.text.split())
        wide = min(line.right, right) - max(line.left, left) >= _FULL * (right - left)
        return words > _MOST_WORDS_BETWEEN or (wide and words > 1)

    def _row_at(self, y: float) -> _Row | None:
        """The row on this baseline, of the last ones."""
        for row in reversed(self._rows[-_MOST_LINES_OF_ROW:]):
            if abs(row.y - y) <= _SAME_BASELINE * self._size:
                return row
        return None

    def _take(self, between: Sequence[Line], line: Line) -> bool:
        """Whether the lines between, and this one, are rows of the table; they are then in it."""
        runs, places = _across(line), self._places(_across(line))
        if places is None:
            return False
        kept = len(self._rows)
        for one in between:
            run = _whole(one)
            over = (n for n, column in enumerate(self._columns) if column.overlap(run) > 0)
            self._put(_Row(one.y, {}), [next(over, 0)], [run], grows=False)
        row = self._row_at(line.y)
        if (line.y > self._rows[-1].y) if row is None else (set(places) & set(row.runs)):
            del self._rows[kept:]
            return False
        if row is None:
            row = _Row(line.y, {})
        self._put(row, places, runs, grows=True)
        return True

    def _places(self, runs: Sequence[Run]) -> list[float] | None:
        """The column of each run; halves for new ones; None where two would have the same."""
        places: list[float] = []
        matched = 0
        for run in runs:
            best = max(range(len(self._columns)), key=lambda n: self._columns[n].overlap(run))
            if self._columns[best].overlap(run) > 0:
                places.append(best)
                matched += 1
            else:
                places.append(sum(column.right <= run.left for column in self._columns) - 0.5)
        if any(after <= before for before, after in pairwise(places)):
            return None
        return places if matched else None

    def _put(self, row: _Row, places: Sequence[float], runs: Sequence[Run], *, grows: bool) -> None:
        for place, run in reversed(list(zip(places, runs, strict=True))):
            at = math.ceil(place)
            if at != place:
                self._columns.insert(at, _Column(run.left, run.right))
                for other in (*self._rows, row):
                    other.runs = {n + (n >= at): each for n, each in other.runs.items()}
            row.runs[at] = run
            if grows:
                self._columns[at].add(run)
        if not any(row is other for other in self._rows):
            if grows and 0 in row.runs and len(row.runs) > 1:
                self._steps.append(self._rows[-1].y - row.y)
            self._rows.append(row)

    def table(self) -> Table | None:
        """The table, if it is one."""
        if sum(len(row.runs) > 1 for row in self._rows) < _FEWEST_ROWS:
            return None
        self._join_names()
        if not self._is_aligned():
            return None
        prose = sum(column.is_prose() for column in self._columns)
        if prose > 1 or (prose and len(self._columns) == 2) or self._is_list():
            return None
        if len(self._columns) == 2 and not self._is_apart():
            return None
        rows = self._logical()
        if sum(sum(map(bool, row)) > 1 for row in rows) < _FEWEST_ROWS:
            return None
        return Table(rows, _has_header(rows), self._size, len(self._rows))

    def _is_aligned(self) -> bool:
        """Whether most columns have an edge in common, and not the margins of a text alone."""
        tolerance = _EDGE * self._size
        columns = [column for column in self._columns if len(column.runs) >= _FEWEST_ROWS]
        aligned = sum(column.aligned(tolerance) for column in columns)
        if aligned < max(2, _ALIGNED_COLUMNS * len(columns)):
            return False
        first, last = self._columns[0], self._columns[-1]
        return any(
            column.aligned(tolerance, within=column is last and not column.has_values())
            for column in columns
            if column is not first
        )

    def _is_apart(self) -> bool:
        """Whether two columns are more than a text with wide gaps: far apart, or of values."""
        gaps = [row.runs[1].left - row.runs[0].right for row in self._rows if len(row.runs) == 2]
        has_values = any(column.has_values() for column in self._columns)
        return has_values or median(gaps) >= _APART * self._size

    def _join_names(self) -> None:
        """Put names of the first row above the columns that stand beside them.

        Names at the left of a column with numbers at its right are over none of them.
        """
        first = self._rows[0].runs
        for at in sorted(first, reverse=True):
            if len(self._columns[at].runs) > 1:
                continue
            free = [n for n in (at + 1, at - 1) if 0 <= n < len(self._columns) and n not in first]
            if not free:
                continue
            to = min(free, key=lambda n: self._away(at, n))
            self._columns[to].add(first[at])
            first[to] = first.pop(at)
            del self._columns[at]
            for row in self._rows:
                row.runs = {n - (n > at): run for n, run in row.runs.items()}
            first = self._rows[0].runs

    def _away(self, one: int, other: int) -> float:
        """How much room is between two columns."""
        left, right = sorted((self._columns[one], self._columns[other]), key=lambda c: c.left)
        return right.left - left.right

    def _is_list(self) -> bool:
        """Whether most rows are items behind their number, or formulas before theirs."""
        pairs = [list(row.runs.values()) for row in self._rows if len(row.runs) == 2]
        pairs = [sorted(pair, key=lambda run: run.left) for pair in pairs]
        labelled = sum(
            bool(_LABEL.fullmatch(first.text) and not is_value(last.text))
            or bool(_FORMULA.fullmatch(last.text))
            for first, last in pairs
        )
        return labelled >= _LISTED * sum(len(row.runs) > 1 for row in self._rows)

    def _logical(self) -> list[list[Cell]]:
        """Rows as a reader sees them: lines of one cell under each other belong together."""
        usual = median(self._steps) if self._steps else 0.0
        rows: list[list[Cell]] = []
        before: _Row | None = None
        for row in self._rows:
            if before is not None and self._continues(before, row, usual):
                for place, run in row.runs.items():
                    rows[-1][place].append(run.text)
                before = _Row(row.y, {**before.runs, **row.runs})
            else:
                cells: list[Cell] = [[] for _ in self._columns]
                for place, run in row.runs.items():
                    cells[place].append(run.text)
                rows.append(cells)
                before = row
        return rows

    def _continues(self, before: _Row, row: _Row, usual: float) -> bool:
        """Whether a row is the next line of cells of the one before."""
        step = before.y - row.y
        if len(row.runs) >= len(before.runs) or not row.runs.keys() <= before.runs.keys():
            return False
        if step < _TIGHT * usual:
            return True
        if 0 in row.runs or step > _CONTINUED * self._size:
            return False
        return all(self._flows(place, before, run) for place, run in row.runs.items())

    def _flows(self, place: int, before: _Row, run: Run) -> bool:
        """Whether a cell reads on: its line above was full, or a sentence goes on."""
        column, above = self._columns[place], before.runs[place]
        full = above.right - column.left >= _FULL * (column.right - column.left)
        return not is_value(run.text) and (run.text[0].islower() or (full and " " in above.text))


def _across(line: Line) -> Sequence[Run]:
    """The runs of a line from left to right; leaders of dots belong to what stands before them."""
    runs: list[Run] = []
    for run in sorted(line.runs, key=lambda run: run.left):
        if runs and not run.text.strip(". …·_"):
            runs[-1] = Run(f"{runs[-1].text} {run.text}", runs[-1].left, run.right)
        else:
            runs.append(run)
    return runs if runs and not _is_justified(runs, line.size) else [_whole(line)]


def _whole(line: Line) -> Run:
    return Run(line.text, line.left, line.right)


def _is_justified(runs: Sequence[Run], size: float) -> bool:
    """Whether gaps are alike where words are not: those of a line that was stretched."""
    if len(runs) < _FEWEST_ROWS:
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


def _has_header(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first row names the columns, as in tables of text.

    Where no column below has values, that is believed of three columns and more, for two may be
    names and what they stand for.
    """
    texts = [[" ".join(cell) for cell in row] for row in rows]
    first, below = texts[0], texts[1:]
    if not is_header(first, below) or any(map(_NO_NAME.search, first)):
        return False
    if len(first) > 2 and all(first):
        return True
    columns = zip(*below, strict=True)
    return any(
        sum(map(is_value, filled)) > len(filled) / 2
        for filled in ([cell for cell in column if cell] for column in columns)
        if filled
    )
