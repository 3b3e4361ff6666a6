"""Large archives are read piece by piece, to the same end as in memory."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import random
import tarfile
import zipfile

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.errors import FileError
from app.formats import sources
from app.formats.limits import Limits
from app.formats.parsing import Parser
from app.formats.slices import PIECE, count, stream
from app.formats.sources import BytesSource, InlineParser


class Watched:
    """Bytes by slices, with the most that was asked for at once."""

    def __init__(self, data: bytes, end: int | None = None) -> None:
        self.data, self.end, self.most = data, end, 0

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, span: slice) -> bytes:
        start, stop, _ = span.indices(len(self.data))
        if self.end is not None and stop > self.end:
            raise FileError("x could not be read any further.", code="unreadable")
        self.most = max(self.most, stop - start)
        return self.data[start:stop]


def noise(size: int) -> bytes:
    """Bytes that cannot be packed."""
    return random.Random(size).randbytes(size)


TEXTS = {"a.txt": b"gold", "deep/b.md": b"# Silver", "noise.bin": noise(3 * PIECE), "c.txt": b""}


def zipped(texts=TEXTS, method=zipfile.ZIP_STORED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in texts.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(texts=TEXTS) -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in texts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def outcomes(source, **limits):
    """What becomes of a file and of those inside of it."""

    async def collect():
        parser = InlineParser(Parser(count_tokens=estimate_tokens, limits=Limits(**limits)))
        return [one async for some in parser.parse([source], {}) for one in some]

    return [
        (one.path, one.digest, one.members, one.problem and one.problem.code, one.size)
        for one in asyncio.run(collect())
    ]


ARCHIVES = {
    "x.zip": zipped(),
    "packed.zip": zipped(method=zipfile.ZIP_DEFLATED),
    "x.tar": tarred(),
    "x.tgz": gzip.compress(tarred(), 1),
    "noise.bin.gz": gzip.compress(TEXTS["noise.bin"], 1),
    "nested.zip": zipped({"in.zip": zipped(), "after.txt": b"tin"}),
    "many.zip": zipped({f"{n}.txt": b"x%d" % n for n in range(50)}),
    "cut.tar": tarred()[:-4000],
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_same_as_in_memory(name, monkeypatch):
    """Every member with its digest, and never more than a piece at once."""
    data = ARCHIVES[name]
    monkeypatch.setattr(sources, "LARGE", 1)
    source = sliced(name, data)
    for limits in ({}, {"members": 20}, {"expanded_bytes": PIECE}):
        found = outcomes(source, **limits)
        assert found == outcomes(BytesSource(name, data, 5.0), **limits)
    assert not source.whole
    assert source.watched.most <= PIECE


def sliced(path, data):
    """A file of which it is known how it was read."""

    class File:
        size, modified = len(data), 5.0
        watched, whole = Watched(data), False

        def __init__(self):
            self.path = path

        async def read(self):
            self.whole = True
            return data

        async def slices(self):
            return self.watched

    return File()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("book.zip", {"mimetype": b"application/epub+zip", "a.html": b"<p>gold"}),
        ("report.bin", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        ("report.docx", TEXTS),
        ("a.jar", TEXTS),
    ],
)
def test_books_and_office_files_are_no_archives(name, texts, monkeypatch):
    """They are read whole, as ever."""
    monkeypatch.setattr(sources, "LARGE", 1)
    source = sliced(name, zipped(texts))
    found = outcomes(source)
    assert source.whole
    assert found == outcomes(BytesSource(name, zipped(texts), 5.0))


def test_a_file_that_goes_away_meanwhile(monkeypatch):
    """Is unreadable, not damaged; what came before stands."""
    monkeypatch.setattr(sources, "LARGE", 1)
    source = sliced("x.zip", zipped())
    source.watched.end = 10_000
    assert [(path, code) for path, _, _, code, _ in outcomes(source)] == [("x.zip", "unreadable")]


def test_what_is_too_large_is_that_before_it_is_unreadable(monkeypatch):
    """A size is known of what cannot be read from its first byte on."""
    monkeypatch.setattr(sources, "LARGE", 1)
    source = sliced("huge.txt", zipped())
    source.watched.end = 0
    assert [one[3] for one in outcomes(source, text_bytes=1000)] == ["too-large"]
    assert not source.whole


def test_an_archive_without_its_end_is_damaged(monkeypatch):
    """What could be salvaged in memory is not looked for in large ones."""
    monkeypatch.setattr(sources, "LARGE", 1)
    data = zipped()[:-100]
    assert [(path, code) for path, _, _, code, _ in outcomes(sliced("x.zip", data))] == [
        ("x.zip", "damaged")
    ]


def test_signs_across_the_edge_of_pieces():
    """Are counted once, as in memory."""
    data = bytearray(3 * PIECE)
    for at in (0, PIECE - 2, 2 * PIECE - 1, 3 * PIECE - 4):
        data[at : at + 4] = b"PK\x01\x02"
    assert count(bytes(data), b"PK\x01\x02") == count(Watched(bytes(data)), b"PK\x01\x02") == 4
    assert count(Watched(bytes(data)), b"PK\x01\x02", 1) == 2, "it need not look any further"


def test_a_stream_of_slices_is_a_file():
    """Reads and seeks as a file in memory does."""
    data = noise(3000)
    file, memory = stream(Watched(data)), io.BytesIO(data)
    for place, whence, size in ((-10, 2, 100), (5, 0, 7), (20, 1, 1), (2990, 0, 50)):
        assert file.seek(place, whence) == memory.seek(place, whence)
        assert file.read(size) == memory.read(size)
    assert hashlib.sha256(file.read()).digest() == hashlib.sha256(b"").digest()
