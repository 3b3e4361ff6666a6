"""PDFs on CPython: PDFium's characters gathered into the items that pdf.js would give."""

from __future__ import annotations

import asyncio
import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

from app.errors import FileError
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.pdf_attached import may_be_asked_for
from app.formats.pdf_contents import PdfContents, PdfNote
from app.formats.pdf_lines import PdfPage
from app.host.pdfium_beside import attached_files, begin_forms, notes_of, outline_of

_SAME_BASELINE = 0.2
_SAME_SIZE = 0.1
_GAP = 0.1
_SPACE = 0.6
"""Shares of the font size: what parts two items when it is passed, by a space the last; that is
what pdf.js has."""

_HYPHENS = {0x02: 0x2D, 0xFFFE: 0x2D}
"""PDFium marks a hyphen at a line's end by these."""


class PdfiumReader:
    """A `PdfReader`; PDFium runs in a thread beside the event loop, one PDF at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def contents(self, path: str, data: bytes, limits: Limits) -> PdfContents:
        """Items of each page and what stands beside them.

        `FileError`: `encrypted`, `damaged` or `too-large`.
        """
        async with self._lock:
            return await asyncio.to_thread(read_contents, path, data, limits)


def read_contents(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> PdfContents:
    """As `PdfiumReader.contents`, in the calling thread."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise FileError(f"{path} is protected by a password.", code="encrypted") from error
        raise FileError(f"{path} is damaged: {error}.", code="damaged") from error
    try:
        begin_forms(document)
        if len(document) > limits.pages:
            raise FileError(f"{path} has more than {limits.pages} pages.", code="too-large")
        notes: list[PdfNote] = []
        pages = [_page(document, number, notes) for number in range(len(document))]
        info = document.get_metadata_dict()
        files = attached_files(document, limits) if may_be_asked_for(data) else []
        return PdfContents(pages, info, notes, list(outline_of(document)), files)
    except pypdfium2.PdfiumError as error:
        raise FileError(f"{path} is damaged: {error}.", code="damaged") from error
    finally:
        document.close()


@dataclass(slots=True)
class _Items:
    """The parallel lists of a `PdfPage`, and the item that still grows."""

    strings: list[str] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    eol: list[bool] = field(default_factory=list)

    def put(self, text: str, left: float, right: float, y: float, size: float) -> None:
        """Lengthen the last item by a character, or begin a new one."""
        if self._goes_on(left, y, size):
            self.strings[-1] += text
            self.width[-1] = max(self.width[-1], right - self.x[-1])
            return
        self.strings.append(text)
        self.x.append(left)
        self.y.append(y)
        self.width.append(right - left)
        self.size.append(size)
        self.eol.append(False)

    def space(self) -> bool:
        """A space behind the last item, drawn or seen by PDFium; it takes no room."""
        if not self.strings or self.eol[-1]:
            return False
        self.strings[-1] += " "
        return True

    def end_line(self) -> None:
        """A line end that PDFium saw."""
        if self.eol:
            self.eol[-1] = True

    def _goes_on(self, left: float, y: float, size: float) -> bool:
        if not self.strings or self.eol[-1]:
            return False
        last = self.size[-1]
        gap = left - (self.x[-1] + self.width[-1])
        return (
            abs(y - self.y[-1]) <= _SAME_BASELINE * last
            and abs(size - last) <= _SAME_SIZE * last
            and -last <= gap <= (_SPACE if self.strings[-1].endswith(" ") else _GAP) * last
            and left >= self.x[-1]
        )


def _page(document: Any, number: int, notes: list[PdfNote]) -> PdfPage:  # noqa: ANN401 (no types published)
    page = document[number]
    text_page = page.get_textpage()
    try:
        notes += notes_of(document, page, number + 1)
        items = _items(text_page)
        return PdfPage(
            strings=[_whole(text) for text in items.strings],
            x=items.x,
            y=items.y,
            width=items.width,
            size=items.size,
            eol=items.eol,
            page_height=page.get_height(),
            label=document.get_page_label(number),
        )
    finally:
        text_page.close()
        page.close()


def _items(text_page: Any) -> _Items:  # noqa: ANN401 (no types published)
    import pypdfium2.raw as pdfium

    items = _Items()
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    handle = text_page.raw
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code in (0x0A, 0x0D):
            items.end_line()
        elif code == 0x20 and items.space():
            continue
        elif code:
            pdfium.FPDFText_GetCharOrigin(handle, index, x, y)
            pdfium.FPDFText_GetLooseCharBox(handle, index, box)
            pdfium.FPDFText_GetMatrix(handle, index, matrix)
            size = pdfium.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d)
            text = chr(_HYPHENS.get(code, code)) if code <= 0x10FFFF else "\ufffd"
            items.put(text, box.left, max(box.right, box.left), y.value, size)
    return items


def _whole(text: str) -> str:
    """Halves of a character outside the first plane, which come one by one, joined."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
