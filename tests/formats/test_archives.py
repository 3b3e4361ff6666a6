"""What is in archives, under which paths, and what is left out."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.errors import FileError
from app.formats import detect, members, read
from app.formats.member_paths import PathRegister
from app.formats.parsing import Parser
from tests.fixtures.archives import locked, tarred, zipped

FILES = {
    "notes/gold.md": b"# Gold\n\nIt is heavy.",
    "notes/öl.txt": "Öl schwimmt.".encode(),
    "empty.txt": b"",
}
TEXT = b"Gold is heavy, and does not rust.\n" * 1000
LOG = b"".join(b"%d nuggets on day %d\n" % (day * day % 97, day) for day in range(50_000))


def contents(path, data):
    """Path and content of each member."""
    return {member.path: member.data for member in members(path, data)}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.zip", zipped(FILES)),
        ("a.zip", zipped(FILES, zipfile.ZIP_STORED)),
        ("a.zip", zipped(FILES, zipfile.ZIP_BZIP2)),
        ("a.zip", zipped(FILES, zipfile.ZIP_LZMA)),
        ("no name that says so", zipped(FILES)),
        ("a.tar", tarred(FILES)),
        ("a.tar", tarred(FILES, form=tarfile.GNU_FORMAT)),
        ("a.tgz", tarred(FILES, "w:gz")),
        ("a.tar.bz2", tarred(FILES, "w:bz2")),
        ("a.txz", tarred(FILES, "w:xz")),
    ],
    ids=range(10),
)
def test_files_come_out_as_they_went_in(path, data):
    """Whatever the packing, names and bytes are the same."""
    assert detect(path, data) == "archive"
    assert contents(path, data) == FILES


@pytest.mark.parametrize(
    ("path", "data", "name"),
    [
        ("notes.txt.gz", gzip.compress(TEXT), "notes.txt"),
        ("notes.txt.bz2", bz2.compress(TEXT), "notes.txt"),
        ("notes.txt.xz", lzma.compress(TEXT), "notes.txt"),
        ("dump", gzip.compress(TEXT), "dump"),
        ("picture.svgz", gzip.compress(TEXT), "picture.svg"),
        ("two.gz", gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:]) + bytes(20), "two"),
    ],
    ids=range(6),
)
def test_one_file_packed_alone(path, data, name):
    """Its name is that of the packed file without the ending."""
    assert contents(path, data) == {name: TEXT}


def test_old_tar_archives_are_known_by_their_checksum():
    """Before POSIX there was no mark in the header."""
    data = bytearray(tarred({"a.txt": b"Gold"}, form=tarfile.USTAR_FORMAT))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\x00 " % sum(data[:512])
    assert contents("old", bytes(data)) == {"a.txt": b"Gold"}


def test_an_archive_is_no_document():
    """It is opened by its members only."""
    assert [member.path for member in members("a.txt", b"text")] == []
    with pytest.raises(FileError, match="holds others") as caught:
        read("a.zip", zipped(FILES))
    assert caught.value.code == "unsupported"


def test_times():
    """Times of change come with the files."""
    assert [each.modified for each in members("a.tar", tarred({"a": b"x"}))] == [1_700_000_000.0]
    assert [each.modified for each in members("a.zip", zipped({"a": b"x"}))] == [1_715_941_800.0]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_machinery_is_left_out(pack):
    """What the file managers of other systems leave behind is no one's text."""
    machinery = [
        "__MACOSX/._a.txt", "a/.DS_Store", ".git/config", "Thumbs.db", "x/node_modules/y.js",
    ]  # fmt: skip
    data = pack([(name, b"x") for name in machinery] + [("./kept.txt", b"x")])
    assert list(contents("a", data)) == ["kept.txt"]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\me\\a.txt", "Users/me/a.txt"),
        ("a//b/./c.txt", "a/b/c.txt"),
        ("\u202etxt.exe", "%E2%80%AEtxt.exe"),
        ("100%41.txt", "100%2541.txt"),
        ("line\nbreak.txt", "line%0Abreak.txt"),
    ],
)
def test_names_that_mislead(pack, name, path):
    """No path leaves its container, is absolute, or says something else than it is."""
    assert list(contents("a", pack([(name, b"x")]))) == [path]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_there_twice(pack):
    """Each has a path of its own."""
    data = pack([("a.md", b"1"), ("a.md", b"2"), ("./a.md", b"3"), ("a (2).md", b"4")])
    assert contents("a", data) == {
        "a.md": b"1", "a (2).md": b"2", "a (3).md": b"3", "a (2) (2).md": b"4",
    }  # fmt: skip


def test_a_hundred_thousand_equal_names():
    """Are told apart without looking at each other."""
    register = PathRegister()
    assert len({register.claim("a.txt") for _ in range(100_000)}) == 100_000


def test_names_in_code_page_437_and_in_utf_8_without_the_mark():
    """Old programs write the first, some new ones the second, and neither says so."""
    data = zipped({"x\x80.txt": b"1"})  # a name outside ASCII is marked as UTF-8
    old = data.replace("x\x80.txt".encode(), b"sm\x81.txt").replace(
        b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"
    )
    assert list(contents("a.zip", old)) == ["smü.txt"]
    new = data.replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00")
    assert list(contents("a.zip", new)) == ["x%C2%80.txt"]


def test_names_in_tar_archives_that_are_no_utf_8():
    """Are read as Western Europe wrote them."""
    data = tarred({"smör.txt": b"1"}, form=tarfile.USTAR_FORMAT)
    header = bytearray(data[:512])
    header[:9] = b"sm\xf6r.txt\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)
    assert list(contents("a.tar", bytes(header) + data[512:])) == ["smör.txt"]


def test_links_and_devices_are_left_out():
    """A link shows what is elsewhere; a device is no file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"odd{kind!r}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("folder"))
    assert list(contents("a.tar", packed.getvalue())) == ["folder"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipper:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipper.writestr(link, "/etc/passwd")
        zipper.writestr("file", "x")
    assert list(contents("a.zip", packed.getvalue())) == ["file"]


def test_locked_members():
    """Some of them are told one by one, all of them as the archive."""
    data = locked(zipped({"a.txt": b"open", "b.txt": b"shut"}), [b"b.txt"])
    first, second = members("a.zip", data)
    assert (first.data, first.problem) == (b"open", None)
    assert second.problem is not None
    assert (second.path, second.data, second.problem.code) == ("b.txt", b"", "encrypted")
    assert "a.zip/b.txt" in second.problem.message
    with pytest.raises(FileError) as caught:
        contents("a.zip", locked(data, [b"a.txt"]))
    assert caught.value.code == "encrypted"


def test_members_that_cannot_be_unpacked_are_told_one_by_one():
    """Beside those that can."""

    async def parsed():
        data = locked(zipped({"a.txt": b"open", "b.txt": b"shut"}), [b"b.txt"])
        parser = Parser(count_tokens=estimate_tokens)
        return [each async for each in parser.parse("a.zip", data, None, {})]

    first, second, archive = asyncio.run(parsed())
    assert first.document is not None
    assert (second.path, second.problem and second.problem.code) == ("a.zip/b.txt", "encrypted")
    assert (archive.members, archive.problem) == (2, None)


def test_a_damaged_member_leaves_the_others():
    """The directory of a zip archive says where they are."""
    data = zipped({"a.txt": b"first " * 9, "b.txt": b"second"}, zipfile.ZIP_STORED)
    first, second = members("a.zip", data.replace(b"first first", b"fIrst first", 1))
    assert first.problem is not None
    assert first.problem.code == "damaged"
    assert second.data == b"second"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.txt.gz"])
def test_what_came_before_the_damage_stands(name):
    """A download that broke off gives the files that are whole, and is damaged then."""
    files = {f"{number}.txt": bytes([65 + number]) * 5000 + TEXT for number in range(4)}
    whole = {
        "a.zip": lambda: zipped(files),
        "a.tar": lambda: tarred(files),
        "a.tgz": lambda: tarred(files, "w:gz"),
        "a.txt.gz": lambda: gzip.compress(LOG),
    }[name]()
    found = []
    given = members(name, whole[: len(whole) * 3 // 4])
    with pytest.raises(FileError) as caught:
        while True:
            found.append(next(given))
    assert caught.value.code == "damaged"
    if name == "a.txt.gz":
        assert len(found) == 1
        assert LOG.startswith(found[0].data)
        assert len(found[0].data) > len(LOG) // 2
    else:
        assert len(found) >= 2
        assert all(member.data == files[member.path] for member in found)


def test_a_module_that_is_missing(monkeypatch):
    """Some Pythons come without bzip2 or xz: a code, and a way out."""
    monkeypatch.setitem(__import__("sys").modules, "lzma", None)
    with pytest.raises(FileError) as caught:
        contents("a.xz", b"\xfd7zXZ\x00" + bytes(20))
    assert caught.value.code == "unsupported"
    assert "gzip" in caught.value.hint
