"""Archives: zip, tar, and files packed alone (gzip, bzip2, xz); what is in them, one at a time.

Links, devices, folders, hidden files and machinery are left out, as in folders that are added.
Nothing is written anywhere; paths are made safe (`member_paths`).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.errors import FileError
from app.formats.families import Member
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.member_paths import PathRegister
from app.formats.names import file_name
from app.formats.packed import PACKINGS, Unpacked, is_tar, packing_of
from app.formats.slices import Slices
from app.formats.tar_members import tar_members
from app.formats.zip_members import zip_members

_TAR_NAMES = {"tgz": "tar", "tbz": "tar", "tbz2": "tar", "txz": "tar", "svgz": "svg"}
_SLICE = 1 << 18
_HEAD = 512


def unpack(path: str, data: bytes | Slices, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """The files in an archive, unpacked one at a time, as they come.

    A member that cannot be unpacked alone has a `problem`. Raises `FileError`, also between
    members: `damaged`, `encrypted` (all of them), `too-large`, `unsupported`.

    >>> import gzip
    >>> [(member.path, member.data) for member in unpack("a.txt.gz", gzip.compress(b"Gold"))]
    [('a.txt', b'Gold')]
    """
    head = data[:_HEAD]
    packing = packing_of(head)
    if packing:
        return _unpacked(path, data, packing, limits)
    if is_tar(head):
        return tar_members(path, data, limits)
    return zip_members(path, data, limits)


def _unpacked(path: str, data: bytes | Slices, packing: str, limits: Limits) -> Iterator[Member]:
    """What is in a packed file: the members of a tar archive, or one file."""
    if is_tar(_beginning(path, data, packing, limits)):
        yield from tar_members(path, Unpacked(path, data, packing, limits), limits)
        return
    name = PathRegister().claim(unpacked_name(file_name(path), packing))
    stream = Unpacked(path, data, packing, limits)
    pieces: list[bytes] = []
    problem = None
    try:
        while piece := stream.read(_SLICE):
            pieces.append(piece)
    except FileError as error:
        problem = error
    if problem is not None and (problem.code != "damaged" or not pieces):
        raise problem
    yield Member(name, b"".join(pieces), stream.modified)
    if problem is not None:
        raise problem


def _beginning(path: str, data: bytes | Slices, packing: str, limits: Limits) -> bytes:
    """The first block, empty where it cannot be unpacked."""
    try:
        return Unpacked(path, data, packing, limits).read(512)
    except FileError as error:
        if error.code == "unsupported":
            raise
        return b""


def unpacked_name(name: str, packing: str) -> str:
    """The name of a file once it is unpacked.

    >>> unpacked_name("notes.txt.gz", "gzip"), unpacked_name("dump", "gzip")
    ('notes.txt', 'dump')
    """
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        return name
    ending = ending.lower()
    if ending in PACKINGS[packing]:
        return stem
    return f"{stem}.{_TAR_NAMES[ending]}" if ending in _TAR_NAMES else name
