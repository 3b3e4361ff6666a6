"""Parts of a vector index in a store: files that never change, written whole, read by section."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded
from app.core.dense.table import Table
from app.errors import FossickError
from app.ports import Store
from app.storage import sections
from app.storage.damage import DamagedFileError
from app.storage.names import vectors_part
from app.storage.opening import open_table
from app.storage.strings import StringTable
from app.storage.vectors import read_into
from app.storage.vectors_slot import Part

_GRAPH = "graph."
_log = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]


async def write_rows(store: Store, name: str, number: int, table: Table, first: int) -> Part:
    """Write the rows of a table from `first` on. Raises `StorageError`, and nothing is left."""
    coded = table.coded(0)[first:]
    arrays: dict[str, NDArray[Any]] = {
        **StringTable.build(table.ids.since(first)).to_arrays("id"),
        "scales": coded.scales,
        "codes": coded.codes,
    }
    if len(table.dtypes) > 1:
        arrays["float32"] = table.coded(1)[first:].codes
    return await _write(store, name, Part(number, table.n_rows - first, 0), arrays)


async def write_floats(store: Store, name: str, part: Part, rows: NDArray[np.float32]) -> Part:
    """Write float32 rows and nothing else. Raises `StorageError`, and nothing is left."""
    return await _write(store, name, part, {"float32": rows}, version=sections.NEWEST)


async def write_graph(store: Store, name: str, part: Part, arrays: Arrays) -> Part:
    """Write the arrays of a graph. Raises `StorageError`, and nothing is left."""
    named = {_GRAPH + each: array for each, array in arrays.items()}
    return await _write(store, name, part, named)


async def read_rows(store: Store, name: str, part: Part, into: list[Coded]) -> StringTable:
    """Fill rows with those of a part; their ids. Raises `StorageError`."""
    table = await opened(store, name, part)
    file = table.file
    wanted = {"scales": into[0].scales, "codes": into[0].codes}
    if len(into) > 1:
        wanted["float32"] = into[1].codes
    for section, rows in wanted.items():
        found = table.sections.get(section)
        if found is None or (found.dtype, found.shape) != (rows.dtype, rows.shape):
            raise DamagedFileError(file, section)
        await read_into(rows, store, file, found)
    arrays = await _read(store, table, "id.")
    try:
        ids = StringTable.from_arrays(arrays, "id")
    except KeyError as error:
        raise DamagedFileError(file, str(error.args[0])) from error
    if len(ids) != part.rows:
        raise DamagedFileError(file, "id.at")
    return ids


async def read_graph(store: Store, name: str, part: Part) -> Arrays:
    """The arrays of a graph. Raises `StorageError`."""
    table = await opened(store, name, part)
    arrays = await _read(store, table, _GRAPH)
    return {each.removeprefix(_GRAPH): array for each, array in arrays.items()}


async def discard(store: Store, file: str) -> None:
    """Remove a part that no commit names, if that can be done now."""
    try:
        await store.remove(file)
    except FossickError as error:
        _log.warning("%s could not be removed: %s", file, error.message)


async def opened(store: Store, name: str, part: Part) -> sections.Table:
    """What is in a part. Raises `StorageError`."""
    file = vectors_part(name, part.number)
    table = await open_table(store, file)
    if table.crc != part.crc:
        raise DamagedFileError(file, "header")
    return table


async def _write(
    store: Store, name: str, part: Part, arrays: Arrays, version: int = sections.VERSION
) -> Part:
    file = vectors_part(name, part.number)
    data = sections.pack(arrays, version)
    try:
        await store.write(file, data)
    except Exception:
        await discard(store, file)
        raise
    return Part(part.number, part.rows, sections.read_table(data[0], file).crc)


async def _read(store: Store, table: sections.Table, prefix: str) -> dict[str, NDArray[Any]]:
    """All sections whose names begin so."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, section in table.sections.items():
        if name.startswith(prefix):
            arrays[name] = np.empty(section.shape, section.dtype)
            await read_into(arrays[name], store, table.file, section)
    return arrays
