"""Parts of a mail: which of them is its text, and which are files that came with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from app.core.model import Document
from app.errors import FileError
from app.formats.encoding import declared_text
from app.formats.html import read_html
from app.formats.mail_headers import field as header
from app.formats.mail_headers import parameter
from app.formats.text import text_blocks

_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_POOR = 0.4
"""Plain text with less than this share of the words of the HTML beside it is a mere remark."""
_DEEPEST = 50
_WORD = re.compile(r"\w+")
_ENCRYPTED_HINT = "Save it from your mail program where it is open to you, then add it again."
_ENDINGS = {
    "text/plain": "txt", "text/html": "html", "text/calendar": "ics", "text/vcard": "vcf",
    "text/x-vcard": "vcf", "text/csv": "csv", "application/pdf": "pdf", "message/rfc822": "eml",
    "application/json": "json", "text/markdown": "md", "application/zip": "zip",
}  # fmt: skip


@dataclass(slots=True)
class Parts:
    """The parts of one mail, sorted."""

    bodies: list[Document] = field(default_factory=list)
    files: list[Message] = field(default_factory=list)


def parts_of(message: Message) -> Parts:
    """Texts to be read in order, and files. Raises `FileError`: `encrypted`, `too-large`."""
    parts = Parts()
    _sort(message, parts, 0)
    return parts


def _sort(part: Message, parts: Parts, depth: int) -> None:
    if depth > _DEEPEST:
        raise FileError("The mail has too many parts inside of each other.", code="too-large")
    kind = part.get_content_type()
    children = _children(part)
    if kind == "multipart/encrypted":
        raise FileError("The mail is encrypted.", code="encrypted", hint=_ENCRYPTED_HINT)
    if kind == "message/rfc822" and depth:
        parts.files.append(part)
    elif kind == "message/delivery-status":
        text = "\n\n".join(str(child).strip() for child in children)
        parts.bodies.append(Document("", text, tuple(text_blocks(text)), "text"))
    elif kind == "multipart/alternative":
        _sort_alternatives(children, parts, depth)
    elif kind == "multipart/related":
        _sort_related(part, children, parts, depth)
    elif children:
        for child in children:
            _sort(child, parts, depth + 1)
    elif _is_body(part, kind):
        document = _body(part, kind)
        if document.text.strip():
            parts.bodies.append(document)
    elif kind not in _SIGNATURES and not kind.startswith("multipart/") and not _is_inline(part):
        parts.files.append(part)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if part.is_multipart() else []


def _sort_alternatives(children: list[Message], parts: Parts, depth: int) -> None:
    """Plain text, or HTML where that says much more; files of any of them."""
    versions: list[Parts] = []
    for child in children:
        version = Parts()
        _sort(child, version, depth + 1)
        parts.files += version.files
        if version.bodies:
            versions.append(version)
    if versions:
        most = max(map(_words, versions))
        # HTML has the words of its links and buttons as well.
        parts.bodies += next(each for each in versions if _words(each) >= most * _POOR).bodies


def _sort_related(part: Message, children: list[Message], parts: Parts, depth: int) -> None:
    """The root as the text; what it shows is left out, but other files are not."""
    start = parameter(part, "content-type", "start")
    root = next((each for each in children if start and header(each, "content-id") == start), None)
    texts = [each for each in children if not _is_file(each) and _may_be_text(each)]
    root = root or next(iter(texts), None)
    for child in children:
        if child is root or _is_file(child) or not _is_inline(child):
            _sort(child, parts, depth + 1)


def _may_be_text(part: Message) -> bool:
    return part.get_content_maintype() in {"text", "multipart"}


def _words(version: Parts) -> int:
    return sum(len(_WORD.findall(body.text)) for body in version.bodies)


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _is_inline(part: Message) -> bool:
    """Whether it is a picture that the text shows."""
    if part.get_content_maintype() != "image" or _is_file(part):
        return False
    return part.get_content_disposition() == "inline" or part.get("content-id") is not None


def _is_body(part: Message, kind: str) -> bool:
    if _is_file(part) or kind in {"text/calendar", "text/vcard", "text/x-vcard", "text/csv"}:
        return False
    named = bool(file_name_of(part)) and part.get_content_disposition() != "inline"
    return kind.startswith("text/") and not named


def _body(part: Message, kind: str) -> Document:
    data = payload_of(part)
    text = declared_text(data, charset_of(part))
    if kind == "text/html":
        return read_html("", text.encode("utf-8-sig", "replace"))
    if parameter(part, "content-type", "format").lower() == "flowed":
        text = flowed(text)
    return Document("", text, tuple(text_blocks(text)), "text")


def flowed(text: str) -> str:
    r"""Lines that were broken softly (RFC 3676), joined again.

    >>> flowed("It is \nheavy.\n> and \n> soft\n-- \nAda")
    'It is heavy.\n> and soft\n-- \nAda'
    """
    lines: list[str] = []
    depth, soft = "", False
    for line in text.split("\n"):
        body = line.lstrip("> ") if line.startswith(">") else line
        mark = line[: len(line) - len(body)].replace(" ", "")
        if soft and mark == depth and line != "-- ":
            lines[-1] += body
        else:
            lines.append(line)
        depth, soft = mark, line.endswith(" ") and line.strip("> ") != "--" and bool(body.strip())
    return "\n".join(lines)


def payload_of(part: Message) -> bytes:
    """The bytes of a part, as far as they can be decoded."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def charset_of(part: Message) -> str:
    """What the part says of its encoding, empty if nothing."""
    return parameter(part, "content-type", "charset")


def file_name_of(part: Message) -> str:
    """The name that came with a part, empty if none."""
    name = parameter(part, "content-disposition", "filename")
    return name or parameter(part, "content-type", "name")


def named_files(parts: Parts) -> Iterator[tuple[str, Message]]:
    """Each file with a name, that of its subject or of its kind where it came without."""
    for part in parts.files:
        kind = part.get_content_type()
        name = file_name_of(part)
        if not name and kind == "message/rfc822" and (inner := _children(part)):
            name = header(inner[0], "subject")
        name = (name or "attachment").replace("/", "_")
        ending = _ENDINGS.get(kind, "")
        yield f"{name}.{ending}" if ending and "." not in name[-6:] else name, part


def content_of(part: Message) -> bytes:
    """The bytes of a file, of a mail those it was sent as. Raises `FileError("too-large")`."""
    inner = _children(part)
    try:
        return inner[0].as_bytes() if inner else payload_of(part)
    except RecursionError as error:
        raise FileError(
            "The mail has too many mails inside of each other.", code="too-large"
        ) from error
