"""Which office format a file is of: by what its container holds, by its name where that is torn."""

from __future__ import annotations

import re

from app.errors import FileError
from app.formats.families import FAMILIES
from app.formats.ole_names import MAGIC, Entry, beginning, root_entries
from app.formats.zip_names import zip_family

__all__ = ["OLD_NAMES", "is_office_name", "office_family"]

_FAMILY_OF = {
    "docx": "docx", "docm": "docx", "dotx": "docx", "dotm": "docx",
    "xlsx": "xlsx", "xlsm": "xlsx", "xltx": "xlsx", "xltm": "xlsx",
    "pptx": "pptx", "pptm": "pptx", "potx": "pptx", "potm": "pptx", "ppsx": "pptx", "ppsm": "pptx",
    "odt": "odt", "ott": "odt", "ods": "ods", "ots": "ods", "odp": "odp", "otp": "odp",
    "fodt": "odt", "fods": "ods", "fodp": "odp", "epub": "epub", "xlsb": "xlsb",
}  # fmt: skip
"""Families by the names of their files, for what does not have the beginning of any other."""

OLD_NAMES = {
    "doc": "doc", "dot": "doc", "wps": "doc",
    "xls": "xls", "xlt": "xls", "xla": "xls", "et": "xls",
    "ppt": "ppt", "pps": "ppt", "pot": "ppt", "dps": "ppt",
}  # fmt: skip
"""Kinds of compound files by the names that their files have."""

_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SHEET_MARKS = tuple(
    bytes((9, version, size, 0)) for version in (0, 2, 4, 8) for size in (4, 6, 8, 16)
)
"""What workbooks before 1993 begin with, which lie in no container."""
_FLAT = re.compile(
    rb"<(?:[\w.-]+:)?document\b[^>]{0,4000}?office:mimetype="
    rb"[\"']application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)"
)
_FLAT_FAMILY = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}

_REFUSED = {
    "doc": ("a Word document of before 2007", "DOCX"),
    "ppt": ("a PowerPoint presentation of before 2007", "PPTX"),
    "xlsb": ("a binary Excel workbook", "XLSX"),
    "visio": ("a Visio drawing", "PDF"),
    "xps": ("an XPS document", "PDF"),
}
"""What is known and not read: its name, and as what it is to be saved."""


def office_family(path: str, ext: str, data: bytes) -> str:
    """A key of `FAMILIES`, empty for what is no office file.

    Raises `FileError`: `encrypted`, `unsupported` with the way out, `damaged` for a name that
    promises a container where there is none.
    """
    if data.startswith(_ZIP_MARKS):
        return _known(path, zip_family(data) or _FAMILY_OF.get(ext, ""))
    if data.startswith(MAGIC):
        return _known(path, _compound(path, ext, data))
    if data.startswith(b"{\\rtf"):
        return _known(path, "rtf")
    if data.startswith(_SHEET_MARKS):
        return _known(path, "xls")
    flat = _FLAT.search(data[:8192])
    if flat:
        return _known(path, _FLAT_FAMILY[flat[1]])
    if ext in _FAMILY_OF:
        raise FileError(
            f"{path} is not what its name says: it does not begin as {ext.upper()} files do.",
            code="damaged",
        )
    return ""


def is_office_name(ext: str) -> bool:
    """Whether files of this name are office files."""
    return ext in _FAMILY_OF


def _known(path: str, family: str) -> str:
    """The family itself, or `FileError("unsupported")` with the way out."""
    if family in _REFUSED:
        name, other = _REFUSED[family]
        raise FileError(
            f"{path} is {name}, which is not read.",
            code="unsupported",
            hint=f"Open it in Office or LibreOffice, save it as {other}, then add that.",
        )
    return family if family in FAMILIES else ""


def _compound(path: str, ext: str, data: bytes) -> str:
    """What a compound file is by the streams at its top, by its name where they are lost."""
    entries = root_entries(data)
    if "encryptedpackage" in entries or _is_protected(data, entries):
        raise FileError(f"{path} is protected by a password.", code="encrypted")
    if "workbook" in entries or "book" in entries:
        return "xls"
    if "worddocument" in entries:
        return "doc"
    if "powerpoint document" in entries:
        return "ppt"
    return "" if "__properties_version1.0" in entries else OLD_NAMES.get(ext, "")


def _is_protected(data: bytes, entries: dict[str, Entry]) -> bool:
    """Whether a Word or PowerPoint file says that it is encrypted."""
    if "encryptedsummary" in entries:
        return True
    document = entries.get("worddocument")
    head = beginning(data, document, 12) if document else b""
    return len(head) == 12 and bool(head[11] & 1)
