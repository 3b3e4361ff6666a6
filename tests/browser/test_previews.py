"""Each family of formats: a hit opens at its place, with the match marked and on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import add, box, hits, opened
from tests.fixtures.families import FAMILIES, Family

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

ROWS = {"samples.html", "report.docx", "samples.xlsx", "assay.csv"}
"""Whose matches stand in cells."""
LINES = {"weigh.py", "samples.json", "steps.yaml"}
"""Whose matches stand in numbered lines."""
NUMBERED = {"talk.pptx": "Slide 4"}
"""Whose matches stand below the number of their page."""


@pytest.fixture(scope="module")
def shared(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """One page with a file of each family."""
    for page in opened(profiles, site_server):
        add(page, *((family.path, family.data) for family in FAMILIES))
        assert page.locator(".outcome").inner_text().startswith(f"{len(FAMILIES)} files added")
        page.get_by_role("button", name="Dismiss").click()
        yield page


@pytest.fixture
def start(shared: Page) -> Page:
    """The shared page with nothing asked and nothing open."""
    shared.keyboard.press("Escape")
    shared.get_by_role("link", name="Fossick, start page").click()
    return shared


def find(page: Page, family: Family) -> Locator:
    """Ask for the passage and open the first hit by keys; the preview."""
    from playwright.sync_api import expect

    box(page).fill(family.query)
    expect(hits(page).first.locator("mark").first).to_have_text(
        re.compile(family.marked, re.IGNORECASE)
    )
    box(page).press("Enter")
    return page.locator("section.preview")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.path)
def test_a_hit_opens_at_its_place(start: Page, family: Family) -> None:
    """Address, mark, scrolled into view, in a cell, a line or under its page where it has one."""
    from playwright.sync_api import expect

    preview = find(start, family)
    expect(preview.locator(".preview-names")).to_contain_text(family.path)
    expect(preview.locator(".hit-address")).to_contain_text(family.place)
    match = preview.locator("mark.here").first
    expect(match).to_have_text(family.marked)
    expect(match).to_be_in_viewport()
    if family.path in ROWS:
        expect(preview.locator("td mark.here")).to_have_text([family.marked])
    if family.path in LINES:
        line = preview.locator(".line", has=start.locator("mark.here")).first
        number = int(line.locator(".line-number").inner_text())
        lines = family.data.decode().split("\n")
        assert family.marked in lines[number - 1]
    if family.path in NUMBERED:
        page = preview.locator(".page", has=start.locator("mark.here"))
        expect(page.locator(".page-number")).to_have_text(NUMBERED[family.path])
    if family.path == "paper.pdf":
        expect(preview.locator("page-view").get_by_role("status")).to_have_text("Page 3 of 3")


def test_by_keys_alone_through_the_preview_and_back(start: Page) -> None:
    """From the box into the text, to its matches and the next hits, to a button, and out again."""
    from playwright.sync_api import expect

    start.locator("main").focus()
    start.keyboard.press("/")
    expect(box(start)).to_be_focused()
    start.keyboard.type("northern")
    expect(hits(start).nth(3)).to_be_visible()
    start.keyboard.press("Enter")
    preview = start.locator("section.preview")
    expect(preview.locator("mark.here").first).to_be_in_viewport()
    body, said = preview.locator(".preview-body"), preview.locator("header [role=status]")
    expect(body).to_be_focused()
    expect(preview.get_by_text(re.compile("^1 of"))).to_be_visible()
    start.keyboard.press("m")
    expect(said).to_have_text(re.compile(r"^Match \d+ of \d+$"))
    expect(preview.locator("mark.current")).to_be_in_viewport()
    before = said.inner_text()
    start.keyboard.press("m")
    expect(said).not_to_have_text(before)
    start.keyboard.press("Shift+M")
    expect(said).to_have_text(before)
    start.keyboard.press("n")
    expect(preview.get_by_text(re.compile("^2 of"))).to_be_visible()
    expect(preview.locator("mark.here").first).to_be_in_viewport()
    start.keyboard.press("p")
    expect(preview.get_by_text(re.compile("^1 of"))).to_be_visible()
    start.keyboard.press("Shift+Tab")
    expect(preview.get_by_role("button", name="Close", exact=True)).to_be_focused()
    start.keyboard.press("Enter")
    expect(preview).to_have_count(0)
    expect(box(start)).to_be_focused()
