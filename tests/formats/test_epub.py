"""EPUB: chapters in their order, under the headings of the table of contents."""

from __future__ import annotations

import pytest

from app.errors import FileError
from app.formats import detect, read
from app.formats.limits import Limits
from tests.fixtures.office import name_of, zipped

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
NCX = (
    '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://example.org/ncx.dtd">'
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    '<navPoint><navLabel><text>Part &nbsp;I</text></navLabel><content src="b.xhtml"/>'
    '<navPoint><navLabel><text>Gold</text></navLabel><content src="text/a%20b.xhtml#x"/></navPoint>'
    "</navPoint></navMap></ncx>"
)
NAV = (
    '<!DOCTYPE html><nav epub:type="toc"><ol><li><a href="b.xhtml">Part I</a><ol>'
    '<li><a href="text/a%20b.xhtml">Gold</a></li></ol></li></ol></nav>'
    '<nav epub:type="landmarks"><ol><li><a href="b.xhtml">Cover</a></li></ol></nav>'
)


def page(body: str) -> str:
    """A page of XHTML."""
    return f'<?xml version="1.0"?><html><head><title>t</title></head><body>{body}</body></html>'


def epub(nav: bool = False, **parts: str) -> bytes:
    """A book of two chapters, read against the order of their files."""
    toc = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    package = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Mining</dc:title>'
        "<dc:title>Subtitle</dc:title><dc:creator>Ada</dc:creator><dc:creator>Eve</dc:creator>"
        "<dc:date>2024-03-01T00:00:00Z</dc:date><dc:description>&lt;p&gt;Deep.&lt;/p&gt;"
        "</dc:description></metadata><manifest>"
        '<item id="a" href="text/a%20b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="i" href="i.png" media-type="image/png"/>'
        f'{toc if nav else ""}<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        '</manifest><spine toc="ncx"><itemref idref="b"/><itemref idref="nav"/><itemref idref="a"/>'
        '<itemref idref="i"/><itemref idref="gone"/></spine></package>'
    )
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": package,
        "OPS/b.xhtml": page("<p>Before</p><aside><p>A note.</p></aside>"),
        "OPS/text/a b.xhtml": page("<h1>Gold</h1><p>Heavy.</p><h2>Mines</h2><p>Deep.</p>"),
        "OPS/toc.ncx": NCX,
        "OPS/nav.xhtml": NAV,
    }
    return zipped(files | {name.replace("__", "/"): text for name, text in parts.items()})


@pytest.mark.parametrize("nav", [False, True])
def test_chapters(nav):
    """In the order of the spine; the contents name what has no heading, and say how deep it is."""
    document = read("a.epub", epub(nav))
    assert [
        (block.kind, block.level, document.text[block.start : block.end])
        for block in document.blocks
    ] == [
        ("heading", 1, "Part I"),
        ("paragraph", 0, "Before"),
        ("paragraph", 0, "A note."),
        ("heading", 2, "Gold"),
        ("paragraph", 0, "Heavy."),
        ("heading", 3, "Mines"),
        ("paragraph", 0, "Deep."),
    ]


def test_metadata():
    """Title, authors, date, and a description without its markup."""
    document = read("a.epub", epub())
    assert document.title == "Mining"
    assert document.metadata == {"author": "Ada, Eve", "date": "2024-03-01", "description": "Deep."}
    assert document.kind == detect("a.zip", epub()) == "epub"


def encrypted(name: str) -> str:
    """A list of encrypted parts."""
    return (
        f'<encryption><EncryptedData><CipherReference URI="{name}"/></EncryptedData></encryption>'
    )


def test_copy_protection():
    """Scrambled chapters are refused, scrambled fonts do no harm."""
    fonts = {"META-INF__encryption.xml": encrypted("OPS/font.otf")}
    assert "Heavy" in read("a.epub", epub(**fonts)).text
    with pytest.raises(FileError) as caught:
        read("a.epub", epub(**{"META-INF__encryption.xml": encrypted("OPS/b.xhtml")}))
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (epub(**{"META-INF__container.xml": "<container/>"}), Limits(), "damaged"),
        (epub(**{"OPS__book.opf": "<package>"}), Limits(), "damaged"),
        (epub(), Limits(pages=1), "too-large"),
        (epub(**{"OPS__b.xhtml": "<img/>", "OPS__text__a b.xhtml": ""}), Limits(), "no-text"),
        (zipped({"mimetype": "application/epub+zip"}), Limits(), "damaged"),
        (epub()[:-30], Limits(), "damaged"),
    ],
    ids=name_of,
)
def test_refusals(data, limits, code):
    """Each with its code."""
    with pytest.raises(FileError) as caught:
        read("a.epub", data, limits)
    assert caught.value.code == code


def test_damaged_contents_do_no_harm():
    """Chapters stand by themselves."""
    assert "Heavy." in read("a.epub", epub(**{"OPS__toc.ncx": "<ncx>"})).text
