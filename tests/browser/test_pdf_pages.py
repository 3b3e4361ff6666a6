"""Pages of PDFs as they look: drawn by a worker, matches marked where they stand."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest

from app.formats.slices import LARGE
from tests.browser.profiles import BARE
from tests.browser.test_page import add, ask, box, hits, opened
from tests.browser.test_runtime import evaluate
from tests.fixtures.pdf_files import METALS, draw_pdf, stream_of, table_content, write_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

DRAW = """
  const { PdfDocument } = await import(new URL("static/fossick.js", base));
  const file = new Blob([Uint8Array.from(atob(given.data), (char) => char.charCodeAt(0))]);
  const inked = (image) => {
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const box = [Infinity, Infinity, -1, -1];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] + data[at + 1] + data[at + 2] > 600) continue;
      const [x, y] = [(at / 4) % image.width, Math.floor(at / 4 / image.width)];
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x + 1); box[3] = Math.max(box[3], y + 1);
    }
    return box;
  };
"""

INK = """async (root) => {
    const canvas = root.querySelector("canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const { left, top, width } = canvas.getBoundingClientRect();
    const scale = canvas.width / width;
    return [...root.querySelectorAll("mark.here")].map((mark) => {
        const at = mark.getBoundingClientRect();
        const [x, y] = [(at.left - left) * scale, (at.top - top) * scale];
        const size = [at.width * scale, at.height * scale].map(Math.ceil);
        const { data } = context.getImageData(Math.floor(x), Math.floor(y), ...size);
        const rows = [];
        for (let row = 0; row < size[1]; row++)
            for (let column = 0; column < size[0]; column++)
                if (data[4 * (row * size[0] + column)] < 128) rows.push([column, row]);
        const span = (n) => rows.length
            ? [Math.min(...rows.map((one) => one[n])), Math.max(...rows.map((one) => one[n]))]
            : [0, 0];
        return { text: mark.textContent, size, x: span(0), y: span(1) };
    });
}"""
"""The ink under each match: extents within the mark's own rectangle, in pixels."""

PAPER = write_pdf(
    [
        ["Harbour survey", "The harbour was measured in spring, and its walls were found sound."],
        ["Findings", "Beneath the pier lies a cannon. The cannon is of bronze, and old."],
        ["Costs", "The survey cost less than the cannon would fetch."],
    ]
)


def drawn(page: Page, body: str, data: bytes, **given: Any) -> Any:
    """What the body returns, which has `file`, `PdfDocument` and `inked`."""
    return evaluate(page, DRAW + body, {"data": base64.b64encode(data).decode(), **given})


@pytest.fixture
def bare(page: Page, site_server: str) -> Page:
    """A bare page of the site."""
    page.goto(site_server + BARE)
    return page


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_texts_lie_where_they_are_drawn(bare: Page, rotate: int) -> None:
    """A run's box, in shares of the page, encloses its ink, however the page is turned."""
    data = draw_pdf("BT /F1 40 Tf 100 600 Td (Nugget) Tj ET", rotate=rotate)
    out = drawn(
        bare,
        """
        const pdf = await PdfDocument.open(file);
        const { image, texts, width, height } = await pdf.page(1, { width: 600 });
        pdf.close();
        return { pages: pdf.pages, texts, size: [image.width, image.height], ink: inked(image),
          shape: [width, height] };
        """,
        data,
    )
    (text,) = out["texts"]
    assert (out["pages"], text["text"], text["angle"] % 360) == (1, "Nugget", rotate)
    assert out["shape"] == ([842, 595] if rotate % 180 else [595, 842])
    wide, high = out["size"]
    left, top, size = text["left"] * wide, text["top"] * high, text["size"] * wide
    assert wide == 600
    # The corner that the run is turned about, and how far its line reaches down from there.
    x = {0: (left, left + 6 * size), 180: (left - 6 * size, left)}.get(
        rotate, (left - size, left) if rotate == 90 else (left, left + size)
    )
    y = {0: (top, top + size), 180: (top - size, top)}.get(
        rotate, (top, top + 6 * size) if rotate == 90 else (top - 6 * size, top)
    )
    ink, below = out["ink"], 0.15 * size  # what hangs below the line
    assert x[0] - below <= ink[0] < ink[2] <= x[1] + below
    assert y[0] - below <= ink[1] < ink[3] <= y[1] + below


def test_masks_by_luminosity_are_drawn(bare: Page) -> None:
    """What a mask hides is not there, although a worker has no filters."""
    group = b"/Type /XObject /Subtype /Form /BBox [0 0 200 100] "
    group += b"/Group << /S /Transparency /CS /DeviceGray >>"
    data = draw_pdf(
        "/G0 gs 1 0 0 rg 0 0 200 100 re f",
        box=(200, 100),
        resources="/ExtGState << /G0 6 0 R >>",
        objects=[
            b"<< /Type /ExtGState /SMask << /Type /Mask /S /Luminosity /G 7 0 R >> >>",
            stream_of(b"1 g 0 0 100 100 re f 0 g 100 0 100 100 re f", group),
        ],
    )
    out = drawn(
        bare,
        """
        const pdf = await PdfDocument.open(file);
        const { image } = await pdf.page(1, { width: 200 });
        pdf.close();
        const context = new OffscreenCanvas(200, 100).getContext("2d");
        context.drawImage(image, 0, 0);
        return [50, 150].map((x) => [...context.getImageData(x, 50, 1, 1).data]);
        """,
        data,
    )
    assert out == [[255, 0, 0, 255], [255, 255, 255, 255]]


def test_failures_have_codes(bare: Page) -> None:
    """Torn, encrypted, no such page, a page of a mile, closed, gone: each is said, none hangs."""
    locked, mile = (
        base64.b64encode(one).decode()
        for one in (
            write_pdf([["Locked", "away"]], encrypt=True),
            draw_pdf("BT /F1 4000 Tf 0 0 Td (Far) Tj ET", box=(200_000, 140_000)),
        )
    )
    out = drawn(
        bare,
        """
        const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const pdf = await PdfDocument.open(file);
        const mile = await PdfDocument.open(new Blob([bytes(given.mile)]));
        const { image } = await mile.page(1, { width: 1e6 });
        mile.close();
        const out = {
          torn: await code(PdfDocument.open(new Blob([bytes(given.data).slice(0, 60)]))),
          empty: await code(PdfDocument.open(new Blob([]))),
          locked: await code(PdfDocument.open(new Blob([bytes(given.locked)]))),
          missing: await code(pdf.page(4)),
          zero: await code(pdf.page(1, { width: 0 })),
          mile: image.width * image.height,
          late: await code(Promise.all([pdf.page(1), pdf.page(2), pdf.page(3)])),
          last: (await pdf.page(3)).texts.map(({ text }) => text).join(" "),
        };
        const waiting = code(pdf.page(1));
        pdf.close();
        return { ...out, waiting: await waiting, closed: await code(pdf.page(1)) };
        """,
        PAPER,
        locked=locked,
        mile=mile,
    )
    assert out.pop("late") in (None, "cancelled")
    assert 1_000_000 < out.pop("mile") <= 12_000_000
    assert "cannon would fetch" in out.pop("last")
    assert out == {
        "torn": "damaged",
        "empty": "damaged",
        "locked": "encrypted",
        "missing": "not-found",
        "zero": "bad-option",
        "waiting": "closed",
        "closed": "closed",
    }


def test_a_page_that_never_ends_is_given_up(bare: Page, slowness: float) -> None:
    """Forms in forms in forms: the worker is ended in time, and the page answers meanwhile."""
    levels = 12
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99]"
    objects = [
        stream_of(
            b"/X Do " * 12 if level + 1 < levels else b"0 0 9 9 re f",
            form + b" /Resources << /XObject << /X %d 0 R >> >>" % (7 + level),
        )
        for level in range(levels)
    ]
    out = drawn(
        bare,
        """
        const pdf = await PdfDocument.open(file, { patience: 3000 });
        const began = performance.now();
        let ticks = 0;
        const clock = setInterval(() => { ticks += 1 }, 20);
        const failed = await code(pdf.page(1));
        clearInterval(clock);
        return { failed, ticks, took: performance.now() - began, after: await code(pdf.page(1)) };
        """,
        draw_pdf("/X Do", resources="/XObject << /X 6 0 R >>", objects=objects),
    )
    assert (out["failed"], out["after"]) == ("damaged", "damaged")
    assert out["took"] < 8000 * slowness
    assert out["ticks"] > 20


@pytest.fixture(scope="module")
def shared(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """One page with a report of three pages, a turned one, one letter by letter, and a table."""
    letters = " ".join(f"({char}) Tj" for char in "rhubarb")
    spaced = f"BT /F1 30 Tf 3 Tc 100 500 Td {letters} ET BT /F1 12 Tf 100 300 Td (is a plant) Tj ET"
    for page in opened(profiles, site_server, {"width": 1400, "height": 900}):
        add(
            page,
            ("harbour.pdf", PAPER),
            ("turned.pdf", draw_pdf("BT /F1 40 Tf 90 300 Td (A zeppelin) Tj ET", rotate=90)),
            ("spaced.pdf", draw_pdf(spaced)),
            ("metals.pdf", draw_pdf(table_content(METALS, ruled=True))),
        )
        yield page


@pytest.fixture
def page_of(shared: Page) -> Iterator[Page]:
    """The shared page with nothing open."""
    yield shared
    shared.keyboard.press("Escape")
    shared.get_by_role("link", name="Fossick, start page").click()


def view(page: Page) -> Locator:
    """The drawn page, once it is there."""
    found = page.locator("page-view")
    found.locator(".pdf-page:not([data-busy])").wait_for()
    return found


def test_a_hit_opens_at_its_page_with_its_matches_on_the_ink(page_of: Page) -> None:
    """The second page; both matches lie on what is drawn, and one of them is on the screen."""
    from playwright.sync_api import expect

    ask(page_of, "cannon bronze", "harbour.pdf")
    box(page_of).press("Enter")
    found = view(page_of)
    expect(found.get_by_role("status")).to_have_text("Page 2 of 3")
    expect(found.locator("mark.here").first).to_be_in_viewport()
    inks = found.evaluate(INK)
    assert [ink["text"].lower() for ink in inks] == ["cannon", "cannon", "bronze"]
    for ink in inks:
        (wide, high), (left, right), (top, bottom) = ink["size"], ink["x"], ink["y"]
        assert left < 0.1 * wide
        assert right > 0.9 * wide
        assert top < 0.5 * high < bottom


def test_a_row_of_a_table_is_marked_where_it_is_drawn(page_of: Page) -> None:
    """In each of its cells; the hit shows the names of the columns above it."""
    from playwright.sync_api import expect

    ask(page_of, "silver 961.8", "metals.pdf")
    expect(hits(page_of).first).to_contain_text("Metal Density Melts at")
    box(page_of).press("Enter")
    marks = view(page_of).locator("mark.here")
    expect(marks).to_have_text(["Silver", "961.8"])
    inks = view(page_of).evaluate(INK)
    assert len(inks) == 2
    for ink in inks:
        (wide, high), (left, right), (top, bottom) = ink["size"], ink["x"], ink["y"]
        assert left < 0.15 * wide
        assert right > 0.85 * wide
        assert top < 0.5 * high < bottom


@pytest.mark.parametrize(("word", "path"), [("zeppelin", "turned.pdf"), ("rhubarb", "spaced.pdf")])
def test_turned_and_spaced_texts_are_marked_too(page_of: Page, word: str, path: str) -> None:
    """Marks of a turned page and of a word drawn letter by letter lie on their ink."""
    from playwright.sync_api import expect

    ask(page_of, word, path)
    box(page_of).press("Enter")
    found = view(page_of)
    expect(found.locator("mark.here").first).to_be_in_viewport()
    inks = found.evaluate(INK)
    assert "".join(ink["text"] for ink in inks) == word
    assert all(ink["x"][1] > ink["x"][0] and ink["y"][1] > ink["y"][0] for ink in inks)


def test_pages_are_turned_and_sized_by_keys_and_buttons(page_of: Page) -> None:
    """Left, right, plus, minus; the text by a key or a button; words are marked on each page."""
    from playwright.sync_api import expect

    ask(page_of, "cannon bronze", "harbour.pdf")
    box(page_of).press("Enter")
    found = view(page_of)
    status = found.get_by_role("status")
    page_of.keyboard.press("ArrowRight")
    expect(status).to_have_text("Page 3 of 3")
    expect(view(page_of).locator("mark.elsewhere")).to_have_text(["cannon"])
    expect(found.get_by_role("button", name="Next page")).to_be_disabled()
    found.get_by_role("button", name="Previous page").click()
    page_of.keyboard.press("ArrowLeft")
    expect(status).to_have_text("Page 1 of 3")
    page_of.keyboard.press("+")
    expect(found.locator(".pdf-page")).to_have_class("pdf-page size-1")
    found.get_by_role("button", name="Smaller").click()
    expect(found.locator(".pdf-page")).to_have_class("pdf-page size-0")
    page_of.locator("section.preview .preview-body").focus()
    page_of.keyboard.press("t")
    expect(page_of.locator(".page-number")).to_have_text(["Page 1", "Page 2", "Page 3"])
    expect(page_of.locator(".prose mark.here").first).to_be_in_viewport()
    page_of.get_by_role("button", name="Show pages").click()
    expect(status).to_have_text("Page 2 of 3")


def test_matches_are_stepped_through_across_pages(page_of: Page) -> None:
    """m and M go from match to match, to the next page that holds one, and stop at the ends."""
    from playwright.sync_api import expect

    ask(page_of, "cannon bronze", "harbour.pdf")
    box(page_of).press("Enter")
    status = view(page_of).get_by_role("status")
    said = page_of.locator("section.preview header [role=status]")
    for step in ("2 of 3", "3 of 3"):
        page_of.keyboard.press("m")
        expect(said).to_have_text(f"Match {step}")
        expect(page_of.locator("mark.current")).to_have_count(1)
    page_of.keyboard.press("m")
    expect(status).to_have_text("Page 3 of 3")
    expect(said).to_have_text("Match 1 of 1")
    page_of.keyboard.press("m")
    expect(said).to_have_text("No further match.")
    page_of.keyboard.press("Shift+M")
    expect(status).to_have_text("Page 2 of 3")
    expect(said).to_have_text("Match 3 of 3")


def test_steps_taken_while_a_page_is_drawn_are_not_lost(page_of: Page) -> None:
    """Keys may be quicker than pages: each is a step, and none goes past a page."""
    from playwright.sync_api import expect

    ask(page_of, "cannon bronze", "harbour.pdf")
    box(page_of).press("Enter")
    expect(page_of.locator("section.preview .preview-body")).to_be_focused()
    for key in ("m", "m", "m", "m", "Shift+M", "Shift+M"):
        page_of.keyboard.press(key)
    expect(page_of.locator("section.preview header [role=status]")).to_have_text("Match 2 of 3")
    expect(view(page_of).get_by_role("status")).to_have_text("Page 2 of 3")
    expect(page_of.locator("mark.current")).to_have_count(1)


def test_a_pdf_in_an_archive_opens_as_it_looks(page_of: Page) -> None:
    """It is unpacked from the mail in the archive that was added."""
    from playwright.sync_api import expect

    mail = EmailMessage()
    mail["Subject"] = "The lighthouse"
    mail.set_content("See what is attached.")
    lighthouse = write_pdf([["Lighthouse"], ["Lamp", "The lamp burns whale oil."]])
    mail.add_attachment(lighthouse, maintype="application", subtype="pdf", filename="lamp.pdf")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("first.txt", "nothing")
        archive.writestr("mails/one.eml", mail.as_bytes())
    add(page_of, ("papers.zip", packed.getvalue()))
    ask(page_of, "whale oil", "lamp.pdf")
    box(page_of).press("Enter")
    expect(view(page_of).get_by_role("status")).to_have_text("Page 2 of 2", timeout=30_000)


def test_a_large_mailbox(page_of: Page) -> None:
    """Of 17 MB, read by parts: its messages are found and open, a PDF in one as it looks."""
    from playwright.sync_api import expect

    mails: list[bytes] = []
    for number in range(17):
        mail = EmailMessage()
        mail["Subject"] = f"Letter {number}"
        mail.set_content(f"The heron number {number} stands in the reeds.")
        picture = random.Random(number).randbytes(750_000)
        mail.add_related(picture, maintype="image", subtype="png", cid=f"<{number}@x>")
        if number == 9:
            plan = write_pdf([["Reeds"], ["Weir", "The weir is closed by oaken boards."]])
            mail.make_mixed()
            mail.add_attachment(plan, maintype="application", subtype="pdf", filename="weir.pdf")
        mails.append(b"From - Fri May 17 10:30:00 2024\n" + mail.as_bytes() + b"\n")
    data = b"".join(mails)
    assert len(data) > LARGE
    add(page_of, ("Inbox", data))
    ask(page_of, "heron 14", "Letter 14")
    box(page_of).press("Enter")
    expect(page_of.locator(".prose mark.here").first).to_have_text("heron")
    page_of.keyboard.press("Escape")
    ask(page_of, "oaken boards", "weir.pdf")
    box(page_of).press("Enter")
    expect(view(page_of).get_by_role("status")).to_have_text("Page 2 of 2", timeout=30_000)


def test_without_the_file_there_is_the_text_and_why(
    profiles: SharedProfiles, site_server: str
) -> None:
    """What was added in an earlier visit opens as text; added again, it opens as it looks."""
    from playwright.sync_api import expect

    for page in opened(profiles, site_server):
        add(page, ("harbour.pdf", PAPER))
        page.reload()
        expect(page.get_by_text("1 document ready")).to_be_visible(timeout=60_000)
        ask(page, "cannon bronze", "harbour.pdf")
        box(page).press("Enter")
        expect(page.locator(".page-note")).to_contain_text("where the file is at hand")
        expect(page.locator(".prose mark.here").first).to_be_in_viewport()
        expect(page.get_by_role("button", name="Open file")).to_have_count(0)
        add(page, ("harbour.pdf", PAPER))
        hits(page).first.locator("[data-hit]").click()
        page.keyboard.press("Escape")
        hits(page).first.locator("[data-hit]").click()
        expect(view(page).get_by_role("status")).to_have_text("Page 2 of 3")
        expect(page.get_by_role("button", name="Open file")).to_be_visible()
