"""PDFium's characters as the items that pdf.js would give."""

import pytest

from app.errors import FileError
from app.formats.limits import Limits
from app.formats.pdf import from_contents
from app.host.pdfium import read_contents
from tests.fixtures.pdf_beside import ATTACHED, PLACES, TEXT, pdf_beside
from tests.fixtures.pdf_files import write_pdf


def test_pages_and_lines():
    """Text, headings by size, and the page of each."""
    data = write_pdf(
        [["Tides", "The moon raises two bulges of water."], ["Springs", "Salt water."]]
    )
    document = from_contents("tides.pdf", read_contents("tides.pdf", data))
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
    (page,) = read_contents("a.pdf", write_pdf([["Tides", "The moon."]])).pages
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
        read_contents("a.pdf", data)
    assert caught.value.code == code


def test_more_pages_than_are_read():
    """Are refused before one is looked at."""
    data = write_pdf([["one"], ["two"]])
    assert len(read_contents("a.pdf", data, Limits(pages=2)).pages) == 2
    with pytest.raises(FileError) as caught:
        read_contents("a.pdf", data, Limits(pages=1))
    assert caught.value.code == "too-large"


def test_what_stands_beside_the_pages():
    """Fields, comments, links, outline and attached files, as pdf.js gives them too."""
    contents = read_contents("mill.pdf", pdf_beside())
    document = from_contents("mill.pdf", contents)
    assert document.text == TEXT
    assert [(one.kind, one.page, one.place) for one in document.blocks] == PLACES
    assert [block.level for block in document.blocks if block.level] == [1, 2]
    assert [(file.name, file.data) for file in contents.files] == [("weights.csv", ATTACHED)]
