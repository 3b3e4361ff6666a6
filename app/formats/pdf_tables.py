"""Tables of a PDF page: lines whose runs stand under each other, as rows of cells.

A PDF says where letters stand, not what is a table. As Nurminen does (Algorithmic Extraction of
Data in Tables in PDF Documents, Tampere 2013) and pdfplumber by its strategy "text", columns are
told by runs of text that share an edge on neighbouring lines. Only the order in which a page is
drawn is followed: what is drawn column by column stays as it is, for so is prose in columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from app.formats.delimited import is_header, is_value
from app.formats.pdf_columns import FEWEST_ROWS, across
from app.formats.pdf_lines import Line, Run
from app.formats.pdf_zones import CONTINUED, FULL, Row, Zone

__all__ = ["Table", "with_tables"]

_EDGE = 0.4
"""Share of the font size within which edges are the same."""
_APART = 2.0
"""Font sizes between two columns of words, where there is nothing but the gap to tell them."""
_ALIGNED_COLUMNS = 0.5
_TIGHT = 0.87
"""Share of a table's usual step below which a line belongs to the row above it."""
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
        if len(across(page[at])) > 1:
            zone = Zone(page, at)
            table = _table(zone)
            if table is not None:
                yield table
                at = zone.end
                continue
            # What was long enough and is none would be none from its second line on either.
            for line in page[at : max(at + 1, zone.end - FEWEST_ROWS)]:
                at += 1
                yield line
            continue
        yield page[at]
        at += 1


def _table(zone: Zone) -> Table | None:
    """The table, if it is one."""
    if sum(len(row.runs) > 1 for row in zone.rows) < FEWEST_ROWS:
        return None
    _join_names(zone)
    if not _is_aligned(zone):
        return None
    prose = sum(column.is_prose() for column in zone.columns)
    if prose > 1 or (prose and len(zone.columns) == 2) or _is_list(zone):
        return None
    if len(zone.columns) == 2 and not _is_apart(zone):
        return None
    rows = _logical(zone)
    if sum(sum(map(bool, row)) > 1 for row in rows) < FEWEST_ROWS:
        return None
    return Table(rows, _has_header(rows), zone.size, len(zone.rows))


def _is_aligned(zone: Zone) -> bool:
    """Whether most columns have an edge in common, and not the margins of a text alone."""
    tolerance = _EDGE * zone.size
    columns = [column for column in zone.columns if len(column.runs) >= FEWEST_ROWS]
    aligned = sum(column.aligned(tolerance) for column in columns)
    if aligned < max(2, _ALIGNED_COLUMNS * len(columns)):
        return False
    first, last = zone.columns[0], zone.columns[-1]
    return any(
        column.aligned(tolerance, within=column is last and not column.has_values())
        for column in columns
        if column is not first
    )


def _is_apart(zone: Zone) -> bool:
    """Whether two columns are more than a text with wide gaps: far apart, or of values."""
    gaps = [row.runs[1].left - row.runs[0].right for row in zone.rows if len(row.runs) == 2]
    has_values = any(column.has_values() for column in zone.columns)
    return has_values or median(gaps) >= _APART * zone.size


def _join_names(zone: Zone) -> None:
    """Put names of the first row above the columns that stand beside them.

    Names at the left of a column with numbers at its right are over none of them.
    """
    first = zone.rows[0].runs
    for at in sorted(first, reverse=True):
        if len(zone.columns[at].runs) > 1:
            continue
        free = [n for n in (at + 1, at - 1) if 0 <= n < len(zone.columns) and n not in first]
        if not free:
            continue
        to = min(free, key=lambda n: _away(zone, at, n))
        zone.columns[to].add(first[at])
        first[to] = first.pop(at)
        del zone.columns[at]
        for row in zone.rows:
            row.runs = {n - (n > at): run for n, run in row.runs.items()}
        first = zone.rows[0].runs


def _away(zone: Zone, one: int, other: int) -> float:
    """How much room is between two columns."""
    left, right = sorted((zone.columns[one], zone.columns[other]), key=lambda c: c.left)
    return right.left - left.right


def _is_list(zone: Zone) -> bool:
    """Whether most rows are items behind their number, or formulas before theirs."""
    pairs = [list(row.runs.values()) for row in zone.rows if len(row.runs) == 2]
    pairs = [sorted(pair, key=lambda run: run.left) for pair in pairs]
    labelled = sum(
        bool(_LABEL.fullmatch(first.text) and not is_value(last.text))
        or bool(_FORMULA.fullmatch(last.text))
        for first, last in pairs
    )
    return labelled >= _LISTED * sum(len(row.runs) > 1 for row in zone.rows)


def _logical(zone: Zone) -> list[list[Cell]]:
    """Rows as a reader sees them: lines of one cell under each other belong together."""
    usual = median(zone.steps) if zone.steps else 0.0
    rows: list[list[Cell]] = []
    before: Row | None = None
    for row in zone.rows:
        if before is not None and _continues(zone, before, row, usual):
            for place, run in row.runs.items():
                rows[-1][place].append(run.text)
            before = Row(row.y, {**before.runs, **row.runs})
        else:
            cells: list[Cell] = [[] for _ in zone.columns]
            for place, run in row.runs.items():
                cells[place].append(run.text)
            rows.append(cells)
            before = row
    return rows


def _continues(zone: Zone, before: Row, row: Row, usual: float) -> bool:
    """Whether a row is the next line of cells of the one before."""
    step = before.y - row.y
    if len(row.runs) >= len(before.runs) or not row.runs.keys() <= before.runs.keys():
        return False
    if step < _TIGHT * usual:
        return True
    if 0 in row.runs or step > CONTINUED * zone.size:
        return False
    return all(_flows(zone, place, before, run) for place, run in row.runs.items())


def _flows(zone: Zone, place: int, before: Row, run: Run) -> bool:
    """Whether a cell reads on: its line above was full, or a sentence goes on."""
    column, above = zone.columns[place], before.runs[place]
    full = above.right - column.left >= FULL * (column.right - column.left)
    return not is_value(run.text) and (run.text[0].islower() or (full and " " in above.text))


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
