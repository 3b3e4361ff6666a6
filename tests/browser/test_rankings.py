"""A small judged collection through fossick.js: hits and order are those of CPython.

The documents bring vectors that native ONNX Runtime made; the queries' vectors are made by the
model in the page.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.chunking import context, embedding_text
from app.core.evaluation import JudgedCollection, evaluate, load_beir
from app.engine import Collection, PlainChunk, SearchOptions
from app.host.model_files import BUNDLED_MODEL, token_counter
from app.host.onnx_embedder import OnnxEmbedder
from app.storage.memory_store import MemoryStore

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODES = ("keyword", "vector", "hybrid")

BODY = """async (given) => {
  const { Fossick } = await import(new URL("../fossick.js", location.href));
  const fossick = await Fossick.open({ collection: "judged", embedder: { device: "wasm" } });
  const { model } = fossick.info();
  const report = await fossick.add(given.passages.map(({ vector, ...passage }) =>
    ({ ...passage, model, vector: new Float32Array(vector) })));
  const found = {};
  for (const mode of given.modes) {
    found[mode] = {};
    for (const [id, text] of Object.entries(given.queries)) {
      const { hits } = await fossick.search(text, { mode, k: 20 });
      found[mode][id] = hits.map(({ documentId }) => documentId);
    }
  }
  const models = (await fossick.stats()).models;
  await fossick.close();
  return { found, model, models, failed: report.failed };
}"""


async def rankings(judged: JudgedCollection) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The passages with their vectors, and the hits of each query by mode on CPython."""
    embedder, count = OnnxEmbedder(), token_counter(BUNDLED_MODEL)
    texts = [embedding_text(context(d.title, (), count), d.text) for d in judged.documents]
    vectors = await embedder.embed(texts, "passage")
    collection = await Collection.open(
        MemoryStore(), embedder=embedder, clock=time.perf_counter, count_tokens=count
    )
    await collection.add([PlainChunk(d.id, d.text, d.title) for d in judged.documents])
    found = {
        mode: {
            query: [hit.document_id for hit in (await collection.search(text, options)).hits]
            for query, text in judged.queries.items()
        }
        for mode in MODES
        for options in [SearchOptions(k=20, mode=mode)]
    }
    passages = [
        {"id": d.id, "title": d.title, "text": d.text, "vector": vector.tolist()}
        for d, vector in zip(judged.documents, vectors, strict=True)
    ]
    return passages, found


def ndcg(judged: JudgedCollection, found: dict[str, list[str]]) -> float:
    """nDCG@10 of the documents as they were shown."""
    run = {query: {doc: 1 / n for n, doc in enumerate(docs, 1)} for query, docs in found.items()}
    return evaluate(run, judged.qrels)["ndcg@10"]


def test_same_ranking_in_the_page(page: Page, site_server: str, root: Path) -> None:
    """By words the same to the last hit; by meaning the same but for near-ties of the model."""
    judged = load_beir(root / "tests" / "ranking" / "notes")
    with ThreadPoolExecutor(1) as own:  # Playwright's loop runs in this thread
        passages, native = own.submit(asyncio.run, rankings(judged)).result()
    page.goto(site_server + "static/vendor/NOTICES.html")
    given = {"passages": passages, "queries": judged.queries, "modes": MODES}
    out = page.evaluate(BODY, given)
    assert out["failed"] == []
    assert out["models"] == [{"model": out["model"], "chunks": len(passages)}]
    assert out["found"]["keyword"] == native["keyword"]
    for mode in MODES:
        here = ndcg(judged, out["found"][mode])
        assert here == pytest.approx(ndcg(judged, native[mode]), abs=0.01), mode
        assert here > 0.9
