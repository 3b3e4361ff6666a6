"""The ciphers of sealed collections on this host, by `cryptography`."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.ports import Buffer
from app.storage.sealing.ciphers import BLOCK, KEY_BYTES, TAG, NotAuthenticError, nonce_of


class HostCipher:
    """AES-256-GCM under one key."""

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    async def seal(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """The data sealed, its tag behind it."""
        return self._aes.encrypt(nonce, data, associated)

    async def open(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """What was sealed. Raises `NotAuthenticError`."""
        try:
            return self._aes.decrypt(nonce, data, associated)
        except InvalidTag as error:
            raise NotAuthenticError from error

    async def seal_blocks(self, data: Buffer, first: int) -> Buffer:
        """Neighbouring blocks sealed."""
        view, sealed = memoryview(data), bytearray()
        for number, at in enumerate(range(0, len(view), BLOCK), first):
            sealed += self._aes.encrypt(nonce_of(number), view[at : at + BLOCK], None)
        return sealed

    async def open_blocks(self, data: Buffer, first: int) -> Buffer:
        """Their content. Raises `NotAuthenticError` with the number of the first at fault."""
        view, opened = memoryview(data), bytearray()
        for number, at in enumerate(range(0, len(view), BLOCK + TAG), first):
            try:
                opened += self._aes.decrypt(nonce_of(number), view[at : at + BLOCK + TAG], None)
            except InvalidTag as error:
                raise NotAuthenticError(number) from error
        return opened


class HostFileKeys:
    """A data key in memory."""

    def __init__(self, data_key: bytes) -> None:
        self._key = data_key

    async def cipher(self, salt: bytes, info: bytes) -> HostCipher:
        """Under the key of a file."""
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info)
        return HostCipher(derived.derive(self._key))


class HostCiphers:
    """What this host can do for sealing."""

    async def stretch(
        self, secret: bytes, salt: bytes, *, memory: int, passes: int, lanes: int
    ) -> bytes:
        """32 bytes by Argon2id, with `memory` in KiB."""
        found = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory
        )
        return bytes(found.derive(secret))

    async def cipher(self, key: bytes) -> HostCipher:
        """AES-256-GCM under a key of 32 bytes."""
        return HostCipher(key)

    async def file_keys(self, data_key: bytes) -> HostFileKeys:
        """What a data key opens."""
        return HostFileKeys(data_key)
