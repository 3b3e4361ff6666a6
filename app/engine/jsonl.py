"""Passages as lines of JSON; the schema is that of docs/portable.md."""

from __future__ import annotations

import json
from typing import Any

from app.engine.records import Record

SCHEMA = "fossick-chunks/1"

COLUMNS: dict[str, str] = {
    "id": "string",
    "document_id": "string",
    "chunk": "int32",
    "path": "string",
    "title": "string",
    "kind": "string",
    "language": "string",
    "heading": "list of string",
    "text": "string",
    "start": "int32",
    "end": "int32",
    "page": "int32",
    "end_page": "int32",
    "line": "int32",
    "end_line": "int32",
    "place": "string",
    "end_place": "string",
    "size": "int64",
    "modified": "double",
    "metadata": "map",
    "model": "string",
    "vector": "list of float",
}
"""The columns of a table of passages, in their order, with their types; a map is of strings."""


def line(record: Record) -> bytes:
    """One passage as a line of JSON in UTF-8, with its line feed; what is unknown is left out."""
    values = {name: value for name, value in fields(record).items() if value is not None}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def fields(record: Record) -> dict[str, Any]:
    """The columns of a passage, in their order; None for what is unknown or does not apply."""
    address = record.address
    vector = record.vector
    return {
        "id": record.id,
        "document_id": record.document_id,
        "chunk": record.number,
        "path": record.path,
        "title": record.title,
        "kind": record.kind,
        "language": record.language or None,
        "heading": list(address.heading),
        "text": record.text,
        "start": record.start,
        "end": record.end,
        "page": address.page,
        "end_page": address.end_page,
        "line": address.line,
        "end_line": address.end_line,
        "place": address.place,
        "end_place": address.end_place,
        "size": record.size,
        "modified": record.modified,
        "metadata": dict(record.metadata),
        "model": record.model,
        "vector": None if vector is None else [round(float(value), 7) for value in vector],
    }
