"""How fast are large archives read, and what is left to do after a kill half-way?

Run: ``python tests/bench/bench_archives.py [--embedder NAME] [--kill SECONDS]``, with the corpora
that FOSSICK_DATA names. Through fossick.js on the built site, in Chromium: three archives and a
novel are added; after so many seconds the browser is killed, started again, and given the same.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import signal
import statistics
import time
from pathlib import Path
from typing import Any

import _harness as harness
from playwright.sync_api import Error, sync_playwright

ADD = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const fossick = await Fossick.open({ collection: "archives", embedder: given.embedder });
  const before = (await fossick.stats()).documents;
  const began = performance.now();
  const commits = [[0, before]];
  const look = async () => {
    const { documents } = await fossick.stats();
    const now = (performance.now() - began) / 1000;
    if (documents !== commits.at(-1)[1]) commits.push([now, documents]);
  };
  const looking = setInterval(look, 250);
  const report = await fossick.add(document.querySelector("input").files);
  const seconds = (performance.now() - began) / 1000;
  clearInterval(looking);
  await look();
  return { before, report, seconds, commits, stats: await fossick.stats() };
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default="static")
    parser.add_argument("--kill", type=float, default=0)
    options = parser.parse_args()
    given = {"embedder": options.embedder}
    with sync_playwright() as driver, harness.site() as url, harness.profile() as profile:
        print(harness.machine(driver))
        if options.kill:
            killed(driver, url, profile, given, options.kill)
        with harness.browsing(driver, profile) as context:
            page = _page(context, url)
            found: dict[str, Any] = harness.evaluate(page, ADD, given)
            found["memory"] = _memory()
    report, stats = found["report"], found["stats"]
    print(f"{found['before']} documents were there after the kill" if options.kill else "")
    print(f"{found['seconds']:.1f} s: {report['added']} added, {report['skipped']} unchanged,")
    print(f"{len(report['failed'])} refused; {stats['documents']} documents,")
    print(f"{stats['chunks']} chunks; {found['memory'] >> 20} MB in all processes at the end")
    print(report["timings"])
    gaps = sorted(b[0] - a[0] for a, b in itertools.pairwise(found["commits"]))
    print(f"{len(gaps)} commits seen, {statistics.median(gaps):.1f} s between them in the median,")
    print(f"{gaps[-1]:.1f} s at most, the first after {found['commits'][1][0]:.1f} s")
    harness.keep("archives", found)


def killed(driver: Any, url: str, profile: Path, given: dict[str, Any], after: float) -> None:
    """Begin, and kill the browser's processes."""
    try:
        with harness.browsing(driver, profile) as context:
            page = _page(context, url)
            page.evaluate(f"(given) => {{ (async () => {{ {harness.PRELUDE} {ADD} }})() }}", given)
            time.sleep(after)
            for process in _browsers():
                os.kill(process, signal.SIGKILL)
    except Error:
        print(f"killed after {after:.0f} s")


def _page(context: Any, url: str) -> Any:
    page = harness.open_bare(context, url)
    page.locator("input").set_input_files(harness.DATA / "corpora")
    return page


def _browsers() -> list[int]:
    """Numbers of the browser processes that this one has started, by /proc."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
            names[int(folder.name)] = name
            parents[int(folder.name)] = int(rest.split()[1])
    ours = {os.getpid()}
    for _ in range(8):
        ours |= {child for child, parent in parents.items() if parent in ours}
    return [one for one in ours if "chrom" in names.get(one, "")]


def _memory() -> int:
    """Resident bytes of all processes of the browser."""
    pages = 0
    for process in _browsers():
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
