"""Calls from JavaScript: arguments in, the bridge's answer or a coded error out."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from app.browser import ffi, portable
from app.browser.bridge import Bridge
from app.browser.inference import BrowserEmbedder
from app.browser.plain import plain
from app.browser.requests import CURRENT, Request
from app.browser.sources import sources_of
from app.engine import EmbedderChain
from app.errors import CancelledError, FossickError, InputError
from app.ports import EmbedderInfo

_log = logging.getLogger(__name__)


class Endpoint:
    """Runs the bridge's methods for the engine's worker."""

    def __init__(
        self,
        bridge: Bridge,
        embedder: BrowserEmbedder | None,
        chain: EmbedderChain,
        on_embedder: ffi.JsObject,
        versions: Mapping[str, str],
        *,
        sealed: bool = False,
    ) -> None:
        self._bridge = bridge
        self._embedder = embedder
        self._chain = chain
        self._on_embedder = on_embedder
        self._versions = versions
        self.sealed = sealed
        self._told: EmbedderInfo | None = None
        self._noted = 0
        self._tell_embedder()

    def versions(self) -> ffi.JsObject:
        """Versions of what runs here."""
        return ffi.to_javascript(dict(self._versions))

    async def call(self, method: str, id: int, args: ffi.JsObject, tell: ffi.JsObject) -> Any:  # noqa: A002, ANN401
        """The envelope of the answer; never an exception."""
        request = Request(id, lambda progress: tell(ffi.to_javascript(progress)))
        request.stop = self._stopper(method, id)
        token = CURRENT.set(id)
        self._bridge.requests[id] = request
        try:
            return ffi.succeeded(await self._run(method, request, args))
        except (asyncio.CancelledError, CancelledError):
            return ffi.failed("cancelled", "Stopped; what was committed before is kept.")
        except FossickError as error:
            return ffi.failed(error.code, error.message, error.hint)
        except MemoryError:
            hint = "Close other tabs, remove something from the collection, or do less at a time."
            return ffi.failed("memory", "There is not enough memory for this.", hint)
        except Exception as error:  # a bug of ours: named to the page, told in full to the console
            _log.exception("%s failed", method)
            return ffi.failed("internal", f"{type(error).__name__}: {error}")
        finally:
            del self._bridge.requests[id]
            CURRENT.reset(token)
            self._tell_embedder()

    async def _run(self, method: str, request: Request, args: ffi.JsObject) -> object:
        call = getattr(self._bridge, method)
        given = _arguments(method, args)
        try:
            inspect.signature(call).bind(request, **given)
        except TypeError as error:
            raise InputError(f"{method}: {error}.") from None
        return await call(request, **given)

    def _tell_embedder(self) -> None:
        """Tell the page when new texts go to another embedder than before, and why."""
        info = self._chain.info
        if info is not None and self._told is not None and info.model == self._told.model:
            return
        if info is None and self._told is None and not self._chain.notes:
            return
        self._told = info
        news = self._chain.notes[self._noted :]
        self._noted = len(self._chain.notes)
        note = news[-1] if news else ""
        self._on_embedder(ffi.to_javascript(plain(info)), note)

    def _stopper(self, method: str, id: int) -> Callable[[], object]:  # noqa: A002
        """Searches stop where they stand; adding is freed from the model and ends in order.

        So do changes of vectors, which are done or not done, and exported files.
        """
        embedder, task = self._embedder, asyncio.current_task()
        if method in {"vectors", "export", "import_file"}:
            return lambda: None
        if method == "add":
            return (lambda: None) if embedder is None else partial(embedder.interrupt, id)
        return (lambda: None) if task is None else task.cancel


def _arguments(method: str, args: ffi.JsObject) -> dict[str, Any]:
    if (files := portable.arguments_of(method, args)) is not None:
        return dict(files)
    if method != "add":
        return dict(ffi.to_python(args))
    sources = sources_of(args.sources, str(args.files))
    ignored = {one["path"]: one["why"] for one in ffi.to_python(args.ignored)}
    return {"sources": sources, "whole": list(ffi.to_python(args.whole)), "ignored": ignored}
