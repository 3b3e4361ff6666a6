"""Pages saved as one file (MHTML): the page itself, without pictures and frames."""

from __future__ import annotations

from email.message import Message

from app.core.model import Document
from app.errors import FileError
from app.formats.encoding import declared_text
from app.formats.html import read_html
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.mail import parsed
from app.formats.mail_headers import date_of, field, parameter
from app.formats.mail_parts import charset_of, payload_of
from app.formats.names import stem, visible


def read_mhtml(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document of the page; `FileError("damaged")` where there is none inside."""
    message, _ = parsed(path, data)
    page = _page(message)
    if page is None:
        raise FileError(f"{path} holds no page.", code="damaged")
    source = payload_of(page)
    charset = charset_of(page)
    if charset:
        source = declared_text(source, charset).encode("utf-8-sig", "replace")
    document = read_html(path, source, limits)
    title = document.title
    if title == stem(path):
        title = visible(field(message, "subject")) or title
    metadata = dict(document.metadata)
    saved = date_of(field(message, "date"))
    if saved:
        metadata.setdefault("modified", saved.isoformat())
    address = field(message, "snapshot-content-location") or field(page, "content-location")
    if address:
        metadata["url"] = address
    return Document(title, document.text, document.blocks, "html", metadata)


def _page(message: Message) -> Message | None:
    """The part that the others belong to, else the first one of HTML."""
    pages = [
        part for part in message.walk() if part.get_content_type().endswith(("html", "html+xml"))
    ]
    start = parameter(message, "content-type", "start")
    roots = [part for part in pages if start and field(part, "content-id") == start]
    return next(iter(roots or pages), None)
