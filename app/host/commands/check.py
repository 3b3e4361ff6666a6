"""`check`: read all of the index, and tell what of it is not as it should be."""

from __future__ import annotations

import argparse

from app.engine.reports import Checked
from app.host import console, opening

HELP = "read all of the index and tell what is damaged"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(options: argparse.Namespace) -> int:
    """0 when nothing is damaged, 1 when something is."""
    async with opening.existing(options) as (collection, _):
        with console.progress_bar("Checking") as tell:
            done = await collection.check(on_progress=tell)
    if options.json:
        console.print_json(done)
    else:
        _show(done)
    return 1 if done.damage else 0


def _show(done: Checked) -> None:
    console.out.print(
        f"{done.bytes / 1e6:,.1f} MB in {done.files:,} files read in {done.seconds:.1f} s: "
        f"{done.documents:,} documents, {done.chunks:,} passages, {done.postings:,} places of "
        f"words, {done.vectors:,} vectors."
    )
    if not done.damage:
        console.out.print("All is as it was written, and fits together.")
        return
    for damage in done.damage:
        console.err.print(damage.message, markup=False)
    if done.again:
        console.out.print("Run `repair`, then index these files again:")
        for path in done.again:
            console.out.print(f"  {path}", markup=False)
    else:
        console.out.print("Run `repair`.")
