"""Whether the files that are attached to a PDF may be asked for: they are unpacked whole.

Renderers unpack all of them to tell of one, whatever becomes of a few kilobytes. So all streams of
such a file are unpacked here first, a little at a time, and counted.
"""

from __future__ import annotations

import re
import zlib

MOST = 64 << 20
"""Bytes that all streams of a file may have unpacked."""
_PIECE = 1 << 16
_MOST_STREAMS = 100_000
_LARGEST_INDEX = 16 << 20
_LONGEST_DICTIONARY = 4096

_STREAM = re.compile(rb"(?<!end)stream[^\r\n]{0,80}(?:\r\n|\r|\n)")
_DEFLATED = re.compile(rb"/Filter\s*/Fl(?:ateDecode)?\s*(?:/|>>)")
_OBJECTS = re.compile(rb"/ObjStm")
_NAME = b"/EmbeddedFiles"


def may_be_asked_for(data: bytes) -> bool:
    """Whether the PDF seems to have attached files, and they cannot fill the memory.

    Those of documents that are encrypted, or that pack anything but by deflate, as pictures are,
    are not asked for.
    """
    if not _are_named(data) or _written(b"Encrypt").search(data):
        return False
    left = MOST
    for number, stream in enumerate(_STREAM.finditer(data)):
        size = _size(data, stream.start(), stream.end(), left)
        if size is None or number == _MOST_STREAMS:
            return False
        left -= size
    return left >= 0


def _are_named(data: bytes) -> bool:
    """Whether the name of the entry is seen, in the open or among packed objects.

    One that is not seen leaves files unread, no more.
    """
    if _NAME in data:
        return True
    for found in _OBJECTS.finditer(data):
        stream = _STREAM.search(data, found.end(), found.end() + _LONGEST_DICTIONARY)
        if stream and _NAME in _beginning(data, stream.end()):
            return True
    return False


def _beginning(data: bytes, start: int) -> bytes:
    """What is in a stream of objects."""
    unpacker = zlib.decompressobj()
    try:
        return unpacker.decompress(data[start : start + _LARGEST_INDEX], _LARGEST_INDEX)
    except zlib.error:
        return b""


def _size(data: bytes, keyword: int, start: int, most: int) -> int | None:
    """Bytes of a stream, unpacked; None where that cannot be told, or is more than `most`."""
    before = data[max(0, keyword - _LONGEST_DICTIONARY) : keyword]
    begin = before.rfind(b"obj")
    dictionary = before[begin:]
    if begin < 0 or b"#" in dictionary:
        return None
    filters = dictionary.count(b"Filter")
    if filters == 0:
        end = data.find(b"endstream", start)
        size = (len(data) if end < 0 else end) - start
    elif filters == 1 and _DEFLATED.search(dictionary):
        size = _inflated(data, start, most)
    else:
        return None
    return size if size <= most else None


def _inflated(data: bytes, start: int, most: int) -> int:
    """Bytes that come of a stream, up to its end or its first damage; little more than `most`."""
    unpacker = zlib.decompressobj()
    size = 0
    try:
        for at in range(start, len(data), _PIECE):
            feed = data[at : at + _PIECE]
            while feed and not unpacker.eof:
                size += len(unpacker.decompress(feed, _PIECE))
                if size > most:
                    return size
                feed = unpacker.unconsumed_tail
            if unpacker.eof:
                break
    except zlib.error:
        return size
    return size


def _written(name: bytes) -> re.Pattern[bytes]:
    """A name of PDF, any letter of which may be written as a number."""
    letters = (b"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in name)
    return re.compile(b"/" + b"".join(letters))
