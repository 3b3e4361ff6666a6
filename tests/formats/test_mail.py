"""Mail: what is its text, what came with it, and who wrote to whom."""

from __future__ import annotations

import asyncio
import struct
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.errors import FileError
from app.formats import detect, members, read
from app.formats import mail as reader
from app.formats.parsing import Parser
from tests.fixtures.outlook import compound, item

PLAIN = b"""Return-Path: <ada@example.org>
Received: from a by b; Fri, 17 May 2024 10:30:01 +0200
From: =?utf-8?q?Ada_K=C3=B6nig?= <ada@example.org>
To: Bob <bob@example.org>,
  "Carl, C." <carl@example.org>
Cc: dan@example.org
Subject: =?utf-8?b?R29sZCBpcyA=?=
 =?utf-8?q?heavy_=E2=9A=96?=
Date: Fri, 17 May 2024 10:30:00 +0200
Message-ID: <1@example.org>

Gold is heavy.

> Is it?
> I asked.
"""


def mail(**fields):
    """A message with these header fields."""
    message = EmailMessage()
    for name, value in ({"From": "ada@example.org", "Subject": "Gold"} | fields).items():
        message[name] = value
    return message


def test_header_fields():
    """Encoded words and folded lines are read; names are kept for filters."""
    document = read("a.eml", PLAIN)
    assert document.title == "Gold is heavy ⚖"
    assert document.kind == "mail"
    assert document.metadata == {
        "from": "Ada König <ada@example.org>",
        "to": "Bob <bob@example.org>, Carl, C. <carl@example.org>",
        "cc": "dan@example.org",
        "date": "2024-05-17T10:30:00+02:00",
        "subject": "Gold is heavy ⚖",
        "author": "Ada König",
    }
    assert document.text == (
        "From: Ada König <ada@example.org>\n"
        "To: Bob <bob@example.org>, Carl, C. <carl@example.org>\n"
        "Cc: dan@example.org\n"
        "Date: Fri, 17 May 2024 10:30:00 +0200\n\n"
        "Gold is heavy.\n\n> Is it?\n> I asked."
    )
    assert next(part.start for part in chunk(document, count_tokens=len)) == 0


@pytest.mark.parametrize(
    ("path", "data", "family"),
    [
        ("a.eml", b"no header at all", "mail"),
        ("saved", PLAIN, "mail"),
        ("saved.txt", PLAIN, "mail"),
        ("cur/1234.host:2,S", PLAIN, "mail"),
        ("1.emlx", b"812\n" + PLAIN, "mail"),
        ("notes.txt", b"From: me\nTo: you\n\nA letter.", "text"),
        ("howto.md", PLAIN, "markdown"),
        ("Inbox", b"From ada@example.org Fri May 17 10:30:00 2024\n" + PLAIN, "mailbox"),
        ("a.mbox", b"From - Fri May 17 10:30:00 2024\r\nSubject: x\r\n\r\ny", "mailbox"),
        ("story.txt", b"From the first day on\nGold was heavy", "text"),
        ("page.mhtml", b"From: <Saved by Blink>\nContent-Type: multipart/related\n\n", "mhtml"),
        ("strange.msg", PLAIN, "mail"),
    ],
)
def test_detection(path, data, family):
    """The lines that a mail begins with tell it, where the name says little."""
    assert detect(path, data) == family


def test_what_is_no_mail_although_its_name_says_so():
    """Is never read as something else."""
    for name in ("a.msg", "a.mbox", "a.mht"):
        with pytest.raises(FileError) as caught:
            detect(name, b"Gold is heavy.")
        assert caught.value.code == "damaged"


def test_plain_text_is_preferred():
    """Unless the HTML says much more."""
    message = mail()
    message.set_content("Gold is heavy, says the plain text of this mail.")
    message.add_alternative("<h1>Gold</h1><p>is heavy, says the <b>HTML</b>.", subtype="html")
    assert "says the plain text" in read("a.eml", bytes(message)).text
    assert "HTML" not in read("a.eml", bytes(message)).text
    poor = mail()
    poor.set_content("Your program cannot show this.")
    poor.add_alternative("<h2>Gold</h2><p>" + "Gold is heavy. " * 20, subtype="html")
    document = read("a.eml", bytes(poor))
    assert "cannot show" not in document.text
    assert [block.kind for block in document.blocks] == ["paragraph", "heading", "paragraph"]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-2022-jp", "日本語のメール"),
        ("shift_jis", "日本語のメール"),
        ("koi8-r", "Золото тяжёлое"),
        ("iso-8859-1", "Größe und Gewicht"),
        ("utf-8", "Gold ⚖ 黄金"),
        ("ks_c_5601-1987", "금은 무겁다"),
        ("utf-7", "Gold ⚖ is heavy"),
    ],
)
def test_encodings(charset, text):
    """What the part says of its encoding counts."""
    head = f"From: a@b.org\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert text in read("a.eml", head + text.encode(charset)).text


def test_header_fields_in_bytes_that_no_one_declared():
    """Old programs wrote them so."""
    data = "From: Jörg <j@b.org>\nSubject: Größe des Nuggets\n\nx".encode("latin-1")
    document = read("a.eml", data)
    assert (document.title, document.metadata["author"]) == ("Größe des Nuggets", "Jörg")


def test_lines_broken_softly_are_joined():
    """Sentences are whole again (RFC 3676)."""
    data = b"Subject: x\nContent-Type: text/plain; format=flowed\n\nGold is \nheavy.\n-- \nAda\n"
    assert read("a.eml", data).text == "Gold is heavy.\n-- \nAda"


def test_attachments():
    """Files and mails that came with it are members, pictures in the text are not."""
    inner = mail(Subject="Inner")
    inner.set_content("Deep down.")
    message = mail()
    message.set_content("See the files.")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="../t.csv")
    message.add_attachment("twice", filename="note.txt")
    message.add_attachment("twice again", filename="note.txt")
    message.add_attachment(inner)
    message.add_attachment(
        b"\x89PNG",
        maintype="image",
        subtype="png",
        disposition="inline",
        cid="<1@x>",
        filename="l.png",
    )
    data = bytes(message)
    found = {member.path: member.data for member in members("a.eml", data)}
    assert list(found) == [".._t.csv", "note.txt", "note (2).txt", "Inner.eml"]
    assert found[".._t.csv"] == b"a,b\n1,2\n"
    assert "Deep down." in read("Inner.eml", found["Inner.eml"]).text
    document = read("a.eml", data)
    assert "See the files." in document.text
    assert document.text.endswith("Attachments: .._t.csv, note.txt, note.txt, Inner.eml")
    assert "Deep down" not in document.text


def test_a_part_that_is_encrypted():
    """Says so, and where it can be opened."""
    data = (
        b'From: a@b.org\nContent-Type: multipart/encrypted; boundary="x"\n\n'
        b"--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--x--\n"
    )
    with pytest.raises(FileError) as caught:
        read("a.eml", data)
    assert caught.value.code == "encrypted"
    assert "a.eml" in caught.value.message
    assert "mail program" in caught.value.hint


def test_mailboxes():
    """One message each, under its subject, with its time; quoted lines are as they were."""
    one = PLAIN + b"\n>From the start on, and\nFrom here as well\n\n>>From twice\n"
    box = b"".join(
        b"From ada@example.org Fri May 17 10:30:00 2024\n" + each + b"\n"
        for each in (
            one,
            b"Subject: Second/part\n\nx\n",
            b"Subject: Second/part\n\ny\n",
            b"X-Part: 1\n\nz",
        )
    )
    for data in (box, box.replace(b"\n", b"\r\n")):
        first, *others = members("Inbox", data)
        assert first.path == "Gold is heavy ⚖.eml"
        assert first.modified == datetime(2024, 5, 17, 8, 30, tzinfo=UTC).timestamp()
        text = read(first.path, first.data).text
        assert "\nFrom the start on, and\nFrom here as well" in text
        assert ">From twice" in text
        assert [each.path for each in others] == [
            "Second_part.eml", "Second_part (2).eml", "no subject.eml",
        ]  # fmt: skip


def test_saved_pages():
    """The page is read, its pictures and frames are not."""
    data = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/gold\r\n"
        b"Subject: Gold\r\nDate: Fri, 17 May 2024 10:30:00 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="xx"\r\n\r\n--xx\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"Content-Location: https://example.org/gold\r\n\r\n"
        b"<html><head><meta charset=3Dutf-8></head><body><h1>Gr=C3=B6=C3=9Fe</h1>"
        b"<p>Gold is hea=\r\nvy.</p>\r\n--xx\r\nContent-Type: image/png\r\n\r\nxyz\r\n--xx--\r\n"
    )
    for path in ("gold.mhtml", "gold"):
        assert detect(path, data) == "mhtml"
        document = read(path, data)
        assert (document.kind, document.title) == ("html", "Größe")
        assert document.text == "Größe\n\nGold is heavy."
        assert document.metadata["url"] == "https://example.org/gold"
        assert document.metadata["modified"].startswith("2024-05-17T10:30")


SENT = struct.pack(
    "<Q", int((datetime(2024, 5, 17, 8, 30) - datetime(1601, 1, 1)).total_seconds()) * 10**7
)


def outlook(subject, body, **inside):
    """The storage of a message, its own header aside."""
    texts = {0x0037: subject, 0x0C1A: "Ada König", 0x5D01: "ada@example.org", 0x1000: body}
    return item(texts, {0x0039 << 16 | 0x40: SENT}, inside.pop("header", 32), **inside)


def test_outlook_messages():
    """Are read as the mail that they were, with what came with them, messages too."""
    recipient = item({0x3001: "Bob", 0x39FE: "bob@example.org"}, {0x0C15 << 16 | 3: b"\x02"}, 8)
    inner = outlook("Inner", "Deep down.", header=24)
    file = item({0x3707: "ähm.txt", 0x3701: b"Gold " * 2000}, {}, 8)
    data = compound(
        outlook(
            "Gold ⚖", "Gold is heavy.",
            **{"__recip_version1.0_#00000000": recipient,
               "__attach_version1.0_#00000000": file,
               "__attach_version1.0_#00000001": item({}, {}, 8, **{"__substg1.0_3701000D": inner})},
        )
    )  # fmt: skip
    assert detect("a.msg", data) == detect("nameless", data) == "msg"
    document = read("a.msg", data)
    assert (document.kind, document.title) == ("mail", "Gold ⚖")
    assert document.metadata["from"] == "Ada König <ada@example.org>"
    assert document.metadata["cc"] == "Bob <bob@example.org>"
    assert document.metadata["date"] == "2024-05-17T08:30:00+00:00"
    assert "Gold is heavy." in document.text
    found = {member.path: member.data for member in members("a.msg", data)}
    assert found["ähm.txt"] == b"Gold " * 2000
    assert read("Inner.eml", found["Inner.eml"]).text.endswith("Deep down.")


def test_outlook_messages_in_html_and_code_pages():
    """The code page of the message counts where the text has none."""
    page = "<p>Größe des Nuggets".encode("cp1252")
    tree = item({0x0037: "x", 0x1013: page}, {0x3FDE << 16 | 3: struct.pack("<I", 1252)}, 32)
    tree["__substg1.0_0C1A001E"] = "Jörg".encode("cp1252")
    document = read("a.msg", compound(tree))
    assert "Größe des Nuggets" in document.text
    assert document.metadata["author"] == "Jörg"


def test_a_mail_is_taken_apart_once(monkeypatch):
    """Its text and what came with it come of one parsing."""
    taken = []
    original = reader.parsed

    def parsed(path, data):
        taken.append(path)
        return original(path, data)

    monkeypatch.setattr(reader, "parsed", parsed)
    message = EmailMessage()
    message["Subject"] = "Gold"
    message.set_content("In the river.")
    message.add_attachment("silver", filename="a.txt")

    async def outcomes():
        parser = Parser(count_tokens=estimate_tokens)
        return [one async for one in parser.parse("m.eml", message.as_bytes(), None, {})]

    attached, whole = asyncio.run(outcomes())
    assert (attached.document.text.strip(), whole.members) == ("silver", 1)
    assert "In the river." in whole.document.text
    assert taken == ["m.eml"]
