"""serve.py over a real socket: what it sends, and what it refuses."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

SECRET = b"outside the folder"
PLAIN = b"export const answer = 42;\n" * 100

Reply = tuple[http.client.HTTPResponse, bytes]
Get = Callable[..., Reply]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one file of every kind, a secret beside it and a link to that secret."""
    base = tmp_path_factory.mktemp("served")
    site = base / "site"
    (site / "sub folder").mkdir(parents=True)
    (base / "secret.txt").write_bytes(SECRET)
    (base / "site-secret").mkdir()
    (base / "site-secret" / "index.html").write_bytes(SECRET)
    (site / "index.html").write_text("<title>home</title>")
    (site / "sub folder" / "index.html").write_text("<title>sub</title>")
    (site / "link.txt").symlink_to(base / "secret.txt")
    (site / "linked").symlink_to(base, target_is_directory=True)
    (site / "code.mjs").write_bytes(PLAIN)
    (site / "code.mjs.gz").write_bytes(gzip.compress(PLAIN, mtime=0))
    (site / "stale.js").write_bytes(PLAIN)
    (site / "stale.js.gz").write_bytes(gzip.compress(b"old", mtime=0))
    os.utime(site / "stale.js.gz", (1, 1))
    (site / "sly.js").write_bytes(PLAIN)
    (site / "sly.js.gz").symlink_to(base / "secret.txt")
    (site / "letters.whl").write_bytes(b"abcdefghijklmnopqrstuvwxyz")
    (site / "empty.json").write_bytes(b"")
    (site / "static" / "workers").mkdir(parents=True)
    hub = {"url": "https://hub.example/models", "redirects": ["https://*.cdn.example"]}
    (site / "static" / "models.json").write_text(json.dumps({"hub": hub, "models": []}))
    for name in ("models.worker.js", "other.worker.js"):
        (site / "static" / "workers" / name).write_bytes(PLAIN)
    for name in ("a.wasm", "a.onnx", "a.zip", "a.webmanifest", "a.css", "a.js", "a.json", "a.svg"):
        (site / name).write_bytes(b"{}")
    os.mkfifo(site / "pipe")
    return site


@pytest.fixture(scope="module")
def get(serve: Callable[..., Any], folder: Path) -> Iterator[Get]:
    """`get("/path", header="value")`: the raw target goes out as it stands."""
    netloc = serve(folder, "--allow-host", "Notes.example").netloc

    def request(target: str, method: str = "GET", **headers: str) -> Reply:
        connection = http.client.HTTPConnection(netloc, timeout=10)
        own = "host" in headers
        connection.putrequest(method, target, skip_host=own, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    yield request


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("code.mjs", "text/javascript; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("letters.whl", "application/zip"),
        ("a.zip", "application/zip"),
        ("a.onnx", "application/octet-stream"),
        ("a.json", "application/json"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
    ],
)
def test_media_types(get: Get, name: str, kind: str) -> None:
    """Every kind of file has the type that browsers insist on, whatever the machine's table."""
    response, _ = get(f"/{name}")
    assert (response.status, response.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize("target", ["/", "/code.mjs", "/none", "/sub%20folder", "/linked/x"])
def test_security_headers_on_every_answer(get: Get, target: str) -> None:
    """Isolation, policy and nosniff are on pages, redirects and errors alike."""
    headers = get(target)[0].headers
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy


def test_one_script_may_reach_the_hub(get: Get) -> None:
    """The policy of the worker that fetches models names the hub; all else stays as strict."""
    policies = {
        name: get(f"/static/workers/{name}.worker.js")[0].headers["content-security-policy"]
        for name in ("models", "other")
    }
    assert "connect-src 'self';" in policies["other"]
    connect = "connect-src 'self' https://hub.example https://*.cdn.example;"
    assert policies["models"] == policies["other"].replace("connect-src 'self';", connect)


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/sub%20folder/../../secret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/../site-secret/index.html",
        "/..%2fsite-secret/",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/%2fetc/passwd",
        "/file:///etc/passwd",
        "/link.txt",
        "/linked/secret.txt",
        "/linked/site-secret/",
        "/secret.txt%00",
        "/%00",
        "/index.html%00.txt",
        "/" + "a" * 5000,
        "/pipe",
        "/%ff%fe",
    ],
)
def test_nothing_outside_is_served(get: Get, target: str) -> None:
    """No spelling of a path reaches a file outside the folder; each is a plain 404."""
    response, body = get(target)
    assert response.status == 404
    assert SECRET not in body
    assert b"root:" not in body


def test_single_range(get: Get) -> None:
    """First bytes, a middle and a suffix come back as 206 with their place."""
    for asked, answer, place in [
        ("bytes=0-2", b"abc", "bytes 0-2/26"),
        ("bytes=24-", b"yz", "bytes 24-25/26"),
        ("bytes=-3", b"xyz", "bytes 23-25/26"),
        ("bytes=20-999", b"uvwxyz", "bytes 20-25/26"),
    ]:
        response, body = get("/letters.whl", range=asked)
        assert (response.status, body) == (206, answer)
        assert response.headers["content-range"] == place
        assert response.headers["content-length"] == str(len(answer))


def test_several_ranges(get: Get) -> None:
    """Several ranges come back as one multipart body that holds each part."""
    response, body = get("/letters.whl", range="bytes=0-1,24-25")
    assert response.status == 206
    assert response.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert len(body) == int(response.headers["content-length"])
    assert b"bytes 0-1/26\r\n\r\nab\r\n" in body
    assert b"bytes 24-25/26\r\n\r\nyz\r\n" in body


@pytest.mark.parametrize("target", ["/letters.whl", "/empty.json"])
def test_range_beyond_the_end(get: Get, target: str) -> None:
    """A range that starts after the end is 416 and says how long the file is."""
    response, _ = get(target, range="bytes=100-")
    size = 26 if "letters" in target else 0
    assert (response.status, response.headers["content-range"]) == (416, f"bytes */{size}")


def test_if_range(get: Get) -> None:
    """A range of a form that has changed since gives the whole file."""
    etag = get("/letters.whl")[0].headers["etag"]
    assert get("/letters.whl", range="bytes=0-2", if_range=etag)[0].status == 206
    assert get("/letters.whl", range="bytes=0-2", if_range='"other"')[0].status == 200


def test_revalidation(get: Get, folder: Path) -> None:
    """The browser asks again each time and gets 304 until the file changes."""
    response, _ = get("/a.json")
    etag = response.headers["etag"]
    assert response.headers["cache-control"] == "no-cache"
    response, body = get("/a.json", if_none_match=etag)
    assert (response.status, body, response.headers["etag"]) == (304, b"", etag)
    assert get("/a.json", if_none_match=f'W/{etag}, "x"')[0].status == 304
    os.utime(folder / "a.json", (10, 10))
    response, _ = get("/a.json", if_none_match=etag)
    assert (response.status, response.headers["etag"] != etag) == (200, True)


def test_compressed_form(get: Get) -> None:
    """A client that takes gzip gets the file beside it, under its own ETag and the same type."""
    plain, body = get("/code.mjs")
    assert "content-encoding" not in plain.headers
    assert (body, plain.headers["vary"]) == (PLAIN, "Accept-Encoding")
    packed, body = get("/code.mjs", accept_encoding="gzip, deflate, br")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert len(body) == int(packed.headers["content-length"]) < len(PLAIN)
    assert gzip.decompress(body) == PLAIN
    assert packed.headers["etag"] != plain.headers["etag"]
    tag = packed.headers["etag"]
    again = get("/code.mjs", accept_encoding="gzip", if_none_match=tag)[0]
    assert (again.status, again.headers["vary"]) == (304, "Accept-Encoding")
    assert get("/code.mjs", if_none_match=tag)[0].status == 200


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/code.mjs", {"accept_encoding": "gzip;q=0, br"}),
        ("/code.mjs", {"accept_encoding": "gzip", "range": "bytes=0-"}),
        ("/stale.js", {"accept_encoding": "gzip"}),
        ("/sly.js", {"accept_encoding": "gzip"}),
    ],
)
def test_plain_form_where_the_other_is_wrong(
    get: Get, target: str, headers: dict[str, str]
) -> None:
    """Refused, in ranges, out of date or a link to elsewhere: the plain file is sent."""
    response, body = get(target, **headers)
    assert "content-encoding" not in response.headers
    assert body == PLAIN


@pytest.mark.parametrize("asked", ["bytes=", "bytes=b-a", "lines=0-1", "0-2", "bytes=1-0x", "é"])
def test_a_range_that_says_nothing_is_not_heard(get: Get, asked: str) -> None:
    """A Range that cannot be understood gives the whole file, not an error."""
    response, body = get("/letters.whl", range=asked)
    assert (response.status, len(body)) == (200, 26)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("LOCALHOST.", 200),
        ("fossick.localhost:1", 200),
        ("127.0.0.1", 200),
        ("192.168.1.7:8000", 200),
        ("[::1]:8000", 200),
        ("notes.example", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example/127.0.0.1", 421),
        ("user@localhost", 421),
        ("", 421),
    ],
)
def test_only_own_names_are_answered_to(get: Get, host: str, status: int) -> None:
    """A name that was made to point here (DNS rebinding) gets nothing but a way out."""
    response, body = get("/a.json", host=host)
    assert response.status == status
    assert (b"--allow-host" in body) == (status == 421)
    assert "content-security-policy" in response.headers


def exchange(netloc: str, *pieces: bytes, pause: float = 0.0, patience: float = 30.0) -> bytes:
    """What comes back for raw bytes, until the server ends the connection."""
    host, port = netloc.split(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        for piece in pieces:
            with contextlib.suppress(OSError):
                connection.sendall(piece)
            time.sleep(pause)
        with contextlib.suppress(ConnectionResetError):
            while more := connection.recv(65536):
                answer += more
    return answer


HEAD = b"GET /a.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


def test_requests_that_are_none(get: Get, serve: Callable[..., Any], folder: Path) -> None:
    """Noise, giant headers, two hosts and bodies are refused; the next request is answered."""
    noise = random.Random(5)
    netloc = serve(folder).netloc
    refused = [
        *(noise.randbytes(200) + b"\r\n\r\n" for _ in range(40)),
        *(HEAD[: noise.randrange(5, 14)] + noise.randbytes(30) + b"\r\n\r\n" for _ in range(40)),
        HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD + b"Host: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        HEAD.replace(b"GET", b"POST") + b"Content-Length: 99999999999\r\n\r\n" + b"a" * 100_000,
        HEAD.replace(b"GET", b"POST") + b"Content-Length: -1\r\n\r\n",
    ]
    for sent in refused:
        answer = exchange(netloc, sent)
        assert not answer.startswith(b"HTTP/1.1 200"), sent[:80]
        assert b"root:" not in answer
        assert SECRET not in answer
    assert exchange(netloc, HEAD + b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_slow_clients_are_let_go(serve: Callable[..., Any], folder: Path) -> None:
    """Who sends a letter a second is hung up on, before a request or between two of them."""
    netloc = serve(folder).netloc
    letters = [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "] + [b"a"] * 13
    whole = HEAD.replace(b"Connection: close\r\n", b"") + b"\r\n"
    begun = time.monotonic()
    with ThreadPoolExecutor() as both:
        first = both.submit(exchange, netloc, *letters, pause=1.0)
        second = both.submit(exchange, netloc, whole, *letters, pause=1.0)
        assert (first.result(), second.result().count(b"HTTP/1.1")) == (b"", 1)
    assert time.monotonic() - begun < 20


def test_many_clients_at_once(serve: Callable[..., Any], folder: Path) -> None:
    """Hundreds that hold connections open cost others an answer, not the server its life."""
    server = serve(folder)
    host, port = server.netloc.split(":")
    with contextlib.ExitStack() as held:
        for _ in range(300):
            held.enter_context(socket.create_connection((host, int(port)), timeout=10))
        assert exchange(server.netloc, HEAD + b"\r\n").startswith(b"HTTP/1.1 503")
    assert exchange(server.netloc, HEAD + b"\r\n").startswith(b"HTTP/1.1 200")
    assert server.process.poll() is None


def test_head(get: Get) -> None:
    """HEAD has the headers of GET and no body."""
    response, body = get("/letters.whl", method="HEAD")
    assert (response.status, body, response.headers["content-length"]) == (200, b"", "26")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods(get: Get, method: str) -> None:
    """Nothing but reading is allowed, and the answer says so."""
    response, _ = get("/", method=method, content_length="0")
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD")


def test_folders(get: Get) -> None:
    """A folder without its slash redirects relatively, so that it holds behind a prefix."""
    response, _ = get("/sub%20folder?q=1")
    assert (response.status, response.headers["location"]) == (307, "./sub%20folder/?q=1")
    assert get("/sub%20folder/")[1] == b"<title>sub</title>"


def run_serve(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """serve.py to its end."""
    return subprocess.run(
        [sys.executable, str(root / "serve.py"), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_busy_port_is_a_sentence(root: Path, folder: Path) -> None:
    """A port in use is told with the way out, and without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_serve(root, "--dir", str(folder), "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Port {port} is in use" in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--dir", "no/such/folder"], 1, "make site"),
        (["--port", "70000"], 2, "a port is a number"),
        (["--host", "host.invalid"], 1, "is no address of this machine"),
        (["--host", "192.0.2.1"], 1, "is no address of this machine"),
    ],
)
def test_other_refusals(
    root: Path, folder: Path, arguments: list[str], code: int, said: str
) -> None:
    """Every way of not starting is one sentence."""
    if "--dir" not in arguments:
        arguments = ["--dir", str(folder), *arguments]
    done = run_serve(root, *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_stops_cleanly(serve: Callable[[Path], object], folder: Path) -> None:
    """Ctrl-C ends it at once with code 0, also while a client holds a connection open."""
    server = serve(folder)
    idle = http.client.HTTPConnection(server.netloc)
    idle.request("GET", "/")
    idle.getresponse().read()
    begun = time.monotonic()
    server.process.send_signal(signal.SIGINT)
    out, err = server.process.communicate(timeout=10)
    assert (server.process.returncode, err) == (0, "")
    assert "Stopped." in out
    assert time.monotonic() - begun < 3
    idle.close()
