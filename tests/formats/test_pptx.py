"""PPTX: slides as pages in their order."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats import detect, read
from app.formats.limits import Limits
from tests.fixtures.office import pptx, properties, shape


def blocks(data: bytes) -> list[tuple[object, ...]]:
    """(kind, page, place, text) of each block."""
    document = read("a.pptx", data)
    assert document.text.count("\f") == int(document.metadata["pages"]) - 1
    for block in document.blocks:
        assert document.text.count("\f", 0, block.start) == block.page - 1
    return [
        (block.kind, block.page, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ]


def test_slides_in_their_order():
    """The title first, wherever it is drawn; slides by the list of the presentation."""
    data = pptx(
        shape("Below") + shape("Gold", role="ctrTitle"),
        "",
        shape("one", "two", role="body") + shape("3", role="sldNum") + shape("x", role="dt"),
        notes="Speak slowly.",
    )
    assert blocks(data) == [
        ("heading", 1, "", "Gold"),
        ("paragraph", 1, "", "Below"),
        ("paragraph", 1, "notes", "Speak slowly."),
        ("list", 3, "", "- one\n- two"),
    ]
    assert read("a.pptx", data).title == "Gold"


def test_tables_and_depth():
    """Rows are lines; items keep their depth; breaks are line ends."""
    cells = "".join(f"<a:tc><a:txBody>{p}</a:txBody></a:tc>" for p in (
        "<a:p><a:r><a:t>a</a:t></a:r></a:p><a:p><a:r><a:t>b</a:t></a:r></a:p>",
        "<a:p/>", "<a:p><a:r><a:t>c</a:t></a:r></a:p>",
    ))  # fmt: skip
    table = (
        f"<p:graphicFrame><a:tbl><a:tr>{cells}</a:tr><a:tr>{cells}</a:tr></a:tbl></p:graphicFrame>"
    )
    deep = (
        "<p:sp><p:txBody><a:p><a:r><a:t>one</a:t></a:r></a:p>"
        '<a:p><a:pPr lvl="1"/><a:r><a:t>t</a:t></a:r><a:br/><a:r><a:t>wo</a:t></a:r></a:p>'
        "</p:txBody></p:sp>"
    )
    assert blocks(pptx(table + deep)) == [
        ("table", 1, "", "a b\t\tc\na b\t\tc"),
        ("list", 1, "", "- one\n  - t wo"),
    ]


def test_hidden_slides_are_named():
    """They are read, and say that they are hidden."""
    data = pptx(shape("seen"), shape("unseen"), hidden=2)
    assert blocks(data)[1] == ("paragraph", 2, "hidden slide", "unseen")
    assert read("a.pptx", data).metadata["hidden_slides"] == "2"


def test_footers_once():
    """A footer is on every slide, and once in the text."""
    footer = shape("Secret", role="ftr")
    assert [text for *_, text in blocks(pptx(footer, footer))] == ["Secret"]


def test_pictures_by_their_descriptions():
    """Words that someone wrote about a picture count, names of files do not."""

    def picture(words: str) -> str:
        return f'<p:pic><p:nvPicPr><p:cNvPr id="1" name="p" descr="{words}"/></p:nvPicPr></p:pic>'

    assert [text for *_, text in blocks(pptx(picture("A red fox") + picture("fox.png")))] == [
        "A red fox"
    ]


def test_properties_and_refusals():
    """Title and author; nothing in it, too many slides."""
    data = pptx(shape("x"), core=properties(title="Gold", creator="Ada"))
    document = read("a.pptx", data)
    assert (document.title, document.metadata["author"]) == ("Gold", "Ada")
    for data, limits, code in (
        (pptx(""), Limits(), "empty"),
        (pptx(*["x"] * 5), Limits(pages=4), "too-large"),
        (pptx("<p:sp>"), Limits(), "damaged"),
    ):
        with pytest.raises(FileError) as caught:
            read("a.pptx", data, limits)
        assert caught.value.code == code


def test_detected():
    """Shows, templates and files with macros are read the same way."""
    data = pptx(shape("x"))
    assert {detect(name, data) for name in ("a.pptx", "a.ppsx", "a.potm", "a")} == {"pptx"}
