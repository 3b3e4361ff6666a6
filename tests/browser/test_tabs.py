"""Several tabs of one collection: one writes, the others follow it, and one takes its place."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

OPEN = """
  const { embedder = "none", ...rest } = given ?? {};
  globalThis.fossick = await Fossick.open({ collection: "tabs", embedder, ...rest });
  globalThis.commits = [];
  globalThis.notes = [];
  fossick.addEventListener("commit", ({ detail }) => commits.push(detail));
  fossick.addEventListener("status", ({ detail }) => detail.note && notes.push(detail.note));
  return fossick.info().writable;
"""
ADD = "return (await fossick.add([{ path: given, text: `gold ${given}` }])).added"
PATHS = "return (await fossick.documents()).map(({ path }) => path)"
WRITES = "() => globalThis.fossick.info().writable"
LAST = "() => globalThis.commits.at(-1)?.documents ?? -1"

Tab = Callable[..., "Page"]


@pytest.fixture
def tab(context: BrowserContext, site_server: str) -> Tab:
    """`tab(role)` opens the collection in a page of its own, and checks whether it writes."""

    def open_tab(*, writes: bool, **options: Any) -> Page:
        page = context.new_page()
        page.goto(site_server + BARE)
        assert evaluate(page, OPEN, options) is writes
        return page

    return open_tab


def kill(page: Page) -> None:
    """Kill the process of the page: the one that works while the page does."""
    browser = page.context.browser
    assert browser
    devtools = browser.new_browser_cdp_session()

    def seconds() -> dict[int, float]:
        processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        return {one["id"]: one["cpuTime"] for one in processes if one["type"] == "renderer"}

    before = seconds()
    page.evaluate("() => { const end = performance.now() + 300; while (performance.now() < end); }")
    after = seconds()
    os.kill(max(after, key=lambda pid: after[pid] - before.get(pid, 0.0)), signal.SIGKILL)
    devtools.detach()


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_follows(tab: Tab, eventually: Callable[..., object], storage: str) -> None:
    """Commits of the writer are in the other tab at once, without a call of that one."""
    writer = tab(writes=True, storage=storage)
    evaluate(writer, ADD, "a.txt")
    follower = tab(writes=False, storage=storage)
    assert evaluate(follower, PATHS) == ["a.txt"]
    evaluate(writer, ADD, "b.txt")
    eventually(lambda: follower.evaluate(LAST) == 2, timeout=2, every=0.02)
    evaluate(writer, "await fossick.remove(['a.txt'])")
    eventually(lambda: follower.evaluate(LAST) == 1, timeout=2, every=0.02)
    assert evaluate(follower, "return (await fossick.search('gold')).total") == 1
    assert evaluate(follower, "return (await fossick.stats()).damage") == []


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_hands_over(tab: Tab, storage: str) -> None:
    """What a follower adds and removes is done by the writer, with progress and an answer."""
    writer = tab(writes=True, storage=storage)
    follower = tab(writes=False, storage=storage)
    out = evaluate(
        follower,
        """
      const phases = new Set();
      const onProgress = ({ phase }) => phases.add(phase);
      const folder = await (await navigator.storage.getDirectory())
        .getDirectoryHandle("papers", { create: true });
      const handle = await folder.getFileHandle("kept.txt", { create: true });
      const stream = await handle.createWritable();
      await stream.write("gold kept");
      await stream.close();
      const report = await fossick.add([
        new File(["gold of a file"], "file.txt"), { path: "text.md", text: "gold of a text" },
        { path: "blob.txt", blob: new Blob(["gold of a blob"]) }, handle,
        { id: "p-1", text: "gold of a passage", vector: new Float32Array([1, 0, 0, 0]) },
      ], { onProgress });
      const folders = [await fossick.addFolder(folder), await fossick.syncFolders()];
      const removed = await fossick.remove(["text.md", "never there"]);
      const vacuumed = (await fossick.vacuum()).documents;
      const checked = await fossick.check();
      const repaired = (await fossick.repair()).documents;
      const bad = await code(fossick.add([{ id: "x", text: 5 }]));
      return { report, removed, vacuumed, repaired, damage: checked.damage, bad,
        phases: [...phases],
        folders: folders.map(({ added, skipped }) => [added, skipped]),
        total: (await fossick.search("gold")).total, writable: fossick.info().writable };
    """,
    )
    assert (out["report"]["added"], out["report"]["failed"]) == (5, [])
    assert out["folders"] == [[1, 0], [0, 1]]
    assert (out["removed"], out["repaired"], out["bad"]) == (1, 0, "bad-option")
    assert (out["vacuumed"], out["damage"]) == (1, [])
    assert "index" in out["phases"]
    assert (out["total"], out["writable"]) == (5, False)
    assert len(evaluate(writer, PATHS)) == 5


def test_a_carried_call_is_cancelled(tab: Tab) -> None:
    """A follower can give up what the writer does for it; what was committed is kept."""
    writer = tab(writes=True)
    follower = tab(writes=False)
    out = evaluate(
        follower,
        """
      const word = (n) => `word${(n * 7919) % 100003}`;
      const text = (n) => Array.from({ length: 400 }, (_, m) => word(n * 400 + m)).join(" ");
      const sources = Array.from({ length: 3000 }, (_, n) => ({ path: `${n}.txt`, text: text(n) }));
      const giving = new AbortController();
      let done = 0;
      const onProgress = (progress) => {
        if (progress.phase !== "index" || progress.done === 0) return;
        done = progress.done;
        giving.abort();
      };
      const stopped = await code(fossick.add(sources, { signal: giving.signal, onProgress }));
      const before = new AbortController();
      before.abort();
      return { stopped, done, never: await code(fossick.add([], { signal: before.signal })),
        left: (await fossick.documents()).length };
    """,
    )
    assert (out["stopped"], out["never"]) == ("cancelled", "cancelled")
    assert 0 < out["left"] < 3000
    assert len(evaluate(writer, PATHS)) == out["left"]


@pytest.mark.parametrize(
    ("storage", "end"),
    [("opfs", "close"), ("opfs", "leave"), ("opfs", "kill"), ("indexeddb", "kill")],
)
def test_takes_over(
    tab: Tab, eventually: Callable[..., object], slowness: float, storage: str, end: str
) -> None:
    """The writer goes, in order or not: another one writes within two seconds."""
    writer = tab(writes=True, storage=storage)
    evaluate(writer, ADD, "a.txt")
    followers = [tab(writes=False, storage=storage) for _ in range(2)]
    evaluate(writer, ADD, "b.txt")
    gone = time.monotonic()
    if end == "close":
        evaluate(writer, "await fossick.close()")
    elif end == "leave":
        writer.close()
    else:
        kill(writer)
    heirs = eventually(
        lambda: [one for one in followers if one.evaluate(WRITES)], timeout=5 * slowness, every=0.02
    )
    assert time.monotonic() - gone < 2 * slowness
    (heir,) = heirs  # type: ignore[misc]
    (other,) = [one for one in followers if one is not heir]
    assert evaluate(heir, ADD, "c.txt") == 1
    assert evaluate(other, ADD, "d.txt") == 1
    expected = ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert evaluate(heir, PATHS) == evaluate(other, PATHS) == expected
    assert heir.evaluate("() => notes") == []


def test_the_writer_dies_over_a_call(tab: Tab, eventually: Callable[..., object]) -> None:
    """What it did for another tab is done again by the next one; its own files are missed aloud."""
    writer = tab(writes=True)
    caller = tab(writes=False)
    last = tab(writes=False)
    many = """
      const text = "The quick brown fox jumps over the lazy dog. ".repeat(60);
      const sources = Array.from({ length: given.count }, (_, n) =>
        ({ path: `${given.name}/${n}.txt`, text: `${given.name} ${n} ${text}` }));
      globalThis.seen = 0;
      const onProgress = ({ phase, done }) => { if (phase === "index") seen = done };
      globalThis.adding = fossick.add(sources, { onProgress }).then(
        ({ added, skipped }) => ({ added, skipped }), ({ code }) => ({ code }));
    """
    evaluate(writer, many, {"name": "own", "count": 4000})
    evaluate(caller, many, {"name": "carried", "count": 1500})
    eventually(lambda: caller.evaluate("() => seen") > 0, every=0.02)
    kill(writer)
    report = evaluate(caller, "return adding")
    assert report["added"] + report["skipped"] == 1500, report
    paths = evaluate(last, PATHS)
    assert len([path for path in paths if path.startswith("carried/")]) == 1500
    heir = caller if caller.evaluate(WRITES) else last
    (note,) = heir.evaluate("() => notes")
    assert "adding files has gone" in note
    assert evaluate(last, "return (await fossick.stats()).damage") == []


def test_better_vectors_are_made_once(tab: Tab, eventually: Callable[..., object]) -> None:
    """Only the writer upgrades; a follower's wish is its wish, and its death another's work."""
    writer = tab(writes=True, embedder="auto")
    follower = tab(writes=False, embedder="auto")
    texts = """
      await fossick.add(Array.from({ length: given }, (_, n) =>
        ({ path: `${n}.txt`, text: `Pasta number ${n} cooks for eight minutes in water.` })));
    """
    evaluate(follower, texts, 20)
    evaluate(follower, "await fossick.upgraded()")
    models = "return (await fossick.stats()).models.map(({ model, chunks }) => [model, chunks])"
    ((model, chunks),) = evaluate(follower, models)
    assert (chunks, model.startswith("all-MiniLM")) == (20, True)
    (hit, *_) = evaluate(follower, "return (await fossick.search('boiling noodles')).hits")
    assert "vector" in hit["legs"]
    evaluate(follower, texts, 400)
    kill(writer)
    eventually(lambda: follower.evaluate(WRITES), timeout=5)
    evaluate(follower, "await fossick.upgraded()")
    assert evaluate(follower, models) == [[model, 400]]


def test_delete_while_others_have_it_open(tab: Tab) -> None:
    """It is refused with a code as long as any tab has it, and works afterwards."""
    writer = tab(writes=True)
    evaluate(writer, ADD, "a.txt")
    follower = tab(writes=False)
    delete = "return code(Fossick.delete('tabs'))"
    assert evaluate(follower, delete) == "read-only"
    assert evaluate(writer, PATHS) == ["a.txt"]
    writer.close()
    assert evaluate(follower, ADD, "b.txt") == 1
    other = "await fossick.close();" + delete
    assert evaluate(follower, other) is None
    again = tab(writes=True)
    assert evaluate(again, PATHS) == []


def test_named_vectors_go_on(tab: Tab, eventually: Callable[..., object]) -> None:
    """A follower has a kept vector index as it was; taking over, the newest, and writes it."""
    writer = tab(writes=True)
    evaluate(
        writer,
        """
      globalThis.index = await fossick.vectors({ name: "own", dim: 2 });
      await index.add("a", [1, 0]);
    """,
    )
    follower = tab(writes=False)
    evaluate(follower, "globalThis.index = await fossick.vectors({ name: 'own' })")
    evaluate(writer, "await index.add('b', [0, 1])")
    assert evaluate(follower, "return code(index.add('c', [1, 1]))") == "read-only"
    writer.close()
    eventually(lambda: follower.evaluate(WRITES), timeout=5)
    out = evaluate(
        follower, "await index.add('c', [1, 1]); return (await index.search([0, 1], { k: 3 })).ids"
    )
    assert out == ["b", "c", "a"]


def test_pages_follow(context: BrowserContext, site_server: str) -> None:
    """Counts and results of a page follow what another one does, which it says under Status."""
    from playwright.sync_api import expect

    def opened() -> Page:
        page = context.new_page()
        page.goto(site_server)
        return page

    def add(page: Page, name: str) -> None:
        text = f"gold of {name}".encode()
        page.get_by_label("Add files").set_input_files(
            [{"name": name, "mimeType": "text/plain", "buffer": text}]
        )

    first = opened()
    add(first, "a.txt")
    expect(first.get_by_text("1 document ready")).to_be_visible(timeout=60_000)
    second = opened()
    second.get_by_role("searchbox").fill("gold")
    results = second.get_by_role("list", name="Results").locator("> li")
    expect(results).to_have_count(1, timeout=60_000)
    add(first, "b.txt")
    expect(results).to_have_count(2, timeout=20_000)
    add(second, "c.txt")
    expect(results).to_have_count(3, timeout=20_000)
    expect(first.get_by_text("3 documents ready")).to_be_visible(timeout=20_000)
    second.get_by_role("button", name="Status").click()
    follows = second.get_by_text("Another tab writes the index")
    expect(follows).to_be_visible()
    first.close()
    expect(follows).to_be_hidden(timeout=5000)
    second.get_by_role("button", name="Close").first.click()
    add(second, "d.txt")
    expect(results).to_have_count(4, timeout=20_000)
