"""The model fails in the real worker: nothing is lost, it is said once, and can be tried again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_runtime import BARE, Run, evaluate
from tests.conftest import PlainHost

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = pytest.mark.browser

MODEL = "all-MiniLM-L6-v2/1/int8"

OPEN = """
  const open = async (embedder = { device: "wasm" }) => {
    globalThis.notes = [];
    globalThis.fossick = await Fossick.open({ storage: "memory", embedder });
    fossick.addEventListener("status", ({ detail }) => detail.note && notes.push(detail.note));
    while (fossick.info().state === "loading") await sleep(50);
    return fossick.info();
  };
  const text = "The quick brown fox jumps over the lazy dog by the river. ";
  const passages = (count, name, size = 12) => Array.from({ length: count }, (_, at) => (
    { id: `${name} ${at}`, text: `${name} ${at}. ${text.repeat(size)}` }));
  const order = (word) => new BroadcastChannel("orders").postMessage(word);
  const told = async (report) => ({ report, info: fossick.info(), notes: [...notes],
    models: (await fossick.stats()).models, found: (await fossick.search("fox")).hits.length });
"""

BREAKS_ON_ORDER = """
  let broken = false;
  new BroadcastChannel("orders").onmessage = () => { broken = true };
  const encode = Bert.prototype.encode;
  Bert.prototype.encode = function (...given) {
    if (broken) throw new RangeError("WebAssembly.Memory.grow(): out of memory");
    return encode.apply(this, given);
  };
"""
BREAKS_ON_PASSAGES = """
  const encode = Bert.prototype.encode;
  Bert.prototype.encode = function (ids, ...rest) {
    if (ids.length > 60) throw new Error("the session has ended");
    return encode.call(this, ids, ...rest);
  };
"""
NO_MEMORY = """
  WebAssembly.Memory.prototype.grow = () => { throw new RangeError("could not allocate memory") };
"""
LOSES_ITS_DEVICE = """
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    new BroadcastChannel("orders").onmessage = () => device.destroy();
    return device;
  };
"""


def spoil(context: BrowserContext, script: str, code: str) -> None:
    """Let a worker's script do something more."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=f"{response.text()}\n{code}")

    context.route(f"**/workers/{script}", answer)


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site, with the functions of `OPEN`."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, OPEN + body, argument)


def test_memory_ends_in_mid_run(context: BrowserContext, run: Run) -> None:
    """The model is started once more, and goes on where it was."""
    spoil(context, "encoder.worker.js", BREAKS_ON_ORDER)
    out = run("""
      await open();
      const adding = fossick.add(passages(60, "passage"));
      await sleep(500);
      order("break");
      return told(await adding);
    """)
    assert (out["report"]["added"], out["report"]["failed"]) == (60, [])
    assert out["models"] == [{"model": MODEL, "chunks": 60}]
    assert out["info"]["state"] == "ready"
    (left,) = out["info"]["left"]
    assert left["device"] == "wasm" and "out of memory" in left["reason"]
    (note,) = out["notes"]
    assert "started anew" in note


def test_it_fails_again_and_is_tried_again(context: BrowserContext, run: Run) -> None:
    """A model that fails each time is left for hashed words; once mended, it is used again."""
    spoil(context, "encoder.worker.js", BREAKS_ON_PASSAGES)
    out = run("""
      await open();
      const first = await told(await fossick.add(passages(20, "first")));
      return { first };
    """)
    first = out["first"]
    assert (first["report"]["added"], first["report"]["failed"]) == (20, [])
    assert [one["chunks"] for one in first["models"]] == [20]
    assert first["models"][0]["model"].startswith("hash/")
    assert first["info"]["state"] == "fallback"
    assert {left["device"] for left in first["info"]["left"]} == {"wasm"}
    assert sum("cannot be used" in note for note in first["notes"]) == 1
    assert first["found"] > 0
    context.unroute("**/workers/encoder.worker.js")
    again = run("""
      const info = await fossick.retryModel();
      const report = await fossick.add(passages(5, "second"));
      return { info, ...await told(report) };
    """)
    assert (again["info"]["state"], again["info"]["model"]) == ("ready", MODEL)
    assert {"model": MODEL, "chunks": 5} in again["models"]
    assert sum(one["chunks"] for one in again["models"]) >= 25


def test_no_memory_for_the_encoder(context: BrowserContext, run: Run) -> None:
    """ONNX Runtime is tried on the same device before it is given up."""
    spoil(context, "encoder.worker.js", NO_MEMORY)
    info = run("return open()")
    assert (info["state"], info["device"], info["runtime"]) == ("ready", "wasm", "onnxruntime")
    assert info["left"] == []


def test_a_download_that_breaks_off(
    page: Page, plain_host: Callable[..., PlainHost], dist: Path
) -> None:
    """Nine tenths of the model come: hashed words meanwhile, one note, and another try."""
    host = plain_host(dist)
    path = "/static/vendor/models/all-MiniLM-L6-v2/onnx/model_quantized.onnx"
    host.faults[path] = "most"
    page.goto(host.url + BARE)
    out = evaluate(
        page,
        OPEN
        + """
      await open();
      const before = await told(await fossick.add(passages(4, "early", 1)));
      return { ...before, again: await code(fossick.retryModel()) };
    """,
    )
    assert out["info"]["state"] == "fallback"
    (left,) = out["info"]["left"]
    assert "broke off at" in left["reason"]
    assert sum("cannot be used" in note for note in out["notes"]) == 1
    assert (out["report"]["added"], out["again"]) == (4, "model-failed")
    host.faults.clear()
    info = evaluate(page, "return fossick.retryModel()")
    assert (info["state"], info["model"], info["left"]) == ("ready", MODEL, [])


@pytest.mark.slow
def test_the_gpu_is_lost(context: BrowserContext, run: Run) -> None:
    """A device that is destroyed in mid-run: the processor goes on with the same model."""
    spoil(context, "inference.worker.js", LOSES_ITS_DEVICE)
    out = run("""
      const { device } = await open({ device: "webgpu" });
      const adding = fossick.add(passages(16, "passage", 4));
      await sleep(400);
      order("destroy");
      return { device, ...await told(await adding) };
    """)
    assert out["device"] == "webgpu"
    assert (out["report"]["added"], out["report"]["failed"]) == (16, [])
    assert out["models"] == [{"model": MODEL, "chunks": 16}]
    assert (out["info"]["state"], out["info"]["device"]) == ("ready", "wasm")
    (left,) = out["info"]["left"]
    assert left["device"] == "webgpu" and "GPU" in left["reason"]
    (note,) = out["notes"]
    assert "started anew" in note


def test_nothing_to_try_again(run: Run) -> None:
    """Without a model there is nothing to try; with one that works nothing happens."""
    out = run("""
      const info = await open("hash");
      const refused = await code(fossick.retryModel());
      await fossick.close();
      const ready = await open();
      return { info, refused, ready, again: await fossick.retryModel() };
    """)
    assert (out["info"]["state"], out["refused"]) == ("fallback", "model-missing")
    assert (out["ready"]["state"], out["again"]["state"]) == ("ready", "ready")
    assert out["again"]["modelMilliseconds"] == out["ready"]["modelMilliseconds"]
