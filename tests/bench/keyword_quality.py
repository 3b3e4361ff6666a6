"""How good is the keyword leg? Prints nDCG@10 and timings for judged collections.

Run: ``python tests/bench/keyword_quality.py [FOLDER] [NAME ...]``, FOLDER holding collections in
BEIR layout (the judged data in FOSSICK_DATA if none is named); a name such as
``cranfield:test_binary_all`` picks a split.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from app.core.analysis import Analyzer
from app.core.evaluation import JudgedCollection, evaluate, load_beir
from app.core.lexical import KeywordIndex, build_postings, parse

NAMES = [
    "scifact",
    "cranfield",
    "cranfield:test_binary_all",
    "cosqa_code",
    *(f"xquad/{language}" for language in ("en", "de", "es", "ru", "zh", "ar")),
]


def measure(collection: JudgedCollection) -> dict[str, float]:
    """Metrics of the whole leg as the engine runs it, and its times in seconds and ms."""
    analyzer = Analyzer()
    start = time.perf_counter()
    postings = build_postings(
        (analyzer.terms(document.title), (), analyzer.terms(document.text))
        for document in collection.documents
    )
    built = time.perf_counter() - start
    index = KeywordIndex([(postings, None)])
    run, times = {}, []
    for query_id, text in collection.queries.items():
        start = time.perf_counter()
        hits = index.search(parse(text, analyzer), 100)
        times.append(time.perf_counter() - start)
        ids = [collection.documents[ordinal].id for ordinal in hits.ordinals.tolist()]
        run[query_id] = dict(zip(ids, hits.scores.tolist(), strict=True))
    p50, p99 = np.percentile(np.array(times) * 1000, [50, 99])
    return {**evaluate(run, collection.qrels), "build_s": built, "p50_ms": p50, "p99_ms": p99}


def main() -> None:
    """Measure the collections named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    judged = Path(os.environ.get("FOSSICK_DATA", "../shared/data")) / "eval"
    parser.add_argument("folder", type=Path, nargs="?", default=judged)
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()
    columns = ("ndcg@10", "recall@100", "mrr@10", "map", "build_s", "p50_ms", "p99_ms")
    print(f"{'':26}" + "".join(f"{column:>12}" for column in columns))
    for name in options.names:
        folder, _, split = name.partition(":")
        result = measure(load_beir(options.folder / folder, split or "test"))
        print(f"{name:26}" + "".join(f"{result[column]:12.4f}" for column in columns), flush=True)


if __name__ == "__main__":
    main()
