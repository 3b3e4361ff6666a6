"""One Chromium with Pyodide in a worker, the way the site starts it, and calls into it.

pytest-pyodide drives it; its global options (``--runtime``, ``--dist-dir``) play no part, so that
the rest of the suite need not know of them. Everything runs in one dedicated worker, as the
engine does: there the file system's synchronous handles are to be had.
"""

from __future__ import annotations

import base64
import functools
import http.server
import io
import pickle
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pytest_pyodide.fixture import BrowserWorkerChromeRunner
from pytest_pyodide.server import DefaultHandler

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # containers run tests as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
TEST_FOLDERS = ("contract", "core", "engine", "formats", "pyodide", "ranking", "storage")
"""Folders of `tests/` that go into the browser; `fixtures` comes along with its files."""
TIMEOUT = 300


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here hold a browser open: marked before anyone sorts or picks by marks."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


class Worker(BrowserWorkerChromeRunner):  # type: ignore[misc]
    """pytest-pyodide's worker in the machine's own Chromium; nothing is looked up or downloaded."""

    script_timeout = TIMEOUT

    def __init__(self, browser_path: str, driver_path: str, **options: Any) -> None:
        self.browser_path = browser_path
        self.driver_path = driver_path
        super().__init__(**options)

    def get_driver(self, jspi: bool = False) -> Chrome:
        """A session of chromedriver."""
        from selenium.webdriver import Chrome, ChromeOptions, ChromeService

        options = ChromeOptions()
        options.binary_location = self.browser_path
        for flag in FLAGS:
            options.add_argument(flag)
        return Chrome(options=options, service=ChromeService(self.driver_path))


class Handler(DefaultHandler):  # type: ignore[misc]
    """Serves the distribution, pytest-pyodide's pages, and what is held in memory."""

    def __init__(self, *args: Any, extra: Mapping[str, Callable[[], bytes]], **options: Any):
        self.extra = extra
        super().__init__(*args, **options)

    def get_template(self, path: str) -> bytes | None:
        """Bytes made on demand, or one of pytest-pyodide's own files."""
        if path in self.extra:
            return self.extra[path]()
        template: bytes | None = super().get_template(path)
        return template

    def log_message(self, format_: str, *args: object) -> None:
        """Say nothing."""


class Pyodide:
    """The interpreter in the browser's worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function(*arguments)` in there, awaited if it is a coroutine.

        The function goes by its name; arguments and result are pickled.
        """
        sent = base64.b64encode(pickle.dumps((function, arguments), protocol=5)).decode()
        answer = self.worker.run_async(
            f"from tests.pyodide.inside import answer\nawait answer({sent!r})"
        )
        return pickle.loads(base64.b64decode(answer))


def tests_archive(root: Path) -> bytes:
    """The tests that run in the browser, with their fixtures, as a zip file."""
    packed = io.BytesIO()
    folders = [root / "tests" / name for name in (*TEST_FOLDERS, "fixtures")]
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(path for folder in folders for path in folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(root))
    return packed.getvalue()


@pytest.fixture(scope="session")
def driver_path(script: Callable[[str], ModuleType]) -> str:
    """Path of chromedriver on this machine."""
    path: str | None = script("ensure_browser").find("chromedriver")
    if path is None:
        pytest.skip("chromedriver is not installed; run: make browser")
    return path


@pytest.fixture(scope="session")
def pyodide_dist(root: Path, script: Callable[[str], ModuleType]) -> Path:
    """The distribution with the test tools; built here where it is missing or old."""
    test_dist = script("test_dist")
    try:
        test_dist.build(test_dist.SITE, test_dist.DOWNLOADS, test_dist.OUT)
    except FileNotFoundError as error:
        pytest.skip(f"{error.filename} is not there; run: make vendor")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the test tools could not be fetched: {error}")
    out: Path = test_dist.OUT
    return out


@pytest.fixture(scope="session")
def app_archive(script: Callable[[str], ModuleType], root: Path) -> bytes:
    """The bundle that the site carries, from the sources as they are."""
    bundle_app = script("bundle_app")
    packed: bytes = bundle_app.pack(root, bundle_app.members(root))
    return packed


@pytest.fixture(scope="session")
def pyodide_server(pyodide_dist: Path, app_archive: bytes, root: Path) -> Iterator[tuple[str, int]]:
    """Host and port that the browser loads everything from."""
    extra = {
        "/app.zip": lambda: app_archive,
        "/tests.zip": lambda: tests_archive(root),
    }
    handler = functools.partial(Handler, directory=str(pyodide_dist), extra=extra)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def selenium_worker(
    pyodide_server: tuple[str, int], pyodide_dist: Path, chromium_path: str, driver_path: str
) -> Iterator[Worker]:
    """pytest-pyodide's runner over a worker that has loaded Pyodide, once for all tests."""
    host, port = pyodide_server
    worker = Worker(
        chromium_path, driver_path, server_hostname=host, server_port=port, dist_dir=pyodide_dist
    )
    try:
        yield worker
    finally:
        worker.quit()


INSTALL = """
await pyodide.loadPackage(["numpy", "snowballstemmer"]);
for (const archive of ["app.zip", "tests.zip"]) {
    const response = await fetch("/" + archive);
    pyodide.unpackArchive(await response.arrayBuffer(), "zip");
}
"""


@pytest.fixture(scope="session")
def pyodide(selenium_worker: Worker) -> Pyodide:
    """Pyodide with the app's bundle and the tests."""
    selenium_worker.run_js(INSTALL)
    return Pyodide(selenium_worker)


@pytest.fixture(scope="session")
def same(pyodide: Pyodide) -> Callable[..., Any]:
    """`same(function, *arguments)`: what it gives on both sides; fails where they differ."""

    def check(function: Callable[..., Any], *arguments: Any) -> Any:
        here, there = function(*arguments), pyodide.call(function, *arguments)
        assert there == here
        return here

    return check
