"""The lock: the data key of a sealed collection, wrapped by what a passphrase gives.

A slot is a line of JSON and a line with its SHA-256. There are two slots, so that neither a
damaged byte nor a kill while one is written takes the key away. The passphrase goes through
Argon2id; the wrapping is AES-256-GCM with `WRAPPING` as associated data.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from app.errors import InputError, StorageError
from app.ports import Buffer
from app.storage.damage import DamagedFileError, foreign
from app.storage.sealing.ciphers import KEY_BYTES, Ciphers, NotAuthenticError

SLOTS = ("lock-a", "lock-b")
FORMAT = "fossick-lock"
VERSION = 1
WRAPPING = b"fossick lock 1"

MEMORY, PASSES, LANES = 65_536, 3, 1
"""Argon2id for new locks: KiB, passes, lanes (docs/adr/0038)."""
_BOUNDS = {"memory": (8_192, 1_048_576), "passes": (1, 64), "lanes": (1, 16)}
"""What a lock may ask for; a forged one must not take a device's memory."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A slot: how the passphrase becomes a key, and the data key wrapped by it."""

    salt: bytes
    nonce: bytes
    key: bytes
    """The wrapped data key with its tag, 48 bytes."""
    generation: int = 1
    """Counts the passphrases: the slot that tells of the later one is the newer."""
    memory: int = MEMORY
    passes: int = PASSES
    lanes: int = LANES

    async def unlock(self, passphrase: str, ciphers: Ciphers) -> bytes:
        """The data key, 32 bytes. Raises `StorageError("wrong-passphrase")`."""
        cipher = await ciphers.cipher(await self._wrapping_key(passphrase, ciphers))
        try:
            return await cipher.open(self.nonce, self.key, WRAPPING)
        except NotAuthenticError as error:
            raise wrong_passphrase() from error

    async def holding(self, data_key: bytes, passphrase: str, ciphers: Ciphers) -> Lock:
        """This lock with another salt, closed over the data key by a passphrase."""
        fresh = replace(self, salt=os.urandom(16), nonce=os.urandom(12))
        cipher = await ciphers.cipher(await fresh._wrapping_key(passphrase, ciphers))
        return replace(fresh, key=await cipher.seal(fresh.nonce, data_key, WRAPPING))

    async def _wrapping_key(self, passphrase: str, ciphers: Ciphers) -> bytes:
        return await ciphers.stretch(
            _secret(passphrase),
            self.salt,
            memory=self.memory,
            passes=self.passes,
            lanes=self.lanes,
        )


async def new_lock(
    data_key: bytes,
    passphrase: str,
    ciphers: Ciphers,
    generation: int = 1,
    *,
    memory: int = MEMORY,
    passes: int = PASSES,
) -> Lock:
    """A lock over a data key. `InputError` for an empty passphrase."""
    blank = Lock(b"", b"", b"", generation, memory, passes)
    return await blank.holding(data_key, passphrase, ciphers)


def encode(lock: Lock) -> bytes:
    """The bytes of a slot."""
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "generation": lock.generation,
        "kdf": "argon2id",
        "memory": lock.memory,
        "passes": lock.passes,
        "lanes": lock.lanes,
        "salt": base64.b64encode(lock.salt).decode(),
        "nonce": base64.b64encode(lock.nonce).decode(),
        "key": base64.b64encode(lock.key).decode(),
    }
    line = json.dumps(fields, separators=(",", ":"))
    return f"{line}\n{hashlib.sha256(line.encode()).hexdigest()}\n".encode()


def decode(data: Buffer, name: str) -> Lock:
    """The lock in a slot.

    Raises `StorageError`: `index-version` for a whole slot of another version, `storage-damaged`
    where a byte is not what was written.
    """
    line, _, check = bytes(data).partition(b"\n")
    if check != hashlib.sha256(line).hexdigest().encode() + b"\n":
        raise DamagedFileError(name, "check")
    try:
        fields = json.loads(line)
        if fields["format"] != FORMAT:
            raise ValueError("this is no lock")
        if fields["version"] != VERSION or fields["kdf"] != "argon2id":
            raise foreign(name, int(fields["version"]), VERSION)
        return _lock(fields)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedFileError(name, "fields") from error


def _lock(fields: dict[str, Any]) -> Lock:
    for name, (least, most) in _BOUNDS.items():
        if type(fields[name]) is not int or not least <= fields[name] <= most:
            raise ValueError(f"{name} is out of bounds")
    if type(fields["generation"]) is not int or fields["generation"] < 1:
        raise ValueError("this is no generation")
    salt, nonce, key = (base64.b64decode(fields[part], validate=True) for part in _PARTS)
    if (len(salt), len(nonce), len(key)) != tuple(_PARTS.values()):
        raise ValueError("a part has another length")
    return Lock(
        *(salt, nonce, key, fields["generation"]),
        memory=fields["memory"],
        passes=fields["passes"],
        lanes=fields["lanes"],
    )


_PARTS = {"salt": 16, "nonce": 12, "key": KEY_BYTES + 16}


def wrong_passphrase() -> StorageError:
    """The error for a passphrase that does not open the lock."""
    return StorageError(
        "The passphrase does not open this collection.",
        code="wrong-passphrase",
        hint="Try again; mind capitals and the keyboard's language. Nobody can recover it.",
    )


def _secret(passphrase: str) -> bytes:
    """One passphrase is the same bytes however its accents were typed."""
    if not passphrase:
        raise InputError("The passphrase is empty.", hint="Give one of several words.")
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError as error:
        raise InputError("The passphrase has half a character.", hint="Type it again.") from error
