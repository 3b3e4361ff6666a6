"""Large files piece by piece: what is asked for is read, and nothing else is in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import Protocol

LARGE = 16 << 20
"""Bytes from which an archive or a mailbox is not read into memory as a whole."""
PIECE = 1 << 20
_ALIVE = 16 * PIECE
"""Bytes after which there is a sign of life."""


class Slices(Protocol):
    """Bytes that are read when they are asked for. Raises `FileError("unreadable")`."""

    def __len__(self) -> int:
        """Bytes."""
        ...

    def __getitem__(self, span: slice) -> bytes:
        """Some of them; fewer at the end."""
        ...


class Heard:
    """Slices with a sign of life now and then, for as long as they are read."""

    def __init__(self, data: Slices, tell: Callable[[], None]) -> None:
        self._data = data
        self._tell = tell
        self._silent = 0

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, span: slice) -> bytes:
        found = self._data[span]
        self._silent += len(found)
        if self._silent >= _ALIVE:
            self._silent = 0
            self._tell()
        return found


class _Stream(io.RawIOBase):
    def __init__(self, data: Slices) -> None:
        super().__init__()
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._data)}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._data[self._position : self._position + len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)


def stream(data: bytes | Slices) -> io.BytesIO | io.BufferedReader:
    """The bytes as a file."""
    return io.BytesIO(data) if isinstance(data, bytes) else io.BufferedReader(_Stream(data), PIECE)


def pieces(data: Slices, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """All bytes from one place to another, one piece after the other."""
    end = len(data) if end is None else end
    for place in range(start, end, PIECE):
        yield data[place : min(end, place + PIECE)]


def digest(data: Slices) -> bytes:
    """SHA-256."""
    state = hashlib.sha256()
    for piece in pieces(data):
        state.update(piece)
    return state.digest()


def part(data: bytes | Slices, start: int, end: int) -> bytes:
    """The bytes from one place to another, however many, never more than a piece at once."""
    return data[start:end] if isinstance(data, bytes) else b"".join(pieces(data, start, end))


def count(data: bytes | Slices, sign: bytes, most: int | None = None) -> int:
    """How often a sign stands in the bytes; it is not looked for beyond `most` and some.

    The sign must not lap over itself, as "aa" does.
    """
    if isinstance(data, bytes):
        return data.count(sign)
    found, before = 0, b""
    for piece in pieces(data):
        found += (before + piece).count(sign)
        if most is not None and found > most:
            break
        before = (before + piece)[-len(sign) + 1 :]
    return found
