"""What sealing asks of its host: AES-256-GCM, HKDF-SHA256 and Argon2id.

WebCrypto has the first two as promises, so all of it is asynchronous. No cipher keeps a nonce:
the callers see to it that none is used twice under one key.
"""

from __future__ import annotations

from typing import Protocol

from app.ports import Buffer

BLOCK = 65_536
"""Bytes of content in a sealed block; the last of a file has fewer."""
TAG = 16
"""Bytes that sealing adds to each block."""
KEY_BYTES = 32


class NotAuthenticError(Exception):
    """Something was not sealed with this key, nonce and associated data.

    `block` is its number where it is one of several.
    """

    def __init__(self, block: int = 0) -> None:
        super().__init__(f"block {block} is not authentic")
        self.block = block


class Cipher(Protocol):
    """AES-256-GCM under one key."""

    async def seal(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """The data sealed, its tag of 16 bytes behind it."""
        ...

    async def open(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """What was sealed. Raises `NotAuthenticError`."""
        ...

    async def seal_blocks(self, data: Buffer, first: int) -> Buffer:
        """Neighbouring blocks sealed, each with its number as nonce; `first` is the first's."""
        ...

    async def open_blocks(self, data: Buffer, first: int) -> Buffer:
        """Their content. Raises `NotAuthenticError` with the number of the first at fault."""
        ...


class FileKeys(Protocol):
    """The data key of a collection, as far as it makes the keys of files."""

    async def cipher(self, salt: bytes, info: bytes) -> Cipher:
        """Under the key that HKDF-SHA256 makes of the data key, a salt and what it is for."""
        ...


class Ciphers(Protocol):
    """What a host can do for sealing."""

    async def stretch(
        self, secret: bytes, salt: bytes, *, memory: int, passes: int, lanes: int
    ) -> bytes:
        """32 bytes by Argon2id, with `memory` in KiB."""
        ...

    async def cipher(self, key: bytes) -> Cipher:
        """AES-256-GCM under a key of 32 bytes."""
        ...

    async def file_keys(self, data_key: bytes) -> FileKeys:
        """What a data key of 32 bytes opens."""
        ...


def nonce_of(block: int) -> bytes:
    """The nonce of a block: its number, 12 bytes, big endian."""
    return block.to_bytes(12, "big")
