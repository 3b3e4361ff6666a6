"""Sources of `add` as JavaScript hands them over; see static/workers/sources.js."""

from __future__ import annotations

import json
from functools import partial
from operator import getitem

from app.browser import ffi, ffi_arrays
from app.browser.files import BrowserSource
from app.engine import PlainChunk


def sources_of(given: ffi.JsObject, files: str) -> list[BrowserSource | PlainChunk]:
    """Files, and passages as they stand.

    `files` is JSON with path, size and time of each file, null for a passage: of twenty thousand
    files next to none is looked at any further.
    """
    found: list[BrowserSource | PlainChunk] = []
    for number, row in enumerate(json.loads(files)):
        if row is None:
            found.append(_passage(given[number]))
        else:
            path, size, modified = row
            handle = partial(getitem, given, number)
            found.append(BrowserSource(path, size, modified, handle))
    return found


def _passage(source: ffi.JsObject) -> PlainChunk:
    values = ffi.to_python(source)
    vector = values.get("vector")
    return PlainChunk(
        id=values["id"],
        text=values["text"],
        title=values["title"],
        vector=None if vector is None else ffi_arrays.float32(vector),
        model=values.get("model"),
        metadata=values["metadata"],
    )
