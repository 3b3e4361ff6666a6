"""The ciphers of sealed collections in the browser, and the store that a passphrase opens."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from app.browser import ffi
from app.browser.store import BrowserStore
from app.errors import InputError, StorageError
from app.ports import Buffer, Store
from app.storage import portable
from app.storage.sealing import NotAuthenticError, seal, unlocked, unseal
from app.storage.sealing.opening import unlocked_with


class BrowserCipher:
    """AES-256-GCM under one key, which stays in JavaScript: a Cipher of workers/ciphers.js."""

    def __init__(self, cipher: ffi.JsObject) -> None:
        self._cipher = cipher

    async def seal(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """The data sealed, its tag behind it."""
        return ffi.to_bytes(await _done(self._cipher.seal(*_arrays(nonce, data, associated))))

    async def open(self, nonce: bytes, data: Buffer, associated: bytes) -> bytes:
        """What was sealed. Raises `NotAuthenticError`."""
        found = await _done(self._cipher.open(*_arrays(nonce, data, associated)))
        if ffi.is_nothing(found):
            raise NotAuthenticError
        return ffi.to_bytes(found)

    async def seal_blocks(self, data: Buffer, first: int) -> Buffer:
        """Neighbouring blocks sealed."""
        return ffi.to_bytes(await _done(self._cipher.sealBlocks(ffi.to_uint8_array(data), first)))

    async def open_blocks(self, data: Buffer, first: int) -> Buffer:
        """Their content. Raises `NotAuthenticError` with the number of the first at fault."""
        found = await _done(self._cipher.openBlocks(ffi.to_uint8_array(data), first))
        if isinstance(found, int | float):
            raise NotAuthenticError(int(found))
        return ffi.to_bytes(found)


class BrowserFileKeys:
    """A data key that nobody can read: FileKeys of workers/ciphers.js."""

    def __init__(self, keys: ffi.JsObject) -> None:
        self._keys = keys

    async def cipher(self, salt: bytes, info: bytes) -> BrowserCipher:
        """Under the key of a file."""
        return BrowserCipher(await _done(self._keys.cipher(*_arrays(salt, info))))


class BrowserCiphers:
    """What this browser can do for sealing: Ciphers of workers/ciphers.js."""

    def __init__(self, ciphers: ffi.JsObject) -> None:
        self._ciphers = ciphers

    async def stretch(
        self, secret: bytes, salt: bytes, *, memory: int, passes: int, lanes: int
    ) -> bytes:
        """32 bytes by Argon2id, with `memory` in KiB."""
        arrays = _arrays(secret, salt)
        return ffi.to_bytes(await _done(self._ciphers.stretch(*arrays, memory, passes, lanes)))

    async def cipher(self, key: bytes) -> BrowserCipher:
        """AES-256-GCM under a key of 32 bytes."""
        return BrowserCipher(await _done(self._ciphers.cipher(*_arrays(key))))

    async def file_keys(self, data_key: bytes) -> BrowserFileKeys:
        """What a data key opens."""
        return BrowserFileKeys(await _done(self._ciphers.fileKeys(*_arrays(data_key))))


async def opened(store: BrowserStore, sealing: ffi.JsObject, *, writable: bool) -> Store:
    """The store to work with; `sealing` has what the page has to say of it.

    That is `ciphers`, and a `passphrase`, or the `key` of an engine before this one, or neither;
    and an `act`, "seal" or "unseal", that comes first.
    Raises as `app.storage.sealing.unlocked`, and `StorageError("read-only")` for an act while
    another tab writes.
    """
    ciphers = BrowserCiphers(sealing.ciphers)
    passphrase = None if ffi.is_nothing(sealing.passphrase) else str(sealing.passphrase)
    act = None if ffi.is_nothing(sealing.act) else str(sealing.act)
    if act is not None:
        if not writable:
            hint = "Close the other tabs, then do it here."
            raise StorageError("Another tab has this collection.", code="read-only", hint=hint)
        if passphrase is None:
            raise InputError("A passphrase is needed.", hint="Give one of several words.")
        await (seal if act == "seal" else unseal)(store, passphrase, ciphers)
        passphrase = None if act == "unseal" else passphrase
    elif not ffi.is_nothing(sealing.key):
        keys = BrowserFileKeys(sealing.ciphers.fileKeysOf(sealing.key))
        return await unlocked_with(store, keys, read_only=not writable)
    return await unlocked(store, passphrase, ciphers, read_only=not writable)


async def content_of(ranges: portable.Ranges, sealing: ffi.JsObject) -> portable.Ranges:
    """The plain file that is in an exported one; `sealing` as above, without an act.

    Raises as `app.storage.portable.unlocked`.
    """
    if not ffi.is_nothing(sealing.key):
        keys = BrowserFileKeys(sealing.ciphers.fileKeysOf(sealing.key))
        return await portable.unlocked_with(ranges, keys)
    passphrase = None if ffi.is_nothing(sealing.passphrase) else str(sealing.passphrase)
    return await portable.unlocked(ranges, passphrase, BrowserCiphers(sealing.ciphers))


def _arrays(*buffers: Buffer) -> list[ffi.JsObject]:
    return [ffi.to_uint8_array(one) for one in buffers]


async def _done(promise: Awaitable[Any]) -> Any:  # noqa: ANN401 (what JavaScript gives)
    return await ffi.settled(promise, StorageError)
