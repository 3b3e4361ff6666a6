"""Room on the device: asked for, run out of, and taken away; the page says what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_folders import pick_papers
from tests.browser.test_runtime import Run, evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

PERSISTENCE = """
  globalThis.asked = 0;
  globalThis.persisted = false;
  StorageManager.prototype.persisted = async () => persisted;
  StorageManager.prototype.persist = async () => { asked += 1; return persisted = given };
"""
PAPERS = """
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("papers", { create: true });
  const handle = await folder.getFileHandle("gold.txt", { create: true });
  const stream = await handle.createWritable();
  await stream.write("gold in the river");
  await stream.close();
"""
CLEAR = """
  const root = await navigator.storage.getDirectory();
  const shelf = await root.getDirectoryHandle("fossick");
  await shelf.removeEntry(encodeURIComponent(given), { recursive: true });
"""


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, body, argument)


@pytest.mark.parametrize("granted", [True, False])
def test_the_browser_is_asked_to_keep_it(run: Run, granted: bool) -> None:
    """After the first files, not at the start and not twice; what it says is told."""
    run(PERSISTENCE, granted)
    out = run("""
      const fossick = await Fossick.open({ collection: "asking", embedder: "none" });
      const start = [asked, fossick.info().room.persisted];
      await fossick.add([new File([], "empty.txt")]);
      const failed = asked;
      await fossick.add([{ path: "a.txt", text: "gold" }]);
      while (fossick.info().room.persisted === null) await sleep(20);
      const first = [asked, fossick.info().room.persisted];
      await fossick.add([{ path: "a.txt", text: "gold" }]);
      await sleep(100);
      return { start, failed, first, asked, quota: fossick.info().room.quota };
    """)
    assert (out["start"], out["failed"]) == ([0, None], 0)
    assert out["first"] == [1, granted]
    assert out["asked"] == 1
    assert out["quota"] > 1 << 20


def test_what_was_cleared_is_noticed(page: Page, run: Run) -> None:
    """An index that has gone by itself is missed; one that was deleted or emptied is not."""
    opening = """
      const fossick = await Fossick.open({ collection: given, embedder: "none" });
      const { cleared } = fossick.info().room;
    """
    filling = (
        opening
        + """
      await fossick.add([{ path: "a.txt", text: "gold" }, { path: "b.txt", text: "silver" }]);
    """
    )
    seeing = opening + "return cleared"
    for name in ("cleared", "deleted", "emptied"):
        run(filling + "if (given === 'emptied') await fossick.remove(['a.txt', 'b.txt']);", name)
        page.reload()
    assert run(seeing, "cleared") is None
    page.reload()
    run(CLEAR, "cleared")
    run("await Fossick.delete('deleted')")
    for name in ("deleted", "emptied", "never there"):
        assert run(seeing, name) is None
        page.reload()
    assert run(seeing, "cleared") == {"documents": 2, "folders": []}
    page.reload()
    assert run(seeing, "cleared") == {"documents": 2, "folders": []}, "until it is known"
    page.reload()
    accepting = opening + "fossick.acceptCleared(); return fossick.info().room.cleared"
    assert run(accepting, "cleared") is None
    page.reload()
    assert run(seeing, "cleared") is None


def test_folders_come_back_by_one_click(page: Page, run: Run, site_server: str) -> None:
    """The page says in a sentence what was cleared, and reads the folders that it remembers."""
    from playwright.sync_api import expect

    run(PAPERS)
    pick_papers(page, site_server)
    page.goto(site_server + BARE)
    run(CLEAR, "default")
    # As after a restart, when the browser wants to be asked for each folder.
    page.add_init_script("""
      let state = "prompt";
      FileSystemHandle.prototype.queryPermission = async () => state;
      FileSystemHandle.prototype.requestPermission = async () => (state = "granted");
    """)
    page.goto(site_server)
    notice = page.get_by_role("region", name="The browser has cleared the index")
    expect(notice).to_contain_text("1 document was in it", timeout=60_000)
    notice.get_by_role("button", name="Read papers again").click()
    expect(page.get_by_text("1 document ready")).to_be_visible(timeout=60_000)
    expect(notice).to_be_hidden()


def test_a_full_device_is_a_message(
    first_visit: BrowserContext, site_server: str, eventually: Callable[..., object]
) -> None:
    """The page says that the room is used up and finds what is there; with room it goes on."""
    from playwright.sync_api import expect

    page = first_visit.new_page()  # its quota would go on to the next test
    page.goto(site_server)
    words = " ".join(f"word{number * 7919}" for number in range(20_000))
    add = page.get_by_label("Add files")
    small = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"gold before"}
    large = {"name": "big.txt", "mimeType": "text/plain", "buffer": words.encode()}
    add.set_input_files([small])
    expect(page.get_by_text("1 document ready")).to_be_visible(timeout=60_000)
    page.evaluate("() => fossick.upgraded()")
    usage = page.evaluate("async () => (await navigator.storage.estimate()).usage")
    devtools = first_visit.new_cdp_session(page)
    origin = {"origin": site_server.rstrip("/")}
    devtools.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": usage + 200_000})
    add.set_input_files([large])
    alert = page.get_by_role("alert").filter(has_text="no room left")
    expect(alert).to_be_visible(timeout=60_000)
    expect(alert).to_contain_text("Free some space")
    page.get_by_role("searchbox").fill("gold")
    expect(page.get_by_role("list", name="Results").get_by_role("listitem")).to_have_count(1)
    devtools.send("Storage.overrideQuotaForOrigin", origin)
    add.set_input_files([large])
    eventually(
        lambda: page.evaluate("async () => (await fossick.stats()).documents") == 2, timeout=60
    )


def test_no_room_for_a_name(first_visit: BrowserContext, site_server: str) -> None:
    """Where not even an empty file can be made, adding ends with a code and a way out."""
    page = first_visit.new_page()
    page.goto(site_server + BARE)
    open_one = "const fossick = globalThis.one ??= await Fossick.open({ embedder: 'none' });"
    adding = """
      try {
        return await fossick.add([{ path: given, text: "gold" }]);
      } catch ({ code, message, hint }) {
        return { code, message, hint };
      }
    """
    assert evaluate(page, open_one + adding, "a.txt")["added"] == 1
    devtools = first_visit.new_cdp_session(page)
    origin = {"origin": site_server.rstrip("/")}
    devtools.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": 1})
    refused = evaluate(page, open_one + adding, "b.txt")
    assert refused["code"] == "quota-exceeded", refused
    assert "no room left" in refused["message"]
    assert "Free some space" in refused["hint"]
    devtools.send("Storage.overrideQuotaForOrigin", origin)
    assert evaluate(page, open_one + adding, "b.txt")["added"] == 1
