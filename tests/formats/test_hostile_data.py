"""Data files that are damaged, or made to do harm: bounded time, and addresses that hold."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import Document
from app.errors import FILE_CODES, FileError
from app.formats import DEFAULT_LIMITS, read
from tests.formats.test_any_file import check
from tests.formats.test_data_tables import CALENDAR, CARDS, FEED, NOTEBOOK, SRT
from tests.formats.test_data_texts import ITEMS, TOML, YAML

WHOLE = {
    "a.json": json.dumps(ITEMS, indent=1).encode(),
    "a.jsonl": b"\n".join(
        json.dumps({"id": number, "x": "y" * 99}).encode() for number in range(99)
    ),
    "a.yaml": YAML.encode(),
    "a.toml": TOML.encode(),
    "a.xml": FEED,
    "a.csv": b'id,name,"a ""note"""\n' + b'1,gold,"two\nlines"\n' * 50,
    "a.ipynb": json.dumps(NOTEBOOK).encode(),
    "a.srt": SRT.encode() * 5,
    "a.vcf": CARDS.encode(),
    "a.ics": CALENDAR.encode(),
}


def outcome(path, data, limits=DEFAULT_LIMITS):
    """The document, checked, or the code of the refusal."""
    try:
        document = read(path, data, limits)
    except FileError as error:
        assert error.code in FILE_CODES
        assert error.message
        assert error.hint
        return error.code
    check(document)
    return document


@pytest.fixture
def patience():
    """Fails where a test takes longer than 20 seconds."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("path", WHOLE)
def test_cut_off_at_every_percent(path, patience):
    """Whatever is left is read, or named as damaged."""
    data = WHOLE[path]
    for percent in range(1, 101):
        found = outcome(path, data[: max(1, len(data) * percent // 100)])
        assert isinstance(found, Document) or found in {"damaged", "no-text", "empty"}


@given(st.sampled_from(sorted(WHOLE)), st.binary(max_size=40), st.integers(0, 10_000))
def test_bytes_of_chance(path, noise, place):
    """Anywhere in a file that was whole."""
    data = bytearray(WHOLE[path])
    place %= len(data)
    data[place : place + len(noise)] = noise
    outcome(path, bytes(data))


@given(
    st.sampled_from(sorted(WHOLE)), st.text("[]{}:,\"'\\\n\t -#|>&*!?=<>/;abc019\r", max_size=300)
)
def test_signs_of_chance(path, source):
    """Files of nothing but the signs of their notation."""
    outcome(path, source.encode())


MUCH = 1 << 19


@pytest.mark.lengthy
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.json", b"[" * MUCH + b"]" * MUCH),
        ("a.json", b'{"a":' * (MUCH // 4)),
        ("a.json", b'"' * MUCH),
        ("a.json", b'"' + b"\\" * MUCH),
        ("a.json", b"[" + b"1," * MUCH + b"1]"),
        ("a.json", b"/*" * MUCH),
        ("a.json", b'{"' + b"k" * MUCH + b'": {"' + b"k" * MUCH + b'": 1}}'),
        ("a.yaml", b"- " * MUCH),
        ("a.yaml", b"".join(b" " * number + b"a:\n" for number in range(1500))),
        ("a.yaml", b"a:" * MUCH),
        ("a.yaml", b"[" * MUCH),
        ("a.yaml", b"a: &a [*a, *a]\n" * (MUCH // 16)),
        ("a.toml", b"[" + b"a." * MUCH + b"a]"),
        ("a.toml", b"[" * MUCH),
        ("a.toml", b"a = [\n" * (MUCH // 8)),
        ("a.toml", b"a = " + b'"' * MUCH),
        ("a.csv", b'"' * MUCH),
        ("a.csv", b"," * MUCH),
        ("a.csv", b'a,"\n' * (MUCH // 4)),
        ("a.csv", b"x" * MUCH),
        ("a.xml", b"<a>" * MUCH),
        ("a.xml", b"<a " + b'b="c" ' * MUCH + b"/>"),
        ("a.xml", b"<r>" + b"<a/>" * MUCH + b"</r>"),
        ("a.xml", b"<r>" + b"<b>x</b> y " * (MUCH // 8) + b"</r>"),
        ("a.xml", b"<" * MUCH),
        ("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\n" * (MUCH // 32)),
        ("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\n" + b"<" * MUCH),
        ("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\n" + b"{\\" * MUCH),
        ("a.vcf", b"BEGIN:VCARD\n" * (MUCH // 12)),
        ("a.vcf", b"BEGIN:VCARD\nN" + b";" * MUCH),
        ("a.vcf", b"BEGIN:VCARD\nN" + b';a="' * (MUCH // 4) + b":x"),
        ("a.vcf", b"BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" + b"=\n" * MUCH),
        ("a.ics", b"BEGIN:VCALENDAR\n" + b" x\n" * MUCH),
        ("a.ipynb", b'{"cells": ' + b"[" * MUCH),
    ],
    ids=range(34),
)
def test_much_of_one_thing(path, data, patience):
    """Takes seconds at most, whatever it is made of."""
    try:
        assert isinstance(read(path, data), Document)
    except FileError as error:
        assert error.code in FILE_CODES
