"""PDFium's characters as the items that pdf.js would give."""

import pytest

from app.errors import FileError
from app.formats.limits import Limits
from app.formats.pdf import from_pages
from app.host.pdfium import read_pages
from tests.fixtures.pdf_files import write_pdf


def test_pages_and_lines():
    """Text, headings by size, and the page of each."""
    data = write_pdf(
        [["Tides", "The moon raises two bulges of water."], ["Springs", "Salt water."]]
    )
    pages, info = read_pages("tides.pdf", data)
    document = from_pages("tides.pdf", pages, info)
    assert document.title == "Tides"
    first, second = document.text.split("\f")
    assert first == "Tides\n\nThe moon raises two bulges of water."
    assert second == "Springs\n\nSalt water."
    assert [(block.kind, block.page) for block in document.blocks] == [
        ("heading", 1),
        ("paragraph", 1),
        ("heading", 2),
        ("paragraph", 2),
    ]


def test_sizes_and_baselines():
    """Points from the bottom of the page, as in the file."""
    (page,), _ = read_pages("a.pdf", write_pdf([["Tides", "The moon."]]))
    assert [round(size) for size in page.size] == [18, 11]
    assert [round(y) for y in page.y] == [780, 738]
    assert {round(x) for x in page.x} == {60}
    assert round(page.page_height) == 842


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.4 nothing else", "damaged"),
        (write_pdf([["Tides"]])[:300], "damaged"),
        (write_pdf([["Tides"]], encrypt=True), "encrypted"),
    ],
)
def test_refused(data, code):
    """What cannot be opened has a code."""
    with pytest.raises(FileError) as caught:
        read_pages("a.pdf", data)
    assert caught.value.code == code


def test_more_pages_than_are_read():
    """Are refused before one is looked at."""
    data = write_pdf([["one"], ["two"]])
    assert len(read_pages("a.pdf", data, Limits(pages=2))[0]) == 2
    with pytest.raises(FileError) as caught:
        read_pages("a.pdf", data, Limits(pages=1))
    assert caught.value.code == "too-large"
