"""One file out of an archive or a mail, as it is."""

from __future__ import annotations

from dataclasses import replace

from app.formats.archives import unpack
from app.formats.detect import detect
from app.formats.families import FAMILIES, MembersFunction
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.slices import Slices


def inside(
    path: str, data: bytes | Slices, wanted: str, limits: Limits = DEFAULT_LIMITS
) -> bytes | None:
    """The bytes of the file whose path in `path` is `wanted`, at any depth; None where it is none.

    All that comes before it is unpacked on the way. Raises `FileError`.

    >>> import gzip
    >>> inside("a.txt.gz", gzip.compress(b"Gold"), "a.txt")
    b'Gold'
    """
    members = unpack if not isinstance(data, bytes) else _unpacker(path, data, limits)
    if members is None or limits.depth <= 0:
        return None
    for member in members(path, data, limits):  # type: ignore[arg-type]  # bytes, but for archives
        if member.problem is None and member.path == wanted:
            return member.data
        if member.problem is None and wanted.startswith(f"{member.path}/"):
            deeper = replace(limits, depth=limits.depth - 1)
            rest = wanted.removeprefix(f"{member.path}/")
            return inside(f"{path}/{member.path}", member.data, rest, deeper)
    return None


def _unpacker(path: str, data: bytes, limits: Limits) -> MembersFunction | None:
    return FAMILIES[detect(path, data, limits)].unpacker()
