"""The recall audit: through the API, and on the status page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import START, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

PASSAGES = 5000

ADD = """async (n) => {
    let seed = 7;
    const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
    const direction = () => Float32Array.from({ length: 64 }, chance);
    const middles = Array.from({ length: 100 }, direction);
    const near = (middle) => direction().map((value, at) => middle[at] + 0.7 * value);
    const sources = Array.from({ length: n }, (_, at) => (
        { id: `p${at}`, text: `passage ${at}`, vector: near(middles[at % 100]) }));
    return (await fossick.add(sources)).added;
}"""

SEEN = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const meter = document.querySelector("recall-line progress[aria-label=Measuring]");
        if (meter) window.seen.push(meter.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""

STOPPED = """async () => {
    const stopping = new AbortController();
    const onProgress = () => stopping.abort();
    const options = { sample: 5000, onProgress, signal: stopping.signal };
    return fossick.audit(options).catch(({ code }) => code);
}"""


@pytest.fixture(scope="module")
def home(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """The page with a collection that is empty at first, and no model."""
    yield from opened(profiles, site_server)


def line(page: Page) -> Locator:
    """The line of the status page, opened."""
    from playwright.sync_api import expect

    status = page.get_by_role("button", name=re.compile("Status: .* words only"))
    expect(status).to_be_attached(timeout=START)
    status.click()
    return page.get_by_role("dialog", name="Status").locator("recall-line")


def test_the_status_page_measures_when_it_is_asked(home: Page) -> None:
    """Nothing to measure, not measured yet, measuring, and the sentence with its interval."""
    from playwright.sync_api import expect

    expect(line(home)).to_have_text(re.compile("Nothing to measure"))
    assert home.evaluate("fossick.audit()") == {
        **{"vectors": 0, "recall": 1, "low": 0, "high": 1, "queries": 0, "k": 10},
        **{"reference": "int8", "before": 1},
    }
    assert home.evaluate(ADD, 50) == 50
    home.reload()
    recall = line(home)
    expect(recall).to_contain_text("Not measured yet")
    recall.get_by_role("button", name="Measure").click()
    expect(recall).to_contain_text("looks at all 50 passages every time, and misses none")
    assert home.evaluate(ADD, PASSAGES) == PASSAGES - 50
    home.reload()
    recall = line(home)
    home.evaluate(SEEN)
    recall.get_by_role("button", name="Measure").click()
    said = (
        r"finds (9\d\.\d|100)\s% of the nearest ten \(.*–.*\s%\), measured on 200 of your passages"
    )
    expect(recall.get_by_role("status")).to_have_text(re.compile(said), timeout=START)
    expect(recall.get_by_role("button")).to_have_text("Measure again")
    assert home.evaluate("seen.length") > 0
    answer = home.evaluate("fossick.audit()")
    assert (answer["vectors"], answer["queries"], answer["k"]) == (PASSAGES, 200, 10)
    assert answer["low"] <= answer["recall"] <= answer["high"] <= 1
    assert answer["recall"] >= 0.99
    assert answer["candidates"] < PASSAGES / 4
    text = f"{answer['recall']:.1%}".replace("%", " %").replace("100.0", "100")
    expect(recall).to_contain_text(f"finds {text} of")


def test_an_audit_can_be_stopped_and_refused(home: Page) -> None:
    """Calls settle, and the engine goes on."""
    missing = PASSAGES - home.evaluate("async () => (await fossick.stats()).chunks")
    assert home.evaluate(ADD, missing) == missing
    assert home.evaluate(STOPPED) == "cancelled"
    refused = "fossick.audit({ k: 0 }).catch(({ code, message }) => [code, message])"
    code, message = home.evaluate(refused)
    assert code == "bad-option" and "1 to 100" in message
    assert home.evaluate("fossick.audit({ sample: 10, k: 3 })")["queries"] == 10
