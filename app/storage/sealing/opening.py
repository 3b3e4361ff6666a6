"""Opening, sealing and locking anew: the locks of a collection and what else its folder holds.

A folder is sealed once a whole lock is in it, and as long as one is. Without, sealed files in it
are what a kill has left of sealing or unsealing; with one, the plain ones are, which `REPLACED`
lists. So a kill at any byte leaves one form whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Sequence

from app.errors import InputError, StorageError
from app.ports import Buffer, Store
from app.storage.damage import MISSING, DamagedFileError
from app.storage.sealing import lock as locks
from app.storage.sealing.ciphers import KEY_BYTES, Ciphers, FileKeys
from app.storage.sealing.lock import SLOTS, Lock
from app.storage.sealing.sealed_file import PIECE
from app.storage.sealing.sealed_store import SUFFIX, SealedStore
from app.storage.streaming import write_stream

EMPTY, PLAIN, SEALED = "empty", "plain", "sealed"

REPLACED = "replaced"
"""The sealed file that lists the plain ones that do not count, as JSON, until they are removed."""


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


async def unlocked(
    store: Store, passphrase: str | None, ciphers: Ciphers, *, read_only: bool = False
) -> Store:
    """The store to work with: a sealed one is opened, an empty one sealed if there is a passphrase.

    Raises `StorageError`: `locked` without a passphrase, `wrong-passphrase`, `read-only` for an
    empty one that only may be read; `InputError` where there is a passphrase and the collection
    is plain.
    """
    found = await state(store)
    if found == SEALED:
        if passphrase is None:
            raise locked()
        return await _opened(store, passphrase, ciphers, read_only=read_only)
    if passphrase is not None and found == PLAIN:
        raise InputError(
            "This collection is not sealed, so no passphrase opens it.",
            hint="Open it without one, or seal it first.",
        )
    if not read_only:
        await _remove_unfinished(store)
    if passphrase is None:
        return store
    if read_only:
        message = "There is nothing to be opened with a passphrase yet."
        raise StorageError(message, code="read-only", hint="Try again in a moment.")
    data_key = os.urandom(KEY_BYTES)
    lock = await locks.new_lock(data_key, passphrase, ciphers)
    await _write_locks(store, lock)
    return SealedStore(store, await ciphers.file_keys(data_key))


async def unlocked_with(store: Store, keys: FileKeys, *, read_only: bool = False) -> SealedStore:
    """A store that was opened before, by what its passphrase gave then.

    Raises `StorageError("locked")` where nothing is sealed any more.
    """
    if await state(store) != SEALED:
        raise locked()
    sealed = SealedStore(store, keys)
    if not read_only:
        await _remove_replaced(store, sealed)
    return sealed


async def seal(store: Store, passphrase: str, ciphers: Ciphers) -> None:
    """Seal a plain collection where it lies, which nobody else may have open.

    Needs room for a second copy. Raises `InputError` if it is sealed already.
    """
    await _check(store, PLAIN)
    data_key = os.urandom(KEY_BYTES)
    lock = await locks.new_lock(data_key, passphrase, ciphers)
    await seal_with(store, await ciphers.file_keys(data_key), lock)


async def seal_with(store: Store, keys: FileKeys, lock: Lock) -> None:
    """As `seal`, with a key and a lock over it."""
    await _check(store, PLAIN)
    await _remove_unfinished(store)
    sealed, plain = SealedStore(store, keys), await store.names()
    for name in plain:
        length = await store.size(name) or 0
        await sealed.write_sized(name, length, _pieces(store, name))
    await sealed.write(REPLACED, [json.dumps(plain).encode()])
    await _write_locks(store, lock)
    await _remove_replaced(store, sealed)


async def unseal(store: Store, passphrase: str, ciphers: Ciphers) -> None:
    """Make a sealed collection plain where it lies, which nobody else may have open.

    Needs room for a second copy. Raises `StorageError("wrong-passphrase")`, `InputError` where
    nothing is sealed.
    """
    await _check(store, SEALED)
    sealed = await _opened(store, passphrase, ciphers, read_only=False)
    names = await sealed.names()
    # Until the locks are gone the plain files are what a kill has left: they are listed first.
    await sealed.write(REPLACED, [json.dumps(names).encode()])
    for name in names:
        await write_stream(store, name, _pieces(sealed, name))
    for slot in SLOTS:
        await store.remove(slot)
    await _remove_unfinished(store)


async def change_passphrase(store: Store, old: str, new: str, ciphers: Ciphers) -> None:
    """Wrap the data key anew; no file but the locks is written.

    Raises `StorageError("wrong-passphrase")`, and `InputError` where nothing is sealed.
    """
    await _check(store, SEALED)
    data_key, lock, _ = await _unlock(store, old, ciphers)
    await _write_locks(store, await locks.new_lock(data_key, new, ciphers, lock.generation + 1))


async def prove(store: Store, passphrase: str, ciphers: Ciphers) -> None:
    """Nothing, if the passphrase opens the collection; else raises as `change_passphrase`."""
    await _check(store, SEALED)
    await _unlock(store, passphrase, ciphers)


def locked() -> StorageError:
    """The error for a sealed collection without its passphrase."""
    return StorageError(
        "This collection is sealed.",
        code="locked",
        hint="Open it with its passphrase. Nobody can recover one that is forgotten.",
    )


async def _check(store: Store, wanted: str) -> None:
    found = await state(store)
    if wanted == SEALED and found != SEALED:
        raise InputError("This collection is not sealed.", hint="Seal it first.")
    if wanted == PLAIN and found == SEALED:
        hint = "Change its passphrase instead."
        raise InputError("This collection is sealed already.", hint=hint)


async def _opened(
    store: Store, passphrase: str, ciphers: Ciphers, *, read_only: bool
) -> SealedStore:
    data_key, lock, is_settled = await _unlock(store, passphrase, ciphers)
    sealed = SealedStore(store, await ciphers.file_keys(data_key))
    if not read_only:
        if not is_settled:
            await _write_locks(store, lock)
        await _remove_replaced(store, sealed)
    return sealed


async def _unlock(store: Store, passphrase: str, ciphers: Ciphers) -> tuple[bytes, Lock, bool]:
    """The data key, the lock that it was in, and whether the slots may stay as they are.

    They may not where one is damaged, or tells of a passphrase before this one.
    """
    found, error = await _read_locks(store, await store.names())
    for number, lock in enumerate(found):
        if lock in found[:number]:
            continue
        try:
            data_key = await lock.unlock(passphrase, ciphers)
        except StorageError as reason:
            error = reason
            continue
        is_older = number > 0
        return data_key, lock, is_older or found == [lock, lock]
    raise error or locks.wrong_passphrase()


async def _pieces(store: Store, name: str) -> AsyncIterator[Buffer]:
    """A file piece by piece."""
    length = await store.size(name) or 0
    for at in range(0, length, PIECE):
        yield await store.read(name, at, min(PIECE, length - at))


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
    """Remove the plain files of a collection that has been sealed, if any are left.

    A list that was cut off is that of an unsealing that had not begun: nothing plain is there.
    """
    if await sealed.size(REPLACED) is None:
        return
    try:
        listed = json.loads(bytes(await sealed.read(REPLACED)))
    except ValueError:
        listed = []
    for name in set(listed) & set(await store.names()):
        await store.remove(name)
    await sealed.remove(REPLACED)


def _is_plain(name: str) -> bool:
    return name not in SLOTS and not name.endswith(SUFFIX)
