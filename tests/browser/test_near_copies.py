"""Near-copies on the page: one hit, and a fold that names and opens the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_facets import ADD
from tests.browser.test_page import box, hits, opened

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

NOTE = (
    "The claim at the upper ford was staked in spring, two days after the thaw. We washed gold "
    "from the third bench, most of it fine, and one nugget the size of a pea. The sluice wants a "
    "new riffle before the water falls, and the mule needs shoes for the road to the assay office."
)
FILES = [
    {"path": "diary/draft.md", "text": NOTE},
    {"path": "diary/final.md", "text": NOTE.replace("one nugget", "a nugget")},
    {"path": "mail/letter.txt", "text": NOTE.replace("two days", "three days")},
    {"path": "copy/letter.txt", "text": NOTE.replace("two days", "three days")},
    {"path": "other.md", "text": "A ring of gold lay in the drawer."},
]


@pytest.fixture(scope="module")
def filled(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """A page with a note, two edited versions of it, a copy of one, and something else."""
    for page in opened(profiles, site_server):
        page.evaluate(ADD, FILES)
        yield page


@pytest.fixture
def fold(filled: Page) -> Locator:
    """The fold of the one hit that has near-copies, closed."""
    from playwright.sync_api import expect

    filled.keyboard.press("Escape")
    box(filled).fill("")
    box(filled).fill("gold nugget")
    expect(hits(filled)).to_have_count(2)
    return hits(filled).locator("details.copies")


def test_versions_are_one_hit_that_names_the_others(filled: Page, fold: Locator) -> None:
    """A click on "2 near-copies" lists them, with the copies of a copy."""
    from playwright.sync_api import expect

    expect(fold).to_have_count(1)
    expect(filled.locator(".timings summary")).to_have_text(re.compile("^5 passages"))
    expect(fold.locator("summary")).to_have_text("2 near-copies")
    expect(fold.locator("li").first).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("li")).to_have_count(2)
    of_the_copy = re.compile(r"[Ss]ame content: (mail|copy)/letter\.txt")
    expect(fold.locator("xpath=ancestor::li")).to_contain_text(of_the_copy)


def test_keys_open_the_fold_and_a_copy(filled: Page, fold: Locator) -> None:
    """Enter on the fold, Tab to a name, Enter: its passage is open with the words marked."""
    from playwright.sync_api import expect

    fold.locator("summary").focus()
    filled.keyboard.press("Enter")
    filled.keyboard.press("Tab")
    name = fold.get_by_role("button").first
    expect(name).to_be_focused()
    path = name.inner_text()
    filled.keyboard.press("Enter")
    preview = filled.locator("passage-preview")
    expect(preview.locator(".hit-address")).to_contain_text(path)
    expect(preview.locator("mark.here").first).to_have_text("gold")
    filled.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    expect(name).to_be_focused()


def test_the_api_names_them_too(filled: Page) -> None:
    """`nearCopies` of a hit, and with `collapse: false` hits of their own."""
    found = filled.evaluate(
        """async () => {
          const together = await fossick.search("gold nugget");
          const apart = await fossick.search("gold nugget", { collapse: false });
          const copies = together.hits.flatMap(({ nearCopies }) => nearCopies);
          const texts = [];
          for (const { id } of copies) texts.push((await fossick.get(id)).text);
          return { copies, texts, hits: [together.hits.length, apart.hits.length] };
        }"""
    )
    assert found["hits"] == [2, 4]
    assert len(found["copies"]) == 2
    assert all("nugget" in text for text in found["texts"])
    assert sorted(len(copy["alsoAt"]) for copy in found["copies"]) in ([0, 1], [0, 0])


def test_the_whole_collection_is_looked_through(filled: Page) -> None:
    """`duplicates()` has the one group there is, whatever is asked."""
    found = filled.evaluate("() => fossick.duplicates({ limit: 5 })")
    paths = [[each["path"] for each in group["passages"]] for group in found["groups"]]
    assert paths == [["diary/draft.md", "diary/final.md", "mail/letter.txt", "copy/letter.txt"]]
    assert (found["total"], found["passages"]) == (1, 3)
    assert [each["path"] for each in found["documents"][0]] == paths[0]


def test_on_a_narrow_screen_nothing_is_wider_than_it(filled: Page, fold: Locator) -> None:
    """The open fold fits a phone."""
    from tests.browser.test_query_line import fits

    filled.set_viewport_size({"width": 360, "height": 740})
    fold.locator("summary").click()
    assert fits(filled)
    filled.set_viewport_size({"width": 1280, "height": 800})
