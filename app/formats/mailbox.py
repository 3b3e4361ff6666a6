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
from app.formats.slices import PIECE, Slices, count, part

_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_LONGEST_HEADER = 1 << 16
_LONGEST_NAME = 120
_FROM = b"From "
_BLANK = (b"\n\n", b"\n\r\n")
_BEFORE = 3
"""Bytes before a message that tell whether the line before it is blank."""
_AHEAD = 500
"""Bytes within which the line that a message begins with, and the field after it, must stand."""
STEP = PIECE - _BEFORE - _AHEAD
"""Bytes in which beginnings are looked for at a time."""


def messages(path: str, data: bytes | Slices, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """Each message under its subject, with the time it was sent.

    A message begins with a line "From", an address and a time, after a blank line; the mark that
    keeps such lines of a text apart, ">From ", is taken away. The mailbox is never in memory as a
    whole beside itself, by slices never at all. Raises `FileError`: `damaged` where there is no
    message, `too-large` beyond `Limits.members`.
    """
    register = PathRegister()
    begun = _begun(data)
    at = next(begun, None)
    if at is None:
        raise FileError(f"{path} is no mailbox, although its name says so.", code="damaged")
    likely = count(data, b"\nFrom ") + 1
    number = 0
    while at is not None:
        number += 1
        if number > limits.members:
            raise FileError(f"{path} has more than {limits.members} messages.", code="too-large")
        after = next(begun, None)
        span = at[1], len(data) if after is None else after[0]
        if span[1] - span[0] > 2:
            left = max(0, likely - number)
            yield replace(_message(path, data, span, register, limits), left=left)
        at = after


def _begun(data: bytes | Slices) -> Iterator[tuple[int, int]]:
    """Where each message begins, and where the line ends that says so.

    What is looked at laps over at both sides by all that tells a beginning.
    """
    for place in range(0, len(data), STEP):
        first = max(0, place - _BEFORE)
        some = data[first : place + STEP + _AHEAD]
        found = some.find(_FROM, place - first)
        while 0 <= found < place - first + STEP:
            blank = first + found == 0 or some.endswith(_BLANK, max(0, found - _BEFORE), found)
            if blank and (line := ENVELOPE.match(some, found, min(found + _AHEAD, len(some)))):
                yield first + found, first + line.end()
            found = some.find(_FROM, found + len(_FROM))


def _message(
    path: str,
    data: bytes | Slices,
    span: tuple[int, int],
    register: PathRegister,
    limits: Limits,
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
    return Member(name, _QUOTED.sub(b"", part(data, start, end)), modified)
