"""`seal`: encrypt an index with a passphrase, or give a sealed one another passphrase."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import InputError
from app.host import console, passphrase
from app.host.disk_store import DirectoryStore

HELP = "seal the index with a passphrase, or change it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--new-passphrase-file", type=Path, default=None, metavar="FILE",
        help="change the passphrase to the first line of this file",
    )  # fmt: skip


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
    if changes:
        new = passphrase.in_file(options.new_passphrase_file)
        await sealing.change_passphrase(store, secret, new, HostCiphers())
    else:
        await sealing.seal(store, secret, HostCiphers())
    if options.json:
        console.print_json({"index": str(options.index), "sealed": True, "changed": changes})
    else:
        done = "has another passphrase" if changes else "is sealed"
        console.out.print(f"{options.index} {done}. Nobody can recover one that is forgotten.")
    return 0
