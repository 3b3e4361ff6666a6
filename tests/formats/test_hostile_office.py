"""Office files that are made to fill memory, to hang, or to reach outside: refused in time."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from app.core.model import Document
from app.errors import FILE_CODES, FileError
from app.formats import read
from app.formats.limits import MB, Limits
from tests.fixtures.compound import compound
from tests.fixtures.office import (
    CHAPTER,
    W,
    docx,
    epub,
    flat_odf,
    odf,
    package,
    paragraph,
    pptx,
    relations,
    row,
    shape,
    table,
    xlsx,
    zipped,
)
from tests.fixtures.workbooks import xls

SHEET = "<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>"  # noqa: E501

WHOLE: dict[str, bytes] = {
    "docx": docx(paragraph("Gold") * 20 + table(("a", "b"), ("c", "d"))),
    "xlsx": xlsx({"S": row(1, "Name", "Age") + row(2, "Ada", 36)}),
    "pptx": pptx(shape("Gold", role="title") + shape("x"), shape("y"), notes="n"),
    "odt": odf("text", "<text:h>Gold</text:h><text:p>Heavy.</text:p>"),
    "ods": odf("spreadsheet", SHEET),
    "odp": odf(
        "presentation", "<draw:page><draw:frame><text:p>x</text:p></draw:frame></draw:page>"
    ),
    "fodt": flat_odf("text", "<text:p>Heavy.</text:p>"),
    "epub": epub(CHAPTER),
    "rtf": rb"{\rtf1\ansi{\info{\title T}}\pard Gold\par\trowd a\cell b\cell\row{\footnote n}}",
    "xls": xls(("S", [(0, 0, "Gold", 0), (1, 1, 2.5, 0)])),
}
EXTENSIONS = [
    *WHOLE, "docm", "dotx", "xlsm", "xltx", "potx", "ppsx", "ott", "ots", "otp", "fods", "fodp",
    "doc", "dot", "ppt", "pps", "xlt", "xlsb", "wps", "et", "dps",
]  # fmt: skip


def outcome(path: str, data: bytes, limits: Limits | None = None) -> str:
    """ "read", or the code of the refusal."""
    try:
        document = read(path, data, limits or Limits())
    except FileError as error:
        assert error.code in FILE_CODES
        assert error.message
        assert error.hint
        return error.code
    check(document)
    return "read"


def check(document: Document) -> None:
    """Blocks in order, not overlapping, each with its place."""
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip()
        position = block.end


def bounded(function: Callable[[], str], seconds: float = 10, megabytes: int = 100) -> str:
    """What a function gives, if it takes no more time and memory than that."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        result = function()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < seconds
    assert peak < megabytes * MB
    return result


def test_the_whole_files_are_read():
    """What is cut and turned below is read as it is."""
    assert {ext: outcome(f"a.{ext}", data) for ext, data in WHOLE.items()} == dict.fromkeys(
        WHOLE, "read"
    )


@pytest.mark.parametrize("ext", WHOLE)
def test_cut_off(ext):
    """At every hundredth of the length: refused, but for RTF, which is read as far as it goes."""
    data = WHOLE[ext]
    for percent in range(100):
        result = outcome(f"a.{ext}", data[: len(data) * percent // 100])
        if percent:
            assert result in ({"damaged", "unsupported"} if ext != "rtf" else {"read", "empty"})


@pytest.mark.parametrize("ext", WHOLE)
def test_bytes_of_chance_inside(ext):
    """Some bytes of a file changed, anywhere: read or refused."""
    chance = random.Random(ext)
    data = WHOLE[ext]
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        outcome(f"a.{ext}", bytes(changed))


@pytest.mark.parametrize("ext", EXTENSIONS)
def test_bytes_of_chance_under_each_name(ext):
    """With and without the beginning that the name promises."""
    chance = random.Random(ext)
    starts = (
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf1",
        b"\x09\x08\x10\x00",
    )
    for start in starts:
        for size in (100, 5000):
            result = outcome(f"a.{ext}", start + chance.randbytes(size))
            assert start == b"{\\rtf1" or result != "read"


ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MAIN = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
    "epub": "META-INF/container.xml",
}


def with_main(ext: str, data: str | bytes) -> bytes:
    """A file with this main part."""
    if ext in {"odt", "epub"}:
        kind = "epub+zip" if ext == "epub" else "vnd.oasis.opendocument.text"
        return zipped({"mimetype": f"application/{kind}", MAIN[ext]: data})
    return package(MAIN[ext], {MAIN[ext]: data})


@pytest.mark.parametrize("ext", MAIN)
def test_entities(ext):
    """Whatever a part declares is refused before it is used."""
    for declared in (ENTITIES, EXTERNAL):
        assert outcome(f"a.{ext}", with_main(ext, f"{declared}<x>&a;</x>")) == "damaged"


@pytest.mark.lengthy
@pytest.mark.parametrize("ext", MAIN)
def test_bombs(ext):
    """A part of a gigabyte in a megabyte is given up within its first megabytes."""
    bomb = with_main(ext, b"<x>" + b" " * (300 * MB))
    assert len(bomb) < MB
    assert bounded(lambda: outcome(f"a.{ext}", bomb), megabytes=20) == "too-large"
    deep = with_main(ext, "<x>" * 100_000)
    assert bounded(lambda: outcome(f"a.{ext}", deep)) == "too-large"
    attributes = " ".join(f"a{n}='x'" for n in range(100_000))
    wide = with_main(ext, f"<x {attributes}/>")
    assert bounded(lambda: outcome(f"a.{ext}", wide)) in {"empty", "damaged", "unsupported"}


def test_nothing_outside_is_reached():
    """Names that climb lead nowhere."""
    climbing = {"x": ("footnotes", "../../../../etc/passwd"), "y": ("styles", "file:///etc/passwd")}
    files = {
        "word/document.xml": docx_body("Gold"),
        "word/_rels/document.xml.rels": relations(climbing),
        "../../evil.xml": "<x/>",
        "/etc/passwd": "<x/>",
    }
    assert read("a.docx", package("word/document.xml", files)).text == "Gold"


def docx_body(text: str) -> str:
    """The main part of a DOCX."""
    return f"<w:document {W}><w:body>{paragraph(text)}</w:body></w:document>"


@pytest.mark.lengthy
def test_claims():
    """What a file says that it has is not allocated; what it names again and again is read once."""
    strings = "<si><t>x</t></si>"
    sheet = '<dimension ref="A1:XFD1048576"/>' + row(1, "a", "b")
    book = xlsx({"S": sheet}, strings=strings)
    assert bounded(lambda: outcome("a.xlsx", book)) == "read"
    many = [f'<p:sldId id="{n}" r:id="s1"/>' for n in range(100_000)]
    assert bounded(lambda: outcome("a.pptx", pptx(shape("x"), more="".join(many)))) == "read"
    sheets = "".join(f'<sheet name="S{n}" r:id="s1"/>' for n in range(100_000))
    data = xlsx({"S": row(1, "x")}, more=sheets)
    assert bounded(lambda: outcome("a.xlsx", data)) == "read"
    pages = odf("presentation", "<draw:page/>" * 100_000)
    assert bounded(lambda: outcome("a.odp", pages)) == "too-large"
    rows = odf("spreadsheet", SHEET.replace("<table:table-row>", (
        '<table:table-row table:number-rows-repeated="1048576">')))  # fmt: skip
    assert bounded(lambda: outcome("a.ods", rows)) == "read"


@pytest.mark.lengthy
def test_gigantic_tables():
    """More cells than are read: refused on the way."""
    rows = "".join(row(n, *range(20)) for n in range(1, 3000))
    assert bounded(lambda: outcome("a.xlsx", xlsx({"S": rows}), Limits(cells=9999))) == "too-large"
    wide = table(tuple("x" * 20_000))
    assert bounded(lambda: outcome("a.docx", docx(wide)), 20) == "read"


NAMES = {
    "docx": "p r t tbl tr tc pPr rPr pStyle numPr numId ilvl outlineLvl del ins br tab sym"
    " footnoteReference txbxContent trPr hyperlink footnote style name basedOn",
    "odt": "text:p text:h text:s text:list text:list-item text:note office:annotation dc:creator"
    " draw:page draw:frame draw:text-box svg:desc presentation:notes table:table table:table-row"
    " table:table-cell table:covered-table-cell text:tracked-changes style:style",
    "pptx": "a:p a:t a:pPr a:br a:tr a:tc a:buChar p:sp p:ph p:pic p:cNvPr p:text p:graphicFrame",
    "xlsx": "row c v t is f rPh r",
}
VALUES = ("", "1", "-1", "9", "x", "A1", "ZZZ9999999", "s", "d", "title", "99999999999")


def elements(chance: random.Random, ext: str, depth: int = 0) -> str:
    """Well-formed XML that means nothing."""
    out = ""
    for _ in range(chance.randint(0, 4)):
        name = chance.choice(NAMES[ext].split())
        keys = {
            "docx": ("w:val", "w:id", "w:type"), "pptx": ("type", "lvl", "descr"),
            "odt": ("table:number-columns-repeated", "table:number-rows-repeated", "text:c",
                    "text:outline-level", "office:value-type"), "xlsx": ("r", "t", "s"),
        }[ext]  # fmt: skip
        shown = "".join(f' {key}="{chance.choice(VALUES)}"' for key in keys)
        tag = f"w:{name}" if ext == "docx" else name
        inner = elements(chance, ext, depth + 1) if depth < 6 else ""
        out += f"<{tag}{shown}>{chance.choice(VALUES)}{inner}</{tag}>"
    return out


@pytest.mark.lengthy
@pytest.mark.parametrize("ext", NAMES)
def test_elements_by_chance(ext):
    """Any element inside of any other, with any value: read, or refused as empty or too large."""
    chance = random.Random(ext)
    for _ in range(40):
        body, other = elements(chance, ext), elements(chance, ext)
        if ext == "docx":
            data = [docx(body, styles=f"<w:styles {W}>{other}</w:styles>")]
        elif ext == "odt":
            data = [
                odf(kind, body, styles=other) for kind in ("text", "spreadsheet", "presentation")
            ]
        else:
            data = [pptx(body, other) if ext == "pptx" else xlsx({"S": body}, strings=other)]
        for one in data:
            assert outcome(f"a.{ext}", one) in {"read", "empty", "too-large"}


def test_loops_in_compound_files():
    """Sectors and entries that lead in circles end."""
    data = bytearray(compound({"Workbook": b"", "Other": b"x" * 9000}))
    for place in range(512, len(data) - 4, 4):
        if bytes(data[place : place + 4]) in {b"\xfe\xff\xff\xff", b"\xff\xff\xff\xff"}:
            changed = bytearray(data)
            changed[place : place + 4] = bytes(4)
            assert outcome("a.xls", bytes(changed)) != "read"
