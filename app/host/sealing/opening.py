"""Opening, sealing and locking anew: the locks of a collection and what else its folder holds.

A folder is sealed once a whole lock is in it. Until then sealed files in it are what a kill has
left of sealing; from then on the plain ones are, which `REPLACED` lists. So a kill at any byte
leaves one form whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from app.errors import InputError, StorageError
from app.host.sealing import lock as locks
from app.host.sealing.lock import KEY_BYTES, SLOTS, Lock
from app.host.sealing.sealed_store import SUFFIX, SealedStore
from app.ports import Store
from app.storage.damage import MISSING, DamagedFileError

EMPTY, PLAIN, SEALED = "empty", "plain", "sealed"

REPLACED = "replaced"
"""The sealed file that lists the plain ones that were sealed, as JSON, until they are removed."""


async def state(store: Store) -> str:
    """Whether a folder is `EMPTY`, `PLAIN` or `SEALED`.

    Raises `StorageError("storage-damaged")` for sealed files of which neither lock can be read.
    """
    names = await store.names()
    found, error = await _read_locks(store, names)
    if found:
        return SEALED
    if any(_is_plain(name) for name in names):
        return PLAIN
    if error is not None and any(name.endswith(SUFFIX) for name in names):
        raise error
    return EMPTY


async def unlocked(store: Store, passphrase: str | None, *, read_only: bool = False) -> Store:
    """The store to work with: a sealed one is opened, an empty one sealed if there is a passphrase.

    Raises `StorageError`: `locked` without a passphrase, `wrong-passphrase`; `InputError` where
    there is a passphrase and the collection is plain.
    """
    found = await state(store)
    if found == SEALED:
        return await _opened(store, passphrase, read_only=read_only)
    if passphrase is not None and found == PLAIN:
        raise InputError(
            "This collection is not sealed, so no passphrase opens it.",
            hint="Open it without one, or seal it first.",
        )
    if not read_only:
        await _remove_unfinished(store)
    if passphrase is None:
        return store
    data_key = os.urandom(KEY_BYTES)
    lock = locks.new_lock(data_key, passphrase)
    if not read_only:
        await _write_locks(store, lock)
    return SealedStore(store, data_key)


async def seal(store: Store, passphrase: str) -> None:
    """Seal a plain collection where it lies, which nobody else may have open.

    Needs room for a second copy. Raises `InputError` if it is sealed already.
    """
    data_key = os.urandom(KEY_BYTES)
    await seal_with(store, data_key, locks.new_lock(data_key, passphrase))


async def seal_with(store: Store, data_key: bytes, lock: Lock) -> None:
    """As `seal`, with a key and a lock over it."""
    if await state(store) == SEALED:
        hint = "Change its passphrase instead."
        raise InputError("This collection is sealed already.", hint=hint)
    await _remove_unfinished(store)
    sealed, plain = SealedStore(store, data_key), await store.names()
    for name in plain:
        await sealed.write(name, [await store.read(name)])
    await sealed.write(REPLACED, [json.dumps(plain).encode()])
    await _write_locks(store, lock)
    await _remove_replaced(store, sealed)


async def change_passphrase(store: Store, old: str, new: str) -> None:
    """Wrap the data key anew; no file but the locks is written.

    Raises `StorageError("wrong-passphrase")`, and `InputError` where nothing is sealed.
    """
    if await state(store) != SEALED:
        raise InputError("This collection is not sealed.", hint="Seal it first.")
    data_key, lock, _ = await _unlock(store, old)
    await _write_locks(store, locks.new_lock(data_key, new, lock.generation + 1))


async def _opened(store: Store, passphrase: str | None, *, read_only: bool) -> SealedStore:
    if passphrase is None:
        raise StorageError(
            "This collection is sealed.",
            code="locked",
            hint="Open it with its passphrase. Nobody can recover one that is forgotten.",
        )
    data_key, lock, is_settled = await _unlock(store, passphrase)
    sealed = SealedStore(store, data_key)
    if not read_only:
        if not is_settled:
            await _write_locks(store, lock)
        await _remove_replaced(store, sealed)
    return sealed


async def _unlock(store: Store, passphrase: str) -> tuple[bytes, Lock, bool]:
    """The data key, the lock that it was in, and whether the slots may stay as they are.

    They may not where one is damaged, or tells of a passphrase before this one.
    """
    found, error = await _read_locks(store, await store.names())
    for number, lock in enumerate(found):
        if lock in found[:number]:
            continue
        try:
            data_key = lock.unlock(passphrase)
        except StorageError as reason:
            error = reason
            continue
        is_older = number > 0
        return data_key, lock, is_older or found == [lock, lock]
    raise error or locks.wrong_passphrase()


async def _read_locks(store: Store, names: Sequence[str]) -> tuple[list[Lock], StorageError | None]:
    """The locks that are whole, the newest first; with none, what is wrong with the slots."""
    found: list[Lock] = []
    error: StorageError = DamagedFileError(SLOTS[0], MISSING)
    for slot in SLOTS:
        if slot in names:
            try:
                found.append(locks.decode(await store.read(slot), slot))
            except StorageError as reason:
                if reason.code == "index-version":
                    raise
                error = reason
    found.sort(key=lambda lock: -lock.generation)
    return found, None if found else error


async def _write_locks(store: Store, lock: Lock) -> None:
    """Both slots, one after the other: a kill between them leaves one that is whole."""
    for slot in SLOTS:
        await store.write(slot, [locks.encode(lock)])


async def _remove_unfinished(store: Store) -> None:
    """Remove what a kill has left of sealing a collection that is still plain, or empty."""
    for name in await store.names():
        if not _is_plain(name):
            await store.remove(name)


async def _remove_replaced(store: Store, sealed: SealedStore) -> None:
    """Remove the plain files of a collection that has been sealed, if any are left."""
    if await sealed.size(REPLACED) is None:
        return
    listed = json.loads(bytes(await sealed.read(REPLACED)))
    for name in set(listed) & set(await store.names()):
        await store.remove(name)
    await sealed.remove(REPLACED)


def _is_plain(name: str) -> bool:
    return name not in SLOTS and not name.endswith(SUFFIX)
