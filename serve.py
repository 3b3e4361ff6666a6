"""Serve a built site on this machine: `python serve.py [--port 8000] [--dir dist] [--open]`.

Adds what a plain static server lacks: the headers that isolate the page (threads need them), a
strict Content-Security-Policy, the media types of modules, WASM, wheels and models, and files
compressed ahead of time. It answers to its own names alone, and ends connections that stand still.
Ranges, ETags and the guard against paths outside the folder are Starlette's.

`HEADERS` and `MEDIA_TYPES` are the one list of both: `pyodide_build/build_site.py` hands them to
the service worker, which adds them on hosts that cannot. One script of the site may reach another
host, the hub of models; `special_headers` says which, and where its address comes from.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import ipaddress
import json
import os
import re
import socket
import stat
import sys
import threading
import webbrowser
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.datastructures import Headers, MutableHeaders
    from starlette.exceptions import HTTPException
    from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
    from starlette.routing import Mount
    from starlette.staticfiles import NotModifiedResponse, StaticFiles
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as missing:
    sys.exit(
        f"serve.py needs the package {missing.name}. "
        "Run it with .venv/bin/python, which `make run` sets up."
    )

HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types fossick lit-html default",
        )
    ),
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "hid",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "publickey-credentials-get",
            "serial",
            "usb",
            "xr-spatial-tracking",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Sent with every answer, errors included."""

HUB_SCRIPT: Final = "static/workers/models.worker.js"
"""The one script that may reach the hub. A worker runs under the policy of its own script, so
neither the page nor any other worker can, whatever happens in them."""

CATALOGUE: Final = "static/models.json"

MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
"""By suffix, whatever the machine's own table says (some call .js text/plain)."""

ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Content codings that may lie beside a file, best first, and the suffix of each."""

RANGES: Final = re.compile(r"bytes=\s*(\d+-\d*|-\d+)(\s*,\s*(\d+-\d*|-\d+))*\s*")
"""A Range header that means something; any other is left unread (RFC 9110, 14.2)."""

ASKING: Final = 10.0
"""Seconds in which a client has to have sent a whole request, once it has begun."""

TAKING: Final = 60.0
"""Seconds in which a client has to take some of an answer."""

MOST_CONNECTIONS: Final = 256
"""Connections at once; those beyond are told 503. A page of ours has six."""

DEFAULT_DIR: Final = Path(__file__).resolve().parent / "dist"


def media_type(path: str | os.PathLike[str]) -> str:
    """Content-Type of a file by its name: `media_type("a/b.mjs")` -> "text/javascript; …"."""
    return MEDIA_TYPES.get(Path(path).suffix.lower(), "application/octet-stream")


def accepts(accept_encoding: str, coding: str) -> bool:
    """Whether an Accept-Encoding header names `coding`: `accepts("br;q=0", "br")` -> False."""
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        if name.strip() == coding:
            key, _, value = parameter.replace(" ", "").partition("=")
            try:
                return key != "q" or float(value) > 0
            except ValueError:
                return False
    return False


def special_headers(hub: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Headers that replace those of `HEADERS` for some paths of the site.

    `hub` is that of the catalogue: `{"url": …, "redirects": […]}`, the address of the hub and the
    sources, as a policy writes them, of hosts that it sends downloads on to. `ValueError` for what
    is none.
    """
    sources = [str(hub["url"]), *map(str, hub["redirects"])]
    for source in sources:
        if not re.fullmatch(r"https?://[\w.*-]+(:[\d*]+)?(/[\w./-]*)?", source):
            raise ValueError(f"{source!r} is no address of a hub")
    # Without its path: a policy compares that with redirects as well.
    origins = dict.fromkeys("/".join(source.split("/")[:3]) for source in sources)
    policy = HEADERS["Content-Security-Policy"].replace(
        "connect-src 'self'", f"connect-src 'self' {' '.join(origins)}"
    )
    return {HUB_SCRIPT: {"Content-Security-Policy": policy}}


def headers_of_site(folder: Path) -> dict[str, dict[str, str]]:
    """`special_headers` of the site in a folder; none where it has no catalogue to be read."""
    try:
        catalogue = json.loads((folder / CATALOGUE).read_text("utf-8"))
        return special_headers(catalogue["hub"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class SiteFiles(StaticFiles):
    """Files of one folder, in a compressed form where one lies beside them and is welcome."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._root = os.path.realpath(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, headers that mean nothing left out."""
        headers = [*filter(_is_meant, scope["headers"])]
        await super().__call__({**scope, "headers": headers}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or a redirect of `folder` to `folder/` that holds under any prefix."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 401:  # a file this process may not read; no password helps
                raise HTTPException(status_code=403) from error
            raise
        if isinstance(response, RedirectResponse):
            name = scope["path"].rpartition("/")[2]
            query = scope["query_string"].decode("latin-1")
            response.headers["location"] = f"./{quote(name)}/" + (query and f"?{query}")
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The best form of the file for this client, or 304 where it has that form already."""
        request = Headers(scope=scope)
        headers = {"cache-control": "no-cache"}
        kind = media_type(full_path)
        variants = self._variants(os.fspath(full_path), stat_result)
        if variants:
            headers["vary"] = "Accept-Encoding"
        # A range counts bytes of one form; clients that ask for one mean the plain file.
        if "range" not in request:
            for coding, (variant, variant_stat) in variants.items():
                if accepts(request.get("accept-encoding", ""), coding):
                    headers["content-encoding"] = coding
                    full_path, stat_result = variant, variant_stat
                    break
        response = FileResponse(
            full_path, status_code, headers, media_type=kind, stat_result=stat_result
        )
        if self.is_not_modified(response.headers, request):
            return NotModifiedResponse(response.headers)
        return response

    def _variants(
        self, full_path: str, plain: os.stat_result
    ) -> dict[str, tuple[str, os.stat_result]]:
        """Compressed forms by coding; one older than its file is stale and left out."""
        found = {}
        relative = os.path.relpath(full_path, self._root)
        for coding, suffix in ENCODINGS.items():
            path, info = self.lookup_path(relative + suffix)
            if info and stat.S_ISREG(info.st_mode) and info.st_mtime >= plain.st_mtime:
                found[coding] = (path, info)
        return found


def _is_meant(header: tuple[bytes, bytes]) -> bool:
    """Whether a header is to be looked at: a Range that cannot be understood is not."""
    name, value = header
    return name != b"range" or RANGES.fullmatch(value.decode("latin-1")) is not None


def is_own(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names this server: `is_own("localhost:8000", ())` -> True.

    Addresses, `localhost`, and `names`. A page elsewhere whose name is made to point at this
    machine (DNS rebinding) sends its own name, and shall not read what lies here.
    """
    found = re.fullmatch(r"(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d+)?", host)
    if not found:
        return False
    name = found[1].strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost") or name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class HostGuard:
    """ASGI middleware: 421 to who asks for a host that this is not."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self.app = app
        self.names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for this server. `scope` is that of an HTTP request."""
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or not is_own(hosts[0], self.names):
            refusal = PlainTextResponse(
                "This server does not answer to that name. Use http://127.0.0.1 or localhost, or "
                "start it with --allow-host NAME.\n",
                status_code=421,
            )
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class SecurityHeaders:
    """ASGI middleware: `HEADERS` on every answer, and others instead on some `special` paths."""

    def __init__(self, app: ASGIApp, special: Mapping[str, Mapping[str, str]]) -> None:
        self.app = app
        self.special = special

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers as the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                special = self.special.get(scope["path"].lstrip("/"), {})
                for name, value in {**HEADERS, **special}.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_app(folder: Path, names: Collection[str] = ()) -> ASGIApp:
    """The ASGI application that serves `folder`, which must exist, also under `names`."""
    site = Starlette(routes=[Mount("/", SiteFiles(folder))])
    return SecurityHeaders(HostGuard(site, names), headers_of_site(folder))


class Patient(H11Protocol):
    """A connection, ended when the client sends a request too slowly or takes no answer."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait(ASKING)

    def data_received(self, data: bytes) -> None:
        """A piece of a request has come; while one is answered, its client is not hurried."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait(None)
        elif self._deadline is None:
            self._wait(ASKING)

    def on_response_complete(self) -> None:
        """The answer is out; what is left of waiting is up to keep-alive."""
        self._wait(None)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client takes nothing more for now."""
        super().pause_writing()
        self._wait(TAKING)

    def resume_writing(self) -> None:
        """The client has taken something."""
        self._wait(None)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._wait(None)
        super().connection_lost(exc)

    def _wait(self, seconds: float | None) -> None:
        """Abort in so many seconds, None for never; what was waited for before is forgotten."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)


class SiteServer(uvicorn.Server):
    """A uvicorn server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, url: str, open_page: bool) -> None:
        super().__init__(config)
        self._url = url
        self._open_page = open_page

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address and open the page where that was asked for."""
        await super().startup(sockets)
        if not self.started:
            return
        print(f"Fossick is at {self._url}  (Ctrl-C stops it)", flush=True)
        if self._open_page and has_display():
            threading.Thread(target=webbrowser.open, args=(self._url,), daemon=True).start()


def has_display() -> bool:
    """Whether a window can be opened; without one `webbrowser` would start a text browser here."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises `OSError`."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option lets two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def why_not(error: OSError, host: str, port: int) -> str:
    """One sentence on why listening failed, and the way out."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program. Stop that one, or choose another port: "
            f"make run PORT={port + 1}, or serve.py --port {port + 1}."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by this account. Choose one above 1023."
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host!r} is no address of this machine. Leave --host out to use 127.0.0.1."
    return f"Cannot listen on {host} port {port}: {error.strerror or error}."


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Serve the built site on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes any free one (%(default)s)")
    parser.add_argument("--dir", type=Path, default=DEFAULT_DIR, help="folder to serve (dist)")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name besides localhost under which this machine is asked; may be repeated",
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= 65535:
        parser.error(f"--port {options.port}: a port is a number from 0 to 65535")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped; 0 after Ctrl-C, 1 with a sentence on standard error if it cannot."""
    options = parse(arguments)
    if not options.dir.is_dir():
        print(
            f"There is no folder {options.dir}. Build the site first: make site.", file=sys.stderr
        )
        return 1
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        print(why_not(error, options.host, options.port), file=sys.stderr)
        return 1
    host, port = listener.getsockname()[:2]
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        print("Warning: other machines can reach this server, and whoever does can read the files")
        print("of the site (not those that you search: they never leave your browser). Only this")
        print("machine gets storage and threads, as browsers give those to https and localhost.")
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    config = uvicorn.Config(
        create_app(options.dir, options.allow_host),
        http=Patient,
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        log_level="error",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after a clean stop
        SiteServer(config, url, options.open).run(sockets=[listener])
    print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
