"""Compound files (OLE), as Office wrote them until 2007: what they hold, by name.

Just enough to tell what a file is. The directory is followed through the table of sectors, with
each step bounded by the size of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MAGIC", "Entry", "beginning", "root_entries"]

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_END = 0xFFFFFFFA
"""Numbers of sectors from here on are none."""
_IN_HEADER = 109
_ENTRY = 128
_NONE = 0xFFFFFFFF
_MOST_ENTRIES = 100_000
_SMALL = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """A stream, or a storage with more inside, at the top of a file."""

    name: str
    start: int
    """Its first sector."""
    size: int
    """In bytes, 0 for storages."""


def root_entries(data: bytes) -> dict[str, Entry]:
    """What is at the top of a compound file, by name in lower case; empty if that is damaged."""
    try:
        return {entry.name.lower(): entry for entry in _children(_directory(data))}
    except (struct.error, IndexError, OverflowError):  # the last: where numbers have 32 bits
        return {}


def beginning(data: bytes, entry: Entry, size: int = 512) -> bytes:
    """The first bytes of a stream; empty for small ones, which lie elsewhere."""
    if entry.size < _SMALL:
        return b""
    start = (entry.start + 1) * _sector_size(data)
    return data[start : start + min(size, entry.size)]


def _sector_size(data: bytes) -> int:
    (shift,) = struct.unpack_from("<H", data, 30)
    return 1 << min(max(int(shift), 7), 20)


def _directory(data: bytes) -> bytes:
    """The sectors of the directory, joined."""
    size = _sector_size(data)
    (first,) = struct.unpack_from("<I", data, 48)
    table = list(_table_sectors(data, size))
    per_sector = size // 4
    pieces: list[bytes] = []
    sector, seen = int(first), set[int]()
    while sector < _END and sector not in seen and len(pieces) * size < _MOST_ENTRIES * _ENTRY:
        seen.add(sector)
        pieces.append(data[(sector + 1) * size : (sector + 2) * size])
        place = (table[sector // per_sector] + 1) * size + sector % per_sector * 4
        (sector,) = struct.unpack_from("<I", data, place)
    return b"".join(pieces)


def _table_sectors(data: bytes, size: int) -> Iterator[int]:
    """Numbers of the sectors that hold the table of sectors."""
    yield from (number for number in struct.unpack_from("<109I", data, 76) if number < _END)
    (more,) = struct.unpack_from("<I", data, 68)
    per_sector = size // 4
    for _ in range(len(data) // size):
        if more >= _END:
            return
        *numbers, more = struct.unpack_from(f"<{per_sector}I", data, (more + 1) * size)
        yield from (number for number in numbers if number < _END)


def _children(directory: bytes) -> Iterator[Entry]:
    """The entries in the tree below the first one, the root."""
    (child,) = struct.unpack_from("<I", directory, 76)
    waiting, seen = [int(child)], set[int]()
    while waiting:
        number = waiting.pop()
        start = number * _ENTRY
        if number in seen or start + _ENTRY > len(directory):
            continue
        seen.add(number)
        length, kind = struct.unpack_from("<HB", directory, start + 64)
        left, right = struct.unpack_from("<II", directory, start + 68)
        sector, size = struct.unpack_from("<II", directory, start + 116)
        name = directory[start : start + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
        yield Entry(name, sector, size if kind == 2 else 0)
        waiting += [number for number in (left, right) if number != _NONE]
