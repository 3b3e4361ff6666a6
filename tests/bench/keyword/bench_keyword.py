"""How fast and how large is Fossick's keyword engine beside other search libraries?

Run: ``make bench BENCH=keyword/bench_keyword`` or ``python tests/bench/keyword/bench_keyword.py
[--only scifact|100k] [--engines fossick,lunr] [--chunks N] [--segment N] [--million]``, with the
data that FOSSICK_DATA names, on a machine that does nothing else. One Chromium, one engine after
the other, each in a page and workers of its own, on the same texts: SciFact with its judged
queries, and 100,000 chunks of about 100 words. The other libraries are installed from
package-lock.json here into build/keyword-peers.

"Fossick, engine" is analysis, postings and ranking in Pyodide, without storage and page;
"Fossick, add() and search()" is everything through fossick.js, to the commit on disk.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)
import _peers as peers  # noqa: E402
import _report as report  # noqa: E402
import _texts as corpus  # noqa: E402
from bench_kernels import packed  # noqa: E402
from playwright.sync_api import BrowserContext, Error, Page, sync_playwright  # noqa: E402

FLAGS = ("--enable-blink-features=ForceEagerMeasureMemory",)
"""Memory is measured when it is asked for, not when the browser next collects garbage."""

ENGINE, WHOLE = "fossick-engine", "fossick"
REMOVED = 1000
Found = dict[str, Any]


class Bench:
    """One collection in one browser."""

    def __init__(
        self, context: BrowserContext, url: str, texts: corpus.Texts, options: argparse.Namespace
    ) -> None:
        self._context = context
        self._url = url
        self._texts = texts
        self._options = options

    def peer(self, name: str) -> Found:
        """A library in its worker."""
        given = {"worker": f"{name}.js", "url": self._address(), "file": f"{name}.index"}
        found = self._step({}, "build", given)
        return self._step(found, "use", {**given, "asked": self._texts.asked()})

    def engine(self, copies: int = 1) -> Found:
        """Fossick's engine alone."""
        size = self._options.segment if copies == 1 else len(self._texts.ids)
        given = {
            "worker": "fossick.worker.js",
            "url": self._address(),
            "file": f"engine-{copies}",
            "size": size,
            "copies": copies,
        }
        asked = {**given, "asked": self._texts.asked()}
        found = self._step({}, "build", given)
        found = self._step(found, "use", asked)
        if copies == 1:
            found["traced"] = self._step({}, "trace", asked)
        return found

    def whole(self) -> Found:
        """Fossick through its public calls."""
        given = {"collection": "bench", "url": self._address()}
        found = self._step({}, "add", given)
        found = self._step(found, "search", {**given, "asked": self._texts.asked()})
        if not self._texts.judged and "error" not in found:
            removed = self._texts.ids[:: max(1, len(self._texts.ids) // REMOVED)][:REMOVED]
            found["change"] = self._step({}, "change", {**given, "removed": removed})
        return found

    def _address(self) -> str:
        return f"{self._url}bench/{filename(self._texts)}"

    def _step(self, found: Found, name: str, given: Mapping[str, object]) -> Found:
        """What a function of page.js found, in a page of its own, beside what is there already.

        A library that fails or takes all memory leaves an `error` and nothing else undone.
        """
        if "error" in found:
            return found
        page = self._context.new_page()
        try:
            page.goto(self._url + harness.BARE)
            given = {"limit": 1000 * self._options.limit, **given}
            return {**found, **_call(page, name, given)}
        except Error as error:
            lines = [line for line in error.message.splitlines() if line.strip()]
            named = [line for line in lines if "Error" in line and not line.startswith(" ")]
            message = named[-1] if named else lines[0]
            print(f"  {name}: {error.message}", file=sys.stderr)
            return {**found, "error": f"{name}: {message}"}
        finally:
            page.close()


def _call(page: Page, name: str, given: Mapping[str, object]) -> Found:
    body = f'const page = await import(new URL("bench/page.js", base)); return page.{name}(given);'
    found: Found = harness.evaluate(page, body, given)
    return found


def filename(texts: corpus.Texts) -> str:
    """Name of the file of passages in the measured site."""
    return f"{texts.name.replace(' ', '-')}.json"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [WHOLE, ENGINE, *peers.NAMES]
    parser.add_argument("--only", choices=("scifact", "100k"))
    parser.add_argument("--engines", default=",".join([ENGINE, *names[:1], *peers.NAMES]))
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument(
        "--segment", type=int, default=100_000, help="chunks of a segment of the engine"
    )
    parser.add_argument("--limit", type=int, default=1800, help="seconds that a step may take")
    parser.add_argument("--million", action="store_true", help="ten copies as well, engine only")
    options = parser.parse_args()
    engines = [name.strip() for name in options.engines.split(",")]
    if WHOLE in engines and ENGINE not in engines:
        engines.insert(0, ENGINE)
    if unknown := set(engines) - set(names):
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    collections = []
    if options.only != "100k":
        collections.append(corpus.scifact(harness.DATA))
    if options.only != "scifact":
        collections.append(corpus.chunks(harness.DATA, options.chunks, harness.CACHE))
    files = peers.bundles([name for name in engines if name in peers.NAMES])
    files["inside.zip"] = packed(HERE / "_inside.py")
    for name in ("page.js", "fossick.worker.js"):
        files[name] = (HERE / name).read_bytes()
    files |= {filename(texts): texts.passages() for texts in collections}
    began = time.time()
    found: Found = {"versions": peers.versions(), "segment": options.segment}
    with harness.site(files) as url, sync_playwright() as driver:
        found["machine"] = harness.machine(driver)
        print(found["machine"], flush=True)
        with harness.profile() as folder, harness.browsing(driver, folder, FLAGS) as context:
            for texts in collections:
                bench = Bench(context, url, texts, options)
                found[texts.name] = measure(bench, engines, texts)
                report.show(texts, found[texts.name], found["versions"])
                if options.million and not texts.judged:
                    found["million"] = bench.engine(copies=10)
                    report.show_million(texts, found["million"])
    print(f"\nMeasured in {time.time() - began:.0f} s.")
    is_full = options.only is None and set(names) == set(engines)
    harness.keep("keyword" if is_full else "keyword-part", report.without_hits(found))


def measure(bench: Bench, engines: list[str], texts: corpus.Texts) -> dict[str, Found]:
    """What was found for each engine."""
    print(f"\n{texts.name}: {corpus.described(texts)}", flush=True)
    rows: dict[str, Found] = {}
    for name in engines:
        began, load = time.time(), os.getloadavg()[0]
        work: dict[str, Callable[[], Found]] = {ENGINE: bench.engine, WHOLE: bench.whole}
        rows[name] = work[name]() if name in work else bench.peer(name)
        rows[name]["load"] = load
        took = f"{time.time() - began:.0f} s, load {load:.1f} at its start"
        print(f"  {name}: {took}", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    main()
