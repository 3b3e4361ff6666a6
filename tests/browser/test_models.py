"""Models put on the device: from a hub that is slow, cut off, wrong, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.fixtures.hub import GRAPH, MODEL_FILES, Fault, Hub, entry, model_files, write_catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PRELUDE = """
const base = new URL("../../", location.href);
const { Fossick } = await import(new URL("static/fossick.js", base));
const failure = async (promise) => {
  try { await promise } catch ({ code, message, hint }) { return { code, message, hint } }
  return null;
};
const model = async (id) => (await Fossick.models()).find((one) => one.id === id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
"""
MEGABYTE = 1 << 20

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def files(root: Path) -> dict[str, bytes]:
    """The bundled model, as a hub would have it."""
    return model_files(root / "static" / "vendor" / "models" / "all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def hubs(files: dict[str, bytes]) -> Iterator[list[Hub]]:
    """The hub, a host that it sends downloads on to, and one that the catalogue does not name."""
    three = [Hub(files) for _ in range(3)]
    yield three
    for one in three:
        one.stop()


@pytest.fixture(scope="module")
def url(
    root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    script: Callable[[str], ModuleType],
    serve: Callable[[Path], Any],
    hubs: list[Hub],
    files: dict[str, bytes],
) -> str:
    """A site whose catalogue names our hub."""
    folder = tmp_path_factory.mktemp("hub")
    prefixes = {"query": "ask: ", "passage": "text: "}
    unknown = [{"path": path, "bytes": None, "sha256": None} for path in files]
    catalogue = write_catalogue(
        root,
        folder / "models.json",
        hubs[0].url,
        [hubs[1].url],
        entry("pebble", files),
        entry("first", files, pooling="cls", prefixes=prefixes),
        entry("unpinned", files) | {"files": unknown},
        entry("wide", files, dim=512),
        entry("vast", files) | {"files": [{"path": GRAPH, "bytes": 10**14, "sha256": "0" * 64}]},
    )
    build_site = script("build_site")
    build_site.build(root, folder / "site", {}, catalogue)
    return str(serve(folder / "site").url)


@pytest.fixture
def hub(hubs: list[Hub]) -> Hub:
    """The hub, well-behaved and forgetful."""
    for one in hubs:
        one.reset()
    return hubs[0]


@pytest.fixture
def run(page: Page, url: str) -> Run:
    """`run(body, argument)`: the body of an async function in a bare page of the site."""
    page.goto(url + BARE)
    return lambda body, argument=None: page.evaluate(
        f"async (given) => {{ {PRELUDE} {body} }}", argument
    )


def test_nothing_is_fetched_unasked(run: Run, hub: Hub) -> None:
    """Listing, opening and searching leave the hub alone; the page itself may not reach it."""
    out = run(
        """
      const before = await Fossick.models();
      const fossick = await Fossick.open({ collection: "calm", embedder: "none" });
      await fossick.add([{ path: "a.txt", text: "gold" }]);
      await fossick.close();
      const missing = await failure(Fossick.open({ embedder: { model: "pebble" } }));
      let reached = true;
      try { await fetch(given, { mode: "no-cors" }) } catch { reached = false }
      return { before, missing, reached, none: await failure(Fossick.installModel("nugget")) };
    """,
        hub.url,
    )
    states = {one["id"]: one["state"] for one in out["before"]}
    assert states == {
        "all-MiniLM-L6-v2": "bundled",
        "pebble": "available",
        "first": "available",
        "unpinned": "available",
        "wide": "available",
        "vast": "available",
    }
    assert out["missing"]["code"] == "model-missing"
    assert out["none"]["code"] == "not-found"
    assert not out["reached"]
    assert hub.asked == []


def test_installed_used_and_removed(run: Run, hub: Hub, files: dict[str, bytes]) -> None:
    """A model is fetched, tried out, makes the vectors it should, and can be taken off again."""
    out = run("""
      const told = [];
      const onProgress = (progress) => told.push(progress);
      const got = await Fossick.installModel("pebble", { onProgress });
      const again = await Fossick.installModel("pebble", { onProgress: () => told.push("again") });
      const passage = "Pasta cooks for eight minutes in salted water.";
      const vectorOf = async (embedder, collection) => {
        const fossick = await Fossick.open({ collection, embedder });
        await fossick.add([{ path: "a.txt", text: passage }]);
        await fossick.upgraded();
        const { hits } = await fossick.search("how long to boil noodles", { mode: "vector" });
        const { model, dim, dtype, device } = fossick.info();
        await fossick.close();
        return { score: hits[0].score, model, dim, dtype, device };
      };
      const own = await vectorOf({ model: "pebble", device: "wasm" }, "own");
      const bundled = await vectorOf({ device: "wasm" }, "bundled");
      const wrong = await failure(Fossick.open({ embedder: { model: "pebble", dtype: "fp32" } }));
      await Fossick.removeModel("pebble");
      const after = await model("pebble");
      return { told, got, again, own, bundled, wrong, after,
        gone: await failure(Fossick.open({ embedder: { model: "pebble" } })) };
    """)
    total = sum(map(len, files.values()))
    assert (out["got"]["state"], out["got"]["pinned"]) == ("installed", True)
    assert out["got"]["bytes"] == total < out["got"]["downloaded"]
    assert out["again"] == out["got"] and "again" not in out["told"]
    assert [path for path, _ in hub.asked] == list(files)
    downloads = [one for one in out["told"] if one["phase"] == "download"]
    done = [one["done"] for one in downloads]
    assert done == sorted(done) and {one["total"] for one in downloads} == {total}
    assert out["told"][-1]["phase"] == "check"
    own, bundled = out["own"], out["bundled"]
    assert (own["model"], own["dim"], own["dtype"]) == ("pebble/01234567/int8", 384, "q8")
    assert own["device"] == "wasm"
    # The same weights: in ONNX Runtime here, in our own encoder where they come with the site.
    assert own["score"] == pytest.approx(bundled["score"], abs=5e-3)
    assert out["wrong"]["code"] == "bad-option"
    assert (out["after"]["state"], out["after"]["downloaded"]) == ("available", 0)
    assert out["gone"]["code"] == "model-missing"


def test_pooling_and_prefixes(run: Run, hub: Hub) -> None:
    """The card says what is put before a text and which token stands for it."""
    out = run("""
      await Fossick.installModel("first");
      const fossick = await Fossick.open({ collection: "c", embedder: { model: "first" } });
      await fossick.add([{ id: "same", text: "text: gold" }, { id: "one", text: "gold" }]);
      await fossick.upgraded();
      const { hits } = await fossick.search("gold", { mode: "vector", collapse: false });
      const bare = await fossick.search("text: gold", { mode: "vector", collapse: false });
      await fossick.close();
      return { hits, bare: bare.hits };
    """)
    cosine = {hit["id"]: hit["score"] for hit in out["hits"]}
    # The query is "ask: gold", the passages "text: text: gold" and "text: gold".
    assert 0.3 < cosine["one"] < 0.9999
    assert cosine["one"] != pytest.approx(cosine["same"], abs=1e-4)
    assert {hit["score"] for hit in out["bare"]}.isdisjoint(cosine.values())


def test_cut_off_and_resumed(run: Run, hub: Hub, files: dict[str, bytes]) -> None:
    """A connection that ends in the middle is taken up where it ended, again and again."""
    hub.faults[GRAPH] = Fault(cut_after=6 * MEGABYTE, times=3)
    out = run("return Fossick.installModel('pebble')")
    assert out["state"] == "installed"
    ranges = [asked for path, asked in hub.asked if path == GRAPH]
    assert ranges[0] == ""
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in ranges[1:]]
    assert len(starts) == 3 and starts == sorted(starts)
    assert 0 < starts[0] <= 6 * MEGABYTE < starts[2] <= 18 * MEGABYTE


def test_paused_and_gone_on_after_a_reload(
    run: Run, hub: Hub, page: Page, files: dict[str, bytes]
) -> None:
    """What has come before a pause, and before the page was left, is not asked for again."""
    hub.faults[GRAPH] = Fault(pause=0.01)
    paused = run("""
      const stop = new AbortController();
      const onProgress = ({ done }) => done > 8e6 && stop.abort();
      const options = { onProgress, signal: stop.signal };
      const error = await failure(Fossick.installModel("pebble", options));
      return { error, now: await model("pebble") };
    """)
    assert paused["error"]["code"] == "cancelled"
    assert paused["now"]["state"] == "partial"
    assert paused["now"]["downloaded"] > 7_000_000
    run("void Fossick.installModel('pebble').catch(() => {}); await sleep(1200);")
    page.reload()
    left = run("return model('pebble')")
    assert left["state"] == "partial"
    assert left["downloaded"] > paused["now"]["downloaded"]
    hub.faults.clear()
    before = len(hub.asked)
    assert run("return Fossick.installModel('pebble')")["state"] == "installed"
    ((path, asked),) = hub.asked[before:]
    earlier = left["downloaded"] - sum(len(files[one]) for one in MODEL_FILES)
    assert (path, asked) == (GRAPH, f"bytes={earlier}-")


def test_ranges_ignored(run: Run, hub: Hub) -> None:
    """A mirror that sends the whole file again is taken as it is."""
    hub.faults[GRAPH] = Fault(cut_after=6 * MEGABYTE, times=1, whole=True)
    assert run("return Fossick.installModel('pebble')")["state"] == "installed"
    assert len([path for path, _ in hub.asked if path == GRAPH]) == 2


def test_a_file_that_changed_meanwhile(run: Run, hub: Hub) -> None:
    """A piece of another file is noticed at the end, and the file fetched once from its start."""
    hub.faults[GRAPH] = Fault(wrong=True, pause=0.01)
    run("""
      const stop = new AbortController();
      const onProgress = ({ done }) => done > 16e6 && stop.abort();
      await failure(Fossick.installModel("pebble", { onProgress, signal: stop.signal }));
    """)
    hub.faults.clear()
    before = len(hub.asked)
    assert run("return Fossick.installModel('pebble')")["state"] == "installed"
    assert [asked == "" for _, asked in hub.asked[before:]] == [False, True]


def test_wrong_content(run: Run, hub: Hub) -> None:
    """A file that is not the catalogue's is refused, named, and not kept."""
    hub.faults[GRAPH] = Fault(wrong=True)
    out = run("""
      const error = await failure(Fossick.installModel("pebble"));
      return { error, now: await model("pebble") };
    """)
    assert out["error"]["code"] == "download-damaged"
    assert GRAPH in out["error"]["message"]
    assert (out["now"]["state"], out["now"]["downloaded"] < MEGABYTE) == ("partial", True)


@pytest.mark.parametrize("status", [404, 403])
def test_refused(run: Run, hub: Hub, status: int) -> None:
    """What the hub does not give out is not asked for again."""
    hub.faults["tokenizer.json"] = Fault(status=status)
    error = run("return failure(Fossick.installModel('pebble'))")
    assert error["code"] == "download-failed"
    assert str(status) in error["message"] and error["hint"]
    assert [path for path, _ in hub.asked] == ["config.json", "tokenizer.json"]


def test_a_hub_out_of_breath(run: Run, hub: Hub) -> None:
    """An answer that may be another one next time is waited for; one that stays is the end."""
    hub.faults["config.json"] = Fault(status=503, times=2)
    hub.faults["tokenizer.json"] = Fault(status=429)
    error = run("return failure(Fossick.installModel('pebble'))")
    assert error["code"] == "download-failed" and "429" in error["message"]
    asked = [path for path, _ in hub.asked]
    assert (asked.count("config.json"), asked.count("tokenizer.json")) == (3, 4)


def test_redirected(run: Run, hub: Hub, hubs: list[Hub]) -> None:
    """Downloads are sent on to the hosts that the catalogue names."""
    hub.faults[GRAPH] = Fault(redirect=hubs[1].url)
    assert run("return Fossick.installModel('pebble')")["state"] == "installed"
    assert [path for path, _ in hubs[1].asked] == [GRAPH]


def test_redirected_elsewhere(run: Run, hub: Hub, hubs: list[Hub]) -> None:
    """The policy stops them from being sent anywhere else."""
    hub.faults["config.json"] = Fault(redirect=hubs[2].url)
    error = run("return failure(Fossick.installModel('pebble'))")
    assert error["code"] == "download-failed"
    assert hubs[2].asked == []


def test_unpinned(run: Run, hub: Hub) -> None:
    """Where no hash is known the first download is trusted, and said to be."""
    before, after = run("""
      return [await model("unpinned"), await Fossick.installModel("unpinned")];
    """)
    assert (before["pinned"], after["pinned"]) == (False, False)
    assert after["state"] == "installed" and after["bytes"] > 20 * MEGABYTE


def test_two_tabs_at_once(run: Run, hub: Hub) -> None:
    """One of them installs, the other hears of it; removing has to wait."""
    hub.faults[GRAPH] = Fault(pause=0.005)
    out = run("""
      const one = Fossick.installModel("pebble");
      await sleep(500);
      const other = await failure(Fossick.installModel("pebble"));
      const remove = await failure(Fossick.removeModel("pebble"));
      return { other, remove, one: await one };
    """)
    assert (out["other"]["code"], out["remove"]["code"]) == ("read-only", "read-only")
    assert out["one"]["state"] == "installed"


def test_a_full_device(run: Run, hub: Hub, page: Page, url: str) -> None:
    """What is known to be too much is not begun; what turns out to be goes on with more room."""
    vast = run("return failure(Fossick.installModel('vast'))")
    assert vast["code"] == "quota-exceeded" and vast["hint"]
    assert hub.asked == []
    session = page.context.new_cdp_session(page)
    usage = page.evaluate("async () => (await navigator.storage.estimate()).usage")
    quota = {"origin": url.rstrip("/"), "quotaSize": usage + 20_000_000}
    session.send("Storage.overrideQuotaForOrigin", quota)
    error = run("return failure(Fossick.installModel('pebble'))")
    assert error["code"] == "quota-exceeded" and error["hint"]
    session.send("Storage.overrideQuotaForOrigin", {"origin": quota["origin"]})
    before = len(hub.asked)
    assert run("return Fossick.installModel('pebble')")["state"] == "installed"
    assert [path for path, _ in hub.asked[before:]] == [GRAPH]


def test_a_card_that_is_wrong(run: Run, hub: Hub) -> None:
    """A model of other dimensions than its card says is not installed."""
    out = run("""
      const error = await failure(Fossick.installModel("wide"));
      return { error, now: (await model("wide")).state };
    """)
    assert (out["error"]["code"], out["now"]) == ("model-unsuitable", "partial")
    assert "384" in out["error"]["message"]
