"""Narrowing down on the page: facets, orders, all words; with mouse and keys, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import box, hits, opened
from tests.browser.test_query_line import chips, fits

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

FOLDERS = ("trade/reports", "trade/plans", "private", "private")
ADD = """async (sources) => {
    await fossick.add(sources);
    await document.querySelector("fossick-app").renewed();
}"""


def sources() -> list[dict[str, object]]:
    """Twenty-four files: four folders, two kinds, three years, eight authors."""
    made: list[dict[str, object]] = []
    for n in range(24):
        kind = "md" if n % 3 else "txt"
        author = f"---\nauthor: Author {n % 8}\n---\n" if kind == "md" else ""
        rare = " with a nugget in it" if n == 5 else ""
        own = " ".join(f"claim{n}x{part}" for part in range(9))
        day = datetime(2020 + n % 3, 1 + n % 12, 15, 12)
        made.append(
            {
                "path": f"{FOLDERS[n % 4]}/File {n}.{kind}",
                "text": f"{author}The gold of the river{rare}, number {n}: {own}.{' More.' * n}",
                "modified": int(1000 * day.timestamp()),
            }
        )
    return made


def filled(profiles: SharedProfiles, url: str, width: int, height: int) -> Iterator[Page]:
    """A page with these files."""
    for page in opened(profiles, url, {"width": width, "height": height}):
        page.evaluate(ADD, sources())
        yield page


@pytest.fixture(scope="module")
def wide(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """A wide window, shared by tests that end as they began."""
    yield from filled(profiles, site_server, 1440, 900)


@pytest.fixture
def asked(wide: Page) -> Page:
    """The shared page with a query answered."""
    from playwright.sync_api import expect

    box(wide).fill("")
    wide.get_by_role("radio", name="Words").check()
    box(wide).fill("gold")
    expect(group(wide, "Type")).to_be_visible()
    if wide.get_by_role("switch", name="All words").is_checked():
        wide.get_by_role("switch", name="All words").uncheck()
    sort(wide).select_option("Relevance")
    expect(summary(wide)).to_have_text(re.compile("^Best 20 of 24 passages"))
    return wide


def group(page: Page, name: str) -> Locator:
    """A facet by its heading."""
    return page.get_by_role("group", name=re.compile(f"^{name}"))


def value(page: Page, name: str) -> Locator:
    """A value by its name and count, as a screen reader says them."""
    return page.locator("facet-panel").get_by_role("button", name=re.compile(f"^{name}"))


def sort(page: Page) -> Locator:
    """The choice of an order."""
    return page.get_by_role("combobox", name="Sort by")


def summary(page: Page) -> Locator:
    """How much was found."""
    return page.locator(".timings summary")


def test_values_narrow_down_and_are_chips(asked: Page) -> None:
    """A press puts the filter before the words, another one takes it out; counts hold."""
    from playwright.sync_api import expect

    names = asked.locator("facet-panel").get_by_role("group")
    expect(names).to_have_count(4)
    expect(group(asked, "Language")).to_have_count(0)  # all of them are English
    expect(value(asked, "Markdown 16 documents")).to_have_attribute("aria-pressed", "false")
    value(asked, "Markdown 16 documents").click()
    expect(box(asked)).to_have_value("type:markdown gold")
    expect(chips(asked)).to_have_text([re.compile("type:markdown")])
    expect(summary(asked)).to_have_text(re.compile("^16 passages"))
    expect(value(asked, "Markdown 16 documents")).to_have_attribute("aria-pressed", "true")
    value(asked, "trade 8 documents").click()
    expect(box(asked)).to_have_value("type:markdown dir:/trade gold")
    expect(hits(asked)).to_have_count(8)
    expect(group(asked, "Folder").get_by_role("button")).to_have_text(
        [re.compile("trade"), re.compile(r"plans\s*4"), re.compile(r"reports\s*4")]
    )
    value(asked, "reports 4").click()
    expect(hits(asked)).to_have_count(4)
    value(asked, "Markdown 4 documents").click()
    expect(box(asked)).to_have_value("dir:/trade dir:/trade/reports gold")
    expect(hits(asked)).to_have_count(6)
    asked.get_by_role("button", name="Remove the filter dir:/trade", exact=True).click()
    expect(value(asked, "reports")).to_have_attribute("aria-pressed", "true")
    expect(hits(asked)).to_have_count(6)


def test_facets_stand_beside_the_hits_which_begin_where_they_did(asked: Page) -> None:
    """To the right of them, at the same height; nothing is wider than the window."""
    panel = asked.locator(".facets").bounding_box()
    first = hits(asked).first.bounding_box()
    assert panel and first
    assert panel["x"] > first["x"] + first["width"]
    assert abs(panel["y"] - first["y"]) < 40
    assert fits(asked)
    asked.mouse.wheel(0, 700)
    asked.wait_for_timeout(200)
    moved = asked.locator(".facets").bounding_box()
    assert moved and 60 < moved["y"] < 200


def test_keys_reach_the_values_and_the_focus_stays(asked: Page) -> None:
    """Tab leads to them, Space and Enter press them."""
    from playwright.sync_api import expect

    sort(asked).focus()
    asked.keyboard.press("Tab")
    expect(value(asked, "Markdown 16")).to_be_focused()
    asked.keyboard.press("Tab")
    expect(value(asked, "Text 8")).to_be_focused()
    asked.keyboard.press("Space")
    expect(box(asked)).to_have_value("type:text gold")
    expect(summary(asked)).to_have_text(re.compile("^8 passages"))
    expect(value(asked, "Text 8")).to_be_focused()
    asked.keyboard.press("Enter")
    expect(box(asked)).to_have_value("gold")
    expect(value(asked, "Markdown 16")).to_be_visible()
    expect(value(asked, "Text 8")).to_be_focused()
    value(asked, "trade 12").press("Enter")
    expect(value(asked, "plans 6")).to_be_visible()
    expect(value(asked, "trade")).to_be_focused()
    asked.keyboard.press("Enter")
    expect(value(asked, "private 12")).to_be_visible()
    expect(value(asked, "trade 12")).to_be_focused()


def test_many_values_are_shown_on_request(asked: Page) -> None:
    """Six of eight authors at first."""
    from playwright.sync_api import expect

    authors = group(asked, "Author")
    expect(authors.locator(".facet-value")).to_have_count(6)
    authors.get_by_role("button", name="2 more in Author").click()
    expect(authors.locator(".facet-value")).to_have_count(8)
    authors.get_by_role("button", name="Author 7").click()
    expect(box(asked)).to_have_value('author:="Author 7" gold')
    expect(hits(asked)).to_have_count(2)


def test_a_value_while_a_word_is_being_typed(asked: Page) -> None:
    """The filter comes before the word, which goes on being completed."""
    from playwright.sync_api import expect

    box(asked).fill("nugg")
    expect(hits(asked)).to_have_count(1)
    box(asked).fill('"the gold of the riv')
    expect(hits(asked)).to_have_count(20)
    value(asked, "2020 8 documents").click()
    expect(box(asked)).to_have_value('date:2020 "the gold of the riv')
    expect(hits(asked)).to_have_count(8)


def test_orders_are_of_documents_and_survive_a_reload(asked: Page) -> None:
    """Newest, by name with numbers by value, largest; what they are sorted by is said."""
    from playwright.sync_api import expect

    sort(asked).select_option("Name")
    expect(summary(asked)).to_have_text(re.compile("^20 of 24 documents"))
    expect(hits(asked).nth(1)).to_contain_text("File 1.md")
    expect(hits(asked).nth(9)).to_contain_text("File 9.txt")
    expect(hits(asked).nth(10)).to_contain_text("File 10.md")
    sort(asked).select_option("Newest")
    expect(hits(asked).first).to_contain_text("Dec 15, 2022")
    sort(asked).select_option("Largest")
    expect(hits(asked).first).to_contain_text("File 23.md")
    expect(hits(asked).first).to_contain_text("bytes")
    asked.get_by_role("switch", name="All words").check()
    asked.get_by_role("button", name="Show more").click()
    expect(summary(asked)).to_have_text(re.compile("^24 documents"))
    asked.reload()
    expect(sort(asked)).to_have_value("size", timeout=60_000)
    expect(asked.get_by_role("switch", name="All words")).to_be_checked()
    expect(hits(asked).first).to_contain_text("File 23.md")


def test_the_address_gives_the_same_view(asked: Page) -> None:
    """Query, filters, order and all words: as a link, after a jump in the page, and taken back."""
    from playwright.sync_api import expect

    value(asked, "Markdown").click()
    sort(asked).select_option("Name")
    asked.get_by_role("switch", name="All words").check()
    fragment = "#q=type%3Amarkdown+gold&mode=keyword&sort=name&words=all"
    expect(asked).to_have_url(re.compile(re.escape(fragment) + "$"))
    link = asked.url
    asked.get_by_role("link", name="Fossick, start page").click()
    expect(asked).not_to_have_url(re.compile("gold"))
    asked.evaluate("link => { location.href = link; }", link)
    expect(box(asked)).to_have_value("type:markdown gold")
    expect(sort(asked)).to_have_value("name")
    expect(asked.get_by_role("switch", name="All words")).to_be_checked()
    first = hits(asked).first.inner_text()
    asked.evaluate("location.href = '#results'")  # as the link for screen readers does
    expect(asked).to_have_url(link)
    asked.reload()
    expect(hits(asked).first).to_have_text(
        re.compile(".*".join(first.split()[:3]), re.DOTALL), timeout=60_000
    )
    expect(box(asked)).to_have_value("type:markdown gold")


def test_filters_that_let_nothing_through_can_be_left_out(asked: Page) -> None:
    """Without hits a press leaves the words alone."""
    from playwright.sync_api import expect

    box(asked).fill("-type:html gold date:1999 ")
    expect(asked.get_by_text("The filters may let nothing through.")).to_be_visible()
    asked.get_by_role("button", name="Search without them").click()
    expect(box(asked)).to_have_value("gold ")
    expect(hits(asked).first).to_be_visible()


def test_all_words(asked: Page) -> None:
    """One that holds both; without hits the way back is offered."""
    from playwright.sync_api import expect

    box(asked).fill("gold nugget ")
    expect(summary(asked)).to_have_text(re.compile("of 24 passages"))
    switch = asked.get_by_role("switch", name="All words")
    switch.focus()
    asked.keyboard.press("Space")
    expect(hits(asked)).to_have_count(1)
    expect(hits(asked).first).to_contain_text("File 5.md")
    box(asked).fill("gold nugget elephant ")
    expect(asked.get_by_text("Every word is asked for.")).to_be_visible()
    asked.get_by_role("button", name="Search for any of them").click()
    expect(switch).not_to_be_checked()
    expect(hits(asked).first).to_be_visible()
    switch.focus()
    asked.keyboard.press("/")
    expect(box(asked)).to_be_focused()


@pytest.mark.parametrize("width", [320, pytest.param(900, marks=pytest.mark.long)])
def test_on_narrow_screens_they_are_folded_away(
    profiles: SharedProfiles, site_server: str, width: int
) -> None:
    """Behind a button that says how many are in use."""
    from playwright.sync_api import expect

    for page in filled(profiles, site_server, width, 700):
        box(page).fill("gold")
        expect(hits(page).first).to_be_visible()
        fold = page.get_by_role("button", name="Narrow down")
        expect(value(page, "Markdown")).to_be_hidden()
        expect(fold).to_have_attribute("aria-expanded", "false")
        assert fits(page)
        fold.click()
        expect(fold).to_have_attribute("aria-expanded", "true")
        value(page, "Markdown").click()
        expect(box(page)).to_have_value("type:markdown gold")
        expect(fold).to_have_text(re.compile(r"1\s+in use"))
        assert fits(page)
        fold.click()
        expect(value(page, "Markdown")).to_be_hidden()
