"""Runs inside Pyodide for bench_vectors.py: an index of vectors, built and asked."""

from __future__ import annotations

import json
import time
from typing import Any

import js
import numpy as np
from numpy.typing import NDArray

from app.browser import ffi
from app.browser.kernels import browser_kernels
from app.core.dense.vector_index import VectorIndex

FIRST = 10
_made: dict[str, Any] = {}


def _rows(data: ffi.JsObject, dim: int) -> NDArray[np.float32]:
    return np.frombuffer(data.to_bytes(), np.float32).reshape(-1, dim)


def build(data: ffi.JsObject, dim: int, options: str) -> str:
    """Index the rows: milliseconds of adding and of the first search, and what is held."""
    rows = _rows(data, dim)
    kernels = browser_kernels(js.kernels)
    index = VectorIndex(dim, kernels=kernels.vectors, **json.loads(options))
    ids = [str(number) for number in range(len(rows))]
    begun = time.perf_counter()
    index.add_batch(ids, rows)
    added = time.perf_counter()
    index.search(rows[0], FIRST)
    _made.update(index=index, dim=dim)
    stats = index.stats()
    found = {
        "build_ms": 1000 * (added - begun),
        "first_ms": 1000 * (time.perf_counter() - added),
        "bytes": stats.bytes,
        "candidates": stats.candidates,
        "kernels": kernels.name,
    }
    return json.dumps(found)


def ask(data: ffi.JsObject, warm: int) -> str:
    """Rows found for each query, milliseconds of each, and of one of them all at once."""
    index, queries = _made["index"], _rows(data, _made["dim"])
    for query in queries[:warm]:
        index.search(query, FIRST)
    times, hits = [], []
    for query in queries:
        begun = time.perf_counter()
        found = index.search(query, FIRST)
        times.append(1000 * (time.perf_counter() - begun))
        hits.append([int(key) for key in found.ids])
    begun = time.perf_counter()
    index.search_batch(queries, FIRST)
    together = 1000 * (time.perf_counter() - begun) / len(queries)
    return json.dumps({"times": times, "hits": hits, "together_ms": together})
