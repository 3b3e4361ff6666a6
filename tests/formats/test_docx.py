"""DOCX: what Word shows, as blocks in their order."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats import detect, read
from tests.fixtures.office import STYLES, W, docx, name_of, paragraph, properties, table, zipped


def blocks(body: str, **parts: str) -> list[tuple[object, ...]]:
    """(kind, level, place, text) of each block of a body."""
    document = read("a.docx", docx(body, styles=STYLES, **parts))
    return [
        (block.kind, block.level, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]


def run(text: str) -> str:
    """A run of text."""
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_paragraphs_and_headings():
    """Levels by name, by what a style is based on, by outline level, by the paragraph's own."""
    body = (
        paragraph("One", "H1")
        + paragraph("Own", "Own")
        + paragraph("Three", "Lvl")
        + '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr>' + run("Two") + "</w:p>"
        + '<w:p><w:pPr><w:pStyle w:val="H1"/><w:outlineLvl w:val="9"/></w:pPr>'
        + run("No") + "</w:p>"
        + paragraph("Loop", "Loop")
        + "<w:p/>"
    )  # fmt: skip
    assert blocks(body) == [
        ("heading", 1, "", "One"),
        ("heading", 1, "", "Own"),
        ("heading", 3, "", "Three"),
        ("heading", 2, "", "Two"),
        ("paragraph", 0, "", "No"),
        ("paragraph", 0, "", "Loop"),
    ]


def test_runs():
    """Tabs, breaks, hyphens and links are text; field codes and definitions of tabs are not."""
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>"
        + run("a") + "<w:r><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
        "<w:softHyphen/><w:sym w:font='Symbol' w:char='F0B7'/><w:sym w:char='2192'/></w:r>"
        "<w:hyperlink>" + run(" link") + "</w:hyperlink>"
        "<w:r><w:fldChar/><w:instrText>PAGE</w:instrText></w:r>"
        "<w:fldSimple w:instr='DATE'>" + run(" 2024") + "</w:fldSimple></w:p>"
    )  # fmt: skip
    assert blocks(body) == [("paragraph", 0, "", "a\tb\nc-d→ link 2024")]


def test_tracked_changes():
    """What was inserted is there, what was deleted or moved away is not."""
    body = (
        "<w:p>" + run("a") + "<w:ins>" + run("b") + "</w:ins><w:del><w:r><w:delText>x</w:delText>"
        "</w:r></w:del><w:moveFrom>" + run("y") + "</w:moveFrom><w:moveTo>" + run("c")
        + "</w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("joined ") + "</w:p>"
        "<w:p>" + run("again") + "</w:p>"
        "<w:tbl><w:tr><w:tc>" + paragraph("a") + "</w:tc><w:tc>" + paragraph("b") + "</w:tc></w:tr>"
        "<w:tr><w:trPr><w:del/></w:trPr><w:tc>" + paragraph("gone") + "</w:tc><w:tc/></w:tr>"
        "</w:tbl>"
    )  # fmt: skip
    assert [text for *_, text in blocks(body)] == ["abc", "joined again", "a\tb"]


def test_tables():
    """A row is a line, cells are parted by tabs; what is there for layout is no table."""
    body = (
        table(("Name", "Age"), ("Ada\tL", "36"))
        + table(("x", "y"))
        + paragraph("p")
        + table(("only one cell",))
        + table(("long " * 300, "b"))
        + f"<w:tbl><w:tr><w:tc>{table(('in', 'side'))}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr>"
        "</w:tbl>"
    )
    assert blocks(body) == [
        ("table", 0, "", "Name\tAge\nAda L\t36"),
        ("table", 0, "", "x\ty"),
        ("paragraph", 0, "", "p"),
        ("paragraph", 0, "", "only one cell"),
        ("paragraph", 0, "", ("long " * 300).strip()),
        ("paragraph", 0, "", "b"),
        ("table", 0, "", "in side\tb"),
    ]


def item(text: str, number: str, depth: str = "0") -> str:
    """An item of a list."""
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        f"</w:pPr>{run(text)}</w:p>"
    )


NUMBERING = (
    f"<w:numbering {W}>"
    '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="3"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl>'
    "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>'
    '<w:lvlText w:val="•"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>'
)


def test_lists():
    """Items have the numbers that Word shows; bullets are hyphens."""
    body = (
        item("a", "1") + item("b", "1", "1") + item("c", "1", "1") + item("d", "1")
        + item("e", "1", "1") + paragraph("p") + item("f", "2") + item("g", "0")
        + item("odd", "99") + item("odder", "1", "x")
    )  # fmt: skip
    assert blocks(body, numbering=NUMBERING) == [
        ("list", 0, "", "3. a\n  3.i) b\n  3.ii) c\n4. d\n  4.i) e"),
        ("paragraph", 0, "", "p"),
        ("list", 0, "", "- f"),
        ("paragraph", 0, "", "g"),
        ("list", 0, "", "- odd\n5. odder"),
    ]


def test_notes_stand_where_they_are_referred_to():
    """After their paragraph, with a place that says what they are."""
    body = paragraph("Gold", inside='<w:r><w:footnoteReference w:id="2"/></w:r>') + paragraph(
        "Silver", inside='<w:r><w:commentReference w:id="0"/></w:r>'
    )
    footnotes = (
        f'<w:footnotes {W}><w:footnote w:id="0" w:type="separator">{paragraph("----")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Heavy.")}</w:footnote></w:footnotes>'
    )
    comments = (
        f'<w:comments {W}><w:comment w:id="0" w:author="Ada">{paragraph("Why?")}</w:comment>'
        "</w:comments>"
    )
    assert blocks(body, footnotes=footnotes, comments=comments) == [
        ("paragraph", 0, "", "Gold"),
        ("paragraph", 0, "footnote 2", "Heavy."),
        ("paragraph", 0, "", "Silver"),
        ("paragraph", 0, "comment by Ada", "Why?"),
    ]


def test_headers_once():
    """Text of headers and footers stands at the end; page numbers alone do not."""
    header = f"<w:hdr {W}>{paragraph('Secret', 'H1')}</w:hdr>"
    footer = f"<w:ftr {W}>{paragraph('7')}</w:ftr>"
    assert blocks(paragraph("Gold"), header=header, footer=footer) == [
        ("paragraph", 0, "", "Gold"),
        ("paragraph", 0, "header", "Secret"),
    ]


def test_text_boxes():
    """Once, although files have them twice for old programs; after their paragraph."""
    box = f"<w:txbxContent>{paragraph('Boxed')}{paragraph('More')}</w:txbxContent>"
    body = (
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"{run('Gold ')}<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run('coins')}</w:p>"
    )
    assert [text for *_, text in blocks(body)] == ["Gold coins", "Boxed", "More"]


def test_code():
    """Lines in a style for programs are one block and keep their indentation."""
    body = paragraph("if x:", "Code") + paragraph("    y()", "Code") + paragraph("p")
    assert blocks(body)[0] == ("code", 0, "", "if x:\n    y()")


def test_properties():
    """Title, author and dates; a title that a program made up gives way to the first heading."""
    core = properties(
        title="Report", creator="Ada", created="2024-03-01T10:00:00Z", modified="no date"
    )
    document = read("a.docx", docx(paragraph("One", "H1"), styles=STYLES, core=core))
    assert document.title == "Report"
    assert document.metadata == {"author": "Ada", "created": "2024-03-01T10:00:00Z"}
    made_up = docx(paragraph("One", "H1"), styles=STYLES, core=properties(title="Document1"))
    assert read("a.docx", made_up).title == "One"
    assert read("b/Plan.docx", docx(paragraph("x"))).title == "Plan"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (docx(""), "empty"),
        (docx("<w:p>"), "damaged"),
        (docx('<w:p/>&x;'), "damaged"),
        (docx("<w:p>" * 600 + "</w:p>" * 600), "too-large"),
        (zipped({"[Content_Types].xml": "", "word/x": ""}), "damaged"),
        (docx(paragraph("x"))[:-30], "damaged"),
    ],
    ids=name_of,
)  # fmt: skip
def test_refusals(data, code):
    """Each with its code."""
    with pytest.raises(FileError) as caught:
        read("a.docx", data)
    assert caught.value.code == code


def test_pictures_only():
    """Then there may be text in the pictures."""
    data = docx("<w:p/>")
    import io
    import zipfile

    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/media/image1.png", b"x")
    with pytest.raises(FileError) as caught:
        read("a.docx", out.getvalue())
    assert caught.value.code == "no-text"


def test_detected_by_content():
    """Whatever the name is; templates and files with macros are read the same way."""
    data = docx(paragraph("x"))
    for name in ("a.docx", "a.docm", "a.dotx", "a", "a.zip", "a.txt"):
        assert detect(name, data) == "docx"
