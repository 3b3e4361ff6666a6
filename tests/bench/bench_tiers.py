"""How soon are 10,000 chunks found by words and by meaning, and how does the rest arrive?

Run: ``python tests/bench/bench_tiers.py [--chunks N] [--seconds N]``, with the judged data that
FOSSICK_DATA names. Through fossick.js on the built site, in Chromium: a folder of files is added,
and searched as soon as that is done; the transformer on WASM works for so many seconds, while a
query a second is asked; the browser is killed, and started again.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import _corpus as corpus
import _harness as harness
import numpy as np
from playwright.sync_api import sync_playwright

ADD = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: "tiers" });
  globalThis.fossick = fossick;
  const chosen = performance.now();
  const report = await fossick.add(document.querySelector("input").files);
  const { models, bytes } = await fossick.stats();
  const first = performance.now();
  const found = await fossick.search(given.query, { waitForModel: false });
  return { report, models, bytes, hits: found.hits.length, legs: Object.keys(found.hits[0].legs),
    added: (first - chosen) / 1000, first: performance.now() - first };
"""

WATCH = """
  const { fossick } = globalThis;
  const began = performance.now();
  const asked = [];
  while (performance.now() - began < given.seconds * 1000) {
    const before = performance.now();
    const { hits } = await fossick.search(given.queries[asked.length % given.queries.length]);
    asked.push({ took: performance.now() - before, hits: hits.length });
    await sleep(1000);
  }
  const { models } = await fossick.stats();
  return { asked, models, seconds: (performance.now() - began) / 1000, info: fossick.info() };
"""

AGAIN = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: "tiers" });
  const { models } = await fossick.stats();
  const before = performance.now();
  while (!fossick.info().upgrade && performance.now() - before < 60_000) await sleep(20);
  return { models, after: (performance.now() - before) / 1000, upgrade: fossick.info().upgrade };
"""


def main() -> None:
    """Measure and print the part of docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    files, passages = corpus.text_files(harness.DATA, options.chunks)
    queries = corpus.queries(passages, 50)
    found: dict[str, Any] = {}
    with (
        sync_playwright() as driver,
        harness.site() as url,
        tempfile.TemporaryDirectory() as folder,
        harness.profile() as profile,
    ):
        print(harness.machine(driver))
        corpus.write_files(files, Path(folder))
        with harness.browsing(driver, profile) as context:
            page = harness.open_bare(context, url)
            page.locator("input").set_input_files(folder)
            found["add"] = harness.evaluate(page, ADD, {"query": queries[0]})
            asked = {"seconds": options.seconds, "queries": queries[1:]}
            found["watch"] = harness.evaluate(page, WATCH, asked)
        with harness.browsing(driver, profile) as context:
            found["again"] = harness.evaluate(harness.open_bare(context, url), AGAIN)
    show(found)
    harness.keep("tiers", found)


def show(found: dict[str, Any]) -> None:
    """What came of it."""
    add, watch, again = found["add"], found["watch"], found["again"]
    parts = ", ".join(f"{part} {took:.1f}" for part, took in add["report"]["timings"].items())
    print(f"{add['report']['chunks']:,} chunks added in {add['added']:.1f} s ({parts})")
    print(f"models {counted(add)}; the first search took {add['first']:.0f} ms, legs {add['legs']}")
    took = np.percentile([each["took"] for each in watch["asked"]], [50, 95])
    print(f"after {watch['seconds']:.0f} s: models {counted(watch)}, on {watch['info']['device']}")
    print(f"{len(watch['asked'])} queries meanwhile: p50 {took[0]:.0f} ms, p95 {took[1]:.0f} ms")
    print(f"fewest hits of one: {min(each['hits'] for each in watch['asked'])}")
    print(f"after a new start: models {counted(again)}; goes on after {again['after']:.1f} s")


def counted(run: dict[str, Any]) -> str:
    """Passages by model."""
    return ", ".join(f"{each['model']} {each['chunks']:,}" for each in run["models"])


if __name__ == "__main__":
    main()
