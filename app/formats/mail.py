"""Mail (RFC 5322 and MIME): who wrote to whom, the text, and the files that came with it."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Generator
from email.message import Message

from app.core.model import Document
from app.errors import FileError
from app.formats.families import Member
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.mail_headers import addresses, date_of, field, written
from app.formats.mail_parts import Parts, content_of, named_files, parts_of
from app.formats.member_paths import PathRegister
from app.formats.names import stem, visible
from app.formats.writer import Writer

_APPLE = re.compile(rb"\s{0,9}\d{1,10}\s*\n")
_SHOWN = (("From", ("from", "sender")), ("To", ("to",)), ("Cc", ("cc",)), ("Bcc", ("bcc",)))


def read_mail(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The mail as its program shows it: sender, recipients and date, then the text.

    Of plain text and HTML the first is taken, unless the second says much more. Metadata: from,
    to, cc, date (ISO 8601), subject, and author, the sender's name. Raises `FileError`:
    `encrypted`, `too-large`.
    """
    message, parts = parsed(path, data)
    return mail_document(path, message, parts, limits)


def attachments(
    path: str, data: bytes, limits: Limits = DEFAULT_LIMITS
) -> Generator[Member, None, Document]:
    """The files that came with a mail, mails among them; pictures in the text are left out.

    The generator's value is the mail itself, as `read_mail` reads it.
    """
    message, parts = parsed(path, data)
    register = PathRegister()
    for count, (name, part) in enumerate(named_files(parts), start=1):
        if count > limits.members:
            raise FileError(f"{path} has more than {limits.members} files.", code="too-large")
        if (content := content_of(part)).strip():
            yield Member(register.claim(name), content)
    return mail_document(path, message, parts, limits)


def parsed(path: str, data: bytes) -> tuple[Message, Parts]:
    """The message and its parts. Raises `FileError`."""
    data = data.lstrip(b"\r\n")
    if apple := _APPLE.match(data[:32]):  # Mail on macOS writes the length before it
        data = data[apple.end() :]
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        return message, parts_of(message)
    except RecursionError as error:
        raise FileError(f"{path} has too many mails inside of each other.", code="too-large") from (
            error
        )
    except FileError as error:
        message_text = error.message.replace("The mail", path, 1)
        raise FileError(message_text, code=error.code, hint=error.hint) from error


def mail_document(path: str, message: Message, parts: Parts, limits: Limits) -> Document:
    """Header fields, texts and the names of files as one document."""
    writer = Writer(path, limits)
    metadata = metadata_of(message)
    lines = [f"{shown}: {text}" for shown, names in _SHOWN if (text := _people(message, *names))]
    date = field(message, "date")
    if date:
        lines.append(f"Date: {date}")
    writer.add("paragraph", "\n".join(lines))
    for body in parts.bodies:
        for block in body.blocks:
            writer.add(block.kind, body.text[block.start : block.end], level=block.level)
    names = [name for name, _ in named_files(parts)]
    if names:
        writer.add("paragraph", f"Attachments: {', '.join(names)}")
    title = visible(metadata.get("subject", "")) or stem(path)
    return Document(title, writer.text, tuple(writer.blocks), "mail", metadata)


def metadata_of(message: Message) -> dict[str, str]:
    """What the header fields say, without those that say nothing."""
    senders = addresses(message, "from") or addresses(message, "sender")
    sent = date_of(field(message, "date"))
    found = {
        "from": written(senders),
        "to": _people(message, "to"),
        "cc": _people(message, "cc"),
        "date": sent.isoformat() if sent else "",
        "subject": field(message, "subject"),
        "author": next((name or address for name, address in senders), ""),
    }
    return {name: value for name, value in found.items() if value}


def _people(message: Message, *names: str) -> str:
    return next((text for name in names if (text := written(addresses(message, name)))), "")
