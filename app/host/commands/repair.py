"""`repair`: take what is damaged out of the index, and tell which files to add again."""

from __future__ import annotations

import argparse

from app.host import console, opening

HELP = "take what is damaged out of the index"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(options: argparse.Namespace) -> int:
    """0 when nothing was damaged, 1 when something had to go."""
    async with opening.existing(options) as (collection, _):
        done = await collection.repair()
    if options.json:
        console.print_json(done)
        return 1 if done.damage else 0
    for damage in done.damage:
        console.err.print(damage.message, markup=False)
    if not done.damage:
        console.out.print("Nothing is damaged.")
        return 0
    console.out.print(f"{done.documents} documents were taken out. Index their files again:")
    for path in done.removed:
        console.out.print(f"  {path}", markup=False)
    return 1
