"""How well do the embeddings order pairs of sentences by meaning? Spearman on STS Benchmark.

Run: ``python tests/bench/bench_sts.py [--data FOLDER] [--model FOLDER] [--split dev]``, FOLDER
holding ``stsb-en-test.csv`` (default: ``eval/sts`` of the judged data that FOSSICK_DATA
names). Published for all-MiniLM-L6-v2 in float32: 82.03. A lower number than `FLOOR` means that
pooling, quantisation or the tokenizer is off; exit code 1. ``--embedder static`` or ``hash``:
static vectors or hashed words instead.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.engine import HashEmbedder
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_embedder import OnnxEmbedder
from app.host.opening import static_embedder
from app.ports import Embedder

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("FOSSICK_DATA", ROOT.parent / "shared" / "data"))
FLOOR = 81.0
STATIC_FLOOR = 74.0
FLOORS = {"transformer": FLOOR, "static": STATIC_FLOOR, "hash": 0.0}

Pair = tuple[str, str, float]


def load(path: Path) -> list[Pair]:
    """Rows (sentence, sentence, similarity from 0 to 5)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(one, two, float(score)) for one, two, score in csv.reader(file)]


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Ranks from 1, equal values sharing the mean of theirs.

    >>> ranks([10, 30, 30, 20])
    array([1. , 3.5, 3.5, 2. ])
    """
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def spearman(one: ArrayLike, two: ArrayLike) -> float:
    """Rank correlation times 100: Pearson's correlation of the ranks."""
    return float(100 * np.corrcoef(ranks(one), ranks(two))[0, 1])


def measure(embedder: Embedder, pairs: Sequence[Pair]) -> float:
    """Spearman times 100 of the cosines to the judged similarities."""
    texts = sorted({text for one, two, _ in pairs for text in (one, two)})
    row = {text: number for number, text in enumerate(texts)}
    vectors = asyncio.run(embedder.embed(texts, "passage"))
    cosines = [float(vectors[row[one]] @ vectors[row[two]]) for one, two, _ in pairs]
    return spearman(cosines, [score for _, _, score in pairs])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Spearman correlation on STS Benchmark (English).")
    parser.add_argument("--data", type=Path, default=DATA / "eval" / "sts")
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    parser.add_argument("--split", choices=("test", "dev"), default="test")
    parser.add_argument("--embedder", choices=tuple(FLOORS), default="transformer")
    options = parser.parse_args(arguments)
    path = options.data / f"stsb-en-{options.split}.csv"
    if not path.is_file():
        print(f"No judged sentences at {path}; name their folder with --data.", file=sys.stderr)
        return 0
    makers: dict[str, Callable[[], Embedder]] = {
        "transformer": lambda: OnnxEmbedder(options.model),
        "static": static_embedder,
        "hash": HashEmbedder,
    }
    embedder = makers[options.embedder]()
    pairs = load(path)
    start = time.perf_counter()
    found = measure(embedder, pairs)
    seconds = time.perf_counter() - start
    print(f"{embedder.info.model}: Spearman {found:.2f} on {len(pairs)} pairs in {seconds:.1f} s")
    return 0 if found >= FLOORS[options.embedder] else 1


if __name__ == "__main__":
    sys.exit(main())
