"""Pages of a PDF from the parse worker, which runs pdf.js."""

from __future__ import annotations

from collections.abc import Mapping

from app.browser import ffi
from app.errors import FileError
from app.formats.limits import Limits
from app.formats.pdf import PdfPage


class BrowserPdfReader:
    """`client` is a ParseClient of static/workers/parse-client.js."""

    def __init__(self, client: ffi.JsObject) -> None:
        self._client = client

    async def pages(
        self, path: str, data: bytes, limits: Limits
    ) -> tuple[list[PdfPage], Mapping[str, str]]:
        """The text items of each page, and the information dictionary (Title, Author, ...).

        Raises `FileError`: `encrypted`, `damaged` also when reading crashes, or `too-large`.
        """
        asked = self._client.pages(path, ffi.to_uint8_array(data), limits.pages)
        parsed = ffi.to_python(await ffi.settled(asked, FileError))
        info = {str(key): str(value) for key, value in parsed["info"].items()}
        return [_page(page) for page in parsed["pages"]], info


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
