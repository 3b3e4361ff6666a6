"""The file container: named arrays behind a table, each with a checksum, ready to be viewed.

::

    header   magic 8 | version u32 | sections u32 | file length u64 | crc u32 | 0 u32
    table    per section: name 32 | dtype 8 | rows u64 | columns u64 | offset u64 | length u64
                          | crc u32 | dimensions u32
    sections each at the next multiple of 16, zeroes between them

All numbers are little endian. The header's crc covers the header (its own field as zero) and
the table; each section's crc covers its bytes. A section is read by its range and viewed with
`numpy.frombuffer`; there is nothing to parse.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Buffer
from app.storage.checksum import crc32
from app.storage.damage import DamagedFileError, foreign

MAGIC = b"\x89FOSSICK"
VERSION = 7
READABLE = (3, 4, 5, 6, 7)
"""Formats that are read; one of them is written."""
NEWEST = 8
"""That of vector indexes with float32 apart, which earlier programs could not read."""
ALIGNMENT = 16

Arrays = Mapping[str, NDArray[Any]]

_HEADER = struct.Struct("<8sIIQII")
_ENTRY = struct.Struct("<32s8sQQQQII")
_DTYPES = frozenset({"|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"})
_FEW = 8
_MOST = 1000
"""Sections that a file can have."""


@dataclass(frozen=True, slots=True)
class Section:
    """An array in a file, as the table tells of it."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    gap: int
    """Zeroes between the section before and this one, in bytes."""
    offset: int
    length: int
    crc: int


@dataclass(frozen=True, slots=True)
class Table:
    """What is in a file: its sections in the order in which they lie there."""

    file: str
    """Name of the file, for messages."""
    length: int
    """Of the file, in bytes."""
    crc: int
    """Checksum over the table, and so over all checksums in it: no two contents share it."""
    sections: Mapping[str, Section]
    version: int = VERSION
    """Format of the file."""

    def view(self, name: str, data: Buffer, base: int = 0) -> NDArray[Any]:
        """A read-only view of a section in bytes that begin at `base` of the file.

        `data` must begin before the gap in front of the section. Raises `DamagedFileError` that
        names the section if there is none, or a byte of it or of the gap is not as written.
        """
        section = self.sections.get(name)
        if section is None:
            raise DamagedFileError(self.file, name)
        start = section.offset - base
        view = memoryview(data).toreadonly()
        part = view[start : start + section.length]
        if len(part) != section.length or crc32(part) != section.crc:
            raise DamagedFileError(self.file, name)
        if any(view[start - section.gap : start]):
            raise DamagedFileError(self.file, name)
        return np.frombuffer(part, dtype=section.dtype).reshape(section.shape)


def pack(arrays: Arrays, version: int = VERSION) -> list[Buffer]:
    """The parts of a file that holds the arrays (one or two dimensions each), in their order.

    >>> b"".join(pack({"a": np.arange(3, dtype="<u4")}))[:8]
    b'\\x89FOSSICK'
    """
    entries: list[bytes] = []
    body: list[Buffer] = []
    end = _HEADER.size + _ENTRY.size * len(arrays)
    for name, array in arrays.items():
        _check(name, array)
        offset = _aligned(end)
        flat = np.ascontiguousarray(array)
        data = flat.reshape(-1).view(np.uint8).data
        body.append(bytes(offset - end))
        body.append(data)
        entries.append(_entry(name, flat, offset, data))
        end = offset + len(data)
    table = b"".join(entries)
    fields = (MAGIC, version, len(arrays), end)
    crc = zlib.crc32(table, zlib.crc32(_HEADER.pack(*fields, 0, 0)))
    return [_HEADER.pack(*fields, crc, 0) + table, *body]


def unpack(data: Buffer, name: str) -> dict[str, NDArray[Any]]:
    """Read-only views of all arrays in a file; `name` is for messages.

    Raises `StorageError`: `index-version` for a file of another format, `storage-damaged`
    naming the file and the section where a byte is not what was written.
    """
    table = read_table(data, name)
    if len(data) != table.length:
        raise DamagedFileError(name, "length")
    return {section: table.view(section, data) for section in table.sections}


def table_length(head: Buffer, name: str) -> int:
    """Bytes that header and table take, from the header in the first bytes of a file.

    Raises like `unpack`; the number may be wrong, as no checksum has been looked at.
    """
    return _HEADER.size + _ENTRY.size * _header(head, name)[1]


def is_cut_off(head: Buffer, size: int) -> bool:
    """Whether a file of `size` bytes that begins so is half of one, as a kill leaves it; for files
    of few sections."""
    try:
        if (
            size < _HEADER.size
            or size < table_length(head, "") <= _HEADER.size + _ENTRY.size * _FEW
        ):
            return True
        return size < read_table(head, "").length
    except StorageError:
        return False


def read_table(head: Buffer, name: str) -> Table:
    """What is in a file, from its first bytes, header and table at least. Raises like `unpack`."""
    version, count, length, crc = _header(head, name)
    entries = memoryview(head)[_HEADER.size : _HEADER.size + _ENTRY.size * count]
    blank = _HEADER.pack(MAGIC, version, count, length, 0, 0)
    if len(entries) != _ENTRY.size * count or zlib.crc32(entries, zlib.crc32(blank)) != crc:
        raise DamagedFileError(name, "header")
    sections: dict[str, Section] = {}
    end = _HEADER.size + len(entries)
    for entry in _ENTRY.iter_unpack(entries):
        section = _section(entry, end, name)
        if section.name in sections:
            raise DamagedFileError(name, section.name)
        sections[section.name] = section
        end = section.offset + section.length
    if end != length:
        raise DamagedFileError(name, "length")
    return Table(name, length, crc, sections, version)


def _header(head: Buffer, name: str) -> tuple[int, int, int, int]:
    """Format, number of sections, length of the file, checksum."""
    raw = bytes(head[: _HEADER.size])
    if len(raw) < _HEADER.size or raw[:8] != MAGIC:
        raise DamagedFileError(name, "header")
    _, version, count, length, crc, zero = _HEADER.unpack(raw)
    if version not in (*READABLE, NEWEST):
        raise foreign(name, version, NEWEST)
    if zero or count > _MOST:
        raise DamagedFileError(name, "header")
    return version, count, length, crc


def _section(
    entry: tuple[bytes, bytes, int, int, int, int, int, int], end: int, file: str
) -> Section:
    """An entry of the table, for a section that follows on `end`; nothing in it is believed."""
    label, code, rows, columns, offset, length, crc, dimensions = entry
    name = label.rstrip(b"\0").decode("ascii", "replace")
    kind = code.rstrip(b"\0").decode("ascii", "replace")
    shape = (rows, columns) if dimensions == 2 else (rows,)
    if kind not in _DTYPES or dimensions not in (1, 2) or (dimensions == 2 and columns == 0):
        raise DamagedFileError(file, name)
    dtype = np.dtype(kind)
    count = rows * columns if dimensions == 2 else rows
    if offset != _aligned(end) or count * dtype.itemsize != length:
        raise DamagedFileError(file, name)
    return Section(name, dtype, shape, offset - end, offset, length, crc)


def _entry(name: str, array: NDArray[Any], offset: int, data: memoryview) -> bytes:
    rows, columns = array.shape if array.ndim == 2 else (array.shape[0], 0)
    label, code = name.encode("ascii"), array.dtype.str.encode("ascii")
    crc = crc32(data)
    return _ENTRY.pack(label, code, rows, columns, offset, len(data), crc, array.ndim)


def _check(name: str, array: NDArray[Any]) -> None:
    if array.dtype.str not in _DTYPES or array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise ValueError(f"{name}: {array.dtype} of shape {array.shape} has no place in a file")
    if len(name.encode("ascii")) > 32:
        raise ValueError(f"the section name {name!r} is longer than 32 bytes")


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT
