"""Files that are zip archives inside: their parts, read within limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import FileError
from app.formats.limits import DEFAULT_LIMITS, MB, Limits, check_limit

__all__ = ["Parts", "open_parts"]

_ENTRY = b"PK\x01\x02"
_SLICE = 1 << 18
_ENCRYPTED = 0x1


class Parts:
    """The parts of one file, by name; names are compared without case, as Office does.

    What is unpacked is counted over the life of the object; nothing is extracted to anywhere.
    """

    def __init__(self, path: str, archive: zipfile.ZipFile, limits: Limits, packed: int) -> None:
        self.path = path
        self._archive = archive
        self._limits = limits
        self._packed = packed
        self._unpacked = 0
        self._infos = {_key(info.filename): info for info in archive.infolist()}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts as they are written, with ``/``; folders are none."""
        return tuple(
            info.filename.replace("\\", "/") for info in self._infos.values() if not info.is_dir()
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _key(name) in self._infos

    def read(self, name: str, most: int = 0) -> bytes:
        """A part as a whole, of at most `most` bytes (`Limits.text_bytes` where 0)."""
        most = most or self._limits.text_bytes
        pieces: list[bytes] = []
        size = 0
        for piece in self.stream(name):
            size += len(piece)
            check_limit(f"{self.path}: {name}", size, most)
            pieces.append(piece)
        return b"".join(pieces)

    def head(self, name: str, size: int = 256) -> bytes:
        """The first bytes of a part."""
        data = b""
        for piece in self.stream(name):
            data += piece
            if len(data) >= size:
                break
        return data[:size]

    def stream(self, name: str) -> Iterator[bytes]:
        """A part in pieces, as they are unpacked.

        Raises `FileError`: `damaged` for a part that is not there or cannot be unpacked,
        `encrypted`, `too-large` where it grows too much, `unsupported` for rare packing.
        """
        info = self._infos.get(_key(name))
        where = f"{self.path}: {name}"
        if info is None:
            raise FileError(f"{self.path} has no part {name}.", code="damaged")
        if info.flag_bits & _ENCRYPTED:
            raise FileError(f"{where} is protected by a password.", code="encrypted")
        packed, size = min(info.compress_size, self._packed), 0
        with _named(where), self._archive.open(info) as part:
            while piece := part.read(_SLICE):
                size += len(piece)
                self._unpacked += len(piece)
                self._limits.check_ratio(where, packed, size)
                if self._unpacked > self._limits.expanded_bytes:
                    most = self._limits.expanded_bytes // MB
                    raise FileError(
                        f"{self.path} unpacks to more than {most} MB.", code="too-large"
                    )
                yield piece


def open_parts(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Parts:
    """The parts of a zip archive.

    Raises `FileError`: `damaged` if it is none, `too-large` with more than `Limits.members`.

    >>> import io, zipfile
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("word/document.xml", "<a/>")
    >>> parts = open_parts("a.docx", packed.getvalue())
    >>> parts.names, parts.read("Word/document.xml")
    (('word/document.xml',), b'<a/>')
    """
    if data.count(_ENTRY) > limits.members:  # before an object is made for each
        raise FileError(f"{path} has more than {limits.members} parts.", code="too-large")
    with _named(path):
        return Parts(path, zipfile.ZipFile(io.BytesIO(data)), limits, len(data))


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Say which file it is, and with which code, where the library gives up."""
    try:
        yield
    except FileError:
        raise
    except NotImplementedError as error:
        raise FileError(
            f"{path} is packed in a way that is not read ({error}).",
            code="unsupported",
            hint="Pack it again in the usual way (Deflate).",
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError) as error:
        raise FileError(f"{path} cannot be unpacked ({error}).", code="damaged") from error
    except RuntimeError as error:
        code = "encrypted" if "password" in str(error) else "unsupported"
        raise FileError(f"{path} cannot be unpacked ({error}).", code=code) from error


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
