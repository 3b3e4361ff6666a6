"""Files packed alone: gzip, bzip2 and xz, as a stream of what is in them; signs of archives."""

from __future__ import annotations

import importlib
import zlib
from typing import Any

from app.errors import FileError
from app.formats.budget import Budget
from app.formats.limits import MB, Limits
from app.formats.slices import Slices

PACKINGS: dict[str, frozenset[str]] = {
    "gzip": frozenset({"gz", "gzip", "z"}),
    "bz2": frozenset({"bz2", "bz"}),
    "lzma": frozenset({"xz", "lzma"}),
}
"""File extensions by the name of the module that unpacks them."""

_MARKS = ((b"\x1f\x8b\x08", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "lzma"))
_BZIP_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_FEED = 1 << 16
_MEMORY = 256 * MB


def packing_of(data: bytes) -> str:
    """The key of `PACKINGS` of a packed file, empty for anything else.

    >>> packing_of(bytes([0x1F, 0x8B, 8, 0])), packing_of(b"BZhang writes.")
    ('gzip', '')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name if name != "bz2" or data[4:10] in _BZIP_BLOCKS else ""
    return ""


def is_tar(data: bytes) -> bool:
    """Whether a file begins as a tar archive does.

    Archives older than 1988 have no mark; their first header is known by its checksum.
    """
    if data[257:262] == b"ustar":
        return True
    if len(data) < 512 or not data[0]:
        return False
    try:
        return int(data[148:156].strip(b" \x00") or b"-", 8) == (
            sum(data[:148]) + sum(data[156:512]) + 8 * 32
        )
    except ValueError:
        return False


class Unpacked:
    """Reads what is packed; several streams one after the other count as one.

    Raises `FileError`: `damaged`, `unsupported` where Python lacks the module, `too-large` where
    few bytes become too many (`Limits.ratio`, `Limits.expanded_bytes`).
    """

    def __init__(self, path: str, data: bytes | Slices, packing: str, limits: Limits) -> None:
        self._path = path
        self._data = memoryview(data) if isinstance(data, bytes) else data
        self._packing = packing
        self._budget = Budget(path, 0, limits)
        self._position = 0
        self._left: bytes = b""
        self._stream = self._fresh()
        self._most = limits.expanded_bytes

    @property
    def modified(self) -> float | None:
        """Seconds since 1970 as the first gzip header has it."""
        if self._packing != "gzip" or len(self._data) < 8:
            return None
        return float(int.from_bytes(self._data[4:8], "little")) or None

    def read(self, size: int) -> bytes:
        """The next `size` bytes, less at the end only."""
        pieces: list[bytes] = []
        while size > 0:
            piece = self._next(size)
            if piece is None:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def allow(self, size: int) -> None:
        """Give `size` bytes from here on and no more, until more are allowed."""
        self._most = self._budget.taken + size

    def _next(self, size: int) -> bytes | None:
        """Some bytes, maybe none yet; None at the end."""
        if self._stream.eof and not self._another():
            return None
        feed = self._left
        if not feed and self._wants_more():
            feed = bytes(self._data[self._position : self._position + _FEED])
            self._position += len(feed)
            if not feed:
                raise self._damaged("it ends too early")
        try:
            piece: bytes = self._stream.decompress(feed, size)
        except MemoryError as error:
            raise FileError(f"{self._path} needs too much memory.", code="too-large") from error
        except Exception as error:  # each module has an error of its own
            if isinstance(error, (zlib.error, OSError, EOFError, ValueError)) or (
                type(error).__name__ == "LZMAError"
            ):
                raise self._damaged(str(error)) from error
            raise
        self._left = getattr(self._stream, "unconsumed_tail", b"")
        self._budget.packed = self._position - len(self._left)
        self._budget.take(len(piece))
        if self._budget.taken > self._most:
            raise self._damaged("a header of it is too long")
        return piece

    def _wants_more(self) -> bool:
        return bool(getattr(self._stream, "needs_input", True))

    def _another(self) -> bool:
        """Whether another stream follows; begins it."""
        rest = self._stream.unused_data + bytes(self._data[self._position : self._position + 16])
        rest = rest[:16]
        if packing_of(rest) != self._packing:
            return False
        self._position -= len(self._stream.unused_data)
        self._left = b""
        self._stream = self._fresh()
        return True

    def _fresh(self) -> Any:  # noqa: ANN401 (three modules, three classes alike)
        if self._packing == "gzip":
            return zlib.decompressobj(wbits=31)
        try:
            module = importlib.import_module(self._packing)
        except ImportError as error:
            raise FileError(
                f"{self._path} is packed with {self._packing}, which is not at hand here.",
                code="unsupported",
                hint="Unpack it, or pack it as zip or gzip, then add it again.",
            ) from error
        if self._packing == "bz2":
            return module.BZ2Decompressor()
        return module.LZMADecompressor(memlimit=_MEMORY)

    def _damaged(self, what: str) -> FileError:
        return FileError(f"{self._path} cannot be unpacked ({what}).", code="damaged")
