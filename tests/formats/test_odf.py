"""OpenDocument: texts, spreadsheets and presentations."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats import detect, read
from app.formats.limits import Limits
from tests.fixtures.office import ODF, flat_odf, name_of, odf


def blocks(data: bytes) -> list[tuple[object, ...]]:
    """(kind, level, place, text) of each block."""
    document = read("a", data)
    return [
        (block.kind, block.level, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]


def test_text():
    """Headings, white space as it is shown, lists by depth, notes after their paragraph."""
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Gold</text:h>'
        '<text:p>a \n <text:span>b</text:span><text:s text:c="2"/>c<text:tab/>d<text:line-break/>e'
        '<text:note text:note-class="endnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>Heavy.</text:p></text:note-body></text:note>"
        "<office:annotation><dc:creator>Ada</dc:creator><dc:date>2024</dc:date>"
        "<text:p>Why?</text:p></office:annotation>"
        "<draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box>"
        "<svg:desc>A red fox</svg:desc></draw:frame></text:p>"
        "<text:list><text:list-item><text:p>one</text:p><text:p>more</text:p><text:list>"
        "<text:list-item><text:p>two</text:p></text:list-item></text:list></text:list-item>"
        "</text:list>"
        '<text:p text:style-name="P1">x = 1</text:p>'
    )
    code = '<style:style style:name="P1" style:parent-style-name="Preformatted_20_Text"/>'
    assert blocks(odf("text", body, styles=code)) == [
        ("heading", 2, "", "Gold"),
        ("paragraph", 0, "", "a b  c\td\ne"),
        ("paragraph", 0, "endnote", "Heavy."),
        ("paragraph", 0, "comment by Ada", "Why?"),
        ("paragraph", 0, "", "Boxed"),
        ("paragraph", 0, "", "A red fox"),
        ("list", 0, "", "- one\n  more\n  - two"),
        ("code", 0, "", "x = 1"),
    ]


def cell(text: str, attributes: str = "") -> str:
    """A cell that shows a text."""
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_tables_of_texts():
    """A row is a line."""
    row = f"<table:table-row>{cell('a')}{cell('b')}</table:table-row>"
    body = f"<table:table>{row}{row}</table:table><text:p>p</text:p>"
    assert blocks(odf("text", body)) == [
        ("table", 0, "", "a\tb\na\tb"),
        ("paragraph", 0, "", "p"),
    ]


def test_sheets():
    """Places count what is repeated; dates are ISO 8601, other values as they are shown."""
    date = 'office:value-type="date" office:date-value="2024-03-01T00:00:00"'
    number = 'office:value-type="float" office:value="1234.5"'
    body = (
        '<table:table table:name="Budget">'
        '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell('Name')}{cell('Paid')}</table:table-row>"
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        f"{cell('1.3.24', date)}<table:covered-table-cell/>{cell('1,234.50', number)}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/>'
        "</table:table-row>"
        "<table:table-row>"
        f"{cell('end<office:annotation><text:p>Why?</text:p></office:annotation>')}"
        "</table:table-row></table:table>"
    )
    found = blocks(odf("spreadsheet", body))
    assert found == [
        ("heading", 1, "Budget", "Budget"),
        ("table", 0, "Budget!A5:B5", "Name\tPaid"),
        ("table", 0, "Budget!C6:E6", "2024-03-01\t\t1,234.50"),
        ("table", 0, "Budget!A1000007", "end"),
        ("paragraph", 0, "Budget!A1000007", "Why?"),
    ]


def test_repetition_does_not_fill_the_memory():
    """What is said a billion times is written a hundred times."""
    row = (
        '<table:table-row table:number-rows-repeated="999999999">'
        + cell("x", 'table:number-columns-repeated="999999999"')
        + "</table:table-row>"
    )
    document = read("a", odf("spreadsheet", f"<table:table>{row * 3}</table:table>"))
    assert document.text.count("x") == 3 * 100 * 100
    spaces = '<text:p>a<text:s text:c="999999999"/>b</text:p>'
    assert len(read("a", odf("text", spaces)).text) == 102


def test_slides():
    """Pages with the title first; notes and hidden slides say what they are."""
    body = (
        "<draw:page><draw:frame><draw:text-box><text:p>Below</text:p></draw:text-box></draw:frame>"
        '<draw:frame presentation:class="title"><draw:text-box><text:p>Gold</text:p>'
        "</draw:text-box></draw:frame><draw:custom-shape><text:p>Shape</text:p></draw:custom-shape>"
        "<presentation:notes><draw:frame><draw:text-box><text:p>Slowly.</text:p></draw:text-box>"
        "</draw:frame></presentation:notes></draw:page>"
        '<draw:page draw:style-name="dp2"><draw:custom-shape><text:p>x</text:p></draw:custom-shape>'
        "</draw:page>"
    )
    styles = (
        '<style:style style:name="dp2"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    document = read("a", odf("presentation", body, styles=styles))
    found = [
        (block.kind, block.page, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]
    assert found == [
        ("heading", 1, "", "Gold"),
        ("paragraph", 1, "", "Below"),
        ("paragraph", 1, "", "Shape"),
        ("paragraph", 1, "notes", "Slowly."),
        ("paragraph", 2, "hidden slide", "x"),
    ]
    assert document.kind == "odp"
    assert document.title == "Gold"


def test_headers_and_properties():
    """Headers once at the end; title, author, dates and keywords."""
    header = "<style:header><text:p>Secret</text:p></style:header>"
    page = f"<style:master-page>{header}</style:master-page>"
    styles = (
        f"<office:document-styles {ODF}><office:master-styles>{page}{page}</office:master-styles>"
        "</office:document-styles>"
    )
    meta = (
        "<dc:title>Report</dc:title><meta:initial-creator>Ada</meta:initial-creator>"
        "<dc:creator>Eve</dc:creator><meta:creation-date>2024-03-01T10:00:00.123</meta:creation-date>"
        "<meta:keyword>a</meta:keyword><meta:keyword>b</meta:keyword>"
    )
    parts = {"meta": meta}
    body = "<text:p>x</text:p>"
    data = odf("text", body, **parts)
    assert blocks(data) == [("paragraph", 0, "", "x")]
    document = read("a", data)
    assert document.title == "Report"
    assert document.metadata == {
        "author": "Ada", "created": "2024-03-01T10:00:00", "keywords": "a, b",
    }  # fmt: skip
    import io
    import zipfile

    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("styles.xml", styles)
    assert blocks(out.getvalue())[1:] == [("paragraph", 0, "header", "Secret")]


@pytest.mark.parametrize(
    ("kind", "family"), [("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp")]
)
def test_detected(kind, family):
    """Packed or flat, whatever the name is."""
    row = f"<table:table-row>{cell('x')}</table:table-row>"
    body = {
        "text": "<text:p>x</text:p>",
        "spreadsheet": f"<table:table>{row}</table:table>",
        "presentation": "<draw:page><draw:frame><draw:text-box><text:p>x</text:p></draw:text-box>"
        "</draw:frame></draw:page>",
    }[kind]
    for data in (odf(kind, body), flat_odf(kind, body)):
        assert detect("a.xml", data) == family
        document = read("a.xml", data)
        assert document.kind == family
        assert "x" in document.text
    assert document.title == "Flat"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (odf("text", ""), "empty"),
        (odf("text", "<text:p>"), "damaged"),
        (odf("chart", "<text:p>x</text:p>").replace(b"opendocument.chart", b"opendocument.text "),
         "unsupported"),
        (odf("text", "<text:p>x</text:p>", **{
            "META-INF__manifest": "<manifest:encryption-data/>"}), "encrypted"),
        (odf("text", "<text:p>" + "<text:span>" * 600), "too-large"),
        (odf("text", "<text:p>x</text:p>")[:-40], "damaged"),
    ],
    ids=name_of,
)  # fmt: skip
def test_refusals(data, code):
    """Each with its code."""
    with pytest.raises(FileError) as caught:
        read("a.odt", data)
    assert caught.value.code == code


def test_pages_are_limited():
    """Slides count as pages, and so do sheets."""
    with pytest.raises(FileError) as caught:
        read("a", odf("presentation", "<draw:page/>" * 5), Limits(pages=4))
    assert caught.value.code == "too-large"
