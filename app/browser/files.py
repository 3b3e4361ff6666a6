"""Files that the browser reads: without NumPy, so that a worker can do without it."""

from __future__ import annotations

from app.browser import ffi
from app.errors import FileError


class BrowserSource:
    """A `Source` whose bytes are read through the browser when their turn comes."""

    def __init__(self, source: ffi.JsObject) -> None:
        self.path = str(source.path)
        self.size = None if ffi.is_nothing(source.size) else int(source.size)
        self.modified = None if ffi.is_nothing(source.modified) else float(source.modified)
        self.handle = source

    async def read(self) -> bytes:
        """All bytes. Raises `FileError("unreadable")` where the browser gives none."""
        return ffi.to_bytes(await ffi.settled(self.handle.read(), FileError))
