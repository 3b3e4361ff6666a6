"""What is sealed on this host, with its passphrase: from a file, or asked for."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from app.errors import InputError, StorageError
from app.host.disk_store import DirectoryStore
from app.ports import Store
from app.storage.portable import Ranges, is_sealed
from app.storage.portable import unlocked as unlocked_file

LOCKS = ("lock-a", "lock-b")
"""Files that only a sealed folder has; `cryptography` is not loaded for others."""


async def store_in(folder: Path, passphrase_file: Path | None, *, read_only: bool = False) -> Store:
    """The store to work with. An empty folder is sealed if there is a passphrase file.

    Raises `StorageError`: `locked` where a passphrase is needed and nobody can be asked,
    `wrong-passphrase`; `InputError` for a passphrase to a folder that is not sealed.
    """
    store = DirectoryStore(folder)
    is_locked = not set(LOCKS).isdisjoint(await store.names())
    if passphrase_file is None and not is_locked:
        return store
    from app.host.ciphers import HostCiphers
    from app.storage.sealing import unlocked

    passphrase = asked() if passphrase_file is None else in_file(passphrase_file)
    return await unlocked(store, passphrase, HostCiphers(), read_only=read_only)


async def content_of(ranges: Ranges, passphrase_file: Path | None) -> Ranges:
    """The plain file that is in an exported one, which may be sealed.

    Raises as `app.storage.portable.unlocked`; `locked` where nobody can be asked.
    """
    if passphrase_file is None and not await is_sealed(ranges):
        return ranges
    from app.host.ciphers import HostCiphers

    passphrase = (
        asked("The file is sealed.", "--file-passphrase-file", "Passphrase of the file: ")
        if passphrase_file is None
        else in_file(passphrase_file)
    )
    return await unlocked_file(ranges, passphrase, HostCiphers())


def in_file(path: Path) -> str:
    """The passphrase in a file: its first line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The passphrase cannot be read from {path}: {error}.") from error
    if not lines or not lines[0]:
        raise InputError(f"There is no passphrase in {path}.", hint="Put it in the first line.")
    return lines[0]


def asked(
    what: str = "This index is sealed.",
    option: str = "--passphrase-file",
    prompt: str = "Passphrase: ",
) -> str:
    """The passphrase that somebody types. Raises `StorageError("locked")` if nobody is there."""
    if not sys.stdin.isatty():
        hint = f"Give its passphrase with {option} FILE."
        raise StorageError(what, code="locked", hint=hint)
    return getpass.getpass(prompt)
