"""Tables in text, XML, notebooks, subtitles, contacts and calendars."""

from __future__ import annotations

import json

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.errors import FileError
from app.formats import detect, read
from app.formats.delimited import delimiter_of


def shown(path, data):
    """Blocks as (kind, place or line, text)."""
    document = read(path, data if isinstance(data, bytes) else data.encode())
    return [
        (block.kind, block.place or block.line, document.text[block.start : block.end])
        for block in document.blocks
    ]


@pytest.mark.parametrize(
    ("source", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n3,5;4\n", ";"),
        ("a\tb, c\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('"a;b";"c"\n"1,2,3";"x"\n', ";"),
        ("name\nGold, heavy\nSilver\n", ","),
        ("one column\nonly\n", ","),
    ],
)
def test_delimiters(source, delimiter):
    """The one with which most rows have alike counts."""
    assert delimiter_of(source) == delimiter


def test_rows_are_lines():
    """The names of the columns travel with each passage; lines are those of the source."""
    rows = [f'{number};"nugget; {number}";{number / 7:.3f}' for number in range(2, 400)]
    data = "id;name;weight\n" + "\n".join(rows)
    document = read("a.csv", data.encode())
    assert [block.kind for block in document.blocks] == ["heading", "table"]
    for part in chunk(document, count_tokens=estimate_tokens):
        if part.start > document.blocks[0].end:
            assert part.address.heading == ("id name weight",)
            first = document.text[part.start : part.end].split("\n")[0].split("\t")
            assert first[1] == f"nugget; {first[0]}"
            assert part.address.line == int(first[0])


def test_cells_of_several_lines_and_titles():
    """Lines after them still hold; what stands alone before the table is a title."""
    data = 'My mine,,\nname,text\ngold,"two\nlines"\nsilver,"x, ""y"""\n\nlead,z\n'
    assert shown("a.csv", data) == [
        ("paragraph", 1, "My mine"),
        ("heading", 2, "name\ttext"),
        ("table", 3, "gold\ttwo lines"),
        ("table", 5, 'silver\tx, "y"'),
        ("table", 7, "lead\tz"),
    ]


def test_tables_without_names():
    """A row of values is no header."""
    assert shown("a.csv", "1,gold\n2,lead\n") == [("table", 1, "1\tgold\n2\tlead")]
    assert shown("a.tsv", "sep=;\na;b\n1;2\n")[0] == ("heading", 2, "a\tb")


def test_a_quote_that_is_left_open():
    """Does not swallow the rest."""
    data = 'name,note\n5,"12" board\n' + "x,y\n" * 1000
    assert len(shown("a.csv", data)[-1][2].split("\n")) == 1001


FEED = b"""<?xml version="1.0"?>
<rss><channel><title>Nuggets</title>
<item id="7"><title>Gold</title>
<description>&lt;p&gt;It is &lt;b&gt;heavy&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><title>Lead &amp; tin</title><p>See <i>also</i> gold.</p></item>
</channel></rss>"""


def test_xml():
    """Titles are headings, short texts stand behind the names of their elements."""
    assert shown("a.xml", FEED) == [
        ("heading", "rss/channel/title", "Nuggets"),
        ("list", "rss/channel/item", "item (id 7)"),
        ("heading", "rss/channel/item/title", "Gold"),
        ("list", "rss/channel/item/description", "description: It is heavy."),
        ("heading", "rss/channel/item[2]/title", "Lead & tin"),
        ("paragraph", "rss/channel/item[2]/p", "See also gold."),
    ]
    document = read("a.xml", FEED)
    assert (document.title, document.kind) == ("Nuggets", "xml")
    assert [block.line for block in document.blocks] == [2, 3, 3, 4, 5, 5]


def test_attributes_and_drawings():
    """Attributes are text where nothing else says it; coordinates of drawings are none."""
    build = '<project xmlns="u"><dependency name="junit"\n  scope="test"/></project>'
    assert shown("pom.xml", build) == [
        ("list", "project/dependency", "dependency (name junit, scope test)")
    ]
    assert shown("a.svg", '<svg><path d="M1"/><text x="1">Gold</text></svg>')[0][2] == "Gold"
    with pytest.raises(FileError) as caught:
        read("a.svg", b'<svg><path d="M1 2"/></svg>')
    assert caught.value.code == "no-text"


def test_xml_that_is_none():
    """Is source code; a page is a page; entities of its own are refused."""
    document = read("a.xml", b"<a>\n  <b>Gold\n</a>")
    assert (document.kind, document.text) == ("code", "<a>\n  <b>Gold\n</a>")
    assert detect("a.xml", b"<?xml version='1.0'?><html><body>x") == "html"
    assert detect("feed", FEED) == "xml"
    with pytest.raises(FileError) as caught:
        read("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert caught.value.code == "damaged"


NOTEBOOK = {
    "nbformat": 4,
    "metadata": {"language_info": {"name": "python"}},
    "cells": [
        {"cell_type": "markdown", "source": ["# The *mine*\n", "\n", "Gold is heavy."]},
        {
            "cell_type": "code",
            "source": "x = 1\nprint(x)",
            "outputs": [
                {"output_type": "stream", "text": ["1\n", "2\n"]},
                {"output_type": "display_data", "data": {"image/png": "iVBOR"}},
                {"output_type": "execute_result", "data": {"text/html": "<b>bold</b>"}},
                {"output_type": "error", "ename": "KeyError", "evalue": "\x1b[31m'gold'\x1b[0m"},
            ],
        },
        {"cell_type": "raw", "source": "raw"},
    ],
}


def test_notebooks():
    """Cells are places; code and what it printed are code."""
    data = json.dumps(NOTEBOOK)
    assert shown("a.ipynb", data) == [
        ("heading", "cell 1", "The mine"),
        ("paragraph", "cell 1", "Gold is heavy."),
        ("code", "cell 2", "x = 1\nprint(x)"),
        ("code", "cell 2", "1\n2"),
        ("code", "cell 2", "bold"),
        ("code", "cell 2", "KeyError: 'gold'"),
        ("paragraph", "cell 3", "raw"),
    ]
    document = read("a.ipynb", data.encode())
    assert (document.title, document.metadata["language"]) == ("The mine", "python")
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["y = 2"]}]}]}
    assert shown("a.ipynb", json.dumps(old)) == [("code", "cell 1", "y = 2")]
    for data in (b"[1]", b"{", b'{"cells": 1}x'):
        with pytest.raises(FileError) as caught:
            read("a.ipynb", data)
        assert caught.value.code == "damaged"


SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Gold</i> is

2
00:00:02,600 --> 00:00:04,000
{\\an8}heavy.

3
00:01:23,000 --> 00:01:25,000
- Is it?

4
01:02:03,500 --> 01:02:05,000
It is &amp; stays.
"""


def test_subtitles():
    """Cues are joined into sentences, each with its time."""
    expected = [
        ("paragraph", "0:00:01", "Gold is heavy."),
        ("paragraph", "0:01:23", "- Is it?"),
        ("paragraph", "1:02:03", "It is & stays."),
    ]
    assert shown("a.srt", SRT) == expected
    assert shown("nameless", SRT.replace("\n", "\r\n")) == expected
    vtt = (
        "WEBVTT - a talk\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
        "<v Ada>Gold is\n\n00:02.000 --> 00:03.000\n<v.loud Ada>Gold is\nheavy\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>Is it?\n"
    )
    assert shown("a.vtt", vtt) == [
        ("paragraph", "0:00:01", "Ada: Gold is heavy"),
        ("paragraph", "0:00:03", "Bob: Is it?"),
    ]
    assert detect("a.srt", b"notes about --> arrows") == "text"


CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ada König
ORG:Mine\\, Ltd.;Assay
EMAIL;TYPE=INTERNET,WORK:ada@exam
 ple.org
TEL;TYPE=cell:+49 170
ADR;TYPE=home:;;Main St. 1;Bern;;3000;CH
BDAY:19850412
PHOTO;ENCODING=b:AAAA
NOTE:first\\nsecond
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=
=C3=B6rg
END:VCARD
"""


def test_contacts():
    """One heading and one list for each."""
    assert shown("a.vcf", CARDS) == [
        ("heading", "contact 1", "Ada König"),
        (
            "list",
            "contact 1",
            "Organisation: Mine, Ltd., Assay\nEmail (work): ada@example.org\n"
            "Phone (cell): +49 170\n"
            "Address (home): Main St. 1, Bern, 3000, CH\nBirthday: 1985-04-12\nNote: first second",
        ),
        ("heading", "contact 2", "Jörg Müller"),
    ]
    assert detect("genome.vcf", b"##fileformat=VCFv4.2\n#CHROM") == "text"


CALENDAR = """BEGIN:VCALENDAR\r
X-WR-CALNAME:Club\r
BEGIN:VTIMEZONE\r
TZID:Europe/Zurich\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
SUMMARY:Panning\\, in the creek\r
DTSTART;TZID=Europe/Zurich:20240517T103000\r
DTEND;TZID=Europe/Zurich:20240517T113000\r
RRULE:FREQ=WEEKLY;BYDAY=FR\r
LOCATION:Creek\r
ORGANIZER;CN=Ada:mailto:ada@example.org\r
ATTENDEE;CN="Bob B.":mailto:bob@example.org\r
DESCRIPTION:Bring a pan.\\n\\nAnd boots.\r
BEGIN:VALARM\r
DESCRIPTION:Reminder\r
END:VALARM\r
END:VEVENT\r
BEGIN:VTODO\r
SUMMARY:Buy boots\r
DUE;VALUE=DATE:20240516\r
END:VTODO\r
END:VCALENDAR\r
"""


def test_calendars():
    """One block an entry, with dates that people read."""
    assert shown("a.ics", CALENDAR) == [
        ("heading", "event 1", "Panning, in the creek"),
        (
            "list",
            "event 1",
            "When: 2024-05-17 10:30 – 11:30\nRepeats: weekly\nWhere: Creek\n"
            "Organiser: Ada <ada@example.org>\nWith: Bob B. <bob@example.org>",
        ),
        ("paragraph", "event 1", "Bring a pan.\n\nAnd boots."),
        ("heading", "task 1", "Buy boots"),
        ("list", "task 1", "Due: 2024-05-16"),
    ]
    assert read("a.ics", CALENDAR.encode()).title == "Club"
