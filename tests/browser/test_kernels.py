"""The kernels on the built site: used on every kind of start, and done without where they fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = pytest.mark.browser

FILE = "static/vendor/kernels/kernels.wasm"

OPEN = """async () => {
  const { Fossick } = await import(new URL("../fossick.js", location.href));
  const fossick = await Fossick.open({ collection: "kernels", embedder: "none" });
  await fossick.add([{ path: "a.txt", text: "gold in the river" }]);
  const { total } = await fossick.search("gold");
  const { start, versions } = fossick.info();
  return { start, total, kernels: versions.kernels };
}"""
KEPT = """async () => {
  const cache = await caches.open("fossick-image-1");
  return (await cache.keys()).some(({ url }) => url.endsWith("/memory"));
}"""


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """Kernels come from the site, not from an image."""
    return first_visit


@pytest.fixture
def opened(page: Page, site_server: str) -> Callable[[], dict[str, Any]]:
    """`opened()`: a start of the engine in a bare page of the site, and a search."""
    page.goto(site_server + BARE)
    return lambda: page.evaluate(OPEN)


def test_plain_and_from_the_image(
    page: Page, opened: Callable[[], dict[str, Any]], eventually: Callable[..., object]
) -> None:
    """After both kinds of start the module works on the interpreter's memory."""
    assert opened() == {"start": "plain", "total": 1, "kernels": "wasm"}
    eventually(lambda: page.evaluate(KEPT), timeout=20)
    page.reload()
    assert opened() == {"start": "image", "total": 1, "kernels": "wasm"}


@pytest.mark.parametrize(
    "fault", [pytest.param("missing", marks=pytest.mark.long), "broken", "another"]
)
def test_without_them(
    context: BrowserContext, opened: Callable[[], dict[str, Any]], fault: str
) -> None:
    """A file that is missing, cut off or of something else costs speed and nothing else."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(fault)
        if fault == "missing":
            route.fulfill(status=404)
        else:
            body = b"\0asm\1\0\0\0" if fault == "another" else b"\0asm\1\0\0\0\1\5"
            route.fulfill(body=body, content_type="application/wasm")

    context.route(f"**/{FILE}", answer)
    assert opened() == {"start": "plain", "total": 1, "kernels": "numpy"}
    assert asked == [fault]


def test_they_are_there_offline(dist: Path) -> None:
    """The service worker keeps them with the rest of the site."""
    files = json.loads((dist / "precache.json").read_text("utf-8"))["files"]
    assert FILE in {file["path"] for file in files}
