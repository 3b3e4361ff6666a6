"""`duplicates`: which documents are versions of each other, and which passages say the same."""

from __future__ import annotations

import argparse

from rich.text import Text

from app.core.model import NearCopy
from app.engine.context import place
from app.host import console, opening

HELP = "list documents and passages that say nearly the same"
_SHOWN = 10
"""Passages of a group that are named."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--limit", type=int, default=100, help="groups wanted, largest first (100)")
    parser.add_argument("--documents", action="store_true", help="versions of whole documents only")


async def run(options: argparse.Namespace) -> int:
    """0 if there are any, 1 if not."""
    async with opening.existing(options, read_only=True) as (collection, _):
        found = await collection.duplicates(options.limit)
    if options.json:
        console.print_json(found)
        return 0 if found.total else 1
    for versions in found.documents:
        console.out.print(Text(versions[0].path, style="bold"))
        for version in versions[1 : _SHOWN + 1]:
            console.out.print(Text(f"    {version.path}  {version.share:.0%} the same"))
        if len(versions) > _SHOWN + 1:
            console.out.print(Text(f"    and {len(versions) - _SHOWN - 1:,} more", style="dim"))
    if options.documents:
        return 0 if found.documents else 1
    if found.documents:
        console.out.print()
    for group in found.groups:
        first, *others = group.passages
        console.out.print(Text(_where(first), style="bold"))
        for each in others[:_SHOWN]:
            console.out.print(Text(f"    {_where(each)}"))
        if len(others) > _SHOWN:
            console.out.print(Text(f"    and {len(others) - _SHOWN:,} more", style="dim"))
    copies = "near-copy" if found.passages == 1 else "near-copies"
    groups = "group" if found.total == 1 else "groups"
    console.err.print(f"{found.passages:,} {copies} in {found.total:,} {groups}")
    return 0 if found.total else 1


def _where(passage: NearCopy) -> str:
    return ", ".join(part for part in (passage.path, place(passage.address)) if part)
