"""Sealed exported files in a browser: out, in, looked into, to the desktop and back, by keys."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_page import START, WORDS_ONLY, add, box, hits
from tests.browser.test_portable import MORE, desktop
from tests.browser.test_runtime import evaluate

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

SECRET = "correct horse battery"
FIRST_LINE = b"fossick-sealed 1\n"
WORDS = [b"quokka", b"zanzibar", b"hidden.md", b"manifest", b"mimetype"]

OUT = """
  const { secret } = given;
  const mine = await Fossick.open({ collection: "mine", embedder: "hash" });
  await mine.add([...files(40), { path: "hidden.md", text: "The quokka sailed to Zanzibar." }]);
  const faces = await mine.vectors({ name: "faces", dim: 3 });
  await faces.add("a", new Float32Array([1, 2, 3]));
  const before = await asked(mine);
  const { file, bytes, documents } = await mine.export({ passphrase: secret });
  const codes = [
    await coded(mine.export({ passphrase: secret, format: "jsonl" })),
    await coded(mine.export({ passphrase: "" })),
    await coded(Fossick.open({ filePassphrase: secret })),
    await coded(Fossick.open({ from: file, embedder: "none" })),
    await coded(Fossick.open({ from: file, embedder: "none", filePassphrase: "wrong" })),
  ];
  await mine.close();
  const opened = await Fossick.open({ from: file, embedder: "hash", filePassphrase: secret });
  const lies = await asked(opened);
  const { sealed, storage } = opened.info();
  const { key } = opened;
  await opened.lock();
  codes.push(await coded(opened.stats()));
  const again = await Fossick.open({ from: file, embedder: "hash", fileKey: key });
  const { documents: there } = await again.stats();
  const plain = await again.export();
  codes.push(await Fossick.isSealed(file), await Fossick.isSealed(plain.file));
  await again.close();
  const data = new Uint8Array(await file.arrayBuffer());
  const cut = new Blob([data.subarray(0, data.length - 1)]);
  codes.push(await coded(Fossick.import(cut, { collection: "cut", fileKey: key })));
  return { same: same(before, lies), before, codes, sealed, storage, documents, there,
    sizes: [bytes, file.size], data: await base64(file), queries };
"""

IN = """
  const { secret, data } = given;
  const file = new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))]);
  const to = { collection: "theirs", filePassphrase: secret };
  const done = await Fossick.import(file, to);
  const found = await Fossick.open({ collection: "theirs", embedder: "hash" });
  const after = await asked(found);
  const { sealed } = found.info();
  const names = await found.vectorNames();
  await found.close();
  return { after, sealed, names, documents: done.documents };
"""


def test_out_and_in(page: Page, site_server: str, tmp_path: Path) -> None:
    """Only the passphrase opens it, here and on the desktop; one from there opens here."""
    page.goto(site_server + BARE)
    out = evaluate(page, MORE + OUT, {"secret": SECRET})
    assert out["same"] and (out["sealed"], out["storage"]) == (True, "file")
    assert out["documents"] == out["there"] == 41 and out["sizes"][0] == out["sizes"][1]
    refused = ["bad-option", "bad-option", "bad-option", "locked", "wrong-passphrase"]
    assert out["codes"] == [*refused, "locked", True, False, "damaged"]
    file, index, back = tmp_path / "a.fossick", tmp_path / "index", tmp_path / "b.fossick"
    data = base64.b64decode(out["data"])
    file.write_bytes(data)
    (tmp_path / "secret").write_text(SECRET)
    assert data.startswith(FIRST_LINE)
    assert not [word for word in WORDS if word in data.lower()]
    option = ("--file-passphrase-file", tmp_path / "secret")
    assert desktop("import", file, index)["error"]["code"] == "locked"
    assert desktop("import", file, index, *option)["documents"] == 41
    assert desktop("export", index, back, *option)["documents"] == 41
    assert back.read_bytes().startswith(FIRST_LINE)
    theirs = {"secret": SECRET, "data": base64.b64encode(back.read_bytes()).decode()}
    got = evaluate(page, MORE + IN, theirs)
    assert got["after"] == out["before"] and got["documents"] == 41
    assert (got["sealed"], got["names"]) == (False, ["faces"])


@pytest.fixture
def ready(page: Page, site_server: str) -> Page:
    """The page with two documents, where the browser saves files by itself."""
    page.goto(site_server + BARE)
    page.evaluate(WORDS_ONLY)
    page.goto(site_server)
    page.evaluate("delete window.showSaveFilePicker")
    add(page, ("gold.md", b"# Gold\n\nThere is gold in the river."), ("tin.txt", b"Tin is soft."))
    return page


def focused(page: Page) -> Any:
    """The name of the field that has the focus."""
    return page.evaluate("() => document.activeElement?.name")


def status(page: Page) -> Locator:
    """The status dialog, open."""
    page.locator("button.pill").click()
    return page.get_by_role("dialog", name="Status")


def test_the_page(ready: Page, tmp_path: Path, eventually: Any) -> None:
    """Sealed in the form of the export; asked for in the dialog, by keys, until it is right."""
    from playwright.sync_api import expect

    page = ready
    form = status(page).locator("portable-section")
    form.get_by_role("button", name="Export…").click()
    fields = form.get_by_label("Passphrase for the file (optional)"), form.get_by_label("again")
    fields[0].fill(SECRET)
    fields[1].fill("something else")
    page.keyboard.press("Enter")
    form.get_by_text("The two are not the same.").wait_for()
    form.get_by_label("Format").select_option("jsonl")
    expect(fields[0]).to_have_count(0)
    form.get_by_label("Format").select_option("fossick")
    for field in fields:
        field.fill(SECRET)
    with page.expect_download(timeout=START) as download:
        page.keyboard.press("Enter")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "documents.fossick" and file.read_bytes().startswith(FIRST_LINE)
    assert b"river" not in file.read_bytes().lower()

    form.get_by_label("Exported file", exact=True).set_input_files(file)
    dialog = page.get_by_role("dialog", name="A collection that was exported")
    eventually(lambda: focused(page) == "passphrase")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()  # a passphrase is needed
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    dialog.get_by_text("The passphrase does not open this file.").wait_for()
    assert page.evaluate("() => fossick.info().storage") != "file"
    eventually(lambda: focused(page) == "passphrase")
    page.keyboard.type(SECRET)  # in place of the wrong one, which is selected
    page.keyboard.press("Enter")
    inside = page.locator("section.inside")
    expect(inside).to_contain_text("documents.fossick", timeout=START)
    box(page).fill("river")
    expect(hits(page).first).to_contain_text("gold.md", timeout=START)
    assert "river" not in page.evaluate("() => location.href + document.title")
    inside.get_by_role("button", name="Import it…").click()
    expect(dialog).to_contain_text("Its passphrase is right")
    expect(dialog).to_contain_text("Once imported, what is in it is not")
    dialog.get_by_role("button", name="Import it").click()
    expect(dialog).to_contain_text("removes the 2 documents that Fossick knows here")
    dialog.get_by_role("button", name="Replace them").click()
    expect(page.get_by_text("2 documents imported from documents.fossick")).to_be_visible(
        timeout=START
    )
    assert page.evaluate("() => fossick.info().sealed") is False
    expect(hits(page).first).to_contain_text("gold.md", timeout=START)
    assert json.loads(page.evaluate("() => JSON.stringify(fossick.key)")) is None


SEAL = """
  async ({ fileSecret, secret }) => {
    const { file } = await fossick.export({ passphrase: fileSecret });
    const handed = new Uint8Array(await file.arrayBuffer());
    await fossick.add([{ path: "mine.md", text: "Silver is mined on the hill." }]);
    if (secret) await fossick.seal(secret);
    return Array.from(handed);
  }
"""


def look_into(page: Page, name: str, data: bytes) -> None:
    """Hand a sealed file to the page, and its passphrase."""
    from playwright.sync_api import expect

    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator("#add-files").set_input_files(file)
    dialog = page.get_by_role("dialog", name="A collection that was exported")
    dialog.get_by_label("Passphrase of the file").fill(SECRET)
    dialog.get_by_role("button", name="Look into it").click()
    expect(page.locator("section.inside")).to_contain_text(name, timeout=START)


def test_imported_while_looked_into(ready: Page, eventually: Any) -> None:
    """What is here is sealed, and its key was dropped: its passphrase is asked for, and it stays
    sealed."""
    from playwright.sync_api import expect

    page = ready
    given = {"fileSecret": SECRET, "secret": "my own words"}
    look_into(page, "theirs.fossick", bytes(page.evaluate(SEAL, given)))
    page.locator("section.inside").get_by_role("button", name="Import it…").click()
    dialog = page.get_by_role("dialog", name="A collection that was exported")
    dialog.get_by_role("button", name="Import it").click()
    expect(dialog).to_contain_text("removes the 3 documents that Fossick knows here")
    dialog.get_by_role("button", name="Replace them").click()
    page.locator("lock-screen input[name=passphrase]").fill("my own words")
    page.keyboard.press("Enter")
    told = page.get_by_text("2 documents imported from theirs.fossick")
    expect(told).to_be_visible(timeout=START)
    count = "() => fossick.stats().then(({ documents }) => documents, () => null)"
    eventually(lambda: page.evaluate(count) == 2)  # the engine has started once more
    assert page.evaluate("() => fossick.info().sealed") is True


def test_locked_while_looked_into(ready: Page, eventually: Any) -> None:
    """A sealed file that nobody uses for a while is let go of, with all that was shown of it."""
    from playwright.sync_api import expect

    page = ready
    given = {"fileSecret": SECRET, "secret": ""}
    look_into(page, "theirs.fossick", bytes(page.evaluate(SEAL, given)))
    box(page).fill("river")
    expect(hits(page).first).to_contain_text("gold.md", timeout=START)
    page.evaluate("() => fossick.lockAfter(0.01)")
    expect(page.locator("section.inside")).to_have_count(0, timeout=START)
    eventually(lambda: page.evaluate("() => globalThis.fossick?.info().storage") == "opfs")
    expect(page.get_by_text("3 documents ready")).to_be_visible(timeout=START)
    assert "theirs.fossick" not in page.content()
