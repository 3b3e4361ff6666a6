"""`eval`: how good the search is on a judged collection in the layout of BEIR."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np

from app.core.analysis.wordpiece import estimate_tokens
from app.core.evaluation import JudgedCollection, evaluate, load_beir
from app.core.model import Mode
from app.engine import Collection, EmbedderChain, PlainChunk, Progress, SearchOptions
from app.engine.progress import OnProgress
from app.host import console, opening
from app.host.vector_cache import CachedEmbedder
from app.storage.memory_store import MemoryStore

HELP = "measure retrieval quality on a BEIR folder"
DEPTH = 100
"""Documents that are judged for each query."""
SHOWN = 10
"""Hits that a person is shown: what is timed."""
NAMES = {
    "ndcg@10": "nDCG@10",
    "recall@10": "recall@10",
    "recall@100": "recall@100",
    "mrr@10": "MRR@10",
    "map": "MAP",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus.jsonl")
    parser.add_argument("--split", default="test")
    parser.add_argument("--mode", choices=get_args(Mode), default="hybrid")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/eval-cache"), help="where vectors are kept"
    )
    parser.add_argument("--no-cache", action="store_true", help="embed everything afresh")


async def run(options: argparse.Namespace) -> int:
    """0 with a measurement, 1 when no query has judgements."""
    judged = load_beir(options.data, options.split)
    name = "none" if options.mode == "keyword" else options.embedder
    found, notes = opening.embedders(name, options.model, options.device)
    cache = None if options.no_cache else options.cache
    embedders = [one if one.info.quick else CachedEmbedder(one, cache) for one in found]
    collection = await Collection.open(
        MemoryStore(),
        embedder=EmbedderChain(embedders),
        clock=time.perf_counter,
        count_tokens=estimate_tokens,
    )
    with console.progress_bar("Indexing") as tell:
        report = await collection.add(passages(judged), on_progress=tell)
        await collection.upgrade(on_progress=tell)
    for embedder in embedders:
        if isinstance(embedder, CachedEmbedder):
            embedder.save()
    with console.progress_bar("Searching") as tell:
        scores, _ = await searches(collection, judged, options.mode, DEPTH, tell)
    with console.progress_bar("Timing") as tell:
        _, latencies = await searches(collection, judged, options.mode, SHOWN, tell)
    metrics = evaluate(scores, judged.qrels)
    stats = await collection.stats()
    answer: dict[str, Any] = {
        "data": options.data.name,
        "split": options.split,
        "mode": options.mode,
        "embedder": stats.embedder,
        "documents": stats.documents,
        "queries": int(metrics["queries"]),
        **{label: round(metrics[key], 4) for key, label in NAMES.items()},
        "timings": {
            "index_seconds": report.seconds,
            "index": report.timings,
            "query_ms": latencies,
        },
        "failed": report.failed,
        "notes": [*notes, *report.notes],
    }
    console.print_notes(answer["notes"])
    if options.json:
        console.print_json(answer)
    else:
        show(answer)
    return 0 if answer["queries"] else 1


def passages(judged: JudgedCollection) -> list[PlainChunk]:
    """The documents, each one passage as it stands."""
    return [PlainChunk(doc.id, doc.text, title=doc.title) for doc in judged.documents]


async def searches(
    collection: Collection, judged: JudgedCollection, mode: Mode, k: int, tell: OnProgress
) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Scores of the first k documents for each query, and latencies in milliseconds.

    Ranks, not scores, are judged: equal scores keep the order in which they were shown. Each
    document is judged for itself, near-copies too.
    """
    options = SearchOptions(k=k, mode=mode, collapse=False)
    scores: dict[str, dict[str, float]] = {}
    timings: list[Mapping[str, float]] = []
    for number, (query, text) in enumerate(judged.queries.items(), start=1):
        result = await collection.search(text, options)
        scores[query] = {hit.document_id: 1.0 / hit.rank for hit in result.hits}
        timings.append(result.timings)
        tell(Progress("index", number, len(judged.queries), "queries"))
    return scores, percentiles(timings)


def percentiles(timings: list[Mapping[str, float]]) -> dict[str, Any]:
    """Median and 99th percentile of each part."""
    if not timings:
        return {}
    return {
        name: {
            "p50": round(float(np.percentile([t[name] for t in timings], 50)), 3),
            "p99": round(float(np.percentile([t[name] for t in timings], 99)), 3),
        }
        for name in timings[0]
    }


def show(answer: Mapping[str, Any]) -> None:
    """The measurement in lines."""
    console.out.print(
        f"{answer['data']} ({answer['split']}), {answer['mode']}, "
        f"embedder {answer['embedder'] or 'none'}: "
        f"{answer['documents']} documents, {answer['queries']} queries"
    )
    for label in NAMES.values():
        console.out.print(f"  {label:<11} {answer[label]:.4f}")
    timings = answer["timings"]
    console.out.print(f"  indexing    {timings['index_seconds']:.1f} s")
    if "total" in timings["query_ms"]:
        total = timings["query_ms"]["total"]
        console.out.print(f"  a query     {total['p50']:.1f} ms p50, {total['p99']:.1f} ms p99")
