"""How long do 10,000 chunks take to index in the browser, part by part, and a query after that?

Run: ``python tests/bench/bench_indexing.py [--chunks N] [--sample N] [--queries N]``, with the
judged data that FOSSICK_DATA names. Through fossick.js on the built site, in Chromium:

1. a folder of files, vectors by hashed words: read, parse, chunk, analyse, embed, write, merge;
2. files that make `--sample` chunks, vectors by the transformer on WASM;
3. the chunks of 1 as passages, with vectors that native ONNX Runtime made of them by the same
   model, then queries whose vectors the page's own model makes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import _corpus as corpus
import _harness as harness
import numpy as np
from playwright.sync_api import Page, Playwright, sync_playwright

INDEX_PARTS = ("read", "parse", "chunk", "analyse", "embed", "write", "merge")
QUERY_PARTS = ("parse", "embed", "keyword", "vector", "fuse", "fetch", "total", "page")

WARM = 20
"""Queries before those that are timed."""

INDEX_FILES = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: "files", embedder: given.embedder });
  while (fossick.info().state === "loading") await sleep(50);
  const report = await fossick.add(document.querySelector("input").files);
  const found = { report, stats: await fossick.stats(), info: fossick.info() };
  await fossick.close();
  return found;
"""

ADD_PASSAGES = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const passages = await (await fetch(new URL("bench/passages.json", base))).json();
  const rows = new Float32Array(
    await (await fetch(new URL("bench/vectors.bin", base))).arrayBuffer());
  const dim = rows.length / passages.length;
  const fossick = await Fossick.open({ collection: "passages", embedder: { device: "wasm" } });
  const { model } = fossick.info();
  const report = await fossick.add(passages.map((passage, at) =>
    ({ ...passage, model, vector: rows.slice(at * dim, (at + 1) * dim) })));
  while (fossick.info().state === "loading") await sleep(50);
  globalThis.fossick = fossick;
  return { report, stats: await fossick.stats(), info: fossick.info() };
"""

ASK = """
  const answers = [];
  for (const query of given.queries) {
    const begun = performance.now();
    const { timings, hits } = await fossick.search(query, given.options);
    answers.push({ timings: { ...timings, page: performance.now() - begun }, hits: hits.length });
  }
  return answers;
"""


def index_files(
    driver: Playwright, files: Sequence[corpus.TextFile], embedder: object
) -> dict[str, Any]:
    """Report, statistics and state after a folder was added in a fresh profile."""
    with (
        harness.site() as url,
        tempfile.TemporaryDirectory() as folder,
        harness.profile() as profile,
        harness.browsing(driver, profile) as context,
    ):
        corpus.write_files(files, Path(folder))
        page = harness.open_bare(context, url)
        page.locator("input").set_input_files(folder)
        found: dict[str, Any] = harness.evaluate(page, INDEX_FILES, {"embedder": embedder})
    return found


def ask(page: Page, queries: Sequence[str], options: dict[str, object]) -> dict[str, list[float]]:
    """50th, 95th and 99th percentile of each part, in milliseconds."""
    answers = harness.evaluate(page, ASK, {"queries": list(queries), "options": options})
    return {
        part: np.percentile([one["timings"][part] for one in answers], [50, 95, 99]).tolist()
        for part in QUERY_PARTS
    }


def search_passages(
    driver: Playwright, data: Mapping[str, bytes], texts: Sequence[str]
) -> dict[str, Any]:
    """Percentiles of each mode over passages whose vectors are given."""
    with (
        harness.site(data) as url,
        harness.profile() as profile,
        harness.browsing(driver, profile) as context,
    ):
        page = harness.open_bare(context, url)
        found: dict[str, Any] = harness.evaluate(page, ADD_PASSAGES)
        ask(page, texts[:WARM], {"mode": "hybrid"})
        found["hybrid"] = ask(page, texts[WARM:], {"mode": "hybrid"})
        found["keyword"] = ask(page, texts[WARM:], {"mode": "keyword"})
        found["typing"] = ask(page, texts[WARM:], {"mode": "keyword", "typing": True})
    return found


def main() -> None:
    """Measure and print the tables of docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=640)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    files, passages = corpus.text_files(harness.DATA, options.chunks)
    sample, _ = corpus.text_files(harness.DATA, options.sample)
    texts = corpus.queries(passages, WARM + options.queries)
    vectors = corpus.native_vectors(passages, harness.CACHE)
    data = harness.passages_files(passages, vectors)
    began = time.time()
    with sync_playwright() as driver:
        found = {
            "machine": harness.machine(driver),
            "files": len(files),
            "bytes": sum(len(file.data) for file in files),
            "hash": index_files(driver, files, "hash"),
            "transformer": index_files(driver, sample, {"device": "wasm"}),
            "passages": search_passages(driver, data, texts),
        }
    show(found)
    print(f"\nMeasured in {time.time() - began:.0f} s.")
    harness.keep("indexing", found)


def show(found: dict[str, Any]) -> None:
    """The tables."""
    print(f"{found['machine']}\n")
    runs = {
        "files, hashed words": found["hash"],
        "files, transformer": found["transformer"],
        "passages with vectors": found["passages"],
    }
    rows = [
        [
            name,
            run["report"]["chunks"],
            *(run["report"]["timings"][part] for part in INDEX_PARTS),
            run["report"]["seconds"],
            run["report"]["chunks"] / run["report"]["seconds"],
        ]
        for name, run in runs.items()
    ]
    print(f"Seconds to index, {found['files']} files of {found['bytes'] / 1e6:.1f} MB\n")
    print(harness.table(["", "chunks", *INDEX_PARTS, "in all", "chunks/s"], rows))
    passages = found["passages"]
    size = passages["stats"]["bytes"] / 1e6
    print(f"\nMilliseconds of a query over {passages['stats']['chunks']:,} chunks, {size:.0f} MB, ")
    print(f"{passages['stats']['segments']} segments; 50th / 95th / 99th percentile\n")
    rows = [
        [mode, *(" / ".join(f"{value:.1f}" for value in passages[mode][p]) for p in QUERY_PARTS)]
        for mode in ("hybrid", "keyword", "typing")
    ]
    print(harness.table(["", *QUERY_PARTS], rows))
    threads = passages["info"]["threads"]
    print(f"\nModel on {passages['info']['device']}, {threads} threads.")
    failed = [one for run in runs.values() for one in run["report"]["failed"]]
    if failed:
        print(f"Failed: {json.dumps(failed)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
