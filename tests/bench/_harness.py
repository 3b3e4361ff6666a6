"""What the measurements in a browser share: the built site, profiles, tables, the machine."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from _corpus import TextPassage
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.conftest import CHROMIUM_FLAGS, Serve, load_script  # noqa: E402 (path set above)

DATA = Path(os.environ.get("FOSSICK_DATA", ROOT.parent / "shared" / "data")).resolve()
DIST = ROOT / "dist"
CACHE = ROOT / "build" / "bench-cache"
"""Vectors that take minutes to make."""

BARE = "bench/bare.html"
"""A page of the measured site that runs nothing of its own."""

_VERSION = "navigator.userAgent.match(/Chrome.([0-9.]+)/)[1]"

PRELUDE = """
const base = new URL("../", location.href);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
"""

_PAGE = b"""<!doctype html>
<meta charset="utf-8">
<title>Measurement</title>
<link rel="icon" href="data:,">
<script src="trusted.js"></script>
<input type="file" webkitdirectory>
"""

_TRUSTED = b"""// Under the site's policy no worker starts from an address that nobody vouches for.
globalThis.trustedTypes?.createPolicy("default", { createScriptURL: (url) => url });
"""


@contextmanager
def site(extra: Mapping[str, bytes | Path] | None = None) -> Iterator[str]:
    """The URL of a copy of dist/ behind serve.py, with a bare page and the `extra` files in it.

    A copy, so that a build in between changes nothing; of links, so that it costs nothing.
    """
    if not (DIST / "precache.json").is_file():
        sys.exit("The site is not built; run: make site")
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="bench-site-") as folder:
        copy = Path(folder) / "dist"
        shutil.copytree(DIST, copy, copy_function=_link)
        own = {"bare.html": _PAGE, "trusted.js": _TRUSTED}
        for name, content in {**own, **(extra or {})}.items():
            (copy / "bench" / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                _link(str(content), str(copy / "bench" / name))
            else:
                (copy / "bench" / name).write_bytes(content)
        server = Serve(copy)
        try:
            yield server.url
        finally:
            server.stop()


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def profile() -> Iterator[Path]:
    """A folder for a browser profile, deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="fossick-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def browsing(
    driver: Playwright, folder: Path, flags: Sequence[str] = ()
) -> Iterator[BrowserContext]:
    """A browser process of its own over a profile."""
    path = load_script("ensure_browser").find("chromium")
    if path is None:
        sys.exit("There is no Chromium; run: make browser")
    context = driver.chromium.launch_persistent_context(
        folder, executable_path=path, args=[*CHROMIUM_FLAGS, *flags]
    )
    context.set_default_timeout(0)
    try:
        yield context
    finally:
        context.close()


def open_bare(context: BrowserContext, url: str) -> Page:
    """The bare page, its console's errors shown."""
    page = context.pages[0] if context.pages else context.new_page()
    page.on("pageerror", lambda error: print(f"page: {error}", file=sys.stderr))
    page.goto(url + BARE)
    return page


@contextmanager
def measuring(extra: Mapping[str, bytes | Path] | None = None) -> Iterator[Page]:
    """The bare page in a fresh profile, on a site with these files; tells of the machine."""
    with (
        site(extra) as url,
        sync_playwright() as driver,
        profile() as folder,
        browsing(driver, folder) as context,
    ):
        print(machine(driver), flush=True)
        yield open_bare(context, url)


def evaluate(page: Page, body: str, argument: object = None) -> Any:
    """What the body of an async function returns; `argument` is its `given`, `base` the site."""
    return page.evaluate(f"async (given) => {{ {PRELUDE} {body} }}", argument)


def passages_files(
    passages: Sequence[TextPassage], vectors: NDArray[np.float32]
) -> dict[str, bytes]:
    """Files for `site`, that its pages read passages and their vectors from."""
    return {
        "passages.json": json.dumps([asdict(one) for one in passages]).encode(),
        "vectors.bin": vectors.astype("<f4").tobytes(),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(cell: object) -> str:
    if not isinstance(cell, float):
        return f"{cell:,}" if isinstance(cell, int) else str(cell)
    digits = 0 if abs(cell) >= 100 else 1 if abs(cell) >= 10 else 2
    return f"{cell:,.{digits}f}"


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each value over runs; a value that some run lacks is 0 there."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: statistics.median(run.get(name, 0.0) for run in runs) for name in names}


def machine(driver: Playwright) -> str:
    """What this is measured on."""
    names = []
    if (info := Path("/proc/cpuinfo")).is_file():
        lines = info.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    with profile() as folder, browsing(driver, folder) as context:
        browser = context.browser
        version = browser.version if browser else context.new_page().evaluate(_VERSION)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {processor}, {platform.system()}, Chromium {version} headless; "
        f"load {load:.1f} at the start"
    )


def keep(name: str, found: object) -> None:
    """Write the raw numbers to build/bench/, for comparison with a later run."""
    path = ROOT / "build" / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"\nRaw numbers: {path.relative_to(ROOT)}")
