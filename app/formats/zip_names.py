"""What a zip archive is, by the names in its directory, without opening it."""

from __future__ import annotations

import struct
from typing import Protocol

__all__ = ["zip_family"]

_END = b"PK\x05\x06"
_LONGEST_END = 22 + 65535
_ENTRY = b"PK\x01\x02"
_LEAST, _LARGEST = 1 << 16, 16 << 20
"""Bytes of a directory that are looked at: more than a damaged one says, less than one may have."""
_MOST = 20_000
"""Names that are looked at: what tells one kind from another stands before."""

_OOXML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_BY_MIMETYPE = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/epub+zip": "epub",
}
_MIMETYPE_AT = 30
_SPECIAL = {"xl/workbook.bin": "xlsb", "documents/1/fpage": "xps", "visio/document.xml": "visio"}


class Pieces(Protocol):
    """Bytes, or what gives some of them when they are asked for."""

    def __len__(self) -> int:
        """Bytes."""
        ...

    def __getitem__(self, span: slice, /) -> bytes:
        """Some of them."""
        ...


def zip_family(data: Pieces) -> str:
    """What a zip archive is inside: "docx", "xlsx", "xlsb", "pptx", "odt", "ods", "odp", "epub";
    empty for any other and for damaged ones.
    """
    family = _declared(data)
    if family:
        return family
    names = _names(data)
    for name, special in _SPECIAL.items():
        if name in names:
            return special
    if "[content_types].xml" in names or "_rels/.rels" in names:
        for folder, family in _OOXML.items():
            if any(name.startswith(folder) for name in names):
                return family
    if "meta-inf/container.xml" in names:
        return "epub"
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return "odt"
    return ""


def _declared(data: Pieces) -> str:
    """By the member "mimetype", which OpenDocument and EPUB files begin with."""
    if data[_MIMETYPE_AT : _MIMETYPE_AT + 8] != b"mimetype":
        return ""
    extra = int.from_bytes(data[28:30], "little")
    start = _MIMETYPE_AT + 8 + extra
    words = data[start : start + 80].split(b"PK")[0].decode("ascii", "replace").strip()
    for mimetype, family in _BY_MIMETYPE.items():
        if words.startswith(mimetype):
            return family
    return ""


def _names(data: Pieces) -> set[str]:
    """Names in the central directory, in lower case; those that can be read of a damaged one."""
    names: set[str] = set()
    tail_at = max(0, len(data) - _LONGEST_END)
    tail = data[tail_at : len(data)]
    end = tail.rfind(_END)
    if end < 0 or end + 22 > len(tail):
        return names
    size, offset = struct.unpack_from("<II", tail, end + 12)
    # Archives may have something before them, which moves all offsets.
    moved = max(0, tail_at + end - size)
    start = moved if data[moved : moved + 4] == _ENTRY else offset
    directory = data[start : start + min(max(size, _LEAST), _LARGEST)]
    position = 0
    while len(names) < _MOST and directory[position : position + 4] == _ENTRY:
        if position + 46 > len(directory):
            break
        lengths = struct.unpack_from("<HHH", directory, position + 28)
        name = directory[position + 46 : position + 46 + lengths[0]]
        names.add(name.decode("utf-8", "replace").replace("\\", "/").lstrip("/").lower())
        position += 46 + sum(lengths)
    return names
