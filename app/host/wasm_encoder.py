"""The page's own encoder on CPython, by wasmtime: the vectors that the browser makes, to the bit.

The counterpart of `static/workers/bert.js` and `bert-weights.js`: the same functions of
`pyodide_build/encoder/encoder.c` over the same layout of a WebAssembly memory, for models in int8
as `pyodide_build/minilm_graph.py` writes them. Each thread has a memory of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.errors import EmbedderError
from app.host.model_card import ModelCard
from app.host.model_files import missing
from app.ports import Float32Matrix

if TYPE_CHECKING:
    import wasmtime

MODULE = Path(__file__).parents[2] / "static/vendor/encoder/relaxed.wasm"
MOST_TOKENS = 1024
"""That a batch may have in all."""

_PAGE = 1 << 16
_ALIGNMENT = 64
_SPARE = 8
"""Rows beyond the last one that the encoder's functions may write to."""
_KNOWN = {
    *("Cast", "QEmbedLayerNormalization", "Mul", "DynamicQuantizeLinear", "QAttention"),
    *("MatMulInteger", "SkipLayerNormalization", "BiasGelu"),
}
_HINT = "Leave --device out, or run it on another one."


class WasmEncoder:
    """Unit vectors of tokens by the page's encoder, on as many threads as are asked for.

    Raises `EmbedderError`: "model-missing" where the module is not there, "model-failed" where the
    model is of another kind or the packages wasmtime and onnx are not installed.
    """

    device = "wasm"

    def __init__(self, card: ModelCard, threads: int) -> None:
        if not MODULE.is_file():
            raise missing(MODULE)
        if card.pooling not in {"mean", "cls"}:
            raise EmbedderError(f"{card.name} is pooled in another way.", hint=_HINT)
        graph = _Graph.read(card.graph)
        try:
            import wasmtime
        except ImportError as error:
            raise _lacking("wasmtime") from error
        engine = wasmtime.Engine()
        module = wasmtime.Module(engine, MODULE.read_bytes())
        lanes = [_Lane(graph, engine, module, card.pooling) for _ in range(threads)]
        self.dim = lanes[0].dim
        self._free: SimpleQueue[_Lane] = SimpleQueue()
        for lane in lanes:
            self._free.put(lane)
        self._threads = ThreadPoolExecutor(threads, "encoder")

    def vectors(self, encoded: Sequence[Any]) -> Float32Matrix:
        """float32 matrix (len(encoded), dim) of encodings of `tokenizers`."""
        ids = [np.array(encoding.ids, np.uint32) for encoding in encoded]
        rows = np.empty((len(ids), self.dim), np.float32)

        def run(batch: Sequence[int]) -> None:
            lane = self._free.get()
            try:
                rows[batch] = lane.encode([ids[number] for number in batch])
            finally:
                self._free.put(lane)

        list(self._threads.map(run, _batches([len(one) for one in ids])))
        return rows


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of the texts in order, cut where a batch would have too many tokens.

    >>> _batches([1000, 24, 1])
    [[0, 1], [2]]
    """
    batches: list[list[int]] = []
    tokens = MOST_TOKENS
    for number, length in enumerate(lengths):
        if tokens + length > MOST_TOKENS:
            batches.append([])
            tokens = 0
        batches[-1].append(number)
        tokens += length
    return batches


@dataclass(frozen=True)
class _Graph:
    """What an ONNX file holds."""

    tensors: Mapping[str, NDArray[Any]]
    depth: int
    heads: int
    epsilon: float

    @classmethod
    def read(cls, path: Path) -> _Graph:
        try:
            import onnx
        except ImportError as error:
            raise _lacking("onnx") from error
        graph = onnx.load(path).graph
        kinds = {node.op_type for node in graph.node}
        if not kinds or kinds - _KNOWN:
            raise _unknown(", ".join(sorted(kinds - _KNOWN)) or "no nodes")
        attentions = [node for node in graph.node if node.op_type == "QAttention"]
        embedding = next(n for n in graph.node if n.op_type == "QEmbedLayerNormalization")
        heads = {one.name: one.i for one in attentions[0].attribute}["num_heads"]
        floats = {one.name: one.f for one in embedding.attribute}
        tensors = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
        return cls(tensors, len(attentions), heads, floats.get("epsilon", 1e-12))

    def tensor(self, name: str) -> NDArray[Any]:
        found = self.tensors.get(name)
        if found is None:
            raise _unknown(f"no {name}")
        return found

    def dequantised(self, name: str) -> NDArray[np.float32]:
        codes = self.tensor(f"{name}_quantized").astype(np.float64)
        zero, scale = self.tensor(f"{name}_zero_point"), self.tensor(f"{name}_scale")
        return ((codes - float(zero.flat[0])) * float(scale.flat[0])).astype(np.float32)


@dataclass(frozen=True)
class _Product:
    """Addresses of a packed matrix and what goes with it; `balance` is 0 where there is none."""

    weights: int
    scales: int
    sums: int
    bias: int
    balance: int
    inner: int
    width: int


@dataclass(frozen=True)
class _Layer:
    qkv: _Product
    output: _Product
    attended: tuple[int, int]
    wide: _Product
    narrow: _Product
    done: tuple[int, int]


class _Lane:
    """A memory with the weights of a model, and the functions over it; for one thread at a time."""

    def __init__(
        self, graph: _Graph, engine: wasmtime.Engine, module: wasmtime.Module, pooling: str
    ) -> None:
        import wasmtime

        self._store = wasmtime.Store(engine)
        self._memory = wasmtime.Memory(self._store, wasmtime.MemoryType(wasmtime.Limits(16, None)))
        instance = wasmtime.Instance(self._store, module, [self._memory])
        self._exports: Any = instance.exports(self._store)
        self._end = 1024
        self._graph = graph
        self._takes_first = int(pooling == "cls")
        self._embeddings()
        self._layers = [self._layer(f"encoder.layer.{at}") for at in range(graph.depth)]
        self._scratch()

    def encode(self, texts: Sequence[NDArray[np.uint32]]) -> Float32Matrix:
        """Unit vectors of texts of at most `MOST_TOKENS` together, float32 (len(texts), dim)."""
        lengths = [len(text) for text in texts]
        rows = self._embed(np.concatenate(texts), lengths)
        for layer in self._layers:
            self._pass(layer, rows, lengths)
        found = np.empty((len(texts), self.dim), np.float32)
        at, size = self._x, 4 * self.dim
        for row, length in enumerate(lengths):
            self._run("pool", at, length, self.dim, self._takes_first, self._vector)
            kept = self._memory.read(self._store, self._vector, self._vector + size)
            found[row] = np.frombuffer(kept, np.float32)
            at += length * size
        return found

    def _run(self, name: str, *given: float) -> Any:  # noqa: ANN401
        return self._exports[name](self._store, *given)

    # ---- layout

    def _room(self, size: int) -> int:
        at = self._end
        self._end = -(-(at + size) // _ALIGNMENT) * _ALIGNMENT
        lacking = self._end - self._memory.data_len(self._store)
        if lacking > 0:
            self._memory.grow(self._store, -(-lacking // _PAGE))
        return at

    def _keep(self, array: NDArray[Any]) -> int:
        at = self._room(array.nbytes)
        self._memory.write(self._store, array.tobytes(), at)
        return at

    def _embeddings(self) -> None:
        graph, name = self._graph, "embeddings.word_embeddings.weight"
        words = graph.tensor(f"{name}_quantized")
        self._words, self.dim = words.shape
        self._heads = graph.heads
        positions = graph.dequantised("embeddings.position_embeddings.weight")
        positions += graph.dequantised("embeddings.token_type_embeddings.weight")[0]
        self._most = len(positions)
        self._table = (
            self._keep(words),
            float(graph.tensor(f"{name}_scale").flat[0]),
            float(graph.tensor(f"{name}_zero_point").flat[0]),
            self._keep(positions),
            self._keep(graph.dequantised("embeddings.LayerNorm.weight")),
            self._keep(graph.dequantised("embeddings.LayerNorm.bias")),
            graph.epsilon,
            self.dim,
        )

    def _layer(self, name: str) -> _Layer:
        attention = f"{name}.attention.output"
        return _Layer(
            self._product(f"{name}.qkv"),
            self._product(f"{attention}.dense"),
            self._norm(f"{attention}.LayerNorm"),
            self._product(f"{name}.intermediate.dense"),
            self._product(f"{name}.output.dense"),
            self._norm(f"{name}.output.LayerNorm"),
        )

    def _product(self, name: str) -> _Product:
        graph = self._graph
        weights = graph.tensor(f"{name}.weight_quantized")
        inner, width = weights.shape
        if inner % 16 or width % 8 or graph.tensor(f"{name}.weight_zero_point").any():
            raise _unknown(f"{name} does not fit")
        balance = graph.tensors.get(f"{name}.weight.scale")
        product = _Product(
            self._room(weights.nbytes),
            self._keep(graph.tensor(f"{name}.weight_scale")),
            self._room(width * 4),
            self._keep(graph.tensor(f"{name}.bias")),
            0 if balance is None else self._keep(balance),
            inner,
            width,
        )
        end = self._end
        self._run("pack", self._keep(weights), inner, width, product.weights, product.sums)
        self._end = end  # what was packed is not needed any more
        return product

    def _norm(self, name: str) -> tuple[int, int]:
        graph = self._graph
        return self._keep(graph.tensor(f"{name}.weight")), self._keep(graph.tensor(f"{name}.bias"))

    def _scratch(self) -> None:
        rows = MOST_TOKENS + _SPARE
        widest = max(3 * self.dim, *(layer.wide.width for layer in self._layers))
        longest = min(self._most, MOST_TOKENS) + _SPARE
        one_head = 4 * longest * (self.dim // self._heads)
        self._ids, self._places = self._room(rows * 4), self._room(rows * 4)
        self._x = self._room(rows * 4 * self.dim)
        self._wide = self._room(rows * 4 * widest)
        self._mixed = self._room(rows * 4 * self.dim)
        self._codes = self._room(rows * widest * self._run("code_size"))
        self._steps, self._zeros = self._room(rows * 4), self._room(rows * 4)
        self._attending = self._room(one_head), self._room(one_head), self._room(4 * longest * 4)
        self._vector = self._room(4 * self.dim)

    # ---- the forward pass

    def _embed(self, ids: NDArray[np.uint32], lengths: Sequence[int]) -> int:
        """Rows to be worked on: tokens up to the next multiple of 4."""
        if len(ids) > MOST_TOKENS or max(lengths) > self._most or ids.max() >= self._words:
            raise ValueError(f"{len(ids)} tokens, of which some are unknown or too many")
        rows = -(-len(ids) // 4) * 4
        padded, places = np.zeros((2, rows), np.uint32)
        padded[: len(ids)] = ids
        places[: len(ids)] = np.concatenate([np.arange(length) for length in lengths])
        self._memory.write(self._store, padded.tobytes(), self._ids)
        self._memory.write(self._store, places.tobytes(), self._places)
        self._run("embed", self._ids, self._places, rows, *self._table, self._x)
        return rows

    def _pass(self, layer: _Layer, rows: int, lengths: Sequence[int]) -> None:
        dim, epsilon = self.dim, self._graph.epsilon
        self._copy_of_x(rows)
        self._multiply(self._mixed, layer.qkv, rows, self._wide)
        row = 0
        for length in lengths:
            source, target = self._wide + row * 12 * dim, self._mixed + row * 4 * dim
            shape = length, self._heads, dim // self._heads
            self._run("attention", source, *shape, *self._attending, target)
            row += length
        self._multiply(self._mixed, layer.output, rows, self._wide)
        self._run("add_normalise", self._x, self._wide, rows, *layer.attended, epsilon, dim)
        self._copy_of_x(rows)
        self._multiply(self._mixed, layer.wide, rows, self._wide)
        self._multiply(self._wide, layer.narrow, rows, self._mixed, curved=True)
        self._run("add_normalise", self._x, self._mixed, rows, *layer.done, epsilon, dim)

    def _multiply(
        self, x: int, product: _Product, rows: int, out: int, *, curved: bool = False
    ) -> None:
        """`x` is used up; it goes through GELU first if it is `curved`."""
        coded = self._codes, self._steps, self._zeros
        self._run("quantise", x, product.balance, int(curved), rows, product.inner, *coded)
        packed = product.weights, product.scales, product.sums, product.bias, product.width
        self._run("product", *coded, rows, product.inner, *packed, out)

    def _copy_of_x(self, rows: int) -> None:
        whole = self._memory.read(self._store, self._x, self._x + rows * self.dim * 4)
        self._memory.write(self._store, whole, self._mixed)


def _unknown(what: str) -> EmbedderError:
    return EmbedderError(f"The page's encoder does not know such a model: {what}.", hint=_HINT)


def _lacking(package: str) -> EmbedderError:
    return EmbedderError(
        f"The page's encoder needs the package {package}.", hint="pip install onnx wasmtime"
    )
