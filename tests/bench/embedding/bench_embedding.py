"""How fast does the transformer embed in a browser without a GPU?

Run: ``python tests/bench/embedding/bench_embedding.py [--rounds 3] [--memory 10000]``, with the
data that FOSSICK_DATA names, on a machine that does nothing else. Chunks of 50, 100 and 200 tokens
cut from SciFact's documents go, on one thread and on two, through Fossick's own workers, through
transformers.js as its documentation shows it (the same file, and the model as an exporter leaves it
that fuses nothing) and through native ONNX Runtime. Then: what a query waits while passages are
embedded, and with ``--memory`` what the page holds after 500 and after so many chunks.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import _harness as harness  # noqa: E402 (path set above)
from _unfused import write  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from app.core.evaluation import load_beir  # noqa: E402
from app.host.onnx_embedder import BUNDLED_MODEL, OnnxEmbedder  # noqa: E402

LENGTHS = (50, 100, 200)
TOKENS = 4800
"""Of each length together: 96, 48 and 24 chunks."""
AT_ONCE = 32
"""Texts in a call of transformers.js, the batch of its Python sister."""

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


def native(texts: dict[int, list[str]], threads: int, rounds: int) -> dict[int, float]:
    """Tokens a second of ONNX Runtime on CPython, by length of the chunks."""
    embedder = OnnxEmbedder(threads=threads)
    found = {}
    for length, passages in texts.items():
        embedder.embed_now(passages)
        seconds = []
        for _ in range(rounds):
            began = time.perf_counter()
            embedder.embed_now(passages)
            seconds.append(time.perf_counter() - began)
        found[length] = TOKENS / statistics.median(seconds)
    return found


def in_page(
    page: Page,
    url: str,
    start: str,
    given: dict[str, Any],
    texts: dict[int, list[str]],
    rounds: int,
) -> tuple[dict[int, float], Any]:
    """Tokens a second of an engine in the page, by length; and what its start tells."""
    page.goto(url + harness.BARE)
    told = harness.evaluate(page, start, {**given, "warm": texts[50][:4] + texts[200][:2]})
    found = {}
    for length, passages in texts.items():
        times = [harness.evaluate(page, TIME, passages) for _ in range(rounds)]
        found[length] = TOKENS / statistics.median(times) * 1000
    harness.evaluate(page, "stop()")
    return found, told


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="so many chunks of 50 tokens")
    options = parser.parse_args()
    judged = load_beir(harness.DATA / "eval" / "scifact")
    text = " ".join(document.text for document in judged.documents[:200])
    texts = {length: chunks(length, text) for length in LENGTHS}
    queries = list(judged.queries.values())[:40]
    speeds: dict[tuple[int, str], dict[int, float]] = {}
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
            same = {"folder": "static/vendor/models/", "name": "all-MiniLM-L6-v2"}
            other = {"folder": "bench/models/", "name": "unfused"}
            for threads in (1, 2):
                engines = {
                    "Fossick": (START, {}),
                    "transformers.js, the same file": (START_PIPELINE, same),
                }
                if unfused is not None:
                    engines["transformers.js, unfused"] = (START_PIPELINE, other)
                for name, (start, given) in engines.items():
                    asked = {**given, "threads": threads, "atOnce": AT_ONCE}
                    found, told = in_page(page, url, start, asked, texts, options.rounds)
                    speeds[threads, name] = found
                    raw[f"{name} {threads}"] = told
                    print(threads, name, {n: round(v) for n, v in found.items()}, told, flush=True)
                speeds[threads, "ONNX Runtime, native"] = native(texts, threads, options.rounds)
            raw["queries"] = waits(page, url, texts, queries)
            if options.memory:
                raw["memory"] = memory(page, url, texts, options.memory)
    report(speeds)
    harness.keep("embedding", {"speeds": {str(k): v for k, v in speeds.items()}, **raw})
    return 0


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


def report(speeds: dict[tuple[int, str], dict[int, float]]) -> None:
    """The table, with each engine's speed as a share of Fossick's."""
    rows = []
    for (threads, name), found in speeds.items():
        own = speeds[threads, "Fossick"]
        shares = [f"{own[length] / found[length]:.2f}" for length in LENGTHS]
        rows.append([name, threads, *(round(found[length]) for length in LENGTHS), *shares])
    head = ["Tokens a second", "threads", *(f"{length} tokens" for length in LENGTHS)]
    print("\n" + harness.table([*head, *(f"Fossick / it, {length}" for length in LENGTHS)], rows))


if __name__ == "__main__":
    sys.exit(main())
