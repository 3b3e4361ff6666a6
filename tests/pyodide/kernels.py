"""The kernels of WebAssembly on Pyodide's own memory; only a browser can import this."""

from __future__ import annotations

from typing import Any

import js
import numpy as np

from app.browser.kernels import browser_kernels
from app.core.kernels import Kernels, NumpyKernels, PostingArrays
from tests.contract.kernels_suite import ALIKE, NOWHERE
from tests.pyodide import probes

STEP = 32 << 20


class OtherExports:
    """A module that was built from other sources."""

    def version(self) -> int:
        """Never ours."""
        return -1


def fallbacks() -> list[str]:
    """What runs without a module, with another, with one that lacks a function, with ours."""
    lacking = js.Object.fromEntries([["version", js.fossickKernels.version]])
    given = (None, js.eval("null"), OtherExports(), lacking, js.fossickKernels)
    return [browser_kernels(exports).name for exports in given]


def while_memory_grows() -> tuple[list[bool], int]:
    """Whether searches in old and new arrays were right after each growth; the bytes it grew."""
    ours, twin = browser_kernels(js.fossickKernels), NumpyKernels()
    first = segment(0)
    right = [equal(ours, twin, first)]
    before, held = size(), []
    while size() - before < 4 * STEP:
        held.append(np.ones(STEP, np.uint8))
        right += [equal(ours, twin, first), equal(ours, twin, segment(len(held)))]
    return right, size() - before


def size() -> int:
    """Bytes of the interpreter's memory."""
    import pyodide_js

    return int(pyodide_js._module.HEAP8.length)


def segment(seed: int) -> tuple[PostingArrays, Any, Any]:
    """Two long lists over 200,000 chunks, with norms."""
    chosen = np.random.default_rng(seed)
    parts = [np.flatnonzero(chosen.random(200_000) < share) for share in (0.5, 0.1)]
    ordinals = np.concatenate(parts).astype(np.uint32)
    counts = chosen.integers(1, 20, len(ordinals), np.uint8)
    edges = np.cumsum([0, *map(len, parts)]).astype(np.uint32)
    norms = chosen.random(200_000, np.float32) + np.float32(0.5)
    return PostingArrays(ordinals, counts, (NOWHERE,) * 3), edges, norms


def equal(ours: Kernels, twin: Kernels, given: tuple[PostingArrays, Any, Any]) -> bool:
    """Whether both find the same."""
    return found(ours, *given) == found(twin, *given)


def found(kernels: Kernels, postings: PostingArrays, edges: Any, norms: Any) -> Any:
    """The best hundred for both words, as one clause and as two."""
    weights, scores = np.float32([1, 0.5]), np.zeros(len(norms), np.float32)
    for offsets in (np.uint32([0, 2]), np.uint32([0, 1, 2])):
        lists = kernels.gather(postings, None, offsets, edges[:-1], edges[1:], weights, ALIKE)
        kernels.add_scores(lists, weights[: len(offsets) - 1], norms, scores)
    best = kernels.top_k(scores, None, 100)
    return probes.exact(best.ordinals), probes.exact(best.scores), best.matched
