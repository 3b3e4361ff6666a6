"""Zip archives without their directory: the files that can still be found in them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from app.formats.budget import Budget
from app.formats.families import Member
from app.formats.member_paths import PathRegister, is_skipped

_LOCAL = b"PK\x03\x04"
_HEADER = struct.Struct("<4x2xHH4xIIIHH")
_SLICE = 1 << 18
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8


def salvaged(data: bytes, budget: Budget) -> Iterator[Member]:
    """Whole files in their order, up to the first that is not whole.

    Raises `FileError("too-large")` as `budget` does.
    """
    register = PathRegister()
    position = count = 0
    while (start := data.find(_LOCAL, position)) >= 0 and count < budget.limits.members:
        count += 1
        if start + 4 + _HEADER.size > len(data):
            return
        flags, method, crc, packed, _, name_length, extra_length = _HEADER.unpack_from(data, start)
        begin = start + _HEADER.size + name_length + extra_length
        raw = data[start + _HEADER.size : start + _HEADER.size + name_length]
        if flags & _ENCRYPTED:
            return
        if method == _STORED and not flags & _SIZES_FOLLOW:
            position, body = begin + packed, data[begin : begin + packed]
        elif method == _DEFLATED:
            position, body = _inflated(data, begin, budget)
        else:
            return
        if position > len(data) or not (flags & _SIZES_FOLLOW or zlib.crc32(body) == crc):
            return
        name = _name(raw)
        if body and not name.endswith(("/", "\\")) and not is_skipped(name):
            yield Member(register.claim(name), body)


def _inflated(data: bytes, begin: int, budget: Budget) -> tuple[int, bytes]:
    """Where the stream at `begin` ends, and what is in it; beyond all data if it is not whole."""
    stream = zlib.decompressobj(wbits=-15)
    pieces: list[bytes] = []
    position = begin
    try:
        while not stream.eof and position < len(data):
            feed = data[position : position + _SLICE]
            position += len(feed)
            while feed and not stream.eof:
                pieces.append(stream.decompress(feed, _SLICE))
                budget.take(len(pieces[-1]))
                feed = stream.unconsumed_tail
    except zlib.error:
        return len(data) + 1, b""
    if not stream.eof:
        return len(data) + 1, b""
    return position - len(stream.unused_data), b"".join(pieces)


def _name(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")
