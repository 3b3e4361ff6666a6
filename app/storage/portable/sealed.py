"""A portable file that only its passphrase opens: the whole of a plain one, sealed as one file.

::

    "fossick-sealed 1", newline | lock 1,024 | lock 1,024 | blocks, each + tag 16 | header 68

Locks, blocks and header are those of sealed collections, under a data key of its own. The lock is
there twice, with spaces behind it. The header stands at the end, as the length is not known
before; it is authentic, so that a file that was cut off, or has more behind it, does not open.
"""

from __future__ import annotations

from app.errors import InputError, StorageError
from app.ports import Buffer
from app.storage.damage import DamagedFileError
from app.storage.portable.archive import Ranges
from app.storage.portable.failures import (
    damaged,
    file_locked,
    foreign_version,
    wrong_file_passphrase,
)
from app.storage.sealing import lock as locks
from app.storage.sealing import sealed_file
from app.storage.sealing.ciphers import BLOCK, Ciphers, FileKeys
from app.storage.sealing.lock import Lock
from app.storage.sealing.sealed_file import HEADER, PIECE, SealedFile

NAME = "portable"
"""What the file's own key is made for, in place of a file's name."""
_MAGIC = b"fossick-sealed "
VERSION = 1
LINE = _MAGIC + b"1\n"
SLOT = 1_024
"""Bytes of each of the two locks."""
FRONT = len(LINE) + 2 * SLOT
"""Bytes before the first block."""
_MEMORY, _WORK = 262_144, 1_048_576
"""What a lock may ask for: KiB, and KiB times passes. A file may come from anybody."""


async def is_sealed(ranges: Ranges) -> bool:
    """Whether a passphrase is needed, as far as the file's beginning tells."""
    return bytes(await ranges.read(0, len(_MAGIC))) == _MAGIC


async def unlocked(ranges: Ranges, passphrase: str | None, ciphers: Ciphers) -> Ranges:
    """The plain file that is in a sealed one; a file that is not sealed as it is.

    Raises `StorageError`: `locked` without a passphrase, `wrong-passphrase`, `index-version`;
    `FileError("damaged")`; `InputError` where there is a passphrase and the file is not sealed.
    """
    if not await is_sealed(ranges):
        if passphrase is not None:
            raise InputError("The file is not sealed.", hint="Open it without a passphrase.")
        return ranges
    if passphrase is None:
        raise file_locked()
    found = await _locks(ranges)
    return await _content(ranges, await ciphers.file_keys(await _key(found, passphrase, ciphers)))


async def unlocked_with(ranges: Ranges, keys: FileKeys) -> Ranges:
    """The same for a file that was opened before, by what its passphrase gave then."""
    return await _content(ranges, keys) if await is_sealed(ranges) else ranges


class SealedRanges:
    """The content of a sealed file as a file. The blocks that were opened last are remembered."""

    def __init__(self, inner: Ranges, file: SealedFile) -> None:
        self._inner = inner
        self._file = file
        self._start, self._last = 0, memoryview(b"")

    @property
    def size(self) -> int:
        """Bytes of content."""
        return self._file.length

    async def read(self, offset: int, length: int) -> Buffer:
        """The bytes from `offset`, fewer where they end. Raises `FileError("damaged")`."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        if end <= self._end_of_piece(offset):
            return bytes(await self._opened(offset, end))
        into = memoryview(bytearray(end - offset))
        at = offset
        while at < end:
            stop = min(self._end_of_piece(at), end)
            into[at - offset : stop - offset] = await self._opened(at, stop)
            at = stop
        return into

    def _end_of_piece(self, offset: int) -> int:
        return (offset // PIECE + 1) * PIECE

    async def _opened(self, offset: int, end: int) -> memoryview:
        """Bytes that lie in the blocks of one piece."""
        start, last = self._start, self._last
        if not start <= offset <= end <= start + len(last):
            start, last = await self._blocks(offset, end)
            self._start, self._last = start, last
        return last[offset - start : end - start]

    async def _blocks(self, offset: int, end: int) -> tuple[int, memoryview]:
        """Where the blocks that hold these bytes begin, and their content."""
        first, stop = self._file.span(offset, end)
        data = await self._inner.read(FRONT + first, stop - first)
        number = offset // BLOCK
        try:
            opened = memoryview(await self._file.open(data, number))
        except DamagedFileError as error:
            raise damaged(error.part) from error
        if number * BLOCK + len(opened) < end:
            raise damaged(f"block {number}", "it is cut off")
        return number * BLOCK, opened


async def _locks(ranges: Ranges) -> list[Lock]:
    """The locks that are whole, each once."""
    front = bytes(await ranges.read(0, FRONT))
    line = front[: front.find(b"\n") + 1]
    if line != LINE:
        version = line[len(_MAGIC) :].strip()
        if version.isdigit() and len(version) < 10 and int(version) > VERSION:
            raise foreign_version(int(version), VERSION)
        raise damaged("beginning")
    found: list[Lock] = []
    for at in (len(LINE), len(LINE) + SLOT):
        try:
            lock = locks.decode(front[at : at + SLOT].rstrip(b" "), "lock")
        except StorageError as error:
            if error.code == "index-version":
                raise
            continue
        is_modest = lock.memory <= _MEMORY and lock.memory * lock.passes <= _WORK
        if is_modest and lock not in found:
            found.append(lock)
    if not found:
        raise damaged("lock")
    return found


async def _key(found: list[Lock], passphrase: str, ciphers: Ciphers) -> bytes:
    for lock in found:
        try:
            return await lock.unlock(passphrase, ciphers)
        except StorageError as error:
            if error.code != "wrong-passphrase":
                raise
    raise wrong_file_passphrase()


async def _content(ranges: Ranges, keys: FileKeys) -> SealedRanges:
    """The content, of which the header says how long it is."""
    blocks = ranges.size - FRONT - HEADER
    if blocks < 0:
        raise damaged("end", "it is cut off")
    header = await ranges.read(ranges.size - HEADER, HEADER)
    try:
        file = await sealed_file.open_header(keys, NAME, header)
    except (StorageError, ValueError) as error:
        raise damaged("end", "it is cut off or changed") from error
    if file.whole - HEADER != blocks:
        raise damaged("end", "it is not as long as it was")
    return SealedRanges(ranges, file)
