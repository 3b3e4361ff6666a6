"""Sources of `add` as JavaScript hands them over; see static/workers/sources.js."""

from __future__ import annotations

from app.browser import ffi
from app.engine import PlainChunk
from app.errors import FileError


class BrowserSource:
    """A `Source` whose bytes are read through the browser when their turn comes."""

    def __init__(self, source: ffi.JsObject) -> None:
        self.path = str(source.path)
        self.size = None if ffi.is_nothing(source.size) else int(source.size)
        self.modified = None if ffi.is_nothing(source.modified) else float(source.modified)
        self._source = source

    async def read(self) -> bytes:
        """All bytes. Raises `FileError("unreadable")` where the browser gives none."""
        return ffi.to_bytes(await ffi.settled(self._source.read(), FileError))


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
        vector=None if vector is None else ffi.float32(vector),
        model=values.get("model"),
        metadata=values["metadata"],
    )
