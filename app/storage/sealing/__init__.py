"""Sealed collections: every file encrypted, opened by a passphrase."""

from app.storage.sealing.ciphers import Cipher, Ciphers, FileKeys, NotAuthenticError
from app.storage.sealing.opening import (
    SEALED,
    change_passphrase,
    seal,
    state,
    unlocked,
    unseal,
)
from app.storage.sealing.sealed_store import SealedStore

__all__ = [
    "SEALED",
    "Cipher",
    "Ciphers",
    "FileKeys",
    "NotAuthenticError",
    "SealedStore",
    "change_passphrase",
    "seal",
    "state",
    "unlocked",
    "unseal",
]
