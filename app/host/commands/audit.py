"""`audit`: how many of the nearest passages a search by meaning finds."""

from __future__ import annotations

import argparse

from app.engine import VectorAudit
from app.engine.auditing import SAMPLE
from app.host import console, opening

HELP = "measure what searches by meaning find"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N", help=f"passages to ask ({SAMPLE})"
    )
    parser.add_argument("-k", type=int, default=10, help="neighbours of each (10)")


async def run(options: argparse.Namespace) -> int:
    """0 when it was measured, 1 where there are no vectors."""
    async with opening.existing(options) as (collection, _):
        with console.progress_bar("Measuring") as tell:
            done = await collection.audit(sample=options.sample, k=options.k, on_progress=tell)
    if options.json:
        console.print_json(done)
    elif done.model is None:
        console.out.print("No passage has a vector: searches go by words alone.")
    else:
        _show(done)
    return 1 if done.model is None else 0


def _show(done: VectorAudit) -> None:
    said = f"{done.recall:.1%} of the nearest {done.k} ({done.low:.1%} to {done.high:.1%})"
    console.out.print(
        f"Searches by meaning find {said}, measured on {done.queries:,} of {done.vectors:,} "
        f"passages of {done.model} beside all their {done.reference} codes."
    )
    if done.candidates is None:
        console.out.print("Every vector is scored: nothing can be missed.")
        return
    more = f", more than before, when they found {done.before:.1%}"
    console.out.print(
        f"They score {done.candidates:,} candidates{more if done.recall > done.before else ''}."
    )
