"""What does it cost in quality to store vectors in fewer bytes, and to look at their signs first?

Run: ``python tests/bench/vector_quality.py [COLLECTION...]``, in BEIR layout, by default
SciFact and CoSQA of the judged data that FOSSICK_DATA names. Vectors of the bundled model by native
ONNX Runtime, kept in build/eval-cache; `VectorIndex` over them, asked with the judged queries.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import _corpus as corpus
import _harness as harness
import numpy as np

from app.core.dense.vector_index import Neighbours, VectorIndex
from app.core.evaluation import JudgedCollection, evaluate, load_beir

WAYS: dict[str, dict[str, Any]] = {
    "float32, every row": {"dtype": "float32"},
    "int8, every row": {"recall": 1},
    "signs, int8": {},
    "signs, int8, float32": {"keep_float32": True},
    "int4, every row": {"dtype": "int4", "recall": 1},
    "signs, int4, float32": {"dtype": "int4", "keep_float32": True},
    "binary": {"dtype": "binary"},
}
DEPTH = 10


def ndcg(judged: JudgedCollection, found: list[Neighbours]) -> float:
    """nDCG@10; ranks are judged."""
    run = {
        query: {key: 1 / rank for rank, key in enumerate(one.ids, start=1)}
        for query, one in zip(judged.queries, found, strict=True)
    }
    return evaluate(run, judged.qrels)["ndcg@10"]


def measure(folder: Path) -> list[list[object]]:
    """A line for each way."""
    cache = harness.ROOT / "build" / "eval-cache"
    judged = load_beir(folder)
    rows = corpus.native_vectors(corpus.judged_passages(judged), cache)
    queries = corpus.native_queries(list(judged.queries.values()), cache)
    lines, exact = [], None
    for name, options in WAYS.items():
        index = VectorIndex(rows.shape[1], **options)
        index.add_batch([document.id for document in judged.documents], rows)
        found = index.search_batch(queries, DEPTH)
        exact = exact or found
        pairs = zip(found, exact, strict=True)
        recall = np.mean([len(set(one.ids) & set(other.ids)) / DEPTH for one, other in pairs])
        stats = index.stats()
        lines.append(
            [
                name,
                f"{ndcg(judged, found):.4f}",
                f"{recall:.4f}",
                f"{stats.bytes / len(rows):.0f}",
                stats.candidates or "all",
            ]
        )
    return lines


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    own = [harness.DATA / "eval" / name for name in ("scifact", "cosqa_code")]
    parser.add_argument("collections", nargs="*", type=Path, default=own)
    for folder in parser.parse_args().collections:
        lines = measure(folder)
        print(f"\n{folder.name}\n")
        print(harness.table(["", "nDCG@10", "recall@10", "bytes", "scored"], lines))


if __name__ == "__main__":
    main()
