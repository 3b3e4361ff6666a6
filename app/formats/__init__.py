"""Readers, one module a family: bytes of a file to a `Document`.

`read` never raises anything but `FileError`, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Callable

from app.core.model import Document
from app.errors import FileError, InputError
from app.formats.code import read_code
from app.formats.detect import check_size, detect, extension
from app.formats.html import read_html
from app.formats.markdown import read_markdown
from app.formats.text import read_text

__all__ = ["check_size", "detect", "extension", "read"]

_READERS: dict[str, Callable[[str, bytes], Document]] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
    "code": read_code,
}
_NO_TEXT_HINT = "Open it in a browser, let it load, save the page from there and add that."


def read(path: str, data: bytes) -> Document:
    """The document in a file of text, Markdown, HTML or source code.

    Raises `FileError` where there is none. PDFs need their pages from a renderer first:
    `app.formats.pdf.from_pages`; `InputError` for them here.

    >>> read("a.md", b"# Gold" + bytes([10, 10]) + b"It is heavy.").title
    'Gold'
    """
    family = detect(path, data)
    if family not in _READERS:
        raise InputError(f"{path} is a {family} file; its pages must be read by a PdfReader.")
    document = _READERS[family](path, data)
    if not document.text.strip():
        if family == "html":
            raise FileError(f"{path} is a page without text.", code="no-text", hint=_NO_TEXT_HINT)
        raise FileError(f"{path} is empty.", code="empty")
    return document
