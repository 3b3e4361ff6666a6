"""Attached files of PDFs are asked for where they cannot fill the memory."""

from __future__ import annotations

import zlib

import pytest

from app.formats.pdf_attached import may_be_asked_for
from tests.fixtures.pdf_beside import pdf_beside
from tests.fixtures.pdf_bomb import pdf_bomb
from tests.fixtures.pdf_files import stream_of, write_pdf

SMALL = pdf_bomb(1, packed_twice=False)


def test_what_is_small_is_asked_for():
    """As it lies, packed, and named among packed objects."""
    assert may_be_asked_for(pdf_beside())
    assert may_be_asked_for(SMALL)
    hidden = b"5 0 obj\n" + stream_of(
        zlib.compress(b"9 0 << /EmbeddedFiles 3 0 R >>"), b"/Type /ObjStm /Filter /FlateDecode"
    )
    assert may_be_asked_for(b"%PDF-1.7\n" + hidden)
    assert not may_be_asked_for(write_pdf([["No files."]]))


@pytest.mark.parametrize(
    "data",
    [
        pdf_bomb(65, packed_twice=False),
        pdf_bomb(1),
        SMALL.replace(b"/Filter /FlateDecode", b"/Filter /LZWDecode"),
        SMALL.replace(b"/Filter /FlateDecode", b"/Filter 9 0 R"),
        SMALL.replace(b"/Filter /FlateDecode", b"/F#69lter /FlateDecode"),
        SMALL.replace(b"/Filter /FlateDecode", b"/Filter /FlateDecode /Filter [/A85 /Fl]"),
        SMALL.replace(b"/Root", b"/Encrypt 9 0 R /Root"),
        SMALL.replace(b"/Root", b"/Encr#79pt 9 0 R /Root"),
        SMALL.replace(b"/Type /EmbeddedFile", b"/X (" + b"x" * 5000 + b")"),
    ],
)
def test_what_may_grow_is_not(data):
    """More than 64 MB, ways of packing that are not looked into, tricks of writing."""
    assert not may_be_asked_for(data)


def test_keywords_with_something_behind_them():
    """A renderer skips to the next line, and so is what is counted."""
    large = pdf_bomb(65, packed_twice=False)
    assert not may_be_asked_for(large.replace(b"stream\n\x78", b"stream  \r\x78"))


def test_bytes_of_any_kind():
    """End soon."""
    for data in (b"", b"/EmbeddedFiles", b"/EmbeddedFiles stream\n" * 1000, SMALL[:-200]):
        assert isinstance(may_be_asked_for(data), bool)
