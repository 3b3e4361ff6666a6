"""Outlook messages (MSG): turned into the mail that they were, and read as that."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from io import BytesIO
from typing import Any

from app.core.model import Document
from app.errors import FileError
from app.formats.families import FAMILIES, Member
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.mail import mail_document
from app.formats.mail_parts import Parts, content_of, named_files, parts_of
from app.formats.member_paths import PathRegister
from app.formats.msg_properties import Properties
from app.formats.rtf_unpacking import unpacked_rtf

_SUBJECT, _SENT, _RECEIVED = 0x0037, 0x0039, 0x0E06
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_NAME, _ADDRESS, _SMTP, _KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_CONTENT_ID, _HIDDEN = 0x3712, 0x7FFE
_FIELDS = {1: "To", 2: "Cc", 3: "Bcc"}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")


def read_msg(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The message with the same text and metadata as a mail. Raises `FileError`."""
    message, parts = _opened(path, data, limits)
    return mail_document(path, message, parts, limits)


def attachments(
    path: str, data: bytes, limits: Limits = DEFAULT_LIMITS
) -> Generator[Member, None, Document]:
    """The files that came with it, messages among them as mails; its value is as `read_msg`."""
    message, parts = _opened(path, data, limits)
    register = PathRegister()
    for name, part in named_files(parts):
        if (content := content_of(part)).strip():
            yield Member(register.claim(name), content)
    return mail_document(path, message, parts, limits)


def _opened(path: str, data: bytes, limits: Limits) -> tuple[Message, Parts]:
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            message = _message(path, ole, (), limits)
            return message, parts_of(message)
    except FileError:
        raise
    except RecursionError as error:
        raise FileError(f"{path} is too deeply nested.", code="too-large") from error
    except Exception as error:  # the library raises what its parts happen to
        raise FileError(f"{path} is no whole Outlook message ({error}).", code="damaged") from error


def _message(path: str, ole: Any, folder: tuple[str, ...], limits: Limits) -> Message:  # noqa: ANN401
    """One message of the file as a mail."""
    if limits.depth < 0:
        raise FileError(f"{path} has too many mails inside of each other.", code="too-large")
    item = Properties(ole, folder)
    message = MIMEMultipart()
    _set(message, "Subject", item.text(_SUBJECT))
    sender = item.text(_SENDER_SMTP) or item.text(_SENDER_ADDRESS)
    _set(message, "From", _person(item.text(_SENDER_NAME), sender))
    sent = item.time(_SENT) or item.time(_RECEIVED)
    if sent:
        message["Date"] = format_datetime(sent)
    recipients: dict[str, list[str]] = {}
    for place in item.storages("__recip"):
        one = Properties(ole, place, item.code_page)
        person = _person(one.text(_NAME), one.text(_SMTP, _ADDRESS))
        recipients.setdefault(_FIELDS.get(one.number(_KIND), "To"), []).append(person)
    for name, people in recipients.items():
        _set(message, name, ", ".join(people))
    message.attach(_texts(path, item, limits))
    for place in item.storages("__attach"):
        one = Properties(ole, place, item.code_page)
        inner = one.inner(_DATA)
        if inner is not None:
            deeper = replace(limits, depth=limits.depth - 1)
            message.attach(MIMEMessage(_message(path, ole, inner, deeper)))
        elif file := _file(one):
            message.attach(file)
    return message


def _texts(path: str, item: Properties, limits: Limits) -> Message:
    """The text in the forms that there are; RTF only where it is the only one."""
    both = MIMEMultipart("alternative")
    plain, html = item.text(_BODY), item.raw(_HTML)
    if plain.strip():
        both.attach(MIMEText(plain, "plain", "utf-8"))
    if html:
        page = MIMEText("", "html")
        page.set_payload(html.decode("latin-1"))
        page.replace_header("Content-Type", f'text/html; charset="{item.code_page}"')
        del page["Content-Transfer-Encoding"]
        page.set_payload(html)
        both.attach(page)
    packed = item.raw(_RTF)
    if packed and not plain.strip() and not html and "rtf" in FAMILIES:
        reader = FAMILIES["rtf"].reader()
        rtf = unpacked_rtf(path, packed, limits)
        if reader is not None and rtf:
            both.attach(MIMEText(reader(path, rtf, limits).text, "plain", "utf-8"))
    return both


def _file(one: Properties) -> Message | None:
    """An attachment, None for a picture that the text shows."""
    name = one.text(_LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
    shown = bool(one.text(_CONTENT_ID)) and name.lower().endswith(_PICTURES)
    data = one.raw(_DATA)
    if shown or not data:
        return None
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def _set(message: Message, name: str, value: str) -> None:
    value = " ".join(value.split())
    if value:
        message[name] = value


def _person(name: str, address: str) -> str:
    """A name with its address, where it is one; Exchange has paths of its own."""
    name, address = " ".join(name.split()), " ".join(address.split())
    if "@" not in address:
        return formataddr((name, "")) if name else address
    return formataddr((name if name != address else "", address), "utf-8")
