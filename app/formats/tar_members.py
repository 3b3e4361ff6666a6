"""Tar archives, plain or in a packed stream: their files, one at a time."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO, Literal, cast

from app.errors import FileError
from app.formats.detect import check_size
from app.formats.families import Member
from app.formats.limits import Limits
from app.formats.member_paths import PathRegister, is_skipped
from app.formats.packed import Unpacked
from app.formats.slices import Slices, stream

_SLICE = 1 << 20
_LONGEST_HEADER = 8 << 20
"""Names and attributes of any length may stand before a file."""
_ERRORS = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, IndexError)


def tar_members(path: str, source: bytes | Slices | Unpacked, limits: Limits) -> Iterator[Member]:
    """Regular files of an archive; what came before the first damage stands.

    Links, devices and sparse files (disk images) are left out.
    """
    whole = b"" if isinstance(source, Unpacked) else source
    file = cast("IO[bytes]", source if isinstance(source, Unpacked) else stream(source))
    mode: Literal["r:", "r|"] = "r|" if isinstance(source, Unpacked) else "r:"
    register = PathRegister()
    count = 0
    if isinstance(source, Unpacked):
        source.allow(_LONGEST_HEADER)
    try:
        with tarfile.open(
            fileobj=file, mode=mode, encoding="utf-8", errors="surrogateescape"
        ) as archive:
            while (info := archive.next()) is not None:
                if isinstance(source, Unpacked):
                    source.allow(info.size + _LONGEST_HEADER)
                archive.members.clear()  # type: ignore[attr-defined]  # headers of a stream would pile up
                count += 1
                if count > limits.members:
                    raise FileError(
                        f"{path} has more than {limits.members} members.", code="too-large"
                    )
                if info.isreg() and not info.issparse() and not is_skipped(info.name):
                    yield _member(path, archive, info, register, limits)
            if whole[archive.offset : archive.offset + tarfile.BLOCKSIZE].strip(b"\x00"):
                raise FileError(f"{path} is damaged after {count} members.", code="damaged")
    except FileError:
        raise
    except _ERRORS as error:
        raise FileError(f"{path} cannot be unpacked ({error}).", code="damaged") from error


def _member(
    path: str,
    archive: tarfile.TarFile,
    info: tarfile.TarInfo,
    register: PathRegister,
    limits: Limits,
) -> Member:
    name = register.claim(_unicode(info.name))
    modified = float(info.mtime) if 0 < info.mtime < 1 << 40 else None
    try:
        check_size(f"{path}/{name}", info.size, limits)
    except FileError as error:
        return Member(name, b"", modified, error)
    file = archive.extractfile(info)
    pieces: list[bytes] = []
    size = 0
    while file is not None and (piece := file.read(_SLICE)):
        pieces.append(piece)
        size += len(piece)
    if size < info.size:
        raise FileError(f"{path} ends within {name}.", code="damaged")
    return Member(name, b"".join(pieces), modified)


def _unicode(name: str) -> str:
    """A name that is no UTF-8 as Western Europe wrote it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return name
