"""Passages as Parquet in the browser, written by JavaScript: static/workers/parquet.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.browser import ffi
from app.engine import jsonl
from app.engine.publishing import Tell, Writer
from app.engine.records import Record, Records
from app.ports import Buffer
from app.storage.portable import Contents, Sink

_ROWS = 2000
"""Passages in a row group, which is held in memory."""


def writer(new_table: ffi.JsObject) -> Writer:
    """What writes Parquet; `new_table` makes a ParquetTable of columns and what is told of it."""

    async def write(records: Records, about: Contents, sink: Sink, tell: Tell) -> tuple[int, int]:
        told = {"schema": jsonl.SCHEMA, "app": about.app, "collection": about.collection}
        columns = [list(each) for each in jsonl.COLUMNS.items()]
        table = new_table(ffi.to_javascript(columns), ffi.to_javascript(told))
        documents = chunks = 0
        waiting: list[Record] = []
        async for _, _, found in records.documents():
            waiting += found
            documents, chunks = documents + 1, chunks + len(found)
            if len(waiting) >= _ROWS:
                await sink.write(_written(table, waiting))
                waiting = []
            tell(1)
        if waiting:
            await sink.write(_written(table, waiting))
        await sink.write(ffi.to_bytes(table.end()))
        return documents, chunks

    return write


def _written(table: ffi.JsObject, records: Sequence[Record]) -> Buffer:
    rows = [jsonl.fields(record) for record in records]
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in jsonl.COLUMNS}
    columns["metadata"] = [
        [{"key": key, "value": value} for key, value in row["metadata"].items()] for row in rows
    ]
    return ffi.to_bytes(table.add(ffi.to_javascript(columns)))
