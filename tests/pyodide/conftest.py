"""One Chromium with Pyodide in a worker, the way the site starts it, and calls into it.

pytest-pyodide drives it; its global options (``--runtime``, ``--dist-dir``) play no part, so that
the rest of the suite need not know of them. Everything runs in one dedicated worker, as the
engine does: there the file system's synchronous handles are to be had.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import http.server
import inspect
import io
import pickle
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pytest_pyodide.fixture import BrowserWorkerChromeRunner
from pytest_pyodide.runner import JavascriptException
from pytest_pyodide.server import DefaultHandler
from selenium.common.exceptions import TimeoutException
from urllib3.exceptions import ReadTimeoutError

from tests.conftest import BRIEFLY
from tests.pyodide import probes

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
"""Seconds for a call; after that the interpreter is given up, and each further call fails."""
TIMEOUTS = (TimeoutException, ReadTimeoutError)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what holds a browser open, before anyone sorts or picks by marks."""
    for item in items:
        if "pyodide" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


INSTALL = """
await pyodide.loadPackage(["numpy", "snowballstemmer"]);
const { python } = pyodide._api.lockfile_info;
const extractDir = `/lib/python${python.split(".").slice(0, 2).join(".")}/site-packages`;
pyodide.unpackArchive(await (await fetch("/app.zip")).arrayBuffer(), "zip", { extractDir });
pyodide.unpackArchive(await (await fetch("/tests.zip")).arrayBuffer(), "zip");
const { OpfsStore } = await import("/static/workers/store-opfs.js");
const { IndexedDbStore } = await import("/static/workers/store-indexeddb.js");
self.fossickStores = { opfs: OpfsStore, indexeddb: IndexedDbStore };
const { compileKernels, kernelsOver } = await import("/static/workers/kernels.js");
self.fossickKernels = kernelsOver(await compileKernels(), pyodide._module.memory);
"""


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
        for flag in [*FLAGS, BRIEFLY]:
            options.add_argument(flag)
        driver = Chrome(options=options, service=ChromeService(self.driver_path))
        driver.command_executor.client_config.timeout = TIMEOUT + 30
        return driver


class Handler(DefaultHandler):  # type: ignore[misc]
    """Serves the distribution, our JavaScript, pytest-pyodide's pages, what is held in memory."""

    def __init__(self, *args: Any, files: Mapping[str, bytes], root: Path, **options: Any) -> None:
        self.files = files
        self.root = root
        super().__init__(*args, **options)

    def translate_path(self, path: str) -> str:
        """`/static/` is the site's own folder, all else the distribution."""
        if path.startswith("/static/"):
            self.directory = str(self.root)
        return str(super().translate_path(path))

    def get_template(self, path: str) -> bytes | None:
        """What is held under that path, or one of pytest-pyodide's own files."""
        held: bytes | None = self.files.get(path) or super().get_template(path)
        return held

    def log_message(self, format_: str, *args: object) -> None:
        """Say nothing."""


CALL = """
const sent = await (await fetch("/call", { cache: "no-store" })).bytes();
const inside = pyodide.pyimport("tests.pyodide.inside");
try {
    // callPromising, so that asyncio.run() in a test can wait for what it runs.
    return await inside.answer.callPromising(sent);
} finally {
    inside.destroy();
}
"""


class Pyodide:
    """The interpreter in the browser's worker."""

    def __init__(self, worker: Worker, files: dict[str, bytes]) -> None:
        self.worker = worker
        self.files = files
        self._lost = ""
        self._loaded: set[str] = set()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function(*arguments)` in there, awaited if it is a coroutine.

        The function goes by its name; arguments and result are pickled.
        """
        return self.call_by_name(function.__module__, function.__qualname__, *arguments)

    def call_by_name(self, module: str, name: str, *arguments: Any) -> Any:
        """As `call`, for a function of a module that only a browser can import."""
        assert not self._lost, f"the interpreter was given up in {self._lost}"
        self.files["/call"] = pickle.dumps((module, name, arguments), protocol=5)
        try:
            answer = self.worker.run_js(CALL)
        except TIMEOUTS as error:
            self._lost = f"{module}.{name}{arguments}"
            self.worker.driver.command_executor.client_config.timeout = 10  # to end it with
            raise AssertionError(f"no answer in {TIMEOUT} s from {self._lost}") from error
        except JavascriptException as error:
            python = (error.msg or error.stack).partition("\n    at ")[0]  # no stack of WebAssembly
            raise AssertionError(f"in Pyodide: {python}") from None
        return pickle.loads(base64.b64decode(answer))

    def load(self, *packages: str) -> None:
        """Load packages of the distribution, once."""
        if missing := set(packages) - self._loaded:
            self.worker.load_package(sorted(missing))
            self._loaded |= missing


def tests_archive(root: Path) -> bytes:
    """The tests that run in the browser, with their fixtures, as a zip file."""
    packed = io.BytesIO()
    folders = [root / "tests" / name for name in (*TEST_FOLDERS, "fixtures")]
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("tests/conftest.py", "tests/forms.py"):
            archive.write(root / name, name)
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
        pytest.fail(f"the test tools could not be fetched: {error}", pytrace=False)
    out: Path = test_dist.OUT
    return out


@pytest.fixture(scope="session")
def app_archive(script: Callable[[str], ModuleType], root: Path) -> bytes:
    """The bundle that the site carries, from the sources as they are."""
    bundle_app = script("bundle_app")
    packed: bytes = bundle_app.pack(root, bundle_app.members(root))
    return packed


@pytest.fixture(scope="session")
def pyodide(
    pyodide_dist: Path, app_archive: bytes, root: Path, chromium_path: str, driver_path: str
) -> Iterator[Pyodide]:
    """Pyodide with the app's bundle and the tests, started once for the session."""
    files = {"/app.zip": app_archive, "/tests.zip": tests_archive(root)}
    with contextlib.ExitStack() as stack:
        handler = functools.partial(Handler, directory=str(pyodide_dist), files=files, root=root)
        server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        options = {"server_port": server.server_port, "dist_dir": pyodide_dist}
        worker = Worker(chromium_path, driver_path, **options)
        stack.callback(worker.quit)
        worker.run_js(INSTALL)
        yield Pyodide(worker, files)


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """`function(*arguments)` here; a coroutine in a thread, as Playwright may hold the loop."""
    if not inspect.iscoroutinefunction(function):
        return function(*arguments)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, function(*arguments)).result()


@pytest.fixture(scope="session")
def on_cpython() -> Callable[..., Any]:
    """`on_cpython(function, *arguments)`, the counterpart of `pyodide.call`."""
    return run


@pytest.fixture(scope="session")
def same(pyodide: Pyodide) -> Callable[..., Any]:
    """`same(function, *arguments)`: what it gives on both sides; fails where they differ."""

    def check(function: Callable[..., Any], *arguments: Any) -> Any:
        here, there = run(function, *arguments), pyodide.call(function, *arguments)
        assert there == here
        return here

    return check


@pytest.fixture(scope="session")
def vocabulary(root: Path) -> list[str]:
    """The model's vocabulary where it was built, else a small one."""
    path = root / "static" / "vendor" / "models" / "all-MiniLM-L6-v2" / "vocab.txt"
    if not path.is_file():
        return list(probes.SMALL_VOCABULARY)
    return path.read_text("utf-8").removesuffix("\n").split("\n")
