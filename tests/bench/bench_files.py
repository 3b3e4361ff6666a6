"""What becomes of many real documents that are dropped in one go, by type?

Run: ``python tests/bench/bench_files.py [FOLDER]``, with the documents that FOSSICK_DATA names.
Through fossick.js on the built site, in Chromium, by words only, so that reading is what is
measured: every file ends as indexed or as refused with a code; the table says so by type.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import _harness as harness

ADD = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: "files", embedder: "none" });
  const memory = () => performance.memory?.usedJSHeapSize ?? 0;
  const seen = [];
  const began = performance.now();
  const onProgress = ({ path }) => {
    const now = performance.now();
    if (path && path !== seen.at(-1)?.path) seen.push({ path, at: now - began });
  };
  const report = await fossick.add(document.querySelector("input").files, { onProgress });
  const seconds = (performance.now() - began) / 1000;
  const { documents } = await fossick.documents?.() ?? {};
  return { report, seconds, documents: await fossick.documents(), memory: memory(), seen };
"""


def main() -> None:
    """Measure and print the table of docs/formats.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=harness.DATA / "files")
    options = parser.parse_args()
    files = [path for path in options.folder.rglob("*") if path.is_file()]
    with harness.measuring() as page:
        page.locator("input").set_input_files(options.folder)
        found = harness.evaluate(page, ADD)
    show(found, files)
    harness.keep("files", found)


def show(found: dict[str, Any], files: list[Path]) -> None:
    """What came of it."""
    report = found["report"]
    print(f"{len(files)} files in {found['seconds']:.1f} s: {report['added']} documents,")
    print(f"{len(report['failed'])} refused, {report['chunks']} chunks")
    indexed = Counter(_type(one["path"]) for one in found["documents"])
    refused: dict[str, Counter[str]] = defaultdict(Counter)
    for failure in report["failed"]:
        refused[_type(failure["path"])][failure["code"]] += 1
    rows = [
        (
            name,
            count,
            indexed[name],
            ", ".join(f"{code} {times}" for code, times in refused[name].most_common()) or "",
        )
        for name, count in Counter(_type(path.name) for path in files).most_common()
    ]
    print(harness.table(("Type", "Files", "Indexed", "Refused"), rows))


def _type(path: str) -> str:
    return Path(path).suffix.lower().lstrip(".") or "none"


if __name__ == "__main__":
    main()
