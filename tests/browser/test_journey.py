"""A newcomer's whole way through the page: add files, search, reload, go offline, search again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fixtures.library import QUESTIONS, write_library

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

START = 60_000
"""Milliseconds in which the page is ready, also on two slow cores."""
INDEXING = 240_000


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """A newcomer has no profile yet."""
    return first_visit


def results(page: Page) -> Locator:
    """The hits on the page, best first."""
    return page.get_by_role("list", name="Results").locator(":scope > li")


def ask(page: Page, query: str) -> None:
    """Type a query into the search box."""
    page.get_by_role("searchbox").fill(query)


def expect_first(page: Page, query: str, path: str) -> None:
    """The first hit for a query is a passage of `path`."""
    from playwright.sync_api import expect

    ask(page, query)
    name = re.compile(re.escape(Path(path).name))
    expect(results(page).first).to_contain_text(name, timeout=START)


def open_page(page: Page, url: str) -> None:
    """Open the page and wait until it can search and its model runs."""
    from playwright.sync_api import expect

    page.goto(url)
    expect(page.get_by_role("searchbox")).to_be_enabled(timeout=START)


def document_count(page: Page) -> int:
    """Documents in the open collection, 0 while it opens."""
    return page.evaluate("async () => window.fossick ? (await fossick.stats()).documents : 0")


@pytest.fixture(params=["serve.py", pytest.param("http.server", marks=pytest.mark.long)])
def host(request: pytest.FixtureRequest) -> str:
    """The site behind serve.py, and in a sub-path of a server that sends no headers."""
    name = "site_server" if request.param == "serve.py" else "plain_server"
    return str(request.getfixturevalue(name))


def test_files_are_found_by_words_and_by_meaning_after_reload_and_offline(
    page: Page,
    context: BrowserContext,
    host: str,
    tmp_path: Path,
    eventually: Callable[..., object],
) -> None:
    """Thirty files of five types, each question in words and as a paraphrase."""
    from playwright.sync_api import expect

    files = write_library(tmp_path)
    open_page(page, host)
    page.get_by_label("Add files", exact=True).set_input_files(files)
    eventually(lambda: document_count(page) == len(files), timeout=INDEXING / 1000)
    expect(page.get_by_role("status").filter(has_text="30 files added")).to_be_visible()
    for question in QUESTIONS:
        expect_first(page, question.words, question.path)
        expect_first(page, question.paraphrase, question.path)

    page.reload()
    expect(page.get_by_role("searchbox")).to_be_enabled(timeout=START)
    eventually(lambda: document_count(page) == len(files), timeout=START / 1000)
    expect_first(page, QUESTIONS[0].words, QUESTIONS[0].path)
    expect_first(page, QUESTIONS[0].paraphrase, QUESTIONS[0].path)

    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("searchbox")).to_be_enabled(timeout=START)
    for question in QUESTIONS[:3]:
        expect_first(page, question.words, question.path)
        expect_first(page, question.paraphrase, question.path)
