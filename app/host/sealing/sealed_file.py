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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.ports import Buffer
from app.storage.damage import DamagedFileError, foreign

MAGIC = b"\x89FOSSEAL"
VERSION = 1
_FRONT = struct.Struct("<8sIQ32s")
TAG = 16
HEADER = _FRONT.size + TAG
BLOCK = 65_536
_SEALED = BLOCK + TAG
_INFO = b"fossick/sealed/1/"
_HEADER_NONCE = b"\xff" * 12
_LARGEST = BLOCK << 32
"""Bytes of a file whose blocks have numbers of 32 bits."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What is known of a file once its header has been read."""

    name: str
    length: int
    """Bytes of content that were sealed."""
    cipher: AESGCM

    @property
    def whole(self) -> int:
        """Bytes that the sealed file takes."""
        return HEADER + self.length + TAG * -(-self.length // BLOCK)

    def readable(self, size: int) -> int:
        """Bytes of content in a file of that size; fewer than `length` where it was cut off.

        A file that was cut off, by a kill while it was written, ends with its last whole block.
        """
        if size > self.whole:
            raise DamagedFileError(self.name, "length")
        return self.length if size == self.whole else max(size - HEADER, 0) // _SEALED * BLOCK

    def span(self, offset: int, end: int) -> tuple[int, int]:
        """Where the blocks of the content's bytes from `offset` to `end` begin and end."""
        first, last = offset // BLOCK, -(-end // BLOCK)
        return HEADER + first * _SEALED, min(HEADER + last * _SEALED, self.whole)

    def open(self, data: Buffer, first: int) -> bytearray:
        """The content of neighbouring blocks, the first of them of number `first`."""
        view, opened = memoryview(data), bytearray()
        for number, at in enumerate(range(0, len(view), _SEALED), first):
            try:
                opened += self.cipher.decrypt(_nonce(number), view[at : at + _SEALED], None)
            except InvalidTag as error:
                raise DamagedFileError(self.name, f"block {number}") from error
        return opened


def new_file(data_key: bytes, name: str, length: int) -> tuple[SealedFile, bytes]:
    """A file to be written, under a key of its own, and its header."""
    if length > _LARGEST:
        raise ValueError(f"{length} bytes are more than a sealed file can hold")
    salt = os.urandom(32)
    file = SealedFile(name, length, _cipher(data_key, name, salt))
    front = _FRONT.pack(MAGIC, VERSION, length, salt)
    return file, front + file.cipher.encrypt(_HEADER_NONCE, b"", front)


def open_header(data_key: bytes, name: str, header: Buffer) -> SealedFile:
    """The file of a header, which must be whole.

    Raises `StorageError`: `storage-damaged` where it is not authentic, `index-version`.
    """
    front, tag = bytes(header[: _FRONT.size]), bytes(header[_FRONT.size : HEADER])
    magic, version, length, salt = _FRONT.unpack(front)
    if magic != MAGIC:
        raise DamagedFileError(name, "header")
    if version != VERSION:
        raise foreign(name, version, VERSION)
    cipher = _cipher(data_key, name, salt)
    try:
        cipher.decrypt(_HEADER_NONCE, tag, front)
    except InvalidTag as error:
        raise DamagedFileError(name, "header") from error
    return SealedFile(name, length, cipher)


def sealed_blocks(file: SealedFile, parts: Iterable[Buffer]) -> Iterator[bytes]:
    """The blocks of a file, sealed."""
    for number, block in enumerate(blocks(parts)):
        yield file.cipher.encrypt(_nonce(number), block, None)


def blocks(parts: Iterable[Buffer]) -> Iterator[bytes]:
    """The same bytes in pieces of `BLOCK`, the last one shorter.

    >>> [len(block) for block in blocks([b"x" * 65_000, b"y" * 1_000])]
    [65536, 464]
    """
    gathered = bytearray()
    for part in parts:
        view = memoryview(part)
        bytes_of = view.cast("B") if view.nbytes else memoryview(b"")
        at = 0
        while at < len(bytes_of):
            taken = bytes_of[at : at + BLOCK - len(gathered)]
            gathered += taken
            at += len(taken)
            if len(gathered) == BLOCK:
                yield bytes(gathered)
                gathered.clear()
    if gathered:
        yield bytes(gathered)


def _cipher(data_key: bytes, name: str, salt: bytes) -> AESGCM:
    info = _INFO + name.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(data_key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
