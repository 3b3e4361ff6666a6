"""How fast, how small and how exact is Fossick's vector index beside others in a browser?

Run: ``python tests/bench/vectors/bench_vectors.py [--rows 100000] [--engines fossick,plain]``, with
the data that FOSSICK_DATA names, on a machine that does nothing else. The vectors are those that
the bundled model makes of SciFact's and CoSQA's documents, then copies of them with a little noise
until there are enough; the queries are the judged ones, asked in several rounds of which the
medians count. One Chromium, one engine after the other, each in a page and a worker of its own;
recall@10 is against exact float32. The other libraries are installed from package-lock.json here
into build/vector-peers.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _corpus as corpus  # noqa: E402 (path set above)
import _harness as harness  # noqa: E402
import numpy as np  # noqa: E402
from bench_kernels import packed  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from playwright.sync_api import BrowserContext, Error, Route, sync_playwright  # noqa: E402

from app.core.dense.graph_options import PRESETS  # noqa: E402
from app.core.evaluation import load_beir  # noqa: E402

FOLDER = harness.ROOT / "build" / "vector-peers"
COLLECTIONS = ("scifact", "cosqa_code")
NOISE = 0.01
"""Standard deviation of what is added to each dim of a copy; its cosine is about 0.98."""
WARM = 10

FOSSICK: dict[str, dict[str, object]] = {
    "fossick": {},
    "fossick-scan": {"recall": 1},
    "fossick-float32": {"dtype": "float32"},
    "fossick-int4": {"dtype": "int4", "keep_float32": True},
    "fossick-fast": {"graph": "fast"},
    "fossick-balanced-kept": {"graph": "balanced", "keep_float32": True},
    "fossick-high-recall-kept": {"graph": "high-recall", "keep_float32": True},
    "fossick-balanced": {"graph": "balanced"},
    "fossick-high-recall": {"graph": "high-recall"},
}
HNSWLIB = {
    "hnswlib": {"M": 16, "ef_construction": 200, "ef_search": 64},
    **{f"hnswlib-{name}": asdict(options) for name, options in PRESETS.items()},
}
OTHERS: dict[str, tuple[str, dict[str, object]]] = {
    "edgevec": ("edgevec", {"binary": False}),
    "edgevec-binary": ("edgevec", {"binary": True}),
    "pglite": ("pglite", {"graph": False}),
    "pglite-graph": ("pglite", {"graph": True}),
}
"""Peers that are measured in several ways: their worker, and what it is told."""
ASSETS = {
    "voy-search": ("voy_search_bg.wasm",),
    "edgevec": ("edgevec_bg.wasm",),
    "@electric-sql/pglite/dist": ("pglite.wasm", "pglite.data", "initdb.wasm"),
    "@electric-sql/pglite-pgvector/dist": ("vector.tar.gz",),
}
"""Files that workers fetch, by their folders."""
NAMES = {
    "fossick": "Fossick, signs then int8",
    "fossick-scan": "Fossick, int8, every row",
    "fossick-float32": "Fossick, float32, every row",
    "fossick-int4": "Fossick, signs, int4, float32",
    "fossick-fast": "Fossick, graph, fast",
    "fossick-balanced-kept": "Fossick, graph, balanced, float32",
    "fossick-high-recall-kept": "Fossick, graph, high-recall, float32",
    "fossick-balanced": "Fossick, graph, balanced",
    "fossick-high-recall": "Fossick, graph, high-recall",
    "plain": "A loop over Float32Array",
    "orama": "@orama/orama 3.1.18",
    **{
        name: "hnswlib-wasm 0.8.2, M {M}, ef {ef_construction}/{ef_search}".format(**options)
        for name, options in HNSWLIB.items()
    },
    "voy": "voy-search 0.6.3",
    "edgevec": "edgevec 0.9.0, graph",
    "edgevec-binary": "edgevec 0.9.0, graph of signs",
    "pglite": "PGlite 0.5.14 with pgvector, every row",
    "pglite-graph": "PGlite 0.5.14 with pgvector, HNSW",
}
PEERS = ("plain", "orama", "hnswlib", "voy", *OTHERS)
USUAL = ("fossick", "fossick-scan", "fossick-float32", "fossick-int4", "fossick-fast", *PEERS)

Rows = NDArray[np.float32]
Found = dict[str, Any]


def vectors(n: int) -> tuple[Rows, Rows]:
    """Rows (n, dim) and queries (q, dim), each of length 1."""
    cache = harness.ROOT / "build" / "eval-cache"
    documents, queries = [], []
    for name in COLLECTIONS:
        judged = load_beir(harness.DATA / "eval" / name)
        documents.append(corpus.native_vectors(corpus.judged_passages(judged), cache))
        queries.append(corpus.native_queries(list(judged.queries.values()), cache))
    own, chosen = np.concatenate(documents), np.random.default_rng(7)
    if n <= len(own):
        return own[:n], np.concatenate(queries)
    copies = own[chosen.integers(0, len(own), n - len(own))]
    copies = copies + chosen.standard_normal(copies.shape).astype(np.float32) * np.float32(NOISE)
    copies /= np.linalg.norm(copies, axis=1, keepdims=True)
    return np.concatenate([own, copies]), np.concatenate(queries)


def chance(n: int, n_queries: int, dim: int = 384) -> tuple[Rows, Rows]:
    """Rows and queries without any order in them, each of length 1."""
    both = np.random.default_rng(3).standard_normal((n + n_queries, dim), dtype=np.float32)
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    return both[:n], both[n:]


def nearest(rows: Rows, queries: Rows) -> list[set[int]]:
    """The ten nearest rows of each query, in float64."""
    wide = rows.astype(np.float64)
    scores = (-(wide @ query) for query in queries.astype(np.float64))
    return [set(np.argsort(each, kind="stable")[:10].tolist()) for each in scores]


def bundles(names: Sequence[str]) -> dict[str, bytes]:
    """A worker for each of the libraries."""
    if not names:
        return {}
    _install()
    out = FOLDER / "bundles"
    command = [str(harness.ROOT / "node_modules" / ".bin" / "esbuild")]
    command += [str(HERE / "peers" / f"{name}.js") for name in names]
    command += ["--bundle", "--format=esm", "--target=es2024", "--log-level=error"]
    command.append("--external:node:*")  # asked for by PGlite where it runs in Node
    environment = {**os.environ, "NODE_PATH": str(FOLDER / "node_modules")}
    subprocess.run([*command, f"--outdir={out}"], check=True, env=environment)
    made = {f"{name}.js": (out / f"{name}.js").read_bytes() for name in names}
    modules = FOLDER / "node_modules"
    for folder, files in ASSETS.items():
        made |= {file: (modules / folder / file).read_bytes() for file in files}
    return made


def _install() -> None:
    stamp = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    mark = FOLDER / "installed"
    if mark.is_file() and mark.read_text("utf-8") == stamp:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, FOLDER / name)
    if subprocess.run(["npm", "ci"], cwd=FOLDER, check=False).returncode:
        sys.exit("The libraries could not be installed; --engines fossick needs none of them.")
    mark.write_text(stamp, "utf-8")


def measure(context: BrowserContext, url: str, name: str, given: Mapping[str, Any]) -> Found:
    """What an engine's worker found; an `error` where it failed."""
    page = context.new_page()
    asked = {**given, "worker": f"{name}.js"}
    if name in FOSSICK:
        asked["worker"] = "fossick.worker.js"
        asked["build"] = {**given["build"], "options": FOSSICK[name]}
    if name in OTHERS:
        worker, told = OTHERS[name]
        asked["worker"] = f"{worker}.js"
        asked["build"] = {**given["build"], "options": told}
    if name in HNSWLIB:
        asked["worker"] = "hnswlib.js"
        asked["build"] = {**given["build"], "options": HNSWLIB[name]}
    body = 'const page = await import(new URL("bench/page.js", base)); return page.run(given);'
    try:
        page.goto(url + harness.BARE)
        found: Found = harness.evaluate(page, body, asked)
    except Error as error:
        lines = [line for line in error.message.splitlines() if "Error" in line]
        return {"error": (lines or error.message.splitlines())[0]}
    finally:
        page.close()
    return found


def _unguarded(route: Route, files: Mapping[str, bytes]) -> None:
    """hnswlib-wasm makes functions of strings, which the site's policy does not let it."""
    headers = {
        "content-type": "text/javascript",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
    }
    route.fulfill(body=files["hnswlib.js"], headers=headers)


def row(name: str, found: Found, wanted: Sequence[set[int]]) -> list[object]:
    """A line of the table."""
    if "error" in found:
        print(f"{name}: {found['error']}", file=sys.stderr)
        return [NAMES[name], *["failed"] * 6]
    pairs = zip(found["hits"], wanted, strict=True)
    recall = float(np.mean([len(other.intersection(one)) / 10 for one, other in pairs]))
    found["recall"] = recall
    rounds = found["rounds"]
    median = {
        share: float(np.median([np.percentile(each["times"], share) for each in rounds]))
        for share in (50, 99)
    }
    together = [each["together_ms"] for each in rounds if "together_ms" in each]
    return [
        NAMES[name],
        f"{(found['build_ms'] + found.get('first_ms', 0)) / 1000:.1f}",
        f"{found['bytes'] / 1e6:.0f}" if found.get("bytes") else "",
        f"{median[50]:.2f}",
        f"{median[99]:.2f}",
        f"{np.median(together):.2f}" if together else "",
        f"{recall:.4f}",
    ]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default=",".join(USUAL), help=f"of {', '.join(NAMES)}")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5, help="of asking all; fewer of slow ones")
    parser.add_argument("--random", action="store_true", help="vectors of chance")
    parser.add_argument("--limit", type=int, default=600, help="seconds that a step may take")
    options = parser.parse_args()
    engines = options.engines.split(",")
    if unknown := set(engines) - set(NAMES):
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    rows, queries = (
        chance(options.rows, options.queries) if options.random else vectors(options.rows)
    )
    queries = queries[np.random.default_rng(1).permutation(len(queries))[: options.queries]]
    wanted = nearest(rows, queries)
    workers = {**dict.fromkeys(HNSWLIB, "hnswlib"), **{name: OTHERS[name][0] for name in OTHERS}}
    peers = [workers.get(name, name) for name in engines if name not in FOSSICK]
    files = bundles(sorted(set(peers)))
    files["inside.zip"] = packed(HERE / "_inside.py")
    files |= {name: (HERE / name).read_bytes() for name in ("page.js", "fossick.worker.js")}
    files |= {"rows.bin": rows.tobytes(), "queries.bin": queries.tobytes()}
    lines, kept = [], {}
    with harness.site(files) as url, sync_playwright() as driver:
        print(harness.machine(driver), flush=True)
        dim = rows.shape[1]
        given = {
            "limit": 1000 * options.limit,
            "rounds": options.rounds,
            "build": {"url": f"{url}bench/rows.bin", "dim": dim},
            "ask": {"url": f"{url}bench/queries.bin", "dim": dim, "warm": WARM},
        }
        with harness.profile() as folder, harness.browsing(driver, folder) as context:
            context.route("**/bench/hnswlib.js", lambda route: _unguarded(route, files))
            for name in engines:
                load, began = os.getloadavg()[0], time.time()
                found = kept[name] = measure(context, url, name, given)
                found["load"] = load
                lines.append(row(name, found, wanted))
                took = f"{time.time() - began:.0f} s, load {load:.1f} at its start"
                print(f"  {name}: {took}", file=sys.stderr, flush=True)
    head = ["", "build, s", "MB", "p50, ms", "p99, ms", "together, ms", "recall@10"]
    print(f"\n{len(rows):,} rows of {dim} dims, {len(queries)} queries, the nearest ten\n")
    print(harness.table(head, lines))
    for found in kept.values():
        found.pop("hits", None)
    harness.keep("vectors" if engines == list(USUAL) else "vectors-part", kept)


if __name__ == "__main__":
    main()
