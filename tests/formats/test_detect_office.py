"""Office files are known by what is in them; what is not read says the way out."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats import detect
from app.formats.ole_names import root_entries
from app.formats.zip_names import zip_family
from tests.fixtures.compound import compound
from tests.fixtures.office import docx, name_of, paragraph, zipped


def word(flags: int) -> bytes:
    """A Word document of before 2007 with these flags."""
    return compound({"WordDocument": bytes(11) + bytes([flags]) + bytes(100), "1Table": b""})


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("a.doc", word(0x02), "unsupported", "before 2007"),
        ("a", word(0x02), "unsupported", "before 2007"),
        ("a.doc", word(0x01), "encrypted", "password"),
        ("a.ppt", compound({"PowerPoint Document": b""}), "unsupported", "PowerPoint"),
        ("a.ppt", compound({"PowerPoint Document": b"", "EncryptedSummary": b""}), "encrypted", ""),
        ("a.xlsx", compound({"EncryptionInfo": b"", "EncryptedPackage": b""}), "encrypted", ""),
        ("a.doc", compound({})[:700], "unsupported", "before 2007"),
        (
            "a.xlsb",
            zipped({"[Content_Types].xml": "", "xl/workbook.bin": ""}),
            "unsupported",
            "bin",
        ),
        ("a.docx", b"Just a text", "damaged", "does not begin"),
        ("a.epub", bytes(range(256)), "damaged", "does not begin"),
    ],
    ids=name_of,
)
def test_refused(name, data, code, words):
    """With a code, and a hint that names another format where that is the way out."""
    with pytest.raises(FileError) as caught:
        detect(name, data)
    assert caught.value.code == code
    assert words in caught.value.message
    assert code != "unsupported" or "save it as" in caught.value.hint


@pytest.mark.parametrize(
    ("parts", "family"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "docx"),
        ({"_rels/.rels": "", "xl/workbook.xml": ""}, "xlsx"),
        ({"[Content_Types].xml": "", "PPT\\presentation.xml": ""}, "pptx"),
        ({"word/document.xml": "", "notes.txt": ""}, ""),
        ({"backup/[Content_Types].xml": "", "backup/word/a.xml": ""}, ""),
        ({"mimetype": "application/epub+zip"}, "epub"),
        ({"META-INF/container.xml": ""}, "epub"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "odt"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet-template"}, "ods"),
        ({"mimetype": "application/vnd.oasis.opendocument.presentation"}, "odp"),
        ({}, ""),
    ],
)
def test_zip_archives(parts, family):
    """By the names of their parts at the top, or the type that they declare."""
    assert zip_family(zipped(parts)) == family
    assert zip_family(b"MZ stub of a program" + zipped(parts)) in {family, ""}


@pytest.mark.parametrize(
    ("name", "data", "family"),
    [
        ("export.xls", b"Name\tAge\nAda\t36\n", "text"),
        ("export.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "html"),
        ("letter.doc", b"Dear Ada,", "text"),
        ("letter.rtf", b"Dear Ada,", "text"),
        ("old.doc", b"{\\rtf1 x}", "rtf"),
        ("report.docx", b"%PDF-1.7", "pdf"),
    ],
)
def test_content_before_name(name, data, family):
    """Programs save tables of text under the names of workbooks."""
    assert detect(name, data) == family


def test_torn_containers_never_raise():
    """Cut off anywhere, and with any byte turned, names are found or not."""
    for data, look in ((docx(paragraph("x")), zip_family), (word(0), root_entries)):
        for cut in range(0, len(data), 7):
            look(data[:cut])
        for place in range(0, min(len(data), 3000)):
            look(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])


def test_entries():
    """Names at the top, with their places."""
    entries = root_entries(compound({"Workbook": b"x" * 5000, "\x05SummaryInformation": b""}))
    assert set(entries) == {"workbook", "\x05summaryinformation"}
    assert entries["workbook"].size == 5000
