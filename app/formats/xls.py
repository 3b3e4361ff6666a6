"""XLS: workbooks as Excel wrote them until 2007, and before 1993, through xlrd."""

from __future__ import annotations

from typing import Any

from app.core.model import Document
from app.errors import FileError
from app.formats.cell_values import place, shown
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.ole_properties import properties
from app.formats.sheets import Sheets
from app.formats.titles import says_nothing

_TEXT, _NUMBER, _DATE, _TRUTH, _ERROR = 1, 2, 3, 4, 5
_MOST_NOTE = 10_000


class _Silence:
    """Where the library's warnings go."""

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        pass


def read_xls(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document titled by its properties, else its name; a heading of level 1 for each sheet.

    Raises `FileError`: `encrypted`, `damaged`, `too-large` beyond the sheets and cells of `limits`.
    """
    import xlrd

    sheets = Sheets(path, limits)
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=_Silence(),
        )
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            sheets.begin(sheet.name)
            _rows(book, sheet, sheets)
            book.unload_sheet(number)
        sheets.end()
    except FileError:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            message = f"{path} is protected by a password."
            raise FileError(message, code="encrypted") from error
        raise _damaged(path, error) from error
    except Exception as error:  # bytes of chance make the library fail in every way
        raise _damaged(path, error) from error
    return _document(path, data, sheets)


def _document(path: str, data: bytes, sheets: Sheets) -> Document:
    metadata = properties(data)
    title = metadata.pop("title", "")
    if says_nothing(title):
        title = stem(path)
    metadata["sheets"] = str(sheets.count)
    writer = sheets.writer
    return Document(title, writer.text, tuple(writer.blocks), "xls", metadata)


def _rows(book: Any, sheet: Any, sheets: Sheets) -> None:  # noqa: ANN401 (untyped library)
    since_1904 = bool(book.datemode)
    for number in range(sheet.nrows):
        cells = []
        kinds, values = sheet.row_types(number), sheet.row_values(number)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if kind in {_NUMBER, _DATE}:
                code = _format(book, sheet.cell_xf_index(number, column))
                text = _number(float(value), code, kind == _DATE, since_1904)
            else:
                text = _other(kind, value)
            if text:
                cells.append((column, text, kind == _TEXT))
        if cells:
            sheets.row(number + 1, cells)
    for (row, column), note in sorted(sheet.cell_note_map.items()):
        where = place(sheet.name, row + 1, column, column)
        sheets.note(str(note.text)[:_MOST_NOTE], where)


def _number(value: float, code: str, is_date: bool, since_1904: bool) -> str:
    text = shown(value, code, since_1904=since_1904)
    if is_date and text == shown(value):  # the library knows more formats of dates
        return shown(value, "yyyy-mm-dd h:mm", since_1904=since_1904)
    return text


def _other(kind: int, value: Any) -> str:  # noqa: ANN401
    """What a cell without a number shows, in one line."""
    if kind == _TEXT:
        return " ".join(str(value).split())
    if kind == _TRUTH:
        return "TRUE" if value else "FALSE"
    if kind == _ERROR:
        import xlrd

        return str(xlrd.error_text_from_code.get(value, ""))
    return ""


def _format(book: Any, index: int) -> str:  # noqa: ANN401
    """The code of a format of cells, empty where it has none."""
    if not 0 <= index < len(book.xf_list):
        return ""
    found = book.format_map.get(book.xf_list[index].format_key)
    return str(found.format_str) if found else ""


def _damaged(path: str, error: Exception) -> FileError:
    what = visible(str(error))[:200] or type(error).__name__
    return FileError(f"{path} is not a workbook that can be read ({what}).", code="damaged")
