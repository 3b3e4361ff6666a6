"""What stands beside the text of a PDF, by PDFium: fields, comments, links, outline, files."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from app.formats.limits import Limits
from app.formats.pdf_contents import MOST_ENTRIES, MOST_NOTES, PdfEntry, PdfFile, PdfNote

_LIBRARY_LOG = logging.getLogger("pypdfium2")
_DEEPEST = 20
_LONGEST = 1 << 20
"""Bytes of one text."""


def begin_forms(document: Any) -> None:  # noqa: ANN401 (no types published)
    """Have PDFium read the form of a document, if there is one; before its pages are opened."""
    import pypdfium2

    _LIBRARY_LOG.setLevel(logging.ERROR)  # It warns of forms in XFA, which are not read.
    try:
        document.init_forms()
    except pypdfium2.PdfiumError:  # A form that is broken leaves the pages as they are.
        return


def notes_of(document: Any, page: Any, number: int) -> list[PdfNote]:  # noqa: ANN401
    """Fields, comments and links of a page."""
    import pypdfium2.raw as pdfium

    found: list[PdfNote] = []
    unseen = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if not pdfium.FPDFAnnot_GetFlags(annotation) & unseen:
                note = _note(document, annotation, number)
                if note is not None and note.text.strip():
                    found.append(note)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _note(document: Any, annotation: Any, number: int) -> PdfNote | None:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == pdfium.FPDF_ANNOT_LINK:
        return PdfNote("link", "", _address(document, annotation), number)
    if kind == pdfium.FPDF_ANNOT_WIDGET:
        return _field(document.formenv, annotation, number)
    if kind == pdfium.FPDF_ANNOT_POPUP:
        return None  # It shows what another one says.

    def said(key: bytes) -> str:
        return _wide(lambda *to: pdfium.FPDFAnnot_GetStringValue(annotation, key, *to))

    return PdfNote("comment", said(b"T"), said(b"Contents"), number)


def _field(form: Any, annotation: Any, number: int) -> PdfNote | None:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    if form is None:
        return None

    def said(ask: Callable[..., int]) -> str:
        return _wide(lambda *to: ask(form, annotation, *to))

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    flags = pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation)
    name = said(pdfium.FPDFAnnot_GetFormFieldAlternateName) or said(
        pdfium.FPDFAnnot_GetFormFieldName
    )
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        if not pdfium.FPDFAnnot_IsChecked(form, annotation):
            return None
        return PdfNote("field", name, said(pdfium.FPDFAnnot_GetFormFieldExportValue), number)
    is_secret = (
        kind == pdfium.FPDF_FORMFIELD_TEXTFIELD and flags & pdfium.FPDF_FORMFLAG_TEXT_PASSWORD
    )
    texts = (
        pdfium.FPDF_FORMFIELD_TEXTFIELD,
        pdfium.FPDF_FORMFIELD_COMBOBOX,
        pdfium.FPDF_FORMFIELD_LISTBOX,
    )
    if is_secret or kind not in texts:
        return None
    return PdfNote("field", name, said(pdfium.FPDFAnnot_GetFormFieldValue), number)


def _address(document: Any, annotation: Any) -> str:  # noqa: ANN401
    """Where a link leads, empty for a place in the document."""
    import pypdfium2.raw as pdfium

    link = pdfium.FPDFAnnot_GetLink(annotation)
    action = pdfium.FPDFLink_GetAction(link) if link else None
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    size = pdfium.FPDFAction_GetURIPath(document, action, None, 0)
    if not 1 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(document, action, buffer, size)
    return buffer.raw[: size - 1].decode("utf-8", "replace")


def _wide(call: Callable[..., int]) -> str:
    """A text that PDFium gives as UTF-16 with a zero at its end."""
    import pypdfium2.raw as pdfium

    size = call(None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def outline_of(document: Any) -> Iterator[PdfEntry]:  # noqa: ANN401
    """The entries of the outline in their order."""
    import pypdfium2.raw as pdfium

    for entry in islice(document.get_toc(max_depth=_DEEPEST), MOST_ENTRIES):
        title = _wide(partial(pdfium.FPDFBookmark_GetTitle, entry))
        target = entry.get_dest()
        page = target.get_index() if target else None
        yield PdfEntry(title, entry.level + 1, 0 if page is None else page + 1)


def attached_files(document: Any, limits: Limits) -> list[PdfFile]:  # noqa: ANN401
    """The files that are attached, one more than allowed at most; what is broken is left out."""
    import pypdfium2

    found: list[PdfFile] = []
    for index in range(min(document.count_attachments(), limits.members + 1)):
        try:
            file = document.get_attachment(index)
            found.append(PdfFile(file.get_name(), bytes(file.get_data())))
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            continue
    return found
