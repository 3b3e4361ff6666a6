"""How long does each kernel take in Chromium, in WebAssembly and in NumPy?

Run: ``python tests/bench/bench_kernels.py [--chunks 100000 1000000]``. The segments are made up: a
query of four words whose forms stand in 0.1 to 20 % of the chunks; a word in 20 % and one in 5 %
of them for positions and nearness. Medians of repeated calls in one Pyodide, as the site has it.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

import _harness as harness
from playwright.sync_api import sync_playwright

INSIDE = Path(__file__).parent / "_kernels_inside.py"

WORKER = b"""
const vendor = new URL("../static/vendor/", import.meta.url).href;
const { loadPyodide } = await import("../static/vendor/pyodide/pyodide.mjs");
const { compileKernels, kernelsOver } = await import("../static/workers/kernels.js");
const options = { indexURL: `${vendor}pyodide/`, packageBaseUrl: `${vendor}pyodide/` };
const pyodide = await loadPyodide(options);
await pyodide.loadPackage("numpy", { messageCallback: () => {} });
for (const address of [`${vendor}app/app.zip`, new URL("inside.zip", import.meta.url).href]) {
  const archive = await (await fetch(address)).arrayBuffer();
  pyodide.unpackArchive(archive, "zip");
}
self.kernels = kernelsOver(await compileKernels(), pyodide._module.memory);
const inside = pyodide.pyimport("_kernels_inside");
self.onmessage = ({ data }) => postMessage(inside.measure(data));
postMessage("ready");
"""

MEASURE = """
  const worker = new Worker(new URL("bench/kernels.worker.js", base), { type: "module" });
  const answer = () => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  await answer();
  const found = [];
  for (const chunks of given) {
    worker.postMessage(chunks);
    found.push(JSON.parse(await answer()));
  }
  return found;
"""


def packed(path: Path) -> bytes:
    """A zip archive of one file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.write(path, path.name)
    return data.getvalue()


def show(chunks: list[int], found: list[dict[str, Any]]) -> None:
    """One table for each size."""
    for n, times in zip(chunks, found, strict=True):
        print(f"\n{n:,} chunks, milliseconds\n")
        rows = [
            [name, f"{ours:.3f}", f"{twin:.2f}", f"{twin / ours:.1f}"]
            for name, (ours, twin) in times.items()
        ]
        print(harness.table(["", "WebAssembly", "NumPy", "times"], rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="+", default=[100_000, 1_000_000])
    options = parser.parse_args()
    files = {"kernels.worker.js": WORKER, "inside.zip": packed(INSIDE)}
    with harness.site(files) as url, sync_playwright() as driver:
        name = harness.machine(driver)
        with harness.profile() as folder, harness.browsing(driver, folder) as context:
            page = harness.open_bare(context, url)
            found = harness.evaluate(page, MEASURE, options.chunks)
    print(name)
    show(options.chunks, found)
    sizes = dict(zip(map(str, options.chunks), found, strict=True))
    harness.keep("kernels", {"machine": name, "chunks": sizes})


if __name__ == "__main__":
    main()
