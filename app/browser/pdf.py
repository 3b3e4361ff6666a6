"""What is in a PDF, from the parse worker, which runs pdf.js."""

from __future__ import annotations

from collections.abc import Mapping

from app.browser import ffi
from app.errors import FileError
from app.formats.limits import Limits
from app.formats.pdf_attached import may_be_asked_for
from app.formats.pdf_contents import (
    MOST_ENTRIES,
    MOST_NOTES,
    PdfContents,
    PdfEntry,
    PdfFile,
    PdfNote,
)
from app.formats.pdf_lines import PdfPage


class BrowserPdfReader:
    """`client` is a ParseClient of static/workers/parse-client.js."""

    def __init__(self, client: ffi.JsObject) -> None:
        self._client = client

    async def contents(self, path: str, data: bytes, limits: Limits) -> PdfContents:
        """The text items of each page, and what stands beside them.

        Raises `FileError`: `encrypted`, `damaged` also when reading crashes, or `too-large`.
        """
        bounds = ffi.to_javascript(
            {
                "pages": limits.pages,
                "notes": MOST_NOTES,
                "entries": MOST_ENTRIES,
                "files": limits.members if may_be_asked_for(data) else 0,
            }
        )
        asked = self._client.contents(path, ffi.to_uint8_array(data), bounds)
        found = ffi.to_python(await ffi.settled(asked, FileError))
        return PdfContents(
            pages=[_page(page) for page in found["pages"]],
            info={str(key): str(value) for key, value in found["info"].items()},
            notes=[PdfNote(*note) for note in found["notes"]],
            outline=[PdfEntry(*entry) for entry in found["outline"]],
            files=[PdfFile(name, bytes(content)) for name, content in found["files"]],
        )


def _page(page: Mapping[str, object]) -> PdfPage:
    strings, eol = page["strings"], page["eol"]
    assert isinstance(strings, list)
    numbers = {key: memoryview(page[key]).tolist() for key in ("x", "y", "width", "size")}  # type: ignore[arg-type]
    return PdfPage(
        strings=strings,
        eol=[bool(flag) for flag in memoryview(eol)],  # type: ignore[arg-type]
        page_height=float(page["pageHeight"]),  # type: ignore[arg-type]
        label=str(page["label"]),
        **numbers,
    )
