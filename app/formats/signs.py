"""Signs in the content by which mail and archives are known, whatever their names say."""

from __future__ import annotations

from app.formats.mail_headers import header_names, is_envelope
from app.formats.packed import is_tar, packing_of

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "__substg1.0_".encode("utf-16-le")
_WRITTEN = {"from", "to", "subject", "date"}
_CARRIED = {"received", "message-id", "mime-version", "return-path", "delivered-to"}
_SAVED_PAGE = (b"multipart/related", b"snapshot-content-location:", b"<saved by ")
_MAIL_NAMES = {"eml", "emlx"}
_PAGE_NAMES = {"mht", "mhtml"}
_MAILBOX_NAMES = {"mbox", "mbx"}
_OPEN_NAMES = {"", "txt", "text", "mail", "msg", "imf"}
"""Names that say little, so that the content decides."""


def is_archive(data: bytes) -> bool:
    """Whether it is a container; books and Office files are zip archives as well."""
    return data.startswith(_ZIP) or bool(packing_of(data)) or is_tar(data)


def mail_family(ext: str, data: bytes) -> str:
    r"""Family of a mail, a mailbox or a page saved as one; empty for anything else.

    >>> mail_family("", b"From: a@b.org\nSubject: Gold\nMessage-ID: <1@b.org>\n\nHello")
    'mail'
    """
    if data.startswith(_COMPOUND):
        return "msg" if _OUTLOOK in data or ext == "msg" else ""
    if ext in _MAIL_NAMES:
        return "mail"
    if ext not in _PAGE_NAMES | _MAILBOX_NAMES | _OPEN_NAMES and ext.isalpha():
        return ""
    if is_envelope(data):
        return "mailbox"
    names = header_names(data)
    head = data[:2000].lower()
    if names and (ext in _PAGE_NAMES or sum(sign in head for sign in _SAVED_PAGE) >= 2):
        return "mhtml"
    return "mail" if len(names & _WRITTEN) >= 2 and names & _CARRIED else ""
