"""Pictures of the page for the README: the built site, the real engine, the library of the tests.

    .venv/bin/python tests/browser/screenshots.py [--out docs/images] [--only results-light preview]

Each picture is a function of a page that is ready; the name of the function is the file's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.conftest import CHROMIUM_FLAGS, Serve, load_script  # noqa: E402 (path set above)
from tests.fixtures.library import write_library  # noqa: E402
from tests.fixtures.pdf_files import write_pdf  # noqa: E402

START = 90_000
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 780}

PARAPHRASE = "repeat a failed request after a pause"
WORDS = "cats permitted consent"


def welcome(page: Page) -> None:
    """The page before anything is in it."""
    page.get_by_text("Nothing leaves this device.").wait_for()
    page.get_by_role("searchbox").blur()


def results(page: Page) -> None:
    """A question in other words than the document's, with the fold of the first hit open."""
    fill(page)
    search(page, PARAPHRASE)
    page.locator(".why summary").first.click()


def preview(page: Page) -> None:
    """A passage of a PDF, opened at its page."""
    fill(page)
    search(page, WORDS)
    page.get_by_role("searchbox").press("Enter")
    page.locator(".pdf-page:not([data-busy])").wait_for()


def status(page: Page) -> None:
    """What is in use, and the documents."""
    fill(page)
    page.locator("button.pill").click()
    page.get_by_role("dialog", name="Status").wait_for()


def files(page: Page) -> None:
    """All files with their states, and why one of them is not found."""
    fill(page)
    broken = [
        {"name": "scan.pdf", "mimeType": "", "buffer": write_pdf([[]])},
        {"name": "contract.pdf", "mimeType": "", "buffer": write_pdf([["Text"]], encrypt=True)},
        {"name": "empty.txt", "mimeType": "", "buffer": b""},
    ]
    page.get_by_label("Add files", exact=True).set_input_files(broken)
    page.locator(".outcome [data-code]").first.wait_for(timeout=START)
    page.get_by_role("button", name="Dismiss").click()
    search(page, f"{PARAPHRASE} type:pdf")
    page.get_by_role("button", name="Files", exact=True).click()
    page.locator("button[aria-label^='Why is']").first.click()
    page.locator(".file-why:not(:has-text('Looking'))").wait_for()


def narrow(page: Page) -> None:
    """Results on a phone."""
    fill(page)
    search(page, PARAPHRASE)


def indexing(page: Page) -> None:
    """Files on their way in."""
    many = [
        {"name": f"report-{n}.md", "mimeType": "text/plain", "buffer": text(n)} for n in range(400)
    ]
    page.get_by_label("Add files", exact=True).set_input_files(many)
    page.locator("progress[aria-label='Adding files'][max]").wait_for(timeout=START)
    page.wait_for_timeout(12_000)


def text(n: int) -> bytes:
    """A file that takes a moment to understand."""
    lines = (f"The survey of claim {n} found quartz at a depth of {d} metres." for d in range(60))
    return f"# Report {n}\n\n{' '.join(lines)}\n".encode()


PICTURES: Final[dict[str, tuple[Callable[[Page], None], dict[str, int], str]]] = {
    "welcome": (welcome, WIDE, "light"),
    "results-light": (results, WIDE, "light"),
    "results-dark": (results, WIDE, "dark"),
    "preview": (preview, WIDE, "light"),
    "preview-dark": (preview, WIDE, "dark"),
    "status": (status, WIDE, "light"),
    "files": (files, WIDE, "light"),
    "indexing": (indexing, WIDE, "light"),
    "narrow": (narrow, NARROW, "light"),
}


def fill(page: Page) -> None:
    """Add the library and wait until it can be searched by meaning."""
    with tempfile.TemporaryDirectory() as folder:
        page.get_by_label("Add files", exact=True).set_input_files(write_library(Path(folder)))
        page.locator(".outcome").wait_for(timeout=START)
    page.get_by_role("button", name="Dismiss").click()


def search(page: Page, query: str) -> None:
    """Type a query and wait for the answer by meaning."""
    page.get_by_role("searchbox").fill(query)
    page.locator(".timings summary:not(:has-text('follows'))").wait_for()
    page.wait_for_timeout(500)


def take(browser: Browser, url: str, name: str, out: Path) -> None:
    """One picture, in a profile of its own."""
    draw, viewport, scheme = PICTURES[name]
    context = browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        device_scale_factor=2 if viewport is NARROW else 1,
    )
    page = context.new_page()
    page.goto(url)
    page.locator("button.pill.good").wait_for(timeout=START)
    draw(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    page.screenshot(path=out / f"{name}.png")
    context.close()
    print(f"{out / name}.png")


def main() -> None:
    """Take the pictures that are asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    server = Serve(ROOT / "dist")
    try:
        with sync_playwright() as driver:
            path = load_script("ensure_browser").find("chromium")
            browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
            for name in options.only:
                take(browser, server.url, name, options.out)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
