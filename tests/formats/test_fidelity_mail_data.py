"""Text of real files beside that of independent readers: what share of their words is in ours.

Their side is what each library gives as the content: the body that it prefers and the header
fields shown, cells, scalars and keys, text and attributes of elements. Left out of their side:
the words of HTML that no one sees (scripts, styles), and hidden attributes (namespaces).
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import statistics
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.errors import FileError
from app.formats import read

bs4 = pytest.importorskip("bs4")

WORD = re.compile(r"\w+")


def recall(theirs, ours):
    """The share of words of one text that the other has as often."""
    wanted, there = Counter(WORD.findall(theirs.lower())), Counter(WORD.findall(ours.lower()))
    total = sum(wanted.values())
    return sum((wanted & there).values()) / total if total else 1.0


def files(folder: Path, *endings: str):
    """Real files of these kinds that are read, with their documents."""
    found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in endings]
    for path in found:
        try:
            yield path, read(path.name, path.read_bytes())
        except FileError as error:
            assert error.code in {"damaged", "encrypted", "no-text", "empty"}


def judged(values):
    """Median at least .97, and 95 of 100 files at least .90."""
    assert values
    assert statistics.median(values) >= 0.97, sorted(values)[:10]
    below = sum(value < 0.9 for value in values)
    assert below <= max(1, len(values) * 0.05), sorted(values)[:10]


def mail_text(data: bytes) -> str:
    """Subject, sender and the text of the body that the standard library prefers."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = [str(message[name]) for name in ("subject", "date") if message[name]]
    body = message.get_body(("plain", "html"))
    if body is None:
        return " ".join(parts)
    content = body.get_content()
    if body.get_content_type() == "text/html":
        content = bs4.BeautifulSoup(content, "html.parser").get_text(" ")
    return " ".join([*parts, content])


def test_mail(fossick_data: Path):
    """EML beside the standard library's reader."""
    values = []
    for path, document in files(fossick_data / "files", ".eml"):
        try:
            theirs = mail_text(path.read_bytes())
        except (LookupError, ValueError, AttributeError, KeyError, TypeError):
            continue  # encodings that it does not know, header fields that break it
        values.append(recall(theirs, f"{document.title} {document.text}"))
    judged(values)


def test_tables(fossick_data: Path):
    """CSV and TSV beside the csv module with the delimiter that it finds."""
    values = []
    for path, document in files(fossick_data / "files", ".csv", ".tsv"):
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
        try:
            dialect = csv.Sniffer().sniff(text)
        except csv.Error:
            dialect = csv.excel
        rows = csv.reader(io.StringIO(text), dialect)
        values.append(recall(" ".join(cell for row in rows for cell in row), document.text))
    judged(values)


def test_json(fossick_data: Path):
    """JSON beside the json module."""

    def words(value):
        if isinstance(value, dict):
            return " ".join(f"{key} {words(each)}" for key, each in value.items())
        return " ".join(map(words, value)) if isinstance(value, list) else json.dumps(value)

    for path, document in files(fossick_data / "files", ".json"):
        assert recall(words(json.loads(path.read_bytes())), document.text) >= 0.999
    lines = fossick_data / "eval" / "cosqa_code" / "corpus.jsonl"
    data = b"\n".join(lines.read_bytes().split(b"\n")[:2000])
    theirs = " ".join(
        str(value) for line in data.decode().split("\n") for value in json.loads(line).values()
    )
    assert recall(theirs, read("corpus.jsonl", data).text) >= 0.999


def test_xml(fossick_data: Path):
    """XML beside ElementTree: all text and all attributes."""
    values = []
    with zipfile.ZipFile(fossick_data / "corpora" / "medquad-xml.zip") as archive:
        for name in archive.namelist()[::40]:
            data = archive.read(name)
            if not data:
                continue
            root = ElementTree.fromstring(data)
            theirs = [*root.itertext(), *(v for each in root.iter() for v in each.attrib.values())]
            values.append(recall(" ".join(theirs), read(name, data).text))
    judged(values)


def test_outlook(fossick_data: Path):
    """MSG beside the streams that hold subject and body."""
    olefile = pytest.importorskip("olefile")
    values = []
    for path, document in files(fossick_data / "files", ".msg"):
        with olefile.OleFileIO(path.read_bytes()) as ole:
            texts = [
                ole.openstream(name)
                .read()
                .decode("utf-16-le" if name.endswith("1F") else "latin-1")
                for name in ("__substg1.0_0037001F", "__substg1.0_1000001F", "__substg1.0_0C1A001F")
                if ole.exists(name)
            ]
        values.append(recall(" ".join(texts), f"{document.title} {document.text}"))
    judged(values)
