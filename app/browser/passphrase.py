"""The passphrase of a collection that is open: tried, and changed."""

from __future__ import annotations

from app.errors import InputError
from app.ports import Store
from app.storage.memory_store import MemoryStore
from app.storage.sealing import SEALED, Ciphers, SealedStore, change_passphrase, state
from app.storage.sealing.opening import locked, prove


class Passphrase:
    """That of a collection of which `raw` is the store, and `opened` the one laid over it."""

    def __init__(self, raw: Store, opened: Store, ciphers: Ciphers | None) -> None:
        self._raw = raw
        self._ciphers = ciphers if isinstance(opened, SealedStore) else None

    async def change(self, old: str, new: str) -> None:
        """Raises `InputError` where nothing is sealed, `StorageError("wrong-passphrase")`."""
        await change_passphrase(self._raw, old, new, self._sealing())

    async def prove(self, passphrase: str) -> None:
        """Nothing, if it opens the collection; else raises as `change`."""
        await prove(self._raw, passphrase, self._sealing())

    async def check(self) -> None:
        """Before a tab takes over: what was opened plain must not have been sealed meanwhile.

        Raises `StorageError("locked")`.
        """
        if self._ciphers is None and await state(self._raw) == SEALED:
            raise locked()

    def _sealing(self) -> Ciphers:
        if self._ciphers is None:
            raise InputError("This collection is not sealed.", hint="Seal it first.")
        return self._ciphers


NO_PASSPHRASE = Passphrase(MemoryStore(), MemoryStore(), None)
"""For a collection that is kept nowhere."""
