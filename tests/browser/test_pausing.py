"""Adding waits when it is told to, and goes on: through fossick.js, and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TEXTS = """
  const texts = Array.from({ length: 1200 }, (_, n) => ({ path: `${n}.rst`,
    text: Array.from({ length: 15 }, (_, at) => `Gold ${n * 15 + at} is heavy.`).join("\\n\\n") }));
"""


def test_paused_by_the_api(page: Page, site_server: str) -> None:
    """What was read is there, nothing comes meanwhile; a call that waits can be cancelled."""
    page.goto(site_server + BARE)
    out = evaluate(
        page,
        TEXTS
        + """
      const fossick = await Fossick.open({ storage: "memory", embedder: "hash" });
      const documents = async () => (await fossick.stats()).documents;
      let told = null;
      const adding = fossick.add(texts, { onProgress: (progress) => { told = progress } });
      while ((await documents()) < 20) await sleep(20);
      await fossick.pauseAdding();
      await fossick.pauseAdding();
      while (!told.paused) await sleep(20);
      const before = await documents();
      await sleep(1500);
      const after = await documents();
      const { hits } = await fossick.search("gold", { mode: "keyword", k: 1 });
      const abort = new AbortController();
      const other = fossick.add([{ path: "x.txt", text: "tin" }], { signal: abort.signal });
      abort.abort();
      const cancelled = await code(other);
      await fossick.pauseAdding(false);
      const { added } = await adding;
      await fossick.close();
      return { before, after, hits: hits.length, cancelled, added, paused: told.paused };
    """,
    )
    assert 20 <= out["before"] == out["after"] < 1200
    assert out["hits"] == 1
    assert (out["cancelled"], out["added"], out["paused"]) == ("cancelled", 1200, False)


def test_paused_on_the_page(page: Page, site_server: str) -> None:
    """By a button, with the keyboard; cancelling while it waits lets the next job run."""
    from playwright.sync_api import expect

    page.goto(site_server)
    expect(page.get_by_role("button", name="Add files").first).to_be_enabled(timeout=60_000)
    push = f"""async () => {{ {TEXTS}
      document.querySelector("fossick-app").collecting.push(texts);
    }}"""
    page.evaluate(push)
    pause, outcome = page.get_by_role("button", name="Pause"), page.locator(".outcome-line")
    pause.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".progress-line")).to_contain_text("Paused", timeout=60_000)
    count = "async () => (await fossick.stats()).documents"
    before = page.evaluate(count)
    page.wait_for_timeout(1000)
    assert page.evaluate(count) == before < 1200
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("1,200 files added", timeout=120_000)
    page.evaluate("fossick.remove(Array.from({ length: 1200 }, (_, n) => `${n}.rst`))")
    page.evaluate(push)
    pause.click()
    expect(page.locator(".progress-line")).to_contain_text("Paused", timeout=60_000)
    page.get_by_role("button", name="Cancel").click()
    expect(outcome).to_contain_text("Stopped", timeout=60_000)
    page.evaluate("""() => document.querySelector("fossick-app").collecting.push(
      [{ path: "tin.txt", text: "tin" }])""")
    expect(outcome).to_contain_text("1 file added", timeout=60_000)
