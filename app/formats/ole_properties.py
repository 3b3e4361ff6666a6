"""Title, author and dates of compound files, from their stream of properties."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.formats.names import visible
from app.formats.ole_names import MAGIC, beginning, root_entries
from app.formats.rtf_words import code_page

__all__ = ["properties"]

_STREAM = "\x05summaryinformation"
_NAMES = {
    2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "description", 12: "created",
    13: "modified",
}  # fmt: skip
_CODE_PAGE = 1
_SHORT, _BYTES, _WIDE, _TIME = 2, 30, 31, 64
_MOST_BYTES = 1 << 16
_MOST_PROPERTIES = 200
_LONGEST = 500


def properties(data: bytes) -> dict[str, str]:
    """Metadata by the names that all readers use, the title as "title"; none where it is damaged.

    Short streams, which lie in sectors of their own kind, are left out.
    """
    if not data.startswith(MAGIC):
        return {}
    entry = root_entries(data).get(_STREAM)
    stream = beginning(data, entry, _MOST_BYTES) if entry else b""
    try:
        found = dict(_values(stream))
    except (struct.error, IndexError, OverflowError):
        return {}
    subject = found.pop("subject", "")
    found.setdefault("description", subject)
    return {name: value for name, value in found.items() if value}


def _values(stream: bytes) -> Iterator[tuple[str, str]]:
    """Names and values of the first set."""
    if len(stream) < 48:
        return
    (start,) = struct.unpack_from("<I", stream, 44)
    (count,) = struct.unpack_from("<I", stream, start + 4)
    places = {
        number: start + place
        for number, place in struct.iter_unpack(
            "<II", stream[start + 8 : start + 8 + 8 * min(count, _MOST_PROPERTIES)]
        )
    }
    encoding = "cp1252"
    if _CODE_PAGE in places:
        kind, number = struct.unpack_from("<IH", stream, places[_CODE_PAGE])
        encoding = code_page(number) if kind == _SHORT else encoding
    for number, name in _NAMES.items():
        if number in places:
            yield name, _value(stream, places[number], encoding)


def _value(stream: bytes, place: int, encoding: str) -> str:
    kind, length = struct.unpack_from("<II", stream, place)
    if kind == _TIME:
        (ticks,) = struct.unpack_from("<Q", stream, place + 4)
        if not 0 < ticks < 1 << 60:
            return ""
        moment = datetime(1601, 1, 1) + timedelta(microseconds=ticks // 10)
        return moment.isoformat(timespec="seconds") + "Z"
    if kind == _BYTES:
        text = stream[place + 8 : place + 8 + min(length, 4 * _LONGEST)].decode(encoding, "replace")
    elif kind == _WIDE:
        text = stream[place + 8 : place + 8 + 2 * min(length, _LONGEST)].decode(
            "utf-16-le", "replace"
        )
    else:
        return ""
    return visible(text.partition("\0")[0])[:_LONGEST]
