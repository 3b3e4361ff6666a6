"""Passages as Parquet, where pyarrow is installed; docs/portable.md has the schema."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from app.engine import jsonl
from app.engine.publishing import Tell, Writer
from app.engine.records import Record, Records
from app.errors import InputError
from app.ports import Buffer
from app.storage.portable import Contents, Sink

_ROWS = 2000
"""Passages in a row group, which is held in memory."""


def writer() -> Writer:
    """What writes Parquet. `InputError` where pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            "Parquet is written by pyarrow, which is not installed.",
            hint="pip install pyarrow, or export JSON lines (--format jsonl).",
        ) from error
    arrow, parquet = pyarrow, pyarrow.parquet

    async def write(records: Records, about: Contents, sink: Sink, tell: Tell) -> tuple[int, int]:
        schema = _schema(arrow, about)
        tail = _Tail()
        documents = chunks = 0
        waiting: list[Record] = []
        with parquet.ParquetWriter(tail, schema, compression="zstd") as table:
            async for _, _, found in records.documents():
                waiting += found
                documents, chunks = documents + 1, chunks + len(found)
                if len(waiting) >= _ROWS:
                    table.write_table(_table(arrow, schema, waiting))
                    waiting = []
                    await tail.drain(sink)
                tell(1)
            if waiting:
                table.write_table(_table(arrow, schema, waiting))
        await tail.drain(sink)
        return documents, chunks

    return write


def _table(arrow: Any, schema: Any, records: Sequence[Record]) -> Any:  # noqa: ANN401 (pyarrow's)
    rows = [jsonl.fields(record) for record in records]
    for row, record in zip(rows, records, strict=True):
        row["vector"] = record.vector
        row["metadata"] = list(row["metadata"].items())
    return arrow.Table.from_pylist(rows, schema=schema)


def _schema(arrow: Any, about: Contents) -> Any:  # noqa: ANN401
    text = arrow.string()
    types = {
        "string": text,
        "int32": arrow.int32(),
        "int64": arrow.int64(),
        "double": arrow.float64(),
        "list of string": arrow.list_(text),
        "list of float": arrow.list_(arrow.float32()),
        "map": arrow.map_(text, text),
    }
    columns = [(name, types[kind]) for name, kind in jsonl.COLUMNS.items()]
    told = {"schema": jsonl.SCHEMA, "app": about.app, "collection": about.collection}
    return arrow.schema(columns, metadata=told)


class _Tail(io.RawIOBase):
    """What has been written and nobody has taken away yet."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._at

    async def drain(self, sink: Sink) -> None:
        parts, self._parts = self._parts, []
        for part in parts:
            await sink.write(part)
