"""Readers, one module a family: bytes of a file to a `Document`.

`read` never raises anything but `FileError`, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.model import Document
from app.errors import FileError, InputError
from app.formats.detect import check_size, detect, extension
from app.formats.families import FAMILIES, Family, Member
from app.formats.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "DEFAULT_LIMITS",
    "FAMILIES",
    "Family",
    "Limits",
    "Member",
    "check_size",
    "detect",
    "extension",
    "members",
    "read",
    "read_as",
    "with_text",
]

_NO_TEXT_HINT = "Open it in a browser, let it load, save the page from there and add that."


def read(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document in a file.

    Raises `FileError` where there is none: archives have `members` only and are `unsupported`
    here. PDFs need their pages from a renderer first, `app.formats.pdf.from_pages`; `InputError`.

    >>> read("a.md", b"# Gold" + bytes([10, 10]) + b"It is heavy.").title
    'Gold'
    """
    return read_as(detect(path, data, limits), path, data, limits)


def read_as(family: str, path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document in a file of which the family is known; see `read`."""
    reader = FAMILIES[family].reader()
    if reader is None and FAMILIES[family].members:
        raise FileError(
            f"{path} is no document, but holds others.",
            code="unsupported",
            hint="Unpack it, then add what is in it.",
        )
    if reader is None:
        raise InputError(f"{path} is a {family} file, which is not read as one document.")
    return with_text(path, reader(path, data, limits))


def with_text(path: str, document: Document) -> Document:
    """The document itself; `FileError` where not a word is in it."""
    if not document.text.strip():
        if document.kind == "html":
            raise FileError(f"{path} is a page without text.", code="no-text", hint=_NO_TEXT_HINT)
        raise FileError(f"{path} is empty.", code="empty")
    return document


def members(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """The files inside of a file, unpacked one at a time; none for most families.

    Raises `FileError`, also between members: the container is damaged from there on, or would
    unpack to more than `limits` allow.
    """
    unpacker = FAMILIES[detect(path, data, limits)].unpacker()
    return iter(()) if unpacker is None else unpacker(path, data, limits)
