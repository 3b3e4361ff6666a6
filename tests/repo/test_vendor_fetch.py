"""Downloads: checked, whole or not there at all, and every failure one sentence."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.server
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

import vendor_fetch
from vendor_fetch import VendorError, download, extract, obtain, sentence_for, swap_in
from vendor_pins import Wheel

BODY = bytes(range(256)) * 4000
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def wheel_of(body: bytes, **changes: object) -> Wheel:
    """A pin that fits `body`."""
    plain = Wheel(
        name="sample",
        version="1.0",
        file="sample-1.0-py3-none-any.whl",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
    )
    return replace(plain, **changes)


@pytest.fixture
def serve_answer() -> Iterator[Callable[[Answer], str]]:
    """`serve_answer(function)` starts a local server that answers so; gives its address."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError):  # the client had enough
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def body(content: bytes, *, length: int | None = None, code: int = 200) -> Answer:
    """An answer with this content and a Content-Length that may lie."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def test_a_whole_download(serve_answer: Callable[[Answer], str], tmp_path: Path) -> None:
    """The bytes arrive under the final name and nothing else is left."""
    target = tmp_path / "cache" / "sample.whl"
    download(serve_answer(body(BODY)), target, wheel_of(BODY))
    assert target.read_bytes() == BODY
    assert list(target.parent.iterdir()) == [target]


def _stall(handler: http.server.BaseHTTPRequestHandler) -> None:
    body(BODY[:1000], length=len(BODY))(handler)
    time.sleep(1)


def _without_end(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(1 << 16))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (body(BODY[:-7], length=len(BODY)), "broke off after 1,023,993 of 1,024,000 bytes"),
        (body(b""), "broke off after 0 of"),
        (body(bytes(len(BODY))), "is not the file that is pinned"),
        (body(b"gone", code=404), "HTTP 404"),
        (_stall, "stopped arriving"),
        (_without_end, "is not the file that is pinned"),
    ],
    ids=["cut off", "empty", "other bytes", "not found", "stalled", "without end"],
)
def test_a_bad_download(
    serve_answer: Callable[[Answer], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    message: str,
) -> None:
    """Each way a download can go wrong is said in a sentence and leaves nothing behind."""
    monkeypatch.setattr(vendor_fetch, "CONNECT_SECONDS", 0.3)
    with pytest.raises(VendorError, match=message):
        download(serve_answer(answer), tmp_path / "sample.whl", wheel_of(BODY))
    assert list(tmp_path.iterdir()) == []


def test_nobody_answers(tmp_path: Path) -> None:
    """A refused connection is a sentence, too."""
    with pytest.raises(VendorError, match="cannot be downloaded"):
        download("http://127.0.0.1:9/", tmp_path / "sample.whl", wheel_of(BODY))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_the_disk_is_full(serve_answer: Callable[[Answer], str], tmp_path: Path) -> None:
    """The system's own "no space left" becomes a sentence, and what stood there stays."""
    target = tmp_path / "sample.whl"
    target.write_bytes(b"old")
    (tmp_path / ".sample.whl.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        download(serve_answer(body(BODY)), target, wheel_of(BODY))
    assert sentence_for(caught.value).startswith("The disk is full")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_other_disk_errors() -> None:
    """A file that may not be written is named."""
    error = PermissionError(errno.EACCES, "Permission denied", "static/vendor/lit.js")
    assert sentence_for(error) == (
        "static/vendor/lit.js cannot be written or read: Permission denied."
    )


def test_a_cached_wheel_is_used_again(tmp_path: Path) -> None:
    """A file with the right hash is taken as it is: nothing is fetched."""
    wheel = wheel_of(BODY)
    (tmp_path / wheel.file).write_bytes(BODY)
    assert obtain(wheel, tmp_path) == tmp_path / wheel.file


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with a carrier that has `inner.whl`, whose content is BODY."""
    cache = tmp_path / "cache"
    cache.mkdir()
    archive = cache / "carrier.whl"
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("data/inner.whl", BODY)
        writing.writestr("data/other.whl", b"other")
    pin = wheel_of(archive.read_bytes(), file="carrier.whl")
    monkeypatch.setattr(vendor_fetch, "CARRIER", pin)
    return cache


def test_the_carrier_steps_in_for_the_cdn(
    carrier: Path,
    serve_answer: Callable[[Answer], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where the CDN does not have the file, the identical one comes out of the carrier."""
    monkeypatch.setattr(vendor_fetch, "PYODIDE_CDN", serve_answer(body(b"no", code=503)))
    wheel = wheel_of(BODY, file="inner.whl", inside="data/inner.whl")
    assert obtain(wheel, carrier, "auto").read_bytes() == BODY
    assert not list(carrier.glob(".*"))


def test_only_the_cdn(
    carrier: Path, serve_answer: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for the CDN alone, its failure is the answer; its success is, too."""
    wheel = wheel_of(BODY, file="inner.whl", inside="data/inner.whl")
    monkeypatch.setattr(vendor_fetch, "PYODIDE_CDN", serve_answer(body(b"no", code=503)))
    with pytest.raises(VendorError, match="HTTP 503"):
        obtain(wheel, carrier, "cdn")
    monkeypatch.setattr(vendor_fetch, "PYODIDE_CDN", serve_answer(body(BODY)))
    assert obtain(wheel, carrier, "cdn").read_bytes() == BODY


def test_a_damaged_cache_is_fetched_again(carrier: Path) -> None:
    """A cached file whose hash is off is replaced, not used."""
    wheel = wheel_of(BODY, file="inner.whl", inside="data/inner.whl")
    (carrier / "inner.whl").write_bytes(BODY[:100])
    assert obtain(wheel, carrier, "pypi").read_bytes() == BODY


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("data/other.whl", "is not the file that is pinned"),
        ("data/none.whl", "cannot be taken out"),
    ],
)
def test_the_carrier_has_another_file(carrier: Path, inside: str, message: str) -> None:
    """What comes out of the carrier is checked like a download."""
    wheel = wheel_of(BODY, file="inner.whl", inside=inside)
    with pytest.raises(VendorError, match=message):
        extract(carrier / "carrier.whl", wheel, carrier / "inner.whl")
    assert [path.name for path in carrier.iterdir()] == ["carrier.whl"]


@pytest.fixture
def pip_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """A folder that pip takes for its only index, with the wheel "sample" in it."""
    index = tmp_path / "index"
    index.mkdir()
    path = index / "sample-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("sample.py", "")
        info = "sample-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return wheel_of(path.read_bytes())


def test_pip_brings_a_wheel(pip_index: Wheel, tmp_path: Path) -> None:
    """The wheel that pip finds is checked and put into the cache."""
    cache = tmp_path / "cache"
    assert obtain(pip_index, cache) == cache / pip_index.file
    assert list(cache.iterdir()) == [cache / pip_index.file]


def test_pip_brings_another_wheel(pip_index: Wheel, tmp_path: Path) -> None:
    """An index with other bytes under the same name is refused."""
    cache = tmp_path / "cache"
    with pytest.raises(VendorError, match="is not the file that is pinned"):
        obtain(replace(pip_index, sha256="0" * 64), cache)
    assert list(cache.iterdir()) == []


def test_pip_finds_nothing(pip_index: Wheel, tmp_path: Path) -> None:
    """pip's failure becomes a sentence that names the package."""
    with pytest.raises(VendorError, match=r"pip could not download sample==9\.9"):
        obtain(replace(pip_index, version="9.9"), tmp_path / "cache")


def test_a_folder_is_swapped_in(tmp_path: Path) -> None:
    """The new folder replaces the old one whole; nothing of the old one stays."""
    new, target = tmp_path / "stage" / "x", tmp_path / "vendor" / "x"
    for folder, name in ((new, "new.js"), (target, "old.js")):
        folder.mkdir(parents=True)
        (folder / name).write_text(name)
    swap_in(new, target)
    assert [path.name for path in target.iterdir()] == ["new.js"]
    assert list(new.parent.iterdir()) == []
