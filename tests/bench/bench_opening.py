"""How long does it take to open a large index, and to add one document to it?

Run: ``python tests/bench/bench_opening.py [--chunks 100000] [--runs 5]``. The index is made on
this machine once, of drawn words with the frequencies of real ones and of drawn vectors of 384
dims, each chunk a document of its own, which is the most that opening can have to do. It is then
opened here and, copied into the origin private file system, in Chromium; both are asked for their
first answers, take one more document, and lose a thousand. Times are medians in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Iterator, Mapping
from pathlib import Path
from typing import Any

import _harness as harness
import numpy as np
from playwright.sync_api import Playwright, sync_playwright

from app.engine import Collection, PlainChunk
from app.engine.committing import Rhythm
from app.host.disk_store import DirectoryStore

DIM = 384
WORDS = 100
VOCABULARY = 200_000
BATCH = 4000
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]

STEPS = (
    ("empty", "open an empty collection"),
    ("open", "open"),
    ("words", "first search, by words"),
    ("vectors", "first search, by vectors"),
    ("again", "second search, by vectors"),
    ("add", "add a document"),
    ("found", "find it"),
    ("stats", "count what there is"),
    ("remove", "remove 1,000 documents"),
    ("vacuum", "vacuum"),
)

COPY = """
  const root = await navigator.storage.getDirectory();
  const shelf = await root.getDirectoryHandle("fossick", { create: true });
  const folder = await shelf.getDirectoryHandle("large", { create: true });
  for (const name of given) {
    const body = (await fetch(new URL(`bench/${name}`, base))).body;
    const file = await folder.getFileHandle(name, { create: true });
    await body.pipeTo(await file.createWritable());
  }
"""

MEASURE = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const times = {};
  const timed = async (name, work) => {
    const begun = performance.now();
    const value = await work();
    times[name] = performance.now() - begun;
    return value;
  };
  const options = { embedder: "none", snapshot: true };
  const empty = await Fossick.open({ ...options, collection: "empty" });
  times.empty = empty.info().boot.open;
  await empty.close();
  const fossick = await Fossick.open({ ...options, collection: "large" });
  times.open = fossick.info().boot.open;
  const vector = new Float32Array(given.dim).fill(given.dim ** -0.5);
  const byVector = () => fossick.search("x", { mode: "vector", vector });
  await timed("words", () => fossick.search(given.few, { mode: "keyword" }));
  if ((await timed("vectors", byVector)).hits.length !== 10) throw new Error("no vectors");
  await timed("again", byVector);
  const id = `new-${performance.timeOrigin}`;
  await timed("add", () => fossick.add([{ id, text: `A zyzzyva sat on ${id}.` }]));
  const found = await timed("found", () => fossick.search("zyzzyva", { mode: "keyword" }));
  if (!found.hits.some((hit) => hit.id === id)) throw new Error("what was added is not found");
  const { bytes } = await timed("stats", () => fossick.stats());
  if (given.remove.length) {
    const gone = await timed("remove", () => fossick.remove(given.remove));
    if (gone !== given.remove.length) throw new Error(`${gone} were removed`);
    times.freed = (await timed("vacuum", () => fossick.vacuum())).bytes;
  }
  await fossick.close();
  return { ...times, bytes };
"""

Times = dict[str, float]


def words(number: int) -> list[str]:
    """Different words that can be spoken, the frequent ones short."""
    chance = np.random.default_rng(1)
    found: dict[str, None] = {}
    while len(found) < number:
        count = 1 + int(np.log10(1 + len(found)) / 1.2)
        found["".join(chance.choice(SYLLABLES, count + int(chance.integers(2))))] = None
    return list(found)


def few() -> str:
    """A query of three words that some chunks hold."""
    return " ".join(words(5000)[n] for n in (90, 900, 4500))


def passages(chunks: int) -> Iterator[list[PlainChunk]]:
    """Passages of drawn words and vectors, the same at every run, batch by batch."""
    chance = np.random.default_rng(2)
    vocabulary = np.array(words(VOCABULARY))
    shares = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
    for first in range(0, chunks, BATCH):
        count = min(BATCH, chunks - first)
        drawn = np.searchsorted(shares, chance.random((count, WORDS)) * shares[-1])
        rows = chance.normal(size=(count, DIM)).astype(np.float32)
        yield [
            PlainChunk(name(first + n), " ".join(vocabulary[drawn[n]]), "Drawn", rows[n])
            for n in range(count)
        ]


def name(number: int) -> str:
    """Id of a passage."""
    return f"drawn/{number // 1000}/passage-{number}"


async def opened(folder: Path) -> Collection:
    """The collection in a folder, committing in large groups."""
    return await Collection.open(
        DirectoryStore(folder),
        embedder=None,
        clock=time.perf_counter,
        count_tokens=len,
        rhythm=Rhythm(first_chunks=BATCH, smallest=BATCH, largest=BATCH),
    )


async def make(folder: Path, chunks: int) -> None:
    """The index in a folder."""
    collection = await opened(folder)
    for batch in passages(chunks):
        await collection.add(batch)
    await collection.settle()
    await collection.close()


async def here(index: Path, remove: list[str]) -> Times:
    """The times on this machine, over a copy of the index."""
    times: Times = {}

    async def timed(step: str, work: Awaitable[Any]) -> Any:
        begun = time.perf_counter()
        value = await work
        times[step] = 1000 * (time.perf_counter() - begun)
        return value

    with tempfile.TemporaryDirectory(dir=harness.CACHE) as folder:
        shutil.copytree(index, folder, dirs_exist_ok=True)
        collection = await timed("open", opened(Path(folder)))
        by_vector = {"mode": "vector", "vector": np.full(DIM, DIM**-0.5, np.float32)}
        await timed("words", collection.search(few(), {"mode": "keyword"}))
        await timed("vectors", collection.search("x", by_vector))
        await timed("again", collection.search("x", by_vector))
        await timed("add", collection.add([PlainChunk("new", "A zyzzyva sat on it.")]))
        await timed("found", collection.search("zyzzyva", {"mode": "keyword"}))
        await timed("stats", collection.stats())
        await timed("remove", collection.remove(remove))
        times["freed"] = (await timed("vacuum", collection.vacuum())).bytes
        await collection.close()
    return times


def browser(driver: Playwright, url: str, names: list[str], given: dict[str, Any]) -> list[Times]:
    """The times in a browser; what is removed is removed in the last run."""
    found: list[Times] = []
    runs = given.pop("runs")
    with harness.profile() as folder:
        with harness.browsing(driver, folder) as context:
            harness.evaluate(harness.open_bare(context, url), COPY, names)
        for run in range(runs):
            last = run == runs - 1
            with harness.browsing(driver, folder) as context:
                page = harness.open_bare(context, url)
                told = given if last else {**given, "remove": []}
                found.append(harness.evaluate(page, MEASURE, told))
            print(f"opened in {found[-1]['open']:.0f} ms", flush=True)
    return found


def show(found: Mapping[str, Any]) -> None:
    """The table of docs/performance.md."""
    print(f"\n{found['machine']}\n\n{found['chunks']:,} chunks, {found['bytes'] / 1e6:,.0f} MB\n")
    here_, there = (harness.medians(found[where]) for where in ("here", "browser"))
    rows = [
        [title, *(round(times[step]) if step in times else "" for times in (here_, there))]
        for step, title in STEPS
    ]
    print(harness.table(["ms", "CPython", "Chromium"], rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    index = harness.CACHE / f"opening-{options.chunks}"
    if not (index / "manifest-a").exists() or not asyncio.run(is_current(index)):
        shutil.rmtree(index, ignore_errors=True)
        asyncio.run(make(index, options.chunks))
    remove = [name(number) for number in range(0, min(options.chunks, 1000))]
    runs = [asyncio.run(here(index, remove)) for _ in range(options.runs)]
    files = {file.name: file.read_bytes() for file in index.iterdir()}
    given = {"dim": DIM, "few": few(), "remove": remove, "runs": options.runs}
    with harness.site(files) as url, sync_playwright() as driver:
        found = {
            "machine": harness.machine(driver),
            "chunks": options.chunks,
            "bytes": sum(map(len, files.values())),
            "here": runs,
            "browser": browser(driver, url, list(files), given),
        }
    show(found)
    harness.keep("opening", found)


async def is_current(index: Path) -> bool:
    """Whether an index can be opened by this program."""
    try:
        await (await opened(index)).close()
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main()
