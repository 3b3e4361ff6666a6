"""Browser profiles of the tests: what leaves this machine, and profiles that many tests share.

The first start of Python in a fresh profile takes several seconds, each later one about a second,
as the interpreter's image is kept. Most tests are about something else, so they take the place of
a person who comes back: a profile with that image and nothing else in it. It has no service
worker either: a copy of the whole site in each profile takes longer than most tests.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

BARE = "static/vendor/NOTICES.html"
"""A page of the site that runs nothing of its own."""

START = """
async () => {
  const { Fossick } = await import(new URL("../fossick.js", location.href));
  const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
  const kept = async () => (await (await caches.open("fossick-image-1")).keys()).length > 1;
  for (let tries = 0; tries < 100 && !(await kept()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  await fossick.close();
  return kept();
}
"""
"""Start Python once and wait until its image is kept."""

EMPTY = """
async () => {
  for (const name of await caches.keys())
    if (!name.startsWith("fossick-image")) await caches.delete(name);
  for (const { name } of await indexedDB.databases())
    await new Promise((done, failed) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = done;
      request.onerror = request.onblocked = () => failed(new Error(`${name} is in use`));
    });
  localStorage.clear();
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
}
"""
"""Remove all that a page can keep, but for the image."""

PATIENCE = 20.0
"""Seconds for workers of closed pages to let go of their files."""


class OriginGuard:
    """Notes every request of a context and fails if one left the machine's own servers."""

    def __init__(self) -> None:
        self.strays: list[str] = []
        self.origins: set[str] = set()

    def watch(self, context: BrowserContext) -> None:
        """Note the requests of all pages, workers and service workers of a context."""
        context.on("request", self._note)

    def leave(self, context: BrowserContext) -> None:
        """Note no more of them."""
        context.remove_listener("request", self._note)

    def _note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob"):
            return
        if parts.hostname in ("127.0.0.1", "localhost"):
            self.origins.add(f"{parts.scheme}://{parts.netloc}")
        else:
            self.strays.append(request.url)

    def check(self) -> None:
        """Fail with the list of requests that left."""
        assert not self.strays, f"requests left the origin: {self.strays}"


@contextlib.contextmanager
def fresh_context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own, where nobody has been; no request of it may leave this machine."""
    guard = OriginGuard()
    context = browser.new_context()
    guard.watch(context)
    yield context
    context.close()
    guard.check()


@contextlib.contextmanager
def watched_page(context: BrowserContext) -> Iterator[Page]:
    """A new page; fails at the end if there was an error that nothing caught."""
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(f"{error.name}: {error.message}"))
    yield page
    assert not errors, f"uncaught errors in the page: {errors}"


class SharedProfile:
    """One context for one test after another: emptied before each, made anew when that fails."""

    def __init__(self, browser: Browser, url: str, *, touch: bool = False) -> None:
        self._browser = browser
        self._url = url
        self._touch = touch
        self._context: BrowserContext | None = None
        self._others: set[str] = set()

    @contextlib.contextmanager
    def lend(self) -> Iterator[BrowserContext]:
        """The context, with nothing in it but Python's image; its pages are closed afterwards."""
        context = self._context
        if context is None or not self._emptied(context):
            self.close()
            context = self._context = self._begun()
        guard = OriginGuard()
        guard.watch(context)
        try:
            yield context
        finally:
            guard.leave(context)
            self._others |= {origin for origin in guard.origins if f"{origin}/" != self._url}
            self._tidy(context)
        guard.check()

    def close(self) -> None:
        """Give the context back to the browser."""
        if self._context is not None:
            with contextlib.suppress(Error):
                self._context.close()
        self._context = None

    def _begun(self) -> BrowserContext:
        context = self._browser.new_context(service_workers="block", has_touch=self._touch)
        page = context.new_page()
        page.goto(self._url + BARE)
        assert page.evaluate(START), "the interpreter's image was not kept"
        page.close()
        return context

    def _tidy(self, context: BrowserContext) -> None:
        """End what a test may have asked of its context."""
        try:
            for page in context.pages:
                page.close()
            context.unroute_all(behavior="ignoreErrors")
            context.set_offline(False)
            context.clear_permissions()
        except Error:
            self.close()

    def _emptied(self, context: BrowserContext) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                page = context.new_page()
                page.goto(self._url + BARE)
                page.evaluate(EMPTY)
                self._clear_others(context, page)
                page.close()
                return True
            except Error:
                with contextlib.suppress(Error):
                    page.close()
                time.sleep(0.2)
        return False

    def _clear_others(self, context: BrowserContext, page: Page) -> None:
        """Other servers of the last test: their ports may come again. Images can stay there too."""
        if not self._others:
            return
        devtools = context.new_cdp_session(page)
        types = "file_systems,indexeddb,local_storage,service_workers"
        for origin in self._others:
            order = {"origin": origin, "storageTypes": types}
            devtools.send("Storage.clearDataForOrigin", order)
        devtools.detach()
        self._others.clear()


class SharedProfiles:
    """As many shared profiles as are lent at a time, mostly one or two."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._idle: dict[bool, list[SharedProfile]] = {False: [], True: []}

    @contextlib.contextmanager
    def lend(self, *, touch: bool = False) -> Iterator[BrowserContext]:
        """A context of a profile that nobody else has now; `touch` is for fingers."""
        idle = self._idle[touch]
        profile = idle.pop() if idle else SharedProfile(self._browser, self._url, touch=touch)
        try:
            with profile.lend() as context:
                yield context
        finally:
            idle.append(profile)

    def close(self) -> None:
        """Give the contexts back to the browser."""
        for profile in [*self._idle[False], *self._idle[True]]:
            profile.close()
