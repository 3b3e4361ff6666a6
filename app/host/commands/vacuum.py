"""`vacuum`: take what was removed out of the index, so that nothing of it is left."""

from __future__ import annotations

import argparse

from app.host import console, opening

HELP = "give back the room of removed documents"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(options: argparse.Namespace) -> int:
    """0 when it is done."""
    async with opening.existing(options) as (collection, _):
        done = await collection.vacuum()
    if options.json:
        console.print_json(done)
    else:
        console.out.print(
            f"{done.documents} removed documents taken out, {done.bytes / 1e6:.1f} MB given back"
        )
    return 0
