"""Sources of `add` as JavaScript hands them over; see static/workers/sources.js."""

from __future__ import annotations

from app.browser import ffi, ffi_arrays
from app.browser.files import BrowserSource
from app.engine import PlainChunk


def source_of(source: ffi.JsObject) -> BrowserSource | PlainChunk:
    """A file, or a passage as it stands."""
    if not hasattr(source, "id"):
        return BrowserSource(source)
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
