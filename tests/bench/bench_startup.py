"""How long does a start take, step by step: cold, warm, warm from the image, as a returning user?

Run: ``python tests/bench/bench_startup.py [--runs 5] [--chunks 10000]``, with the judged data that
FOSSICK_DATA names for the last one. Medians; each start is one of a new browser process:

- plain: a worker that loads Pyodide and imports NumPy and nothing else, for comparison;
- cold: a fresh profile;
- warm: the profile used before, so the browser's caches are filled, without the image;
- image: the same with the image of the interpreter that an earlier start kept;
- returning: image, the service worker's copy of the site, and an index of 10,000 chunks with
  vectors; here the first answers are timed as well, by words and by words and meaning.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _corpus as corpus
import _harness as harness
from playwright.sync_api import Playwright, sync_playwright

STEPS = ("fetch", "pyodide", "unpack", "snapshot", "numpy", "app", "open")

PLAIN_WORKER = b"""
const begun = performance.now();
const { loadPyodide } = await import("../static/vendor/pyodide/pyodide.mjs");
const indexURL = new URL("../static/vendor/pyodide/", import.meta.url).href;
const pyodide = await loadPyodide({ indexURL, packageBaseUrl: indexURL });
const interpreter = performance.now();
await pyodide.loadPackage("numpy", { messageCallback: () => {} });
pyodide.runPython("import numpy");
const now = performance.now();
postMessage({ pyodide: interpreter - begun, numpy: now - interpreter });
"""

PLAIN = """
  const begun = performance.now();
  const worker = new Worker(new URL("bench/plain.worker.js", base), { type: "module" });
  const steps = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
  return { ...steps, page: performance.now() - begun };
"""

OPEN = """
  const begun = performance.now();
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: given.collection });
  const page = performance.now() - begun;
  const { boot, start } = fossick.info();
  const times = { ...boot, page };
  if (given.query) {
    const found = await fossick.search(given.query, { mode: "keyword" });
    times.words = performance.now() - begun;
    const both = await fossick.search(given.query);
    times.hybrid = performance.now() - begun;
    if (!found.hits.length || !both.hits[0].legs.vector) throw new Error("nothing was found");
  }
  while (fossick.info().state === "loading") await sleep(10);
  times.model = performance.now() - begun;
  return { start, times };
"""

KEPT = """
  for (let waited = 0; waited < 60_000; waited += 100) {
    const cache = await caches.open("fossick-image-1");
    if ((await cache.keys()).some(({ url }) => url.endsWith("/memory"))) return true;
    await sleep(100);
  }
  return false;
"""

FORGET = 'return caches.delete("fossick-image-1")'

FILL = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const passages = await (await fetch(new URL("bench/passages.json", base))).json();
  const rows = new Float32Array(
    await (await fetch(new URL("bench/vectors.bin", base))).arrayBuffer());
  const dim = rows.length / passages.length;
  const fossick = await Fossick.open({ collection: "large" });
  const { model } = fossick.info();
  const { chunks } = await fossick.add(passages.map((passage, at) =>
    ({ ...passage, model, vector: rows.slice(at * dim, (at + 1) * dim) })));
  await fossick.close();
  return chunks;
"""

OFFLINE = """
  const { active } = await navigator.serviceWorker.ready;
  for (;;) {
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data) });
    active.postMessage({ type: "hello" }, [port2]);
    const { current } = await Promise.race([answer, sleep(1000).then(() => ({}))]);
    if (current) return current;
    await sleep(200);
  }
"""

Times = dict[str, float]


class Starts:
    """Starts of browsers over profiles, each of which is one measurement."""

    def __init__(self, driver: Playwright, url: str) -> None:
        self._driver = driver
        self._url = url

    def plain(self, folder: Path) -> Times:
        """Pyodide and NumPy alone."""
        times: Times = self._run(folder, PLAIN, {})
        return times

    def fossick(self, folder: Path, origin: str, **given: object) -> Times:
        """Fossick; fails if it did not start from where it should have."""
        out = self._run(folder, OPEN, {"collection": "start", **given}, KEPT)
        if out["start"] != origin:
            raise RuntimeError(f"The start was {out['start']!r}, not {origin!r}.")
        times: Times = out["times"]
        return times

    def forget_image(self, folder: Path) -> None:
        """Delete the image of a profile."""
        self._run(folder, FORGET)

    def settle(self, folder: Path) -> int:
        """Make of a fresh profile that of a returning user; answers with the chunks in it."""
        with harness.browsing(self._driver, folder) as context:
            page = context.pages[0]
            page.goto(self._url)
            harness.evaluate(page, OFFLINE)
        chunks: int = self._run(folder, FILL)
        for _ in range(2):
            self._run(folder, OPEN, {"collection": "large"}, KEPT)
        return chunks

    def _run(self, folder: Path, body: str, given: object = None, after: str = "") -> Any:
        with harness.browsing(self._driver, folder) as context:
            page = harness.open_bare(context, self._url)
            out = harness.evaluate(page, body, given)
            if after and not harness.evaluate(page, after):
                raise RuntimeError("No image was kept.")
        return out


def measure(driver: Playwright, url: str, runs: int, query: str) -> dict[str, Any]:
    """Times of each kind of start."""
    starts = Starts(driver, url)
    found: dict[str, list[Times]] = {}

    def note(kind: str, times: Times) -> None:
        found.setdefault(kind, []).append(times)
        print(f"{kind}: {times['page']:.0f} ms", flush=True)

    with harness.profile() as returning:
        chunks = starts.settle(returning)
        for _ in range(runs):
            with harness.profile() as folder:
                note("plain, cold", starts.plain(folder))
                starts.plain(folder)
                note("plain, warm", starts.plain(folder))
            with harness.profile() as folder:
                note("cold", starts.fossick(folder, "plain"))
                starts.fossick(folder, "image")
                note("image", starts.fossick(folder, "image"))
                starts.forget_image(folder)
                note("warm", starts.fossick(folder, "plain"))
            times = starts.fossick(returning, "image", collection="large", query=query)
            note("returning", times)
    return {"chunks": chunks, "runs": found}


def show(found: Mapping[str, Any]) -> None:
    """The tables of docs/performance.md."""
    runs = {kind: harness.medians(times) for kind, times in found["runs"].items()}
    print(f"\n{found['machine']}\n\nMilliseconds, medians of {len(found['runs']['cold'])} runs\n")
    rows = [
        ["Pyodide and NumPy alone, cold", "", *plain_row(runs["plain, cold"])],
        ["Pyodide and NumPy alone, warm", "", *plain_row(runs["plain, warm"])],
    ]
    for name, kind in (
        ("Cold", "cold"),
        ("Warm", "warm"),
        ("Warm, from the image", "image"),
        ("Returning user", "returning"),
    ):
        times = runs[kind]
        rows.append([name, *(round(times[s]) if s in times else "" for s in STEPS), *ends(times)])
    print(harness.table(["", *STEPS, "searchable", "model ready"], rows))
    times, plain = runs["returning"], runs["plain, warm"]["page"]
    print(f"\nWith an index of {found['chunks']:,} chunks, counted from the call of open(): hits")
    print(
        f"by words after {times['words']:.0f} ms, by words and meaning after {times['hybrid']:.0f} "
    )
    print(f"ms: {times['words'] / plain:.2f} and {times['hybrid'] / plain:.2f} of a plain start.")


def plain_row(times: Times) -> list[object]:
    """The steps that a start of Pyodide and NumPy alone has."""
    numpy = STEPS.index("numpy") - STEPS.index("pyodide") - 1
    steps = [round(times["pyodide"]), *[""] * numpy, round(times["numpy"]), "", ""]
    return [*steps, round(times["page"]), ""]


def ends(times: Times) -> list[object]:
    """When words can be searched, and when the model can."""
    return [round(times["page"]), round(times["model"])]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--chunks", type=int, default=10_000)
    options = parser.parse_args()
    _, passages = corpus.text_files(harness.DATA, options.chunks)
    vectors = corpus.native_vectors(passages, harness.CACHE)
    files = {**harness.passages_files(passages, vectors), "plain.worker.js": PLAIN_WORKER}
    (query,) = corpus.queries(passages, 1)
    began = time.time()
    with harness.site(files) as url, sync_playwright() as driver:
        name = harness.machine(driver)
        found = {"machine": name, **measure(driver, url, options.runs, query)}
    show(found)
    print(f"\nMeasured in {time.time() - began:.0f} s.")
    harness.keep("startup", found)


if __name__ == "__main__":
    main()
