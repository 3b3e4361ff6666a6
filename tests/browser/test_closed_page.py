"""The closed page: what documents say stays text, and nobody but the site is asked for anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.profiles import OriginGuard
from tests.browser.test_page import START, WORDS_ONLY, add, box, hits
from tests.fixtures.hostile_page import ALL, hostile_documents

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

pytestmark = pytest.mark.browser

PREVIEWED = 12
"""Hits of a page of results that are opened one after the other."""

SINKS = """async () => {
    const refused = [];
    const sinks = {
        innerHTML: () => { document.createElement("div").innerHTML = "<b>x</b>"; },
        srcdoc: () => { document.createElement("iframe").srcdoc = "<b>x</b>"; },
        script: () => { document.createElement("script").text = "1"; },
        worker: () => new Worker("data:text/javascript,1"),
        elsewhere: () => new Worker("https://elsewhere.invalid/a.js"),
        eval: () => (0, eval)("1"),
        function: () => new Function("1")(),
        fetch: () => fetch("https://elsewhere.invalid/"),
    };
    await new Promise((resume) => setTimeout(resume));  // The debugger's own turn may use eval.
    for (const [name, use] of Object.entries(sinks)) {
        try { await use(); } catch { refused.push(name); }
    }
    return refused;
}"""


def watched(browser: Browser, url: str) -> tuple[Page, OriginGuard, list[str]]:
    """A page that is ready, who watches its requests, and what its console complains of."""
    guard, said = OriginGuard(), []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    context = browser.new_context()
    guard.watch(context)
    context.add_init_script(WORDS_ONLY)
    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: said.append(error.message))
    page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    page.goto(url)
    status = page.get_by_role("button", name=re.compile("Status: .* words only"))
    status.wait_for(timeout=START)
    return page, guard, said


def test_hostile_documents_stay_text(browser: Browser, site_server: str) -> None:
    """Forty documents with scripts in every field are indexed, listed and previewed as text."""
    page, guard, said = watched(browser, site_server)
    files = hostile_documents()
    assert len(files) >= 40
    add(page, *files.items())
    known = page.evaluate("async () => (await fossick.documents()).map((one) => one.path)")
    refused = page.evaluate("async () => (await fossick.unread()).map((one) => one.path)")
    # What cannot be seen in a name, or would be taken for an escape, is escaped in its path.
    assert {unquote(path.split("/")[0]) for path in [*known, *refused]} >= {*files}
    assert len(known) >= 40
    for query in ("fossick", f'"{ALL[:60]}"', "name:script"):
        box(page).fill(query)
        hits(page).first.wait_for()
    box(page).fill("fossick")
    hits(page).nth(PREVIEWED - 1).wait_for()
    for number in range(PREVIEWED):
        hits(page).nth(number).locator("a, button").first.click()
        page.locator("dialog[open], .preview").first.wait_for()
        page.keyboard.press("Escape")
    for one in known:
        page.evaluate("(id) => fossick.get(id)", one)
    page.get_by_role("button", name=re.compile("Status:")).click()
    page.get_by_role("dialog", name="Status").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Files", exact=True).click()
    listed = page.get_by_role("dialog", name="Files").get_by_role("list", name="Files")
    listed.get_by_role("listitem").nth(PREVIEWED).wait_for()
    assert page.evaluate("window.ran") is None
    assert (
        page.locator("fossick-app script, fossick-app iframe, fossick-app b[onclick]").count() == 0
    )
    assert page.locator("fossick-app img[src^=http], fossick-app a[href^=javascript]").count() == 0
    report = page.evaluate("async () => (await import('./static/fossick.js')).Fossick.network()")
    assert report["others"] == []
    assert report["site"]["requests"] > 50
    page.context.close()
    guard.check()
    assert said == []


def test_the_policy_holds_where_the_host_sends_none(browser: Browser, plain_server: str) -> None:
    """The first visit, before any service worker, is under the page's own policy, and counted."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(plain_server)
    page.wait_for_selector("fossick-app header")
    assert page.evaluate(SINKS) == [
        *("innerHTML", "srcdoc", "script", "worker", "elsewhere", "eval", "function", "fetch")
    ]
    line = page.evaluate(
        """async () => {
            const { Fossick } = await import("./static/fossick.js");
            return Fossick.network().others;
        }"""
    )
    assert [(one["origin"], one["requests"], one["blocked"] > 0) for one in line] == [
        ("https://elsewhere.invalid", 0, True)
    ]
    context.close()


def test_a_changed_script_does_not_run(
    browser: Browser, dist: Path, plain_host: Callable[..., Any]
) -> None:
    """A script of the page whose bytes are not those of the build is refused."""
    host = plain_host(dist)
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    def change(route: Route) -> None:
        text = (dist / urlsplit(route.request.url).path.lstrip("/")).read_text()
        route.fulfill(body=f"{text}\nwindow.changed = true;\n", content_type="text/javascript")

    for path in ("static/main.js", "static/ui/theme-early.js"):
        page.route(f"**/{path}", change)
    page.goto(host.url)
    assert page.evaluate("window.changed") is None
    assert sum("integrity" in text for text in said) == 2
    context.close()
