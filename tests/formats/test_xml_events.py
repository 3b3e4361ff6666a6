"""XML as events: names, text, and what a hostile file asks for and does not get."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from app.errors import FileError
from app.formats.limits import Limits
from app.formats.xml_events import parse


@dataclass
class Recorded:
    """Events as a list."""

    seen: list[object] = field(default_factory=list)

    def start(self, name, attributes):
        """Note an element that begins."""
        self.seen.append((name, attributes) if attributes else name)

    def end(self, name):
        """Note its end."""
        self.seen.append("/" + name)

    def text(self, text):
        """Note a stretch of text."""
        self.seen.append(repr(text))


def events(data, **options):
    """What is told of a file."""
    recorded = Recorded()
    parse("a.xml", data, recorded, **options)
    return recorded.seen


def refusal(data, **options):
    """The code with which a file is refused."""
    with pytest.raises(FileError) as caught:
        events(data, **options)
    assert "a.xml" in caught.value.message
    assert caught.value.hint
    return caught.value.code


def test_names_as_written():
    """Without a map of namespaces prefixes are part of the names."""
    seen = events(b'<w:a xmlns:w="urn:w" w:b="1">x &amp; y<c/></w:a>')
    assert seen == [("w:a", {"xmlns:w": "urn:w", "w:b": "1"}), "'x & y'", "c", "/c", "/w:a"]


def test_names_by_namespace():
    """What counts is the namespace, not the prefix that a file gives it."""
    data = b'<p:a xmlns:p="urn:w" xmlns="urn:none" p:k="1" k="2"><b/></p:a>'
    seen = events(data, namespaces={"urn:w": "w"})
    assert seen == [("w:a", {"w:k": "1", "k": "2"}), "?:b", "/?:b", "/w:a"]
    assert events(data, namespaces={"urn:w": "", "urn:none": ""})[0] == ("a", {"k": "2"})


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "Größe 🗻"), ("utf-16", "Größe 🗻"), ("iso-8859-1", "Größe"), ("cp1251", "Съешь"),
     ("shift_jis", "日本語のテキスト"), ("gb2312", "中文的文字"), ("iso-8859-15", "5 €")],
)  # fmt: skip
def test_encodings(encoding, text):
    """Declared encodings hold, those of several bytes a character as well."""
    written = encoding if encoding != "cp1251" else "windows-1251"
    data = f'<?xml version="1.0" encoding="{written}"?><a>{text}</a>'.encode(encoding)
    assert events(data) == ["a", repr(text), "/a"]


def test_streams():
    """Pieces cut anywhere give what the whole gives."""
    data = '\ufeff<?xml version="1.0"?><a b="ä">Gold &lt; 2 🗻<!-- no -->'.encode()
    data += b" " * 600 + b"<![CDATA[<]]></a>"
    whole = "".join(map(str, events(data)))
    assert "Gold < 2 🗻" in whole
    for cut in range(len(data)):
        seen = events([data[:cut], data[cut : cut + 1], data[cut + 1 :]])
        assert "".join(map(str, seen)).replace("''", "") == whole


def test_entities_of_html():
    """Those that a document type outside would declare are known from HTML."""
    data = b'<!DOCTYPE a PUBLIC "x" "http://example.org/a.dtd"><a>x&nbsp;y&mdash;z&what;</a>'
    assert "".join(eval(part) for part in events(data)[1:-1]) == "x\u00a0y—z&what;"


BILLION = b"<!DOCTYPE a [<!ENTITY x0 'lol'>%s]><a>&x9;</a>" % b"".join(
    b"<!ENTITY x%d '%s'>" % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 10)
)


@pytest.mark.parametrize(
    "data",
    [
        BILLION,
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.org/"> %x;]><a/>',
        b"<!DOCTYPE a [<!ENTITY x 'harmless'>]><a>&x;</a>",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"",
        b"no xml at all",
        b"<a>\xff\xfe</a>",
        b"<a>\x00</a>",
        b'<?xml version="1.0" encoding="rot13"?><a>',
        b"\xff\xfe<",
    ],
)
def test_damaged(data):
    """What is not well-formed, and every entity that a file declares."""
    assert refusal(data) == "damaged"


def test_defaults_of_attributes_do_not_multiply():
    """A long default of the file's own is not handed out with every element."""
    data = b"<!DOCTYPE a [<!ATTLIST b c CDATA '%s'>]><a>%s</a>" % (b"x" * 1000, b"<b/>" * 1000)
    assert events(data).count("b") == 1000


def test_depth_and_characters():
    """Both have their limits, and the time grows with the length."""
    limits = Limits(depth=2, characters=100)
    assert events(b"<a>" * 200 + b"</a>" * 200, limits=limits)
    assert refusal(b"<a>" * 201 + b"</a>" * 201, limits=limits) == "too-large"
    assert refusal(b"<a>" + b"x" * 101 + b"</a>", limits=limits) == "too-large"
    began = time.monotonic()
    assert refusal(b"<a " + b"b" * 20_000_000) == "damaged"
    assert refusal(b"<a>" * 3_000_000) == "too-large"
    assert time.monotonic() - began < 10
