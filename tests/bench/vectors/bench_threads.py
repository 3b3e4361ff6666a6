"""Whether two threads that share codes scan a million of them faster than one.

    python tests/bench/vectors/bench_threads.py [--rows 1000000] [--runs 30]

The kernels are compiled a second time for a memory that workers share. Pyodide's own memory is not
shared, so a collection would hold its codes twice, or outside of Python; this measures what a scan
could gain by that. Decision 0022 has the answer.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)

from tests.conftest import load_script  # noqa: E402

SHARED = ("-matomics", "-mbulk-memory", "-Wl,--shared-memory", "-Wl,--max-memory=2147483648")

MEASURE = """async ([rows, runs]) => {
  const at = (name) => new URL(name, location.href);
  const load = async (name) => WebAssembly.compile(await (await fetch(at(name))).arrayBuffer());
  const [plain, shared] = await Promise.all([load("plain.wasm"), load("shared.wasm")]);
  const helper = at("threads.worker.js").href;
  const worker = new Worker(helper, { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve({ isolated: crossOriginIsolated, found: data });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ plain, shared, n: rows, runs, helper });
  });
}"""


def compiled(more: tuple[str, ...]) -> bytes:
    """The kernels, with more flags."""
    script = load_script("build_kernels")
    source = harness.ROOT / script.SOURCE
    with tempfile.TemporaryDirectory() as folder:
        caches = {f"ZIG_{kind}_CACHE_DIR": f"{folder}/{kind}" for kind in ("LOCAL", "GLOBAL")}
        command = [sys.executable, "-m", "ziglang", "cc", *script.FLAGS, *more]
        subprocess.run(
            [*command, "-o", f"{folder}/out.wasm", source.name],
            cwd=source.parent,
            env=os.environ | caches,
            check=True,
        )
        return Path(folder, "out.wasm").read_bytes()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    extra = {
        "plain.wasm": compiled(()),
        "shared.wasm": compiled(SHARED),
        "threads.worker.js": (HERE / "threads.worker.js").read_bytes(),
    }
    with harness.measuring(extra) as page:
        found = page.evaluate(MEASURE, [options.rows, options.runs])
    print(json.dumps({**found, "load": os.getloadavg(), "cores": os.cpu_count()}, indent=2))


if __name__ == "__main__":
    main()
