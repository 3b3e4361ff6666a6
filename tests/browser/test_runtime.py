"""fossick.js as another page would use it: every source, every failure, every way to end."""

from __future__ import annotations

import base64
import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.host.onnx_embedder import OnnxEmbedder
from tests.browser.profiles import BARE
from tests.fixtures.pdf_files import write_pdf

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = pytest.mark.browser


PRELUDE = """
const base = new URL("../../", location.href);
const { Fossick, FossickError, utf16Offset } = await import(new URL("static/fossick.js", base));
const code = async (promise) => { try { await promise; return null } catch (e) { return e.code } };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
"""

Run = Callable[..., Any]


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)`: the body of an async function in a bare page of the site."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, body, argument)


def evaluate(page: Page, body: str, argument: Any = None) -> Any:
    """What the body returns; `argument` is its `given`."""
    return page.evaluate(f"async (given) => {{ {PRELUDE} {body} }}", argument)


def test_add_and_search(run: Run) -> None:
    """Words and meaning find a passage; highlights count as JavaScript does; ids can be read."""
    out = run("""
      const fossick = await Fossick.open({ collection: "basics" });
      const report = await fossick.add([
        { path: "notes/gold.md", text: "# Panning 😀\\n\\nThe 😀 precious gold lies in the bend." },
        new File(["Pasta cooks for eight minutes in salted water."], "pasta.txt"),
        { id: "p-1", title: "Pets", text: "A passage about dogs.", metadata: { year: 1999 } },
      ]);
      const [words, meaning] = [
        await fossick.search("gold", { mode: "keyword" }),
        await fossick.search("how long to boil noodles", { k: 1 }),
      ];
      const hit = words.hits[0];
      const stored = await fossick.get(hit.documentId);
      const start = utf16Offset(stored.text, hit.start);
      const rest = [await fossick.get("p-1"), await fossick.context("dogs", { maxTokens: 50 })];
      const removed = await fossick.remove(["pasta.txt", "never there"]);
      const left = (await fossick.documents()).map(({ id }) => id);
      return { report, hit, meaning, rest, removed, left, stats: await fossick.stats(),
        marked: hit.highlights.map(([a, b]) => hit.text.slice(a, b)),
        same: stored.text.slice(start, start + hit.text.length) === hit.text };
    """)
    assert (out["report"]["added"], out["report"]["failed"]) == (3, [])
    assert out["marked"] == ["gold"]
    assert out["same"]
    assert out["hit"]["legs"]["keyword"]["rank"] == 1
    assert out["meaning"]["hits"][0]["path"] == "pasta.txt"
    assert out["rest"][0]["metadata"] == {"year": "1999"}
    assert "dogs" in out["rest"][1]["text"]
    assert out["removed"] == 1
    assert out["left"] == ["notes/gold.md", "p-1"]
    assert out["stats"]["documents"] == 2


def test_suggest(run: Run) -> None:
    """Words and values complete a query, wrong words are put right, and a search says so."""
    out = run("""
      const fossick = await Fossick.open({ collection: "suggest", embedder: "none" });
      await fossick.add([
        { path: "notes/gold.md", text: "# Panning 😀\\n\\nGold, gold and golden E-mails." },
        { path: "notes/river.txt", text: "The gold lies in the bend." },
      ]);
      const stopped = new AbortController();
      const waiting = code(fossick.suggest("gol", { signal: stopped.signal }));
      stopped.abort();
      const texts = ({ completions }) => completions.map(({ text, count }) => [text, count]);
      const words = await fossick.suggest("😀 gol", { limit: 2 });
      const [changed] = words.completions[0].changed;
      return {
        cancelled: [await waiting, await code(fossick.suggest("g", { signal: stopped.signal }))],
        words: texts(words), known: (await fossick.suggest("gold")).known,
        changed: words.completions[0].text.slice(...changed),
        values: texts(await fossick.suggest("gold type:")),
        wrong: (await fossick.suggest("glod river ")).corrections,
        corrected: (await fossick.search("glod ")).corrected,
        exactly: (await fossick.search("glod ", { correct: false })).hits.length,
        off: [await code(fossick.suggest("gold", { limit: 99 })), await code(fossick.suggest(7))],
      };
    """)
    assert out["cancelled"] == ["cancelled", "cancelled"]
    assert out["words"] == [["😀 gold", 2], ["😀 golden", 1]]
    assert (out["known"], out["changed"]) == (2, "gold")
    assert out["values"] == [["gold type:markdown", 1], ["gold type:text", 1]]
    assert out["wrong"] == [
        {"text": "gold river ", "count": 2, "changed": [[0, 4]], "unit": "passage"}
    ]
    assert out["corrected"] == [
        {"from": "glod", "to": ["gold"], "start": 0, "end": 4, "known": False}
    ]
    assert (out["exactly"], out["off"]) == (0, ["bad-option", "bad-query"])


def test_starts_from_an_image(
    first_visit: BrowserContext, site_server: str, eventually: Callable[..., object]
) -> None:
    """The second start uses what the first one kept; a spoilt image costs a plain start."""
    page = first_visit.new_page()
    page.goto(site_server + BARE)
    body = """
      const fossick = await Fossick.open({ collection: "image", embedder: "hash" });
      const { start, boot } = fossick.info();
      await fossick.add([{ path: "a.txt", text: "gold " + start }]);
      const { total } = await fossick.search("gold");
      return { start, boot, total };
    """
    kept = """
      const cache = await caches.open("fossick-image-1");
      return (await cache.keys()).filter(({ url }) => url.endsWith("/memory")).length;
    """
    spoil = """
      const cache = await caches.open("fossick-image-1");
      const [key] = (await cache.keys()).filter(({ url }) => url.endsWith("/memory"));
      await cache.put(key, new Response(new Uint8Array(1 << 20)));
    """
    files = """
      const cache = await caches.open("fossick-image-1");
      const [key] = (await cache.keys()).filter(({ url }) => url.endsWith("/files"));
      const data = await (await cache.match(key)).arrayBuffer();
      const head = new Uint8Array(data, 4, new DataView(data).getUint32(0, true));
      return JSON.parse(new TextDecoder().decode(head)).map(([name]) => name);
    """
    assert evaluate(page, body)["start"] == "plain"
    eventually(lambda: evaluate(page, kept), timeout=20)
    names = evaluate(page, files)
    assert "app/browser/compiled.marshal" in names
    assert not [name for name in names if name.endswith(".pyc")]
    page.reload()
    again = evaluate(page, body)
    assert (again["start"], again["total"]) == ("image", 1)
    assert again["boot"]["pyodide"] > 0
    evaluate(page, spoil)
    page.reload()
    assert evaluate(page, body)["start"] == "plain"


def test_the_start_is_told(run: Run) -> None:
    """Step by step, to the caller of `open` as to listeners."""
    phases = run("""
      const told = [];
      const onProgress = ({ phase, done }) => told.push([phase, done]);
      const fossick = await Fossick.open({ collection: "told", embedder: "none", onProgress });
      await fossick.close();
      return told;
    """)
    assert {phase for phase, _ in phases} == {"boot"}
    steps = [done for _, done in phases]
    assert len(steps) > 1 and steps == sorted(steps)


def test_words_before_the_model(page: Page, context: BrowserContext, run: Run) -> None:
    """While the model loads, words are searched, adding can be cancelled, and closing ends all."""
    held: list[Route] = []
    context.route("**/model_quantized.onnx", lambda route: held.append(route))  # noqa: PLW0108
    out = run("""
      const fossick = await Fossick.open({ collection: "early", embedder: "transformer" });
      const state = fossick.info().state;
      const { model, dim } = fossick.info();
      const vector = new Float32Array(dim).fill(1);
      await fossick.add([{ id: "a", text: "gold in the river", vector, model }]);
      const words = await fossick.search("gold", { mode: "keyword" });
      const unwilling = await fossick.search("gold", { waitForModel: false });
      const giving = new AbortController();
      const adding = code(fossick.add([{ id: "b", text: "waits" }], { signal: giving.signal }));
      await sleep(300);
      giving.abort();
      const cancelled = await adding;
      const stuck = code(fossick.add([{ id: "c", text: "waits" }]));
      await sleep(300);
      await fossick.close();
      return { state, words: words.total, unwilling, cancelled, stuck: await stuck,
        after: await code(fossick.search("gold")) };
    """)
    assert out["state"] == "loading"
    assert out["words"] == 1
    assert "still loading" in out["unwilling"]["notes"][0]
    assert (out["cancelled"], out["stuck"], out["after"]) == ("cancelled", "closed", "closed")
    for route in held:
        route.abort()


def test_search_by_meaning_waits_for_the_model(run: Run) -> None:
    """A hybrid search right after opening has both legs."""
    out = run("""
      const first = await Fossick.open({ collection: "again" });
      await first.add([{ path: "a.txt", text: "Pasta cooks for eight minutes." }]);
      await first.close();
      const second = await Fossick.open({ collection: "again" });
      const { state } = second.info();
      return { state, hits: (await second.search("boiling noodles")).hits };
    """)
    assert out["hits"][0]["legs"]["vector"]["rank"] == 1


def test_model_fails_and_says_so(page: Page, context: BrowserContext, run: Run) -> None:
    """Wrong vectors are noticed on every device; static ones take over, with one note."""
    context.route("**/probe.json", reversed_probe)
    out = run("""
      const notes = [];
      const fossick = await Fossick.open({ collection: "wrong" });
      fossick.addEventListener("status", ({ detail }) => detail.note && notes.push(detail.note));
      const report = await fossick.add([{ path: "a.txt", text: "river gold" }]);
      await fossick.upgraded();
      return { report, info: fossick.info(), notes, hits: (await fossick.search("river")).hits };
    """)
    assert (out["info"]["state"], out["info"]["device"]) == ("fallback", "numpy")
    assert "wrong vectors" in out["info"]["left"][-1]["reason"]
    assert out["info"]["model"] == "static/minilm-256/1"
    (note,) = out["notes"]
    assert "cannot be used" in note and "wrong vectors" in note
    assert out["report"]["added"] == 1
    assert out["hits"][0]["path"] == "a.txt"


def reversed_probe(route: Route) -> None:
    """Reference vectors that no working model gives."""
    probe = route.fetch().json()
    flipped = [[-value for value in row] for row in probe["vectors"]]
    route.fulfill(body=json.dumps({**probe, "vectors": flipped}), content_type="application/json")


def test_model_dies_while_it_works(run: Run) -> None:
    """A worker that breaks in mid-run is replaced; what it was asked is answered by the next."""
    out = run("""
      const started = [];
      const Native = globalThis.Worker;
      globalThis.Worker = class extends Native {
        constructor(url, options) { super(url, options); started.push([options.name, this]); }
      };
      const fossick = await Fossick.open({ collection: "dying", embedder: { device: "wasm" } });
      while (fossick.info().state !== "ready") await sleep(50);
      const text = "The quick brown fox jumps over the lazy dog. ".repeat(30);
      const sources = Array.from({ length: 24 }, (_, n) => ({ id: `${n}`, text: `${n} ${text}` }));
      const report = await fossick.add(sources);
      const understanding = fossick.upgraded();
      await sleep(400);
      const [, model] = started.find(([name]) => name.includes("inference"));
      model.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
      await understanding;
      const { models } = await fossick.stats();
      return { report, models, left: fossick.info().left, state: fossick.info().state };
    """)
    assert out["report"]["added"] == 24
    assert out["models"] == [{"model": "all-MiniLM-L6-v2/1/int8", "chunks": 24}]
    assert out["left"] == [{"device": "wasm", "reason": "out of memory"}]
    assert out["state"] == "ready"


def test_boot_failures(first_visit: BrowserContext, site_server: str) -> None:
    """A file that is missing, or of another version of the site, is named."""
    page = first_visit.new_page()
    page.goto(site_server + BARE)
    body = """
      try { await Fossick.open({ collection: "boot", embedder: "none" }); return null }
      catch (e) { return [e instanceof FossickError, e.code, e.message, e.hint] }
    """
    for pattern, status, expected in (
        ("**/vendor/app/app.zip", 200, "app.zip"),
        ("**/numpy-*.whl", 404, "numpy"),
        ("**/pyodide.mjs", 404, "pyodide.mjs"),
        ("**/engine.worker.js", 404, "script"),
    ):
        first_visit.route(pattern, answering(status))
        is_ours, code, message, hint = evaluate(page, body)
        assert (is_ours, code) == (True, "boot-failed"), pattern
        assert expected in message
        assert hint
        first_visit.unroute(pattern)
        page.reload()


def answering(status: int) -> Callable[[Route], None]:
    """Answers a request with a status and nothing else."""
    return lambda route: route.fulfill(status=status, body="")


def test_options_are_checked(run: Run) -> None:
    """Arguments that are off are refused at the door."""
    out = run("""
      const off = [{ storage: "cloud" }, { embedder: "statue" }, { embedder: { model: "x" } },
        { embedder: { dtype: "q2" } }, { collection: "../up" }, { collection: "" }];
      const open = await Promise.all(off.map((options) => code(Fossick.open(options))));
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      const calls = [fossick.add("a.txt"), fossick.add([42]), fossick.add([{ path: "a" }]),
        fossick.add([{ id: "a" }]), fossick.add([{ id: "a", text: "b", vector: [1] }]),
        fossick.search(null), fossick.search("a", { k: 0 }), fossick.search("a", { wild: 1 }),
        fossick.get("nothing"), fossick.search("a", { vector: new Float32Array(3) })];
      return [open, await Promise.all(calls.map(code)), fossick.info().storage];
    """)
    assert out[0] == ["bad-option"] * 6
    assert out[1][:8] == ["bad-option"] * 5 + ["bad-query"] + ["bad-option"] * 2
    assert out[1][8] == "not-found"
    assert out[2] == "memory"


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_comes_back(page: Page, run: Run, storage: str) -> None:
    """What was added is there when the page is opened again, in each kind of storage."""
    body = """
      const fossick = await Fossick.open({ collection: "kept", embedder: "hash", storage: given });
      const before = await fossick.search("gold");
      const { added, skipped } = await fossick.add([{ path: "a.txt", text: "gold" }]);
      return [before.hits.length, added, skipped, fossick.info().storage];
    """
    assert run(body, storage) == [0, 1, 0, storage]
    page.reload()
    assert run(body, storage) == [1, 0, 1, storage]


def test_five_thousand_files(run: Run, slowness: float) -> None:
    """Thousands of files at once: all are indexed, and the page stays responsive."""
    out = run("""
      const fossick = await Fossick.open({ collection: "many", embedder: "none" });
      let [last, longest, told] = [performance.now(), 0, 0];
      const beat = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 20);
      const letter = (n) => String.fromCharCode(97 + n);
      const subject = (n) => `subject${letter(n % 10)}${letter(n / 10)}`;
      const files = Array.from({ length: 5000 },
        (_, n) => new File([`Note ${n} about ${subject(n % 50)}.`], `note-${n}.txt`));
      last = performance.now();
      const adding = fossick.add(files, { onProgress: () => { told += 1 } });
      await sleep(500);
      const meanwhile = performance.now();
      await fossick.search(subject(7));
      const wait = performance.now() - meanwhile;
      const report = await adding;
      clearInterval(beat);
      const { total } = await fossick.search(subject(7), { mode: "keyword" });
      return { report, total, longest, told, wait };
    """)
    assert (out["report"]["added"], out["report"]["failed"]) == (5000, [])
    assert out["total"] == 100
    assert out["longest"] < 500 * slowness
    assert out["told"] > 3
    assert out["wait"] < 2000 * slowness


def test_hostile_paths(run: Run) -> None:
    """Paths become harmless without two of them becoming one."""
    given = [
        "../../etc/passwd.txt",
        "/srv/a.txt",
        "C:\\docs\\b.txt",
        "x/./c.txt",
        "emoji 😀.txt",
        "right\u202eto-left.txt",
        "nul\0.txt",
        "nul%00.txt",
        "same.txt",
        "same.txt",
        "e\u0301.txt",
        "",
    ]
    paths = run(
        """
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      await fossick.add(given.map((path, n) => ({ path, text: `text number ${n}` })));
      return (await fossick.documents()).map(({ path }) => path);
    """,
        given,
    )
    assert sorted(paths) == sorted(
        [
            "%2E%2E/%2E%2E/etc/passwd.txt",
            "srv/a.txt",
            "docs/b.txt",
            "x/c.txt",
            "emoji 😀.txt",
            "right%E2%80%AEto-left.txt",
            "nul%00.txt",
            "nul%2500.txt",
            "same.txt",
            "same (2).txt",
            "é.txt",
            "unnamed",
        ]
    )


def test_files_that_cannot_be_read(run: Run) -> None:
    """Each bad file is reported with its code, and the rest is indexed."""
    pdfs = {
        "good.pdf": write_pdf([["Title", "Gold in the river."], ["Second", "Silver too."]]),
        "locked.pdf": write_pdf([["Title", "Secret."]], encrypt=True),
        "cut.pdf": write_pdf([["Title", "Gold."]])[:300],
        "blank.pdf": write_pdf([[]]),
    }
    out = run(
        """
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      const sources = Object.entries(given).map(([path, text]) =>
        ({ path, blob: new Blob([bytes(text)]) }));
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle("gone.txt", { create: true });
      const write = async (text) => {
        const stream = await handle.createWritable();
        await stream.write(text);
        await stream.close();
      };
      await write("first");
      const gone = await handle.getFile();
      await sleep(20);
      await write("changed since");
      sources.push(gone, new File([], "empty.txt"), new File(["fine"], "fine.txt"));
      sources.push(new File([new Uint8Array([0, 1, 2, 255, 0, 0])], "binary.txt"));
      sources.push(new File(["PK\\x03\\x04 and so on \\x00"], "odd.docx"));
      const { added, failed } = await fossick.add(sources);
      const { hits } = await fossick.search("silver");
      return { added, failed, address: hits[0].address };
    """,
        {name: base64.b64encode(data).decode() for name, data in pdfs.items()},
    )
    codes = {failure["path"]: failure["code"] for failure in out["failed"]}
    assert codes == {
        "locked.pdf": "encrypted",
        "cut.pdf": "damaged",
        "blank.pdf": "no-text",
        "gone.txt": "unreadable",
        "empty.txt": "empty",
        "binary.txt": "not-text",
        "odd.docx": "damaged",
    }
    assert all(failure["message"] and failure["hint"] for failure in out["failed"])
    assert out["added"] == 2
    assert (out["address"]["page"], out["address"]["endPage"]) == (1, 2)


def test_folders_are_walked(run: Run) -> None:
    """A directory handle is walked in the engine's worker, without hidden and machine folders."""
    out = run("""
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("papers", { create: true });
      const put = async (path) => {
        const parts = path.split("/");
        let at = folder;
        for (const part of parts.slice(0, -1)) {
          at = await at.getDirectoryHandle(part, { create: true });
        }
        const handle = await at.getFileHandle(parts.at(-1), { create: true });
        const stream = await handle.createWritable();
        await stream.write(`text of ${path}`);
        await stream.close();
        return handle;
      };
      for (const path of ["b.txt", "a/one.md", "a/deep/two.txt", ".git/config.txt",
        "node_modules/x/readme.md", "a/.hidden.txt"]) await put(path);
      const fossick = await Fossick.open({ storage: "memory", embedder: "none" });
      const single = await put("alone.txt");
      await fossick.add([folder, single]);
      const again = await fossick.add([folder]);
      return [(await fossick.documents()).map(({ path }) => path), again.skipped];
    """)
    assert out[0] == [
        "alone.txt",
        "papers/a/deep/two.txt",
        "papers/a/one.md",
        "papers/alone.txt",
        "papers/b.txt",
    ]
    assert out[1] == 4


def test_full_disk(page: Page, context: BrowserContext, run: Run, site_server: str) -> None:
    """A full disk is an error with a code; what was there stays and can be searched."""
    run("""
      globalThis.fossick = await Fossick.open({ collection: "full", embedder: "none" });
      await fossick.add([{ path: "a.txt", text: "gold before" }]);
    """)
    usage = page.evaluate("async () => (await navigator.storage.estimate()).usage")
    devtools = context.new_cdp_session(page)
    origin = site_server.rstrip("/")
    quota = {"origin": origin, "quotaSize": usage + 200_000}
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    failed, hint, total = run("""
      const words = Array.from({ length: 60000 }, (_, n) => `word${n * 7919}`).join(" ");
      const adding = fossick.add([{ path: "big.txt", text: words }]);
      const hinted = adding.catch(({ hint }) => hint);
      const failed = await code(adding);
      return [failed, await hinted, (await fossick.search("gold")).total];
    """)
    assert (failed, total) == ("quota-exceeded", 1)
    assert "Free some space" in hint
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    assert run('return (await fossick.add([{ path: "b.txt", text: "gold after" }])).added') == 1


def test_every_search_settles(run: Run) -> None:
    """Superseded searches end at once; the last one is answered."""
    out = run("""
      const fossick = await Fossick.open({ storage: "memory", embedder: "hash" });
      await fossick.add([{ path: "a.txt", text: "fossicking for gold in the river" }]);
      const word = "fossicking";
      let last;
      const codes = [];
      for (let n = 1; n <= word.length; n += 1) {
        last?.controller.abort();
        const controller = new AbortController();
        const options = { typing: true, signal: controller.signal };
        const search = fossick.search(word.slice(0, n), options);
        last = { controller, search };
        codes.push(code(search));
      }
      return [await Promise.all(codes), (await last.search).total];
    """)
    assert out == [["cancelled"] * 9 + [None], 1]


def test_without_isolation(page: Page, plain_server: str) -> None:
    """On a host without headers, under a sub-path, the model runs on all cores all the same."""
    page.goto(plain_server + BARE)
    out = evaluate(
        page,
        """
      const fossick = await Fossick.open({ collection: "plain" });
      await fossick.add([{ path: "a.txt", text: "Pasta cooks for eight minutes." }]);
      await fossick.upgraded();
      const { hits } = await fossick.search("boiling noodles");
      return { info: fossick.info(), first: hits[0].path };
    """,
    )
    assert out["first"] == "a.txt"
    assert not out["info"]["isolated"]
    assert out["info"]["threads"] == min(os.cpu_count() or 1, 2) or out["info"]["threads"] > 2


VECTORS = """
  const { InferenceHost } = await import(new URL("static/inference-host.js", base));
  const { planEmbedder } = await import(new URL("static/models.js", base));
  const { InferenceClient } = await import(new URL("static/workers/inference-client.js", base));
  const client = new InferenceClient({ model: "m", dim: 384, maxTokens: 256, dtype: "" }, () => {});
  const host = new InferenceHost(planEmbedder(given.embedder), {
    onPort: (port, info) => client.attach(port, info), onGone: (message) => client.giveUp(message),
    onLeft: () => client.detach(), onStatus: () => {}, onProgress: () => {} });
  void host.start();
  const vectors = Array.from(await client.embed(client.nextCall(), 1, given.texts, "passage"));
  host.close();
  const { device, runtime, dtype } = host.info;
  return { vectors, device, runtime, dtype };
"""
TEXTS = [
    "gold",
    "Nuggets lie where the river slows down.",
    "Ein Satz in einer anderen Sprache, mit Umlauten: Flüsse, Gräben, Öfen.",
    "川が曲がるところに金がある。",
    "A longer passage. " * 12,
]


def cosines(page: Page, dtype: str, native: OnnxEmbedder | None = None) -> list[float]:
    """Cosine of WASM's and WebGPU's vector of each text, and of WASM's and native ones."""
    found = {}
    for device in ("wasm", "webgpu"):
        options = {"embedder": {"device": device, "dtype": dtype}, "texts": TEXTS}
        out = evaluate(page, VECTORS, options)
        assert out["device"] == device
        # A GPU multiplies floats, made of the int8 file where that is what there is.
        assert out["dtype"] in ({dtype} if device == "wasm" else {"fp32", "fp16"})
        found[device] = [out["vectors"][i : i + 384] for i in range(0, 384 * len(TEXTS), 384)]
    assert all(math.isclose(math.hypot(*row), 1, abs_tol=1e-4) for row in found["webgpu"])
    pairs = [*zip(found["wasm"], found["webgpu"], strict=True)]
    if native is not None:
        pairs += zip(found["wasm"], native.embed_now(TEXTS).tolist(), strict=True)
    return [sum(a * b for a, b in zip(one, other, strict=True)) for one, other in pairs]


@pytest.mark.slow
def test_webgpu_in_int8(page: Page, site_server: str) -> None:
    """Both devices make the same vectors from the same file, as near as int8 allows."""
    page.goto(site_server + BARE)
    assert min(cosines(page, "q8")) >= 0.99


@pytest.mark.slow
def test_webgpu_in_float32(
    page: Page, serve: Callable[[Path], Any], dist: Path, root: Path, tmp_path: Path
) -> None:
    """Both devices, and the desktop, make the same vectors from a float32 model."""
    graph = root / "build" / "model" / "all-MiniLM-L6-v2" / "onnx" / "model.onnx"
    if not graph.is_file():
        pytest.skip("the float32 model was not exported")
    site = tmp_path / "site"
    shutil.copytree(dist, site)
    shutil.copy(graph, site / "static/vendor/models/all-MiniLM-L6-v2/onnx/model.onnx")
    page.goto(serve(site).url + BARE)
    native = OnnxEmbedder(graph.parents[1])
    assert native.info.dtype == "fp32"
    assert min(cosines(page, "fp32", native)) >= 0.999
