r"""RTF: text in code pages and \u escapes, structure, what is no text of the document."""

from __future__ import annotations

import time

import pytest

from app.errors import FileError
from app.formats import detect, read
from app.formats.limits import Limits


def rtf(body: str | bytes, head: str = r"\ansi\ansicpg1252") -> bytes:
    """A file with this body."""
    inner = body if isinstance(body, bytes) else body.encode("ascii")
    return b"{\\rtf1" + head.encode() + b" " + inner + b"}"


def text(body: str | bytes, head: str = r"\ansi\ansicpg1252") -> str:
    """Its text."""
    return read("a.rtf", rtf(body, head)).text


def blocks(body: str) -> list[tuple[object, ...]]:
    """(kind, level, place, text) of each block."""
    document = read("a.rtf", rtf(body))
    return [
        (block.kind, block.level, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]


FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Mincho;}}"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (r"caf\'e9", "café"),
        (r"\u233?\u8364?x", "é€x"),
        (r"\uc0\u233 x", "éx"),
        (r"\uc2\u233\'8f\'e9x", "éx"),
        (r"\uc1\u233\'e9{\uc0\u233}\u233?x", "éééx"),
        (r"\u-10179?\u-8704?!", "\U0001f600!"),
        (r"\u-10179?!", "�!"),
        (r"\u-3913?x", "x"),
        (FONTS + r"\f1\'cf\'f0\'e8 \f2\'93\'fa\'96\'7b\f0\'e9", "При日本é".replace("При", "При ")),
        (r"a\tab b\line c\emdash d\~e\_f\-g", "a\tb\nc—d\u00a0e-fg"),
        (r"\{a\\b\}", "{a\\b}"),
        ("one\r\n two", "one two"),
        (r"\v hidden\v0 seen{\deleted gone}", "seen"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (r"{\pict\pngblip 00ff}{\*\unknown x}{\object{\*\objdata 00}{\result shown}}", "shown"),
        (r"\bin5 \'}}{x", "x"),
        ("caf\u00e9".encode("cp1252"), "café"),
    ],
)
def test_text(body, shown):
    """Escapes, code pages of fonts, and groups that are no text."""
    assert text(body) == shown


def test_code_pages():
    """Of the whole file."""
    assert text(r"\'cf\'f0\'e8", r"\ansi\ansicpg1251") == "При"
    assert text(r"\'93\'fa\'96\{", r"\ansi\ansicpg932") == "日本"
    assert text(r"\'8e", r"\mac") == "é"
    assert text("é".encode(), r"\ansi\ansicpg65001") == "é"
    assert text(r"\'e9", r"\ansi\ansicpg99999") == "é"


def test_headings():
    """By the names of styles, by outline levels of styles or paragraphs; reset by pard."""
    sheet = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2\outlinelevel2 Mine;}{\*\cs5 Char;}}"
    body = sheet + r"\pard\s1 One\par\pard Text\par\pard\s2 Three\par\pard\outlinelevel1 Two\par"
    assert blocks(body) == [
        ("heading", 1, "", "One"),
        ("paragraph", 0, "", "Text"),
        ("heading", 3, "", "Three"),
        ("heading", 2, "", "Two"),
    ]


def test_lists_and_tables():
    """Items with what is shown before them; rows are lines."""
    body = (
        r"\pard{\listtext\tab 1.\tab}one\par{\listtext\'b7\tab}two\par"
        r"\pard\trowd\cellx1\cellx2\intbl a\par b\cell c\cell\row"
        r"\trowd\intbl d\cell e\cell\row\pard after\par"
        r"\trowd\intbl only\cell\row\pard\intbl never ended\cell"
    )
    assert blocks(body) == [
        ("list", 0, "", "1. one\n- two"),
        ("table", 0, "", "a b\tc\nd\te"),
        ("paragraph", 0, "", "after"),
        ("paragraph", 0, "", "only"),
        ("paragraph", 0, "", "never ended"),
    ]


def test_asides():
    """Notes, comments and text boxes after their paragraph, headers once at the end."""
    body = (
        r"{\header Secret\par}{\headerf Secret\par}{\footer 7\par}"
        r"Gold{\footnote Heavy.}{\*\atnid x}{\*\atnauthor Ada}{\*\annotation Why?}"
        r"{\shp{\*\shpinst\shpleft1{\sp{\sn n}{\sv v}}{\shptxt Boxed\par}}{\shprslt Boxed}}"
        r" coins\par End\par"
    )
    assert blocks(body) == [
        ("paragraph", 0, "", "Gold coins"),
        ("paragraph", 0, "footnote", "Heavy."),
        ("paragraph", 0, "comment by Ada", "Why?"),
        ("paragraph", 0, "", "Boxed"),
        ("paragraph", 0, "", "End"),
        ("paragraph", 0, "header", "Secret"),
    ]


def test_blank_lines_part_paragraphs():
    """Some programs know no others."""
    assert [shown for *_, shown in blocks(r"a\line b\line\line  c\par")] == ["a\nb", "c"]


def test_information():
    """Title, author and times; they are no text."""
    info = (
        r"{\info{\title A \'e9}{\author Ada}{\subject s}{\creatim\yr2024\mo3\dy1\hr10\min5}"
        r"{\revtim\yr2024}}"
    )
    document = read("a.rtf", rtf(info + "x"))
    assert document.title == "A é"
    assert document.metadata == {
        "author": "Ada", "description": "s", "created": "2024-03-01T10:05:00", "modified": "2024",
    }  # fmt: skip
    assert document.text == "x"
    assert detect("a.txt", rtf("x")) == detect("a.doc", rtf("x")) == "rtf"


def test_limits():
    """Depth is limited, and so is the text."""
    with pytest.raises(FileError) as caught:
        read("a.rtf", b"{\\rtf1" + b"{" * 1000)
    assert caught.value.code == "too-large"
    with pytest.raises(FileError) as caught:
        read("a.rtf", rtf("x" * 1000), Limits(characters=100))
    assert caught.value.code == "too-large"


@pytest.mark.lengthy
def test_time_grows_with_the_length(slowness):
    """Whatever is there hundreds of thousands of times."""
    began = time.monotonic()
    for piece in (b"{}", b"\\par x", b"\\u8364?", b"{\\footnote x}", b"\\cell", b"\\'e9", b"}"):
        data = b"{\\rtf1 Gold " + piece * (400_000 // len(piece))
        assert read("a.rtf", data).text.startswith("Gold")
    assert time.monotonic() - began < 10 * slowness


def test_cut_off():
    """What is cut off is read as far as it goes."""
    whole = rtf(r"{\info{\title T}}" + FONTS + r"\trowd a\cell b\cell\row {\footnote x}\u233?\'e9")
    for cut in range(6, len(whole)):
        try:
            read("a.rtf", whole[:cut])
        except FileError as error:
            assert error.code == "empty"
