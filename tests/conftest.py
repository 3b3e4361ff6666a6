"""What tests of several folders share: paths, judged data, servers and browsers.

Browser tests run last: Playwright keeps an event loop running in the main thread while it lives,
and `asyncio.run` of other tests refuses to start beside one. So no file has tests of both kinds.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from tests.forms import EXAMPLES, FEW, LONG

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("patient", deadline=None, max_examples=EXAMPLES if FEW else 100)

LONGEST = "test_suite.py"
"""Where tests run side by side, what is begun last should not be what takes longest."""

NOT_WANTED = (
    # A page of the browser's own in two processes for each of ours: what its address bar suggests.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    # What Playwright leaves out, as the last list counts alone.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "OptimizationHints", "AimEnabled", "PreconnectToSearch"),
)

CHROMIUM_FLAGS = [
    "--no-sandbox",  # containers run tests as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-unsafe-webgpu",
    f"--disable-features={','.join(NOT_WANTED)}",
]
"""Quiet, and with a software WebGPU adapter where there is no device."""

BRIEFLY = "--js-flags=--wasm-tiering-budget=100000000"
"""Compile only the very hottest of WebAssembly anew: a test ends before the rest pays, and up to
half of a test's processor time went there. Measurements do without."""

ONCE = "--js-flags=--liftoff-only"
"""The same for pages, none of which lives long enough to compile anything anew: a fifth less."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fast tests first, then those that hold a browser open, the longest file of them first."""
    if not LONG:
        in_short_form(config, items)
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None,
            item.path.name != LONGEST,
        )
    )


def in_short_form(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is in the long form alone; a property is tried with few examples."""
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for item in items:
        test = getattr(item, "obj", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None and own.max_examples > EXAMPLES:
            test._hypothesis_internal_use_settings = settings(own, max_examples=EXAMPLES)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file's bytes or a long text name no test.

    A made file may hold a time or a random boundary, and tests that run side by side must have the
    same names in each process.
    """
    return argname if isinstance(val, bytes | str) and len(val) > 80 else None


def load_script(name: str) -> ModuleType:
    """A script of `pyodide_build/` as a module; that folder is no package on purpose."""
    folder = str(ROOT / "pyodide_build")
    if folder not in sys.path:
        sys.path.append(folder)  # scripts import each other by bare name
    spec = importlib.util.spec_from_file_location(name, ROOT / "pyodide_build" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """`script("bundle_app")` gives that build script as a module."""
    return load_script


@pytest.fixture(scope="session")
def fossick_data() -> Path:
    """Judged collections and sample files; the folder named by FOSSICK_DATA."""
    folder = Path(os.environ.get("FOSSICK_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no judged data in {folder}; set FOSSICK_DATA to a folder that holds it")
    return folder


@pytest.fixture(scope="session")
def judged_words(fossick_data: Path) -> list[str]:
    """Every word of the documents of the judged collections, once, as it is written there."""
    from app.core.analysis.scripts import WORD_OR_ADDRESS

    found: set[str] = set()
    for path in sorted((fossick_data / "eval").rglob("corpus.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            found.update(*map(WORD_OR_ADDRESS.findall, map(str, json.loads(line).values())))
    return sorted(found)


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built site."""
    folder = ROOT / "dist"
    if not (folder / "precache.json").is_file():
        pytest.skip("the site is not built; run: make site")
    return folder


class Serve:
    """A running serve.py: `url`, and `stop()`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        serve = [sys.executable, str(ROOT / "serve.py"), "--dir", str(folder), "--port", "0"]
        self.process = subprocess.Popen(
            [*serve, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if match := re.search(r"http://\S+/", line):
                self.url = match[0]
                self.netloc = urlsplit(self.url).netloc
                return
        raise RuntimeError(f"serve.py did not start: {seen} {self.process.communicate()[1]}")

    def stop(self) -> None:
        """Stop it and wait until it has gone."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Serve]]:
    """`serve(folder, *arguments)` starts serve.py over a folder on a free port."""
    with contextlib.ExitStack() as stack:

        def start(folder: Path, *arguments: str) -> Serve:
            server = Serve(folder, *arguments)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def site_server(serve: Callable[[Path], Serve], dist: Path) -> str:
    """The URL of the built site behind serve.py, with a slash at the end."""
    return serve(dist).url


class PlainHost:
    """`python -m http.server` in this process: no headers, no ranges; can be made to fail.

    `asked` lists the paths of all requests; `faults` maps a path to "error" (500), "wrong" (other
    bytes), "short" or "drop" (the connection ends in the middle or before), "most" (nine tenths of
    the file come, and no more); `slow` to seconds.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self.asked: list[str] = []
        self.faults: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        handler = functools.partial(_PlainHandler, self, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/{prefix}"

    def stop(self) -> None:
        """Refuse all connections from here on."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


class _PlainHandler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, host: PlainHost, *args: Any, **options: Any) -> None:
        self._host = host
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        del self.headers["If-Modified-Since"]  # knows whole seconds; tests change files faster
        self._host.asked.append(path)
        time.sleep(self._host.slow.get(path, 0))
        fault = self._host.faults.get(path)
        if fault is None:
            super().do_GET()
        elif fault == "error":
            self.send_error(500)
        elif fault == "most":
            content = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(path))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) * 9 // 10])
        elif fault != "drop":
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(path))
            self.send_header("Content-Length", "5" if fault == "wrong" else "5000")
            self.end_headers()
            self.wfile.write(b"wrong")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name is the base's)
        pass


@pytest.fixture
def plain_host() -> Iterator[Callable[..., PlainHost]]:
    """`plain_host(folder, "sub/path/")` starts a server without headers over a folder."""
    with contextlib.ExitStack() as stack:

        def start(folder: Path, prefix: str = "") -> PlainHost:
            host = PlainHost(folder, prefix)
            stack.callback(host.stop)
            return host

        yield start


@pytest.fixture(scope="session")
def plain_server(dist: Path) -> Iterator[str]:
    """The URL of the built site under a sub-path of a server that adds no headers."""
    host = PlainHost(dist.parent, f"{dist.name}/")
    yield host.url
    host.stop()


def _browser_path(name: str) -> str:
    path: str | None = load_script("ensure_browser").find(name)
    if path is None:
        pytest.skip(f"{name} is not installed; run: make browser")
    return path


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium or Chrome on this machine."""
    return _browser_path("chromium")


@pytest.fixture(scope="session")
def firefox_path() -> str:
    """Path of a Firefox on this machine."""
    return _browser_path("firefox")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, started once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium, never one that a test tool downloaded."""
    flags = [*CHROMIUM_FLAGS, ONCE]
    chromium = playwright.chromium.launch(executable_path=chromium_path, args=flags)
    yield chromium
    chromium.close()


NOMINAL = 30e-9
"""Seconds that a desktop's core takes for one turn of an empty loop in Python."""


@pytest.fixture
def slowness() -> float:
    """How many times slower than a quiet desktop this machine is just now, at least 1.

    Bounds in seconds are of a desktop with nothing else to do; tests share few and slower cores.
    """
    began = time.perf_counter()
    for _ in range(1_000_000):
        pass
    return max(1.0, (time.perf_counter() - began) / 1_000_000 / NOMINAL)


@pytest.fixture(scope="session")
def eventually() -> Callable[..., object]:
    """`eventually(lambda: page.evaluate("…"), timeout=30)`: the first true value of a poll.

    Playwright's own `wait_for_function` evaluates strings, which the site's policy forbids.
    """

    from playwright.sync_api import Error

    def poll(probe: Callable[[], object], *, timeout: float = 30, every: float = 0.1) -> object:
        end = time.monotonic() + timeout
        value: object = None
        while time.monotonic() < end:
            try:
                value = probe()
            except Error as error:
                if "context was destroyed" not in error.message:  # the page was just reloaded
                    raise
            if value:
                return value
            time.sleep(every)
        raise AssertionError(f"still {value!r} after {timeout} s")

    return poll
