"""Another passphrase for a collection that is open."""

from __future__ import annotations

from app.errors import InputError
from app.ports import Store
from app.storage.sealing import SEALED, Ciphers, SealedStore, change_passphrase, state
from app.storage.sealing.opening import locked


class PassphraseChange:
    """The locks of an open collection: `raw` is the store beneath the one that is `open`ed."""

    def __init__(self, raw: Store, opened: Store, ciphers: Ciphers) -> None:
        self._raw = raw
        self._is_sealed = isinstance(opened, SealedStore)
        self._ciphers = ciphers

    async def change(self, old: str, new: str) -> None:
        """Raises `InputError` where nothing is sealed, `StorageError("wrong-passphrase")`."""
        if not self._is_sealed:
            raise InputError("This collection is not sealed.", hint="Seal it first.")
        await change_passphrase(self._raw, old, new, self._ciphers)

    async def check(self) -> None:
        """Before a tab takes over: what was opened plain must not have been sealed meanwhile.

        Raises `StorageError("locked")`.
        """
        if not self._is_sealed and await state(self._raw) == SEALED:
            raise locked()
