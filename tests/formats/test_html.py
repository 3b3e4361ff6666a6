"""HTML: what a reader of the page sees, in blocks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import FileError
from app.formats import read
from app.formats.html import read_html
from app.formats.html_tokens import Tag, tokens


def parts(source: str) -> list[tuple[str, str]]:
    """Kind (with the level of headings) and text of each block."""
    doc = read_html("a.html", source.encode())
    return [
        (f"h{block.level}" if block.level else block.kind, doc.text[block.start : block.end])
        for block in doc.blocks
    ]


def text(source: str) -> str:
    """The canonical text of a page."""
    return read_html("a.html", source.encode()).text


def test_headings_paragraphs_and_inline_marks():
    """Inline elements join, block elements part, spaces collapse, line breaks stay."""
    source = """<h1>One <em>two</em></h1>\n<p>A <b>b</b>old\n  word<br>next&nbsp;line &amp;
    &lt;i&gt;
    <div>In <span>a</span> div</div>tail<h3> </h3>"""
    assert parts(source) == [
        ("h1", "One two"),
        ("paragraph", "A bold word\nnext\xa0line & <i>"),
        ("paragraph", "In a div"),
        ("paragraph", "tail"),
    ]


def test_scripts_styles_templates_and_hidden_parts_are_no_text():
    """Nothing of what a browser does not show."""
    source = """<head><style>p { color: red }</style><meta name=x content=y></head>
    <script>if (a < b) document.write("<p>written</p>")</script><p>Seen</p>
    <template><p>template</p></template><noscript>noscript</noscript><p hidden>hidden</p>
    <div aria-hidden="true">aria</div><svg><title>svg</title><text>drawn</text></svg>
    <select><option>choice</select><textarea>typed</textarea><!-- comment --> <p>Too</p>"""
    assert parts(source) == [("paragraph", "Seen"), ("paragraph", "Too")]


def test_main_content_wins_over_the_rest():
    """Where a page has a main part, navigation and footer are left out."""
    source = """<body><header><a>Home</a></header><nav>Menu of links</nav>
    <main><h1>Title</h1><p>The text of the page, long enough.</p><aside>See also</aside></main>
    <footer>Imprint</footer></body>"""
    assert text(source) == "Title\n\nThe text of the page, long enough."
    article = source.replace("main>", "article>")
    assert text(article) == "Title\n\nThe text of the page, long enough."


def test_an_empty_main_part_does_not_hide_the_page():
    """Some pages put their text elsewhere; a main part with next to nothing does not count."""
    source = "<main>x</main><div>" + "All of the text is here. " * 5 + "</div><nav>menu</nav>"
    assert "All of the text" in text(source)
    assert "menu" not in text(source)
    assert text("<nav>Only a menu</nav>") == "Only a menu"


def test_tables_become_rows():
    """A row is a line with its cells in order; a table used for layout gives paragraphs."""
    source = """<table><caption>Prices</caption><tr><th>Item<th>Price
    <tr><td>Pan</td><td><p>2 <b>USD</b></p></td></tr><tr><td><td>empty before</table>"""
    assert parts(source) == [
        ("paragraph", "Prices"),
        ("table", "Item\tPrice\nPan\t2 USD\n\tempty before"),
    ]
    layout = "<table><tr><td>" + "<p>" + "Long text. " * 40 + "</p><h2>Head</h2><p>More</p></table>"
    assert [kind for kind, _ in parts(layout)] == ["paragraph", "h2", "table"]


def test_a_tab_parts_cells_and_nothing_else():
    """Tabs of the source, of descriptions and of code are spaces; lines within a cell are one."""
    source = """<p>a\tb<img alt="c\td"><table><tr><td>one<br>line<td>two\twords<td></table>
    <pre>if x:\n\treturn</pre>"""
    assert parts(source) == [
        ("paragraph", "a bc d"),
        ("table", "one line\ttwo words"),
        ("code", "if x:\n    return"),
    ]


def test_a_long_row_of_short_cells_is_a_row():
    """It is the length of a cell that tells a table from a layout."""
    cells = [f"value {n}" for n in range(80)]
    source = f"<table><tr>{''.join(f'<td><p>{cell}</p>' for cell in cells)}</table>"
    assert parts(source) == [("table", "\t".join(cells))]
    mixed = f"<table><tr><td>short<td>{'long ' * 80}<td>end</table>"
    assert parts(mixed) == [("paragraph", f"short {('long ' * 80).strip()} end")]


def test_lists():
    """Items are lines of one block, nested and unclosed ones too."""
    source = "<ul><li>one<li>two<ul><li>inner</ul><li><p>three</p></ul><p>after"
    assert parts(source) == [
        ("list", "- one\n- two\n- inner\n- three"),
        ("paragraph", "after"),
    ]


def test_preformatted_text_keeps_its_form():
    """Code keeps spaces and lines; highlighting inside is dropped."""
    source = "<pre><code>\ndef <span>f</span>():\n    return  1\n</code></pre>"
    assert parts(source) == [("code", "def f():\n    return  1")]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("<title> A &amp; B\n</title><h1>H</h1>", "A & B"),
        ("<h2>x</h2><h1>From <i>the</i> heading</h1>", "From the heading"),
        ("<p>none", "a"),
        ("<title></title><p>none", "a"),
        ("<svg><title>Icon</title></svg><p>x", "a"),
        ("<title>First</title><title>Second</title>", "First"),
    ],
)
def test_titles(source, title):
    """The title element, else the first heading, else the name of the file."""
    assert read_html("dir/a.html", source.encode()).title == title


def test_language_author_and_date():
    """What the page says about itself."""
    source = """<html lang="de-AT"><meta name="Author" content="A. Jones">
    <meta property='article:published_time' content=2024-05-01><p>x"""
    assert read_html("a.html", source.encode()).metadata == {
        "encoding": "utf-8",
        "language": "de-AT",
        "author": "A. Jones",
        "date": "2024-05-01",
    }


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "iso-8859-5"])
@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="{}">',
        '<META http-equiv="Content-Type" content="text/html; charset={}">',
        '<?xml version="1.0" encoding="{}"?>',
        "<!-- " + "x" * 3000 + " --><meta charset={}>",
    ],
)
def test_declared_charset(charset, head):
    """The page's own declaration is followed, also far down."""
    source = head.format(charset) + "<p>Москва</p>"
    assert read_html("a.html", source.encode(charset)).text == "Москва"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b and c <d> e", "a < b and c e"),
        ("<p title='a > b' data-x=\"</p>\">x</p>", "x"),
        ("<p>one</b></div></p>two", "one\n\ntwo"),
        ("<!doctype html><!---->x<!-- open", "x"),
        ("<!-->x", "x"),
        ("<? php ?>x</ bogus>y", "xy"),
        ("<script>var a = '<!--'; </SCRIPT >x", "x"),
        ("<script>never closed", ""),
        ("x<p", "x"),
        ("x<p class='", "x"),
        ("&notanentity; &#x41;&#66; &copy", "&notanentity; AB ©".replace("&not", "¬")),
        ("<P>Loud</P><BR/>x", "Loud\n\nx"),
        ("<a href=x/>link</a>", "link"),
    ],
)
def test_broken_html(source, expected):
    """Browsers read it somehow; so do we."""
    assert text(source) == expected


def test_tags_and_attributes():
    """Names in lower case, references in values, the first of two, no value at all."""
    (tag,) = list(tokens("<A HREF='x?a&amp;b' Href=y hidden =  ok data-1=\"q'\">"))
    assert isinstance(tag, Tag)
    assert tag.name == "a"
    assert tag.attributes == {"href": "x?a&b", "hidden": "ok", "data-1": "q'"}


HOSTILE = [
    *("<", "<a ", "<a b='", "<!--", "<!", "</", "<p>", "<div>", "<b", "&", "&#", "<script>"),
    *('<a b="c', "<a b='>", "<table><tr><td>", "<li>", "<p a=b ", "</p>", "<ul><li>", "<pre>"),
    *("<title>", "<!-- -", "=", "<a =", "<div><dl><dd></dd>", "<b><dt>", "<td><p>x", "<a b=\"'"),
]


@pytest.mark.lengthy
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repetition_takes_linear_time(unit):
    """Half a megabyte of one fragment is read in moments."""
    source = (unit * (500_000 // len(unit)) + "x").encode()
    started = time.process_time()
    read_html("a.html", source)
    assert time.process_time() - started < 10


FRAGMENTS = st.sampled_from(
    [
        *("<p>", "</p>", "<div hidden>", "</div>", "<table>", "<tr>", "<td>", "</table>", "text "),
        *("<h1>", "</h1>", "<ul>", "<li>", "</ul>", "<main>", "</main>", "<pre>", "</pre>", "é"),
        *("<script>", "</script>", "<!--", "-->", "&lt;", "<", ">", "'", '"', "\n", "<title>"),
        *("</title>", "<nav>", "<body>", "<head>", "</head>", "\x00", "<article>", "<svg>"),
        *("</svg>", "=", "<br>", "<a href='"),
    ]
)


@given(st.lists(FRAGMENTS, max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_mixture_of_tags_reads(source):
    """Blocks are in order, do not overlap and are never empty; only `FileError` is raised."""
    try:
        doc = read("a.html", source.encode())
    except FileError:
        return
    position = 0
    for block in doc.blocks:
        assert not doc.text[position : block.start].strip()
        assert doc.text[block.start : block.end].strip()
        position = block.end
    assert position == len(doc.text)
