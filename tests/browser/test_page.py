"""The page itself: keys, preview, adding by every way, failures, status, themes, small screens.

Runs on the real engine without a model (`embedder` "none" is the user's own setting), so that a
start takes a few seconds; what the model adds is tested in test_journey.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fixtures.library import write_library

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

START = 60_000
"""Milliseconds in which the page is ready, also on two slow cores."""

WINDOW: ViewportSize = {"width": 1280, "height": 800}

WORDS_ONLY = "localStorage.setItem('fossick.embedder', 'none')"

DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: "text/plain" }));
    const at = (type) => document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    at("dragenter");
    const overlay = !document.querySelector(".drop-overlay")?.hidden;
    at("drop");
}"""

PASTE = """(text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.body.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def box(page: Page) -> Locator:
    """The search box."""
    return page.get_by_role("searchbox", name="Search your files")


def hits(page: Page) -> Locator:
    """The hits on the page, best first."""
    return page.get_by_role("list", name="Results").locator(":scope > li")


def ask(page: Page, query: str, path: str) -> None:
    """Type a query and wait until the first hit is from `path`."""
    from playwright.sync_api import expect

    box(page).fill(query)
    expect(hits(page).first).to_contain_text(path)


def add(page: Page, *files: tuple[str, bytes]) -> None:
    """Give files to the labelled input, and wait until what became of them is said."""
    payload = [{"name": n, "mimeType": "application/octet-stream", "buffer": b} for n, b in files]
    page.get_by_label("Add files", exact=True).set_input_files(payload)
    page.locator(".outcome").wait_for(timeout=START)


def opened(
    profiles: SharedProfiles,
    url: str,
    viewport: ViewportSize | None = None,
    *,
    dark: bool = False,
    touch: bool = False,
) -> Iterator[Page]:
    """A page whose engine is ready; fails on uncaught errors, policy violations and strays."""
    from playwright.sync_api import expect

    complaints: list[str] = []
    with profiles.lend(touch=touch) as context:
        page = context.new_page()
        page.set_viewport_size(viewport or WINDOW)
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.add_init_script(WORDS_ONLY)
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.on("console", lambda m: "Content Security" in m.text and complaints.append(m.text))
        page.goto(url)
        status = page.get_by_role("button", name=re.compile("Status: .* words only"))
        expect(status).to_be_attached(timeout=START)
        yield page
    assert not complaints


@pytest.fixture(scope="module")
def shared(
    profiles: SharedProfiles, site_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """One page with thirty documents for the tests that only read."""
    for page in opened(profiles, site_server):
        page.get_by_label("Add files", exact=True).set_input_files(
            write_library(tmp_path_factory.mktemp("library"))
        )
        page.locator(".outcome").wait_for(timeout=START)
        yield page


@pytest.fixture
def library(shared: Page) -> Page:
    """The shared page at its start: nothing asked, nothing open."""
    shared.keyboard.press("Escape")
    shared.get_by_role("link", name="Fossick, start page").click()
    shared.get_by_role("radio", name="Hybrid").check()
    return shared


@pytest.fixture
def fresh(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """A page with an empty collection of its own."""
    yield from opened(profiles, site_server)


def test_an_empty_page_says_what_it_is_and_how_to_begin(fresh: Page) -> None:
    """The first screen: purpose, promise, three ways in."""
    from playwright.sync_api import expect

    expect(fresh.get_by_role("heading", level=1)).to_contain_text("Search your own files")
    expect(fresh.get_by_text("Nothing leaves this device.")).to_be_visible()
    for name in ("Add folder", "Add files", "Paste text"):
        expect(fresh.locator("button", has_text=name)).to_be_visible()
    expect(fresh.locator("input[type=file][multiple]")).to_have_count(1)


def test_keys_lead_from_the_box_to_the_passage_and_back(library: Page) -> None:
    """`/`, typing, arrows, Enter, n and p, Esc; the focus ends where it began."""
    from playwright.sync_api import expect

    library.locator("main").focus()
    library.keyboard.press("/")
    expect(box(library)).to_be_focused()
    library.keyboard.type("water")
    expect(hits(library).nth(1)).to_be_visible()
    library.keyboard.press("ArrowDown")
    library.keyboard.press("ArrowDown")
    expect(hits(library).nth(1)).to_have_class(re.compile("active"))
    expect(box(library)).to_have_attribute("aria-activedescendant", "hit-2")
    library.keyboard.press("Enter")
    preview = library.locator("section.preview")
    expect(preview.locator("mark.here").first).to_be_in_viewport()
    expect(preview.get_by_text(re.compile("^2 of"))).to_be_visible()
    library.keyboard.press("p")
    expect(preview.get_by_text(re.compile("^1 of"))).to_be_visible()
    library.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    expect(box(library)).to_be_focused()
    library.keyboard.press("Escape")
    expect(box(library)).to_have_value("")


def test_tab_and_arrows_work_on_the_hits_themselves(library: Page) -> None:
    """A hit's button opens it, and gets the focus back."""
    from playwright.sync_api import expect

    ask(library, "water", "")
    first, second = (hits(library).nth(n).locator("[data-hit]") for n in (0, 1))
    first.focus()
    library.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    library.keyboard.press("Enter")
    expect(library.locator("section.preview")).to_be_visible()
    library.keyboard.press("Escape")
    expect(second).to_be_focused()
    library.keyboard.press("ArrowUp")
    library.keyboard.press("ArrowUp")
    expect(box(library)).to_be_focused()


def test_a_hit_shows_its_place_its_matches_and_why(library: Page) -> None:
    """Title, address, marks; the fold has rank and score of each leg."""
    from playwright.sync_api import expect

    ask(library, "cats permitted", "lease.pdf")
    hit = hits(library).first
    expect(hit).to_contain_text("Lease agreement")
    expect(hit.locator(".hit-address")).to_contain_text("page")
    expect(hit.locator("mark").first).to_have_text(re.compile("cats", re.IGNORECASE))
    hit.get_by_text("Why this hit").click()
    words = hit.get_by_role("row", name=re.compile("^Words"))
    expect(words.get_by_role("cell").first).to_have_text("1")
    expect(hit.get_by_role("row", name=re.compile("^Fused"))).to_be_visible()
    found = hit.get_by_role("row", name=re.compile("^permitted"))
    expect(found).to_contain_text("text 1")
    parts = hit.locator(".why .words tbody td:last-child").all_inner_texts()
    total = hit.locator(".why .words tfoot td").last.inner_text()
    assert abs(sum(float(part.replace("−", "-")) for part in parts) - float(total)) < 0.02
    ask(library, "cats unicorns", "lease.pdf")  # what is open stays true with the next query
    expect(hits(library).first.get_by_role("row", name=re.compile("^unicorns"))).to_contain_text(
        "not in it"
    )


def test_pages_of_a_pdf_and_lines_of_code_are_numbered(library: Page) -> None:
    """The preview shows where in the document one is."""
    from playwright.sync_api import expect

    ask(library, "cats permitted", "lease.pdf")
    box(library).press("Enter")
    expect(library.locator("page-view").get_by_role("status")).to_have_text("Page 2 of 2")
    library.get_by_role("button", name="Show text").click()
    expect(library.locator(".page-number")).to_have_text(["Page 1", "Page 2"])
    library.get_by_role("button", name="Show pages").click()
    ask(library, "doubling the delay", "retry.py")
    box(library).press("Enter")
    expect(library.locator(".line.here").first).to_be_in_viewport()
    expect(library.locator(".line-number").first).to_have_text("1")


def test_a_search_without_hits_says_so(library: Page) -> None:
    """And offers the other way of searching."""
    from playwright.sync_api import expect

    library.get_by_role("radio", name="Words").check()
    box(library).fill("zyzzyva")
    expect(library.get_by_text("No passage holds zyzzyva")).to_be_visible()
    library.get_by_role("button", name="search by meaning as well").click()
    expect(library.get_by_role("radio", name="Hybrid")).to_be_checked()


def test_the_status_says_what_is_in_use_and_leads_to_the_files(library: Page) -> None:
    """Storage, counts, a filter over the files."""
    from playwright.sync_api import expect

    library.get_by_role("button", name=re.compile("^Status")).click()
    dialog = library.get_by_role("dialog", name="Status")
    expect(dialog).to_contain_text("30 documents")
    expect(dialog).to_contain_text("private file system")
    dialog.get_by_role("button", name="Show the files").click()
    expect(dialog).to_be_hidden()
    files = library.get_by_role("dialog", name="Files")
    files.get_by_label("Filter files").fill("retry")
    expect(files.get_by_role("list", name="Files").get_by_role("listitem")).to_have_count(1)
    files.get_by_title("retry.py", exact=True).click()
    expect(files).to_be_hidden()
    expect(library.locator("section.preview")).to_contain_text("retry")


def test_question_mark_lists_the_keys(library: Page) -> None:
    """Help by a key; in the box the key is a letter."""
    from playwright.sync_api import expect

    box(library).press("?")
    expect(box(library)).to_have_value("?")
    library.locator("main").focus()
    library.keyboard.press("?")
    expect(library.get_by_role("dialog", name="Keys")).to_be_visible()
    library.keyboard.press("Escape")


def test_files_that_cannot_be_read_are_listed_with_a_way_out(fresh: Page) -> None:
    """The rest goes on; the list is there again in the status dialog."""
    from playwright.sync_api import expect

    add(
        fresh,
        ("good.txt", b"a nugget of gold"),
        ("empty.txt", b""),
        ("picture.bin", bytes(range(256)) * 20),
    )
    expect(fresh.get_by_role("status").filter(has_text="1 file added")).to_contain_text(
        "2 could not be read"
    )
    card = fresh.locator(".outcome")
    expect(card.locator("[data-code=empty]")).to_contain_text("empty.txt")
    expect(card.locator("[data-code=unsupported]")).to_contain_text(
        "Save it in a format that is read"
    )
    fresh.get_by_role("button", name="Dismiss").click()
    expect(card).to_have_count(0)
    fresh.get_by_role("button", name=re.compile("^Status")).click()
    expect(fresh.get_by_role("dialog", name="Status")).to_contain_text("2 files with a problem")
    fresh.keyboard.press("Escape")
    fresh.get_by_role("button", name="Files", exact=True).click()
    dialog = fresh.get_by_role("dialog", name="Files")
    dialog.get_by_label("Type").select_option("TXT")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_label("State").select_option(label="Not read: empty (1)")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    expect(dialog.get_by_role("listitem")).to_contain_text("Is empty.")
    dialog.get_by_role("button", name="Read empty.txt again").click()
    expect(card.locator("[data-code=empty]")).to_contain_text("empty.txt", timeout=START)
    dialog.get_by_role("button", name="Take empty.txt off this list").click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)


def test_the_files_say_why_one_is_not_found(library: Page) -> None:
    """A filter of the question, words that it lacks, words that it has."""
    from playwright.sync_api import expect

    dialog = library.get_by_role("dialog", name="Files")
    why = dialog.get_by_role("status").last
    for query, said in (
        ("retry type:pdf", "type:pdf in the question leaves it out."),
        ("zyzzyva cat", "None of the words stands in it. Its text is in English."),
        ("retry", "It is found: number 1 of the documents."),
    ):
        box(library).fill(query)
        library.get_by_role("button", name="Files", exact=True).click()
        dialog.get_by_label("Filter files").fill("retry.py")
        dialog.get_by_role("button", name="Why is retry.py not found?").click()
        expect(why).to_contain_text(said)
        dialog.get_by_role("button", name="Close").click()


def test_text_is_dropped_pasted_and_removed_again(fresh: Page) -> None:
    """A drop, a paste that becomes a note, one document removed, then everything."""
    from playwright.sync_api import expect

    fresh.evaluate(DROP, ["dropped.txt", "the quartz reef"])
    expect(fresh.get_by_role("status").filter(has_text="1 file added")).to_be_visible(timeout=START)
    ask(fresh, "quartz", "dropped.txt")

    fresh.evaluate(PASTE, "# Shopping\n\nmilk and bread")
    dialog = fresh.get_by_role("dialog", name="Add text as a note")
    expect(dialog.get_by_label("Title")).to_have_value("Shopping")
    dialog.get_by_role("button", name="Add note").click()
    ask(fresh, "bread", "notes/Shopping.md")

    fresh.get_by_role("button", name="Files", exact=True).click()
    files = fresh.get_by_role("dialog", name="Files")
    expect(files.get_by_role("listitem")).to_have_count(2)
    files.get_by_role("button", name="Remove dropped.txt").click()
    expect(files.get_by_role("listitem")).to_have_count(1)
    files.get_by_role("button", name="Remove everything…").click()
    files.get_by_role("button", name="Remove everything", exact=True).click()
    expect(files.get_by_role("listitem")).to_have_count(0)
    files.get_by_role("button", name="Close").click()
    expect(hits(fresh)).to_have_count(0)


def test_adding_shows_progress_can_be_stopped_and_never_blocks_a_search(fresh: Page) -> None:
    """A progress bar with a way to stop; what was written stays."""
    from playwright.sync_api import expect

    add(fresh, ("first.txt", b"the mother lode"))
    many = [
        {"name": f"{n}.txt", "mimeType": "text/plain", "buffer": f"claim {n} ".encode() * 400}
        for n in range(1500)
    ]
    fresh.get_by_label("Add files", exact=True).set_input_files(many)
    expect(fresh.get_by_role("progressbar", name="Adding files")).to_be_visible(timeout=START)
    ask(fresh, "mother lode", "first.txt")
    fresh.get_by_role("button", name="Cancel").click()
    expect(fresh.get_by_role("status").filter(has_text="Stopped")).to_be_visible(timeout=START)
    expect(fresh.get_by_role("progressbar")).to_have_count(0)
    ask(fresh, "mother lode", "first.txt")


def test_question_and_theme_outlive_a_reload(fresh: Page) -> None:
    """The query is in no part of the address that a host is sent; the theme is a setting."""
    from playwright.sync_api import expect

    add(fresh, ("ore.txt", b"ore and gangue"))
    ask(fresh, "gangue", "ore.txt")
    theme = fresh.get_by_role("button", name=re.compile("^Theme"))
    theme.click()
    theme.click()
    expect(theme).to_have_accessible_name("Theme: dark")
    fresh.reload()
    expect(hits(fresh).first).to_contain_text("ore.txt", timeout=START)
    expect(box(fresh)).to_have_value("gangue")
    expect(theme).to_have_accessible_name("Theme: dark")
    assert "gangue" not in fresh.url.partition("#")[0]


def test_a_narrow_screen_needs_no_sideways_scrolling(
    profiles: SharedProfiles, site_server: str
) -> None:
    """Empty, results and preview at 360 pixels."""
    for page in opened(profiles, site_server, {"width": 360, "height": 740}):
        width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(width)
        add(page, (f"{'long-name-' * 12}.py", b"gold = 'a very long line' * 99  # " + b"x" * 400))
        ask(page, "gold", "long-name")
        assert page.evaluate(width)
        box(page).press("Enter")
        page.locator("section.preview mark").first.wait_for()
        assert page.evaluate(width)
        page.get_by_role("button", name="Back to the results").click()
        assert page.locator("section.preview").count() == 0


def test_a_failed_start_is_said_and_can_be_tried_again(
    first_visit: BrowserContext, site_server: str, eventually: Callable[..., object]
) -> None:
    """A missing file of the runtime: a message with a way out, not a blank page."""
    from playwright.sync_api import expect

    page = first_visit.new_page()
    page.add_init_script(WORDS_ONLY)
    first_visit.route("**/app.zip", lambda route: route.abort())
    page.goto(site_server)
    alert = page.get_by_role("alert").filter(has_text="Fossick could not start")
    expect(alert).to_be_visible(timeout=START)
    first_visit.unroute_all(behavior="ignoreErrors")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("button", has_text="Add files")).to_be_visible(timeout=START)
    assert eventually(lambda: page.evaluate("window.fossick !== undefined"), timeout=START / 1000)


def test_text_colours_hold_against_their_grounds(root: Path) -> None:
    """WCAG AA: 4.5 to 1 for every pair of text and ground, light and dark."""
    tokens = dict(
        re.findall(
            r"--([a-z-]+): light-dark\((#\w+, #\w+)\)",
            (root / "static" / "css" / "tokens.css").read_text(),
        )
    )
    pairs = [
        (text, ground)
        for text in ("ink", "ink-soft", "ink-faint", "accent", "danger")
        for ground in ("ground", "surface")
    ]
    pairs += [
        ("on-mark", "mark"),
        ("on-accent", "accent"),
        ("accent-strong", "accent-soft"),
        ("danger", "danger-soft"),
        ("ink-soft", "sunken"),
        ("ink-soft", "passage"),
        ("ink-soft", "mark-faint"),
        ("ink", "passage"),
    ]
    for text, ground in pairs:
        both = zip(tokens[text].split(", "), tokens[ground].split(", "), strict=True)
        for theme, (one, other) in zip(("light", "dark"), both, strict=True):
            assert contrast(one, other) >= 4.5, (text, ground, theme)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours "#rrggbb" as WCAG 2 has it, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
