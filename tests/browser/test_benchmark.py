"""The page that measures a device measures it, and says what it found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

PATIENCE = 240_000
"""Milliseconds, with a GPU that is emulated on two slow cores."""


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """A device that has not been here before."""
    return first_visit


def test_numbers_for_each_device(page: Page, context: BrowserContext, site_server: str) -> None:
    """Processor and GPU have a row each, with numbers or a reason; the table can be copied."""
    from playwright.sync_api import expect

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site_server}benchmark.html?texts=4&passages=50")
    page.get_by_role("button", name="Measure", exact=True).click()
    copy = page.get_by_role("button", name="Copy as Markdown")
    copy.wait_for(timeout=PATIENCE)
    rows = page.get_by_role("table").first.get_by_role("row")
    expect(rows).to_have_count(3)
    processor, gpu = rows.nth(1).inner_text(), rows.nth(2).inner_text()
    assert "encoder" in processor
    rates = [int(n.replace(",", "")) for n in re.findall(r"\t([\d,]+)(?=\t)", processor)]
    assert len(rates) == 3
    assert all(rate > 20 for rate in rates)
    assert "Not here: " in gpu or re.search(r"\t[\d,]+\t", gpu)
    engine = page.get_by_role("table").nth(1).get_by_role("row").nth(1).inner_text()
    assert int(re.match(r"[\d,]+", engine)[0].replace(",", "")) > 5  # type: ignore[index]
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "| Processor (WASM): encoder" in copied
    assert "50 texts of 120 words: " in copied


def test_it_can_be_stopped(page: Page, site_server: str) -> None:
    """Stop ends it at once, and it can be begun again."""
    from playwright.sync_api import expect

    page.goto(f"{site_server}benchmark.html?texts=400")
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Processor", timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Stopped.", timeout=60_000)
    expect(page.get_by_role("button", name="Measure", exact=True)).to_be_visible()
