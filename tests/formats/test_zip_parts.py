"""Parts of files that are zip archives."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest

from app.errors import FileError
from app.formats.limits import MB, Limits
from app.formats.zip_parts import open_parts


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def code(function):
    """The code with which something is refused."""
    with pytest.raises(FileError) as caught:
        function()
    assert caught.value.message.startswith("a.docx")
    return caught.value.code


def test_parts():
    """Names as they are written, found whatever their case and slashes."""
    parts = open_parts("a.docx", packed({"A/b.xml": b"<a/>", "c\\d.xml": b"<c/>", "e/": b""}))
    assert parts.names == ("A/b.xml", "c/d.xml")
    assert parts.read("a/B.XML") == parts.read("/A/b.xml") == b"<a/>"
    assert parts.read("c/d.xml") == b"<c/>"
    assert "C/D.xml" in parts
    assert "x" not in parts
    assert parts.head("A/b.xml", 2) == b"<a"
    assert code(lambda: parts.read("x")) == "damaged"


def test_bombs():
    """A part that grows too much is given up on the way, with one megabyte or so unpacked."""
    data = packed({"a": bytes(50 * MB)})
    parts = open_parts("a.docx", data)
    began = time.monotonic()
    assert code(lambda: parts.read("a")) == "too-large"
    assert time.monotonic() - began < 1
    stored = packed({"a": bytes(3 * MB)}, zipfile.ZIP_STORED)
    assert code(lambda: open_parts("a.docx", stored).read("a", 2 * MB)) == "too-large"
    twice = open_parts("a.docx", stored, Limits(expanded_bytes=5 * MB))
    assert len(twice.read("a")) == 3 * MB
    assert code(lambda: twice.read("a")) == "too-large"


def test_claims_of_size_are_not_believed():
    """A directory that calls a bomb large when packed does not lift the limit."""
    data = bytearray(packed({"a": bytes(50 * MB)}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 20 : entry + 24] = struct.pack("<I", 40 * MB)
    assert code(lambda: open_parts("a.docx", bytes(data)).read("a")) in {"too-large", "damaged"}


def test_many_members():
    """Counted before an object is made for each."""
    data = packed({str(number): b"" for number in range(101)})
    assert code(lambda: open_parts("a.docx", data, Limits(members=100))) == "too-large"
    assert len(open_parts("a.docx", data, Limits(members=101)).names) == 101


def test_encrypted_and_odd():
    """Passwords and rare packing have codes of their own."""
    data = bytearray(packed({"a": b"Gold"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    data[6] |= 1
    assert code(lambda: open_parts("a.docx", bytes(data)).read("a")) == "encrypted"
    data = bytearray(packed({"a": b"Gold"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 10] = data[8] = 9
    assert code(lambda: open_parts("a.docx", bytes(data)).read("a")) == "unsupported"


def test_cut_off_anywhere():
    """Every cut, and every byte turned, is read or refused with a code."""
    data = packed({"a": b"Gold and silver " * 20, "b": b"x"})
    for cut in range(len(data)):
        assert code(lambda cut=cut: open_parts("a.docx", data[:cut])) == "damaged"
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0xFF
        try:
            parts = open_parts("a.docx", bytes(changed))
            for name in parts.names:
                parts.read(name)
        except FileError as error:
            assert error.code in {"damaged", "encrypted", "unsupported", "too-large"}
