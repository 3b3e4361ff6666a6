"""Sealed collections on this host: every file encrypted, opened by a passphrase."""

from app.host.sealing.opening import SEALED, change_passphrase, seal, state, unlocked
from app.host.sealing.sealed_store import SealedStore

__all__ = ["SEALED", "SealedStore", "change_passphrase", "seal", "state", "unlocked"]
