"""The service worker on a small site of its own: isolation, offline use, updates, broken hosts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Host = Any
"""`PlainHost` of tests/conftest.py."""
Poll = Callable[..., object]

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>small site</title></head>
<body><h1 id="word"></h1><input><script type="module" src="static/main.js"></script></body>
</html>
"""

MAIN = """
import { applyUpdate, isolate, pageVersion, watch } from "./offline.js";
import { word } from "./word.js";
const seen = { version: pageVersion, states: [], update: null, applyUpdate, busy: true };
window.seen = seen;
document.querySelector("#word").textContent = word;
seen.isolation = await isolate();
watch({
  onStatus: (status) => { seen.status = status; seen.states.push(status.state); },
  onUpdate: (version) => { seen.update = version; },
  mayReload: () => !seen.busy,
});
"""

LATE = 'export const late = "WORD";\n'
"""Loaded on demand only: shows which version a page is served from later on."""


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """What is tested begins with a first visit."""
    return first_visit


class Site:
    """A small site that can be changed and built again."""

    def __init__(self, root: Path, folder: Path, build_site: ModuleType) -> None:
        self.folder, self.dist, self._build = folder, folder / "dist", build_site.build
        static = folder / "static"
        static.mkdir(parents=True)
        shutil.copy(root / "service-worker.js", folder)
        parts = Path("workers", "offline")
        shutil.copytree(root / "static" / parts, static / parts)
        for name in ("offline.js", "own-scripts.js", "network.js", "workers/requests.js"):
            shutil.copy(root / "static" / name, static / name)
        (folder / "index.html").write_text(PAGE)
        (static / "main.js").write_text(MAIN)
        (static / "big name (1).bin").write_bytes(bytes(range(256)) * 8192)
        self.write("one")

    def write(self, word: str) -> str:
        """Make and build the version that shows `word`; its version."""
        static = self.folder / "static"
        (static / "word.js").write_text(f'export const word = "{word}";\n')
        (static / "late.js").write_text(LATE.replace("WORD", word))
        _, version, _ = self._build(self.folder, self.dist, {})
        return str(version)


@pytest.fixture
def site(root: Path, tmp_path: Path, script: Callable[[str], ModuleType]) -> Site:
    """A fresh small site."""
    return Site(root, tmp_path / "project", script("build_site"))


@pytest.fixture
def host(site: Site, plain_host: Callable[..., Host]) -> Host:
    """The parent folder of the small site's dist/ on a plain server: no headers, a sub-path."""
    return plain_host(site.folder, "dist/")


def get(page: Page, name: str) -> Any:
    """A member of `window.seen`; None while the page is not that far."""
    return page.evaluate("name => window.seen?.[name] ?? null", name)


def status(page: Page) -> str | None:
    """The last state that was told to the page."""
    return (get(page, "status") or {}).get("state")


def word(page: Page) -> str:
    """What the page shows."""
    return page.locator("#word").inner_text()


def late(page: Page) -> str:
    """What a module says that is loaded now."""
    return str(page.evaluate("async () => (await import('./static/late.js')).late"))


def ready(page: Page, eventually: Callable[..., object]) -> None:
    """Wait until the site is there for offline use."""
    eventually(lambda: status(page) == "ready")


def test_plain_host_becomes_isolated_and_offline(
    page: Page, context: BrowserContext, host: Host, eventually: Poll
) -> None:
    """Without headers, under a sub-path: one reload isolates the page, then no host is needed."""
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(host.url)
    ready(page, eventually)
    assert get(page, "isolation") == "service-worker"
    assert page.evaluate("crossOriginIsolated") is True
    assert len(loads) == 2
    states = get(page, "states")
    assert states[0] == "downloading"
    total = get(page, "status")["total"]
    assert get(page, "status")["done"] == total > 2_000_000
    host.stop()
    page.reload()
    ready(page, eventually)
    assert (word(page), get(page, "isolation")) == ("one", "service-worker")
    assert get(page, "states") == ["ready"]
    assert late(page) == "one"
    page.goto(host.url + "?q=words#top")
    eventually(lambda: word(page) == "one")
    page.goto(host.url + "index.html")
    eventually(lambda: word(page) == "one")


def test_host_with_headers_needs_no_reload(
    page: Page, context: BrowserContext, site: Site, serve: Callable[..., Any], eventually: Poll
) -> None:
    """serve.py isolates by itself; the first page stays, and soon does without the host."""
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    server = serve(site.dist)
    page.goto(server.url)
    ready(page, eventually)
    assert (get(page, "isolation"), len(loads)) == ("headers", 1)
    server.stop()
    assert late(page) == "one"
    page.reload()
    eventually(lambda: get(page, "isolation"))
    assert (word(page), get(page, "isolation")) == ("one", "headers")


def test_what_is_served_offline(page: Page, host: Host, eventually: Poll) -> None:
    """Types, policy and ranges are those of serve.py, whatever the host called the files."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    eventually(lambda: status(page) == "ready")
    host.stop()
    fetched = page.evaluate(
        """async () => {
          const main = await fetch("static/main.js");
          const big = "static/big%20name%20(1).bin";
          const ask = async (range) => {
            const answer = await fetch(big, { headers: { range } });
            const bytes = new Uint8Array(await answer.arrayBuffer());
            return [answer.status, answer.headers.get("content-range"), [...bytes]];
          };
          const whole = await fetch(big);
          return {
            type: main.headers.get("content-type"),
            policy: main.headers.get("content-security-policy"),
            whole: (await whole.arrayBuffer()).byteLength,
            length: whole.headers.get("content-length"),
            middle: await ask("bytes=254-257"),
            suffix: await ask("bytes=-2"),
            beyond: await ask("bytes=99999999-"),
          };
        }"""
    )
    size = 256 * 8192
    assert fetched["type"] == "text/javascript; charset=utf-8"
    assert "script-src 'self' 'wasm-unsafe-eval'" in fetched["policy"]
    assert (fetched["whole"], fetched["length"]) == (size, str(size))
    assert fetched["middle"] == [206, f"bytes 254-257/{size}", [254, 255, 0, 1]]
    assert fetched["suffix"] == [206, f"bytes {size - 2}-{size - 1}/{size}", [254, 255]]
    assert fetched["beyond"][:2] == [416, f"bytes */{size}"]


def test_an_update_waits_for_the_user(
    page: Page, context: BrowserContext, site: Site, host: Host, eventually: Poll
) -> None:
    """A running page keeps its version, all of it, until the user takes the new one."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    version = site.write("two")
    page.reload()
    eventually(lambda: get(page, "update") == version)
    assert word(page) == late(page) == "one"
    page.evaluate("window.seen.applyUpdate()")
    eventually(lambda: word(page) == "two")
    eventually(lambda: get(page, "version") == version)
    assert late(page) == "two"
    ready(page, eventually)
    host.stop()
    page.reload()
    eventually(lambda: word(page) == "two")
    assert late(page) == "two"


def test_a_busy_tab_holds_the_update_back(
    page: Page, context: BrowserContext, site: Site, host: Host, eventually: Poll
) -> None:
    """Another tab that may not be reloaded keeps its version and all others'; then all switch."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    other = context.new_page()
    other.goto(host.url)
    ready(other, eventually)
    version = site.write("two")
    page.reload()
    eventually(lambda: get(page, "update") == version)
    answer = page.evaluate("window.seen.applyUpdate()")
    assert answer["applied"] is False
    assert "tab" in answer["message"]
    assert (word(page), late(other)) == ("one", "one")
    other.evaluate("window.seen.busy = false")
    page.evaluate("window.seen.applyUpdate()")
    eventually(lambda: word(page) == "two")
    eventually(lambda: word(other) == "two")
    assert late(page) == late(other) == "two"


def test_an_update_comes_by_itself_when_no_page_is_open(
    page: Page, context: BrowserContext, site: Site, host: Host, eventually: Poll
) -> None:
    """With all tabs closed the next visit starts the new version, which is complete by then."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    version = site.write("two")
    page.reload()
    eventually(lambda: get(page, "update") == version)
    page.goto("about:blank")
    host.stop()
    page.goto(host.url)
    eventually(lambda: word(page) == "two")
    assert late(page) == "two"


@pytest.mark.parametrize("fault", ["short", "wrong", "error", "drop"])
def test_a_broken_download_does_no_harm(
    page: Page, site: Site, host: Host, eventually: Poll, fault: str
) -> None:
    """A file that comes broken leaves the old version as it is; the next try goes on from there."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    site.write("two")
    host.faults["/dist/static/word.js"] = fault
    page.reload()
    eventually(lambda: status(page) == "paused")
    assert "static/word.js" in get(page, "status")["message"]
    assert word(page) == late(page) == "one"
    host.faults.clear()
    fetched = len(host.asked)
    page.reload()
    eventually(lambda: get(page, "update"))
    again = [path for path in host.asked[fetched:] if not path.endswith(("precache.json", ".js"))]
    assert again == []
    assert word(page) == "one"


def test_a_full_device_is_said(
    page: Page, context: BrowserContext, host: Host, eventually: Poll
) -> None:
    """Without room the page works from the host, one sentence tells why, and nothing is kept."""
    session = context.new_cdp_session(page)
    room = {"origin": host.url.removesuffix("dist/"), "quotaSize": 1_000_000}
    session.send("Storage.overrideQuotaForOrigin", room)
    page.goto(host.url)
    eventually(lambda: status(page) == "failed")
    assert "no room" in get(page, "status")["message"]
    assert (word(page), late(page), get(page, "isolation")) == ("one", "one", "service-worker")
    page.wait_for_timeout(500)
    assert status(page) == "failed"


def test_unchanged_files_are_not_fetched_again(
    page: Page, site: Site, host: Host, eventually: Poll
) -> None:
    """A new version costs what changed in it."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    site.write("two")
    fetched = len(host.asked)
    page.reload()
    eventually(lambda: get(page, "update"))
    asked = {path.rpartition("/")[2] for path in host.asked[fetched:]}
    # index.html carries the version
    assert asked - {"service-worker.js"} == {"precache.json", "index.html", "word.js", "late.js"}


def test_the_state_outlives_the_worker(
    page: Page, context: BrowserContext, site: Site, host: Host, eventually: Poll
) -> None:
    """The browser may stop the service worker at any time; nothing changes by that."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    version = site.write("two")
    page.reload()
    eventually(lambda: get(page, "update") == version)
    session = context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    host.stop()
    assert late(page) == "one"
    session.send("ServiceWorker.stopAllWorkers")
    page.evaluate("window.seen.applyUpdate()")
    eventually(lambda: word(page) == "two")
    assert late(page) == "two"


def test_a_new_service_worker_changes_nothing_at_once(
    page: Page, site: Site, host: Host, eventually: Poll
) -> None:
    """New code of the worker itself is taken up when all pages have gone, with the state kept."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    own = site.folder / "service-worker.js"
    own.write_text(own.read_text() + "// newer\n")
    version = site.write("two")
    page.reload()
    eventually(lambda: get(page, "update") == version)
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    waiting = "navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)"
    eventually(lambda: page.evaluate(waiting))
    assert word(page) == late(page) == "one"
    page.goto("about:blank")
    host.stop()
    page.goto(host.url)
    eventually(lambda: word(page) == "two")
    assert late(page) == "two"
    assert page.evaluate(waiting) is False


def test_no_reload_under_the_users_hands(page: Page, host: Host, eventually: Poll) -> None:
    """Whoever has begun to type keeps the page as it is; the next visit is isolated."""
    host.slow["/dist/service-worker.js"] = 1.0
    page.goto(host.url)
    page.locator("input").press_sequentially("abc")
    ready(page, eventually)
    assert get(page, "isolation") == "none"
    assert page.locator("input").input_value() == "abc"
    page.reload()
    eventually(lambda: get(page, "isolation") == "service-worker")


def test_without_service_workers(
    context: BrowserContext, page: Page, host: Host, eventually: Poll
) -> None:
    """Where there are none (private windows) the page works, and says what it lacks."""
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page.goto(host.url)
    eventually(lambda: status(page) == "unavailable")
    assert get(page, "isolation") == "none"
    assert "service workers" in get(page, "status")["message"]
    assert word(page) == "one"
    answer = page.evaluate("window.seen.applyUpdate()")
    assert answer["applied"] is False


def test_never_a_reload_loop(page: Page, context: BrowserContext, host: Host) -> None:
    """A page that cannot become isolated is reloaded once and no more."""
    context.add_init_script("Object.defineProperty(window, 'crossOriginIsolated', {value: false})")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(host.url)
    page.wait_for_timeout(2000)
    assert len(loads) == 2
    assert get(page, "isolation") == "none"


def test_the_address_is_given_back(page: Page, site: Site, host: Host, eventually: Poll) -> None:
    """Where the site has gone from its address, the next visit sees what is there instead."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    shutil.rmtree(site.dist)
    site.dist.mkdir()
    (site.dist / "index.html").write_text("<h1 id=word>another project</h1>")
    page.reload()
    assert word(page) == "one"
    eventually(lambda: status(page) == "paused")
    page.reload()
    assert word(page) == "another project"
    assert page.evaluate("caches.keys()") == []


def test_other_files_of_the_host_are_left_alone(
    page: Page, site: Site, host: Host, eventually: Poll
) -> None:
    """What is not in the site's list comes from the host as it is, fresh each time."""
    page.goto(host.url)
    ready(page, eventually)
    page.reload()
    ready(page, eventually)
    (site.dist / "other.txt").write_text("first")
    read = "async () => { const r = await fetch('other.txt', {cache: 'no-store'}); \
        return [await r.text(), r.headers.get('content-security-policy')] }"
    assert page.evaluate(read) == ["first", None]
    (site.dist / "other.txt").write_text("second")
    assert page.evaluate(read) == ["second", None]
    listed = json.loads((site.dist / "precache.json").read_text())["files"]
    assert "other.txt" not in [entry["path"] for entry in listed]
