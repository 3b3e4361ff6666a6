"""Markdown: blocks of the source, with lines."""

from __future__ import annotations

import time

import pytest

from app.core.chunking.sections import heading_text
from app.formats.markdown import read_markdown


def parts(source: str) -> list[tuple[str, int, int, str]]:
    """Kind, level, line and text of each block."""
    doc = read_markdown("note.md", source.encode())
    assert doc.text == source
    return [(b.kind, b.level, b.line, doc.text[b.start : b.end]) for b in doc.blocks]


def kinds(source: str) -> list[str]:
    """Kinds of the blocks."""
    return [part[0] for part in parts(source)]


def test_headings_of_both_styles():
    """ATX with and without closing marks, setext of both levels; no heading without a space."""
    source = "# One #\nText\n\nTwo\n===\n\nThree\n-----\n\n####### seven\n\n#hashtag\n\n### Four"
    assert parts(source) == [
        ("heading", 1, 1, "# One #"),
        ("paragraph", 0, 2, "Text"),
        ("heading", 1, 4, "Two\n==="),
        ("heading", 2, 7, "Three\n-----"),
        ("paragraph", 0, 10, "####### seven"),
        ("paragraph", 0, 12, "#hashtag"),
        ("heading", 3, 14, "### Four"),
    ]


def test_fences_hold_anything():
    """What looks like Markdown inside a fence is code, up to a closing fence as long."""
    source = (
        "Before\n````md\n# no heading\n\n```\n| a |\n````\nAfter\n\n~~~\nopen to the end\n\n# x"
    )
    assert parts(source) == [
        ("paragraph", 0, 1, "Before"),
        ("code", 0, 2, "````md\n# no heading\n\n```\n| a |\n````"),
        ("paragraph", 0, 8, "After"),
        ("code", 0, 10, "~~~\nopen to the end\n\n# x"),
    ]


def test_inline_code_is_no_fence():
    """Three backticks closed on the same line are inline code."""
    assert kinds("```not a fence``` here\n\ntext") == ["paragraph", "paragraph"]


def test_lists_with_continuations_and_blank_lines():
    """A list goes on over blank lines and indented paragraphs; a fence in it is its own block."""
    source = (
        "- one\n  more\n\n- two\n\n  deeper\n1. three\n\nText\n\n* a\n  ```\n  code\n  ```\n* b"
    )
    assert parts(source) == [
        ("list", 0, 1, "- one\n  more\n\n- two\n\n  deeper\n1. three"),
        ("paragraph", 0, 9, "Text"),
        ("list", 0, 11, "* a"),
        ("code", 0, 12, "  ```\n  code\n  ```"),
        ("list", 0, 15, "* b"),
    ]


def test_a_year_in_a_paragraph_is_no_list():
    """Only a list that begins with 1 interrupts a paragraph."""
    assert kinds("It happened in\n1986. And then\n- an item") == ["paragraph", "list"]


def test_tables():
    """A row of delimiters makes a table; a lone dash does not."""
    assert parts("| a | b |\n|---|:-:|\n| 1 | 2 |\n\nEnd") == [
        ("table", 0, 1, "| a | b |\n|---|:-:|\n| 1 | 2 |"),
        ("paragraph", 0, 5, "End"),
    ]
    assert kinds("a | b\n-\nc") == ["heading", "paragraph"]


def test_rules_quotes_and_indented_code():
    """Breaks between sections, quotations and code by indentation."""
    assert kinds("Text\n\n---\n\n> quoted\n> more\n\n    code\n\n    code\n\nText") == [
        "paragraph",
        "paragraph",
        "paragraph",
        "code",
        "paragraph",
    ]


def test_front_matter_gives_title_and_fields():
    """YAML at the top names title, author and date; it is searchable as a block of its own."""
    source = '---\ntitle: "Gold: a history"\nAuthor: J. Smith\ndate: 1849-01-24\n---\n# Other\n'
    doc = read_markdown("note.md", source.encode())
    assert doc.title == "Gold: a history"
    assert doc.metadata == {"encoding": "utf-8", "author": "J. Smith", "date": "1849-01-24"}
    assert [(block.kind, block.line) for block in doc.blocks] == [("code", 1), ("heading", 6)]


@pytest.mark.parametrize("source", ["---\n\nText after a rule\n\n---\n", "---\nno end\n"])
def test_rules_at_the_top_are_no_front_matter(source):
    """A break at the top of a note does not swallow it."""
    assert "Text" not in read_markdown("n.md", source.encode()).metadata
    assert read_markdown("n.md", source.encode()).title == "n"


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# The `chunk` *path* [here](http://x.y) ##\n", "The chunk path here"),
        ("<!-- old -->\n## Chapter\n\n### One\n\n### Two\n", "Chapter"),
        ("## One\n\n## Two\n", "my note"),
        ("### Deep\n\n## Chapter\n", "my note"),
        ("text", "my note"),
        ("Title\n=====\n", "Title"),
        ("# snake_case_name\n", "snake_case_name"),
        ("# 2 * 3 * 4\n", "2 * 3 * 4"),
        ("# Title {#anchor}\n", "Title"),
    ],
)
def test_titles(source, title):
    """The heading above all others without its marks, else the name of the file."""
    assert read_markdown("a/my note.md", source.encode()).title == title


def test_heading_text_of_other_formats_is_left_alone():
    """Only sources have marks; "C #" on a web page is a name."""
    doc = read_markdown("a.md", b"## C #\n")
    assert heading_text(doc, doc.blocks[0]) == "C"


def test_windows_line_ends_and_lines():
    """Lines count the same however they end."""
    doc = read_markdown("a.md", b"# A\r\n\r\ntext\r\rmore\n")
    assert [(block.kind, block.line) for block in doc.blocks] == [
        ("heading", 1),
        ("paragraph", 3),
        ("paragraph", 5),
    ]


@pytest.mark.lengthy
@pytest.mark.parametrize(
    "unit", ["- ", "> ", "`", "|", "*", "#", "- - ", "[", "| - ", " ", "---\n", "a|\n-|\n"]
)
def test_hostile_repetition_takes_linear_time(unit):
    """A megabyte of one mark is read in moments."""
    started = time.process_time()
    read_markdown("a.md", (unit * (1_000_000 // len(unit)) + "x").encode())
    assert time.process_time() - started < 8
