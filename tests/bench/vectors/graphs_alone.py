"""What do the loops of graphs take by themselves, beside hnswlib compiled for this machine?

Run: ``python tests/bench/vectors/graphs_alone.py [--rows 1000,10000,100000] [--random]``, with the
data that FOSSICK_DATA names. Processor time of one thread: Fossick's loops in WebAssembly, run by
wasmtime over int8 codes, and those of hnswlib over float32, from PyPI, with the same parameters
(``pip install -e .[bench]``, which needs a compiler; left out where it is not installed).
The recall is that of the ten best of what is found, by float32, beside exact float32.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bench_vectors import Rows, chance, harness, nearest, vectors  # noqa: E402 (path set above)

from app.core.dense.codes import Coded, encode  # noqa: E402
from app.core.dense.graph import Graph  # noqa: E402
from app.core.dense.graph_options import PRESETS, GraphOptions  # noqa: E402
from app.core.dense.scan import unit_scales  # noqa: E402
from app.core.kernels import NumpyKernels  # noqa: E402
from tests.contract import kernels_hosts  # noqa: E402

try:
    import hnswlib
except ImportError:
    hnswlib = None

K = 10
Line = list[object]


def fossick(rows: Rows, queries: Rows, options: GraphOptions, wanted: list[set[int]]) -> Line:
    """Seconds of building, milliseconds of a query, megabytes and recall."""
    kernels, place = kernels_hosts.here().fresh()
    made = unit_scales(encode(rows, "int8"), NumpyKernels().vectors)
    codes = place(made.codes.reshape(-1)).reshape(made.codes.shape)
    coded = Coded("int8", made.dim, codes, place(made.scales))
    graph = Graph("cosine", options, kernels.vectors)
    begun = time.process_time()
    graph.extend(coded)
    built = time.process_time()
    found, _ = graph.search(coded, queries, options.ef_search)
    asked = time.process_time()
    hits = []
    for query, (near, _) in zip(queries, found, strict=True):
        hits.append(near[np.argsort(-(rows[near] @ query), kind="stable")[:K]].tolist())
    size = coded.nbytes + graph.nbytes
    return [built - begun, 1000 * (asked - built) / len(queries), size / 1e6, recall(hits, wanted)]


def native(rows: Rows, queries: Rows, options: GraphOptions, wanted: list[set[int]]) -> Line:
    """The same of hnswlib."""
    if hnswlib is None:
        return [""] * 4
    index = hnswlib.Index("cosine", rows.shape[1])
    index.init_index(len(rows), ef_construction=options.ef_construction, M=options.M)
    begun = time.process_time()
    index.add_items(rows, num_threads=1)
    built = time.process_time()
    index.set_ef(options.ef_search)
    hits, _ = index.knn_query(queries, K, num_threads=1)
    asked = time.process_time()
    size = index.index_file_size()
    times = [built - begun, 1000 * (asked - built) / len(queries)]
    return [*times, size / 1e6, recall(hits.tolist(), wanted)]


def recall(hits: list[list[int]], wanted: list[set[int]]) -> str:
    """Share of the nearest ten that are found."""
    pairs = zip(hits, wanted, strict=True)
    return f"{np.mean([len(other.intersection(one)) / K for one, other in pairs]):.4f}"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000,10000,100000")
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--random", action="store_true", help="vectors of chance")
    options = parser.parse_args()
    lines: list[list[Any]] = []
    for n in map(int, options.rows.split(",")):
        rows, queries = chance(n, options.queries) if options.random else vectors(n)
        queries = queries[np.random.default_rng(1).permutation(len(queries))[: options.queries]]
        wanted = nearest(rows, queries)
        for name, preset in PRESETS.items():
            both = [each(rows, queries, preset, wanted) for each in (fossick, native)]
            lines.append([f"{n:,}, {name}", *both[0], *both[1]])
            print(f"  {lines[-1]}", file=sys.stderr, flush=True)
    columns = ["build, s", "query, ms", "MB", "recall@10"]
    print(harness.table(["", *columns, *(f"hnswlib: {name}" for name in columns)], lines))


if __name__ == "__main__":
    main()
