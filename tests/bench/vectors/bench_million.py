"""How fast are a million vectors of a collection loaded and searched, and how near to reading?

    python tests/bench/vectors/bench_million.py [--rows 1000000] [--parts 20]

The vectors of bench_vectors.py in int8, in as many segments, written to OPFS and read from there as
the engine does it; then searches in one thread, recall@10 beside exact float32, and the kernels
beside a plain sum over the same bytes in the same memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)
import numpy as np  # noqa: E402
from bench_kernels import packed  # noqa: E402
from bench_vectors import NOISE, Found, Rows, vectors  # noqa: E402

from app.core.dense.flat import direction_codes  # noqa: E402
from tests.conftest import load_script  # noqa: E402

OWN = 11_450
DEEP = 40
"""Rows of each part by float32 among which the nearest ten are told by float64."""


def part(own: Rows, n: int, number: int) -> Rows:
    """A segment of copies of the vectors with a little noise; the first begins with themselves."""
    chosen = np.random.default_rng(number)
    rows = own[chosen.integers(0, len(own), n)]
    rows = rows + chosen.standard_normal(rows.shape, dtype=np.float32) * np.float32(NOISE)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    if number == 0:
        rows[: len(own)] = own[:n]
    return rows


def nearest(rows: Rows, queries: Rows, first: int) -> list[list[tuple[float, int]]]:
    """Of each query the ten nearest of these rows: minus the product, and the number."""
    scores = queries @ rows.T
    found = []
    for query, one in zip(queries.astype(np.float64), scores, strict=True):
        deep = np.argpartition(-one, min(DEEP, len(one) - 1))[:DEEP]
        exact = rows[deep].astype(np.float64) @ query
        found.append(sorted(zip((-exact).tolist(), (deep + first).tolist(), strict=True))[:10])
    return found


def summing() -> bytes:
    """The module of sum.c."""
    script = load_script("build_kernels")
    with tempfile.TemporaryDirectory() as folder:
        caches = {f"ZIG_{kind}_CACHE_DIR": f"{folder}/{kind}" for kind in ("LOCAL", "GLOBAL")}
        command = [sys.executable, "-m", "ziglang", "cc", *script.FLAGS, "-o", f"{folder}/sum.wasm"]
        subprocess.run([*command, "sum.c"], cwd=HERE, env=os.environ | caches, check=True)
        return Path(folder, "sum.wasm").read_bytes()


def share(found: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> float:
    """The part of what was wanted that was found."""
    pairs = zip(found, wanted, strict=True)
    return float(np.mean([len({*one} & {*other}) / len(other) for one, other in pairs]))


def report(found: Found, wanted: Sequence[Sequence[int]], n: int, dim: int) -> None:
    """What came of it, in lines."""
    p50, p99 = np.percentile(found["times"], [50, 99])
    print(f"search: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"  recall@10 {share(found['hits'], wanted):.4f}")
    print(f"  beside all codes {share(found['hits'], found['exact']):.4f}")
    counts = np.percentile(found["counts"], [50, 99])
    print(f"  candidates {counts[0]:,.0f}, p99 {counts[1]:,.0f}; {found['plan']}")
    plain = sorted(found["plain"])[len(found["plain"]) // 2]
    print(f"load: {found['load_ms']:.0f} ms, {found['reading_ms']:.0f} of it reading")
    print(f"  the same files read and nothing else {plain:.0f} ms")
    print(f"first search: {found['first_ms']:.0f} ms")
    print(f"resident: {found['bytes'] / 1e6:.0f} MB")
    for name, beside, size in (
        ("int8", "codes, plain sum", n * dim),
        ("hamming", "signs, plain sum", n * dim // 8),
    ):
        best, median = found[name]
        plain_best, plain_median = found[beside]
        print(
            f"{name}: best {best:.2f}, median {median:.2f} ms ({size / median / 1e6:.1f} GB/s);"
            f" plain sum {plain_best:.2f}, {plain_median:.2f} ms:"
            f" {plain_best / best:.0%} at best, {plain_median / median:.0%} of medians"
        )
    print(f"within: best {found['within'][0]:.2f}, median {found['within'][1]:.2f} ms")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    own, queries = vectors(OWN)
    queries = queries[np.random.default_rng(1).permutation(len(queries))[: options.queries]]
    files, wanted, first = {}, [list[tuple[float, int]]() for _ in queries], 0
    for number in range(options.parts):
        rows = part(own, options.rows // options.parts, number)
        files[f"part-{number}.bin"] = direction_codes(rows).tobytes()
        for best, more in zip(wanted, nearest(rows, queries, first), strict=True):
            best[:] = sorted(best + more)[:10]
        first += len(rows)
    files |= {"inside.zip": packed(HERE / "_million.py"), "queries.bin": queries.tobytes()}
    files |= {name: (HERE / name).read_bytes() for name in ("page.js", "million.worker.js")}
    files["sum.wasm"] = summing()
    with harness.measuring(files) as page:
        given = {
            "worker": "million.worker.js",
            "limit": 240_000,
            "build": {"parts": options.parts, "dim": own.shape[1]},
            "ask": {"warm": 10},
        }
        body = 'const page = await import(new URL("bench/page.js", base)); return page.run(given);'
        found = harness.evaluate(page, body, given)
    report(found, [[row for _, row in best] for best in wanted], first, own.shape[1])
    print(f"load of the machine {os.getloadavg()[0]:.1f} at the end")
    harness.keep("vectors-million", {**found, "hits": None, "exact": None})


if __name__ == "__main__":
    main()
