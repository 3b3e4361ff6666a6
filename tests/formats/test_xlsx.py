"""XLSX: rows of sheets with the cells they come from."""

from __future__ import annotations

import random
import time

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.errors import FileError
from app.formats import detect, read
from app.formats.cell_values import shown
from app.formats.limits import Limits
from tests.fixtures.office import S, row, xlsx


def blocks(data: bytes, limits: Limits | None = None) -> list[tuple[object, ...]]:
    """(kind, place, text) of each block of a workbook."""
    document = read("a.xlsx", data, limits or Limits())
    return [
        (block.kind, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]


def test_rows_under_their_header():
    """Names of sheets and of columns are headings; gaps keep their columns."""
    data = xlsx(
        {
            "Budget": row(1, "Name", "Age") + row(2, "Ada", 36) + row(3, None, 7),
            "Empty": "",
            "My plan": row(5, "alone"),
        }
    )
    assert blocks(data) == [
        ("heading", "Budget", "Budget"),
        ("heading", "Budget!A1:B1", "Name\tAge"),
        ("table", "Budget!A2:B2", "Ada\t36"),
        ("table", "Budget!B3", "7"),
        ("heading", "My plan", "My plan"),
        ("table", "'My plan'!A5", "alone"),
    ]


def test_tables_below_each_other():
    """A gap begins a table with a header of its own; a title above it is none."""
    data = xlsx(
        {
            "S": row(1, "Title")
            + row(2, "a", "b")
            + row(3, "x", 1)
            + row(5, "c", "d")
            + row(6, "y", 2)
            + row(8, 1, 2)
            + row(9, 3, 4)
        }
    )
    assert [(kind, text) for kind, _, text in blocks(data)] == [
        ("heading", "S"),
        ("table", "Title"),
        ("heading", "a\tb"),
        ("table", "x\t1"),
        ("heading", "c\td"),
        ("table", "y\t2"),
        ("table", "1\t2"),
        ("table", "3\t4"),
    ]


def test_every_passage_knows_its_columns():
    """The header travels as the heading path, the place as the address."""
    names = ("Element", "Symbol", "Number")
    rows = [row(1, *names)]
    rows += [row(n, f"Element number {n}", f"E{n}", n * 3) for n in range(2, 400)]
    document = read("a.xlsx", xlsx({"Table": "".join(rows)}))
    parts = chunk(document, count_tokens=estimate_tokens)
    assert len(parts) > 10
    for part in parts:
        assert part.address.heading == ("Table", "Element Symbol Number")
    last = parts[-1].address
    assert last.end_place == "Table!A399:C399"
    assert last.place.startswith("Table!A3")


def test_values():
    """Shared and inline strings, truth, errors, results of formulas; readings are left out."""
    strings = (
        "<si><t>one</t></si><si><r><t>t</t></r><r><t xml:space='preserve'>wo </t></r>"
        "<rPh><t>TOO</t></rPh></si><si><t>a_x000D_\nb</t></si>"
    )
    cells = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>9</v></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1&amp;"x"</f><v>onex</v></c>'
        "<c><f>1+1</f><v>2</v></c><c><f>no value</f></c>"
        '<c t="d"><v>2024-03-01T00:00:00</v></c></row>'
    )
    found = blocks(xlsx({"S": cells}, strings=strings))
    assert found[1] == ("table", "S!A1:J1", "one\ttwo\ta b\t\tTRUE\t#N/A\tonex\t2\t\t2024-03-01")


def test_formats():
    """Numbers are shown by the format of their cell, built in or the workbook's own."""
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="&quot;Year &quot;yyyy"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="10"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/>'
        '<xf numFmtId="164"/></cellXfs>'
    )
    cells = (
        '<row r="1"><c s="0"><v>0.30000000000000004</v></c><c s="1"><v>45352</v></c>'
        '<c s="2"><v>0.5</v></c><c s="3"><v>45352</v></c><c s="77"><v>1E3</v></c></row>'
    )
    assert (
        blocks(xlsx({"S": cells}, styles=styles))[1][2] == "0.3\t2024-03-01\t50%\t2024-03-01\t1000"
    )
    mac = xlsx({"S": cells}, styles=styles, book='<workbookPr date1904="1"/>')
    assert blocks(mac)[1][2].split("\t")[1] == "2028-03-02"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1, "", "1"), (-0.5, "General", "-0.5"), (1e20, "", "1e+20"), (1, "0.00", "1.00"),
        (1, "dd/mm/yyyy", "1900-01-01"), (60, "d.m.yy", "1900-03-01"), (61, "d.m.yy", "1900-03-01"),
        (0.75, "h:mm", "18:00"), (0.75, "h:mm AM/PM", "18:00"), (1.5, "[h]:mm", "36:00"),
        (45352.75, "yyyy-mm-dd hh:mm:ss", "2024-03-01 18:00"), (45352, "mmm yy", "2024-03-01"),
        (45352.999999, "d/m/yy h:mm", "2024-03-02"), (-1, "d/m/yy", "-1"),
        (3e6, "d/m/yy", "3000000"), (815, "00000", "00815"), (45352.7, "d-mmm", "2024-03-01 16:48"),
        (1234567890123450, "", "1234567890123450"),
        (1234.5, '#,##0.00 "kg"', "1234.50"), (1234.5, "[$€-407] #,##0.00", "1234.50"),
        (1234.5, "#,##0.##", "1234.5"), (5, '[Red]0;[Blue]-0', "5"), (0.5, "# ?/?", "0.5"),
        (12345.678, "0.00E+00", "12345.678"), (7, "@", "7"), (float("inf"), "", "inf"),
        (45352, "[$-409]mmmm d, yyyy;@", "2024-03-01"), (3, '"m"0', "3"),
    ],
)  # fmt: skip
def test_shown(value, code, text):
    """What cells show where their formats are simple; day 60 is a 29 February that never was."""
    assert shown(value, code) == text


def test_comments():
    """With the cells that they hang on."""
    comments = f'<comments {S}><commentList><comment ref="B2"><text><t>Why?</t></text></comment></commentList></comments>'  # noqa: E501
    found = blocks(xlsx({"S": row(1, "x")}, comments=comments))
    assert found[-1] == ("paragraph", "S!B2", "Why?")


def test_limits():
    """Cells and sheets are counted, what a sheet claims to hold is not believed."""
    data = xlsx({"S": '<dimension ref="A1:XFD1048576"/>' + row(1, *range(10)) + row(9999999, 1)})
    assert blocks(data)[-1][1] == "S!A9999999"
    for limits in (Limits(cells=10), Limits(pages=0), Limits(characters=12)):
        with pytest.raises(FileError) as caught:
            blocks(data, limits)
        assert caught.value.code == "too-large"


def test_detected():
    """Workbooks with macros and templates are read the same way."""
    data = xlsx({"S": row(1, "x")})
    assert {detect(name, data) for name in ("a.xlsx", "a.xlsm", "a.xltx", "a")} == {"xlsx"}


def test_odd_references():
    """Rows and cells that are out of order or nowhere are read where they stand."""
    cells = (
        '<row r="x"><c r="??"><v>1</v></c><c r="B1"><v>nan</v></c><c r="A1"><v>x</v></c></row>'
        '<row r="1"><c r="A1" s="x"><v>2</v></c></row>'
    )
    assert "1" in read("a.xlsx", xlsx({"S": cells})).text


@pytest.mark.lengthy
def test_speed():
    """A hundred thousand cells take seconds at most."""
    chance = random.Random(7)
    rows = "".join(
        row(n, f"name {n}", *(chance.random() for _ in range(9))) for n in range(1, 10_000)
    )
    data = xlsx({"S": rows})
    began = time.monotonic()
    assert len(blocks(data)) == 10_000
    assert time.monotonic() - began < 10
