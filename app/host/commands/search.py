"""`search`: the best passages for a query, with their places and matches, and their facets."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from rich.cells import cell_len
from rich.text import Text

from app.core.lexical.snippet import cut
from app.core.model import Hit, Mode, QueryProblem, SearchResult, Sort, Suggestions
from app.engine import SearchOptions
from app.engine.context import place
from app.engine.options import FACETS
from app.errors import InputError
from app.host import console, explanation, opening

HELP = "search the index"

_COPIES = 5
"""Copies of a hit that are named."""

CONTEXT = 40
"""Characters of the query that are shown on either side of what is odd in it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("query", help="what to look for")
    parser.add_argument(
        "--from", type=Path, default=None, dest="exported", metavar="FILE",
        help="search a file that was exported, in place of the index",
    )  # fmt: skip
    parser.add_argument(
        "--file-passphrase-file", type=Path, default=None, metavar="PATH",
        help="passphrase of that file, if it is sealed: the first line of PATH",
    )  # fmt: skip
    parser.add_argument("-k", type=int, default=10, help="hits wanted (10)")
    parser.add_argument("--mode", choices=get_args(Mode), default="hybrid")
    parser.add_argument("--path", default="", help="only under this prefix, or matching this glob")
    parser.add_argument("--type", action="append", default=[], help="only this family of files")
    parser.add_argument(
        "--all-words", action="store_true", help="every word is needed; without it any is enough"
    )
    parser.add_argument("--sort", choices=get_args(Sort), default="relevance")
    parser.add_argument(
        "--order", choices=("asc", "desc"), default="", help="newest, A to Z, largest first"
    )
    parser.add_argument(
        "--facets", action="store_true", help="count the documents found by type, folder and so on"
    )
    parser.add_argument("--by-document", action="store_true", help="one passage a document")
    parser.add_argument(
        "--no-collapse", action="store_true", help="near-copies as hits of their own"
    )
    parser.add_argument(
        "--diversity", type=float, default=0.0, help="0 to 1: hits less like those before (0)"
    )
    parser.add_argument(
        "--rerank", type=Path, default=None, metavar="FOLDER",
        help="order the best hits anew by the cross-encoder in this folder",
    )  # fmt: skip
    parser.add_argument(
        "--explain", action="store_true", help="tell what the score of each hit is made of"
    )
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
        operator="all" if options.all_words else "any",
        sort=options.sort,
        order=options.order,
        facets=FACETS if options.facets else (),
        group_by_document=options.by_document,
        correct=not options.no_correct,
        collapse=not options.no_collapse,
        diversity=options.diversity,
        rerank=options.rerank is not None,
        explain=options.explain,
    )
    if options.file_passphrase_file is not None and options.exported is None:
        hint = "That of a sealed index is given with --passphrase-file."
        raise InputError("--file-passphrase-file needs --from FILE.", hint=hint)
    embedder = "none" if options.mode == "keyword" else options.embedder
    async with opening.collection(
        options.index,
        embedder=embedder,
        model=options.model,
        device=options.device,
        read_only=True,
        exported=options.exported,
        reranker=options.rerank,
        passphrase_file=options.passphrase_file,
        file_passphrase_file=options.file_passphrase_file,
    ) as (collection, notes):
        result = await collection.search(options.query, wanted)
        meant = await collection.suggest(options.query, limit=0)
    told = [f"{damage.message} {damage.hint}" for damage in result.damage]
    console.print_notes([*notes, *result.notes, *told, *_doubts(result, meant)])
    for problem in result.problems:
        _complain(options.query, problem)
    if options.json:
        console.print_json(result)
        return 0 if result.hits else 1
    for hit in result.hits:
        _show(hit)
        for line in explanation.lines(hit):
            console.out.print(Text(f"      {line}", style="dim"))
    if not result.hits:
        console.err.print("Nothing found.")
    _count(result)
    return 0 if result.hits else 1


def _doubts(result: SearchResult, meant: Suggestions) -> Iterator[str]:
    """What was searched for besides words that may be wrong, or else what may be meant."""
    for each in result.corrected:
        words = " or ".join(each.to)
        if each.known:
            yield f"“{each.from_}” is in few passages; searched for {words} as well."
        else:
            yield f"“{each.from_}” is in no passage; searched for {words}."
    if not result.corrected and meant.corrections:
        yield f"Did you mean {' or '.join(f'“{each.text.strip()}”' for each in meant.corrections)}?"


def _show(hit: Hit) -> None:
    legs = ", ".join(f"{name} {leg.rank}" for name, leg in hit.legs.items())
    where = ", ".join(part for part in (hit.path, place(hit.address)) if part)
    console.out.print(Text(f"{hit.rank:2}. {hit.title or hit.id}", style="bold"))
    console.out.print(Text(f"    {where}  [{legs}]", style="dim"))
    if hit.problem:
        console.out.print(Text(f"    {hit.problem}", style="red"))
        return
    shown = cut(hit.text, hit.highlights)
    snippet = Text(shown.text)
    for start, end in shown.highlights:
        snippet.stylize("bold yellow", start, end)
    lines = Text(" ").join(snippet.split("\n"))
    console.out.print(Text("    ") + lines)
    _show_copies(hit)


def _show_copies(hit: Hit) -> None:
    """Where else the same stands, or nearly the same."""
    lines = [f"same content: {path}" for path in hit.also_at]
    for copy in hit.near_copies:
        where = ", ".join(part for part in (copy.path, place(copy.address)) if part)
        lines += [f"near-copy: {each}" for each in (where, *copy.also_at)]
    for line in lines[:_COPIES]:
        console.out.print(Text(f"    {line}", style="dim"))
    if len(lines) > _COPIES:
        console.out.print(Text(f"    and {len(lines) - _COPIES:,} more copies", style="dim"))


def _count(result: SearchResult) -> None:
    """Each facet with its values, as the filters that narrow to them."""
    if not result.facets or not result.documents:
        return
    many = "documents match" if result.documents > 1 else "document matches"
    console.out.print(f"\n{result.documents:,} {many}. Put before the query, these narrow it down:")
    for facet, values in result.facets.items():
        if values:
            console.out.print()
            console.out.print(Text(facet.capitalize(), style="bold"))
        for value in values:
            console.out.print(Text(f"{value.count:8,}  ") + Text(value.filter, style="cyan"))
        if more := (result.more_facets or {}).get(facet):
            console.out.print(Text(f"          and {more:,} more", style="dim"))


def _complain(query: str, problem: QueryProblem) -> None:
    """What is odd about the query, with its place marked."""
    start = max(0, problem.start - CONTEXT)
    cut = "…" if start else ""
    shown = Text(f"  {cut}{query[start : problem.end + CONTEXT]}".replace("\n", " "))
    at = 2 + len(cut) + problem.start - start
    shown.stylize("bold red underline", at, at + problem.end - problem.start)
    console.err.print(shown)
    if not console.err.is_terminal:  # where no colour shows the place
        columns = sum(map(cell_len, shown.plain[:at])), cell_len(query[problem.start : problem.end])
        console.err.print(Text(" " * columns[0] + "^" * max(1, columns[1])))
    console.err.print(Text(f"  {problem.message} {problem.hint}", style="yellow"))
