"""A portable file from the outside: a zip container, looked at without believing it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.ports import Buffer
from app.storage import ledger, tuning
from app.storage.names import MANIFEST_SLOTS, is_index_file, of_vectors
from app.storage.portable import contents as told
from app.storage.portable.contents import Contents
from app.storage.portable.failures import damaged, not_portable

INDEX = "index/"
"""Where the files of the index are in the container."""
MANIFEST = "manifest.json"
MIMETYPE = "mimetype"

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_ENCRYPTED = 0x1
_DIRECTORY = 4 << 20
"""Bytes that are read at once of what the container says of itself."""
_TAIL = 65_557
"""Bytes at the end in which `zipfile` looks for the directory's place."""
_TRIES = 8
"""Times that something may be lacking; `zipfile` asks for the end, its locators, the directory."""
_MOST = 20_000
"""Entries: thousands of times those of any collection."""
PIECE = 4 << 20
"""Bytes that are read or written at a time."""


class Ranges(Protocol):
    """A file that is read by ranges: on a disk, a Blob of a browser."""

    @property
    def size(self) -> int:
        """Bytes in it."""
        ...

    async def read(self, offset: int, length: int) -> Buffer:
        """The bytes from `offset`, fewer where the file ends. Raises `FileError("unreadable")`."""
        ...


class BytesRanges:
    """Bytes in memory as a file."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes in it."""
        return len(self._data)

    async def read(self, offset: int, length: int) -> Buffer:
        """The bytes from `offset`, fewer where the file ends."""
        return self._data[offset : offset + length]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the bytes of an entry are."""

    offset: int
    length: int


class Archive:
    """The entries of a portable file; they are read by ranges, and nothing is unpacked."""

    def __init__(self, ranges: Ranges, entries: Mapping[str, Entry], contents: Contents) -> None:
        self.ranges = ranges
        self.entries = entries
        self.contents = contents

    @classmethod
    async def open(cls, ranges: Ranges) -> Archive:
        """Read what is in the file, and check that it can be so.

        Every entry is named in `manifest.json` with its size, stored as it is, within the file
        and clear of the others, so that nothing can be larger than the file. Raises `FileError`:
        `unsupported` for another kind of file, `damaged`; and `StorageError("index-version")`.
        """
        entries = await _entries(ranges)
        manifest = entries.get(MANIFEST)
        if manifest is None:
            raise not_portable()
        if manifest.length > _DIRECTORY:
            raise damaged(MANIFEST, "it is too long")
        contents = told.decode(bytes(await ranges.read(manifest.offset, manifest.length)))
        listed = {file.name: file.bytes for file in contents.files}
        found = {name: entry.length for name, entry in entries.items() if name.startswith(INDEX)}
        if len(listed) < len(contents.files) or listed != found:
            raise damaged(MANIFEST, "its list is not what is there")
        others = set(entries) - {MANIFEST, MIMETYPE}
        if strangers := [name for name in others if not _is_index_file(name)]:
            raise damaged(min(strangers)[:100], "it does not belong there")
        return cls(ranges, entries, contents)

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """Bytes of an entry, fewer where it ends. `KeyError` if there is none of that name."""
        entry = self.entries[name]
        left = max(entry.length - offset, 0)
        wanted = left if length is None else min(length, left)
        return await self.ranges.read(entry.offset + offset, wanted) if wanted else b""

    async def pieces(self, name: str) -> AsyncIterator[Buffer]:
        """All bytes of an entry, some at a time. Raises `FileError("damaged")` where they end."""
        length = self.entries[name].length
        for offset in range(0, length, PIECE):
            wanted = min(PIECE, length - offset)
            data = await self.read(name, offset, wanted)
            if len(data) != wanted:
                raise damaged(name, "it is cut off")
            yield data


def _is_index_file(name: str) -> bool:
    if not name.startswith(INDEX):
        return False
    file = name.removeprefix(INDEX)
    known = file in {*MANIFEST_SLOTS, ledger.NAME, tuning.NAME}
    return known or is_index_file(file) or of_vectors(file) is not None


async def _entries(ranges: Ranges) -> dict[str, Entry]:
    infos = await _listed(ranges)
    if len(infos) > _MOST:
        raise damaged("directory", "it has too many entries")
    found: dict[str, Entry] = {}
    for info in infos:
        if info.filename in found:
            raise damaged(info.filename[:100], "it is there twice")
        found[info.filename] = await _entry(ranges, info)
    end = 0
    for name, entry in sorted(found.items(), key=lambda item: item[1].offset):
        if entry.offset < end or entry.offset + entry.length > ranges.size:
            raise damaged(name[:100], "it lies where another part is")
        end = entry.offset + entry.length
    return found


async def _listed(ranges: Ranges) -> list[zipfile.ZipInfo]:
    """What the directory lists: looked at again with what was lacking, until nothing is."""
    reader = _Reader(ranges.size)
    for _ in range(_TRIES):
        try:
            with zipfile.ZipFile(reader) as archive:
                return archive.infolist()
        except _LackingError as lacking:
            await reader.fetch(ranges, lacking)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise await _broken(ranges) from error
    raise await _broken(ranges)


async def _entry(ranges: Ranges, info: zipfile.ZipInfo) -> Entry:
    """Where an entry's bytes are: behind its own header, which repeats the name."""
    is_plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & _ENCRYPTED
    at = info.header_offset
    head = bytes(await ranges.read(at, _LOCAL.size)) if at >= 0 else b""
    if not is_plain or info.compress_size != info.file_size or len(head) < _LOCAL.size:
        raise damaged(info.filename[:100], "it is not stored as it is")
    magic, _, flags, method, *_, name, extra = _LOCAL.unpack(head)
    if magic != b"PK\x03\x04" or flags & _ENCRYPTED or method != zipfile.ZIP_STORED:
        raise damaged(info.filename[:100], "its header is not that of the directory")
    return Entry(info.header_offset + _LOCAL.size + name + extra, info.file_size)


async def _broken(ranges: Ranges) -> Exception:
    """One of ours that is cut off begins as it should; anything else is another kind of file."""
    head = bytes(await ranges.read(0, 100))
    return damaged("directory") if told.MIMETYPE.encode() in head else not_portable()


class _LackingError(Exception):
    """`zipfile` has asked for bytes that are not there yet."""

    def __init__(self, offset: int, length: int) -> None:
        super().__init__(f"{length} bytes at {offset}")
        self.offset = offset
        self.length = length


class _Reader(io.RawIOBase):
    """What has been fetched of a file, as the file that `zipfile` reads.

    What was not fetched is a `_LackingError`; what would fill the memory is refused.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._at = 0
        self._parts: list[tuple[int, bytes]] = []

    async def fetch(self, ranges: Ranges, lacking: _LackingError) -> None:
        """Get what was asked for; at the end of a file, all that `zipfile` looks at there."""
        offset = lacking.offset
        if offset >= self._size - _TAIL:
            offset = max(self._size - _TAIL, 0)
        end = lacking.offset + lacking.length
        data = bytes(await ranges.read(offset, end - offset))
        if len(data) != end - offset:
            raise damaged("directory", "it is cut off")
        self._parts.append((offset, data))

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the file")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self._at, 0)
        wanted = left if size < 0 else min(size, left)
        if max(wanted, size) > _DIRECTORY:
            raise ValueError("a directory as large as this is none of ours")
        data = self._fetched(wanted)
        self._at += len(data)
        return data

    def _fetched(self, wanted: int) -> bytes:
        for offset, data in self._parts:
            start = self._at - offset
            if 0 <= start <= start + wanted <= len(data):
                return data[start : start + wanted]
        if wanted:
            raise _LackingError(self._at, wanted)
        return b""
