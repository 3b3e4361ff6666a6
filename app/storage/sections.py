"""The file container: named arrays behind a table, each with a checksum, ready to be viewed.

::

    header   magic 8 | version u32 | sections u32 | file length u64 | crc u32 | 0 u32
    table    per section: name 32 | dtype 8 | rows u64 | columns u64 | offset u64 | length u64
                          | crc u32 | dimensions u32
    sections each at a multiple of 16, zeroes between them

All numbers are little endian. The header's crc covers the header (its own field as zero) and
the table; each section's crc covers its bytes. Reading is one read and `numpy.frombuffer`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Buffer

MAGIC = b"\x89FOSSICK"
VERSION = 2
ALIGNMENT = 16

Arrays = Mapping[str, NDArray[Any]]

_HEADER = struct.Struct("<8sIIQII")
_ENTRY = struct.Struct("<32s8sQQQQII")
_DTYPES = frozenset({"|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"})


def pack(arrays: Arrays) -> list[Buffer]:
    """The parts of a file that holds the arrays (one or two dimensions each), in their order.

    >>> b"".join(pack({"a": np.arange(3, dtype="<u4")}))[:8]
    b'\\x89FOSSICK'
    """
    entries: list[bytes] = []
    body: list[Buffer] = []
    offset = _aligned(_HEADER.size + _ENTRY.size * len(arrays))
    end = _HEADER.size + _ENTRY.size * len(arrays)
    for name, array in arrays.items():
        _check(name, array)
        flat = np.ascontiguousarray(array)
        data = flat.reshape(-1).view(np.uint8).data
        body.append(bytes(offset - end))
        body.append(data)
        entries.append(_entry(name, flat, offset, data))
        end = offset + len(data)
        offset = _aligned(end)
    table = b"".join(entries)
    fields = (MAGIC, VERSION, len(arrays), end)
    crc = zlib.crc32(table, zlib.crc32(_HEADER.pack(*fields, 0, 0)))
    return [_HEADER.pack(*fields, crc, 0) + table, *body]


def unpack(data: Buffer, name: str) -> dict[str, NDArray[Any]]:
    """Read-only views of the arrays in a file; `name` is for messages.

    Raises `StorageError`: `index-version` for a file of another format, `storage-damaged`
    naming the file and the section where a byte is not what was written.
    """
    view = memoryview(data).toreadonly()
    arrays: dict[str, NDArray[Any]] = {}
    for raw, dtype, rows, columns, offset, length, crc, dimensions in _table(view, name):
        section = raw.rstrip(b"\0").decode("ascii", "replace")
        part = view[offset : offset + length]
        if len(part) != length or zlib.crc32(part) != crc:
            raise damaged(name, section)
        code = dtype.rstrip(b"\0").decode("ascii", "replace")
        count = rows * columns if dimensions == 2 else rows
        if code not in _DTYPES or count * np.dtype(code).itemsize != length:
            raise damaged(name, section)
        array = np.frombuffer(part, dtype=code)
        arrays[section] = array.reshape(rows, columns) if dimensions == 2 else array
    return arrays


def damaged(name: str, part: str) -> StorageError:
    """The error for a file whose `part` is not what was written."""
    return StorageError(
        f"The index file {name} is damaged in its part {part!r}.",
        code="storage-damaged",
        hint="Delete the collection and add the files again; the files themselves are untouched.",
    )


def foreign(name: str, version: int) -> StorageError:
    """The error for a file that a newer program wrote, or one from before the present format."""
    hint = (
        "Reload the page to get the current program, or use the program that wrote it."
        if version > VERSION
        else "Delete the collection and add the files again; the files themselves are untouched."
    )
    return StorageError(
        f"The index file {name} has format {version}; this program reads format {VERSION}.",
        code="index-version",
        hint=hint,
    )


def _table(view: memoryview, name: str) -> list[tuple[bytes, bytes, int, int, int, int, int, int]]:
    if len(view) < _HEADER.size or bytes(view[:8]) != MAGIC:
        raise damaged(name, "header")
    _, version, count, length, crc, _ = _HEADER.unpack(view[: _HEADER.size])
    if version != VERSION:
        raise foreign(name, version)
    table = view[_HEADER.size : _HEADER.size + _ENTRY.size * count]
    head = _HEADER.pack(MAGIC, version, count, length, 0, 0)
    if len(table) != _ENTRY.size * count or zlib.crc32(table, zlib.crc32(head)) != crc:
        raise damaged(name, "header")
    if len(view) != length:
        raise damaged(name, "length")
    return list(_ENTRY.iter_unpack(table))


def _entry(name: str, array: NDArray[Any], offset: int, data: memoryview) -> bytes:
    rows, columns = array.shape if array.ndim == 2 else (array.shape[0], 0)
    label, code = name.encode("ascii"), array.dtype.str.encode("ascii")
    crc = zlib.crc32(data)
    return _ENTRY.pack(label, code, rows, columns, offset, len(data), crc, array.ndim)


def _check(name: str, array: NDArray[Any]) -> None:
    if array.dtype.str not in _DTYPES or array.ndim not in (1, 2):
        raise ValueError(f"{name}: {array.dtype} of {array.ndim} dimensions has no place in a file")
    if len(name.encode("ascii")) > 32:
        raise ValueError(f"the section name {name!r} is longer than 32 bytes")


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT
