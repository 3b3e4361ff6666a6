"""Runs inside Pyodide for bench_kernels.py: each kernel on made-up segments, C beside NumPy."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import js
import numpy as np
from numpy.typing import NDArray

from app.browser.kernels import browser_kernels
from app.core.kernels import Gathered, Kernels, NumpyKernels, PostingArrays

CLAUSES = ((0.2,), (0.05, 0.01), (0.02, 0.01, 0.005), (0.001,))
"""For each word of the query, the shares of chunks that its forms stand in."""
COMMON, RARE = 0.2, 0.05
ATLEAST = 0.3
BYTES = 96
"""Of content a chunk, for checksums; beside them it is zlib's that is measured, not NumPy's."""
FIELDS = np.float32([1, 1.5, 2, 0.5])


def measure(n: int) -> str:
    """JSON: for each kernel, milliseconds in WebAssembly and in NumPy over n chunks."""
    ours, twin = browser_kernels(js.kernels), NumpyKernels()
    if ours.name != "wasm":
        raise RuntimeError("there are no kernels of WebAssembly here")
    return json.dumps(
        {name: [milliseconds(work, kernels) for kernels in (ours, twin)] for name, work in cases(n)}
    )


def milliseconds(work: Callable[[Kernels], Any], kernels: Kernels) -> float:
    """The median of at least five calls that take a third of a second together."""
    work(kernels)
    times: list[float] = []
    while len(times) < 5 or sum(times) < ATLEAST:
        begun = time.perf_counter()
        work(kernels)
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def cases(n: int) -> list[tuple[str, Callable[[Kernels], Any]]]:
    """Names of what is measured, and the call."""
    chosen = np.random.default_rng(7)
    shares = [share for clause in CLAUSES for share in clause]
    postings, edges = segment(chosen, n, [*shares, COMMON, RARE])
    lists = edges[: len(shares)], edges[1 : len(shares) + 1]
    offsets = np.cumsum([0, *map(len, CLAUSES)]).astype(np.uint32)
    weights = np.linspace(1, 0.5, len(shares), dtype=np.float32)
    live = (chosen.random(n) > 0.01).astype(np.uint8)
    factors, norms = np.float32([1, 2, 3, 5]), chosen.random(n, np.float32) + np.float32(0.5)

    def gather(kernels: Kernels, live: Any = None) -> Gathered:
        return kernels.gather(postings, live, offsets, *lists, weights, FIELDS)

    found, scores = gather(NumpyKernels()), np.zeros(n, np.float32)
    NumpyKernels().add_scores(found, factors, norms, scores)
    common, rare = edges[-3:-1].tolist(), edges[-2:].tolist()
    streams = [stream(chosen, postings, *word) for word in (common, rare)]
    words = [
        NumpyKernels().positions(data, postings, *word, 0, None)
        for data, word in zip(streams, (common, rare), strict=True)
    ]
    content = chosen.integers(0, 256, n * BYTES, np.uint8)
    few = np.zeros(n, np.uint8)
    few[postings.ordinals[rare[0] : rare[1] : 50]] = 1
    return [
        ("gather", gather),
        ("gather, some deleted", lambda kernels: gather(kernels, live)),
        ("add_scores", lambda kernels: kernels.add_scores(found, factors, norms, scores.copy())),
        ("top_k, 10", lambda kernels: kernels.top_k(scores, None, 10)),
        ("top_k, 1,000, masked", lambda kernels: kernels.top_k(scores, live, 1000)),
        ("positions", lambda kernels: kernels.positions(streams[0], postings, *common, 0, None)),
        (
            "positions, 1 in 200",
            lambda kernels: kernels.positions(streams[0], postings, *common, 0, few),
        ),
        ("near, phrase", lambda kernels: kernels.near(words, 0, True)),
        ("near, any order", lambda kernels: kernels.near(words, 8, False)),
        (f"crc32, {BYTES} bytes a chunk", lambda kernels: kernels.crc32(content)),
    ]


def segment(
    chosen: np.random.Generator, n: int, shares: list[float]
) -> tuple[PostingArrays, NDArray[np.uint32]]:
    """Posting lists in these shares of n chunks; one posting in twenty is in each other field."""
    parts = [np.flatnonzero(chosen.random(n) < share).astype(np.uint32) for share in shares]
    ordinals = np.concatenate(parts)
    counts = np.minimum(chosen.geometric(0.5, len(ordinals)), 255).astype(np.uint8)
    sparse = []
    for _ in range(3):
        places = np.flatnonzero(chosen.random(len(ordinals)) < 0.05).astype(np.uint32)
        sparse.append((places, np.ones(len(places), np.uint8)))
    edges = np.cumsum([0, *map(len, parts)]).astype(np.uint32)
    return PostingArrays(ordinals, counts, (sparse[0], sparse[1], sparse[2])), edges


def stream(
    chosen: np.random.Generator, postings: PostingArrays, start: int, end: int
) -> NDArray[np.uint8]:
    """Positions of one list, all in one byte, as in chunks of a hundred words."""
    return chosen.integers(1, 60, int(postings.counts[start:end].sum(dtype=np.int64)), np.uint8)
