"""Files that the browser reads: without NumPy, so that a worker can do without it."""

from __future__ import annotations

from collections.abc import Callable

from app.browser import ffi
from app.errors import FileError


class BrowserSource:
    """A `Source` whose bytes are read through the browser when their turn comes."""

    def __init__(
        self,
        path: str,
        size: int | None,
        modified: float | None,
        handle: Callable[[], ffi.JsObject],
    ) -> None:
        """`handle` gives the object that JavaScript has of it: most are never asked for."""
        self.path = path
        self.size = size
        self.modified = modified
        self._handle = handle

    @classmethod
    def of(cls, source: ffi.JsObject) -> BrowserSource:
        """What JavaScript hands over alone."""
        size = None if ffi.is_nothing(source.size) else int(source.size)
        modified = None if ffi.is_nothing(source.modified) else float(source.modified)
        return cls(str(source.path), size, modified, lambda: source)

    @property
    def handle(self) -> ffi.JsObject:
        """What JavaScript has of it."""
        return self._handle()

    async def read(self) -> bytes:
        """All bytes. Raises `FileError("unreadable")` where the browser gives none."""
        return ffi.to_bytes(await ffi.settled(self.handle.read(), FileError))
