"""Sealed collections: nothing of them lies on the device in the open, and only a passphrase opens.

Whatever the page keeps is read back and searched for what was put in.
"""

from __future__ import annotations

import base64
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import Run, evaluate
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

SECRET = "correct horse battery"
WORDS = ["zanzibar", "quokka", "Ledger of whispers", "whispers", "papers-of-mine", "hidden.md"]
TEXT = "# Ledger of whispers\n\nThe quokka sailed to Zanzibar.\n\n" + "Nothing else.\n\n" * 40
VECTOR = [0.5, -0.5, -0.5, 0.5]
"""Of length 1, and kept as it is."""

TOOLS = """
  globalThis.fill = async (fossick) => {
    const others = Array.from({ length: 30 }, (_, n) =>
      ({ path: `papers-of-mine/${n}.md`, text: `whispers number ${n}` }));
    const hidden = { path: "papers-of-mine/hidden.md", text: given.text };
    const report = await fossick.add([hidden, ...others]);
    const index = await fossick.vectors({ name: "faces", dim: 4, dtype: "float32" });
    await index.add("one", new Float32Array(given.vector));
    await index.close();
    return report.added;
  };
  globalThis.search = async (fossick) => {
    const { hits } = await fossick.search("quokka");
    return [hits[0].path, hits[0].text.includes("Zanzibar"), Object.keys(hits[0].legs)];
  };
  const encode = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  };
  const bytesOf = async (blob) => encode(new Uint8Array(await blob.arrayBuffer()));
  globalThis.kept = async () => {
    const files = {};
    const walk = async (folder, path) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === "directory") await walk(entry, `${path}${name}/`);
        else files[path + name] = await bytesOf(await entry.getFile());
      }
    };
    await walk(await navigator.storage.getDirectory(), "");
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((done) => {
        indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise((done) => {
          const files = database.transaction(store).objectStore(store);
          const keys = files.getAllKeys();
          files.getAll().onsuccess = ({ target }) => done([keys.result, target.result]);
        });
        for (const [at, key] of all[0].entries()) {
          const value = all[1][at];
          const blob = value instanceof Blob ? value : new Blob([JSON.stringify(value)]);
          files[`${name}/${store}/${JSON.stringify(key)}`] = await bytesOf(blob);
        }
      }
      database.close();
    }
    files["localStorage"] = btoa(encodeURIComponent(JSON.stringify(localStorage)));
    return files;
  };
"""
GIVEN = {"text": TEXT, "vector": VECTOR, "secret": SECRET}


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, TOOLS + body, argument)


def held(files: dict[str, str]) -> bytes:
    """Names and bytes of all that is kept, one after the other."""
    return b"\n".join(name.encode() + b"\n" + base64.b64decode(files[name]) for name in files)


def traces(files: dict[str, str]) -> set[str]:
    """Which of the words, and whether the vector, can be seen in what is kept."""
    data = held(files).lower()
    numbers = struct.pack("<4f", *VECTOR)
    found = {word for word in WORDS if any(form in data for form in forms(word))}
    return found | ({"vector"} if numbers.lower() in data else set())


def forms(word: str) -> set[bytes]:
    """The bytes by which a word could be found."""
    return {word.lower().encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")}


@pytest.mark.parametrize("storage", ["opfs", pytest.param("indexeddb", marks=pytest.mark.long)])
def test_nothing_is_in_the_open(run: Run, storage: str, tmp_path: Path) -> None:
    """Sealed from the start: no trace in any byte that is kept; found with the passphrase alone."""
    out = run(
        """
      const { storage, secret } = given;
      const open = (passphrase) =>
        Fossick.open({ collection: "sealed", storage, embedder: "static", passphrase });
      const fossick = await open(secret);
      const added = await fill(fossick);
      const sealed = fossick.info().sealed;
      const found = await search(fossick);
      const wrong = await code(fossick.changePassphrase("x", "y"));
      await fossick.changePassphrase(secret, "another");
      await fossick.close();
      const files = await kept();
      const codes = [await code(open()), await code(open(""))];
      if (storage === "opfs") codes.push(await code(open(secret)));
      const again = await open("another");
      const { documents, damage } = await again.check().then(() => again.stats());
      const rest = [await search(again), documents, damage];
      const index = await again.vectors({ name: "faces" });
      const vector = [...await index.get("one")];
      let heard = 0;
      again.addEventListener("locked", () => { heard += 1; });
      again.lockAfter(0.01);
      for (let tries = 0; heard === 0 && tries < 100; tries += 1) await sleep(100);
      const locked = [heard, await code(again.stats()), await code(again.search("quokka")),
        again.info().sealed, again.key];
      return { added, sealed, found, wrong, files, codes, rest, vector, locked };
    """,
        {**GIVEN, "storage": storage},
    )
    assert (out["added"], out["sealed"]) == (31, True)
    assert out["found"] == ["papers-of-mine/hidden.md", True, ["keyword", "vector"]]
    assert traces(out["files"]) == set()
    assert len(held(out["files"])) > 20_000
    assert out["wrong"] == "wrong-passphrase"
    assert out["codes"][:2] == ["locked", "bad-option"]
    assert out["codes"][2:] == (["wrong-passphrase"] if storage == "opfs" else [])
    assert out["rest"] == [out["found"], 31, []]
    assert out["vector"] == VECTOR
    assert out["locked"] == [1, "locked", "locked", False, None]
    for name, data in out["files"].items():
        if "/sealed/" in name:
            (tmp_path / name.rpartition("/")[2].strip('"')).write_bytes(base64.b64decode(data))
    (tmp_path / "secret").write_text("another")
    assert found_on_host(tmp_path, tmp_path / "secret") == "papers-of-mine/hidden.md"


def test_sealed_where_it_lies(run: Run) -> None:
    """What was plain is sealed and made plain again; of no file a part is to be seen while it is.

    A worker that dies is replaced without the passphrase, and without opening anything plain.
    """
    out = run(
        """
      const { secret } = given;
      const workers = [], Native = globalThis.Worker;
      globalThis.Worker = class extends Native {
        constructor(url, options) { super(url, options); workers.push([options.name, this]); }
      };
      const kill = () => workers.findLast(([name]) => name.includes("engine"))[1].terminate();
      const fossick = await Fossick.open({ collection: "later", embedder: "static" });
      await fill(fossick);
      const plain = await kept();
      const codes = [await code(fossick.unseal(secret)), await code(fossick.lock()),
        await code(fossick.seal(""))];
      const sealing = fossick.seal(secret);
      const during = search(fossick);
      await sealing;
      const found = [await during];
      const sealed = await kept();
      codes.push(await code(fossick.seal(secret)), await code(fossick.unseal("x")));
      kill();
      found.push(await search(fossick));
      codes.push(fossick.info().sealed);
      const exported = await fossick.export();
      const text = await exported.file.text();
      await fossick.unseal(secret);
      found.push(await search(fossick));
      const after = await kept();
      const { damage } = await fossick.check().then(() => fossick.stats());
      return { plain, sealed, after, codes, found, damage, sealedAfter: fossick.info().sealed,
        exported: [exported.documents, text.includes("quokka")] };
    """,
        GIVEN,
    )
    assert traces(out["plain"]) == {*WORDS, "vector"}
    assert traces(out["sealed"]) == set()
    assert traces(out["after"]) == {*WORDS, "vector"}
    data = held(out["sealed"])
    plain = {
        name: base64.b64decode(out["plain"][name]) for name in out["plain"] if "later/" in name
    }
    pieces = {
        content[at : at + 24]
        for content in plain.values()
        for at in range(0, len(content) - 24, 8)
        if len(set(content[at : at + 24])) > 8
    }
    assert len(pieces) > 500
    assert not [piece for piece in pieces if piece in data]
    assert out["codes"] == [*["bad-option"] * 4, "wrong-passphrase", True]
    assert out["found"] == [["papers-of-mine/hidden.md", True, ["keyword", "vector"]]] * 3
    assert (out["damage"], out["sealedAfter"]) == ([], False)
    assert out["exported"] == [31, True]
    assert not [name for name in out["after"] if ".sealed" in name or "lock-" in name]


def test_a_kill_in_the_midst_of_sealing(page: Page, run: Run) -> None:
    """The page goes when the first file is sealed: all is there, plain or sealed."""
    run(
        """
      globalThis.fossick = await Fossick.open({ collection: "killed", embedder: "none" });
      await fill(fossick);
      void fossick.seal(given.secret).catch(() => {});
      const shelf = await (await navigator.storage.getDirectory()).getDirectoryHandle("fossick");
      const folder = await shelf.getDirectoryHandle("killed");
      for (;;) {
        for await (const name of folder.keys()) if (name.endsWith(".sealed")) return;
        await sleep(1);
      }
    """,
        GIVEN,
    )
    page.reload()
    out = run(
        """
      const open = (passphrase) =>
        Fossick.open({ collection: "killed", embedder: "none", passphrase });
      const plain = await open().catch((error) => error.code);
      const fossick = plain === "locked" ? await open(given.secret) : plain;
      const found = await search(fossick);
      const { documents, damage } = await fossick.check().then(() => fossick.stats());
      const { sealed } = fossick.info();
      await fossick.close();
      return { sealed, found, documents, damage, files: await kept() };
    """,
        GIVEN,
    )
    assert out["found"] == ["papers-of-mine/hidden.md", True, ["keyword"]]
    assert (out["documents"], out["damage"]) == (31, [])
    assert traces(out["files"]) == (set() if out["sealed"] else {*WORDS, "vector"})
    assert any(".sealed" in name for name in out["files"]) == out["sealed"]


def test_what_the_desktop_has_sealed(run: Run, tmp_path: Path) -> None:
    """A folder that the command line made is opened in the browser by the same passphrase."""
    (tmp_path / "papers-of-mine").mkdir()
    (tmp_path / "papers-of-mine" / "hidden.md").write_text(TEXT)
    (tmp_path / "secret").write_text(SECRET)
    index = tmp_path / "index"
    options = ["--index", index, "--embedder", "none", "--passphrase-file", tmp_path / "secret"]
    command = [sys.executable, "-m", "app", "index", tmp_path / "papers-of-mine", *options]
    subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, check=True)
    files = {file.name: base64.b64encode(file.read_bytes()).decode() for file in index.iterdir()}
    assert all(name.endswith(".sealed") or name.startswith("lock-") for name in files)
    found = run(
        """
      const root = await navigator.storage.getDirectory();
      const shelf = await root.getDirectoryHandle("fossick", { create: true });
      const folder = await shelf.getDirectoryHandle("brought", { create: true });
      for (const [name, data] of Object.entries(given.files)) {
        const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await stream.write(Uint8Array.from(atob(data), (one) => one.charCodeAt(0)));
        await stream.close();
      }
      const options = { collection: "brought", embedder: "none", passphrase: given.secret };
      return search(await Fossick.open(options));
    """,
        {**GIVEN, "files": files},
    )
    assert found[0].endswith("hidden.md")
    assert found[1:] == [True, ["keyword"]]


def test_two_tabs(
    context: BrowserContext, run: Run, page: Page, site_server: str, eventually: Callable[..., Any]
) -> None:
    """A follower needs the passphrase, hands over what it adds, takes over sealed, and is locked
    with the others; nobody seals what another tab has open."""
    opening = """
      globalThis.fossick = await Fossick.open({ collection: "tabs", embedder: "none",
        passphrase: given.secret });
      return fossick.info().writable;
    """
    assert run(opening, GIVEN) is True
    run("await fill(fossick)", GIVEN)
    other = context.new_page()
    other.goto(site_server + BARE)
    tell = """
      const options = { collection: "tabs", embedder: "none" };
      const without = await code(Fossick.open(options));
      globalThis.fossick = await Fossick.open({ ...options, passphrase: given.secret });
      const { added } = await fossick.add([{ path: "one.md", text: "whispers of one" }]);
      return { without, added, found: await search(fossick), writable: fossick.info().writable,
        change: await code(fossick.changePassphrase(given.secret, "x")) };
    """
    out = evaluate(other, TOOLS + tell, GIVEN)
    assert (out["without"], out["writable"], out["change"]) == ("locked", False, "read-only")
    assert out["added"] == 1
    assert out["found"][0] == "papers-of-mine/hidden.md"
    assert run("return [await code(fossick.unseal(given.secret)), (await search(fossick))[1]]",
               GIVEN) == ["read-only", True]  # fmt: skip
    run("await fossick.close()")
    eventually(lambda: other.evaluate("() => fossick.info().writable"))
    third = context.new_page()
    third.goto(site_server + BARE)
    assert evaluate(third, opening, GIVEN) is False
    out = evaluate(
        other,
        TOOLS
        + """
      await fossick.add([{ path: "more.md", text: "another quokka" }]);
      await fossick.lock();
      return [await code(fossick.stats()), await kept()];
    """,
        GIVEN,
    )
    assert out[0] == "locked"
    assert traces(out[1]) == set()
    eventually(lambda: evaluate(third, "return await code(fossick.stats())") == "locked")


def found_on_host(index: Path, secret: Path) -> str:
    """The path of what the command line finds in a sealed folder."""
    options = ["--index", index, "--embedder", "none", "--passphrase-file", secret, "--json"]
    command = [sys.executable, "-m", "app", "search", "quokka", *map(str, options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    path: str = json.loads(done.stdout)["hits"][0]["path"]
    return path


def test_the_page(page: Page, site_server: str, eventually: Callable[..., Any]) -> None:
    """Set in the status, locked, and opened by keys alone; while locked the page holds nothing."""
    page.goto(site_server)
    page.locator("#add-files").set_input_files(
        {"name": "hidden.md", "mimeType": "text/markdown", "buffer": TEXT.encode()}
    )
    page.get_by_text("1 document ready to search").wait_for()
    page.locator(".pill").click()
    page.get_by_role("button", name="Set a passphrase…").click()
    section = page.locator("passphrase-section")
    section.locator("[name=fresh]").fill(SECRET)
    section.locator("[name=again]").fill("something else")
    page.keyboard.press("Enter")
    section.get_by_text("not the same").wait_for()
    section.locator("[name=again]").fill(SECRET)
    page.keyboard.press("Enter")
    section.get_by_text("is encrypted now").wait_for()
    page.keyboard.press("Escape")
    page.locator("search-box input[type=search]").fill("quokka")
    page.locator(".hit").first.click()
    page.locator("passage-preview").get_by_text("sailed to").wait_for()
    assert page.title() == "Fossick"
    assert "quokka" not in page.evaluate("() => location.href + JSON.stringify(sessionStorage)")
    page.locator(".pill").click()
    page.get_by_role("button", name="Lock now").click()
    field = page.locator("lock-screen input[name=passphrase]")
    field.wait_for()
    seen = page.evaluate(
        "() => [document.documentElement.outerHTML, location.href, document.title,"
        " ...[...document.querySelectorAll('input')].map(({ value }) => value)].join(' ')"
    ).lower()
    assert not [word for word in [*WORDS, "sailed", "1 document"] if word.lower() in seen]
    assert page.locator("search-box, passage-preview, .hit, dialog").count() == 0
    eventually(lambda: page.evaluate("() => document.activeElement?.name") == "passphrase")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("The passphrase does not open this collection.").wait_for()
    assert "quokka" not in page.content()
    page.keyboard.type(SECRET)  # in place of the wrong one, which is selected
    page.keyboard.press("Enter")
    page.get_by_text("1 document ready to search").wait_for()
    page.keyboard.type("quokka")
    page.locator(".hit").first.wait_for()
    page.locator(".pill").click()
    page.get_by_role("button", name="Remove…").click()
    section.locator("[name=old]").fill(SECRET)
    page.keyboard.press("Enter")
    section.get_by_text("no longer encrypted").wait_for()
    page.reload()
    page.get_by_text("1 document ready to search").or_(page.locator(".hit").first).wait_for()
