"""`search`: the best passages for a query, with their places and matches."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import get_args

from rich.text import Text

from app.core.lexical.snippet import cut
from app.core.model import Hit, Mode, SearchResult, Suggestions
from app.engine import SearchOptions
from app.engine.context import place
from app.host import console, opening

HELP = "search the index"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("query", help="what to look for")
    parser.add_argument("-k", type=int, default=10, help="hits wanted (10)")
    parser.add_argument("--mode", choices=get_args(Mode), default="hybrid")
    parser.add_argument("--path", default="", help="only under this prefix, or matching this glob")
    parser.add_argument("--type", action="append", default=[], help="only this family of files")
    parser.add_argument("--by-document", action="store_true", help="one passage a document")
    parser.add_argument(
        "--no-correct", action="store_true", help="search for unknown words as they stand"
    )


async def run(options: argparse.Namespace) -> int:
    """0 with hits, 1 without."""
    wanted = SearchOptions(
        k=options.k,
        mode=options.mode,
        path=options.path,
        type=tuple(options.type),
        group_by_document=options.by_document,
        correct=not options.no_correct,
    )
    embedder = "none" if options.mode == "keyword" else options.embedder
    async with opening.collection(
        options.index, embedder=embedder, model=options.model, read_only=True
    ) as (collection, notes):
        result = await collection.search(options.query, wanted)
        meant = await collection.suggest(options.query, limit=0)
    console.print_notes([*notes, *result.notes, *_doubts(result, meant)])
    if options.json:
        console.print_json(result)
        return 0 if result.hits else 1
    for hit in result.hits:
        _show(hit)
    if not result.hits:
        console.err.print("Nothing found.")
    return 0 if result.hits else 1


def _doubts(result: SearchResult, meant: Suggestions) -> Iterator[str]:
    """What was searched for in place of unknown words, or else what may be meant."""
    for each in result.corrected:
        yield f"“{each.from_}” is in no passage; searched for {' or '.join(each.to)}."
    if not result.corrected and meant.corrections:
        yield f"Did you mean {' or '.join(f'“{each.text.strip()}”' for each in meant.corrections)}?"


def _show(hit: Hit) -> None:
    legs = ", ".join(f"{name} {leg.rank}" for name, leg in hit.legs.items())
    where = ", ".join(part for part in (hit.path, place(hit.address)) if part)
    console.out.print(Text(f"{hit.rank:2}. {hit.title or hit.id}", style="bold"))
    console.out.print(Text(f"    {where}  [{legs}]", style="dim"))
    shown = cut(hit.text, hit.highlights)
    snippet = Text(shown.text)
    for start, end in shown.highlights:
        snippet.stylize("bold yellow", start, end)
    lines = Text(" ").join(snippet.split("\n"))
    console.out.print(Text("    ") + lines)
