"""How fast does the transformer embed in a browser without a GPU?

Run: ``python tests/bench/embedding/bench_embedding.py [--rounds 3] [--threads 1 2] [--queries]
[--memory 10000]``, with the data that FOSSICK_DATA names, on a machine that does nothing else.
Chunks of 50, 100 and 200 tokens cut from SciFact's documents go, on so many threads, through
Fossick's own workers (with relaxed SIMD, and without), through transformers.js as its documentation
shows it (the same file, and the model as an exporter leaves it that fuses nothing) and through
native ONNX Runtime. With ``--queries``: what a query waits while passages are embedded; with
``--memory``: what the page holds after 500 and after so many chunks.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)
from _unfused import write  # noqa: E402
from playwright.sync_api import BrowserContext, Page, sync_playwright  # noqa: E402

from app.core.evaluation import load_beir  # noqa: E402
from app.host.model_files import BUNDLED_MODEL  # noqa: E402
from app.host.onnx_embedder import OnnxEmbedder  # noqa: E402

Timer = Callable[[Sequence[str]], float]
"""Seconds that an engine takes for texts."""
LENGTHS = (50, 100, 200)
TOKENS = 4800
"""Of each length together: 96, 48 and 24 chunks."""
AT_ONCE = 32
"""Texts in a call of transformers.js, the batch of its Python sister."""

OWN, PLAIN = "Fossick", "Fossick, without relaxed SIMD"
RELAXED = "**/encoder/relaxed.wasm"

START = """
  const { InferenceHost } = await import(new URL("static/inference-host.js", base));
  const { planEmbedder } = await import(new URL("static/models.js", base));
  const { InferenceClient } = await import(new URL("static/workers/inference-client.js", base));
  const space = { model: "m", dim: 384, maxTokens: 256, dtype: "" };
  const client = new InferenceClient(space, (_worker, message) => console.error(message));
  const plan = { ...planEmbedder({ device: "wasm" }), threads: given.threads };
  const began = performance.now();
  const host = new InferenceHost(plan, {
    onPort: (port, info) => client.attach(port, info), onGone: (message) => client.giveUp(message),
    onLeft: () => client.detach(), onStatus: () => {}, onProgress: () => {} });
  void host.start();
  await client.ready();
  globalThis.embed = (texts, role) => client.embed(client.nextCall(), 1, texts, role);
  globalThis.tell = () => client.line.port.measure();
  globalThis.stop = () => host.close();
  await embed(given.warm, "passage");
  const { runtime, threads } = host.info;
  return { ready: performance.now() - began, runtime, threads };
"""

START_PIPELINE = """
  const worker = new Worker(new URL("bench/pipeline.worker.js", base), { type: "module" });
  const ask = (message) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(message);
  });
  await ask({ load: { ...given, folder: new URL(given.folder, base).pathname } });
  globalThis.embed = async (texts) => {
    for (let at = 0; at < texts.length; at += given.atOnce)
      await ask({ texts: texts.slice(at, at + given.atOnce) });
  };
  globalThis.stop = () => worker.terminate();
  await embed(given.warm);
  return {};
"""

TIME = """
  const began = performance.now();
  await embed(given, "passage");
  return performance.now() - began;
"""

QUERIES = """
  const times = async (pause) => {
    const found = [];
    for (const query of given.queries) {
      await sleep(pause());
      const began = performance.now();
      await embed([query], "query");
      found.push(performance.now() - began);
    }
    return found;
  };
  const alone = await times(() => 20);
  let busy = true;
  const work = (async () => {
    const batch = () => embed(given.texts, "passage");
    while (busy) await Promise.all([batch(), batch()]);
  })();
  await sleep(300);
  const beside = await times(() => 37 + Math.random() * 60);
  busy = false;
  await work;
  return { alone, beside };
"""

MEMORY = """
  const held = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
  const found = {};
  let done = 0;
  for (const goal of given.goals) {
    for (; done < goal; done += 100) await embed(given.texts(done), "passage");
    found[goal] = { page: await held(), heap: (await tell()).heap };
  }
  return found;
""".replace("given.texts(done)", "given.texts.map((text, at) => `${text} ${(done + at) % 1000}`)")


def chunks(length: int, text: str) -> list[str]:
    """Passages of exactly so many tokens, the special two included, each of other words."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(BUNDLED_MODEL / "tokenizer.json"))
    tokenizer.no_truncation()
    spans = tokenizer.encode(text, add_special_tokens=False).offsets
    size, found = length - 2, []
    for at in range(0, len(spans) - size, size):
        piece = text[spans[at][0] : spans[at + size - 1][1]]
        if len(tokenizer.encode(piece).ids) == length:
            found.append(piece)
        if len(found) == TOKENS // length:
            return found
    raise SystemExit("There is too little text.")


def native(threads: int) -> Timer:
    """ONNX Runtime on CPython."""
    embedder = OnnxEmbedder(threads=threads)

    def timed(texts: Sequence[str]) -> float:
        began = time.perf_counter()
        embedder.embed_now(texts)
        return time.perf_counter() - began

    return timed


def in_page(page: Page, url: str, start: str, given: dict[str, Any]) -> tuple[Timer, Any]:
    """An engine in a page of its own, started; and what its start tells."""
    page.goto(url + harness.BARE)
    told = harness.evaluate(page, start, given)

    def timed(texts: Sequence[str]) -> float:
        page.bring_to_front()
        milliseconds: float = harness.evaluate(page, TIME, list(texts))
        return milliseconds / 1000

    return timed, told


def measured(
    timers: dict[str, Timer], texts: dict[int, list[str]], rounds: int
) -> dict[str, dict[int, list[float]]]:
    """Tokens a second by engine and length, round by round.

    The engines take turns, so that what else the machine does meets all of them.
    """
    found: dict[str, dict[int, list[float]]] = {name: {} for name in timers}
    for _ in range(rounds):
        for length, passages in texts.items():
            for name, timed in timers.items():
                found[name].setdefault(length, []).append(TOKENS / timed(passages))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--queries", action="store_true")
    parser.add_argument("--memory", type=int, default=0, help="so many chunks of 50 tokens")
    options = parser.parse_args()
    judged = load_beir(harness.DATA / "eval" / "scifact")
    text = " ".join(document.text for document in judged.documents[:200])
    texts = {length: chunks(length, text) for length in LENGTHS}
    queries = list(judged.queries.values())[:40]
    raw: dict[str, Any] = {}
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        print(harness.machine(driver), "\n")
        extra = {"pipeline.worker.js": (HERE / "pipeline.worker.js").read_bytes()}
        unfused = write(harness.ROOT, Path(folder) / "unfused")
        if unfused is not None:
            for path in [*unfused.glob("*.json"), *unfused.glob("onnx/*.onnx")]:
                extra[f"models/unfused/{path.relative_to(unfused)}"] = path.read_bytes()
        with (
            harness.site(extra) as url,
            harness.profile() as profile,
            harness.browsing(driver, profile) as context,
        ):
            page = harness.open_bare(context, url)
            for threads in options.threads:
                timers, told = start_all(context, url, threads, texts, unfused is not None)
                found = measured(timers, texts, options.rounds)
                report(threads, found)
                raw[f"{threads} threads"] = {"told": told, "speeds": found}
                for other in context.pages[1:]:
                    other.close()
            if options.queries:
                raw["queries"] = waits(page, url, texts, queries)
            if options.memory:
                raw["memory"] = memory(page, url, texts, options.memory)
    harness.keep("embedding", raw)
    return 0


def start_all(
    context: BrowserContext, url: str, threads: int, texts: dict[int, list[str]], unfused: bool
) -> tuple[dict[str, Timer], Any]:
    """All engines, ready; and what their starts tell."""
    plain = (harness.DIST / "static/vendor/encoder/plain.wasm").read_bytes()
    same = {"folder": "static/vendor/models/", "name": "all-MiniLM-L6-v2"}
    engines: dict[str, tuple[str, dict[str, Any]]] = {
        OWN: (START, {}),
        PLAIN: (START, {}),
        "transformers.js, the same file": (START_PIPELINE, same),
    }
    if unfused:
        other = {"folder": "bench/models/", "name": "unfused"}
        engines["transformers.js, unfused"] = (START_PIPELINE, other)
    timers, told = {}, {}
    for name, (start, given) in engines.items():
        page = context.new_page()
        if name == PLAIN:
            page.route(RELAXED, lambda route: route.fulfill(body=plain))
        warm = texts[50][:4] + texts[200][:2]
        asked = {**given, "threads": threads, "atOnce": AT_ONCE, "warm": warm}
        timers[name], told[name] = in_page(page, url, start, asked)
    return {**timers, "ONNX Runtime, native": native(threads)}, told


def waits(page: Page, url: str, texts: dict[int, list[str]], queries: list[str]) -> Any:
    """What a query takes with nothing else to do, and beside passages."""
    page.goto(url + harness.BARE)
    harness.evaluate(page, START, {"threads": 0, "warm": texts[50][:4]})
    found = harness.evaluate(page, QUERIES, {"queries": queries, "texts": texts[200]})
    harness.evaluate(page, "stop()")
    rows = [
        [name, *(percentile(times, share) for share in (0.5, 0.95)), max(times)]
        for name, times in found.items()
    ]
    print("\n" + harness.table(["A query's vector, ms", "p50", "p95", "most"], rows))
    return found


def memory(page: Page, url: str, texts: dict[int, list[str]], chunks: int) -> Any:
    """Bytes of the page with its workers, and of the encoder's memories, as chunks go by."""
    page.goto(url + harness.BARE)
    harness.evaluate(page, START, {"threads": 0, "warm": texts[50][:4]})
    passages = (texts[50] * 2)[:100]
    found = harness.evaluate(page, MEMORY, {"texts": passages, "goals": [500, chunks]})
    harness.evaluate(page, "stop()")
    rows = [
        [count, round(one["page"] / 1e6, 1), round(one["heap"] / 1e6, 1)]
        for count, one in found.items()
    ]
    print("\n" + harness.table(["Chunks", "page, MB", "encoder, MB"], rows))
    return found


def report(threads: int, found: dict[str, dict[int, list[float]]]) -> None:
    """The medians, and Fossick's as multiples of each engine's."""
    medians = {
        name: [statistics.median(speeds[length]) for length in LENGTHS]
        for name, speeds in found.items()
    }
    rows = [
        [
            name,
            *map(round, speeds),
            *(f"{own / its:.2f}" for own, its in zip(medians[OWN], speeds, strict=True)),
        ]
        for name, speeds in medians.items()
    ]
    head = [f"Tokens a second, {threads} threads", *(f"{length} tokens" for length in LENGTHS)]
    print("\n" + harness.table([*head, *(f"Fossick / it, {length}" for length in LENGTHS)], rows))


if __name__ == "__main__":
    sys.exit(main())
