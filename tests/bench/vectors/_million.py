"""Runs inside Pyodide for bench_million.py: the vectors of a collection, loaded and searched."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import js
import numpy as np
from numpy.typing import NDArray

from app.browser import ffi
from app.browser.kernels import PythonMemory, browser_kernels
from app.browser.store import BrowserStore
from app.core.dense.codes import query_codes
from app.core.dense.flat import CodedVectors, FlatIndex, VectorBlock
from app.core.dense.plan import EVERYTHING

FIRST = 10
RUNS = 15
_kernels = browser_kernels(js.kernels).vectors
_made: dict[str, Any] = {}


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


async def load(files: ffi.JsObject, parts: int, dim: int) -> str:
    """Read all parts and make an index of them: milliseconds of that, and what is held."""
    store = BrowserStore(files)
    began = time.perf_counter()
    blocks, first, reading = [], 0, 0.0
    for number in range(parts):
        name = f"part-{number}"
        await store.read(name, 0, 64)  # as segments are opened: their heads first
        asked = time.perf_counter()
        data = await store.read(name, 0, await store.size(name))
        reading += _since(asked)
        codes = np.frombuffer(data, np.int8).reshape(-1, dim)
        ordinals = np.arange(first, first + len(codes))
        blocks.append(VectorBlock(CodedVectors(codes, _kernels), ordinals))
        first += len(codes)
    index = FlatIndex(blocks, _kernels)
    loaded = _since(began)
    began = time.perf_counter()
    index.search(np.eye(dim, dtype=np.float32)[0], FIRST)
    _made.update(index=index, blocks=blocks)
    held = [part for block in blocks for part in _arrays(block)]
    return json.dumps(
        {
            "reading_ms": reading,
            "load_ms": loaded,
            "first_ms": _since(began),
            "bytes": sum(part.nbytes for part in held),
            "plan": str(index.plan),
        }
    )


def _arrays(block: VectorBlock) -> list[NDArray[Any]]:
    coded = block.vectors.coded
    return [coded.codes, coded.scales, block.vectors.signs.bits, block.ordinals]


def _timed(run: Callable[[], object]) -> list[float]:
    """The best and the median of several runs, in milliseconds."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        times.append(_since(began))
    return [min(times), sorted(times)[RUNS // 2]]


def _sums(arrays: Sequence[NDArray[Any]]) -> Callable[[], None]:
    address = PythonMemory().address
    places = [(address(array), array.nbytes // 64 * 64) for array in arrays]

    def run() -> None:
        for at, size in places:
            js.sum(at, size)

    return run


def ask(data: ffi.JsObject, warm: int) -> str:
    """Hits and milliseconds of each query; kernels alone, beside plain sums of their bytes."""
    index, blocks = _made["index"], _made["blocks"]
    codes = [block.vectors.coded.codes for block in blocks]
    scales = [block.vectors.coded.scales for block in blocks]
    signs = [block.vectors.signs for block in blocks]
    bits = [each.bits for each in signs]
    dim = codes[0].shape[1]
    queries = np.frombuffer(data.to_bytes(), np.float32).reshape(-1, dim)
    for query in queries[:warm]:
        index.search(query, FIRST)
    times, hits = [], []
    for query in queries:
        began = time.perf_counter()
        ordinals, _ = index.search(query, FIRST)
        times.append(_since(began))
        hits.append(ordinals.tolist())
    asked = signs[0].of(queries[:1])
    values = query_codes(queries[0], dim)[0][np.newaxis]
    scanner = index._scanner
    exact = scanner.search(queries, FIRST, None, EVERYTHING)
    distances = _kernels.hamming(bits, asked).distances[0]
    found = {
        "times": times,
        "hits": hits,
        "exact": [each.rows.tolist() for each in exact],
        "counts": scanner.counts(queries, FIRST, None, index.plan),
        "codes, plain sum": _timed(_sums(codes)),
        "int8": _timed(lambda: _kernels.int8(codes, scales, values)),
        "signs, plain sum": _timed(_sums(bits)),
        "hamming": _timed(lambda: _kernels.hamming(bits, asked)),
        "within": _timed(lambda: _kernels.within(distances, 120)),
    }
    return json.dumps(found)
