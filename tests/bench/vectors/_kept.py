"""Runs inside Pyodide for bench_kept.py: an index with float32 in OPFS, opened and searched."""

from __future__ import annotations

import json
import time

import js
import numpy as np

from app.browser import ffi
from app.browser.kernels import browser_kernels
from app.browser.store import BrowserStore
from app.engine import Vectors
from app.storage import checksum

FIRST = 10
NAME = "million"
_made: dict[str, Vectors] = {}


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


async def load(files: ffi.JsObject) -> str:
    """Open the index: milliseconds of that and of the first search, and what is held."""
    both = browser_kernels(js.kernels)
    checksum.run_on(both)  # as an engine in the browser begins
    kernels = both.vectors
    before = js.memory.buffer.byteLength
    began = time.perf_counter()
    vectors = await Vectors.open(BrowserStore(files), NAME, kernels=kernels)
    loaded = _since(began)
    began = time.perf_counter()
    await vectors.search(np.eye(vectors.index.dim, dtype=np.float32)[0], FIRST)
    _made["vectors"] = vectors
    return json.dumps(
        {
            "load_ms": loaded,
            "first_ms": _since(began),
            "bytes": vectors.index.stats().bytes,
            "grown": js.memory.buffer.byteLength - before,
            "plan": str(vectors.index.finder.planner.plan),
        }
    )


async def ask(data: ffi.JsObject, warm: int) -> str:
    """Hits and milliseconds of each query, and of its two halves: codes, and float32."""
    vectors = _made["vectors"]
    index = vectors.index
    queries = np.frombuffer(data.to_bytes(), np.float32).reshape(-1, index.dim)
    for query in queries[:warm]:
        await vectors.search(query, FIRST)
    times, hits, codes, rows = [], [], [], []
    for query in queries:
        began = time.perf_counter()
        found = await vectors.search(query, FIRST)
        times.append(_since(began))
        hits.append([int(key) for key in found.ids])
    by_codes = []
    for query in queries:
        began = time.perf_counter()
        short = index.shortlist(query[np.newaxis], FIRST)
        codes.append(_since(began))
        rows.append(len(short.found[0].rows))
        by_codes.append([int(key) for key in index.search(query, FIRST).ids])
    answer = {"times": times, "hits": hits, "codes": codes, "rows": rows, "by_codes": by_codes}
    return json.dumps(answer)
