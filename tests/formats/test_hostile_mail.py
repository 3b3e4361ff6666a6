"""Mails that are made to do harm, or damaged, end in bounded time with a code."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import Document
from app.errors import FILE_CODES, FileError
from app.formats import DEFAULT_LIMITS, detect, members, read
from tests.fixtures.outlook import compound, item
from tests.formats.test_mail import PLAIN, outlook


def opened(path, data, limits=DEFAULT_LIMITS):
    """Documents and members that come out, and codes."""
    found = []
    if b"%PDF-" in data:
        return found
    for call in (lambda: [read(path, data, limits)], lambda: members(path, data, limits)):
        try:
            found += call()
        except FileError as error:
            assert error.code in FILE_CODES
            assert error.message
            assert error.hint
            found.append(error.code)
    return found


@pytest.fixture(autouse=True)
def patience():
    """No test here takes longer than 20 seconds."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 20


def nested(depth, kind):
    """Parts inside of each other."""
    parts = []
    for number in range(depth):
        if kind == "multipart":
            parts.append(f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n')
        else:
            parts.append("Content-Type: message/rfc822\n\n")
    return ("From: a@b.org\n" + "".join(parts) + "Content-Type: text/plain\n\nGold").encode()


@pytest.mark.parametrize("kind", ["multipart", "message"])
@pytest.mark.parametrize("depth", [60, 500, 20_000])
def test_parts_inside_of_each_other(kind, depth):
    """Thousands of them are refused, and no stack overflows."""
    found = opened("a.eml", nested(depth, kind))
    assert "too-large" in found or depth < 500


@pytest.mark.lengthy
def test_very_many_parts():
    """Twenty thousand of them take seconds at most."""
    body = b"--b\nContent-Type: text/plain\n\nGold\n" * 20_000
    data = b'From: a@b.org\nContent-Type: multipart/mixed; boundary="b"\n\n' + body
    document = next(each for each in opened("a.eml", data) if isinstance(each, Document))
    assert document.text.count("Gold") == 20_000
    files = body.replace(b"text/plain", b"application/x;name=a.txt")
    small = replace(DEFAULT_LIMITS, members=100)
    assert "too-large" in opened("a.eml", data.replace(body, files[: len(files) // 100]), small)


@pytest.mark.parametrize(
    "line",
    [
        b"To: " + b"(" * 50_000,
        b"To: " + b"<" * 50_000,
        b"To: " + b"a@b.org, " * 50_000,
        b"To: " + b'"' * 50_000,
        b"Subject: " + b"=?utf-8?q?" * 20_000,
        b"Subject: " + b"=?utf-8?b?AAAA?= " * 20_000,
        b"Subject: =?utf-8?b?A?= =?nonsense?q?x?= =?utf-8?q?=ZZ?=",
        b"Date: " + b"1 " * 50_000,
        b"Date: 99 Foo 99999999999 99:99:99 +9999",
        b"Content-Type: text/plain; " + b"a=b; " * 50_000,
        b"Content-Type: text/plain; charset=" + b"x" * 50_000,
        b"Content-Type: text/html; charset*0*=utf-8''%E4; charset*2=x",
        b"Content-Disposition: attachment; filename*0*=a''%FF; filename*1=/../../x",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: x-uuencode",
        b"From:" + b" \n" * 20_000,
    ],
    ids=range(16),
)
def test_header_fields_of_any_kind(line):
    """Long, broken and hostile header fields neither break nor slow the reader."""
    found = opened("a.eml", b"From: a@b.org\n" + line + b"\n\nGold is heavy.\n")
    assert found


def test_cut_off_at_every_percent():
    """A mail that ends anywhere is read as far as it goes."""
    data = PLAIN * 3
    for percent in range(1, 100):
        found = opened("a.eml", data[: len(data) * percent // 100])[0]
        assert isinstance(found, Document) or (percent < 10 and found == "empty")


def test_outlook_messages_cut_off_at_every_percent():
    """Are damaged, or read as far as they go."""
    file = item({0x3707: "a.txt", 0x3701: b"Gold " * 2000}, {}, 8)
    data = compound(outlook("Gold", "is heavy " * 900, **{"__attach_version1.0_#00000000": file}))
    for percent in range(1, 100):
        for each in opened("a.msg", data[: len(data) * percent // 100]):
            assert not isinstance(each, str) or each in {"damaged", "empty"}


@given(st.binary(max_size=60), st.integers(0, 20_000))
def test_outlook_messages_with_bytes_of_chance(noise, place):
    """Anywhere in the file."""
    data = bytearray(compound(outlook("Gold", "is heavy " * 100)))
    place = 8 + place % (len(data) - 8)
    data[place : place + len(noise)] = noise
    opened("a.msg", bytes(data))


@given(
    st.binary(max_size=300), st.sampled_from(["a.eml", "a.mbox", "a.mht", "a", "a.msg", "a.emlx"])
)
def test_bytes_of_chance(noise, path):
    """After a header that is fine, and without one."""
    for data in (noise, PLAIN[:300] + noise, b"From a@b.org Fri May 17 10:30:00 2024\n" + noise):
        opened(path, data)


@pytest.mark.lengthy
def test_a_mailbox_of_many_lines_that_begin_with_from():
    """Takes time in proportion to its length."""
    data = b"From - Fri May 17 10:30:00 2024\nSubject: x\n\n" + b"From x\n\n" * 1_000_000
    assert detect("Inbox", data) == "mailbox"
    (only,) = members("Inbox", data)
    assert len(only.data) > 7_000_000
    many = b"From - Fri May 17 10:30:00 2024\nSubject: x\n\nGold\n\n" * 20_000
    assert sum(1 for _ in members("Inbox", many)) == 20_000
    with pytest.raises(FileError, match="more than 50 messages"):
        list(members("Inbox", many, replace(DEFAULT_LIMITS, members=50)))
