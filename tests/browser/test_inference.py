"""The model through the real workers: which code runs it, and what comes of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from app.host.onnx_embedder import OnnxEmbedder
from tests.browser.profiles import BARE
from tests.browser.test_runtime import TEXTS, VECTORS, evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

BUILDS = """
  const lanes = await import(new URL("static/workers/encoder-lanes.js", base));
  const { fetchModel } = await import(new URL("static/workers/model-file.js", base));
  const graph = "static/vendor/models/all-MiniLM-L6-v2/onnx/model_quantized.onnx";
  const file = await fetchModel(new URL(graph, base).href, () => {});
  const rows = given.map((ids) => Uint32Array.from(ids));
  const found = {};
  for (const build of ["relaxed", "plain"]) {
    const options = { count: 2, pooling: "mean", build, onDeath: () => {} };
    const started = await lanes.startLanes(file, options);
    const [one, other] = await Promise.all(started.map((lane) => lane.run(rows)));
    found[build] = Array.from(one);
    if (one.some((value, at) => value !== other[at])) throw new Error("lanes differ");
    for (const lane of started) lane.close();
  }
  return { found, used: lanes.encoderBuild(), count: lanes.laneCount() };
"""
IDS = [[101, 2751, 102], [101, *range(2000, 2200), 102], [101, 102]]


def rows_of(vectors: list[float]) -> list[list[float]]:
    """One list a text."""
    return [vectors[at : at + 384] for at in range(0, len(vectors), 384)]


def cosines(one: list[float], other: list[float]) -> list[float]:
    """Of unit vectors, text by text."""
    pairs = zip(rows_of(one), rows_of(other), strict=True)
    return [sum(a * b for a, b in zip(a, b, strict=True)) for a, b in pairs]


def test_both_builds_of_the_encoder(page: Page, site_server: str) -> None:
    """With and without relaxed SIMD the vectors are the same to the bit."""
    page.goto(site_server + BARE)
    out = evaluate(page, BUILDS, IDS)
    assert out["used"] == "relaxed"
    assert 1 <= out["count"] <= max(os.cpu_count() or 1, 1)
    assert out["found"]["relaxed"] == out["found"]["plain"]


def test_the_command_line_makes_the_same_vectors(page: Page, site_server: str) -> None:
    """`--device wasm` runs this encoder: texts to vectors, the same to the last bit."""
    page.goto(site_server + BARE)
    out = evaluate(page, VECTORS, {"embedder": {"device": "wasm"}, "texts": TEXTS})
    assert out["runtime"] == "encoder (relaxed SIMD)"
    assert OnnxEmbedder(device="wasm").embed_now(TEXTS).tolist() == rows_of(out["vectors"])


def test_onnx_runtime_takes_over(page: Page, context: BrowserContext, site_server: str) -> None:
    """Where the encoder cannot be had the same model runs in ONNX Runtime, with like vectors."""
    page.goto(site_server + BARE)
    given = {"embedder": {"device": "wasm"}, "texts": TEXTS}
    first = evaluate(page, VECTORS, given)
    context.route("**/encoder/*.wasm", lambda route: route.fulfill(status=404, body=""))
    second = evaluate(page, VECTORS, given)
    assert (first["runtime"], second["runtime"]) == ("encoder (relaxed SIMD)", "onnxruntime")
    assert min(cosines(first["vectors"], second["vectors"])) > 0.99


def test_vectors_of_texts(page: Page, site_server: str) -> None:
    """One a text, of length 1, with the tokens counted; near texts are near; and on the page."""
    page.goto(site_server + BARE)
    out = evaluate(
        page,
        """
      const fossick = await Fossick.open({ storage: "memory", embedder: { device: "wasm" } });
      const found = await fossick.embed(["gold in the river", "gold nuggets in a stream", "taxes"]);
      const dot = (a, b) => a.vector.reduce((sum, value, at) => sum + value * b.vector[at], 0);
      const [one] = await fossick.embed("gold in the river");
      const none = await Fossick.open({ storage: "memory", collection: "n", embedder: "none" });
      return { sizes: found.map(({ dim, tokens, vector }) => [dim, tokens, vector.length]),
        models: found.map(({ model }) => model), same: dot(found[0], one),
        near: dot(found[0], found[1]), far: dot(found[0], found[2]),
        wrong: [await code(none.embed("gold")), await code(fossick.embed([7]))],
        speed: fossick.info().tokensPerSecond };
    """,
    )
    assert [one[::2] for one in out["sizes"]] == [[384, 384]] * 3
    assert [one[1] for one in out["sizes"]] == [4, 7, 1]
    assert out["models"] == ["all-MiniLM-L6-v2/1/int8"] * 3
    assert out["same"] == pytest.approx(1, abs=1e-5)
    assert out["near"] > out["far"] + 0.3
    assert out["wrong"] == ["model-missing", "bad-option"]
    assert out["speed"] > 0


def test_a_text_on_the_status_page(page: Page, site_server: str) -> None:
    """Typed there, it shows its dimension, tokens, time, length and first values."""
    from playwright.sync_api import expect

    page.goto(site_server)
    page.get_by_role("button", name=re.compile("^Status")).click()
    page.get_by_label("Text to make a vector of").fill("gold in the river")
    page.get_by_role("button", name="Show its vector").click()
    line = page.locator("embed-line [role=status]")
    expect(line).to_contain_text("dimensions", timeout=60_000)
    expect(line).to_contain_text("384 dimensions · 4 tokens · ")
    expect(line).to_contain_text(re.compile(r"\d+\.\d ms · length 1\.0000 · all-MiniLM-L6-v2/"))
    expect(line.locator("code")).to_have_text(re.compile(r"^\[(-?0\.\d{4}, ){6}…\]$"))


def test_a_download_that_breaks_off_goes_on(
    page: Page, plain_host: Callable[..., Any], dist: Any
) -> None:
    """The model's file ends early each time; the rest is asked for, and the model works."""
    page.goto(plain_host(dist).url + BARE)
    out = evaluate(
        page,
        """
      const { fetchModel } = await import(new URL("static/workers/model-file.js", base));
      const whole = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
      const asked = [];
      globalThis.fetch = async (_address, { headers } = {}) => {
        const from = Number(headers?.Range?.match(/\\d+/)?.[0] ?? 0);
        asked.push(from);
        if (asked.length > given.answers) throw new TypeError("the line is dead");
        const part = whole.slice(from, Math.min(from + 400, 1000));
        const length = { "Content-Length": String(1000 - from) };
        return new Response(part, { status: from ? 206 : 200, headers: length });
      };
      const told = [];
      const file = await fetchModel("model", (done, total) => told.push([done, total]));
      const same = file.length === 1000 && file.every((byte, at) => byte === whole[at]);
      asked.length = 0;
      given.answers = 2;
      let message = "";
      try { await fetchModel("model", () => {}) } catch (error) { message = error.message }
      return { same, told, asked, message };
    """,
        {"answers": 9},
    )
    assert out["same"]
    assert out["told"] == [[400, 1000], [800, 1000], [1000, 1000]]
    assert out["asked"] == [0, 400, 800, 800]
    assert "broke off at 800 bytes" in out["message"]
