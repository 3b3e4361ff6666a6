"""Pages and profiles for the tests of the site; see `profiles` for the kinds there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.profiles import OriginGuard, SharedProfiles, fresh_context, watched_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


PATIENCE = 30_000
"""Milliseconds in which what a test expects comes about, on slow cores that it shares."""


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Expectations wait as long as actions do."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def origin_guard() -> type[OriginGuard]:
    """The guard itself, for tests that make contexts of their own."""
    return OriginGuard


@pytest.fixture(scope="session")
def profiles(browser: Browser, site_server: str) -> Iterator[SharedProfiles]:
    """The profiles that tests share, one after another."""
    shared = SharedProfiles(browser, site_server)
    yield shared
    shared.close()


@pytest.fixture
def context(profiles: SharedProfiles) -> Iterator[BrowserContext]:
    """An empty profile, but for the interpreter's image; no request of it may leave this machine.

    It goes on to the next test: what cannot be taken back, as an init script, belongs into
    `first_visit`.
    """
    with profiles.lend() as lent:
        yield lent


@pytest.fixture
def first_visit(browser: Browser) -> Iterator[BrowserContext]:
    """A profile that has never seen the site; no request of it may leave this machine."""
    with fresh_context(browser) as fresh:
        yield fresh


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in `context`; the test fails on an error that nothing caught."""
    with watched_page(context) as watched:
        yield watched
