"""Suggestions under the search box: by keys, mouse and finger, and what they leave alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import box, hits, opened
from tests.browser.test_query_line import fits, problem
from tests.fixtures.library import write_library

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

START = 60_000


def options(page: Page) -> Locator:
    """The options that are offered."""
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def type_slowly(page: Page, text: str) -> None:
    """As a person types."""
    box(page).press_sequentially(text, delay=30)


@pytest.fixture(scope="module")
def shared(
    profiles: SharedProfiles, site_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """One page with thirty documents."""
    for page in opened(profiles, site_server):
        page.get_by_label("Add files", exact=True).set_input_files(
            write_library(tmp_path_factory.mktemp("library"))
        )
        page.locator(".outcome").wait_for(timeout=START)
        page.get_by_role("button", name="Dismiss").click()
        yield page


@pytest.fixture
def library(shared: Page) -> Page:
    """The shared page at its start: nothing asked, nothing open, the cursor in the box."""
    shared.keyboard.press("Escape")
    shared.get_by_role("link", name="Fossick, start page").click()
    return shared


def test_a_word_is_completed_by_keys(library: Page) -> None:
    """Down to an option, Enter: it stands in the box with a space, is searched, can be undone."""
    from playwright.sync_api import expect

    type_slowly(library, "sea wat")
    expect(options(library).first).to_have_text(re.compile(r"^water\s*\d"))
    expect(box(library)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    box(library).press("ArrowDown")
    expect(options(library).first).to_have_attribute("aria-selected", "true")
    expect(box(library)).to_have_attribute("aria-activedescendant", "suggestion-1")
    expect(box(library)).to_be_focused()
    box(library).press("Enter")
    expect(box(library)).to_have_value("sea water ")
    expect(options(library)).to_have_count(0)
    expect(hits(library).first).to_contain_text("water")
    expect(library.locator("section.preview")).to_have_count(0)
    library.keyboard.press("Control+z")
    expect(box(library)).to_have_value("sea wat")


def test_enter_without_an_option_opens_the_first_hit(library: Page) -> None:
    """Whoever just types and presses Enter is not held up."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()
    expect(hits(library).first).to_be_visible()
    box(library).press("Enter")
    expect(library.locator("section.preview")).to_be_visible()
    expect(box(library)).to_have_value("wat")
    expect(options(library)).to_have_count(0)


def test_escape_closes_the_options_first(library: Page) -> None:
    """A second one does what it always does; Alt and arrows bring them back."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()
    box(library).press("Escape")
    expect(options(library)).to_have_count(0)
    expect(box(library)).to_have_value("wat")
    box(library).press("Alt+ArrowDown")
    expect(options(library).first).to_be_visible()
    box(library).press("Alt+ArrowUp")
    expect(options(library)).to_have_count(0)
    box(library).press("Escape")
    expect(box(library)).to_have_value("")


def test_arrows_go_on_to_the_hits(library: Page) -> None:
    """Behind the last option is the first hit; a word that is complete has no options before it."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()
    count = options(library).count()
    for _ in range(count):
        box(library).press("ArrowDown")
    expect(options(library).last).to_have_attribute("aria-selected", "true")
    box(library).press("ArrowDown")
    expect(options(library)).to_have_count(0)
    expect(box(library)).to_have_attribute("aria-activedescendant", "hit-1")
    box(library).fill("")
    type_slowly(library, "water")
    expect(hits(library).nth(1)).to_be_visible()
    expect(options(library)).to_have_count(0)
    box(library).press("ArrowDown")
    expect(box(library)).to_have_attribute("aria-activedescendant", "hit-1")


def test_right_at_the_end_reaches_them_and_inside_moves_the_cursor(library: Page) -> None:
    """No key that edits the text is taken."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()
    box(library).press("ArrowLeft")
    box(library).press("ArrowRight")
    expect(options(library).first).to_have_attribute("aria-selected", "false")
    box(library).press("ArrowRight")
    expect(options(library).first).to_have_attribute("aria-selected", "true")
    box(library).press("ArrowLeft")
    expect(options(library).first).to_have_attribute("aria-selected", "false")
    type_slowly(library, "e")
    expect(box(library)).to_have_value("wate")


def test_tab_leaves(library: Page) -> None:
    """It takes nothing, and the options are gone with the focus."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()
    box(library).press("ArrowDown")
    box(library).press("Tab")
    expect(box(library)).not_to_be_focused()
    expect(box(library)).to_have_value("wat")
    expect(options(library)).to_have_count(0)


def test_an_option_is_taken_by_the_mouse(library: Page) -> None:
    """The focus stays in the box."""
    from playwright.sync_api import expect

    type_slowly(library, "wat")
    options(library).first.click()
    expect(box(library)).to_have_value("water ")
    expect(box(library)).to_be_focused()


def test_values_of_filters_are_proposed(library: Page) -> None:
    """Those that documents have, each with their number; no complaint that there is none yet."""
    from playwright.sync_api import expect

    type_slowly(library, "water type:")
    expect(options(library).first).to_be_visible()
    shown = options(library).all_text_contents()
    assert {"pdf", "text"} & {re.sub(r"[^a-z]", "", text) for text in shown}, shown
    expect(options(library).first).to_have_attribute(
        "aria-label", re.compile(r"^water type:\w+, \d+ documents?$")
    )
    library.wait_for_timeout(800)
    expect(problem(library)).to_be_empty()
    type_slowly(library, "pd")
    options(library).first.click()
    expect(box(library)).to_have_value("water type:pdf ")
    expect(hits(library)).not_to_have_count(0)


def test_screen_readers_are_told(library: Page) -> None:
    """The attributes of the pattern, and the number of options in a pause."""
    from playwright.sync_api import expect

    for name, value in (
        ("role", "searchbox"),
        ("aria-autocomplete", "list"),
        ("aria-haspopup", "listbox"),
        ("aria-controls", "suggestions hits"),
    ):
        expect(box(library)).to_have_attribute(name, value)
    type_slowly(library, "wat")
    expect(options(library).first).to_have_attribute(
        "aria-label", re.compile(r"^water, \d passages?$")
    )
    said = library.get_by_role("status").filter(has_text=re.compile(r"\d suggestions?, arrow keys"))
    expect(said).to_have_count(1)
    box(library).press("Escape")
    expect(said).to_have_count(0)
    expect(library.locator("#suggestions")).to_be_hidden()


def test_no_hit_moves_and_none_is_covered(library: Page) -> None:
    """The line is there before and after; the first hit stands where it stood, in full."""
    from playwright.sync_api import expect

    box(library).fill("water ")
    expect(hits(library).nth(1)).to_be_visible()
    before = hits(library).first.bounding_box()
    type_slowly(library, "se")
    expect(options(library).first).to_be_visible()
    after = hits(library).first.bounding_box()
    line = library.locator("#suggestions").bounding_box()
    assert before and after and line
    assert before["y"] == after["y"]
    assert line["y"] + line["height"] <= after["y"]


def test_a_corrected_search_says_so_and_can_be_had_as_typed(library: Page) -> None:
    """Showing results for the one, search instead for the other, and back."""
    from playwright.sync_api import expect

    library.get_by_role("radio", name="Words").check()
    box(library).focus()
    type_slowly(library, "harbuor ")
    expect(problem(library)).to_contain_text(
        "Showing results for harbour. Search instead for harbuor"
    )
    expect(library.locator(".search-text u")).to_have_text("harbuor")
    expect(hits(library)).to_have_count(1)
    problem(library).get_by_role("button", name="harbuor").click()
    expect(library.get_by_text("No passage holds harbuor")).to_be_visible()
    expect(problem(library)).to_contain_text("Did you mean harbour?")
    problem(library).get_by_role("button", name="harbour").click()
    expect(box(library)).to_have_value("harbour ")
    expect(hits(library)).to_have_count(1)
    expect(problem(library)).to_be_empty()
    library.get_by_role("radio", name="Hybrid").check()


def test_a_wrong_word_is_put_right_from_the_options(library: Page) -> None:
    """Among the options while the next word is written."""
    from playwright.sync_api import expect

    type_slowly(library, "harbuor wal")
    expect(options(library).first).to_have_text(re.compile("Did you mean harbour wal"))
    options(library).first.click()
    expect(box(library)).to_have_value("harbour wal ")


def test_they_can_be_switched_off(library: Page) -> None:
    """In the status; nothing is proposed then, and nothing asked."""
    from playwright.sync_api import expect

    def switch() -> None:
        library.get_by_role("button", name=re.compile("^Status")).click()
        dialog = library.get_by_role("dialog", name="Status")
        dialog.get_by_label("Complete words while I type").click()
        dialog.get_by_role("button", name="Close").click()

    switch()
    box(library).focus()
    type_slowly(library, "wat")
    expect(hits(library).first).to_be_visible()
    library.wait_for_timeout(300)
    expect(options(library)).to_have_count(0)
    switch()
    box(library).fill("")
    type_slowly(library, "wat")
    expect(options(library).first).to_be_visible()


def test_nothing_is_kept_of_what_was_asked(library: Page) -> None:
    """No query is in the storage of the page, but for a moment in that of the tab."""
    type_slowly(library, "wat")
    options(library).first.click()
    assert "wat" not in library.evaluate("JSON.stringify(localStorage)")
    library.wait_for_timeout(4000)
    assert "wat" not in library.evaluate("JSON.stringify(sessionStorage)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(profiles: SharedProfiles, site_server: str, scheme: str) -> None:
    """A finger takes an option, the keyboard stays; many options scroll in their line."""
    from playwright.sync_api import expect

    phone = {"width": 360, "height": 640}
    words = "golden goldsmith goldfinch goldenrod golderberries"
    for page in opened(profiles, site_server, phone, dark=scheme == "dark", touch=True):
        file = {"name": "ore.txt", "mimeType": "text/plain", "buffer": words.encode()}
        page.get_by_label("Add files", exact=True).set_input_files([file])
        page.locator(".outcome").wait_for(timeout=START)
        page.get_by_role("button", name="Dismiss").click()
        box(page).tap()
        type_slowly(page, "gol")
        expect(options(page)).to_have_count(5)
        assert fits(page)
        height = options(page).first.evaluate("(it) => it.getBoundingClientRect().height")
        assert height >= 24
        for _ in range(5):
            box(page).press("ArrowDown")
        expect(options(page).last).to_be_in_viewport()
        options(page).last.tap()
        expect(box(page)).to_have_value(re.compile(r"^gold\w+ $"))
        expect(box(page)).to_be_focused()


def test_a_rare_word_may_be_wrong(library: Page, tmp_path: Path) -> None:
    """What is much more frequent is found as well, behind it; the word alone can be had."""
    from playwright.sync_api import expect

    chance = random.Random(5)
    words = ["".join(chance.choices("bcdfglmnprst", k=5)) for _ in range(400)]
    cellars = (
        f"The cellar was damp. {' '.join(chance.choices(words, k=120))}." for _ in range(230)
    )
    (tmp_path / "cellars.txt").write_text("\n\n".join([*cellars, "A dimp of the chin."]))
    library.get_by_label("Add files", exact=True).set_input_files(tmp_path / "cellars.txt")
    library.locator(".outcome").wait_for(timeout=START)
    library.get_by_role("button", name="Dismiss").click()
    library.get_by_role("radio", name="Words").check()
    type_slowly(library, "dimp ")
    expect(problem(library)).to_contain_text("Also showing results for damp. Search only for dimp")
    expect(hits(library).first.locator("mark").first).to_have_text("dimp")
    fits(library)
    problem(library).get_by_role("button", name="dimp").click()
    expect(hits(library)).to_have_count(1)
    expect(problem(library)).to_contain_text("Did you mean damp?")
    library.get_by_role("radio", name="Hybrid").check()
