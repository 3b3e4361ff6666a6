"""Learn a table of static vectors from the bundled transformer.

    python pyodide_build/static_model/learn.py TEXTS.jsonl [--out FILE] [--dim 256] [--epochs 6]

`TEXTS.jsonl` holds a JSON string a line (`gather_texts.py` writes one). The transformer's vectors
of them are kept in `build/static-model`, a shard at a time, so that an interrupted run goes on.
What is learned is a row for each token, so that the sum over a text points where the transformer's
vector of it does: by the cosine of the two, and by how near the texts of a batch are to each other
(Hinton et al., "Distilling the Knowledge in a Neural Network", 2015, of similarities). The same
texts and options give the same table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.core.analysis.wordpiece import WordPiece  # noqa: E402 (path set above)
from app.core.dense.static_embedder import StaticTable  # noqa: E402
from app.host.model_files import BUNDLED_MODEL  # noqa: E402
from app.host.onnx_embedder import OnnxEmbedder  # noqa: E402

FOLDER = ROOT / "build" / "static-model"
TARGET = ROOT / "static" / "models" / "static-minilm-256.npz"
MODEL = "static/minilm-256/1"
SHARD = 4096
BATCH = 1024
TOKENS = 190
"""Of a text, at most: what the transformer is shown besides its two special ones."""
TEMPERATURE = 0.1
RATE = 0.004
WARM = 200
BETA_1, BETA_2 = 0.9, 0.99
COMMON = 1e-3
"""Share of a token above which it starts with a short row (Arora et al., 2017)."""

Floats = NDArray[np.float32]


class Texts(NamedTuple):
    """Tokens of texts, one after another, and where each text begins and the last one ends."""

    tokens: NDArray[np.int64]
    offsets: NDArray[np.int64]


class Adam:
    """Adam (Kingma and Ba, 2014), of rows: those without a gradient stay as they are."""

    def __init__(self, rows: Floats) -> None:
        self._rows = rows
        self._first, self._second = np.zeros_like(rows), np.zeros_like(rows)
        self._steps = np.zeros((len(rows), 1))

    def step(self, chosen: NDArray[np.int64], gradient: Floats, rate: float) -> None:
        """Move some rows."""
        self._steps[chosen] += 1
        first = BETA_1 * self._first[chosen] + (1 - BETA_1) * gradient
        second = BETA_2 * self._second[chosen] + (1 - BETA_2) * gradient * gradient
        self._first[chosen], self._second[chosen] = first, second
        first = first / (1 - BETA_1 ** self._steps[chosen])
        second = second / (1 - BETA_2 ** self._steps[chosen])
        self._rows[chosen] -= (rate * first / (np.sqrt(second) + 1e-10)).astype(np.float32)


def main() -> None:
    """Learn and write a table; print how it goes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    lines = options.texts.read_text("utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    vocabulary = (BUNDLED_MODEL / "vocab.txt").read_text("utf-8").splitlines()
    taught = np.concatenate(list(teach(texts))).astype(np.float32)
    single = np.concatenate(list(teach(vocabulary, "vocabulary"))).astype(np.float32)
    turn = principal(taught, options.dim)
    wanted = unit(taught @ turn)
    tokens = tokenised(texts, WordPiece(vocabulary))
    counts = np.bincount(tokens.tokens, minlength=len(vocabulary)) / len(tokens.tokens)
    rows = (single @ turn * (COMMON / (COMMON + counts))[:, np.newaxis] / 2).astype(np.float32)
    learn(rows, tokens, wanted, options.epochs)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(StaticTable.of(rows, MODEL).to_bytes())
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


def teach(texts: list[str], name: str = "texts") -> Iterator[NDArray[np.float16]]:
    """The transformer's vectors, a shard at a time; what was made before is read."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    embedder: OnnxEmbedder | None = None
    for first in range(0, len(texts), SHARD):
        path = FOLDER / f"{name}-{first // SHARD:04}.npy"
        if not path.is_file():
            embedder = embedder or OnnxEmbedder(max_tokens=TOKENS + 2)
            rows = embedder.embed_now(texts[first : first + SHARD]).astype(np.float16)
            aside = path.with_suffix(".part.npy")
            np.save(aside, rows)
            aside.replace(path)
            print(f"taught {first + len(rows):,} of {len(texts):,} {name}", flush=True)
        yield np.load(path)


def principal(rows: Floats, dim: int) -> Floats:
    """The directions (dim of rows, dim) in which rows are largest; a product with it is shorter."""
    some = rows[:100_000].astype(np.float64)
    _, directions = np.linalg.eigh(some.T @ some)
    return np.ascontiguousarray(directions[:, ::-1][:, :dim], dtype=np.float32)


def tokenised(texts: list[str], pieces: WordPiece) -> Texts:
    """The first tokens of each text."""
    found = [pieces.encode(text)[:TOKENS] for text in texts]
    offsets = np.cumsum([0, *map(len, found)])
    return Texts(np.fromiter((token for each in found for token in each), np.int64), offsets)


def learn(rows: Floats, texts: Texts, wanted: Floats, epochs: int) -> None:
    """Change rows (tokens, dim) until sums of them point where `wanted` (texts, dim) does."""
    chance, adam = np.random.default_rng(0), Adam(rows)
    usable = np.flatnonzero(np.diff(texts.offsets))
    held, others = usable[:BATCH], usable[BATCH:]
    batches = len(others) // BATCH
    for epoch in range(epochs):
        order = chance.permutation(others)
        for number in range(batches):
            chosen = order[number * BATCH : (number + 1) * BATCH]
            done = epoch * batches + number
            rate = RATE * min(1.0, (done + 1) / WARM)
            rate *= 0.5 + 0.5 * float(np.cos(np.pi * done / (epochs * batches)))
            adam.step(*gradient(rows, texts, chosen, wanted[chosen]), rate)
        near = float((unit(sums(rows, texts, held)[0]) * wanted[held]).sum(axis=1).mean())
        print(f"epoch {epoch + 1}: mean cosine {near:.4f} of texts held out", flush=True)


def sums(rows: Floats, texts: Texts, chosen: NDArray[Any]) -> tuple[Floats, NDArray[np.int64]]:
    """Sums (chosen, dim) of the rows of texts that have some, and their tokens."""
    sizes = np.diff(texts.offsets)[chosen]
    starts = np.cumsum(sizes) - sizes
    places = np.arange(sizes.sum()) + np.repeat(texts.offsets[chosen] - starts, sizes)
    tokens = texts.tokens[places]
    return np.add.reduceat(rows[tokens], starts, axis=0), tokens


def gradient(
    rows: Floats, texts: Texts, chosen: NDArray[Any], wanted: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Tokens of a batch, and the gradient of what is wrong with it by their rows."""
    total, tokens = sums(rows, texts, chosen)
    lengths = np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6)
    found = total / lengths
    apart = likely(found @ found.T) - likely(wanted @ wanted.T)
    by_unit = 0.5 * (apart @ found + apart.T @ found - wanted)
    along = (by_unit * found).sum(axis=1, keepdims=True)
    by_sum = ((by_unit - along * found) / lengths / len(chosen)).astype(np.float32)
    order = np.argsort(tokens, kind="stable")
    texts_of = np.repeat(np.arange(len(chosen)), np.diff(texts.offsets)[chosen])[order]
    different, starts = np.unique(tokens[order], return_index=True)
    return different, np.add.reduceat(by_sum[texts_of], starts, axis=0)


def likely(similarities: Floats) -> Floats:
    """Of each row how likely the others are its nearest."""
    scaled = similarities / TEMPERATURE
    np.fill_diagonal(scaled, -np.inf)
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def unit(rows: Floats) -> Floats:
    """Rows of length 1."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / lengths, dtype=np.float32)


if __name__ == "__main__":
    main()
