"""A smoke run in Firefox, where the model runs on WASM: add, ask, reload, ask again."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fixtures.library import QUESTIONS, write_library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIMIT = 900
"""Seconds for everything, also on two slow cores."""

COMPANY = [
    "notes/budget.md",
    "letters/dentist.txt",
    "web/bees.html",
    "papers/glass.pdf",
    "code/lru.js",
]
"""Files that no question is about, one of each type."""


OWN_SERVICES = ("dummy.test", "mozilla.com", "mozilla.org", "mozilla.net", "firefox.com")
"""Hosts that Firefox asks by itself, also without a page; the first is Puppeteer's stand-in."""

CONTROL = "stray.invalid"
"""Asked for on purpose at the end: the proxy must see it."""


class StrayProxy(ThreadingHTTPServer):
    """Refuses everything, and notes which hosts were asked for but Firefox's own services."""

    def __init__(self) -> None:
        self.strays: list[str] = []
        super().__init__(("127.0.0.1", 0), _Refusal)


class _Refusal(BaseHTTPRequestHandler):
    server: StrayProxy

    def do_GET(self) -> None:
        # "host:443" of a CONNECT, or a whole address
        host = urlsplit(self.path if "://" in self.path else f"//{self.path}").hostname or ""
        if not any(host == own or host.endswith(f".{own}") for own in OWN_SERVICES):
            self.server.strays.append(host)
        self.send_error(502)

    do_POST = do_HEAD = do_PUT = do_OPTIONS = do_CONNECT = do_GET  # noqa: N815 (base's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name is the base's)
        pass


@pytest.fixture
def proxy() -> Iterator[StrayProxy]:
    """A proxy that the page should never ask."""
    server = StrayProxy()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_words_and_meaning_in_firefox(
    root: Path, firefox_path: str, site_server: str, proxy: StrayProxy, tmp_path: Path
) -> None:
    """Ten files of five types: both forms of each question find it, also after a reload; a page."""
    if not (node := shutil.which("node")):
        pytest.skip("Node.js is not installed")
    write_library(tmp_path)
    paths = [question.path for question in QUESTIONS] + COMPANY
    found = [word for q in QUESTIONS for word in f"{q.words} {q.paraphrase}".split()]
    words = [f"{found[n % len(found)]} {found[n * 7 % len(found)]}" for n in range(100)]
    task = {
        "url": site_server,
        "executable": firefox_path,
        "control": f"http://{CONTROL}/",
        "proxy": f"127.0.0.1:{proxy.server_port}",
        "files": [str(tmp_path / path) for path in paths],
        "queries": [text for q in QUESTIONS for text in (q.words, q.paraphrase)],
        "words": words,
    }
    done = subprocess.run(
        [node, str(root / "tests" / "browser" / "firefox.mjs")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    seen = json.loads(done.stdout)
    wanted = [Path(question.path).name for question in QUESTIONS for _ in range(2)]
    for answers in (seen["before"], seen["after"]):
        assert [answer["path"] for answer in answers] == wanted
        assert all(answer["legs"]["vector"] for answer in answers)
    assert seen["kept"] == len(paths)
    assert "written consent" in seen["drawn"]["words"]
    assert 0.0005 < seen["drawn"]["ink"] < 0.1
    assert (seen["info"]["device"], seen["info"]["state"]) == ("wasm", "ready")
    assert seen["info"]["model"] == "all-MiniLM-L6-v2/1/int8"
    assert seen["info"]["storage"] == "opfs"
    assert seen["errors"] == []
    assert seen["travelled"]["same"] == [True, True] and seen["travelled"]["length"] > 5000
    sealed = seen["sealed"]
    assert (sealed["codes"], sealed["path"]) == (["locked", "wrong-passphrase"], "hidden.md")
    assert sealed["seen"] == [] and sealed["length"] > 1000
    assert set(proxy.strays) == {CONTROL}, "the page's requests stay on its origin"
