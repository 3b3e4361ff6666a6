"""all-MiniLM-L6-v2 as one ONNX graph of ONNX Runtime's fused operators, built without PyTorch.

The architecture is BERT (Devlin et al., 2019) with 6 layers, 12 heads and 384 dims::

    ids, types -> EmbedLayerNormalization -> x                      (batch, tokens, 384)
    6 times:  x -> Attention -> MatMul -> SkipLayerNormalization -> x
              x -> MatMul -> BiasGelu -> MatMul -> SkipLayerNormalization -> x
    x -> last_hidden_state

One fused node stands for what an exporter writes as about fifteen, which is what makes the graph
fast in the browser, where each node costs a dispatch. `balance` puts a Mul before some products,
which changes no result in float32 and makes int8 closer to it (see `minilm_balance`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, NDArray[Any]]

OPSET = 17
IR_VERSION = 8
"""The IR version that goes with opset 17, fixed so that a newer `onnx` writes the same bytes."""
FUSED = "com.microsoft"


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of `config.json` that the graph depends on."""

    layers: int
    heads: int
    dim: int
    epsilon: float

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> BertShape:
        """Read the numbers; `ValueError` names what this builder cannot express."""
        if config["hidden_act"] != "gelu" or config["position_embedding_type"] != "absolute":
            raise ValueError("only BERT with GELU and absolute positions can be exported")
        return cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            dim=config["hidden_size"],
            epsilon=config["layer_norm_eps"],
        )


class _Graph:
    """Nodes and initialisers in the order they are added."""

    def __init__(self, weights: Weights, balance: Weights) -> None:
        self.weights = weights
        self.balance = balance
        self.nodes: list[Any] = []
        self.initialisers: list[Any] = []

    def constant(self, name: str, *sources: str, transpose: bool = False) -> str:
        """Add the weights `sources`, side by side along the last axis, as initialiser `name`.

        PyTorch keeps a linear layer as (out, in); MatMul wants (in, out), hence `transpose`.
        """
        arrays = [self.weights[source] for source in sources]
        if transpose:
            arrays = [array.T for array in arrays]
        return self._add(name, np.concatenate(arrays, axis=-1))

    def _add(self, name: str, array: NDArray[Any]) -> str:
        whole = np.ascontiguousarray(array, dtype=np.float32)
        self.initialisers.append(numpy_helper.from_array(whole, name))
        return name

    def product(self, x: str, name: str, *sources: str) -> tuple[str, str]:
        """The two factors of x @ W, with W named `name`: balanced, if there is a balance for W."""
        if name not in self.balance:
            return x, self.constant(name, *sources, transpose=True)
        scale = self.balance[name]
        joined = np.concatenate([self.weights[source].T for source in sources], axis=-1)
        weight = self._add(name, joined * scale[:, None])
        return self.node("Mul", [x, self._add(f"{name}.scale", 1 / scale)], f"{name}.x"), weight

    def node(self, kind: str, inputs: list[str], output: str, **attributes: float | str) -> str:
        """Add a node with one output that is used, and return that output's name."""
        extra: dict[str, Any] = dict(attributes)
        if kind not in {"Cast", "MatMul", "Mul"}:
            extra["domain"] = FUSED
        outputs = [output, f"{output}.unused"] if kind == "EmbedLayerNormalization" else [output]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=output, **extra))
        return output


def build(weights: Weights, shape: BertShape, balance: Weights | None = None) -> onnx.ModelProto:
    """Build the float32 model from the tensors of `model.safetensors`.

    Inputs input_ids, attention_mask, token_type_ids: int64 (batch, tokens).
    Output last_hidden_state: float32 (batch, tokens, dim). `KeyError` if a tensor is missing.
    """
    graph = _Graph(weights, balance or {})
    x = _embeddings(graph, shape)
    for layer in range(shape.layers):
        x = _layer(graph, shape, layer, x)
    graph.nodes[-1].output[0] = "last_hidden_state"
    return _model(graph, shape)


def _embeddings(graph: _Graph, shape: BertShape) -> str:
    for name in ("input_ids", "token_type_ids", "attention_mask"):
        graph.node("Cast", [name], f"{name}.int32", to=TensorProto.INT32)
    inputs = ["input_ids.int32", "token_type_ids.int32"]
    for part in ("word", "position", "token_type"):
        name = f"embeddings.{part}_embeddings.weight"
        inputs.append(graph.constant(name, name))
    for part in ("weight", "bias"):
        name = f"embeddings.LayerNorm.{part}"
        inputs.append(graph.constant(name, name))
    return graph.node("EmbedLayerNormalization", inputs, "embeddings", epsilon=shape.epsilon)


def _layer(graph: _Graph, shape: BertShape, layer: int, x: str) -> str:
    name = f"encoder.layer.{layer}"
    x_qkv, weight = graph.product(x, f"{name}.qkv.weight", *_qkv(name, "weight"))
    bias = graph.constant(f"{name}.qkv.bias", *_qkv(name, "bias"))
    inputs = [x_qkv, weight, bias, "attention_mask.int32"]
    attention = graph.node("Attention", inputs, f"{name}.attention", num_heads=shape.heads)
    projected = _matmul(graph, attention, f"{name}.attention.output.dense")
    x = _skip_norm(graph, shape, projected, x, f"{name}.attention.output")
    wide = _matmul(graph, x, f"{name}.intermediate.dense")
    bias = f"{name}.intermediate.dense.bias"
    wide = graph.node("BiasGelu", [wide, graph.constant(bias, bias)], f"{name}.gelu")
    narrow = _matmul(graph, wide, f"{name}.output.dense")
    return _skip_norm(graph, shape, narrow, x, f"{name}.output")


def _qkv(name: str, part: str) -> list[str]:
    return [f"{name}.attention.self.{which}.{part}" for which in ("query", "key", "value")]


def _matmul(graph: _Graph, x: str, name: str) -> str:
    factors = graph.product(x, f"{name}.weight", f"{name}.weight")
    return graph.node("MatMul", [*factors], f"{name}.product")


def _skip_norm(graph: _Graph, shape: BertShape, x: str, skip: str, name: str) -> str:
    parts = [f"{name}.{part}" for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    inputs = [x, skip, *(graph.constant(part, part) for part in parts)]
    return graph.node("SkipLayerNormalization", inputs, f"{name}.norm", epsilon=shape.epsilon)


def _model(graph: _Graph, shape: BertShape) -> onnx.ModelProto:
    axes = ["batch", "tokens"]
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in names]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, [*axes, shape.dim]
    )
    body = helper.make_graph(graph.nodes, "bert", inputs, [output], graph.initialisers)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(
        body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="fossick"
    )
