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
    const report = await fossick.add([{ path: "papers-of-mine/hidden.md", text: given.text }, ...others]);
    const index = await fossick.vectors({ name: "faces", dim: 4, dtype: "float32" });
    await index.add("one", new Float32Array(given.vector));
    await index.close();
    return report.added;
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


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_nothing_is_in_the_open(run: Run, storage: str, tmp_path: Path) -> None:
    """Sealed from the start: no trace in any byte that is kept; found with the passphrase alone."""
    out = run(
        """
      const { storage, secret } = given;
      const open = (passphrase, collection = "sealed") =>
        Fossick.open({ collection, storage, embedder: "static", passphrase });
      const fossick = await open(secret);
      const added = await fill(fossick);
      const sealed = fossick.info().sealed;
      const search = async (fossick) => {
        const { hits } = await fossick.search("quokka");
        return [hits[0].path, hits[0].text.includes("Zanzibar"), Object.keys(hits[0].legs)];
      };
      const found = await search(fossick);
      const wrong = await code(fossick.changePassphrase("x", "y"));
      await fossick.changePassphrase(secret, "another");
      await fossick.close();
      const files = await kept();
      const codes = [await code(open(undefined)), await code(open("x")), await code(open(secret)),
        await code(open(""))];
      const again = await open("another");
      const { documents, damage } = await again.check().then(() => again.stats());
      const rest = [await search(again), documents, damage];
      const index = await again.vectors({ name: "faces" });
      const vector = [...await index.get("one")];
      await again.lock();
      const locked = [await code(again.stats()), await code(again.search("quokka")), again.info().sealed];
      return { added, sealed, found, wrong, files, codes, rest, vector, locked };
    """,
        {**GIVEN, "storage": storage},
    )
    assert (out["added"], out["sealed"]) == (31, True)
    assert out["found"] == ["papers-of-mine/hidden.md", True, ["keyword", "vector"]]
    assert traces(out["files"]) == set()
    assert len(held(out["files"])) > 20_000
    assert out["wrong"] == "wrong-passphrase"
    assert out["codes"] == ["locked", "wrong-passphrase", "wrong-passphrase", "bad-option"]
    assert out["rest"] == [out["found"], 31, []]
    assert out["vector"] == VECTOR
    assert out["locked"] == ["locked", "locked", False]
    # The same bytes on a desktop.
    for name, data in out["files"].items():
        if "sealed/" in name and name != "localStorage":
            (tmp_path / name.rpartition("/")[2].strip('"')).write_bytes(base64.b64decode(data))
    (tmp_path / "secret").write_text("another")
    assert found_on_host(tmp_path, tmp_path / "secret") == "papers-of-mine/hidden.md"


def found_on_host(index: Path, secret: Path) -> str:
    """The path of what the command line finds in a sealed folder."""
    options = ["--index", index, "--embedder", "none", "--passphrase-file", secret, "--json"]
    command = [sys.executable, "-m", "app", "search", "quokka", *map(str, options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    path: str = json.loads(done.stdout)["hits"][0]["path"]
    return path
