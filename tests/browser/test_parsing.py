"""Files are read in workers of their own, which a file may bring down without harm."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.formats.pdf import from_contents
from app.host.pdfium import read_contents
from tests.browser.profiles import BARE
from tests.browser.test_runtime import Run, evaluate
from tests.conftest import PlainHost
from tests.fixtures.pdf_beside import ATTACHED, TEXT, pdf_beside
from tests.fixtures.pdf_files import METALS, draw_pdf, table_content, write_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

POOL = """
  const { ParsePool } = await import(new URL("static/workers/parse-pool.js", base));
  const file = (path, text) => ({ path, file: new Blob([text]), size: text.length });
  const all = async (job) => {
    const rows = [];
    for (;;) {
      const batch = await job.next();
      if (batch === null) return rows;
      rows.push(...JSON.parse(batch));
    }
  };
  const said = (rows) => rows.map(({ path, problem, document }) =>
    [path, problem?.[0] ?? document[1]]);
  const text = (name) => `in ${name}\n\n${"Gold is heavy. ".repeat(20_000)}`;
"""


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site, with the functions of `POOL`."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, POOL + body, argument)


def test_a_worker_that_dies_is_replaced(run: Run) -> None:
    """The file that did it is damaged; what came before is not said twice, the rest is read."""
    out = run("""
      const pool = new ParsePool(async () => "", { size: 1 });
      pool.warm();
      while (!pool.ready) await sleep(20);
      const [lane] = pool.lanes;
      lane.silence = 8000;
      let path = "";
      Object.defineProperty(lane, "path", {
        get: () => path,
        set: (now) => { path = now; if (now === "b.txt") lane.worker.terminate(); },
      });
      const names = ["a.txt", "b.txt", "c.txt"];
      // Each file is a batch of its own, so that the worker is still there when it dies.
      const rows = await all(pool.begin(names.map((name) => file(name, text(name))), "{}"));
      const after = await all(pool.begin([file("d.txt", "gold")], "{}"));
      pool.close();
      const short = said(rows).map(([path, word]) => [path, word.slice(0, 8).trim()]);
      return { rows: short, message: rows.find(({ problem }) => problem).problem[1],
        after: said(after) };
    """)
    assert [path for path, _ in out["rows"]].count("b.txt") == 1
    assert dict(out["rows"]) == {"a.txt": "in a.txt", "b.txt": "damaged", "c.txt": "in c.txt"}
    assert "no sign of life" in out["message"]
    assert out["after"] == [["d.txt", "gold"]]


DEEP = """
  const deep = () => file("deep.ipynb", `{"cells": ${"[".repeat(500_000)}`);
"""


@pytest.fixture
def careless(dist: Path, tmp_path: Path) -> Path:
    """The site with a reader that descends as deep as a file goes."""
    site = tmp_path / "site"
    shutil.copytree(dist, site, copy_function=os.link)
    folder = site / "static/vendor/app"
    packed = io.BytesIO()
    with zipfile.ZipFile(folder / "app.zip") as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(b"    check_nesting(path, source)\n", b""))
    bundle = json.loads((folder / "bundle.json").read_text())
    assert hashlib.sha256(packed.getvalue()).hexdigest() != bundle["sha256"]
    bundle["sha256"] = hashlib.sha256(packed.getvalue()).hexdigest()
    for path, content in (("app.zip", packed.getvalue()), ("bundle.json", json.dumps(bundle))):
        (folder / path).unlink()
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return site


def test_a_file_that_brings_the_interpreter_down(
    page: Page, plain_host: Callable[..., PlainHost], careless: Path
) -> None:
    """It is damaged, at once and with the reason; another worker reads what comes after it."""
    page.goto(plain_host(careless).url + BARE)
    out = evaluate(
        page,
        POOL
        + DEEP
        + """
      const pool = new ParsePool(async () => "", { size: 1 });
      const files = [file("a.txt", "gold"), deep(), file("c.txt", "silver")];
      const began = performance.now();
      const rows = await all(pool.begin(files, "{}"));
      const seconds = (performance.now() - began) / 1000;
      const after = await all(pool.begin([file("d.txt", "tin")], "{}"));
      const lanes = pool.lanes.size;
      pool.close();
      return { seconds, lanes, rows: said(rows), after: said(after),
        message: rows.find(({ problem }) => problem).problem[1] };
    """,
    )
    assert dict(out["rows"]) == {"a.txt": "gold", "deep.ipynb": "damaged", "c.txt": "silver"}
    assert "deep.ipynb could not be read: the reader stopped" in out["message"]
    assert "call stack" in out["message"]
    assert (out["after"], out["lanes"]) == ([["d.txt", "tin"]], 1)
    assert out["seconds"] < 50  # a worker that is silent is given up after 60


def test_a_file_that_is_nested_too_deeply(run: Run) -> None:
    """The reader itself refuses it, and its worker goes on."""
    out = run(
        DEEP
        + """
      const pool = new ParsePool(async () => "", { size: 1 });
      pool.warm();
      const [lane] = pool.lanes;
      const rows = await all(pool.begin([deep(), file("c.txt", "silver")], "{}"));
      const same = pool.lanes.has(lane);
      pool.close();
      return { rows: said(rows), same };
    """
    )
    assert out == {"rows": [["deep.ipynb", "too-large"], ["c.txt", "silver"]], "same": True}


def test_limits_reach_the_readers(run: Run) -> None:
    """In the workers and in the engine itself; what is no limit is refused."""
    pdf = write_pdf([["Gold."], ["Silver."]])
    out = run(
        """
      const bytes = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
      const limits = { textBytes: 100, pages: 1 };
      const fossick = await Fossick.open({ storage: "memory", embedder: "none", limits });
      const light = await fossick.add([{ path: "a.txt", text: "gold ".repeat(30) }]);
      const heavy = await fossick.add([
        { path: "a.rst", text: "gold ".repeat(30) },
        { path: "b.rst", text: "gold" },
        { path: "two.pdf", blob: new Blob([bytes]) },
      ]);
      await fossick.close();
      const open = (limits) => code(Fossick.open({ storage: "memory", limits }));
      const failed = ({ failed }) => failed.map(({ path, code }) => [path, code]);
      return { light: failed(light), heavy: failed(heavy), added: heavy.added,
        wrong: [await open({ pagez: 1 }), await open({ pages: 0 }), await open({ pages: "9" })] };
    """,
        base64.b64encode(pdf).decode(),
    )
    assert out["light"] == [["a.txt", "too-large"]]
    assert out["heavy"] == [["a.rst", "too-large"], ["two.pdf", "too-large"]]
    assert out["added"] == 1
    assert out["wrong"] == ["bad-option"] * 3


def test_a_worker_that_died_between_jobs(run: Run) -> None:
    """No file is blamed for it; another worker takes the job."""
    out = run("""
      const pool = new ParsePool(async () => "", { size: 1 });
      await all(pool.begin([file("a.txt", "gold")], "{}"));
      const [lane] = pool.lanes;
      lane.silence = 1500;
      lane.worker.terminate();
      const rows = await all(pool.begin([file("b.txt", "silver")], "{}"));
      pool.close();
      return said(rows);
    """)
    assert out == [["b.txt", "silver"]]


def test_where_workers_cannot_start(
    page: Page, plain_host: Callable[..., PlainHost], dist: Path
) -> None:
    """The engine reads the files itself."""
    host = plain_host(dist)
    host.faults["/static/workers/parse.worker.js"] = "error"
    page.goto(host.url + BARE)
    out = evaluate(
        page,
        """
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      const files = Array.from({ length: 12 }, (_, n) => ({ path: `${n}.rst`, text: `gold ${n}` }));
      const { added, failed } = await fossick.add(files);
      await fossick.close();
      return { added, failed };
    """,
    )
    assert out == {"added": 12, "failed": []}


def test_jobs_share_the_workers(run: Run) -> None:
    """More jobs than workers all end; one that is given up frees its worker."""
    out = run("""
      const pool = new ParsePool(async () => "", { size: 2 });
      const jobs = Array.from({ length: 6 }, (_, n) =>
        pool.begin([file(`${n}.txt`, `gold ${n}`)], "{}"));
      const dropped = pool.begin([file("up.txt", "x")], "{}");
      const first = dropped.next();
      dropped.close();
      const gone = await code(first);
      const rows = await Promise.all(jobs.map(all));
      const lanes = pool.lanes.size;
      pool.close();
      return { rows: rows.flatMap(said), lanes, gone };
    """)
    assert out["rows"] == [[f"{n}.txt", f"gold {n}"] for n in range(6)]
    assert out["lanes"] == 2
    assert out["gone"] in (None, "cancelled", "damaged")


def test_idle_workers_end(run: Run) -> None:
    """Their memory is given back, and the next job starts another."""
    out = run("""
      const pool = new ParsePool(async () => "", { size: 1, idle: 200 });
      await all(pool.begin([file("a.txt", "gold")], "{}"));
      while (pool.lanes.size > 0) await sleep(20);
      const rows = await all(pool.begin([file("b.txt", "silver")], "{}"));
      pool.close();
      return said(rows);
    """)
    assert out == [["b.txt", "silver"]]


def test_a_pdf_in_the_worker(run: Run) -> None:
    """pdf.js and the layout of its items work in the same worker; known files are not read."""
    pdf = write_pdf([["Title", "Gold in the river."]])
    out = run(
        """
      const bytes = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex?.() ??
        Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
          (byte) => byte.toString(16).padStart(2, "0")).join("");
      const pool = new ParsePool(async () => "", { size: 1 });
      const source = { path: "a.pdf", file: new Blob([bytes]), size: bytes.length };
      const [read] = await all(pool.begin([source], "{}"));
      const [known] = await all(pool.begin([source], JSON.stringify({ "a.pdf": digest })));
      pool.close();
      return { text: read.document[1], page: read.document[4][0][2], same: read.digest === digest,
        known: !known.document && !known.problem };
    """,
        base64.b64encode(pdf).decode(),
    )
    assert "Gold in the river." in out["text"]
    assert (out["page"], out["same"], out["known"]) == (1, True, True)


def test_tables_and_what_stands_beside_the_pages_of_a_pdf(run: Run) -> None:
    """Fields, comments, links, outline and attached files, rows of cells, as of PDFium too."""
    metals = draw_pdf(table_content(METALS, ruled=True))
    by_pdfium = from_contents("metals.pdf", read_contents("metals.pdf", metals))
    out = run(
        """
      const pool = new ParsePool(async () => "", { size: 1 });
      const sources = Object.entries(given).map(([path, packed]) => {
        const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
        return { path, file: new Blob([bytes]), size: bytes.length };
      });
      const rows = await all(pool.begin(sources, "{}"));
      pool.close();
      return rows.map(({ path, members, document }) =>
        ({ path, members, text: document?.[1], chunks: document?.[4] }));
    """,
        {
            path: base64.b64encode(data).decode()
            for path, data in (("mill.pdf", pdf_beside()), ("metals.pdf", metals))
        },
    )
    attached, whole, table = out
    assert table["text"] == by_pdfium.text
    assert "\n\nGold\t19.3\t1,064.2\nSilver\t" in table["text"]
    assert table["chunks"][0][-1] == ["Metal Density Melts at"]
    assert attached["path"] == "mill.pdf/weights.csv"
    assert attached["text"].split() == ATTACHED.decode().replace(",", " ").split()
    assert (whole["members"], whole["text"]) == (1, TEXT)
    assert whole["chunks"][-1][-1] == ["Wheat was milled in May.", "Storage"]


def test_a_large_archive_in_the_worker(run: Run) -> None:
    """It is read by parts of its file, to the same end as one that is read whole."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in (("a.txt", b"gold"), ("deep/b.txt", b"silver")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    out = run(
        """
      const bytes = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
      const whole = new Blob([bytes, new Uint8Array(20 << 20)]);
      const pool = new ParsePool(async () => "", { size: 1 });
      const read = async (file) =>
        all(pool.begin([{ path: "x.tar", file, size: file.size }], "{}"));
      const [large, small] = [await read(whole), await read(new Blob([bytes]))];
      pool.close();
      const hash = await crypto.subtle.digest("SHA-256", await whole.arrayBuffer());
      const own = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0"));
      const told = (rows) => rows.map(({ path, members, document }) =>
        [path, members, document?.[1] ?? ""]);
      return { large: told(large), small: told(small), digest: large.at(-1).digest,
        own: own.join("") };
    """,
        base64.b64encode(packed.getvalue()).decode(),
    )
    assert out["large"] == [
        ["x.tar/a.txt", None, "gold"], ["x.tar/deep/b.txt", None, "silver"], ["x.tar", 2, ""]
    ]  # fmt: skip
    assert out["small"] == out["large"]
    assert out["digest"] == out["own"]


def test_addresses(run: Run) -> None:
    """What lies on the site itself is fetched; another site is refused with a way out."""
    out = run("""
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      const report = await fossick.add([{ url: "/static/vendor/NOTICES.html" }]);
      const [{ path, kind }] = await fossick.documents();
      const refusal = (url) => fossick.add([{ url }]).catch(({ code, hint }) => [code, hint]);
      const refused = [await refusal("https://example.org/a.pdf"), await refusal("./nowhere.html"),
        await refusal("file:///etc/passwd")];
      await fossick.close();
      return { added: report.added, path, kind, refused };
    """)
    assert (out["added"], out["kind"]) == (1, "html")
    assert out["path"].endswith("/static/vendor/NOTICES.html")
    assert [code for code, _ in out["refused"]] == ["unreadable", "unreadable", "bad-option"]
    assert "Save it as a file" in out["refused"][0][1]


def test_many_files_through_the_engine(run: Run) -> None:
    """What workers read is found like what the engine reads itself, and in the same order."""
    out = run("""
      const texts = Array.from({ length: 120 }, (_, n) => ({
        path: `${n % 2 ? "odd" : "even"}/${String(n).padStart(3, "0")}.md`,
        text: `# Part ${n}\\n\\nGold number ${n} is heavy.\\n\\n## More\\n\\nSilver ${n}.` }));
      const fossick = await Fossick.open({ storage: "memory", embedder: "hash" });
      const first = await fossick.add(texts.slice(0, 60));
      await sleep(4000);
      const second = await fossick.add(texts);
      const { hits } = await fossick.search("silver 77", { k: 1, mode: "keyword" });
      const { documents } = await fossick.stats();
      await fossick.close();
      return { first, second, documents, path: hits[0].path, heading: hits[0].address.heading };
    """)
    assert (out["first"]["added"], out["first"]["failed"]) == (60, [])
    assert (out["second"]["added"], out["second"]["skipped"]) == (60, 60)
    assert out["documents"] == 120
    assert out["path"] == "odd/077.md"
    assert out["heading"][0] == "Part 77"
