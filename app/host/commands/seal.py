"""`seal`: encrypt an index with a passphrase, change that, or make the index plain again."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import InputError
from app.host import console, passphrase
from app.host.disk_store import DirectoryStore

HELP = "seal the index with a passphrase, change it, or take it off"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--new-passphrase-file", type=Path, default=None, metavar="FILE",
        help="change the passphrase to the first line of this file",
    )  # fmt: skip
    parser.add_argument("--remove", action="store_true", help="make the index plain again")


async def run(options: argparse.Namespace) -> int:
    """0 when it is done."""
    from app.host.ciphers import HostCiphers
    from app.storage import sealing

    if not options.index.is_dir():
        raise InputError(f"There is no index in {options.index}.", code="not-found")
    if options.passphrase_file is None:
        raise InputError("A passphrase is needed.", hint="Give it with --passphrase-file FILE.")
    store, secret = DirectoryStore(options.index), passphrase.in_file(options.passphrase_file)
    changes = options.new_passphrase_file is not None
    if changes and options.remove:
        raise InputError("A passphrase is either changed or removed.", hint="Give one of the two.")
    if options.remove:
        await sealing.unseal(store, secret, HostCiphers())
    elif changes:
        new = passphrase.in_file(options.new_passphrase_file)
        await sealing.change_passphrase(store, secret, new, HostCiphers())
    else:
        await sealing.seal(store, secret, HostCiphers())
    if options.json:
        console.print_json(
            {"index": str(options.index), "sealed": not options.remove, "changed": changes}
        )
    elif options.remove:
        console.out.print(f"{options.index} is plain again.")
    else:
        said = "has another passphrase" if changes else "is sealed"
        console.out.print(f"{options.index} {said}. Nobody can recover one that is forgotten.")
    return 0
