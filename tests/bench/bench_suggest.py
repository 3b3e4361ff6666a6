"""How long do suggestions take at 100,000 chunks, on the desktop and in the browser?

Run: ``python tests/bench/bench_suggest.py [--chunks N] [--queries N] [--desktop]``, with the texts
that FOSSICK_DATA names. Stretches of one to four words are typed letter by letter, one in four of
them with two letters swapped; every letter is one call of `suggest`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import _harness as harness
import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "keyword"))

from _texts import Texts, chunks

from app.core.analysis.wordpiece import estimate_tokens
from app.engine import Collection, PlainChunk
from app.storage.memory_store import MemoryStore

WORD = re.compile(r"[^\W\d_]{2,}")
BATCH = 5000
PARTS = ("parse", "complete", "correct", "total")

ADD = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const { ids, texts } = await (await fetch(new URL("bench/texts.json", base))).json();
  globalThis.fossick = await Fossick.open({ collection: "suggest", embedder: "none" });
  for (let at = 0; at < ids.length; at += given.batch)
    await fossick.add(ids.slice(at, at + given.batch)
      .map((id, place) => ({ id, text: texts[at + place] })));
  return fossick.stats();
"""
TYPE = """
  const answers = [];
  for (const text of given.texts) {
    const begun = performance.now();
    const { timings } = await fossick.suggest(text);
    answers.push({ ...timings, page: performance.now() - begun });
  }
  return answers;
"""


def keystrokes(texts: Sequence[str], number: int) -> list[str]:
    """What stands in the box after each letter of some queries, the same at every run."""
    return list(_typed(texts, number, random.Random(20261121)))


def _typed(texts: Sequence[str], number: int, chance: random.Random) -> Iterator[str]:
    for turn in range(number):
        words: list[str] = []
        length = chance.randint(1, 4)
        while len(words) < length:
            words = WORD.findall(chance.choice(texts))
        start = chance.randrange(len(words) - length + 1)
        query = " ".join(words[start : start + length]).lower()
        if turn % 4 == 0 and len(query) > 4:
            at = chance.randrange(1, len(query) - 2)
            query = query[:at] + query[at + 1] + query[at] + query[at + 2 :]
        yield from (query[:end] for end in range(1, len(query) + 1))


async def desktop(texts: Texts, typed: Sequence[str]) -> dict[str, Any]:
    """Timings of every call on CPython, in processor time, and how many terms there are."""
    made = await Collection.open(
        MemoryStore(), embedder=None, clock=time.process_time, count_tokens=estimate_tokens
    )
    plain = [PlainChunk(*pair) for pair in zip(texts.ids, texts.texts, strict=True)]
    for at in range(0, len(plain), BATCH):
        await made.add(plain[at : at + BATCH])
    stats = await made.stats()
    answers = [dict((await made.suggest(text)).timings) for text in typed]
    return {"answers": answers, "terms": stats.terms, "segments": stats.segments}


def browser(texts: Texts, typed: Sequence[str]) -> dict[str, Any]:
    """The same through fossick.js in Chromium; "page" is what the caller waits."""
    data = {"ids": texts.ids, "texts": texts.texts}
    files = {"texts.json": json.dumps(data, ensure_ascii=False).encode()}
    with harness.measuring(files) as page:
        stats = harness.evaluate(page, ADD, {"batch": BATCH})
        answers = harness.evaluate(page, TYPE, {"texts": list(typed)})
    return {"answers": answers, "terms": stats["terms"], "segments": stats["segments"]}


def show(name: str, found: dict[str, Any]) -> list[object]:
    """A row: the first call, and percentiles of all others."""
    first, *others = found["answers"]
    parts = [part for part in (*PARTS, "page") if part in first]
    cells = []
    for part in parts:
        values = np.percentile([answer[part] for answer in others], (50, 95, 99))
        cells.append(" / ".join(f"{value:.1f}" for value in values))
    cells += [""] * (len(PARTS) + 1 - len(parts))
    return [name, found["terms"], found["segments"], first["total"], *cells]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--desktop", action="store_true", help="leave out the browser")
    options = parser.parse_args()
    texts = chunks(harness.DATA, options.chunks, harness.CACHE)
    typed = keystrokes(texts.texts, options.queries)
    found = {"CPython": asyncio.run(desktop(texts, typed))}
    if not options.desktop:
        found["Chromium"] = browser(texts, typed)
    print(f"{len(typed):,} letters, {len(texts.ids):,} chunks; ms, 50th / 95th / 99th percentile\n")
    head = ["", "forms", "segments", "first", *PARTS, "page"]
    print(harness.table(head, [show(name, each) for name, each in found.items()]))
    harness.keep("suggest", found)


if __name__ == "__main__":
    main()
