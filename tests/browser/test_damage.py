"""Collections whose files are really damaged, in OPFS: what the page says, and the ways out."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from app.storage import manifest as manifests
from tests.browser.profiles import watched_page

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

START = 60_000
"""Milliseconds in which the page is ready, also on two slow cores."""

FILES = {
    "gold.txt": "There is gold in the river.",
    "silver.txt": "There is silver in the hills.",
    "tin.txt": "There is tin in the old mine.",
}

FOLDER = """
    const root = await navigator.storage.getDirectory();
    const shelf = await root.getDirectoryHandle("fossick");
    const folder = await shelf.getDirectoryHandle("default");
"""

NAMES = f"""async () => {{ {FOLDER}
    const names = [];
    for await (const name of folder.keys()) names.push(name);
    return names.sort();
}}"""

FLIP = f"""async ([name, place]) => {{ {FOLDER}
    const handle = await folder.getFileHandle(name);
    const data = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    data[place < 0 ? data.length + place : place] ^= 1;
    const file = await handle.createWritable();
    await file.write(data);
    await file.close();
}}"""

TEXT = f"""async (name) => {{ {FOLDER}
    return (await (await folder.getFileHandle(name)).getFile()).text();
}}"""

WRITE = f"""async ([name, text]) => {{ {FOLDER}
    const handle = await folder.getFileHandle(name, {{ create: true }});
    const file = await handle.createWritable();
    await file.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    await file.close();
}}"""


@pytest.fixture
def page(context: BrowserContext, site_server: str) -> Iterator[Page]:
    """A page with a segment for each of three files."""
    with watched_page(context) as opened:
        opened.set_viewport_size({"width": 1280, "height": 800})
        opened.add_init_script("localStorage.setItem('fossick.embedder', 'none')")
        opened.goto(site_server)
        ready(opened)
        opened.evaluate(
            """async (files) => {
                for (const [path, text] of Object.entries(files))
                    await fossick.add([{ path, text }]);
            }""",
            FILES,
        )
        yield opened


def ready(page: Page) -> None:
    """Wait until the engine answers."""
    from playwright.sync_api import expect

    status = page.get_by_role("button", name=re.compile("Status: .* words only"))
    expect(status).to_be_attached(timeout=START)


def damaged(page: Page, *changes: tuple[str, list[Any]]) -> None:
    """Change files of the collection while it is closed, and open the page again."""
    page.evaluate("fossick.close()")
    for script, arguments in changes:
        page.evaluate(script, arguments)
    page.reload()


def found(page: Page, query: str) -> list[str]:
    """Paths of the hits."""
    paths: list[str] = page.evaluate(
        "async (query) => (await fossick.search(query)).hits.map((hit) => hit.path)", query
    )
    return paths


def segments(page: Page) -> list[str]:
    """Names of the segments, oldest first."""
    return [name for name in page.evaluate(NAMES) if re.fullmatch(r"seg-\d+", name)]


def test_a_damaged_segment(page: Page, eventually: Callable[..., Any]) -> None:
    """It is named with what is lost, the rest is found; added again and removed, all is well."""
    from playwright.sync_api import expect

    first = segments(page)[0]
    damaged(page, (FLIP, [first, 5000]))
    ready(page)
    notice = page.locator("damage-notice")
    expect(notice.get_by_role("heading")).to_have_text("1 document cannot be searched")
    assert found(page, "river hills mine") == ["silver.txt", "tin.txt"]
    page.get_by_role("searchbox").fill("there is")
    hits = page.get_by_role("list", name="Results").locator(":scope > li")
    expect(hits).to_have_count(2)
    expect(notice).to_be_visible()
    notice.locator("summary").click()
    expect(notice).to_contain_text(first)
    stats = page.evaluate("fossick.stats()")
    assert [(one["kind"], one["documents"]) for one in stats["damage"]] == [("segment", 1)]

    payload = [
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        for name, text in FILES.items()
    ]
    page.get_by_label("Add files", exact=True).set_input_files(payload)
    expect(hits).to_have_count(3)
    notice.get_by_role("button", name="Remove what is damaged…").click()
    expect(notice.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").fill("there is")  # the question outlasts another view
    expect(hits).to_have_count(3)
    notice.get_by_role("button", name="Keep it").click()
    expect(notice.get_by_role("button", name="Remove what is damaged…")).to_be_focused()
    notice.get_by_role("button", name="Remove what is damaged…").click()
    notice.get_by_role("button", name="Remove it", exact=True).click()
    expect(notice.get_by_role("heading")).to_have_count(0)
    expect(page.locator(".note-card")).to_contain_text("1 document taken out of the index")
    expect(hits).to_have_count(3)
    eventually(lambda: first not in page.evaluate(NAMES))


def test_a_damaged_text(page: Page) -> None:
    """The hit is there with a sentence in place of its text; the file added again mends it."""
    from playwright.sync_api import expect

    damaged(page, (FLIP, [f"{segments(page)[1]}.txt", 3]))
    ready(page)
    expect(page.locator("damage-notice section")).to_have_count(0)
    page.get_by_role("searchbox").fill("silver")
    hit = page.get_by_role("list", name="Results").locator(":scope > li").first
    expect(hit.locator(".hit-problem")).to_contain_text("The text of silver.txt cannot be shown")
    notice = page.locator("damage-notice")
    expect(notice.get_by_role("heading")).to_have_text("The text of 1 document cannot be shown")
    hit.get_by_role("button").first.click()
    expect(page.locator("passage-preview [role=alert]")).to_contain_text("Add the file again.")
    page.keyboard.press("Escape")
    page.get_by_label("Add files", exact=True).set_input_files(
        {"name": "silver.txt", "mimeType": "text/plain", "buffer": FILES["silver.txt"].encode()}
    )
    expect(hit.locator(".hit-snippet")).to_contain_text("silver in the hills")
    expect(notice.get_by_role("heading")).to_have_count(0)


def old_manifest() -> str:
    """A slot of format 2, as a program of that time wrote it; a character a byte."""
    payload = json.dumps({"analysis": "forms/1", "next_number": 9, "segments": []}).encode()
    covered = struct.pack("<QQ", 1000, len(payload))
    crc = zlib.crc32(payload, zlib.crc32(covered))
    data = struct.pack("<8sII", manifests.MAGIC, 2, crc) + covered + payload
    return data.decode("latin-1")


@pytest.mark.parametrize(
    ("left", "said"),
    [("x" * 60, "manifest-a is damaged"), (old_manifest(), "has format 2")],
    ids=["damaged", "earlier format"],
)
def test_an_index_that_cannot_be_opened(page: Page, left: str, said: str) -> None:
    """The page says why and offers to begin anew, which it does once that is asked for twice."""
    from playwright.sync_api import expect

    damaged(page, (WRITE, ["manifest-a", left]), (WRITE, ["manifest-b", left]))
    failure = page.locator("start-failure")
    expect(failure).to_contain_text(said, timeout=START)
    expect(failure).to_contain_text("the files themselves are untouched")
    failure.get_by_role("button", name=re.compile("Delete this collection")).click()
    expect(failure).to_contain_text("The files themselves stay where they are")
    failure.get_by_role("button", name="Keep it").click()
    failure.get_by_role("button", name="Try again").click()
    expect(failure).to_contain_text(said, timeout=START)
    failure.get_by_role("button", name=re.compile("Delete this collection")).click()
    failure.get_by_role("button", name="Delete and start again").click()
    ready(page)
    assert segments(page) == []
    page.evaluate("([path, text]) => fossick.add([{ path, text }])", next(iter(FILES.items())))
    page.reload()
    ready(page)
    assert found(page, "gold") == ["gold.txt"]


SETTLED = f"""async () => {{ {FOLDER}
    const bytes = async (name) =>
        new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
    return String(await bytes("manifest-a")) === String(await bytes("manifest-b"));
}}"""


def test_one_manifest_is_enough(page: Page, eventually: Callable[..., Any]) -> None:
    """A damaged slot costs nothing once a commit has settled, which is soon after."""
    assert eventually(partial(page.evaluate, SETTLED))
    damaged(page, (FLIP, ["manifest-a", -1]))
    ready(page)
    assert found(page, "river hills mine") == list(FILES)
    assert page.evaluate("fossick.stats()")["damage"] == []


def test_freeing_room(page: Page) -> None:
    """What was removed takes room until it is freed, or until much else is removed as well."""
    from playwright.sync_api import expect

    page.evaluate(
        """() => fossick.add([..."abcd"].map((name) => ({ path: name, text: `It is ${name}.` })))"""
    )
    page.evaluate("fossick.remove('b')")
    page.reload()
    ready(page)
    text = f"{segments(page)[-1]}.txt"
    assert "It is b." in page.evaluate(TEXT, text)
    page.get_by_role("button", name=re.compile("^Status")).click()
    dialog = page.get_by_role("dialog", name="Status")
    expect(dialog).to_contain_text("1 removed document still takes room")
    dialog.get_by_role("button", name="Free it now").click()
    expect(dialog).not_to_contain_text("removed document")
    assert text not in page.evaluate(NAMES)
    after = page.evaluate(TEXT, f"{segments(page)[-1]}.txt")
    assert "It is b." not in after and "It is c." in after


CODE = "({ code, message }) => [code, message]"

DELETE = f"""async (collection) => {{
    const {{ Fossick }} = await import("./static/fossick.js");
    return Fossick.delete(collection).then(() => null, {CODE});
}}"""

ROUND = """async (storage) => {
    const { Fossick } = await import("./static/fossick.js");
    const options = { collection: "Über dies", storage, embedder: "none" };
    const counts = [];
    for (let turn = 0; turn < 2; turn += 1) {
        const opened = await Fossick.open(options);
        counts.push((await opened.stats()).documents);
        await opened.add([{ path: "a.txt", text: "gold" }]);
        counts.push((await opened.stats()).documents);
        await opened.close();
        await Fossick.delete(options.collection);
    }
    return counts;
}"""


def test_delete(page: Page) -> None:
    """Not while it is open anywhere; afterwards nothing is left, and one that is not there goes."""
    code, message = page.evaluate(DELETE, "default")
    assert code == "read-only" and "open in another tab" in message
    other = page.context.new_page()
    other.goto(page.url)
    assert other.evaluate(DELETE, "default")[0] == "read-only"
    other.close()
    page.evaluate("fossick.close()")
    assert page.evaluate(DELETE, "default") is None
    assert page.evaluate(DELETE, "default") is None
    assert page.evaluate(DELETE, "never there") is None
    assert page.evaluate(DELETE, "../other")[0] == "bad-option"
    page.reload()
    ready(page)
    assert page.evaluate("fossick.documents()") == []


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_delete_in_every_storage(page: Page, storage: str) -> None:
    """What is opened again under the name is empty."""
    assert page.evaluate(ROUND, storage) == [0, 1, 0, 1]
