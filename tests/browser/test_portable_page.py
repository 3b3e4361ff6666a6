"""Exported files on the page: saved, looked into, imported, dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import START, add, box, hits, opened

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

FILES = [("gold.md", b"# Gold\n\nThere is gold in the river."), ("tin.txt", b"Tin is soft.")]

DROP = """([name, data]) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
    document.body.dispatchEvent(
        new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def page(profiles: SharedProfiles, site_server: str) -> object:
    """The page, ready, where the browser saves files by itself."""
    for found in opened(profiles, site_server):
        found.evaluate("delete window.showSaveFilePicker")
        yield found


def status(page: Page) -> Locator:
    """The status dialog, open."""
    dialog = page.get_by_role("dialog", name="Status")
    if not dialog.is_visible():
        page.locator("button.pill").click()
    dialog.wait_for()
    return dialog


def exported(page: Page, folder: Path, kind: str = "fossick") -> Path:
    """A file that was exported by hand."""
    dialog = status(page)
    dialog.get_by_role("button", name="Export…").click()
    dialog.get_by_label("Format").select_option(kind)
    with page.expect_download(timeout=START) as download:
        dialog.get_by_role("button", name="Export", exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    page.keyboard.press("Escape")
    return file


def pick(page: Page, file: Path) -> Locator:
    """The dialog that asks what to do with a file that was picked."""
    status(page).get_by_label("Exported file", exact=True).set_input_files(file)
    dialog = page.get_by_role("dialog", name="A collection that was exported")
    dialog.wait_for()
    return dialog


def ask(page: Page, query: str, path: str) -> None:
    """Type a query and wait until the first hit is from `path`; the engine may have to start."""
    from playwright.sync_api import expect

    box(page).fill(query)
    expect(hits(page).first).to_contain_text(path, timeout=START)


def test_export_look_import(page: Page, tmp_path: Path) -> None:
    """A file is saved, looked into beside what is there, and takes its place when imported."""
    from playwright.sync_api import expect

    add(page, *FILES)
    file = exported(page, tmp_path)
    assert file.name == "documents.fossick" and file.read_bytes()[:2] == b"PK"
    add(page, ("new.md", b"A candle burns."))
    pick(page, file).get_by_role("button", name="Look into it").click()
    inside = page.get_by_label("Exported file", exact=True).and_(page.locator("section"))
    expect(inside).to_contain_text("documents.fossick", timeout=START)
    ask(page, "river", "gold.md")
    box(page).fill("candle")
    expect(hits(page)).to_have_count(0)
    inside.get_by_role("button", name="Back to my documents").click()
    ask(page, "candle", "new.md")
    dialog = pick(page, file)
    dialog.get_by_role("button", name="Import it…").click()
    expect(dialog).to_contain_text("3 documents")
    dialog.get_by_role("button", name="Replace them").click()
    expect(page.get_by_text("2 documents imported from documents.fossick")).to_be_visible(
        timeout=START
    )
    ask(page, "river", "gold.md")
    box(page).fill("candle")
    expect(hits(page)).to_have_count(0)


def test_dropped(page: Page, tmp_path: Path) -> None:
    """A dropped file is not indexed but asked about; a broken one is told, and nothing changes."""
    import base64

    from playwright.sync_api import expect

    add(page, *FILES)
    data = exported(page, tmp_path).read_bytes()
    for content in (data[: len(data) // 2], data):
        page.evaluate(DROP, ["dropped.fossick", base64.b64encode(content).decode()])
        dialog = page.get_by_role("dialog", name="A collection that was exported")
        expect(dialog).to_contain_text("dropped.fossick")
        dialog.get_by_role("button", name="Look into it").click()
        if content is data:
            expect(page.locator(".inside")).to_be_visible(timeout=START)
        else:
            expect(page.get_by_text("The file is damaged")).to_be_visible(timeout=START)
        ask(page, "river", "gold.md")


def test_for_others(page: Page, tmp_path: Path) -> None:
    """Lines of JSON and Markdown are saved under their own endings."""
    add(page, *FILES)
    lines = exported(page, tmp_path, "jsonl")
    assert lines.name == "documents.jsonl" and lines.read_text().count("\n") == 2
    assert "There is gold" in exported(page, tmp_path, "llm-md").read_text()
