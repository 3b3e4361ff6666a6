"""Static vectors on judged data: better than published tables of four times the size."""

from __future__ import annotations

import asyncio
import importlib.util
import time

import pytest

from app.core.evaluation import evaluate, load_beir
from app.engine import Collection, EmbedderChain
from app.host.commands.evaluate import passages, searches
from app.host.opening import BUNDLED_TABLE, static_embedder
from app.storage.memory_store import MemoryStore

MOST = 8_000_000
"""Bytes of the table that a visitor has to load."""


def quiet(_progress):
    """Tell nobody."""


def ndcg(data, *modes):
    """nDCG@10 of a judged collection by static vectors, one number a mode."""

    async def measured():
        judged = load_beir(data, "test")
        found = await Collection.open(
            MemoryStore(),
            embedder=EmbedderChain([static_embedder()]),
            clock=time.perf_counter,
            count_tokens=len,
        )
        await found.add(passages(judged))
        return [
            evaluate((await searches(found, judged, mode, 100, quiet))[0], judged.qrels)["ndcg@10"]
            for mode in modes
        ]

    return asyncio.run(measured())


def test_what_a_visitor_loads():
    """The table is small."""
    assert BUNDLED_TABLE.stat().st_size <= MOST


@pytest.mark.slow
def test_questions_of_science(fossick_data):
    """A hybrid search gains by static vectors; alone, published ones of 30 MB reach .506."""
    data = fossick_data / "eval" / "scifact"
    if not data.is_dir():
        pytest.skip(f"there is no {data}")
    both, alone = ndcg(data, "hybrid", "vector")
    assert both >= 0.7089
    assert alone >= 0.54


@pytest.mark.long
@pytest.mark.parametrize(("name", "by_words"), [("cosqa_code", 0.3978), ("xquad/en", 0.9718)])
def test_better_than_words_alone(fossick_data, name, by_words):
    """A hybrid search gains by static vectors, everywhere."""
    data = fossick_data / "eval" / name
    if not data.is_dir():
        pytest.skip(f"there is no {data}")
    assert ndcg(data, "hybrid") >= by_words


def test_likeness_of_sentences(root, fossick_data):
    """Spearman on STS Benchmark; published static models: 75.4."""
    data = fossick_data / "eval" / "sts" / "stsb-en-test.csv"
    if not data.is_file():
        pytest.skip(f"there is no {data}")
    path = root / "tests" / "bench" / "bench_sts.py"
    spec = importlib.util.spec_from_file_location("bench_sts", path)
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    assert bench.measure(static_embedder(), bench.load(data)) >= bench.STATIC_FLOOR
