"""Mailboxes in the mbox format: one message after the other, each a member."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from app.errors import FileError
from app.formats.detect import check_size
from app.formats.families import Member
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.mail_headers import ENVELOPE, date_of, field
from app.formats.member_paths import PathRegister
from app.formats.names import visible

_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_LONGEST_HEADER = 1 << 16
_LONGEST_NAME = 120


def messages(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """Each message under its subject, with the time it was sent.

    A message begins with a line "From", an address and a time, after a blank line; the mark that
    keeps such lines of a text apart, ">From ", is taken away. The mailbox is never copied as a
    whole. Raises `FileError`: `damaged` where there is no message, `too-large` beyond
    `Limits.members`.
    """
    register = PathRegister()
    begin, count = _next(data, 0), 0
    if begin is None:
        raise FileError(f"{path} is no mailbox, although its name says so.", code="damaged")
    likely = data.count(b"\nFrom ") + 1
    while begin is not None:
        count += 1
        if count > limits.members:
            raise FileError(f"{path} has more than {limits.members} messages.", code="too-large")
        after = _next(data, begin + 5)
        start = data.find(b"\n", begin) + 1
        end = len(data) if after is None else after
        if end - start > 2:
            message = _message(path, data, (start, end), register, limits)
            yield replace(message, left=max(0, likely - count))
        begin = after


def _next(data: bytes, position: int) -> int | None:
    """Where the next message begins."""
    while (found := data.find(b"From ", position)) >= 0:
        before = data[max(0, found - 3) : found]
        blank = found == 0 or before.endswith((b"\n\n", b"\n\r\n"))
        if blank and ENVELOPE.match(data, found, min(found + 500, len(data))):
            return found
        position = found + 5
    return None


def _message(
    path: str, data: bytes, span: tuple[int, int], register: PathRegister, limits: Limits
) -> Member:
    start, end = span
    head = email.message_from_bytes(
        data[start : min(end, start + _LONGEST_HEADER)], policy=email.policy.compat32
    )
    subject = visible(field(head, "subject")).replace("/", "_")[:_LONGEST_NAME]
    name = register.claim(f"{subject or 'no subject'}.eml")
    sent = date_of(field(head, "date"))
    modified = None
    if sent is not None:
        modified = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).timestamp()
    try:
        check_size(f"{path}/{name}", end - start, limits)
    except FileError as error:
        return Member(name, b"", modified, error)
    return Member(name, _QUOTED.sub(b"", data[start:end]), modified)
