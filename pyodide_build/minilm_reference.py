"""BERT's forward pass in plain NumPy, to prove the ONNX graph by something that shares no code.

Shapes: t tokens of one text, d dims, h heads. No batch and no padding, so no mask is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Weights = Mapping[str, NDArray[Any]]

_erf = np.frompyfunc(math.erf, 1, 1)


def last_hidden_state(
    weights: Weights, ids: Sequence[int], *, layers: int, heads: int, epsilon: float
) -> Matrix:
    """Hidden states (t, d) of the token ids (t,), which include [CLS] and [SEP]."""
    x = weights["embeddings.word_embeddings.weight"][list(ids)]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = _norm(weights, "embeddings.LayerNorm", x, epsilon)
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        mixed = _attention(weights, f"{name}.attention.self", x, heads)
        mixed = _linear(weights, f"{name}.attention.output.dense", mixed)
        x = _norm(weights, f"{name}.attention.output.LayerNorm", x + mixed, epsilon)
        wide = gelu(_linear(weights, f"{name}.intermediate.dense", x))
        narrow = _linear(weights, f"{name}.output.dense", wide)
        x = _norm(weights, f"{name}.output.LayerNorm", x + narrow, epsilon)
    return x


def gelu(x: Matrix) -> Matrix:
    """Exact GELU, x * Phi(x) (Hendrycks and Gimpel, 2016), not the tanh approximation."""
    return np.asarray(x * 0.5 * (1 + _erf(x / math.sqrt(2)).astype(np.float32)), dtype=np.float32)


def _linear(weights: Weights, name: str, x: Matrix) -> Matrix:
    return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])


def _norm(weights: Weights, name: str, x: Matrix, epsilon: float) -> Matrix:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)
    return np.asarray(centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"])


def _attention(weights: Weights, name: str, x: Matrix, heads: int) -> Matrix:
    """Scaled dot-product attention (Vaswani et al., 2017): softmax(Q K^T / sqrt(d/h)) V."""

    def split(which: str) -> Matrix:  # (t, d) -> (h, t, d/h)
        y = _linear(weights, f"{name}.{which}", x)
        return y.reshape(len(x), heads, -1).transpose(1, 0, 2)

    q, k, v = split("query"), split("key"), split("value")
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares = scores / scores.sum(axis=-1, keepdims=True)
    return np.asarray((shares @ v).transpose(1, 0, 2).reshape(x.shape))
