"""Large files piece by piece: what is asked for is read, and nothing else is in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import Protocol

LARGE = 16 << 20
"""Bytes from which an archive is not read into memory as a whole."""
PIECE = 1 << 20


class Slices(Protocol):
    """Bytes that are read when they are asked for. Raises `FileError("unreadable")`."""

    def __len__(self) -> int:
        """Bytes."""
        ...

    def __getitem__(self, span: slice) -> bytes:
        """Some of them; fewer at the end."""
        ...


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


def pieces(data: Slices) -> Iterator[bytes]:
    """All bytes, one piece after the other."""
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]


def digest(data: Slices, tell: Callable[[], None]) -> bytes:
    """SHA-256; `tell` is called now and then, for it takes a while."""
    state = hashlib.sha256()
    for number, piece in enumerate(pieces(data)):
        state.update(piece)
        if number % 16 == 0:
            tell()
    return state.digest()


def holds_more_than(data: bytes | Slices, sign: bytes, most: int) -> bool:
    """Whether a sign stands more than `most` times in the bytes."""
    if isinstance(data, bytes):
        return data.count(sign) > most
    count, before = 0, b""
    for piece in pieces(data):
        count += (before + piece).count(sign)
        if count > most:
            return True
        before = piece[-len(sign) + 1 :]
    return False
