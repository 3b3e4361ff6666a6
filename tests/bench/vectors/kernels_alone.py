"""What do the scans take by themselves, beside NumKong compiled for this machine?

Run: ``python tests/bench/vectors/kernels_alone.py [--rows 40000]``, with the data of FOSSICK_DATA,
by processor time of one thread, the median of several runs: Fossick's loops in WebAssembly, 128
bits at a time, run by wasmtime; NumKong's from PyPI (``pip install -e .[bench]``), native, with all
that the processor has, also by one query; and NumPy. What each gives is compared first.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bench_vectors import harness, vectors  # noqa: E402 (path set above)

from app.core.dense.codes import encode, query_codes  # noqa: E402
from app.core.kernels import NumpyKernels  # noqa: E402
from tests.contract import kernels_hosts  # noqa: E402

try:
    import numkong
except ImportError:
    numkong = None

RUNS = 15
Ways = dict[str, Callable[[], np.ndarray] | None]


def milliseconds(run: Callable[[], object]) -> float:
    """The median of the processor time of some runs."""
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        run()
        times.append(1000 * (time.process_time() - begun))
    return float(np.median(times))


def native(rows: np.ndarray, query: np.ndarray, metric: str, dtype: str | None) -> np.ndarray:
    """Of one query what NumKong says."""
    given = {"dtype": dtype} if dtype else {}
    return np.asarray(numkong.cdist(query, rows, metric, **given)).ravel()


def scans(n: int) -> dict[str, Ways]:
    """By scan, each way of it; all ways of one give the same."""
    rows, queries = vectors(n)
    kernels, place = kernels_hosts.here().fresh()
    ours, twin, query = kernels.vectors, NumpyKernels().vectors, queries[:1]
    coded, asked = encode(rows, "int8"), encode(query, "int8").codes
    codes = place(coded.codes.reshape(-1)).reshape(coded.codes.shape)
    ones, small = np.ones(n, np.float32), asked.astype(np.int16)
    signs = encode(rows, "binary").codes
    bits = place(signs.reshape(-1)).reshape(signs.shape)
    sign = encode(query, "binary").codes
    packed, padded = encode(rows, "int4").codes, query_codes(query[0], query.shape[1])[0][None]
    halves = place(packed.reshape(-1)).reshape(packed.shape)
    floats = place(rows.reshape(-1)).reshape(rows.shape)

    def beside(rows: np.ndarray, query: np.ndarray, metric: str, dtype: str | None = None):
        return (lambda: native(rows, query, metric, dtype)) if numkong else None

    return {
        "int8, products": {
            "Fossick": lambda: ours.int8(codes, ones, small)[0],
            "NumKong": beside(coded.codes, asked, "dot"),
            "NumPy": lambda: twin.int8(coded.codes, ones, small)[0],
        },
        "bits that differ": {
            "Fossick": lambda: ours.hamming(bits, sign).distances[0],
            "NumKong": beside(signs, sign, "hamming", "uint1"),
            "NumPy": lambda: twin.hamming(signs, sign).distances[0],
        },
        "int8, sizes of differences": {
            "Fossick": lambda: ours.int8_apart(codes, ones, query)[0],
            "NumKong": None,
            "NumPy": lambda: twin.int8_apart(coded.codes, ones, query)[0],
        },
        "int4, products": {
            "Fossick": lambda: ours.int4(halves, ones, padded)[0],
            "NumKong": None,
            "NumPy": lambda: twin.int4(packed, ones, padded)[0],
        },
        "int4, sizes of differences": {
            "Fossick": lambda: ours.int4_apart(halves, ones, query)[0],
            "NumKong": None,
            "NumPy": lambda: twin.int4_apart(packed, ones, query)[0],
        },
        "float32, products": {
            "Fossick": lambda: ours.float32(floats, query, "product")[0],
            "NumKong": beside(rows, query, "dot"),
            "NumPy": lambda: twin.float32(rows, query, "product")[0],
        },
        "float32, squares": {
            "Fossick": lambda: ours.float32(floats, query, "square")[0],
            "NumKong": beside(rows, query, "sqeuclidean"),
            "NumPy": lambda: twin.float32(rows, query, "square")[0],
        },
    }


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    lines = []
    for name, ways in scans(parser.parse_args().rows).items():
        expected = np.asarray(ways["NumPy"](), np.float64)
        for way, run in ways.items():
            if run and not np.allclose(run(), expected, rtol=1e-5, atol=1e-5):
                sys.exit(f"{way} gives something else for {name}.")
        lines.append([name, *(f"{milliseconds(run):.2f}" if run else "" for run in ways.values())])
    print(harness.table(["ms of processor time", "Fossick", "NumKong", "NumPy"], lines))


if __name__ == "__main__":
    main()
