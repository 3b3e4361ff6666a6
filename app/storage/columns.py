"""Tables of arrays and string tables: what the document and the chunk table have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from app.storage.strings import StringTable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rows = NDArray[np.int64]


def take(table: DataclassInstance, rows: Rows, *, but: Collection[str] = ()) -> dict[str, Any]:
    """The given rows, in that order, of every column but those named, by column name."""
    picked: dict[str, Any] = {}
    for column in fields(table):
        if column.name in but:
            continue
        value = getattr(table, column.name)
        picked[column.name] = value.take(rows) if isinstance(value, StringTable) else value[rows]
    return picked


def concat(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The rows of all parts, each the columns of a table by name, one part after another."""
    joined: dict[str, Any] = {}
    for name, first in parts[0].items():
        values = [part[name] for part in parts]
        is_text = isinstance(first, StringTable)
        joined[name] = StringTable.concat(values) if is_text else np.concatenate(values)
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
    """The columns that `to_arrays` wrote; `KeyError` with the name of one that is missing or odd.

    Odd is a column of another type than its annotation says, and a string column whose offsets
    do not divide its bytes.
    """
    columns: dict[str, Any] = {}
    for column, item in _types(kind).items():
        name = f"{prefix}.{column}"
        if item is StringTable:
            columns[column] = StringTable.from_arrays(arrays, name)
        elif arrays[name].dtype != item:
            raise KeyError(name)
        else:
            columns[column] = arrays[name]
    return columns


@cache
def _types(kind: type[DataclassInstance]) -> dict[str, Any]:
    """The type of the items of each column, or `StringTable`."""
    hints = get_type_hints(kind)
    found: dict[str, Any] = {}
    for column in fields(kind):
        hint = hints[column.name]
        found[column.name] = hint if hint is StringTable else get_args(get_args(hint)[1])[0]
    return found
