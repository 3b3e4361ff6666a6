"""The built site comes up: behind serve.py, and on a plain host under a sub-path, then on none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATS = """async () => {
  const fossick = window.fossick;
  return fossick ? await fossick.stats() : null;
}"""

SERVED_FROM_CACHE = """async () => {
  const name = (await caches.keys()).find((name) => /^fossick-site .* state$/.test(name));
  const state = name && (await (await caches.open(name)).match("state.json"));
  return state ? (await state.json()).current !== null : false;
}"""


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """What is tested begins with a first visit."""
    return first_visit


def started(page: Page, eventually: Callable[..., object]) -> Any:
    """Wait until the engine runs; what it says about itself."""
    return eventually(lambda: page.evaluate(STATS), timeout=90)


def test_behind_serve_py(page: Page, site_server: str, eventually: Callable[..., object]) -> None:
    """The page starts, isolated, under the strict policy, without a request to elsewhere."""
    page.goto(site_server)
    page.get_by_role("searchbox").wait_for()
    assert started(page, eventually)
    assert page.evaluate("crossOriginIsolated") is True


def test_on_a_plain_host_and_then_on_none(
    page: Page,
    context: BrowserContext,
    dist: Path,
    plain_host: Callable[..., Any],
    eventually: Callable[..., object],
) -> None:
    """A sub-path without headers: isolated all the same, and after the first visit host-free."""
    host = plain_host(dist.parent, f"{dist.name}/")
    page.goto(host.url)
    assert started(page, eventually)
    assert page.evaluate("crossOriginIsolated") is True
    eventually(lambda: page.evaluate(SERVED_FROM_CACHE), timeout=90)
    host.stop()
    page.reload()
    assert started(page, eventually)
    assert page.evaluate("crossOriginIsolated") is True
