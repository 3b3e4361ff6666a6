"""Archives that are made to do harm end in bounded time and memory, with a code."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FILE_CODES, FileError
from app.formats import DEFAULT_LIMITS, members
from app.formats.limits import MB
from tests.fixtures.archives import tarred, zipped

SMALL = replace(DEFAULT_LIMITS, expanded_bytes=3 * MB, members=50)


def opened(path, data, limits=DEFAULT_LIMITS):
    """Codes of all that was told, and the bytes that came out."""
    codes, size = [], 0
    try:
        for member in members(path, data, limits):
            size += len(member.data)
            if member.problem:
                codes.append(member.problem.code)
    except FileError as error:
        codes.append(error.code)
        assert error.message
        assert error.hint
    assert set(codes) <= set(FILE_CODES)
    return codes, size


@pytest.fixture
def frugal():
    """Fails where a test takes more than 96 MB or 20 seconds."""
    tracemalloc.start()
    begun = time.monotonic()
    yield
    took, peak = time.monotonic() - begun, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert took < 20
    assert peak < 96 * MB


@pytest.mark.parametrize(
    ("path", "packed"),
    [
        ("bomb.zip", lambda data: zipped({"a.txt": data})),
        ("bomb.gz", gzip.compress),
        ("bomb.bz2", bz2.compress),
        ("bomb.xz", lzma.compress),
        ("bomb.tgz", lambda data: tarred({"a.txt": data}, "w:gz")),
    ],
    ids=["zip", "gz", "bz2", "xz", "tgz"],
)
def test_bombs(path, packed, frugal):
    """What grows more than the ratio allows is not unpacked further."""
    data = packed(bytes(64 * MB))
    tracemalloc.reset_peak()  # what was taken to make it counts for nothing
    codes, size = opened(path, data)
    assert set(codes) == {"too-large"}
    assert size == 0


def overlapping(count):
    """A zip archive whose members all are the same stream (Fifield's bomb in small)."""
    body = zlib.compress(bytes(range(256)) * 16 * 1024, 9)[2:-4]
    crc = zlib.crc32(bytes(range(256)) * 16 * 1024)
    fields = struct.pack("<HHHHIII", 0, 8, 0, 33, crc, len(body), 4 * MB)
    out = bytearray(
        b"PK\x03\x04" + struct.pack("<H", 20) + fields + struct.pack("<HH", 1, 0) + b"a" + body
    )
    start = len(out)
    for _ in range(count):
        out += b"PK\x01\x02" + struct.pack("<HH", 20, 20) + fields
        out += struct.pack("<HHHHHII", 1, 0, 0, 0, 0, 0, 0) + b"a"
    size = len(out) - start
    return bytes(out + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, start, 0))


def test_members_that_overlap(frugal):
    """Each alone is within the ratio, all together are not."""
    codes, size = opened("a.zip", overlapping(1000))
    assert codes[-1] == "too-large" or set(codes) == {"damaged"}  # newer Pythons see the overlap
    assert size < 200 * MB


def test_too_many_members(frugal):
    """An archive is not opened beyond the limit."""
    files = [(f"{number}.txt", b"x") for number in range(60)]
    assert opened("a.zip", zipped(files), SMALL) == (["too-large"], 0)
    assert opened("a.tar", tarred(files), SMALL) == (["too-large"], 50)


def test_more_than_all_members_may_be(frugal):
    """Bytes are counted over the whole archive."""
    noise = [(f"{number}.pdf", bytes(range(256)) * 4096) for number in range(5)]
    for path, data in (
        ("a.zip", zipped(noise, zipfile.ZIP_STORED)),
        ("a.tgz", tarred(noise, "w:gz")),
    ):
        codes, size = opened(path, data, SMALL)
        assert codes == ["too-large"]
        assert size <= 3 * MB


def test_a_member_that_is_too_large_alone():
    """It is told, not unpacked, and the next is."""
    limits = replace(DEFAULT_LIMITS, text_bytes=1000)
    for pack in (zipped, tarred):
        data = pack({"big.txt": bytes(5000), "small.txt": b"x"})
        big, small = members("a", data, limits)
        assert big.problem is not None
        assert big.problem.code == "too-large"
        assert small.data == b"x"


def test_headers_that_claim_what_is_not_there(frugal):
    """Sizes of gigabytes are not allocated."""
    data = bytearray(zipped({"a.pdf": b"x" * 500}))
    central = data.rfind(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 90 * MB)
    assert opened("a.zip", bytes(data)) == ([], 500)
    tar = bytearray(tarred({"a.pdf": b"x" * 500}, form=tarfile.USTAR_FORMAT))
    tar[124:136] = b"%011o\x00" % (90 * MB)
    tar[148:156] = b" " * 8
    tar[148:156] = b"%06o\x00 " % sum(tar[:512])
    assert opened("a.tar", bytes(tar)) == (["damaged"], 0)


def with_a_long_name(size):
    """A packed tar archive that begins with a name of so many bytes, 20 MB of which are there."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size
    noise = random.Random(1).randbytes(MB) * 20
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + noise, 1)


def test_a_long_name_of_gigabytes_in_a_packed_stream(frugal):
    """Headers of a tar archive may carry any length; what is read at once has a limit."""
    data = with_a_long_name(2048 * MB)
    tracemalloc.reset_peak()  # what was taken to make it counts for nothing
    with pytest.raises(FileError, match="too long") as caught:
        list(members("a.tgz", data))
    assert caught.value.code == "damaged"


def test_sparse_files_are_not_filled(frugal):
    """A few bytes may claim to be a disk."""
    info = tarfile.TarInfo("disk.img")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 512
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\x00%011o\x00" % (0, 512)
    header[483:495] = b"%011o\x00" % (8 << 30)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)
    codes, size = opened("a.tar", bytes(header) + bytes(512 * 3))
    assert size == 0
    assert codes in ([], ["damaged"])


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tar.bz2", "a.txz", "a.txt.gz"])
def test_cut_off_at_every_percent(name):
    """Wherever it ends, files come out whole, and the rest has a code."""
    noise = b"".join(struct.pack("<d", number**0.5) for number in range(1000))
    files = {f"{number}.txt": noise for number in range(5)}
    modes = {"a.tar": "w", "a.tgz": "w:gz", "a.tar.bz2": "w:bz2", "a.txz": "w:xz"}
    whole = tarred(files, modes[name]) if name in modes else zipped(files)
    if name == "a.txt.gz":
        whole = gzip.compress(noise)
    for percent in range(100):
        end = max(512 if name == "a.tar" else 12, len(whole) * percent // 100)
        codes, size = opened(name, whole[:end])
        assert codes or size >= len(noise)
        assert set(codes) <= {"damaged"}


@given(
    st.binary(max_size=400), st.sampled_from(["zip", "tar", "gz", "bz2", "xz"]), st.integers(0, 600)
)
def test_bytes_of_chance(noise, kind, place):
    """Well begun and then anything."""
    whole = bytearray(
        {
            "zip": zipped({"a.txt": b"Gold" * 50}),
            "tar": tarred({"a.txt": b"Gold" * 50}),
            "gz": gzip.compress(b"Gold" * 50),
            "bz2": bz2.compress(b"Gold" * 50),
            "xz": lzma.compress(b"Gold" * 50),
        }[kind]
    )
    place = 10 + place % len(whole)
    whole[place : place + len(noise)] = noise
    opened(f"a.{kind}", bytes(whole))


def test_a_zip_of_itself():
    """Archives inside of archives are members like any other; who opens them counts the depth."""
    inner = zipped({"a.txt": b"Gold"})
    for _ in range(3):
        inner = zipped({"inner.zip": inner})
    assert [member.path for member in members("a.zip", inner)] == ["inner.zip"]
    assert io.BytesIO(inner).read(2) == b"PK"
