"""Prove an exported model: the graph against plain NumPy, int8 against float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from minilm_balance import Feeds
from minilm_graph import BertShape, Weights
from minilm_reference import last_hidden_state
from numpy.typing import NDArray
from tokenizers import Tokenizer
from vendor_fetch import VendorError

Vectors = NDArray[np.float32]

GRAPH_FLOOR = 0.9999
INT8_FLOOR = 0.99
_TEXTS = Path(__file__).with_name("minilm_texts.txt")


def texts(part: str) -> list[str]:
    """The lines of a part, "calibrate" or "check", of `minilm_texts.txt`."""
    _, _, rest = _TEXTS.read_text("utf-8").partition(f"# [{part}]\n")
    return rest.partition("\n# [")[0].splitlines()


def feeds(tokenizer: Tokenizer, batch: Sequence[str]) -> Feeds:
    """The model's inputs, int64 (batch, tokens), padded on the right to the longest text."""
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(list(batch))
    ids = np.array([row.ids for row in encoded], dtype=np.int64)
    mask = np.array([row.attention_mask for row in encoded], dtype=np.int64)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def pooled(states: Vectors, mask: NDArray[np.int64]) -> Vectors:
    """Unit vectors (batch, dim): the mean of the states (batch, tokens, dim) that mask keeps."""
    vectors = (states * mask[..., None]).sum(axis=1)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


class Model:
    """An ONNX file in native ONNX Runtime with its tokenizer."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        options = ort.SessionOptions()
        # Without VNNI products of int8 would be added in 16 bits, and overflow: see onnx_model.py.
        options.add_session_config_entry("session.x64quantprecision", "1")
        providers = ["CPUExecutionProvider"]
        self.session = ort.InferenceSession(str(path), options, providers=providers)
        self.tokenizer = tokenizer

    def embed(self, batch: Sequence[str]) -> Vectors:
        """Unit vectors (batch, dim) of the texts, run as one padded batch."""
        inputs = feeds(self.tokenizer, batch)
        (states,) = self.session.run(None, dict(inputs))
        return pooled(states, inputs["attention_mask"])

    def embed_each(self, batch: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, each run alone."""
        return np.concatenate([self.embed([text]) for text in batch])


def check_graph(model: Model, weights: Weights, shape: BertShape, batch: Sequence[str]) -> float:
    """The lowest cosine between the graph and NumPy; `VendorError` below `GRAPH_FLOOR`."""

    def reference(text: str) -> Vectors:
        ids = model.tokenizer.encode(text).ids
        states = last_hidden_state(
            weights, ids, layers=shape.layers, heads=shape.heads, epsilon=shape.epsilon
        )
        return pooled(states[None], np.ones((1, len(ids)), dtype=np.int64))

    model.tokenizer.no_padding()
    expected = np.concatenate([reference(text) for text in batch])
    runs: list[Callable[[Sequence[str]], Vectors]] = [model.embed_each, model.embed]
    return min(
        _lowest(run(batch), expected, batch, GRAPH_FLOOR, "The float32 graph and plain NumPy")
        for run in runs
    )


def check_int8(small: Model, full: Model, batch: Sequence[str]) -> float:
    """The lowest cosine between int8 and float32; `VendorError` below `INT8_FLOOR`.

    Each text is run alone and in one padded batch: int8 steps are shared by a whole batch, so a
    neighbour or its padding could spoil a text.
    """
    expected = full.embed_each(batch)
    runs: list[Callable[[Sequence[str]], Vectors]] = [small.embed_each, small.embed]
    return min(_lowest(run(batch), expected, batch, INT8_FLOOR, "int8 and float32") for run in runs)


def _lowest(
    found: Vectors, expected: Vectors, batch: Sequence[str], floor: float, what: str
) -> float:
    cosines = (found * expected).sum(axis=1)
    worst = int(cosines.argmin())
    if not cosines[worst] >= floor:
        raise VendorError(
            f"{what} disagree: cosine {cosines[worst]:.5f}, at least {floor} is wanted, "
            f'for the text "{batch[worst][:60]}". The model was not exported.'
        )
    return float(cosines[worst])
