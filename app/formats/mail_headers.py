"""Header fields of mail, as people read them, however broken they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from app.formats.encoding import declared_text, decode

_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*|[ \t]+")
_LONGEST = 10_000
_MOST_ADDRESSES = 200
_IS_HEADER = re.compile(rb"[!-9;-~]{1,70}[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*\n?")
_NAMES = re.compile(
    rb"^(from|to|cc|subject|date|received|message-id|mime-version|return-path|delivered-to"
    rb"|reply-to|content-type|x-mailer|sender|in-reply-to|references|list-id|x-mozilla-status)"
    rb"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
ENVELOPE = re.compile(rb"From [^\n]{1,300}\d\d:\d\d[^\n]{0,60}\n(?=>?[!-9;-~]{1,70}[ \t]*:|>From )")
"""What a message of a mailbox begins with: "From", an address, a time; then a header follows."""


def header_names(data: bytes) -> set[str]:
    r"""Which of the common fields of mail stand in the lines that a file begins with.

    >>> sorted(header_names(b"From: a@b\nSubject: Gold\n\nDate: in the text"))
    ['from', 'subject']
    """
    head = data[:16384].replace(b"\r\n", b"\n").lstrip(b"\n")
    end = 0
    while match := _IS_HEADER.match(head, end):
        end = match.end()
    return {name.decode("ascii").lower() for name in _NAMES.findall(head[:end])}


def is_envelope(data: bytes) -> bool:
    """Whether a file begins as a mailbox does: "From", an address, a time, then a header."""
    return bool(ENVELOPE.match(data[:4096].replace(b"\r\n", b"\n")))


def field(message: Message, name: str) -> str:
    r"""The first field of a name in one line, decoded; empty if there is none.

    >>> import email
    >>> field(email.message_from_string("Subject: =?utf-8?q?K=C3=B6ln?=\n am Rhein\n"), "subject")
    'Köln am Rhein'
    """
    return unfolded(next(iter(_values(message, name)), ""))


def _values(message: Message, name: str) -> list[str]:
    """All fields of a name as they came, with bytes outside ASCII as lone surrogates."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def unfolded(value: str) -> str:
    """A raw value in one line; encoded words are decoded, and bytes that no one declared."""
    return " ".join(_decoded(in_one_line(value)).split())


def in_one_line(value: str) -> str:
    """A raw value without line ends; encoded words stay, since commas may be in them."""
    text = value[:_LONGEST]
    try:
        text.encode()
    except UnicodeEncodeError:
        text = decode(text.encode("utf-8", "surrogateescape"))[0]
    return _FOLD.sub(" ", text)


def parameter(message: Message, field_name: str, name: str) -> str:
    """A parameter of a field, such as the charset of a content type; empty if there is none."""
    plain = Message()
    plain[field_name] = in_one_line(next(iter(_values(message, field_name)), ""))
    try:
        value = plain.get_param(name, "", field_name)
        return unfolded(collapse_rfc2231_value(value))
    except (LookupError, ValueError, TypeError):
        return ""


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047), also where they stand against the rules."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    decoded: list[str] = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            decoded.append(piece)
        elif charset is None:
            decoded.append(piece.decode("ascii", "replace"))
        else:
            decoded.append(declared_text(piece, charset))
    return "".join(decoded)


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """Names and addresses of all fields of these names, in their order; either may be empty."""
    raw = [in_one_line(value) for name in names for value in _values(message, name)]
    found: list[tuple[str, str]] = []
    try:
        pairs = getaddresses(raw)
    except (RecursionError, IndexError, ValueError):
        pairs = []
    for name, address in pairs[:_MOST_ADDRESSES]:
        shown = " ".join(_decoded(name).strip("\"' ").split())
        if shown or address:
            found.append((shown if shown != address else "", address))
    if not found:
        return [(text, "") for text in (unfolded(value) for value in raw) if text]
    return found


def written(people: Iterable[tuple[str, str]]) -> str:
    """Names and addresses as mail programs show them.

    >>> written([("Ada", "ada@x.org"), ("", "bob@x.org")])
    'Ada <ada@x.org>, bob@x.org'
    """
    return ", ".join(
        f"{name} <{address}>" if name and address else name or address for name, address in people
    )


def date_of(text: str) -> datetime | None:
    """When it was sent; None if that cannot be told.

    >>> date_of("Fri, 17 May 2024 10:30:00 +0200").isoformat()
    '2024-05-17T10:30:00+02:00'
    """
    try:
        return parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
