"""What tests of several folders share: paths, judged data, servers and browsers.

Browser tests run last: Playwright keeps an event loop running in the main thread while it lives,
and `asyncio.run` of other tests refuses to start beside one.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import importlib.util
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

ROOT = Path(__file__).resolve().parent.parent

CHROMIUM_FLAGS = [
    "--no-sandbox",  # containers run tests as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-unsafe-webgpu",
]
"""Quiet, and with a software WebGPU adapter where there is no device."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, those that hold a browser open last."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


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
def dist() -> Path:
    """The built site."""
    folder = ROOT / "dist"
    if not (folder / "precache.json").is_file():
        pytest.skip("the site is not built; run: make site")
    return folder


class Serve:
    """A running serve.py: `url`, and `stop()`."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "serve.py"), "--dir", str(folder), "--port", "0"],
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
def serve() -> Iterator[Callable[[Path], Serve]]:
    """`serve(folder)` starts serve.py over a folder on a free port."""
    with contextlib.ExitStack() as stack:

        def start(folder: Path) -> Serve:
            server = Serve(folder)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def site_server(serve: Callable[[Path], Serve], dist: Path) -> str:
    """The URL of the built site behind serve.py, with a slash at the end."""
    return serve(dist).url


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name is the base's)
        pass


@contextlib.contextmanager
def plain_http(folder: Path) -> Iterator[str]:
    """`python -m http.server` over a folder, in this process: no headers, no ranges."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def plain_server(dist: Path) -> Iterator[str]:
    """The URL of the built site under a sub-path of a server that adds no headers."""
    with plain_http(dist.parent) as url:
        yield f"{url}{dist.name}/"


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
    chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
    yield chromium
    chromium.close()


class OriginGuard:
    """Notes every request of a context and fails if one left the machine's own servers."""

    def __init__(self) -> None:
        self.strays: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Note the requests of all pages, workers and service workers of a context."""
        context.on("request", self._note)

    def _note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost"):
            return
        self.strays.append(request.url)

    def check(self) -> None:
        """Fail with the list of requests that left."""
        assert not self.strays, f"requests left the origin: {self.strays}"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile; the test fails if any request of it leaves this machine."""
    guard = OriginGuard()
    fresh = browser.new_context()
    guard.watch(fresh)
    yield fresh
    fresh.close()
    guard.check()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in a fresh profile; the test fails on an error that nothing caught."""
    errors: list[str] = []
    fresh = context.new_page()
    fresh.on("pageerror", lambda error: errors.append(f"{error.name}: {error.message}"))
    yield fresh
    assert not errors, f"uncaught errors in the page: {errors}"


@pytest.fixture(scope="session")
def eventually() -> Callable[..., object]:
    """`eventually(lambda: page.evaluate("…"), timeout=10)`: the first true value of a poll.

    Playwright's own `wait_for_function` evaluates strings, which the site's policy forbids.
    """

    def poll(probe: Callable[[], object], *, timeout: float = 10, every: float = 0.1) -> object:
        end = time.monotonic() + timeout
        while True:
            if value := probe():
                return value
            if time.monotonic() > end:
                raise AssertionError(f"still {value!r} after {timeout} s")
            time.sleep(every)

    return poll
