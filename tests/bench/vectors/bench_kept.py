"""A million vectors under a name, float32 in OPFS: how fast are they opened and searched?

    python tests/bench/vectors/bench_kept.py [--rows 1000000] [--parts 20] [--prepare]

The vectors of bench_million.py, added on the desktop in as many calls and kept in build/bench-cache
(2 GB; `--prepare` does no more than that); the files are copied into OPFS and opened there. One
thread, recall@10 beside exact float32.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)
import numpy as np  # noqa: E402
from bench_kernels import packed  # noqa: E402
from bench_million import OWN, nearest, part, share  # noqa: E402
from bench_vectors import Found, Rows, vectors  # noqa: E402

from app.engine import Vectors  # noqa: E402
from app.host.disk_store import DirectoryStore  # noqa: E402
from app.storage import sections  # noqa: E402

NAME = "million"
RUNS = 5


async def prepared(folder: Path, n: int, parts: int, own: Rows, queries: Rows) -> None:
    """Write the index, the queries and their nearest ten."""
    kept = await Vectors.open(DirectoryStore(folder), NAME, dim=own.shape[1], keep_float32=True)
    best = [list[tuple[float, int]]() for _ in queries]
    first = 0
    for number in range(parts):
        rows = part(own, n // parts, number)
        await kept.add_batch([str(row) for row in range(first, first + len(rows))], rows)
        for held, more in zip(best, nearest(rows, queries, first), strict=True):
            held[:] = sorted(held + more)[:10]
        first += len(rows)
        print(f"{first:,} rows", file=sys.stderr, flush=True)
    wanted = np.array([[row for _, row in held] for held in best])
    np.savez(folder / "asked.npz", queries=queries, wanted=wanted)


def codes_of(folder: Path) -> list[str]:
    """The files that opening the index reads whole: slots and codes."""
    found = []
    for file in sorted(folder.glob("vec-*")):
        with file.open("rb") as opened:
            table = sections.read_table(opened.read(16_384), file.name)
        if "float32" not in table.sections:
            found.append(file.name)
    return found


def report(found: list[Found], wanted: list[list[int]]) -> None:
    """What came of it: medians over runs."""
    for name in ("load_ms", "first_ms", "bytes", "grown"):
        each = sorted(one[name] for one in found)
        print(f"{name}: {each[len(each) // 2]:,.0f}; {', '.join(f'{one:,.0f}' for one in each)}")
    plain = [sorted(one["plain"])[len(one["plain"]) // 2] for one in found]
    print(f"the same files read and nothing else: {', '.join(f'{one:.0f}' for one in plain)} ms")
    p50, p99 = np.percentile([one["times"] for one in found], [50, 99], axis=1)
    print(f"search: p50 {np.median(p50):.2f} ms ({', '.join(f'{one:.2f}' for one in p50)})")
    print(f"  p99 {np.median(p99):.2f} ms ({', '.join(f'{one:.2f}' for one in p99)})")
    print(f"  of that, the codes: {np.median([np.median(one['codes']) for one in found]):.2f} ms")
    rows = np.percentile(found[0]["rows"], [50, 99, 100])
    print(f"  rows of float32 read: {rows[0]:.0f}, p99 {rows[1]:.0f}, most {rows[2]:.0f}")
    print(f"  recall@10 {share(found[0]['hits'], wanted):.4f}")
    print(f"  by the codes alone {share(found[0]['by_codes'], wanted):.4f}")
    print(f"  {found[0]['plan']}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    folder = harness.CACHE / f"kept-{options.rows}-{options.parts}-{options.queries}"
    if not (folder / "asked.npz").is_file():
        own, queries = vectors(OWN)
        some = np.random.default_rng(1).permutation(len(queries))[: options.queries]
        asyncio.run(prepared(folder, options.rows, options.parts, own, queries[some]))
    if options.prepare:
        return
    asked = np.load(folder / "asked.npz")
    files: dict[str, bytes | Path] = {file.name: file for file in folder.glob("vec-*")}
    names = sorted(files)
    files |= {"inside.zip": packed(HERE / "_kept.py"), "queries.bin": asked["queries"].tobytes()}
    files |= {name: HERE / name for name in ("page.js", "kept.worker.js")}
    given = {
        "worker": "kept.worker.js",
        "limit": 240_000,
        "build": {"names": names, "read": codes_of(folder)},
        "ask": {"warm": 10},
    }
    body = 'const page = await import(new URL("bench/page.js", base)); return page.run(given);'
    found = []
    with harness.measuring(files) as page:
        for _ in range(options.runs):
            found.append(harness.evaluate(page, body, given))
            given["build"] = {**given["build"], "names": []}  # they are there now
    report(found, asked["wanted"].tolist())
    print(f"load of the machine {os.getloadavg()[0]:.1f} at the end")
    harness.keep("vectors-kept", [{**one, "hits": None, "by_codes": None} for one in found])


if __name__ == "__main__":
    main()
