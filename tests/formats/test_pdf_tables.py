"""Tables on pages of PDFs become rows of cells; prose in columns, lists and formulas do not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.formats.pdf import PdfPage, from_contents, from_pages
from app.formats.pdf_contents import PdfContents, PdfEntry
from app.host.pdfium import read_contents
from tests.fixtures.pdf_files import METALS, draw_pdf, table_content
from tests.formats.test_pdf import Placed, lines, page, parts, read

TEXT = "Gold\t19.3\t1,064.2\nSilver\t10.5\t961.8\nTin\t7.3\t231.9"


def cells(
    rows: Sequence[Sequence[str]], *, y: float = 600, step: float = 16, right: bool = True
) -> list[Placed]:
    """Rows drawn one after the other; columns but the first stand at their right edges."""
    placed: list[Placed] = []
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            wide = 5.0 * len(text)
            x = 72 + 140 * column + (100 - wide if right and column else 0)
            if text:
                placed.append((text, x, y - step * number, wide, 10))
    return placed


def test_rows_are_lines_of_cells():
    """With tabs between them; the first row names the columns; prose around it is as ever."""
    before, after = lines("What metals weigh.", y=640), lines("So much of metals.", y=500)
    doc = read(page([*before, *cells(METALS), *after]))
    assert parts(doc) == [
        (1, "paragraph", "What metals weigh."),
        (1, "h6", "Metal\tDensity\tMelts at"),
        (1, "table", TEXT),
        (1, "paragraph", "So much of metals."),
    ]
    assert doc.title == "paper"


def column_of(x: float, width: float) -> int:
    """The column of `cells` that an item stands in."""
    return int((x + width - 72) // 140)


def test_items_as_pdf_js_gives_them():
    """Gaps are items of their own, and line ends are known."""
    strings, numbers, eol = [], [], []
    for text, x, y, width, size in cells(METALS):
        if strings and numbers[-1][1] == y:
            last_x, _, last_width, _ = numbers[-1]
            strings.append(" ")
            numbers.append((last_x + last_width, y, x - last_x - last_width, 0))
            eol.append(False)
        strings.append(text)
        numbers.append((x, y, width, size))
        eol.append(column_of(x, width) == 2)
    x, y, width, size = (list(column) for column in zip(*numbers, strict=True))
    doc = from_pages("a.pdf", [PdfPage(strings, x, y, width, size, eol, 792)], {})
    assert doc.text == f"Metal\tDensity\tMelts at\n\n{TEXT}"


@pytest.mark.parametrize("ruled", [True, False])
def test_a_drawn_table(ruled):
    """PDFium's characters give the same, with and without rules."""
    document = from_contents(
        "a.pdf", read_contents("a.pdf", draw_pdf(table_content(METALS, ruled)))
    )
    assert document.text == f"Metal\tDensity\tMelts at\n\n{TEXT}"


def test_cells_that_are_empty_keep_their_place():
    """Columns stay columns."""
    rows = [["Metal", "Density", "Melts at"], ["Gold", "", "1,064.2"], ["Tin", "7.3"], *METALS[1:]]
    assert read(page(cells(rows))).text.split("\n")[2:4] == ["Gold\t\t1,064.2", "Tin\t7.3"]


WRAPPED = "Metal\tUse\tDensity\n\nGold\tcoins, and contacts that must not rust\t19.3\n"
WRAPPED += "Silver\tspoons\t10.5\nTin\tcans; solder of pipes, and of wires\t7.3"


def wrapped(*, by_cells: bool) -> list[Placed]:
    """A table with cells of several lines, drawn line by line or cell by cell."""
    rows = [
        [["Metal"], ["Use"], ["Density"]],
        [["Gold"], ["coins, and contacts", "that must not rust"], ["19.3"]],
        [["Silver"], ["spoons"], ["10.5"]],
        [["Tin"], ["cans; solder of", "pipes, and of", "wires"], ["7.3"]],
    ]
    placed: list[tuple[tuple[float, ...], Placed]] = []
    y = 600.0
    for number, row in enumerate(rows):
        for column, texts in enumerate(row):
            for line, text in enumerate(texts):
                at = (text, 72.0 + 150 * column, y - 12 * line, 5.0 * len(text), 10.0)
                order = (number, column, line) if by_cells else (number, line, column)
                placed.append((order, at))
        y -= 12 * max(map(len, row)) + 8
    return [at for _, at in sorted(placed)]


@pytest.mark.parametrize("by_cells", [True, False])
def test_cells_of_several_lines(by_cells):
    """Are one cell of one row, in whichever order they are drawn."""
    assert read(page(wrapped(by_cells=by_cells))).text == WRAPPED


PROSE = [
    "The river carries gold from",
    "the hills down to the plain,",
    "where it lies in the gravel",
    "until somebody looks for it",
    "with a pan and with patience,",
    "as people have always done.",
]


@pytest.mark.parametrize("by_lines", [True, False])
@pytest.mark.parametrize("columns", [2, 3])
def test_prose_in_columns_is_no_table(by_lines, columns):
    """In whichever order it is drawn."""
    placed = [
        (number, column, (text, 50.0 + 175 * column, 700 - 12 * number, 5.0 * len(text), 10.0))
        for column in range(columns)
        for number, text in enumerate(PROSE[column:] + PROSE[:column])
    ]
    placed.sort(key=lambda one: (one[0], one[1]) if by_lines else (one[1], one[0]))
    doc = read(page([at for *_, at in placed]))
    assert "\t" not in doc.text and "\n" not in doc.text.replace("\n\n", "")
    assert {block.kind for block in doc.blocks} == {"paragraph"}


def test_stretched_lines_are_no_table():
    """Words of a narrow column that is set to both of its edges have gaps as wide as cells do."""
    words = [
        "excepted or unless listed in another", "schedule, any of the following sub-",
        "stances whether produced directly or", "indirectly by extraction from sub-",
        "stances of natural origin, or made by", "synthesis alone:",
    ]  # fmt: skip
    placed: list[Placed] = []
    for number, line in enumerate(words[:-1]):
        parted = line.split()
        gap = (260 - 5.0 * sum(map(len, parted))) / (len(parted) - 1)
        assert gap > 10
        x = 72.0
        for word in parted:
            placed.append((word, x, 700 - 12.0 * number, 5.0 * len(word), 10.0))
            x += 5.0 * len(word) + gap
    doc = read(page([*placed, *lines(words[-1], y=640)]))
    assert doc.text == "excepted or unless listed in another schedule, any of the following " \
        "substances whether produced directly or indirectly by extraction from substances of " \
        "natural origin, or made by synthesis alone:"  # fmt: skip


def test_leaders_belong_to_what_they_lead_from():
    """Dots between a name and its number are no cells."""
    placed = [
        (text, x, 700 - 14.0 * number, 5.0 * len(text), 10.0)
        for number, name in enumerate(["Wages", "Interest", "Dividends paid"])
        for text, x in [(name, 72.0), (".", 200.0), (".", 220.0), (".", 240.0), ("1,200", 300.0)]
    ]
    assert read(page(placed)).text.split("\n") == [
        "Wages . . .\t1,200", "Interest . . .\t1,200", "Dividends paid . . .\t1,200",
    ]  # fmt: skip


def rows_of(*texts: Sequence[str], at: Sequence[float] = (72, 100)) -> list[Placed]:
    """Lines of texts that stand at these places."""
    return [
        (text, x, 700 - 14.0 * number, 5.0 * len(text), 10.0)
        for number, row in enumerate(texts)
        for x, text in zip(at, row, strict=False)
    ]


@pytest.mark.parametrize(
    ("placed", "kinds"),
    [
        (rows_of(*(("•", f"is metal number {n}") for n in "abcd")), {"list"}),
        (rows_of(*((f"{n}.", "is a metal of its own") for n in range(1, 6))), {"list"}),
        (rows_of(*((f"[{n}]", "A. Author, On metals") for n in range(1, 6))), {"paragraph"}),
        (rows_of(*(("a = b + c", f"({n})") for n in range(5)), at=(150, 400)), {"paragraph"}),
        (rows_of(("Gold", "19.3"), ("Silver", "10.5"), at=(72, 200)), {"paragraph"}),
        (rows_of(("A text with one", "wide gap"), *[(t,) for t in PROSE], at=(72, 200)),
         {"paragraph"}),
        (rows_of(("The", "gap is"), ("here it", "is at"), ("one more", "time"),
                 at=(72, 140)), {"table"}),
    ],
    ids=["bullets", "numbers", "references", "formulas", "two rows", "one gap", "a table"],
)  # fmt: skip
def test_what_else_has_gaps(placed, kinds):
    """Items of lists, references, formulas and two rows alone stay what they are."""
    assert {block.kind for block in read(page(placed)).blocks} == kinds


@pytest.mark.parametrize(
    ("first", "named"),
    [
        (["Metal", "Density"], True),
        (["Gold", "19.3"], False),
        (["Metal", ""], False),
        (["Density", "Density"], False),
    ],
)
def test_the_first_row_is_a_heading_where_it_names_columns(first, named):
    """As in tables of text."""
    doc = read(page(cells([first, ["Silver", "10.5"], ["Tin", "7.3"], ["Zinc", "7.1"]])))
    assert (doc.blocks[0].kind == "heading") is named


def test_words_alone_in_two_columns_have_no_heading():
    """What is called by what name is told by the rows; in three columns the first row names."""
    pairs = [["Name:", "Ada"], ["Town:", "Turin"], ["Street:", "Via Po"]]
    assert [block.kind for block in read(page(cells(pairs, right=False))).blocks] == ["table"]
    three = [["Name", "Town", "Street"], ["Ada", "Turin", "Via Po"], ["Bo", "Ulm", "Am Tor"],
             ["Cy", "Lyon", "Rue X"]]  # fmt: skip
    assert [block.kind for block in read(page(cells(three))).blocks] == ["heading", "table"]


def test_passages_of_a_table_know_its_columns_and_no_row_is_cut():
    """Over many passages and pages; what follows the table is not of it."""
    rows = [[f"Metal number {n}", f"{n}.5", f"{n * n}"] for n in range(1, 80)]
    body = lines("The prose that follows the table is not under the names of its columns.", y=80)
    doc = read(
        page([*lines("Metals", size=18, y=760), *cells([METALS[0], *rows[:40]], y=720)]),
        page([*cells(rows[40:], y=720), *body]),
    )
    chunks = chunk(doc, count_tokens=estimate_tokens, size=100)
    tables = [one for one in chunks if "\t" in doc.text[one.start : one.end]]
    assert len(tables) > 5
    for one in tables:
        assert one.address.heading == ("Metals", "Metal Density Melts at")
        assert all(
            row.count("\t") == 2
            for row in doc.text[one.start : one.end].strip("\f\n").replace("\f", "\n").split("\n")
            if row and row != "Metals"
        )
    assert {one.address.page for one in tables} == {1, 2}
    assert chunks[-1].address.heading == ("Metals",)
    assert doc.text[chunks[-1].start :].startswith("The prose")


def test_names_of_columns_are_no_title_and_leave_the_outline_its_place():
    """They are headings of their tables alone."""
    contents = PdfContents(
        [page([*lines("Findings", y=640), *cells(METALS)])],
        {},
        outline=[PdfEntry("Findings", 1, 1)],
    )
    doc = from_contents("a.pdf", contents)
    assert parts(doc)[:2] == [(1, "h1", "Findings"), (1, "h6", "Metal\tDensity\tMelts at")]
    assert doc.title == "Findings"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Gold", "19.3", "(1)", "•", "of the river", "x", "1", "and so it is"]),
            st.sampled_from([50.0, 51.0, 120.0, 200.0, 260.5, 400.0]),
            st.sampled_from([700.0, 686.0, 685.0, 672.0, 660.0, 640.0, 500.0]),
            st.sampled_from([0.0, 20.0, 60.0, 300.0]),
            st.sampled_from([10.0, 10.0, 10.0, 12.0, 24.0]),
        ),
        max_size=40,
    ),
    st.booleans(),
    st.booleans(),
)
def test_no_word_is_lost(placed, eol, ordered):
    """However items lie, each stands in the text as often as on the page."""
    if ordered:
        placed.sort(key=lambda one: (-one[2], one[1]))
    doc = read(page([*placed, *lines("End", y=20)], eol=eol))
    words = Counter("".join(text for text, *_ in placed).replace(" ", "") + "End")
    assert Counter("".join(doc.text.split())) == words


def test_time_grows_with_the_number_of_lines():
    """Tables, and what looks like tables for ever and is none."""
    table = cells([["Gold", "19.3", "x"]] * 4_000, y=700, step=0.9)
    prose = [
        (text, 50.0 + 175 * column, 1e6 - 12 * number, 5.0 * len(text), 10.0)
        for number in range(2_000)
        for column, text in enumerate((PROSE[number % 6], PROSE[number % 5]))
    ]
    uneven = cells([["a" * (n % 30 + 1), "b", "c" * (n % 17)] for n in range(4_000)], y=1e6)
    for placed in (table, prose, uneven):
        began = time.process_time()
        read(page(placed))
        assert time.process_time() - began < 10
