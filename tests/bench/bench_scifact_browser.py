"""Does a search in the browser rank as well as on CPython? SciFact, through fossick.js.

Run: ``python tests/bench/bench_scifact_browser.py [--data FOLDER] [--embed]``, FOLDER in BEIR
layout (default: ``eval/scifact`` of the judged data that FOSSICK_DATA names). The documents go in
with vectors that native ONNX Runtime made of them, kept in build/eval-cache; the queries' vectors
are made by the model in the page. With ``--embed`` the page makes the documents' vectors too,
which takes minutes. Last comes whether the hybrid ranking is better than its legs by more than
chance. Exit code 1 if the keyword rankings are not the same.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import _corpus as corpus
import _harness as harness
import numpy as np
from numpy.typing import NDArray

from app.core.evaluation import (
    JudgedCollection,
    by_query,
    evaluate,
    load_beir,
    paired_randomisation,
)
from app.core.model import Mode
from app.engine import Collection, PlainChunk, SearchOptions
from app.host.onnx_embedder import OnnxEmbedder
from app.host.opening import counter
from app.storage.memory_store import MemoryStore

MODES: tuple[Mode, ...] = ("keyword", "vector", "hybrid")
DEPTH = 100
FIRST = 10

ADD = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const passages = await (await fetch(new URL("bench/passages.json", base))).json();
  const bytes = await (await fetch(new URL("bench/vectors.bin", base))).arrayBuffer();
  const rows = new Float32Array(bytes);
  const dim = rows.length / passages.length;
  const fossick = await Fossick.open({ collection: "judged", embedder: { device: "wasm" } });
  const { model } = fossick.info();
  const own = (at) => rows.length ? { model, vector: rows.slice(at * dim, (at + 1) * dim) } : {};
  const report = await fossick.add(
    passages.map((passage, at) => ({ ...passage, ...own(at) })));
  const began = performance.now();
  await fossick.upgraded();
  globalThis.fossick = fossick;
  const { runtime, threads } = fossick.info();
  return { report, models: (await fossick.stats()).models, runtime, threads,
    upgrading: (performance.now() - began) / 1000 };
"""

RANK = """
  const found = {};
  for (const [id, text] of Object.entries(given.queries)) {
    const { hits, notes } = await fossick.search(text, { k: given.depth, mode: given.mode });
    const isAsked = given.mode === "keyword" || hits.some(({ legs }) => legs.vector);
    if (!isAsked) throw new Error(notes[0] ?? `nothing is near ${text}`);
    found[id] = hits.map(({ documentId }) => documentId);
  }
  return found;
"""

Rankings = dict[str, list[str]]
Vectors = NDArray[np.float32]


async def native(
    passages: Sequence[corpus.TextPassage], vectors: Vectors, queries: Mapping[str, str]
) -> dict[str, Rankings]:
    """The first `DEPTH` documents of each query by mode, on CPython."""
    embedder = OnnxEmbedder()
    collection = await Collection.open(
        MemoryStore(), embedder=embedder, clock=time.perf_counter, count_tokens=counter()
    )
    model = embedder.info.model
    await collection.add(
        [
            PlainChunk(one.id, one.text, one.title, vector=row, model=model)
            for one, row in zip(passages, vectors, strict=True)
        ]
    )
    rankings: dict[str, Rankings] = {}
    for mode in MODES:
        options = SearchOptions(k=DEPTH, mode=mode)
        rankings[mode] = {
            query: [hit.document_id for hit in (await collection.search(text, options)).hits]
            for query, text in queries.items()
        }
    return rankings


def in_browser(files: Mapping[str, bytes], queries: Mapping[str, str]) -> dict[str, Any]:
    """The same in the page, and the report of adding."""
    with harness.measuring(files) as page:
        found: dict[str, Any] = harness.evaluate(page, ADD)
        found["rankings"] = {
            mode: harness.evaluate(page, RANK, {"queries": queries, "mode": mode, "depth": DEPTH})
            for mode in MODES
        }
    return found


def metrics(judged: JudgedCollection, rankings: Rankings) -> dict[str, float]:
    """Ranks are judged, not scores: equal scores keep the order in which they were shown."""
    return evaluate(run_of(rankings), judged.qrels)


def run_of(rankings: Rankings) -> dict[str, dict[str, float]]:
    """Falling scores for what was ranked."""
    return {
        query: {document: 1.0 / rank for rank, document in enumerate(documents, start=1)}
        for query, documents in rankings.items()
    }


def significance(judged: JudgedCollection, rankings: Mapping[str, Rankings]) -> dict[str, float]:
    """p-value of the difference of nDCG@10 between the hybrid ranking and each leg."""
    values = {
        mode: {
            query: measured["ndcg@10"]
            for query, measured in by_query(run_of(ranked), judged.qrels).items()
        }
        for mode, ranked in rankings.items()
    }
    legs = [mode for mode in MODES if mode != "hybrid"]
    return {mode: paired_randomisation(values["hybrid"], values[mode]) for mode in legs}


def same(one: Rankings, other: Rankings) -> int:
    """How many queries have the same first hits in the same order."""
    return sum(one[query][:FIRST] == other[query][:FIRST] for query in one)


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=harness.DATA / "eval" / "scifact")
    parser.add_argument("--documents", type=int, help="only the first so many")
    parser.add_argument("--embed", action="store_true", help="embed the documents in the page")
    options = parser.parse_args()
    if not (options.data / "corpus.jsonl").is_file():
        print(f"No judged collection in {options.data}; name its folder with --data.")
        return 0
    judged = load_beir(options.data)
    passages = corpus.judged_passages(judged)[: options.documents]
    vectors = corpus.native_vectors(passages, harness.ROOT / "build" / "eval-cache")
    files = harness.passages_files(passages, vectors[: 0 if options.embed else None])
    expected = asyncio.run(native(passages, vectors, judged.queries))
    found = in_browser(files, judged.queries)
    rows = []
    for mode in MODES:
        here, there = found["rankings"][mode], expected[mode]
        values = [metrics(judged, here)["ndcg@10"], metrics(judged, there)["ndcg@10"]]
        rows.append([mode, *(f"{value:.4f}" for value in values), same(here, there)])
    report = found["report"]
    print(f"{options.data.name}: {report['added']} documents, {len(judged.queries)} queries")
    print(f"Vectors of the documents {'from the page' if options.embed else 'given'}: ", end="")
    print(", ".join(f"{one['chunks']} of {one['model']}" for one in found["models"]), "\n")
    print(harness.table(["nDCG@10", "Browser", "CPython", f"same first {FIRST}"], rows))
    chances = significance(judged, found["rankings"])
    for mode, chance in chances.items():
        print(f"Hybrid beside {mode}: p = {chance:.5f}, paired randomisation, in the browser")
    kept = {"rows": rows, "report": report, "passages": len(passages), "p": chances}
    harness.keep("scifact", {**kept, **{k: found[k] for k in ("runtime", "threads", "upgrading")}})
    print(f"{found['runtime']}, {found['threads']} threads; upgraded in {found['upgrading']:.0f} s")
    identical = found["rankings"]["keyword"] == expected["keyword"]
    print(f"All {DEPTH} hits by words are {'the same' if identical else 'NOT the same'}.")
    return 0 if identical and not report["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
