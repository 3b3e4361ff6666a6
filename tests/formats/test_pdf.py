"""PDF pages to a document, from placed text items alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.model import Document
from app.errors import FileError
from app.formats.pdf import PdfPage, from_pages

Placed = tuple[str, float, float, float, float]
"""Text, x, y (upwards), width, font size."""


def page(items: Sequence[Placed], *, eol: bool = False, label: str = "") -> PdfPage:
    """A page of these items; with `eol` each of them ends its line, as pdf.js says it."""
    columns = list(zip(*items, strict=True)) or [()] * 5
    strings, x, y, width, size = (list(column) for column in columns)
    return PdfPage(strings, x, y, width, size, [eol] * len(strings), 792, label)


def lines(*texts: str, y: float = 700, size: float = 10, x: float = 72) -> list[Placed]:
    """Lines of single spacing from `y` downwards, half the font size a character."""
    return [
        (text, x, y - 1.2 * size * number, len(text) * size / 2, size)
        for number, text in enumerate(texts)
    ]


def read(*pages: PdfPage, **info: object) -> Document:
    """The document of these pages."""
    return from_pages("dir/paper.pdf", pages, info)


def parts(doc: Document) -> list[tuple[int | None, str, str]]:
    """Page, kind (with the level of headings) and text of each block."""
    return [
        (
            block.page,
            f"h{block.level}" if block.level else block.kind,
            doc.text[block.start : block.end],
        )
        for block in doc.blocks
    ]


def test_items_become_lines_and_lines_paragraphs():
    """Items on a baseline join, with a space only where there is a gap; more room parts."""
    doc = read(
        page(
            [
                ("Gold", 72, 700, 20, 10),
                ("en", 92, 700, 10, 10),
                ("sand", 106, 700, 20, 10),
                *lines("is washed in pans.", y=688),
                *lines("Then it is weighed.", y=660),
            ]
        )
    )
    assert parts(doc) == [
        (1, "paragraph", "Golden sand is washed in pans."),
        (1, "paragraph", "Then it is weighed."),
    ]


def test_line_ends_of_the_reader_count():
    """pdf.js marks line ends with items of their own, empty and without a size."""
    strings = ["One line", "", "and", " ", "another.", ""]
    doc = read(
        PdfPage(
            strings,
            [72, 112, 72, 87, 90, 130],
            [700, 700, 688, 688, 688, 688],
            [40, 0, 15, 3, 40, 0],
            [10, 0, 10, 10, 10, 0],
            [False, True, False, False, False, True],
        )
    )
    assert doc.text == "One line and another."


def test_raised_letters_stay_in_their_line():
    """Footnote marks and exponents do not break a line."""
    doc = read(
        page([("E = mc", 72, 700, 30, 10), ("2", 102, 704, 4, 6), (" holds.", 106, 700, 30, 10)])
    )
    assert doc.text == "E = mc2 holds."


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("This is an exam-", "ple of it.", "This is an example of it."),
        ("A well-known and well-", "known thing.", "A well-known and well-known thing."),
        ("From 1990-", "1995 it grew.", "From 1990- 1995 it grew."),
        ("The Anglo-", "Saxon words.", "The Anglo- Saxon words."),
        ("A soft\u00ad", "ened hyphen\u00adation.", "A softened hyphenation."),
        ("深圳是中国的", "城市。", "深圳是中国的城市。"),
        ("The ﬁne ﬂow of", "oﬃces.", "The fine flow of offices."),
    ],
)
def test_words_parted_at_a_line_end(first, second, joined):
    """Hyphens of the typesetter go, those of the language stay."""
    assert read(page(lines(first, second))).text == joined


def body(number: int) -> list[Placed]:
    """Some lines of body text that differ from page to page."""
    return lines(
        *(f"Day {number * number} has text in line {n} that is long enough." for n in "abcdefgh"),
        y=650,
    )


def test_larger_type_makes_headings_in_levels():
    """Sizes above that of the body are levels, the largest first; chunks get the page."""
    doc = read(
        page(
            [
                *lines("A History of Gold", size=20, y=740),
                *lines("1 Introduction", size=14, y=690),
                *body(1),
                *lines("1.1 Rivers", size=12, y=530),
                *lines("Rivers carry gold.", y=510),
            ]
        ),
        page([*lines("2 Results", size=14, y=690), *body(2)]),
    )
    heads = [part for part in parts(doc) if part[1] != "paragraph"]
    assert heads == [
        (1, "h1", "A History of Gold"),
        (1, "h2", "1 Introduction"),
        (1, "h3", "1.1 Rivers"),
        (2, "h2", "2 Results"),
    ]
    assert doc.title == "A History of Gold"
    assert doc.text.count("\f") == 1


def test_headers_and_footers_are_kept_once():
    """What returns at the same height on most pages stands in the text once, page numbers never."""
    pages = [
        page(
            [
                *lines("Journal of Gold, vol. 3", y=770),
                *body(number),
                *lines(f"Page {number} of 5", y=30),
                *lines("Published by Nobody", y=20),
            ]
        )
        for number in range(1, 6)
    ]
    doc = read(*pages)
    assert doc.text.count("Journal of Gold") == 1
    assert doc.text.count("Published by Nobody") == 1
    assert "of 5" not in doc.text
    assert all(f"Day {number * number} has text" in doc.text for number in range(1, 6))
    assert doc.text.count("that is long enough") == 40


def test_headers_with_numbers_of_their_own_stay_but_make_no_headings():
    """ "§ 12" and "§ 14" above the pages can be found, but do not cut the text into sections."""
    pages = [page([*lines(f"§ 1308.{n * n} Rules", y=770, size=14), *body(n)]) for n in range(1, 6)]
    doc = read(*pages)
    assert doc.text.count("Rules") == 5
    assert {kind for _, kind, _ in parts(doc)} == {"paragraph"}


def test_repeated_body_text_is_no_header():
    """A refrain in the middle of pages stays."""
    refrain = "Gold, gold, gold."
    pages = []
    for n in range(1, 7):
        top, bottom = lines(f"Top {'x' * n}", *"abc", y=770), lines(*"def", y=100)
        pages.append(page([*top, *lines(refrain, y=500), *bottom]))
    assert read(*pages).text.count(refrain) == 6


def test_pages_are_parted_by_form_feeds_and_empty_ones_count():
    """The number of form feeds before a block is its page."""
    doc = read(page([]), page(lines("Two.")), page([]), page([]), page(lines("Five.")))
    assert doc.text == "\fTwo.\f\f\fFive."
    assert [block.page for block in doc.blocks] == [2, 5]
    assert all(block.page == 1 + doc.text.count("\f", 0, block.start) for block in doc.blocks)


def test_columns_keep_the_order_of_the_content():
    """A jump up begins a new paragraph, unless a sentence goes on."""
    left = lines("The left column has text that", "goes on in the", y=700)
    doc = read(page([*left, *lines("right column. The end.", y=700, x=320)]))
    assert doc.text == "The left column has text that goes on in the right column. The end."
    doc = read(page([*lines("Left ends.", y=600), *lines("Right begins.", y=700, x=320)]))
    assert len(doc.blocks) == 2


def test_lists_and_indented_paragraphs():
    """Bullets and numbers begin items; an indented first line begins a paragraph."""
    doc = read(
        page(
            [
                *lines("Take along the following.", "• a pan", "• a sieve of fine", y=700),
                *lines("wire", y=664, x=82),
                *lines("1. patience", y=652),
            ]
        )
    )
    assert [text for _, _, text in parts(doc)] == [
        "Take along the following.",
        "• a pan",
        "• a sieve of fine wire",
        "1. patience",
    ]
    assert [kind for _, kind, _ in parts(doc)] == ["paragraph", "list", "list", "list"]
    doc = read(
        page(
            [
                *lines("First paragraph has a line", "and another one here.", y=700),
                *lines("Second one is indented", y=676, x=90),
                *lines("in its first line only.", y=664),
            ]
        )
    )
    assert len(doc.blocks) == 2


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ({"Title": "On Gold"}, "On Gold"),
        ({"Title": "Microsoft Word - draft3.doc"}, "paper"),
        ({"Title": "untitled"}, "paper"),
        ({"Title": "  "}, "paper"),
        ({"Title": 12}, "paper"),
        ({"Title": "a\u202eb\0c"}, "abc"),
        ({}, "paper"),
    ],
)
def test_titles(info, title):
    """The title that the file gives itself, unless a program made it up; else the file's name."""
    assert read(page(lines("text")), **info).title == title


def test_metadata():
    """Author, date, number of pages, and labels where they differ from the numbers."""
    doc = read(
        page(lines("a"), label="i"),
        page(lines("b"), label="1"),
        Author="A. Jones ",
        CreationDate="D:20240501120000+02'00'",
        Keywords="gold, pan",
        Producer="x",
    )
    assert doc.metadata == {
        "pages": "2",
        "author": "A. Jones",
        "date": "2024-05-01",
        "keywords": "gold, pan",
        "page_labels": "i\t1",
    }
    assert "page_labels" not in read(page(lines("a"), label="1")).metadata


@pytest.mark.parametrize("pages", [[], [page([])], [page(lines(" ", "\0\x01", "•", "\uf0b7"))] * 3])
def test_no_text_is_a_coded_refusal(pages):
    """Scans, and files with signs only, say what they lack."""
    with pytest.raises(FileError) as caught:
        from_pages("scan.pdf", pages, {})
    assert caught.value.code == "no-text"
    assert "recognition" in caught.value.hint


NUMBERS = st.floats(-1e4, 1e4) | st.sampled_from([0.0, float("nan"), float("inf"), -0.0, 1e300])
ITEMS = st.tuples(st.text(max_size=8), NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans())


@given(st.lists(st.lists(ITEMS, max_size=12), max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_items_make_a_document_or_a_refusal(pages):
    """Broken files give absurd numbers; blocks still are in order with their pages."""
    built = [
        PdfPage(*([item[n] for item in items] for n in range(6)), page_height=792)
        for items in pages
    ]
    try:
        doc = from_pages("a.pdf", built, {})
    except FileError:
        return
    position = 0
    for block in doc.blocks:
        assert not doc.text[position : block.start].strip()
        assert doc.text[block.start : block.end].strip()
        assert block.page == 1 + doc.text.count("\f", 0, block.start)
        position = block.end
    assert doc.text.count("\f") == len(pages) - 1


@pytest.mark.lengthy
def test_time_grows_with_the_pages():
    """A thousand pages, and one page of fifty thousand words, take a moment each."""
    started = time.process_time()
    read(*(page(body(number)) for number in range(1000)))
    read(page([(f"word{n} ", 72 + n % 50, 700, 9, 10) for n in range(50_000)]))
    read(page(lines(*(f"line {n} and so on" for n in range(50_000)))))
    assert time.process_time() - started < 15
