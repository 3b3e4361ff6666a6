"""What a file is, by content before name, and why others are refused."""

from __future__ import annotations

import pytest

from app.errors import FILE_CODES, FileError
from app.formats import check_size, detect, extension, read
from app.formats.limits import DEFAULT_LIMITS

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
ZIP = b"PK\x03\x04" + bytes(range(200))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("path", "data", "family"),
    [
        ("a.txt", b"Hello", "text"),
        ("README", b"Hello", "text"),
        ("data.csv", b"a,b\n1,2\n", "csv"),
        ("notes.rst", b"Title\n=====\n", "restructuredtext"),
        ("a.md", b"# Hello", "markdown"),
        ("A.MARKDOWN", b"Hello", "markdown"),
        ("a.html", b"Hello", "html"),
        ("page", b"<!DOCTYPE html><p>Hello", "html"),
        ("page.txt", b"\n<!-- saved --><HTML><body>", "html"),
        ("x.php", b"<html><?php echo 1 ?>", "code"),
        ("a.py", b"x = 1", "code"),
        ("run", b"#!/usr/bin/env python3\nx = 1", "code"),
        ("tool", b"#!/bin/sh -e\ntrue", "code"),
        ("src/Makefile", b"all:\n", "code"),
        ("a.json", b"{}", "json"),
        (".gitignore", b"*.o", "code"),
        ("a.pdf", b"%PDF-1.4\n", "pdf"),
        ("a.txt", b"%PDF-1.4\n" + bytes(range(256)), "pdf"),
        ("scan.pdf", b"junk from a mail program\n%PDF-1.4\n", "pdf"),
        ("about.md", b"A PDF begins with %PDF-1.4.", "markdown"),
        ("MZ", b"MZ is a text and no program", "text"),
        ("a.txt", "Grüße".encode("utf-16"), "text"),
        ("a.txt", "Grüße an alle".encode("utf-16-le"), "text"),
        ("a.txt", "Съешь ещё".encode("cp1251"), "text"),
        ("a.zip", ZIP, "archive"),
        ("backup", b"PK\x05\x06" + bytes(18), "archive"),
        ("a.tar", b"x" * 257 + b"ustar\x0000" + bytes(300), "archive"),
        ("a.txt.gz", b"\x1f\x8b\x08\x00" + bytes(30), "archive"),
        ("BZhang.txt", b"BZhang writes about gold.", "text"),
        ("🗻\u202e/../x.md", b"x", "markdown"),
    ],
)
def test_families(path, data, family):
    """Content decides where it is clear, the name where it is not."""
    assert detect(path, data) == family


@pytest.mark.parametrize(
    ("path", "data", "code", "words"),
    [
        ("a.txt", b"", "empty", "a.txt is empty"),
        ("a.md", b" \n\t\r\n", "empty", "empty"),
        ("a.txt", bytes(5000), "empty", "empty"),
        ("a.txt", PNG[:1] + bytes(range(256)) * 4, "not-text", "not text, although"),
        ("a.py", bytes(range(256)), "not-text", "not text"),
        ("a.bin", bytes(range(256)), "unsupported", "unknown kind"),
        ("photo.txt", PNG, "unsupported", "PNG image"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(99), "unsupported", "JPEG image"),
        ("a.7z", b"7z\xbc\xaf'\x1c" + bytes(99), "unsupported", "7-Zip archive"),
        ("letter.pages", ZIP, "unsupported", "Pages document"),
        ("strange", OLE, "unsupported", "Office document"),
        ("a.msg", b"Hello", "damaged", "not an Outlook message"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(50), "unsupported", "video"),
        ("a.pdf", b"no pdf at all", "damaged", "not a PDF"),
        ("a.sqlite", b"SQLite format 3\x00" + bytes(100), "unsupported", "SQLite"),
    ],
)
def test_refusals(path, data, code, words):
    """Each refusal has a code of the table, names the file and the reason, and says a way out."""
    with pytest.raises(FileError) as caught:
        detect(path, data)
    assert caught.value.code == code
    assert words in caught.value.message
    assert path in caught.value.message
    assert caught.value.hint == FILE_CODES[code]


@pytest.mark.parametrize(
    ("path", "size", "fine"),
    [
        ("a.txt", DEFAULT_LIMITS.text_bytes, True),
        ("a.txt", DEFAULT_LIMITS.text_bytes + 1, False),
        ("a.txt", 200 << 20, False),
        ("a.pdf", DEFAULT_LIMITS.text_bytes + 1, True),
        ("a.pdf", DEFAULT_LIMITS.file_bytes + 1, False),
    ],
)
def test_sizes_are_refused_before_reading(path, size, fine):
    """A file of 200 MB is refused by its size alone."""
    if fine:
        check_size(path, size)
    else:
        with pytest.raises(FileError, match="MB") as caught:
            check_size(path, size)
        assert caught.value.code == "too-large"


def test_a_large_text_that_got_through_is_refused():
    """Where the size was not known before, the bytes are counted."""
    with pytest.raises(FileError) as caught:
        detect("a.txt", b"word " * (DEFAULT_LIMITS.text_bytes // 5 + 1))
    assert caught.value.code == "too-large"
    assert detect("a.txt", b"%PDF-1.4" + bytes(DEFAULT_LIMITS.text_bytes)) == "pdf"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/b.TXT", "txt"), ("a.b/c", ""), ("a\\b.md", "md"), (".bashrc", "bashrc"), ("", "")],
)
def test_extension(path, expected):
    """Folders' dots do not count, with slashes of either kind."""
    assert extension(path) == expected


def test_a_page_without_text_is_named():
    """Saved shells of web applications hold nothing to search."""
    with pytest.raises(FileError) as caught:
        read("app.html", b"<html><body><div id=root></div><script>render()</script>")
    assert caught.value.code == "no-text"
    with pytest.raises(FileError) as caught:
        read("a.txt", b"\xff\xfe")
    assert caught.value.code == "empty"
