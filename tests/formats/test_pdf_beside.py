"""Outline, form fields, comments, links and attached files of PDFs."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats.limits import Limits
from app.formats.pdf import PdfContents, PdfPage, from_contents, opened
from app.formats.pdf_contents import PdfEntry, PdfFile, PdfNote


def page(*texts: str) -> PdfPage:
    """A page of paragraphs in one size of type."""
    count = len(texts)
    heights = [700.0 - 40 * number for number in range(count)]
    return PdfPage(
        list(texts), [72.0] * count, heights, [90.0] * count, [10.0] * count, [True] * count
    )


def read(*pages: PdfPage, **beside: object):
    """The document."""
    return from_contents("a.pdf", PdfContents(pages, {}, **beside))


def headings(document):
    """Page, level and text of each heading."""
    return [
        (block.page, block.level, document.text[block.start : block.end])
        for block in document.blocks
        if block.kind == "heading"
    ]


def test_an_outline_makes_headings_where_the_type_makes_none():
    """Of the paragraph that says the same, else of its own words, at the top of its page."""
    outline = [
        PdfEntry("Harvest", 1, 1),
        PdfEntry("Storage of rye", 2, 2),
        PdfEntry("Mills", 9, 2),
        PdfEntry("Nowhere", 1, 0),
        PdfEntry("Beyond", 1, 7),
        PdfEntry("Blank page", 1, 3),
        PdfEntry("Page 2", 1, 2),
        PdfEntry("scan0001.tif.pdf", 1, 1),
    ]
    pages = page("Wheat.", "1.2 HARVEST", "It is cut."), page("Rye."), page()
    found = read(*pages, outline=outline)
    assert headings(found) == [(1, 1, "1.2 HARVEST"), (2, 2, "Storage of rye"), (2, 6, "Mills")]
    assert found.text.split("\f")[1] == "Storage of rye\n\nMills\n\nRye."


def test_larger_type_is_believed_before_the_outline():
    """Headings that are seen stay the only ones."""
    large = PdfPage(
        ["Big", "small text that is longer"], [72, 72], [700, 600], [40, 90], [20, 10], [True] * 2
    )
    found = read(large, outline=[PdfEntry("Small text that is longer", 1, 1)])
    assert headings(found) == [(1, 1, "Big")]


def test_notes_stand_behind_the_text_of_their_page():
    """Links that the page says already, and those that several pages have, stand once or never."""
    notes = [
        PdfNote("link", "", "https://www.example.org/a/", 1),
        PdfNote("link", "", "https://example.org/b", 1),
        PdfNote("link", "", "https://example.org/b", 2),
        PdfNote("link", "", "file:///etc/passwd", 1),
        PdfNote("comment", "", "First\f line\r\n\n second\0", 1),
        PdfNote("field", "Name", "Ada", 1),
        PdfNote("field", "Name", "Ada", 1),
        PdfNote("field", "", "…", 1),
        PdfNote("comment", "Bo", "Lost", 9),
    ]
    found = read(page("See exam", "ple.org/a for more."), page("Rye."), notes=notes)
    first, second = found.text.split("\f")
    assert first.endswith("for more.\n\nName: Ada\n\nFirst\nline\nsecond\n\nhttps://example.org/b")
    assert second == "Rye."
    places = [(block.page, block.place) for block in found.blocks if block.place]
    assert places == [(1, "form"), (1, "comment"), (1, "links")]


def test_a_form_is_text_where_its_page_has_none():
    """A link alone is not."""
    assert read(page(), notes=[PdfNote("field", "Name", "Ada", 1)]).text == "Name: Ada"
    with pytest.raises(FileError) as caught:
        read(page(), notes=[PdfNote("link", "", "https://example.org", 1)])
    assert caught.value.code == "no-text"


def members(files, **limits):
    """What is attached: name, and the bytes or why there are none."""
    contents = PdfContents([page("Text.")], {}, files=files)
    found = opened("a.pdf", contents, Limits(**limits))
    return [(one.path, one.problem.code if one.problem else one.data) for one in found]


def test_attached_files_are_bounded():
    """Each in its bytes, all of them in theirs and in number; their names are made safe."""
    files = [PdfFile("../a.txt", b"gold"), PdfFile("a.txt", b"silver")]
    assert members(files) == [("a.txt", b"gold"), ("a (2).txt", b"silver")]
    assert members(files, file_bytes=5) == [("a.txt", b"gold"), ("a (2).txt", "too-large")]
    for limits in ({"members": 1}, {"expanded_bytes": 9}):
        with pytest.raises(FileError) as caught:
            members(files, **limits)
        assert caught.value.code == "too-large"
