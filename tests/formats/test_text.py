"""Plain text and source code: blocks, headings, lines."""

from __future__ import annotations

import time

import pytest

from app.core.chunking.sections import sections
from app.formats import read
from app.formats.code import read_code
from app.formats.languages import language_of
from app.formats.names import file_name, stem, visible
from app.formats.text import read_text


def parts(source: str) -> list[tuple[str, int, int, str]]:
    """Kind, level, line and text of each block."""
    doc = read_text("note.txt", source.encode())
    return [(b.kind, b.level, b.line, doc.text[b.start : b.end]) for b in doc.blocks]


def test_paragraphs_and_their_lines():
    """Blank lines part paragraphs, spaces in them or not."""
    assert parts("\n\none\nmore\n \t\n\n  two\n") == [
        ("paragraph", 0, 3, "one\nmore"),
        ("paragraph", 0, 7, "two\n"),
    ]


def test_underlined_titles_in_order_of_their_marks():
    """reStructuredText ranks underlines by the order in which they appear."""
    source = (
        "====\nBook\n====\n\nPart\n====\nText.\n\nDetail\n------\nMore.\n\nPart two\n========\n"
    )
    assert parts(source) == [
        ("heading", 1, 1, "====\nBook\n===="),
        ("heading", 2, 5, "Part\n===="),
        ("paragraph", 0, 7, "Text."),
        ("heading", 3, 9, "Detail\n------"),
        ("paragraph", 0, 11, "More."),
        ("heading", 2, 13, "Part two\n========"),
    ]
    doc = read_text("a.rst", source.encode())
    assert [section.path for section in sections(doc)] == [
        ("Book", "Part"),
        ("Book", "Part", "Detail"),
        ("Book", "Part two"),
    ]


@pytest.mark.parametrize(
    "source", ["Text\n.", "a | b\n--+--", "Short\n" + "-" * 120, "-----\n-----", "x\n\n-----"]
)
def test_what_is_not_underlined(source):
    """Rules and signs under text are no titles."""
    assert all(kind == "paragraph" for kind, *_ in parts(source))


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("CHAPTER IX", 2),
        ("Chapter 12: The Gold", 2),
        ("PART ONE", 1),
        ("BOOK ONE: 1805", 1),
        ("Epilogue", 2),
        ("Scene ii", 3),
        ("Глава 3", 2),
        ("第十二章 黄金", 2),
        ("== Options", 2),
        ("chapter by chapter, we read on", 0),
        ("Part of the plan failed.", 0),
        ("Book club", 0),
        ("Chapter 3 is where it ends.", 0),
        ("An ordinary line", 0),
    ],
)
def test_chapters(line, level):
    """Lines that name a part of a book are headings; sentences about parts are not."""
    block = parts(f"Before.\n\n{line}\n\nAfter.")[1]
    assert block[:2] == ("heading" if level else "paragraph", level)


def test_code_blocks_begin_at_the_margin():
    """Definitions are blocks with their comments; closing brackets belong to what they close."""
    source = (
        "#include <a.h>\n\n// Adds.\nint add(int a, int b)\n{\n    int c;\n\n    return a + b;\n}\n"
        "\n\nstatic x = {\n\n};\n"
    )
    doc = read_code("a.c", source.encode())
    assert [(b.line, doc.text[b.start : b.end].split("\n")[0]) for b in doc.blocks] == [
        (1, "#include <a.h>"),
        (3, "// Adds."),
        (12, "static x = {"),
    ]
    assert doc.metadata["language"] == "c"
    assert doc.title == "a.c"
    assert doc.text[doc.blocks[-1].start : doc.blocks[-1].end] == "static x = {\n\n};"


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a.py", "", "python"),
        ("A.RS", "", "rust"),
        ("x/CMakeLists.txt", "", "cmake"),
        ("dir.py/notes", "", ""),
        ("dir\\run.ts", "", "typescript"),
        ("s", "#!/bin/bash\n", "shell"),
        ("s", "#!/usr/bin/env -S python3.11 -u\n", "python"),
        ("s", "#!/usr/bin/perl -w\n", "perl"),
        ("s", "#! not a path", ""),
        (".py", "", ""),
    ],
)
def test_languages(path, head, language):
    """By name first, by the first line second."""
    assert language_of(path, head) == language


@pytest.mark.parametrize(
    ("path", "name", "short"),
    [
        ("../a/b.txt", "b.txt", "b"),
        ("C:\\docs\\Ä ö.md", "Ä ö.md", "Ä ö"),
        ("x/\u202egnp.exe\u200f.txt", "gnp.exe.txt", "gnp.exe"),
        ("👩‍👩‍👧.md", "👩‍👩‍👧.md", "👩‍👩‍👧"),
        ("a\nb.txt", "a b.txt", "a b"),
        (".bashrc", ".bashrc", ".bashrc"),
    ],
)
def test_names_are_safe_to_show(path, name, short):
    """No marks that turn the line around, no control characters; emoji stay whole."""
    assert (file_name(path), stem(path)) == (name, short)
    assert visible(name) == name


def test_offsets_hold_for_windows_files():
    """Line ends are made one kind; everything else is the source."""
    doc = read("a.txt", b"one\r\n\r\ntwo  x\r\n")
    assert doc.text == "one\n\ntwo  x\n"
    assert [(b.start, b.line) for b in doc.blocks] == [(0, 1), (5, 3)]


@pytest.mark.lengthy
@pytest.mark.parametrize("name", ["a.txt", "a.py"])
@pytest.mark.parametrize(
    "unit", ["\n", "ab\n--\n", "abc\n---\n", "===\n", " \n", "a\n\n", "\f", "a"]
)
def test_hostile_repetition_takes_linear_time(name, unit):
    """A megabyte of one fragment is read in moments."""
    started = time.process_time()
    read(name, (unit * (1_000_000 // len(unit)) + "x").encode())
    assert time.process_time() - started < 8
