"""Tables in text (CSV, TSV and the like): the delimiter is found, rows are lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from app.core.model import Document
from app.formats.detect import extension
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name
from app.formats.writer import Writer

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 100
_SEPARATOR = re.compile(r"sep=([^\w\s]|\t)[ \t]*\n", re.IGNORECASE)
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,'\s]*\s?[%€$)]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
_LONGEST_NAME = 60
_WIDEST_HEADER = 600
_LONGEST_CELL = 1 << 30
_MOST_LINES = 500
_LOOK_AHEAD = 50

Row = tuple[int, list[str]]
"""Line of the source on which it begins, and its cells."""


def read_csv(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    r"""Rows as lines of a table, cells parted by tabs, each at its line of the source.

    A first row that names the columns is a heading, so that each passage of the table knows
    them; single cells before it are paragraphs.

    >>> document = read_csv("a.csv", b"name;weight\ngold;19.3\n")
    >>> document.text, [(block.kind, block.line) for block in document.blocks]
    ('name\tweight\n\ngold\t19.3', [('heading', 1), ('table', 2)])
    """
    text, encoding = decode(data)
    declared = _SEPARATOR.match(text)
    skipped = declared.end() if declared else 0
    delimiter = declared[1] if declared else delimiter_of(text, extension(path))
    rows = _rows(text[skipped:] if skipped else text, delimiter, 2 if skipped else 1)
    writer = Writer(path, limits)
    _write(writer, rows)
    return Document(
        title=file_name(path),
        text=writer.text,
        blocks=tuple(writer.blocks),
        kind="csv",
        metadata={"encoding": encoding},
    )


def delimiter_of(text: str, ext: str = "") -> str:
    r"""The delimiter with which the rows of a sample have most alike, and more than one cell.

    >>> delimiter_of("a;b\n1,5;2,5\n"), delimiter_of("a\tb, c\n1\t2\n")
    (';', '\t')
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    best, found = (0.0, 0), "\t" if ext in {"tsv", "tab"} else ","
    for delimiter in _DELIMITERS:
        rows = [row for _, row in _rows(sample, delimiter, 1, _SAMPLE_ROWS)]
        widths = Counter(len(row) for row in rows if row)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        alike = count / sum(widths.values())
        score = (round(alike, 1) if width > 1 else 0.0, width)
        if score > best:
            best, found = score, delimiter
    return found


def _rows(text: str, delimiter: str, line: int, most: int = 0) -> Iterator[Row]:
    """Rows that hold something, with spaces in cells as single ones."""
    csv.field_size_limit(_LONGEST_CELL)
    quotechar = '"' if _quotes_close(text, delimiter) else None
    reader = csv.reader(
        io.StringIO(text, newline="\n"),
        delimiter=delimiter,
        quotechar=quotechar,
        quoting=csv.QUOTE_MINIMAL if quotechar else csv.QUOTE_NONE,
    )
    offset, before = line, 0
    for number, cells in enumerate(reader):
        if any(map(str.strip, cells)):
            yield offset + before, [" ".join(cell.split()) for cell in cells]
        before = reader.line_num
        if most and number >= most:
            return


def _quotes_close(text: str, delimiter: str) -> bool:
    """Whether no cell goes on for so many lines that a quote must have been left open."""
    if '"' not in text:
        return True
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
    before = 0
    try:
        for _ in reader:
            if reader.line_num - before > _MOST_LINES:
                return False
            before = reader.line_num
    except csv.Error:
        return False
    return True


def _write(writer: Writer, rows: Iterator[Row]) -> None:
    """Rows as blocks; those whose lines are those of the source are one block."""
    head: list[Row] = []
    for row in rows:
        head.append(row)
        if len(head) > _LOOK_AHEAD:
            break
    width = Counter(_width(cells) for _, cells in head).most_common(1)[0][0] if head else 0
    while len(head) > 1 and width > 1 and _width(head[0][1]) == 1:
        line, cells = head.pop(0)
        writer.add("paragraph", " ".join(cells).strip(), line=line)
    if len(head) > 1 and is_header(head[0][1], [cells for _, cells in head[1:]]):
        line, cells = head.pop(0)
        writer.add("heading", "\t".join(cell for cell in cells if cell), level=1, line=line)
    lines: list[str] = []
    first = 0
    for line, cells in chain(head, rows):
        if lines and line != first + len(lines):
            _table(writer, lines, first)
            lines = []
        first = first if lines else line
        lines.append("\t".join(cells).rstrip("\t"))
    _table(writer, lines, first)


def _table(writer: Writer, lines: list[str], line: int) -> None:
    if lines:
        writer.end_lines()
        writer.add("table", "\n".join(lines), line=line)


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether cells name the columns of the rows below: short, different, and no values.

    >>> is_header(["name", "weight"], [["gold", "19.3"]]), is_header(["gold", "19.3"], [["x", "1"]])
    (True, False)
    """
    names = [cell for cell in cells if cell]
    if len(names) < max(1, len(cells) * 0.7) or len(set(names)) < len(names):
        return False
    if any(len(name) > _LONGEST_NAME or is_value(name) for name in names):
        return False
    below = {cell for row in rows for cell in row}
    return not below.intersection(names) and sum(map(len, names)) <= _WIDEST_HEADER


def is_value(text: str) -> bool:
    """Whether a cell holds a number, an amount or a date.

    >>> [is_value(text) for text in ("19.3", "$ 1,200", "2024-05-17", "gold 3")]
    [True, True, True, False]
    """
    return bool(_NUMBER.fullmatch(text))


def _width(cells: Sequence[str]) -> int:
    return sum(bool(cell) for cell in cells)
