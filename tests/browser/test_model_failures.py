"""The model fails in the real worker: nothing is lost, it is said once, and can be tried again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate
from tests.conftest import PlainHost, Serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MODEL = "all-MiniLM-L6-v2/1/int8"
STATIC = "static/minilm-256/1"

OPEN = """
  const open = async (embedder = { device: "wasm" }) => {
    globalThis.notes = [];
    globalThis.fossick = await Fossick.open({ storage: "memory", embedder });
    fossick.addEventListener("status", ({ detail }) => detail.note && notes.push(detail.note));
    while (["none", "loading"].includes(fossick.info().state)) await sleep(50);
    return fossick.info();
  };
  const text = "The quick brown fox jumps over the lazy dog by the river. ";
  const passages = (count, name, size = 12) => Array.from({ length: count }, (_, at) => (
    { id: `${name} ${at}`, text: `${name} ${at}. ${text.repeat(size)}` }));
  const upgrade = (order) => { // the order is given once, in mid-run
    const give = ({ detail: { phase, done, total } }) => {
      if (phase !== "upgrade" || done === 0 || done === total) return;
      fossick.removeEventListener("progress", give);
      new BroadcastChannel("orders").postMessage(order);
    };
    if (order) fossick.addEventListener("progress", give);
    return fossick.upgraded();
  };
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
    const { queue } = device;
    const { submit } = queue;
    let left = Infinity;
    new BroadcastChannel("orders").onmessage = () => { left = 3 };
    queue.submit = (...commands) => {
      left -= 1;
      if (left === 0) device.destroy();
      return submit.apply(queue, commands);
    };
    return device;
  };
"""
"""Once it is told to, in the midst of the next run: a GPU in software takes minutes for a whole."""


class Spoiled:
    """A copy of the site, of links, in which a worker's script does something more.

    Requests of workers that workers start cannot be changed by the browser's driver.
    """

    def __init__(self, dist: Path, site: Path, serve: Callable[[Path], Serve], page: Page) -> None:
        self.whole, self.site, self.page = dist, site, page
        shutil.copytree(dist, site, copy_function=link)
        page.goto(serve(site).url + BARE)

    def spoil(self, script: str, code: str) -> None:
        """Let `script` run `code` at its end, until `mend`."""
        content = (self.whole / "static/workers" / script).read_bytes()
        spoiled = self.site / "static/workers" / script
        spoiled.unlink()
        spoiled.write_bytes(content + b"\n" + code.encode())

    def mend(self, script: str) -> None:
        """Let `script` be as it was."""
        path = Path("static/workers") / script
        (self.site / path).unlink()
        link(self.whole / path, self.site / path)

    def run(self, body: str, argument: Any = None) -> Any:
        """The result of `body` in a bare page of the site, with the functions of `OPEN`."""
        return evaluate(self.page, OPEN + body, argument)


def link(source: str | Path, target: str | Path) -> None:
    """The same file in another place, a copy where there are no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def site(page: Page, serve: Callable[[Path], Serve], dist: Path, tmp_path: Path) -> Spoiled:
    """A copy of the site in which scripts can be changed."""
    return Spoiled(dist, tmp_path / "site", serve, page)


def test_memory_ends_in_mid_run(site: Spoiled) -> None:
    """The model is started once more, and goes on where it was."""
    site.spoil("encoder.worker.js", BREAKS_ON_ORDER)
    out = site.run("""
      await open();
      const report = await fossick.add(passages(60, "passage"));
      await upgrade("break");
      return told(report);
    """)
    assert (out["report"]["added"], out["report"]["failed"]) == (60, [])
    assert out["models"] == [{"model": MODEL, "chunks": 60}]
    assert out["info"]["state"] == "ready"
    (left,) = out["info"]["left"]
    assert left["device"] == "wasm" and "out of memory" in left["reason"]
    (note,) = out["notes"]
    assert "started anew" in note


def test_it_fails_again_and_is_tried_again(site: Spoiled) -> None:
    """A model that fails each time is left for static vectors; once mended, it is used again."""
    site.spoil("encoder.worker.js", BREAKS_ON_PASSAGES)
    out = site.run("""
      await open();
      const report = await fossick.add(passages(20, "first"));
      await upgrade();
      return { first: await told(report) };
    """)
    first = out["first"]
    assert (first["report"]["added"], first["report"]["failed"]) == (20, [])
    assert first["models"] == [{"model": STATIC, "chunks": 20}]
    assert first["info"]["state"] == "fallback"
    assert {left["device"] for left in first["info"]["left"]} == {"wasm"}
    assert sum("cannot be used" in note for note in first["notes"]) == 1
    assert first["found"] > 0
    site.mend("encoder.worker.js")
    again = site.run("""
      const info = await fossick.retryModel();
      const report = await fossick.add(passages(5, "second"));
      await upgrade();
      return { info, ...await told(report) };
    """)
    assert (again["info"]["state"], again["info"]["model"]) == ("ready", MODEL)
    assert again["models"] == [{"model": MODEL, "chunks": 25}]


def test_no_memory_for_the_encoder(site: Spoiled) -> None:
    """ONNX Runtime is tried on the same device before it is given up."""
    site.spoil("encoder.worker.js", NO_MEMORY)
    info = site.run("return open()")
    assert (info["state"], info["device"], info["runtime"]) == ("ready", "wasm", "onnxruntime")
    assert info["left"] == []


def test_a_download_that_breaks_off(
    page: Page, plain_host: Callable[..., PlainHost], dist: Path
) -> None:
    """Nine tenths of the model come: static vectors meanwhile, one note, and another try."""
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
    assert out["models"] == [{"model": STATIC, "chunks": 4}]
    (left,) = out["info"]["left"]
    assert "broke off at" in left["reason"]
    assert sum("cannot be used" in note for note in out["notes"]) == 1
    assert (out["report"]["added"], out["again"]) == (4, "model-failed")
    host.faults.clear()
    info = evaluate(page, "return fossick.retryModel()")
    assert (info["state"], info["model"], info["left"]) == ("ready", MODEL, [])


@pytest.mark.slow
def test_the_gpu_is_lost(site: Spoiled) -> None:
    """A device that is destroyed in mid-run: the processor goes on with the same model."""
    site.spoil("inference.worker.js", LOSES_ITS_DEVICE)
    out = site.run("""
      const { device } = await open({ device: "webgpu" });
      new BroadcastChannel("orders").postMessage("destroy");
      const report = await fossick.add(passages(40, "passage", 12));
      await upgrade();
      return { device, ...await told(report) };
    """)
    assert out["device"] == "webgpu"
    assert (out["report"]["added"], out["report"]["failed"]) == (40, [])
    assert out["models"] == [{"model": MODEL, "chunks": 40}]
    assert (out["info"]["state"], out["info"]["device"]) == ("ready", "wasm")
    (left,) = out["info"]["left"]
    assert left["device"] == "webgpu" and "GPU" in left["reason"]
    (note,) = out["notes"]
    assert "started anew" in note


def test_nothing_to_try_again(site: Spoiled) -> None:
    """Without a model there is nothing to try; with one that works nothing happens."""
    out = site.run("""
      const info = await open("hash");
      const refused = await code(fossick.retryModel());
      await fossick.close();
      const ready = await open();
      return { info, refused, ready, again: await fossick.retryModel() };
    """)
    assert (out["info"]["state"], out["refused"]) == ("fallback", "model-missing")
    assert (out["ready"]["state"], out["again"]["state"]) == ("ready", "ready")
    assert out["again"]["modelMilliseconds"] == out["ready"]["modelMilliseconds"]
