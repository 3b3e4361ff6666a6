"""The models on the page: downloaded, paused, chosen, removed, brought along, and reranking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import SharedProfile, watched_page
from tests.fixtures.cross_encoder import write_cross_encoder
from tests.fixtures.hub import GRAPH, Fault, Hub, entry, model_files, write_catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

START = 60_000
MINILM = "static/vendor/models/all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def hub(root: Path) -> Iterator[Hub]:
    """A hub with the bundled model under another name."""
    one = Hub(model_files(root / MINILM))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def url(
    root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    script: Callable[[str], ModuleType],
    serve: Callable[[Path], Any],
    hub: Hub,
) -> str:
    """A site whose catalogue names our hub."""
    folder = tmp_path_factory.mktemp("page")
    pebble = entry("pebble", hub.files, title="Pebble")
    catalogue = write_catalogue(root, folder / "models.json", hub.url, [], pebble)
    script("build_site").build(root, folder / "site", {}, catalogue)
    return str(serve(folder / "site").url)


@pytest.fixture(scope="module")
def profile(browser: Browser, url: str) -> Iterator[SharedProfile]:
    """A profile for this site, one test after another."""
    shared = SharedProfile(browser, url)
    yield shared
    shared.close()


@pytest.fixture
def page(profile: SharedProfile, url: str) -> Iterator[Page]:
    """A page that is ready, without a model; fails on uncaught errors and stray requests."""
    with profile.lend() as context, watched_page(context) as opened:
        opened.add_init_script(
            "localStorage.getItem('fossick.embedder') ?? "
            "localStorage.setItem('fossick.embedder', 'none')"
        )
        opened.goto(url)
        opened.locator("button.pill.plain").wait_for(timeout=START)
        yield opened


def models(page: Page) -> Locator:
    """The list of models, with the dialog open."""
    if not page.get_by_role("dialog", name="Status").is_visible():
        page.locator("button.pill").click()
    return page.get_by_role("list", name="Models")


def row(page: Page, name: str) -> Locator:
    """The line of a model."""
    return models(page).locator(":scope > li").filter(has_text=name)


def test_download_pause_go_on_use_and_remove(page: Page, hub: Hub) -> None:
    """A model comes when it is asked for, stops when told to, is used, and goes."""
    from playwright.sync_api import expect

    hub.reset()
    pebble = row(page, "Pebble")
    expect(pebble).to_contain_text("23.3 MB · Apache-2.0 · English · 384 dimensions")
    expect(row(page, "MiniLM")).to_contain_text("Comes with the site")
    assert hub.asked == []
    hub.faults[GRAPH] = Fault(pause=0.02)
    pebble.get_by_role("button", name="Download Pebble").click()
    bar = pebble.get_by_role("progressbar")
    expect(bar).to_have_attribute("max", str(sum(map(len, hub.files.values()))))
    expect(pebble).to_contain_text("of 23.3 MB")
    page.wait_for_timeout(1000)
    pebble.get_by_role("button", name="Pause").click()
    expect(pebble.get_by_role("button", name="Go on with Pebble")).to_be_visible()
    expect(pebble).to_contain_text("of 23.3 MB")
    hub.faults.clear()
    pebble.get_by_role("button", name="Go on with Pebble").click()
    page.keyboard.press("Escape")  # it goes on behind the closed dialog
    expect(page.get_by_role("dialog", name="Status")).to_be_hidden()
    use = row(page, "Pebble").get_by_role("button", name="Use Pebble")
    expect(use).to_be_visible(timeout=START)
    assert len([path for path, _ in hub.asked if path == GRAPH]) == 2
    use.click()
    expect(row(page, "Pebble")).to_contain_text("in use", timeout=START)
    expect(pebble.get_by_role("button", name="Remove Pebble")).to_be_disabled()
    assert page.evaluate("window.fossick.info().model") == "pebble/01234567/int8"
    row(page, "MiniLM").get_by_role("button", name="Use MiniLM").click()
    expect(row(page, "MiniLM")).to_contain_text("in use", timeout=START)
    pebble.get_by_role("button", name="Remove Pebble").click()
    pebble.get_by_role("button", name="Remove", exact=True).click()
    expect(pebble.get_by_role("button", name="Download Pebble")).to_be_visible()


def test_a_failure_is_told_and_cancelling_discards(page: Page, hub: Hub) -> None:
    """What the hub refuses is said in the model's line; a cancelled download leaves nothing."""
    from playwright.sync_api import expect

    hub.reset()
    hub.faults["tokenizer.json"] = Fault(status=404)
    pebble = row(page, "Pebble")
    pebble.get_by_role("button", name="Download Pebble").click()
    expect(pebble.get_by_role("alert")).to_contain_text("it answered 404")
    hub.faults.clear()
    hub.faults[GRAPH] = Fault(pause=0.02)
    pebble.get_by_role("button", name="Go on with Pebble").click()
    expect(pebble.get_by_role("alert")).to_have_count(0)
    page.wait_for_timeout(500)
    pebble.get_by_role("button", name="Cancel").click()
    expect(pebble.get_by_role("button", name="Download Pebble")).to_be_visible()
    assert (
        page.evaluate(
            "import('./static/fossick.js').then(({ Fossick }) => Fossick.models())"
            ".then((all) => all.find(({ id }) => id === 'pebble').downloaded)"
        )
        == 0
    )


def test_a_model_that_was_lost(page: Page, hub: Hub) -> None:
    """A visit whose model has gone starts with the best there is, and says so."""
    from playwright.sync_api import expect

    page.evaluate("localStorage.setItem('fossick.embedder', 'model:gone')")
    page.reload()
    page.locator("button.pill.good").wait_for(timeout=START)
    expect(page.get_by_text('There is no model "gone".')).to_be_visible()
    assert page.evaluate("localStorage.getItem('fossick.embedder')") is None


def test_reranking(page: Page, root: Path, tmp_path: Path) -> None:
    """Once a reranker was brought along the page offers it, and shows what it took."""
    from playwright.sync_api import expect

    write_cross_encoder(root / MINILM, tmp_path / "Judge")
    texts = {
        "garden.txt": "Gold leaves fell in the garden when autumn came.",
        "river.txt": "Where the river bends, nuggets of gold settle in the gravel.",
        "ring.txt": "Her wedding ring, plain gold, was lost in the laundry.",
    }
    payload = [
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        for name, text in texts.items()
    ]
    page.get_by_label("Add files", exact=True).set_input_files(payload)
    page.locator(".outcome").wait_for(timeout=START)
    page.get_by_role("searchbox").fill("gold")
    hits = page.get_by_role("list", name="Results").locator(":scope > li")
    expect(hits).to_have_count(3)
    rerank = page.get_by_role("switch", name="Rerank")
    expect(rerank).to_have_count(0)
    models(page)
    page.get_by_label("Add a model folder").set_input_files(tmp_path / "Judge")
    expect(row(page, "Judge")).to_contain_text("reranker", timeout=START)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("gold in")
    expect(rerank).to_be_visible()
    assert "reranking" not in page.locator(".timings").inner_text()
    rerank.check()
    page.locator(".timings summary").click()
    expect(page.locator(".timings")).to_contain_text("reranking", timeout=START)
    page.locator(".why summary").first.click()
    expect(page.locator(".why").first).to_contain_text("Reranker")
    rerank.uncheck()
    expect(page.locator(".timings")).not_to_contain_text("reranking")
