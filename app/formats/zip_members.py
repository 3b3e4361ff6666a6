"""Zip archives: their files, one at a time."""

from __future__ import annotations

import calendar
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from app.errors import FileError
from app.formats.budget import Budget
from app.formats.detect import check_size
from app.formats.families import Member
from app.formats.limits import Limits
from app.formats.member_paths import PathRegister, is_skipped
from app.formats.slices import Slices, count, stream
from app.formats.zip_salvage import salvaged

_ENTRY = b"PK\x01\x02"
_SLICE = 1 << 18
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX_TIME, _UNIX_TIME_SET = 0x5455, 1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
    struct.error,
)


def zip_members(path: str, data: bytes | Slices, limits: Limits) -> Iterator[Member]:
    """Files of an archive in the order of its directory.

    One that is locked, damaged or too large has its `problem`; `encrypted` is raised where all
    are locked. An archive without its directory, as of a download that broke off, gives what
    can be found in it, unless it is read by slices, and is `damaged` then.
    """
    if count(data, _ENTRY, limits.members) > limits.members:  # before an object is made for each
        raise FileError(f"{path} has more than {limits.members} members.", code="too-large")
    try:
        archive = zipfile.ZipFile(stream(data))
    except _BROKEN as error:
        if isinstance(data, bytes):
            yield from salvaged(data, Budget(path, len(data), limits))
        raise _damaged(path, error) from error
    register = PathRegister()
    files = [info for info in archive.infolist() if _is_file(info)]
    if files and all(info.flag_bits & _ENCRYPTED for info in files):
        raise FileError(f"{path} is protected by a password.", code="encrypted")
    budget = Budget(path, len(data), limits)
    for left, info in zip(reversed(range(len(files))), files, strict=True):
        name = register.claim(_name(info))
        try:
            content = _content(path, name, archive, info, budget)
        except FileError as error:
            if budget.spent:
                raise
            yield Member(name, b"", _modified(info), error, left)
        else:
            yield Member(name, content, _modified(info), left=left)


def _content(
    path: str, name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget
) -> bytes:
    """One file unpacked, or why it cannot be."""
    where = f"{path}/{name}"
    if info.flag_bits & _ENCRYPTED:
        raise FileError(f"{where} is protected by a password.", code="encrypted")
    check_size(where, info.file_size, budget.limits)
    packed, size = min(info.compress_size, budget.packed), 0
    pieces: list[bytes] = []
    try:
        with archive.open(info) as file:
            while piece := file.read(_SLICE):
                size += len(piece)
                budget.limits.check_ratio(where, packed, size)
                budget.take(len(piece))
                pieces.append(piece)
    except RuntimeError as error:  # NotImplementedError, or a module that this Python lacks
        raise _unsupported(where, error) from error
    except _BROKEN as error:
        raise _damaged(where, error) from error
    return b"".join(pieces)


def _is_file(info: zipfile.ZipInfo) -> bool:
    """Whether it is a regular file that is not left out."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    folder = info.is_dir() or info.filename.endswith("\\")
    return not folder and kind in {0, stat.S_IFREG} and not is_skipped(_name(info))


def _name(info: zipfile.ZipInfo) -> str:
    """Its name; what is marked as code page 437 and reads as UTF-8 was written so."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _modified(info: zipfile.ZipInfo) -> float | None:
    """Seconds since 1970; without the extra field, the archive's local time is taken for UTC."""
    extra, position = info.extra, 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        body = extra[position + 4 : position + 4 + size]
        if kind == _UNIX_TIME and len(body) >= 5 and body[0] & _UNIX_TIME_SET:
            return float(struct.unpack_from("<i", body, 1)[0])
        position += 4 + size
    year, month, day, hour, minute, second = info.date_time
    if year <= 1980 or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return float(calendar.timegm((year, month, day, hour, minute, second)))


def _damaged(path: str, error: Exception) -> FileError:
    return FileError(f"{path} cannot be unpacked ({error}).", code="damaged")


def _unsupported(path: str, error: Exception) -> FileError:
    return FileError(
        f"{path} is packed in a way that is not read here ({error}).",
        code="unsupported",
        hint="Pack it again in the usual way (Deflate), then add it again.",
    )
