"""The families of formats: who reads them, and what of them is read.

Readers are imported when a file first needs them, so a start of the program loads none.
A reader is a function `(path, data, limits) -> Document`. A container's `members` is a function
`(path, data, limits) -> Iterator[Member]` that unpacks one member at a time; a family may have
both, as mail has: its `members` is a generator whose value is the document, so that a file is
taken apart once. Both raise nothing but `FileError` for what is wrong with a file.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.model import Document
from app.errors import FileError
from app.formats.limits import Limits

ReadFunction = Callable[[str, bytes, Limits], Document]


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside of another: a file of an archive, a message of a mailbox, an attachment."""

    path: str
    """Path inside of the container with ``/``, without ``..`` and never absolute."""
    data: bytes
    modified: float | None = None
    """Seconds since 1970, None where unknown."""
    problem: FileError | None = None
    """Why it could not be unpacked, alone of all the members; `data` is empty then."""
    left: int = 0
    """Members that come after it, about, where that is known before they are unpacked."""


MembersFunction = Callable[[str, bytes, Limits], Iterator[Member]]


@dataclass(frozen=True, slots=True)
class Family:
    """How one family of formats is read; functions are named as "module:function"."""

    read: str = ""
    members: str = ""
    text: bool = False
    """Whether its files are text: `Limits.text_bytes` holds for them, else `file_bytes`."""
    archive: bool = False
    """Whether its files hold other files and little else: `Limits.archive_bytes` holds."""
    wheels: tuple[str, ...] = ()
    """Packages beyond the standard library that its reader imports, by their import names."""

    def reader(self) -> ReadFunction | None:
        """The function that reads a document, None for what only has members."""
        return _function(self.read) if self.read else None

    def unpacker(self) -> MembersFunction | None:
        """The function that gives the members, None for what has none."""
        return _function(self.members) if self.members else None

    def max_bytes(self, limits: Limits) -> int:
        """Largest file of this family that is read."""
        if self.archive:
            return limits.archive_bytes
        return limits.text_bytes if self.text else limits.file_bytes


FAMILIES: dict[str, Family] = {
    "text": Family("app.formats.text:read_text", text=True),
    "markdown": Family("app.formats.markdown:read_markdown", text=True),
    "html": Family("app.formats.html:read_html", text=True),
    "code": Family("app.formats.code:read_code", text=True),
    "pdf": Family(),
    "mail": Family("app.formats.mail:read_mail", "app.formats.mail:attachments"),
    "msg": Family("app.formats.msg:read_msg", "app.formats.msg:attachments", wheels=("olefile",)),
    "mailbox": Family(members="app.formats.mailbox:messages", archive=True),
    "mhtml": Family("app.formats.mhtml:read_mhtml"),
    "restructuredtext": Family("app.formats.light_markup:read_rst", text=True),
    "asciidoc": Family("app.formats.light_markup:read_asciidoc", text=True),
    "org": Family("app.formats.light_markup:read_org", text=True),
    "latex": Family("app.formats.latex:read_latex", text=True),
    "csv": Family("app.formats.delimited:read_csv", text=True),
    "json": Family("app.formats.json_text:read_json", text=True),
    "yaml": Family("app.formats.yaml_text:read_yaml", text=True),
    "toml": Family("app.formats.toml_text:read_toml", text=True),
    "xml": Family("app.formats.xml_text:read_xml", text=True),
    "notebook": Family("app.formats.notebook:read_notebook"),
    "subtitles": Family("app.formats.subtitles:read_subtitles", text=True),
    "contacts": Family("app.formats.contacts:read_contacts", text=True),
    "calendar": Family("app.formats.calendar_events:read_calendar", text=True),
    "archive": Family(members="app.formats.archives:unpack", archive=True),
    "docx": Family("app.formats.docx:read_docx"),
    "xlsx": Family("app.formats.xlsx:read_xlsx"),
    "pptx": Family("app.formats.pptx:read_pptx"),
    "odt": Family("app.formats.odf:read_odf"),
    "ods": Family("app.formats.odf:read_odf"),
    "odp": Family("app.formats.odf:read_odf"),
    "epub": Family("app.formats.epub:read_epub"),
    "rtf": Family("app.formats.rtf:read_rtf"),
    "xls": Family("app.formats.xls:read_xls", wheels=("xlrd",)),
}
"""By name; PDFs need a renderer first, see `app.formats.pdf.opened`."""


def _function(name: str) -> Any:  # noqa: ANN401 (two kinds of functions)
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
