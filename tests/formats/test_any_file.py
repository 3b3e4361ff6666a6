"""One bad file never raises anything but `FileError`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.core.model import Document
from app.errors import FILE_CODES, FileError
from app.formats import detect, read

NAMES = st.sampled_from(
    [
        "a.txt",
        "a.md",
        "a.html",
        "a.py",
        "a.rst",
        "a",
        "a.json",
        "a.xyz",
        "a.docx",
        "a.xlsx",
        "a.odt",
        "a.epub",
        "a.rtf",
        "a.xls",
        "a.doc",
        "a.csv",
        "a.tex",
        "a.adoc",
        "a.org",
        "a.xml",
        "a.yaml",
        "a.toml",
        "a.ipynb",
        "a.srt",
        "a.vcf",
        "a.ics",
        "a.eml",
        "a.mbox",
        "a.mht",
        "a.msg",
        "a.zip",
        "a.tar",
        "a.gz",
        "../\u202ea.TXT",
        "",
        "/",
        ".",
    ]
)
STARTS = st.sampled_from(
    [b"", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xef\xbb\xbf", b"<html>", b"---\n", b"# ",
     b"#!/bin/sh\n", b"\xd0\xb0\xd0", b"\x81\x40", b"PK\x03\x04", b"{\\rtf1\\u8364 ",
     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\0", b"<meta charset=utf-16><p>",
     b"From: a@b.org\nDate: x\nMessage-ID: y\n", b"\x1f\x8b\x08\x00",
     b"BEGIN:VCARD\n", b"<?xml ", b"WEBVTT\n", b'{"a":']
)  # fmt: skip


_SOURCES = {"text", "markdown", "code", "json", "yaml", "toml", "latex", "org"}
_SOURCES |= {"restructuredtext", "asciidoc"}
"""Families whose text is the source, so that its lines are those of the file."""


def outcome(path: str, data: bytes) -> Document | str:
    """The document, or the code of the refusal; "pdf" for what needs its pages first."""
    try:
        return "pdf" if detect(path, data) == "pdf" else read(path, data)
    except FileError as error:
        assert error.code in FILE_CODES
        assert error.message
        assert error.hint
        return error.code


def check(document: Document) -> None:
    """What every document promises, and that it can be cut."""
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        if block.kind == "heading":
            assert 1 <= block.level <= 6
        if block.line is not None and document.kind in _SOURCES:
            assert block.line == 1 + document.text.count("\n", 0, block.start)
        position = block.end
    assert document.text.strip()
    document.text.encode("utf-8")
    covered = 0
    for part in chunk(document, count_tokens=estimate_tokens):
        assert not document.text[covered : part.start].strip()
        covered = max(covered, part.end)
    assert not document.text[covered:].strip()


@given(NAMES, STARTS, st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_random_bytes(path, start, data):
    """Bytes of chance under any name are read or refused with a code."""
    result = outcome(path, start + data)
    if isinstance(result, Document):
        check(result)


@given(
    NAMES,
    st.text(max_size=200),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-32", "gb18030"]),
)
@settings(max_examples=300, deadline=None)
def test_random_text(path, text, encoding):
    """Text of chance in any encoding as well."""
    result = outcome(path, text.encode(encoding, "ignore"))
    if isinstance(result, Document):
        check(result)


@pytest.mark.lengthy
def test_real_files(fossick_data: Path):
    """Hundreds of odd, damaged and encrypted files from the suites of other parsers."""
    results: Counter[str] = Counter()
    for path in sorted((fossick_data / "files").rglob("*")):
        if path.is_file():
            result = outcome(path.name, path.read_bytes())
            if isinstance(result, Document):
                check(result)
            results[result if isinstance(result, str) else result.kind] += 1
    assert results["pdf"] >= 343
    assert {
        kind: results[kind]
        for kind in ("docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "rtf", "xls")
    } == {
        "docx": 45, "xlsx": 34, "pptx": 13, "odt": 2, "ods": 6, "odp": 1, "epub": 1, "rtf": 13,
        "xls": 26,
    }  # fmt: skip
    assert results["html"] >= 16
    assert not results["unreadable"]
