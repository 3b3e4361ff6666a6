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

    async def slices(self) -> BrowserSlices | None:
        """What reads its bytes piece by piece, where whoever handed it over offers that."""
        if not hasattr(self.handle, "open"):
            return None
        return BrowserSlices(self.path, await ffi.settled(self.handle.open(), FileError))


class BrowserSlices:
    """Bytes of a file that are read when they are asked for."""

    def __init__(self, path: str, handle: ffi.JsObject) -> None:
        """`handle` has a `size`, and a method `part` that gives bytes from one place to another."""
        self._path = path
        self._handle = handle
        self._size = int(handle.size)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, span: slice) -> bytes:
        start, stop, _ = span.indices(self._size)
        part = ffi.at_once(self._handle.part, start, max(start, stop))
        if part is None:
            message = f"{self._path} could not be read any further."
            raise FileError(message, code="unreadable")
        return ffi.to_bytes(part)
