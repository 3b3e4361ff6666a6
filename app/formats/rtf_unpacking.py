"""Rich text as Outlook packs it (MS-OXRTFCP): LZ77 with a dictionary known to both sides."""

from __future__ import annotations

import struct

from app.formats.limits import Limits, check_limit

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"


def unpacked_rtf(path: str, data: bytes, limits: Limits) -> bytes:
    """The rich text, as far as it is whole; empty for what is packed in no known way.

    Raises `FileError("too-large")` beyond `Limits.text_bytes`.
    """
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<4xI4s", data)
    check_limit(path, size, limits.text_bytes)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    return _inflated(data, size) if kind == _COMPRESSED else b""


def _inflated(data: bytes, size: int) -> bytes:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\x00"))
    write, position = len(_DICTIONARY), 16
    out = bytearray()
    while position < len(data) and len(out) < size:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                literal = data[position]
                position += 1
                out.append(literal)
                window[write] = literal
                write = (write + 1) % _WINDOW
                continue
            if position + 1 >= len(data):
                return bytes(out)
            token = data[position] << 8 | data[position + 1]
            position += 2
            offset, length = token >> 4, (token & 15) + 2
            if offset == write:
                return bytes(out)
            for step in range(length):
                byte = window[(offset + step) % _WINDOW]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % _WINDOW
    return bytes(out)
