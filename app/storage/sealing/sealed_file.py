"""A sealed file: a header that is authentic, then the content in blocks that can be read apart.

::

    magic 8 | version u32 | length u64 | salt 32 | tag 16 | blocks of 65,536 bytes, each + tag 16

A write takes a fresh salt; HKDF-SHA256 makes the file's own key of the data key, the salt and the
name. No key is ever used for two writes, so the nonce of a block is its number, and that of the
header 12 times 0xff. The header's tag stands for its 52 bytes: name, length and salt are proved
before a block is read. A block that was changed, moved or taken from another file or another
write of the same file does not open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from app.ports import Buffer
from app.storage.damage import DamagedFileError, foreign
from app.storage.sealing.ciphers import BLOCK, TAG, Cipher, FileKeys, NotAuthenticError

MAGIC = b"\x89FOSSEAL"
VERSION = 1
_FRONT = struct.Struct("<8sIQ32s")
HEADER = _FRONT.size + TAG
_SEALED = BLOCK + TAG
_INFO = b"fossick/sealed/1/"
_HEADER_NONCE = b"\xff" * 12
_LARGEST = BLOCK << 32
"""Bytes of a file whose blocks have numbers of 32 bits."""
PIECE = 16 * BLOCK
"""Bytes of content that are sealed or opened at a time: few calls, and little memory besides."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What is known of a file once its header has been read."""

    name: str
    length: int
    """Bytes of content that were sealed."""
    cipher: Cipher

    @property
    def whole(self) -> int:
        """Bytes that the sealed file takes, its header and its blocks."""
        return HEADER + self.length + TAG * -(-self.length // BLOCK)

    def readable(self, size: int) -> int:
        """Bytes of content in a file of that size; fewer than `length` where it was cut off.

        A file that was cut off, by a kill while it was written, ends with its last whole block.
        """
        if size > self.whole:
            raise DamagedFileError(self.name, "length")
        return self.length if size == self.whole else max(size - HEADER, 0) // _SEALED * BLOCK

    def span(self, offset: int, end: int) -> tuple[int, int]:
        """Where the blocks of the content's bytes from `offset` to `end` begin and end.

        Counted from where the first block begins.
        """
        first, last = offset // BLOCK, -(-end // BLOCK)
        return first * _SEALED, min(last * _SEALED, self.whole - HEADER)

    async def open(self, data: Buffer, first: int) -> Buffer:
        """The content of neighbouring blocks, the first of them of number `first`."""
        try:
            return await self.cipher.open_blocks(data, first)
        except NotAuthenticError as error:
            raise DamagedFileError(self.name, f"block {error.block}") from error


async def new_file(keys: FileKeys, name: str, length: int) -> tuple[SealedFile, bytes]:
    """A file to be written, under a key of its own, and its header."""
    if length > _LARGEST:
        raise ValueError(f"{length} bytes are more than a sealed file can hold")
    cipher, salt = await new_cipher(keys, name)
    file = SealedFile(name, length, cipher)
    return file, await header_of(file, salt)


async def new_cipher(keys: FileKeys, name: str) -> tuple[Cipher, bytes]:
    """What seals a file under a key of its own, and the salt that its header has to tell."""
    salt = os.urandom(32)
    return await keys.cipher(salt, _INFO + name.encode()), salt


async def header_of(file: SealedFile, salt: bytes) -> bytes:
    """The header of a file, once its length is known; sealed once, as its nonce is always the same.

    `salt` is the one that its cipher was made with.
    """
    front = _FRONT.pack(MAGIC, VERSION, file.length, salt)
    return front + await file.cipher.seal(_HEADER_NONCE, b"", front)


async def open_header(keys: FileKeys, name: str, header: Buffer) -> SealedFile:
    """The file of a header, which must be whole.

    Raises `StorageError`: `storage-damaged` where it is not authentic, `index-version`.
    """
    front, tag = bytes(header[: _FRONT.size]), bytes(header[_FRONT.size : HEADER])
    magic, version, length, salt = _FRONT.unpack(front)
    if magic != MAGIC:
        raise DamagedFileError(name, "header")
    if version != VERSION:
        raise foreign(name, version, VERSION)
    cipher = await keys.cipher(salt, _INFO + name.encode())
    try:
        await cipher.open(_HEADER_NONCE, tag, front)
    except NotAuthenticError as error:
        raise DamagedFileError(name, "header") from error
    return SealedFile(name, length, cipher)


async def sealed_blocks(file: SealedFile, pieces: AsyncIterator[Buffer]) -> AsyncIterator[Buffer]:
    """The blocks of a file, sealed; every piece but the last is of `PIECE` bytes.

    `ValueError` if they are not as many bytes as the header tells.
    """
    number = length = 0
    async for piece in pieces:
        yield await file.cipher.seal_blocks(piece, number)
        number += PIECE // BLOCK
        length += len(piece)
    if length != file.length:
        raise ValueError(f"{length} bytes of {file.name} came, not {file.length}")


def in_pieces(parts: Iterable[Buffer], size: int = PIECE) -> Iterator[bytes]:
    """The same bytes in pieces of a size, the last one shorter.

    >>> [len(piece) for piece in in_pieces([b"x" * 65_000, b"y" * 1_000], BLOCK)]
    [65536, 464]
    """
    gathered = bytearray()
    for part in parts:
        view = memoryview(part)
        bytes_of = view.cast("B") if view.nbytes else memoryview(b"")
        at = 0
        while at < len(bytes_of):
            taken = bytes_of[at : at + size - len(gathered)]
            gathered += taken
            at += len(taken)
            if len(gathered) == size:
                yield bytes(gathered)
                gathered.clear()
    if gathered:
        yield bytes(gathered)
