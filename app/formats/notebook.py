"""Jupyter notebooks: Markdown, code and what it printed, cell by cell."""

from __future__ import annotations

import json
import re
from typing import Any

from app.core.chunking.sections import heading_text
from app.core.model import Document
from app.errors import FileError
from app.formats.encoding import decode
from app.formats.html import read_html
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.markdown import read_markdown
from app.formats.names import stem, visible
from app.formats.nesting import check_nesting
from app.formats.writer import Writer

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
_LONGEST_OUTPUT = 20_000
"""Characters of one output; what programs print beyond that are tables of data."""


def read_notebook(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Cells in order; the place of each block is "cell 4", counted from 1.

    Markdown keeps its headings, code and printed text are code. Pictures and widgets are left
    out. Raises `FileError("damaged")` for what is no notebook.

    >>> cell = b'{"cells": [{"cell_type": "code", "source": ["x = 1"], "outputs": []}]}'
    >>> read_notebook("a.ipynb", cell).blocks[0].place
    'cell 1'
    """
    source, encoding = decode(data)
    check_nesting(path, source)
    try:
        notebook = json.loads(source)
    except ValueError as error:
        raise FileError(f"{path} is no whole notebook ({error}).", code="damaged") from error
    if not isinstance(notebook, dict):
        raise FileError(f"{path} is no notebook.", code="damaged")
    writer = Writer(path, limits)
    for number, cell in enumerate(_cells(notebook), start=1):
        _write(writer, cell, f"cell {number}")
    first = next((block for block in writer.blocks if block.kind == "heading"), None)
    text = writer.text
    title = visible(text[first.start : first.end]) if first else stem(path)
    metadata = {"encoding": encoding}
    language = _language(notebook)
    if language:
        metadata["language"] = language
    return Document(title, text, tuple(writer.blocks), "notebook", metadata)


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells, also of notebooks of before version 4, which lie in worksheets."""
    sheets = notebook.get("worksheets")
    found = [notebook, *(sheets if isinstance(sheets, list) else [])]
    lists = [each.get("cells") for each in found if isinstance(each, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if _is_cell(cell)]


def _is_cell(cell: object) -> bool:
    return isinstance(cell, dict)


def _write(writer: Writer, cell: dict[str, Any], place: str) -> None:
    source = _joined(cell.get("source", cell.get("input")))
    kind = cell.get("cell_type")
    if kind == "markdown":
        document = read_markdown("", source.encode("utf-8", "replace"))
        for block in document.blocks:
            text = document.text[block.start : block.end]
            if block.kind == "heading":
                text = heading_text(document, block)
            writer.add(block.kind, text, level=block.level, place=place)
    elif kind == "heading":
        level = cell.get("level")
        level = level if isinstance(level, int) and 1 <= level <= 6 else 1
        writer.add("heading", source, level=level, place=place)
    else:
        writer.add("code" if kind == "code" else "paragraph", source.strip("\n"), place=place)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, dict):
                writer.end_lines()
                writer.add("code", _printed(output)[:_LONGEST_OUTPUT].strip("\n"), place=place)


def _printed(output: dict[str, Any]) -> str:
    """What an output shows as text."""
    if output.get("output_type") in {"error", "pyerr"}:
        return _COLOUR.sub("", f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}")
    data = output.get("data")
    kinds = data if isinstance(data, dict) else output
    for name in ("text/markdown", "text/plain", "text"):
        if text := _joined(kinds.get(name)):
            return _COLOUR.sub("", text)
    page = _joined(kinds.get("text/html") or kinds.get("html"))
    return read_html("", page.encode("utf-8-sig", "replace")).text if page else ""


def _joined(value: object) -> str:
    """A text, or the lines of one."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for name in ("language_info", "kernelspec"):
        info = metadata.get(name) if isinstance(metadata, dict) else None
        if isinstance(info, dict):
            found = info.get("name") if name == "language_info" else info.get("language")
            if isinstance(found, str):
                return found[:40]
    return ""
