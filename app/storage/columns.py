"""Tables of arrays and string tables: what the document and the chunk table have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.storage.strings import StringTable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rows = NDArray[np.int64]


def take(table: DataclassInstance, rows: Rows, *, but: str = "") -> dict[str, Any]:
    """The given rows, in that order, of every column except `but`, by column name."""
    picked: dict[str, Any] = {}
    for column in fields(table):
        if column.name == but:
            continue
        value = getattr(table, column.name)
        picked[column.name] = value.take(rows) if isinstance(value, StringTable) else value[rows]
    return picked


def concat(tables: Sequence[DataclassInstance], *, but: str = "") -> dict[str, Any]:
    """The rows of all tables, one table after another, of every column except `but`."""
    joined: dict[str, Any] = {}
    for column in fields(tables[0]):
        if column.name == but:
            continue
        values = [getattr(table, column.name) for table in tables]
        is_text = isinstance(values[0], StringTable)
        joined[column.name] = StringTable.concat(values) if is_text else np.concatenate(values)
    return joined


def to_arrays(table: DataclassInstance, prefix: str) -> dict[str, NDArray[Any]]:
    """The sections of a table, named ``<prefix>.<column>``."""
    arrays: dict[str, NDArray[Any]] = {}
    for column in fields(table):
        value = getattr(table, column.name)
        name = f"{prefix}.{column.name}"
        arrays.update(value.to_arrays(name) if isinstance(value, StringTable) else {name: value})
    return arrays


def from_arrays(
    kind: type[DataclassInstance], arrays: Mapping[str, NDArray[Any]], prefix: str
) -> dict[str, Any]:
    """The columns that `to_arrays` wrote; `KeyError` where one is missing."""
    columns: dict[str, Any] = {}
    for column in fields(kind):
        name = f"{prefix}.{column.name}"
        is_text = f"{name}.at" in arrays
        columns[column.name] = StringTable.from_arrays(arrays, name) if is_text else arrays[name]
    return columns
