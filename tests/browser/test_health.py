"""Health under Status: a check on demand, what it finds, and how it comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_damage import FLIP, damaged, found, page, ready, segments
from tests.browser.test_folders import FOLDER
from tests.browser.test_runtime import Run, run

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["page", "run"]
pytestmark = pytest.mark.browser


def health(page: Page) -> Locator:
    """The section of the open dialog."""
    page.get_by_role("button", name=re.compile("^Status")).click()
    return page.get_by_role("region", name="Health")


def test_all_is_well(page: Page) -> None:
    """A check says what it has looked at, and that is still known at the next visit."""
    from playwright.sync_api import expect

    section = health(page)
    expect(section).to_contain_text("not everything has been read in full yet")
    section.get_by_role("button", name="Check now").click()
    expect(section).to_contain_text("All was well when it was last read in full")
    expect(section).to_contain_text(re.compile("3 documents and 3 passages .* read in"))
    expect(section.get_by_role("button", name="Check now")).to_be_focused()
    page.reload()
    ready(page)
    expect(health(page)).to_contain_text("3 documents and 3 passages")


def test_what_only_a_check_finds(page: Page) -> None:
    """The damage, the file to add again, and a repair after it was asked for twice."""
    from playwright.sync_api import expect

    damaged(page, (FLIP, [f"{segments(page)[1]}.txt", 3]))
    ready(page)
    section = health(page)
    section.get_by_role("button", name="Check now").click()
    expect(section).to_contain_text("The text of 1 document cannot be shown")
    expect(section).to_contain_text("Add again: silver.txt")
    section.locator("summary").click()
    expect(section.get_by_role("listitem")).to_contain_text("is missing or damaged")
    section.get_by_role("button", name="Repair…").click()
    section.get_by_role("button", name="Keep it").click()
    section.get_by_role("button", name="Repair…").click()
    section.get_by_role("button", name="Repair", exact=True).click()
    expect(section.get_by_role("button", name="Repair…")).to_have_count(0)
    section.get_by_role("button", name="Check now").click()
    expect(section).to_contain_text("2 documents and 2 passages")
    assert found(page, "river hills mine") == ["gold.txt", "tin.txt"]


def test_folders_bring_it_back(page: Page) -> None:
    """A damaged text of a file in a folder that is kept is read again as soon as it is known."""
    from playwright.sync_api import expect

    before = segments(page)
    page.evaluate(f"""async () => {{
      {FOLDER}
      await put("copper.md", "# Ore\\n\\ncopper in the ground");
      await fossick.addFolder(folder);
    }}""")
    (newest,) = set(segments(page)) - set(before)
    damaged(page, (FLIP, [f"{newest}.txt", 3]))
    ready(page)
    section = health(page)
    section.get_by_role("button", name="Check now").click()
    expect(page.locator(".dock")).to_contain_text("1 updated", timeout=30_000)
    expect(section).not_to_contain_text("cannot be shown")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("copper")
    hit = page.get_by_role("list", name="Results").locator(":scope > li").first
    expect(hit.locator(".hit-snippet")).to_contain_text("copper in the ground")


def test_a_check_through_the_interface(run: Run) -> None:
    """It tells how far it is, answers with what it looked at, and can be stopped."""
    out = run("""
      const fossick = await Fossick.open({ collection: "checked", embedder: "hash" });
      const texts = [..."abcdefgh"].map((path) => ({ path, text: `gold ${path} `.repeat(5000) }));
      await fossick.add(texts);
      const phases = new Set();
      const onProgress = ({ phase, unit }) => phases.add(`${phase} ${unit}`);
      const checked = await fossick.check({ onProgress });
      const stats = await fossick.stats();
      const stopping = new AbortController();
      const stopped = code(fossick.check({ signal: stopping.signal }));
      stopping.abort();
      const repaired = await fossick.repair();
      return { checked, phases: [...phases], stats, stopped: await stopped, repaired };
    """)
    checked, stats = out["checked"], out["stats"]
    assert (checked["documents"], checked["damage"], checked["again"]) == (8, [], [])
    assert checked["chunks"] == checked["vectors"] == stats["chunks"] > 100
    assert checked["bytes"] > 0.9 * stats["bytes"]
    assert stats["again"] == []
    assert out["phases"] == ["verify bytes"]
    assert out["stopped"] == "cancelled"
    assert (out["repaired"]["documents"], out["repaired"]["damage"]) == (0, [])
