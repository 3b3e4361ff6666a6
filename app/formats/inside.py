"""One file out of an archive or a mail, as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.formats.detect import detect, large_family
from app.formats.families import FAMILIES, Member
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
    members = _members(path, data, limits)
    if members is None or limits.depth <= 0:
        return None
    for member in members:
        if member.problem is None and member.path == wanted:
            return member.data
        if member.problem is None and wanted.startswith(f"{member.path}/"):
            deeper = replace(limits, depth=limits.depth - 1)
            rest = wanted.removeprefix(f"{member.path}/")
            return inside(f"{path}/{member.path}", member.data, rest, deeper)
    return None


def members_by_parts(path: str, data: Slices, limits: Limits) -> Iterator[Member]:
    """The files in an archive or a mailbox that is read by parts; raises as its family does."""
    members = FAMILIES[large_family(path, data) or "archive"].unpacker()
    assert members is not None
    return members(path, data, limits)  # type: ignore[arg-type]  # these two take slices as well


def _members(path: str, data: bytes | Slices, limits: Limits) -> Iterator[Member] | None:
    if not isinstance(data, bytes):
        return members_by_parts(path, data, limits)
    members = FAMILIES[detect(path, data, limits)].unpacker()
    return None if members is None else members(path, data, limits)
