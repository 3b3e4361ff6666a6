"""Our text of office files beside that of independent readers: recall of their words.

What is not compared, and why:

- fractions of numbers: readers give the value, we what the cell shows (`0.5` as `50%`); the whole
  part is compared, of percentages that of the hundredfold;
- dates: both sides as ISO 8601, without a time of midnight;
- numbers and dates that PowerPoint puts on slides by itself, and footers, which we write once;
- formats of numbers in XLS, which python-calamine does not know: one file is nothing else, and is
  the one below .90;
- what a peer cannot open counts for neither side, and is counted.
"""

from __future__ import annotations

import datetime
import io
import re
import statistics
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import FileError
from app.formats import read

_WORD = re.compile(r"\w+")


def words(text: str) -> Counter[str]:
    """Words and how often they occur, whatever their case."""
    return Counter(_WORD.findall(text.casefold()))


def recall(peer: str, ours: str) -> float:
    """Which share of a peer's words we have, each as often as it."""
    wanted, found = words(peer), words(ours)
    return sum((wanted & found).values()) / sum(wanted.values()) if wanted else 1.0


def docx(data: bytes) -> str:
    """Paragraphs, tables, headers and footers, comments by python-docx."""
    import docx as library

    document = library.Document(io.BytesIO(data))
    parts = [*_docx_blocks(document)]
    margins = {
        "\n".join(_docx_blocks(margin))
        for section in document.sections
        for margin in (section.header, section.footer)
    }
    parts += [text for text in margins if any(char.isalpha() for char in text)]
    parts += [comment.text for comment in document.comments]
    return "\n".join(parts)


def _docx_blocks(container: Any) -> Iterator[str]:
    for paragraph in container.paragraphs:
        yield paragraph.text
    for table in container.tables:
        for row in table.rows:
            for cell in {cell._tc: cell for cell in row.cells}.values():
                if cell._tc.vMerge != "continue":
                    yield from _docx_blocks(cell)


def pptx(data: bytes) -> str:
    """Shapes, tables and notes by python-pptx."""
    import pptx as library

    parts: list[str] = []
    for slide in library.Presentation(io.BytesIO(data)).slides:
        parts += _pptx_shapes(slide.shapes)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            parts.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(parts)


def _pptx_shapes(shapes: Any) -> Iterator[str]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    left_out = {PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER}
    for shape in shapes:
        if shape.is_placeholder and shape.placeholder_format.type in left_out:
            continue
        if hasattr(shape, "shapes"):
            yield from _pptx_shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
        elif shape.has_text_frame:
            yield shape.text_frame.text


def xlsx(data: bytes) -> str:
    """Values of cells and comments by openpyxl."""
    import openpyxl

    parts: list[str] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets:
        for cell in list(sheet._cells.values()):  # `iter_rows` makes all that a sheet claims
            if cell.value is not None:
                parts.append(_value(cell.value, "%" in (cell.number_format or "")))
            if cell.comment:
                parts.append(cell.comment.text)
    return "\n".join(parts)


def calamine(data: bytes) -> str:
    """Values of cells by python-calamine."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return "\n".join(
        _value(value, False)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for value in row
        if value not in {"", None}
    )


def _value(value: object, percent: bool) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return str(int(abs(value * 100 if percent else value)))
        case datetime.datetime():
            return value.isoformat(" ", "minutes").removesuffix(" 00:00")
        case datetime.timedelta():
            return str(int(value.total_seconds() // 3600))
        case datetime.time():
            return value.isoformat("minutes")
    return str(value)


def odf(data: bytes) -> str:
    """Paragraphs and headings by odfpy, without what was deleted."""
    from odf import teletype
    from odf.opendocument import load

    document = load(io.BytesIO(data))
    parts: list[str] = []

    def walk(node: Any) -> None:
        kind = node.qname[1] if getattr(node, "qname", None) else ""
        if kind == "tracked-changes":
            return
        if kind in {"p", "h"}:
            parts.append(teletype.extractText(node))
            return
        for child in getattr(node, "childNodes", ()):
            walk(child)

    walk(document.body)
    return "\n".join(parts)


def epub(data: bytes) -> str:
    """Bodies of all pages by beautifulsoup4."""
    from bs4 import BeautifulSoup

    archive = zipfile.ZipFile(io.BytesIO(data))
    return "\n".join(
        BeautifulSoup(archive.read(name), "html.parser").body.get_text(" ")
        for name in archive.namelist()
        if name.endswith((".html", ".xhtml", ".htm"))
    )


def rtf(data: bytes) -> str:
    """Text by striprtf."""
    from striprtf.striprtf import rtf_to_text

    return rtf_to_text(data.decode("latin-1"), errors="replace")


PEERS: dict[str, tuple[Callable[[bytes], str], int]] = {
    "docx": (docx, 40),
    "pptx": (pptx, 11),
    "xlsx": (xlsx, 29),
    "xlsm": (xlsx, 3),
    "xls": (calamine, 25),
    "ods": (calamine, 5),
    "odt": (odf, 2),
    "odp": (odf, 1),
    "epub": (epub, 1),
    "rtf": (rtf, 10),
}
"""By extension: the peer, and how many files it has to be compared on at least."""


@pytest.mark.lengthy
@pytest.mark.parametrize("ext", PEERS)
def test_recall(ext: str, fossick_data: Path) -> None:
    """Half of the files have .97 of the peer's words or more, 95 of 100 have .90."""
    peer, least = PEERS[ext]
    found: dict[str, float] = {}
    for path in sorted((fossick_data / "files").rglob("*")):
        if path.suffix.lower() != f".{ext}":
            continue
        data = path.read_bytes()
        try:
            ours = read(path.name, data)
        except FileError:
            continue
        try:
            theirs = peer(data)
        except Exception as error:  # what a peer cannot open says nothing of us
            print(f"{path.name}: {type(error).__name__}: {error}")
            continue
        found[path.name] = recall(theirs, ours.text)
    for name, value in sorted(found.items(), key=lambda row: row[1]):
        print(f"{value:.3f} {name}")
    assert len(found) >= least
    assert statistics.median(found.values()) >= 0.97
    low = [name for name, value in found.items() if value < 0.9]
    assert len(low) <= 0.05 * len(found), low


def test_cells_are_where_their_places_say(fossick_data: Path) -> None:
    """Every row of a workbook is found by its place, by openpyxl."""
    import openpyxl

    rows = 0
    for path in sorted((fossick_data / "files").rglob("*.xls[xm]")):
        data = path.read_bytes()
        try:
            document = read(path.name, data)
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        except Exception:
            continue
        for block in document.blocks:
            name, found, cells = block.place.rpartition("!")
            if not found or block.kind == "paragraph":
                continue
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            texts = document.text[block.start : block.end].split("\t")
            area = book[name][cells]
            values = [cell.value for cell in (area[0] if isinstance(area, tuple) else [area])]
            assert values[0] is not None
            assert values[-1] is not None
            shown = [" ".join(value.split()) for value in values if isinstance(value, str)]
            assert set(filter(None, shown)) <= set(texts), (path.name, block.place)
            rows += 1
    assert rows > 300
