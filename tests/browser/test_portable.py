"""Exported files in a real browser: out, in, searched where they lie, to the desktop and back."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import Run, evaluate

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]

MORE = """
  const WORDS = ("gold silver copper river stone mountain engine valley puppy hound car cash " +
    "harbour winter").split(" ");
  let state = 7;
  const next = (n) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state >> 8) % n;
  };
  const line = (n) => Array.from({ length: n }, () => WORDS[next(WORDS.length)]).join(" ");
  const files = (count) => Array.from({ length: count }, (_, n) => ({
    path: `notes/${n % 3 ? "a" : "b"}/${n}.md`, modified: 1000 + n,
    text: `# ${line(2)}\\n\\n${line(50)}.\\n\\n${line(40)}.`,
  }));
  const queries = Array.from({ length: 100 }, (_, n) =>
    n % 5 ? line(1 + n % 3) : `"${line(2)}"`);
  const asked = async (fossick, options = {}) => {
    const out = [];
    for (const query of queries) {
      const { hits, total } = await fossick.search(query, { k: 10, ...options });
      const shown = ({ id, score, text, highlights }) => [id, score, text, highlights];
      out.push([total, hits.map(shown)]);
    }
    return out;
  };
  const base64 = async (file) => {
    const data = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let at = 0; at < data.length; at += 9999) {
      text += String.fromCharCode(...data.subarray(at, at + 9999));
    }
    return btoa(text);
  };
  const same = (one, two) => JSON.stringify(one) === JSON.stringify(two);
  const coded = (work) => work.then(() => "none", ({ code }) => code);
"""


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site, with the functions of `MORE`."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, MORE + body, argument)


@pytest.mark.parametrize("storage", ["opfs", pytest.param("indexeddb", marks=pytest.mark.long)])
def test_there_and_back(run: Run, storage: str) -> None:
    """What comes back is what went out: results, vector indexes, kept names; in either store."""
    out = run(
        """
      const storage = given;
      const fossick = await Fossick.open({ collection: "out", embedder: "static", storage });
      await fossick.add(files(60));
      await fossick.remove(["notes/b/3.md"]);
      const faces = await fossick.vectors({ name: "faces", dim: 3 });
      await faces.add("a", new Float32Array([1, 2, 3]));
      const before = await asked(fossick);
      const phases = new Set();
      const done = await fossick.export({
        settings: { theme: "dark" },
        onProgress: ({ phase, unit }) => phases.add(`${phase} ${unit}`),
      });
      await faces.add("b", new Float32Array([3, 2, 1]));
      await fossick.close();
      const told = await Fossick.import(done.file, { collection: "in", storage });
      const again = await Fossick.open({ collection: "in", embedder: "static", storage });
      const after = await asked(again);
      const vectors = await again.vectors({ name: "faces" });
      const { count } = await vectors.stats();
      const report = await again.add([{ path: "new.md", text: "A candle." }]);
      const stats = await again.stats();
      await again.close();
      const refused = await coded(Fossick.import(done.file, { collection: "in", storage }));
      const over = { collection: "in", storage, overwrite: true };
      const replaced = await Fossick.import(done.file, over);
      return { same: same(before, after), hits: before.filter(([total]) => total).length,
        told, phases: [...phases], count, added: report.added, stats, refused, replaced,
        name: done.file.name, size: done.file.size, bytes: done.bytes, left: done.leftOut };
    """,
        storage,
    )
    assert out["same"] and out["hits"] > 80
    assert out["told"]["documents"] == 59 and out["told"]["settings"] == {"theme": "dark"}
    assert out["told"]["vectorIndexes"] == ["faces"] and out["count"] == 1
    assert (out["added"], out["stats"]["documents"], out["stats"]["damage"]) == (1, 60, [])
    assert out["refused"] == "collection-exists" and out["replaced"]["documents"] == 59
    assert (out["name"], out["size"], out["left"]) == ("out.fossick", out["bytes"], [])
    assert out["phases"] == ["export bytes"]


def test_where_it_lies(run: Run) -> None:
    """A file is searched without import, and cannot be changed."""
    out = run("""
      const fossick = await Fossick.open({ collection: "lies", embedder: "static" });
      await fossick.add(files(40));
      const before = await asked(fossick);
      const { file } = await fossick.export();
      await fossick.close();
      await Fossick.delete("lies");
      const opened = await Fossick.open({ from: file, embedder: "static" });
      const after = await asked(opened);
      const { storage, writable } = opened.info();
      const refused = await coded(opened.add([{ path: "a.md", text: "b" }]));
      const removed = await coded(opened.remove(["notes/b/0.md"]));
      const one = await opened.get("notes/b/0.md");
      const { file: again } = await opened.export();
      await opened.close();
      return { same: same(before, after), storage, writable, refused, removed, text: one.text,
        sizes: [file.size, again.size] };
    """)
    assert out["same"] and (out["storage"], out["writable"]) == ("file", False)
    assert (out["refused"], out["removed"]) == ("read-only", "read-only")
    assert out["text"].startswith("# ")
    assert abs(out["sizes"][0] - out["sizes"][1]) < 200


def test_portions(run: Run) -> None:
    """One folder, without vectors; and all of it without texts."""
    out = run("""
      const fossick = await Fossick.open({ collection: "portions", embedder: "static" });
      await fossick.add(files(30));
      const one = await fossick.export({ source: "notes/b", vectors: false });
      const two = await fossick.export({ text: false });
      const options = await Promise.all([
        coded(fossick.export({ format: "pdf" })),
        coded(fossick.export({ source: 3 })),
        coded(fossick.export({ words: false, vectors: false })),
      ]);
      await fossick.close();
      const opened = await Fossick.open({ from: one.file, embedder: "none" });
      const paths = (await opened.documents()).map(({ path }) => path);
      const { models } = await opened.stats();
      await opened.close();
      const blind = await Fossick.open({ from: two.file, embedder: "static" });
      const { hits } = await blind.search("gold river");
      await blind.close();
      return { paths, models, options, documents: one.documents,
        shown: hits.map(({ text }) => text).join(""), hits: hits.length };
    """)
    assert len(out["paths"]) == out["documents"] == 10
    assert all(path.startswith("notes/b/") for path in out["paths"]) and out["models"] == []
    assert out["hits"] == 10 and out["shown"] == ""
    assert out["options"] == ["bad-option"] * 3


def test_what_is_refused(run: Run) -> None:
    """Other files, broken ones, and a collection that is open; nothing stays of any of them."""
    out = run("""
      const fossick = await Fossick.open({ collection: "held", embedder: "none" });
      await fossick.add(files(5));
      const { file } = await fossick.export();
      const bytes = new Uint8Array(await file.arrayBuffer());
      const flipped = bytes.slice();
      flipped[Math.floor(bytes.length / 2)] ^= 1;
      const to = { collection: "never" };
      const codes = [
        await coded(Fossick.import(new Blob(["gold"]), to)),
        await coded(Fossick.import(new Blob([bytes.subarray(0, bytes.length - 50)]), to)),
        await coded(Fossick.import(new Blob([flipped]), to)),
        await coded(Fossick.import("gold", to)),
        await coded(Fossick.import(file, { collection: "held", overwrite: true })),
        await coded(Fossick.open({ from: new Blob(["gold"]) })),
        await coded(Fossick.import(file, { ...to, signal: AbortSignal.abort() })),
      ];
      const shelf = await (await navigator.storage.getDirectory()).getDirectoryHandle("fossick");
      const left = [];
      for await (const [name, folder] of shelf.entries()) {
        if (name === "never") for await (const file of folder.keys()) left.push(file);
      }
      const stands = (await fossick.documents()).length;
      await fossick.close();
      return { codes, left, stands };
    """)
    codes = ["unsupported", "damaged", "damaged", "bad-option", "read-only", "unsupported"]
    assert out["codes"] == [*codes, "cancelled"]
    assert out["left"] == [] and out["stands"] == 5


def test_an_import_that_is_stopped(run: Run) -> None:
    """Cancelled or with its tab killed in the middle, an import leaves no collection."""
    out = run("""
      const fossick = await Fossick.open({ collection: "big", embedder: "none" });
      const text = Array.from({ length: 300 }, () => line(40)).join(".\\n\\n");
      for (let n = 0; n < 6; n++) await fossick.add([{ path: `${n}.md`, text: `${n} ${text}` }]);
      const { file } = await fossick.export();
      await fossick.close();
      const abort = new AbortController();
      const stopped = await coded(Fossick.import(file, {
        collection: "stopped", signal: abort.signal, onProgress: () => abort.abort(),
      }));
      const again = await Fossick.import(file, { collection: "stopped" });
      return { stopped, documents: again.documents };
    """)
    assert out == {"stopped": "cancelled", "documents": 6}


def test_exports_do_not_pile_up(page: Page, site_server: str) -> None:
    """What a page has exported is there as long as the page, and no longer."""
    count = """
      const root = await navigator.storage.getDirectory();
      const shelf = await root.getDirectoryHandle("fossick-exports", { create: true });
      let found = 0;
      for await (const _ of shelf.keys()) found += 1;
      return found;
    """
    export = """
      const fossick = await Fossick.open({ collection: "piles", embedder: "none" });
      const [one, two] = [await fossick.export(), await fossick.export()];
      await fossick.close();
      return [one.file.size, (await one.file.slice(0, 2).text()), two.file.size];
    """
    page.goto(site_server + BARE)
    one, magic, two = evaluate(page, export)
    assert one == two and magic == "PK"
    assert evaluate(page, count) == 2
    page.reload()
    evaluate(page, export)
    assert evaluate(page, count) == 2


def test_for_others(run: Run) -> None:
    """Lines of JSON, Markdown and Parquet, the last as pyarrow reads it."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    out = run("""
      const fossick = await Fossick.open({ collection: "others", embedder: "static" });
      await fossick.add([...files(40), { id: "p-1", text: "Gold.", metadata: { year: 1999 } }]);
      const text = async (format) => (await fossick.export({ format })).file.text();
      const lines = (await text("jsonl")).trim().split("\\n").map((line) => JSON.parse(line));
      const markdown = await text("llm-md");
      const zip = await fossick.export({ format: "llm-zip", source: "notes/b" });
      const { file, chunks } = await fossick.export({ format: "parquet" });
      await fossick.close();
      return { lines, markdown, zip: [zip.documents, zip.file.name], chunks, name: file.name,
        data: await base64(file) };
    """)
    assert out["name"] == "others.parquet" and out["zip"] == [14, "others.zip"]
    assert "## [41] p-1" in out["markdown"] and "Source: `notes/a/1.md`" in out["markdown"]
    table = parquet.read_table(pyarrow.BufferReader(base64.b64decode(out["data"])))
    assert table.schema.metadata[b"schema"] == b"fossick-chunks/1"
    assert str(table.schema.field("vector").type) == "list<element: float>"
    rows = table.to_pylist()
    assert len(rows) == out["chunks"] == len(out["lines"])
    for row, other in zip(rows, out["lines"], strict=True):
        vector, same = row.pop("vector"), other.pop("vector")
        assert max(abs(a - b) for a, b in zip(vector, same, strict=True)) < 1e-6
        row["metadata"] = dict(row["metadata"])
        assert {name: value for name, value in row.items() if value is not None} == other


def desktop(*arguments: Any) -> dict[str, Any]:
    """What the command line answers, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_to_the_desktop_and_back(run: Run, tmp_path: Path) -> None:
    """A browser's file has the same answers on CPython, and one from there the same here."""
    out = run("""
      const fossick = await Fossick.open({ collection: "travels", embedder: "hash" });
      await fossick.add(files(60));
      const { file } = await fossick.export();
      const found = await asked(fossick, { mode: "hybrid" });
      await fossick.close();
      return { data: await base64(file), found, queries };
    """)
    file, index, back = tmp_path / "a.fossick", tmp_path / "index", tmp_path / "b.fossick"
    file.write_bytes(base64.b64decode(out["data"]))
    assert desktop("import", file, index)["documents"] == 60
    here = subprocess.run(
        [sys.executable, "-c", SEARCH, str(index), json.dumps(out["queries"])],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert same(json.loads(here.stdout), out["found"])
    assert desktop("export", index, back)["documents"] == 60
    again = run(
        """
      const data = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
      await Fossick.import(new Blob([data]), { collection: "came back" });
      const fossick = await Fossick.open({ collection: "came back", embedder: "hash" });
      const found = await asked(fossick, { mode: "hybrid" });
      await fossick.close();
      return found;
    """,
        base64.b64encode(back.read_bytes()).decode(),
    )
    assert again == out["found"]


SEARCH = """
import asyncio, json, sys
from pathlib import Path
from app.host import opening
from app.host.model_files import BUNDLED_MODEL

async def main():
    opened = opening.collection(
        Path(sys.argv[1]), embedder="hash", model=BUNDLED_MODEL, read_only=True)
    found = []
    async with opened as (collection, _):
        for query in json.loads(sys.argv[2]):
            result = await collection.search(query, {"k": 10, "mode": "hybrid"})
            found.append([result.total, [[hit.id, hit.score, hit.text] for hit in result.hits]])
    json.dump(found, sys.stdout)

asyncio.run(main())
"""


def same(here: list[Any], there: list[Any]) -> bool:
    """Whether two lists of answers are equal; scores to nine digits."""
    shape = [
        [total, [(each[0], round(each[1], 9), each[2]) for each in hits]] for total, hits in here
    ]
    return shape == [
        [total, [(each[0], round(each[1], 9), each[2]) for each in hits]] for total, hits in there
    ]
