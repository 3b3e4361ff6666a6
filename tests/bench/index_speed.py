"""How long do 10,000 chunks take to index, part by part, and a query after that?

    python tests/bench/index_speed.py FOLDER_OR_ZIP... [--chunks 10000] [--embedder none]

Files are added in order of name until there are enough chunks; the index lies in a temporary
directory. Prints one row a part, and the median and 99th percentile of each part of a query.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.engine import BytesSource, Collection, EmbedderChain
from app.engine.context import place
from app.host.disk_store import DirectoryStore
from app.host.files import walk
from app.host.model_files import BUNDLED_MODEL
from app.host.opening import EMBEDDERS, counter, embedders

BATCH = 200
_WORD = re.compile(r"[^\W_]+")


def files(roots: list[Path]) -> Iterator[BytesSource]:
    """All files of folders and zip archives."""
    for root in roots:
        if root.suffix == ".zip":
            with zipfile.ZipFile(root) as archive:
                for name in sorted(archive.namelist()):
                    if not name.endswith("/"):
                        yield BytesSource(name, archive.read(name))
        else:
            for path in walk(root):
                yield BytesSource(str(path), path.read_bytes())


async def main() -> None:
    """Index, then search for stretches of the indexed text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="+", type=Path)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--embedder", choices=EMBEDDERS, default="none")
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    chain, _ = embedders(options.embedder, BUNDLED_MODEL)
    with tempfile.TemporaryDirectory() as folder:
        collection = await Collection.open(
            DirectoryStore(folder),
            embedder=EmbedderChain(chain),
            clock=time.perf_counter,
            count_tokens=counter(),
        )
        await index(collection, files(options.roots), options.chunks)
        await search(collection, options.queries)
        began = time.perf_counter()
        again = await Collection.open(
            DirectoryStore(folder),
            embedder=None,
            clock=time.perf_counter,
            count_tokens=counter(),
        )
        opened = time.perf_counter() - began
        await again.search("first", {"mode": "keyword"})
        print(f"open {opened:.3f} s, first hit {time.perf_counter() - began:.3f} s")


async def index(collection: Collection, sources: Iterator[BytesSource], chunks: int) -> None:
    """Add files in one call for each `BATCH` until there are enough chunks."""
    parts: dict[str, float] = {}
    seconds, documents, made, batch = 0.0, 0, 0, []
    for source in sources:
        batch.append(source)
        if len(batch) < BATCH:
            continue
        report = await collection.add(batch)
        batch = []
        seconds, made = seconds + report.seconds, made + report.chunks
        documents += report.added
        for name, value in report.timings.items():
            parts[name] = parts.get(name, 0.0) + value
        if made >= chunks:
            break
    stats = await collection.stats()
    size, rate = stats.bytes / 1e6, made / seconds
    print(f"{documents} files, {made} chunks, {stats.terms} terms, {stats.segments} segments")
    print(f"{size:.1f} MB, {seconds:.1f} s, {rate:.0f} chunks/s")
    for name, value in parts.items():
        print(f"  {name:<8} {value:7.2f} s")


async def search(collection: Collection, count: int) -> None:
    """Ask for a few words in a row from the middle of passages."""
    rng = np.random.default_rng(1)
    infos = await collection.documents()
    timings = []
    for _ in range(count):
        info = infos[int(rng.integers(len(infos)))]
        words = _WORD.findall((await collection.get(f"{info.id}#{info.chunks // 2}")).text)
        result = await collection.search(" ".join(words[:4]).lower())
        timings.append(result.timings)
        assert result.hits and place(result.hits[0].address) is not None
    print("a query, ms      p50      p99")
    for name in timings[0]:
        values = [timing[name] for timing in timings]
        print(f"  {name:<10} {np.percentile(values, 50):8.2f} {np.percentile(values, 99):8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
