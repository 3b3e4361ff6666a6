"""What the page shows of a query: what is odd about it, its filters, and how to write one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import box, hits, opened
from tests.fixtures.library import write_library

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

START = 60_000


SCROLLED = """() => ["input[type=search]", ".underline"].map(
    (part) => document.querySelector(part).scrollLeft)"""


def problem(page: Page) -> Locator:
    """The line under the box; it is there also while nothing is said."""
    return page.locator("#query-problem[role=status]")


def underlined(page: Page) -> Locator:
    """The odd stretch of the query, where it stands in the box."""
    return page.locator(".search-text u")


def chips(page: Page) -> Locator:
    """The filters under the box."""
    return page.get_by_role("list", name="Filters").get_by_role("listitem")


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return not page.evaluate(wide)


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
    """The shared page at its start: nothing asked, nothing open."""
    shared.keyboard.press("Escape")
    shared.get_by_role("link", name="Fossick, start page").click()
    return shared


def test_what_is_odd_is_said_in_a_pause_and_gone_when_mended(library: Page) -> None:
    """The message, its hint and the place; no hit moves."""
    from playwright.sync_api import expect

    box(library).fill("water ")
    expect(hits(library).nth(1)).to_be_visible()
    before = hits(library).first.bounding_box()
    box(library).press_sequentially('"sea', delay=60)
    expect(problem(library)).to_be_empty()
    expect(problem(library)).to_contain_text("The quotation mark at 7 is never closed.")
    expect(problem(library)).to_contain_text("All that follows is taken as the phrase.")
    expect(underlined(library)).to_have_text('"sea')
    after = hits(library).first.bounding_box()
    assert before and after
    assert before["y"] == after["y"]
    box(library).press('"')
    expect(problem(library)).to_be_empty()
    expect(underlined(library)).to_have_count(0)


def test_enter_does_not_wait_for_the_pause(library: Page) -> None:
    """The line is there at once, and the first hit opens as ever."""
    from playwright.sync_api import expect

    box(library).fill("water OR")
    expect(hits(library).first).to_be_visible()
    said = library.evaluate(
        """async () => {
            // A pause that never ends: what is said is said for the key.
            const after = window.setTimeout;
            window.setTimeout = (call, ms, ...rest) => ms === 600 ? 0 : after(call, ms, ...rest);
            const box = document.querySelector("input[type=search]");
            box.value = "water OR ";
            box.dispatchEvent(new InputEvent("input", { bubbles: true }));
            const said = () => document.querySelector("#query-problem").textContent;
            const line = [said()];
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
            const start = performance.now();
            while (!said() && performance.now() - start < 20000)
                await new Promise((resolve) => after(resolve, 5));
            window.setTimeout = after;
            return [...line, said()];
        }"""
    )
    assert said[0] == ""
    assert "OR at 7 has no word on both sides" in said[1]
    expect(library.locator("section.preview")).to_be_visible()


def test_the_line_under_the_text_moves_with_a_long_query(library: Page) -> None:
    """Letters and line stand at the same place, at the end of the text and at its start."""
    from playwright.sync_api import expect

    box(library).fill(f"{'water ' * 40}date:2024-13")
    expect(underlined(library)).to_have_text("date:2024-13")
    at_its_end, line = library.evaluate(SCROLLED)
    assert at_its_end == line > 0
    box(library).press("Home")
    expect(underlined(library)).not_to_be_in_viewport()
    assert library.evaluate(SCROLLED) == [0, 0]


def test_filters_are_chips_and_a_chip_edits_the_query(library: Page) -> None:
    """Those at the top of the query; the odd one is text; Ctrl+Z takes a removal back."""
    from playwright.sync_api import expect

    box(library).fill('water type:pdf -path:tides (lang:de OR "ext:md") date:2024-13')
    expect(problem(library)).to_contain_text("is no date")
    expect(chips(library)).to_have_text([re.compile("type:pdf"), re.compile("-path:tides")])
    box(library).fill("water type:pdf -path:tides")
    expect(hits(library)).to_have_count(1)
    library.get_by_role("button", name="Remove the filter -path:tides").click()
    expect(box(library)).to_have_value("water type:pdf ")
    expect(hits(library)).to_have_count(2)
    expect(box(library)).to_be_focused()
    library.keyboard.press("Control+z")
    expect(box(library)).to_have_value("water type:pdf -path:tides")
    expect(chips(library)).to_have_count(2)


def test_chips_are_removed_by_keyboard_one_after_another(library: Page) -> None:
    """The focus stays on the chips, and ends in the box."""
    from playwright.sync_api import expect

    box(library).fill("type:pdf water lang:en")
    first = library.get_by_role("button", name="Remove the filter type:pdf")
    first.focus()
    library.keyboard.press("Enter")
    expect(box(library)).to_have_value("water lang:en")
    expect(library.get_by_role("button", name="Remove the filter lang:en")).to_be_focused()
    library.keyboard.press("Enter")
    expect(box(library)).to_have_value("water ")
    expect(box(library)).to_be_focused()
    expect(chips(library)).to_have_count(0)


def test_help_with_the_language_is_one_key_away(library: Page) -> None:
    """`?`, Tab to an example, Enter: it stands in the box, and is searched for."""
    from playwright.sync_api import expect

    box(library).fill("moon")
    library.locator("main").focus()
    library.keyboard.press("?")
    dialog = library.get_by_role("dialog", name="Search language and keys")
    table = dialog.get_by_role("table", name="Search language")
    for example in ('"gold mine"', "gold -silver", "gold*", "type:pdf", "date:lastmonth"):
        expect(table.get_by_role("button", name=example, exact=True)).to_be_visible()
    table.get_by_role("button", name="type:pdf", exact=True).press("Enter")
    expect(dialog).to_be_hidden()
    expect(box(library)).to_be_focused()
    expect(box(library)).to_have_value("type:pdf")
    expect(hits(library).first).to_contain_text("pdf")
    expect(chips(library)).to_have_count(1)
    library.keyboard.press("Control+z")
    expect(box(library)).to_have_value("moon")


def test_every_example_is_a_query_without_a_problem(library: Page) -> None:
    """As the engine reads it."""
    examples = library.locator(".example").all_text_contents()
    assert len(examples) > 10
    asked = f"Promise.all({json.dumps(examples)}.map((query) => fossick.search(query)))"
    answers = library.evaluate(f"async () => (await {asked}).map(({{ problems }}) => problems)")
    assert answers == [[] for _ in examples]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_has_room_for_all_of_it(
    profiles: SharedProfiles, site_server: str, scheme: str
) -> None:
    """320 pixels: many chips, a long message and the help need no sideways scrolling."""
    from playwright.sync_api import expect

    size = {"width": 320, "height": 640}
    for page in opened(profiles, site_server, size, dark=scheme == "dark"):
        file = {"name": "ore.txt", "mimeType": "text/plain", "buffer": b"water and ore"}
        page.get_by_label("Add files", exact=True).set_input_files([file])
        page.locator(".outcome").wait_for(timeout=START)
        page.get_by_role("button", name="Dismiss").click()
        box(page).fill("water type:text ext:txt -path:a/very/long/path/indeed size<1M date:2024-13")
        expect(problem(page)).to_contain_text("is no date")
        assert fits(page)
        line = problem(page).locator(".query-problem-line").bounding_box()
        title = hits(page).first.locator(".hit-title").bounding_box()
        assert line and title
        assert line["y"] + line["height"] <= title["y"] + 1, "the first hit is covered"
        page.get_by_role("button", name="Search language and keys").click()
        dialog = page.get_by_role("dialog", name="Search language and keys")
        expect(dialog.get_by_role("button", name="title:gold", exact=True)).to_be_visible()
        assert dialog.evaluate("(it) => it.scrollWidth <= it.clientWidth")
        dialog.get_by_role("button", name="title:gold", exact=True).click()
        expect(box(page)).to_have_value("title:gold")
