"""What do facets, orders and filters cost at 100,000 chunks, each of which matches?

    python tests/bench/facets_speed.py [--chunks 100000] [--per-document 1] [--rounds 100]

Documents lie in 2,000 folders, are by 1,000 authors, of 25 years, 3 kinds and 2 languages; all of
them hold the word that is asked for. Prints milliseconds of processor time: those of the first
search, the median, and the 99th percentile.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from app.core.analysis.wordpiece import estimate_tokens
from app.engine import BytesSource, Collection
from app.storage.memory_store import MemoryStore

WORDS = [f"word{n}" for n in range(5000)]
FILTERS = [
    "type:markdown",
    "dir:/top3/sub4",
    "author:7",
    "date:2020",
    "size:>200",
    "path:sub7/leaf",
]
TONGUES = (
    "the gold of the river is what we have found and it was there for all of us",
    "das Gold in dem Fluss ist das was wir gefunden haben und es war nicht nur für uns",
)


def document(number: int, chunks: int, chance: random.Random) -> BytesSource:
    """A file of about so many chunks."""
    kind = chance.choice(("md", "txt", "py"))
    author = f"---\nauthor: Author {chance.randrange(1000)}\n---\n" if kind == "md" else ""
    text = " ".join(
        f"{chance.choice(TONGUES)}. {' '.join(chance.choices(WORDS, k=20))}." for _ in range(3)
    )
    body = "\n\n".join([text] * chunks) if chunks > 1 else text[:300]
    folder = f"top{chance.randrange(20)}/sub{chance.randrange(10)}/leaf{chance.randrange(10)}"
    day = datetime(chance.randrange(2000, 2025), 6, 1).timestamp()
    return BytesSource(
        f"{folder}/File {number}.{kind}", f"{author}{body} {number}".encode(), modified=day
    )


def row(name: str, values: list[float]) -> None:
    """One line of the table."""
    median, worst = np.percentile(values, (50, 99))
    print(f"{name:44} {values[0]:9.2f} {median:9.2f} {worst:9.2f}")


async def main() -> None:
    """Index, then search with and without each of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--per-document", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    chance = random.Random(1)
    library = await Collection.open(
        MemoryStore(), embedder=None, clock=time.process_time, count_tokens=estimate_tokens
    )
    n_files = 0
    while (await library.stats()).chunks < options.chunks:
        batch = range(n_files, n_files + 5000)
        await library.add([document(n, options.per_document, chance) for n in batch])
        n_files += 5000
    stats = await library.stats()
    print(f"{stats.documents:,} documents, {stats.chunks:,} chunks, {stats.segments} segments\n")
    print(f"{'milliseconds':44} {'first':>9} {'p50':>9} {'p99':>9}")

    async def timed(query: str, part: str, **more: Any) -> list[float]:
        found: list[Mapping[str, float]] = []
        for _ in range(options.rounds):
            result = await library.search(query, {"mode": "keyword", **more})
            found.append(result.timings)
        return [each[part] for each in found]

    row("gold: in all", await timed("gold ", "total"))
    row("gold, facets: in all", await timed("gold ", "total", facets=True))
    row("gold: keyword", await timed("gold ", "keyword"))
    row("gold, facets: keyword", await timed("gold ", "keyword", facets=True))
    row("gold, facets: facets", await timed("gold ", "facets", facets=True))
    row("gold river, facets: facets", await timed("river ", "facets", facets=True))
    for sort in ("date", "name", "size"):
        more = {"sort": sort, "groupBy": "document"}
        row(f"gold by {sort}: in all", await timed("gold ", "total", **more))
    for wanted in FILTERS:
        row(f"gold {wanted}: keyword", await timed(f"gold {wanted}", "keyword"))


asyncio.run(main())
